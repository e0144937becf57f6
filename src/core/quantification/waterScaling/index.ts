// Amounts by the water reference: molality, molarity and LCModel's convention, with every factor that went in.
import { basisSignalKind, COMBINED_METABOLITES, EDITED_SUM } from '../../domain/metaboliteNames.ts';
import type { Warning } from '../../domain/provenance.ts';
import type {
  ConcentrationEstimate,
  MetaboliteEstimate,
  QuantificationResult,
  QuantityFactor,
} from '../../domain/quantification.ts';
import { amplitudeWeights, combinationCovariance } from '../amplitudeCovariance.ts';
import type { AmplitudeWeights } from '../amplitudeCovariance.ts';
import type { CommonFactors, WaterScalingInput } from './commonFactors.ts';
import { commonFactors, tissueShares } from './commonFactors.ts';
import { metaboliteRelaxation } from './relaxationFactors.ts';

export { SAME_SCALE, waterInBasisUnits } from './commonFactors.ts';
export type { DataScale, WaterScalingInput } from './commonFactors.ts';
export type { ScanTiming } from './signalEquation.ts';
export type { RelaxationContext } from './relaxationFactors.ts';
export { protonAmplitude } from './protonAmplitude.ts';
export type { ProtonAmplitude } from './protonAmplitude.ts';
export { measureWaterAmplitude } from './waterAmplitude.ts';
export { BRAIN_RELAXATION_TABLE, tableWithOverrides } from './tables.ts';

/** With less tissue than this in the voxel, amounts per tissue mean nothing. */
const LEAST_TISSUE = 0.05;
/** With more CSF than this, amounts hang on the segmentation. */
const MUCH_CSF = 0.3;
/** A voxel may lie outside the image or in other tissue by this part without a word. */
const MUCH_UNKNOWN = 0.05;

/** Product of factors, in order. */
export function applyFactors(factors: readonly QuantityFactor[]): number {
  return factors.reduce((product, f) => (f.operation === 'times' ? product * f.value : product / f.value), 1);
}

interface Scaled {
  readonly result: QuantificationResult;
  readonly input: WaterScalingInput;
  readonly common: CommonFactors;
  readonly commonProduct: number;
  readonly missing: Set<string>;
}

const amplitudeFactor = (estimate: MetaboliteEstimate): QuantityFactor => ({
  name: `amplitude of ${estimate.name}`,
  operation: 'times',
  value: estimate.amplitude,
  unit: 'of its basis signal',
  source: 'fit',
  inputs: [],
  assumedOne: false,
});

/** The factors as they are kept. */
function detailed(factors: readonly QuantityFactor[], { detail }: WaterScalingInput): readonly QuantityFactor[] {
  return detail === 'full' ? factors : factors.map((f) => ({ ...f, inputs: [] }));
}

/** What a metabolite's amplitude is multiplied with besides the common factors. */
function ownFactors(scaled: Scaled, name: string): readonly QuantityFactor[] {
  const { input, common, missing } = scaled;
  if (common.convention === 'lcmodel') return [];
  const relaxation = metaboliteRelaxation(
    input.relaxation,
    input.metaboliteTiming,
    name,
    tissueShares(input.fractions),
  );
  for (const what of relaxation.missing) missing.add(what);
  return relaxation.factors;
}

/** Concentration per amplitude unit of every single metabolite; 0 for macromolecules, lipids and corrections. */
function scales(scaled: Scaled): Float64Array {
  return Float64Array.from(scaled.result.metabolites, ({ name }) =>
    basisSignalKind(name) === 'metabolite' ? scaled.commonProduct * applyFactors(ownFactors(scaled, name)) : 0,
  );
}

/** SD from the amplitudes' covariance and the water amplitude's own SD, which all metabolites share. */
function concentrationSd(scaled: Scaled, weights: AmplitudeWeights, value: number): number | null {
  const variance = combinationCovariance(scaled.result, weights, weights);
  const { amplitude, sd } = scaled.input.water;
  return variance === null || variance < 0 ? null : Math.hypot(Math.sqrt(variance), (value * sd) / amplitude);
}

function single(scaled: Scaled, estimate: MetaboliteEstimate, perUnit: Float64Array): ConcentrationEstimate | null {
  if (basisSignalKind(estimate.name) !== 'metabolite') return null;
  const weights = perUnit.map((scale, i) => (scaled.result.metabolites[i]?.name === estimate.name ? scale : 0));
  const factors = [amplitudeFactor(estimate), ...ownFactors(scaled, estimate.name)];
  const value = scaled.commonProduct * applyFactors(factors);
  const { convention, unit } = scaled.common;
  const sd = concentrationSd(scaled, weights, value);
  return { convention, value, unit, sd, factors: detailed(factors, scaled.input), members: null };
}

function sum(scaled: Scaled, estimate: MetaboliteEstimate, perUnit: Float64Array): ConcentrationEstimate | null {
  const { result } = scaled;
  const chosen = amplitudeWeights(result, estimate.name);
  if (chosen === null) return null;
  // Macromolecules edited with GABA have no amount of their own; in GABA+ they count as the GABA whose area they have.
  const asGaba = estimate.name === EDITED_SUM.name ? result.metabolites.findIndex((m) => m.name === 'GABA') : -1;
  const weights = perUnit.map((scale, i) => (perUnit[asGaba] ?? scale) * (chosen[i] as number));
  const value = result.metabolites.reduce((v, m, i) => v + (weights[i] as number) * m.amplitude, 0);
  const present = result.metabolites.map((m) => m.name);
  const known = [...COMBINED_METABOLITES, EDITED_SUM].find((c) => c.name === estimate.name);
  const members = (known?.members ?? [estimate.name]).filter((m) => present.includes(m));
  const { convention, unit } = scaled.common;
  return { convention, value, unit, sd: concentrationSd(scaled, weights, value), factors: [], members };
}

function fractionWarnings({ fractions }: WaterScalingInput): Warning[] {
  if (fractions === null) {
    return [
      {
        code: 'tissue-fractions-missing',
        message:
          'No tissue fractions: water is taken as that of half grey and half white matter, and the factor for CSF as 1.',
      },
    ];
  }
  const warnings: Warning[] = [];
  const percent = (part: number): string => `${(100 * part).toFixed(0)} %`;
  if (fractions.csf > MUCH_CSF) {
    warnings.push({ code: 'csf-fraction-high', message: `The voxel is ${percent(fractions.csf)} CSF: concentrations hang on the segmentation.` }); // prettier-ignore
  }
  const unknown = fractions.other + fractions.outside;
  if (unknown > MUCH_UNKNOWN) {
    warnings.push({ code: 'tissue-fractions-incomplete', message: `${percent(unknown)} of the voxel is neither grey matter, white matter nor CSF, or lies outside the segmentation; it counts as empty.` }); // prettier-ignore
  }
  return warnings;
}

/** Tissue is needed to express amounts per tissue. */
function hasTissue({ fractions }: WaterScalingInput): boolean {
  return fractions === null || fractions.gm + fractions.wm >= LEAST_TISSUE;
}

/**
 * @param input of the voxel
 * @param name metabolite whose relaxation counts
 * @returns amplitude in basis units of one mmol per litre of tissue as the scan has it; null where there is no tissue
 */
export function amplitudeOfOneMillimolar(input: WaterScalingInput, name: string): number | null {
  if (!hasTissue(input)) return null;
  const { relaxation, metaboliteTiming, fractions } = input;
  const own = metaboliteRelaxation(relaxation, metaboliteTiming, name, tissueShares(fractions));
  return 1 / (applyFactors(commonFactors(input, 'molarity').factors) * applyFactors(own.factors));
}

const missingWarning = (missing: ReadonlySet<string>): Warning[] =>
  missing.size === 0
    ? []
    : [
        {
          code: 'relaxation-factor-missing',
          message: `Taken as 1 in the concentrations, having no value: the factors for ${[...missing].join(', ')}.`,
        },
      ];

/**
 * Adds concentrations to every estimate of a result, and to the result the factors they share.
 * @param result amplitudes in units of the basis that `input.proton` was read from
 * @returns a new result; what was taken as 1 or left out is told in its warnings
 */
export function scaleToWater(result: QuantificationResult, input: WaterScalingInput): QuantificationResult {
  const missing = new Set<string>();
  const { display } = input.options;
  const conventions = input.options.conventions.filter((c) => c === 'lcmodel' || hasTissue(input));
  const scaled = conventions.map((convention): Scaled & { readonly perUnit: Float64Array } => {
    const common = commonFactors(input, convention);
    for (const what of common.missing) missing.add(what);
    const part = { result, input, common, commonProduct: applyFactors(common.factors), missing };
    return { ...part, perUnit: scales(part) };
  });
  type Make = (s: Scaled, estimate: MetaboliteEstimate, perUnit: Float64Array) => ConcentrationEstimate | null;
  const withAmounts =
    (make: Make) =>
    (estimate: MetaboliteEstimate): MetaboliteEstimate => {
      const concentrations = scaled.map((s) => make(s, estimate, s.perUnit)).filter((c) => c !== null);
      const shown = concentrations.find((c) => c.convention === display)?.value ?? null;
      return { ...estimate, concentrationMM: shown, concentrations };
    };
  const metabolites = result.metabolites.map(withAmounts(single));
  const combined = result.combined.map(withAmounts(sum));
  const noTissue: Warning[] = hasTissue(input)
    ? []
    : [{ code: 'no-tissue-in-voxel', message: 'The voxel holds hardly any grey or white matter: no amounts per tissue are given.' }]; // prettier-ignore
  return {
    ...result,
    metabolites,
    combined,
    waterScaling: {
      water: input.water,
      conventions: scaled.map(({ common: { convention, unit, factors } }) => ({
        convention,
        unit,
        factors: detailed(factors, input),
      })),
    },
    warnings: [...result.warnings, ...fractionWarnings(input), ...noTissue, ...missingWarning(missing)],
  };
}
