// The factors that all metabolites of a result share, in order of application, for each convention.
import type { TissueFractions } from '../../domain/tissueFractions.ts';
import { findWaterContent } from '../../domain/relaxationTable.ts';
import type { Tissue } from '../../domain/relaxationTable.ts';
import type {
  ConcentrationConvention,
  FactorInput,
  QuantityFactor,
  WaterReferenceAmplitude,
} from '../../domain/quantification.ts';
import type { DataScale, ProtonAmplitude, ScanTiming } from '../../domain/quantitySettings.ts';
import type { WaterScalingOptions } from '../../domain/waterScalingOptions.ts';
import { waterRelaxation } from './relaxationFactors.ts';
import type { RelaxationContext, TissueShares } from './relaxationFactors.ts';

export type { DataScale };

export const SAME_SCALE: DataScale = {
  waterToMetabolite: 1,
  source: 'both scans averaged over their transients, at the same receiver gain',
};

export interface WaterScalingInput {
  readonly water: WaterReferenceAmplitude;
  readonly proton: ProtonAmplitude;
  readonly scale: DataScale;
  readonly relaxation: RelaxationContext;
  readonly metaboliteTiming: ScanTiming;
  readonly waterTiming: ScanTiming;
  /** null where no segmentation and no fractions were given. */
  readonly fractions: TissueFractions | null;
  readonly options: WaterScalingOptions;
  /** "factors" leaves out what each factor was computed from (14 kB a voxel and convention instead of 47): for large grids. */
  readonly detail: 'full' | 'factors';
}

export interface CommonFactors {
  readonly convention: ConcentrationConvention;
  readonly unit: string;
  readonly factors: readonly QuantityFactor[];
  readonly missing: readonly string[];
}

/** Water's signal in amplitude units of a basis signal of one proton pair: ratios to it are per water molecule. */
export function waterInBasisUnits(
  water: WaterReferenceAmplitude,
  proton: ProtonAmplitude,
  scale: DataScale,
): { readonly amplitude: number; readonly sd: number } {
  const perUnit = scale.waterToMetabolite / (2 * proton.amplitude);
  return { amplitude: water.amplitude * perUnit, sd: water.sd * perUnit };
}

type FactorDraft = Pick<QuantityFactor, 'name' | 'operation' | 'value' | 'source'> & Partial<QuantityFactor>;
const factor = (draft: FactorDraft): QuantityFactor => ({ unit: '', inputs: [], assumedOne: false, ...draft });

/** Without fractions: grey and white matter in equal parts. */
const EVEN_MIXTURE: TissueFractions = { gm: 0.5, wm: 0.5, csf: 0, other: 0, outside: 0, source: 'assumed: half grey, half white matter' }; // prettier-ignore

/** Grey and white matter as parts of the tissue. */
export function tissueShares(fractions: TissueFractions | null): TissueShares {
  const { gm, wm } = fractions ?? EVEN_MIXTURE;
  return gm + wm > 0 ? { gm: gm / (gm + wm), wm: wm / (gm + wm) } : { gm: 0.5, wm: 0.5 };
}

function signalFactors(input: WaterScalingInput): QuantityFactor[] {
  const { proton, water, scale } = input;
  return [
    factor({ name: 'one proton of the basis', operation: 'times', value: proton.amplitude, unit: 'basis units', source: proton.singlet }), // prettier-ignore
    factor({ name: 'protons of water', operation: 'times', value: 2, source: 'H₂O' }),
    factor({ name: 'water amplitude', operation: 'over', value: water.amplitude, unit: 'data units', source: water.method }), // prettier-ignore
    factor({ name: 'scale of the water scan', operation: 'over', value: scale.waterToMetabolite, source: scale.source }), // prettier-ignore
  ];
}

interface TissueWater {
  readonly tissue: Tissue;
  readonly volume: number;
  /** Relative density of visible water. */
  readonly density: number;
  readonly relaxation: number;
}

/** The voxel's water by tissue, with the inputs to show and what was missing. */
function waterByTissue(input: WaterScalingInput): {
  readonly parts: readonly TissueWater[];
  readonly inputs: readonly FactorInput[];
  readonly missing: readonly string[];
} {
  const fractions = input.fractions ?? EVEN_MIXTURE;
  const volumes: readonly (readonly [Tissue, number])[] = [['GM', fractions.gm], ['WM', fractions.wm], ['CSF', fractions.csf]]; // prettier-ignore
  const inputs: FactorInput[] = [
    { name: 'TR of the water scan', value: input.waterTiming.repetitionTimeS ?? 0, unit: 's', source: 'scan' },
    { name: 'TE of the water scan', value: input.waterTiming.echoTimeS ?? 0, unit: 's', source: 'scan' },
  ].filter((time) => time.value > 0);
  const missing: string[] = [];
  const parts = volumes
    .filter(([, volume]) => volume > 0)
    .map(([tissue, volume]): TissueWater => {
      const content = findWaterContent(input.relaxation.table, tissue);
      const relaxation = waterRelaxation(input.relaxation, input.waterTiming, tissue);
      inputs.push({ name: `volume fraction of ${tissue}`, value: volume, unit: '', source: fractions.source });
      if (content === null) missing.push(`the water content of ${tissue}`);
      else inputs.push({ name: `relative water density of ${tissue}`, value: content.relativeDensity, unit: '', source: content.source }); // prettier-ignore
      inputs.push(...relaxation.inputs);
      missing.push(...relaxation.missing);
      return { tissue, volume, density: content?.relativeDensity ?? 1, relaxation: relaxation.value };
    });
  return { parts, inputs, missing: [...new Set(missing)] };
}

const total = (parts: readonly TissueWater[], of: (part: TissueWater) => number): number =>
  parts.reduce((sum, part) => sum + of(part), 0);

/**
 * Gasparovic 2006 (doi:10.1002/mrm.20901), eq. 4–7; Near 2021 (doi:10.1002/nbm.4257), eq. 4: water fractions
 * f = d·v/Σ d·v, and the metabolite dissolved in the tissue's part 1 − f_CSF of the water.
 */
function molality(input: WaterScalingInput): CommonFactors {
  const { parts, inputs, missing } = waterByTissue(input);
  const water = total(parts, (p) => p.density * p.volume);
  const relaxed = total(parts, (p) => (p.density * p.volume * p.relaxation) / water);
  const tissue = total(parts, (p) => (p.tissue === 'CSF' ? 0 : (p.density * p.volume) / water));
  const excludes = input.options.csf === 'excluded';
  return {
    convention: 'molality',
    unit: excludes ? 'mmol/kg tissue water' : 'mmol/kg voxel water',
    factors: [
      ...signalFactors(input),
      factor({ name: 'molality of pure water', operation: 'times', value: input.options.pureWaterMolality, unit: 'mmol/kg', source: '1000 g / 18.015 g/mol' }), // prettier-ignore
      factor({ name: 'relaxation of water, by water fraction', operation: 'times', value: relaxed, source: 'Σ d·v·R / Σ d·v with R = (1 − exp(−TR/T1))·exp(−TE/T2) of each tissue', inputs, assumedOne: parts.every((p) => p.relaxation === 1) }), // prettier-ignore
      ...(excludes ? [tissuePart(input, tissue, '1 − d_CSF·v_CSF / Σ d·v')] : []),
    ],
    missing,
  };
}

/** Near 2021, doi:10.1002/nbm.4257, eq. 6: per volume of tissue, so that the tissues' water contents count as they are. */
function molarity(input: WaterScalingInput): CommonFactors {
  const { parts, inputs, missing } = waterByTissue(input);
  const relaxed = total(parts, (p) => p.density * p.volume * p.relaxation);
  const tissue = total(parts, (p) => (p.tissue === 'CSF' ? 0 : p.volume));
  const excludes = input.options.csf === 'excluded';
  return {
    convention: 'molarity',
    unit: excludes ? 'mmol/l tissue' : 'mmol/l voxel',
    factors: [
      ...signalFactors(input),
      factor({ name: 'molarity of pure water', operation: 'times', value: input.options.pureWaterMolarity, unit: 'mmol/l', source: 'setting pureWaterMolarity' }), // prettier-ignore
      factor({ name: 'visible, relaxed water of the voxel', operation: 'times', value: relaxed, source: 'Σ d·v·R with R = (1 − exp(−TR/T1))·exp(−TE/T2) of each tissue', inputs }), // prettier-ignore
      ...(excludes ? [tissuePart(input, tissue, 'v_GM + v_WM')] : []),
    ],
    missing,
  };
}

function tissuePart(input: WaterScalingInput, value: number, formula: string): QuantityFactor {
  const assumedOne = input.fractions === null;
  return factor({
    name: 'part that is tissue, not CSF',
    operation: 'over',
    value,
    source: assumedOne ? 'no tissue fractions: taken as 1' : formula,
    assumedOne,
  });
}

/** LCModel manual §10.2: conc = 2·(basis proton)·(amplitude/water)·WCONC·ATTH2O/ATTMET; tissue is in WCONC. */
function lcmodel(input: WaterScalingInput): CommonFactors {
  const { wconc, atth2o, attmet } = input.options;
  const source = 'setting; LCModel manual §10.2';
  return {
    convention: 'lcmodel',
    unit: 'mmol/kg wet weight (LCModel: mM)',
    factors: [
      ...signalFactors(input),
      factor({ name: 'WCONC', operation: 'times', value: wconc, unit: 'mmol/kg wet weight', source }),
      factor({ name: 'ATTH2O', operation: 'times', value: atth2o, source }),
      factor({ name: 'ATTMET', operation: 'over', value: attmet, source }),
    ],
    missing: [],
  };
}

const CONVENTIONS: Readonly<Record<ConcentrationConvention, (input: WaterScalingInput) => CommonFactors>> = {
  molality,
  molarity,
  lcmodel,
};

/** The common factors of one convention. */
export function commonFactors(input: WaterScalingInput, convention: ConcentrationConvention): CommonFactors {
  return CONVENTIONS[convention](input);
}
