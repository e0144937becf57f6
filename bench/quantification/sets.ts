// The simulated sets that bench quantification runs every method on: papers' protocols, tumours, and kinds of spectra that a
// network should find out. All are drawn with the presets' test seeds.
import {
  planSimulation,
  presetSeeds,
  simulateCases,
  SIMULATION_PRESETS,
} from '../../src/core/basis/simulatedSets/index.ts';
import type { PresetId, SimulationChanges } from '../../src/core/basis/simulatedSets/index.ts';
import { resampleBasis } from '../../src/core/basis/resampleBasis.ts';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { FitInput } from '../../src/core/ports/fitRunner.ts';
import { estimateNoiseSd } from '../../src/core/quantification/index.ts';
import type { VariantId } from './variants.ts';

/** A part of the benchmark that is run alone within minutes. */
export const SET_PARTS = ['qnet', 'dq', 'hatami', 'rizzo', 'tumour', 'distribution', 'coverage'] as const;
export type SetPart = (typeof SET_PARTS)[number];

export interface SetSpec {
  readonly id: string;
  readonly part: SetPart;
  readonly title: string;
  readonly preset: PresetId;
  /** One a group of cases; a set of seven SNR levels has seven. */
  readonly changes: readonly SimulationChanges[];
  /** Cases a group. */
  readonly cases: number;
  /** Edges of SNR between which rows are given too; absent: the set as a whole. */
  readonly snrEdges?: readonly number[];
  /** Of the fits by their ids: what a user who knows the protocol would set. */
  readonly fitOptions: Readonly<Record<string, JsonObject>>;
  /** Cases a group that fits are run on at most: the first ones of the same set. Some take a second a spectrum. */
  readonly fitCases: Readonly<Record<string, number>>;
  /** Another basis set than the methods', whose spectra pass for theirs. */
  readonly simulatedWith?: string;
  /** Only methods that learnt from this preset, or from none. */
  readonly onlyTrainedOnIt?: true;
}

/** Lines that each have a shift of their own by up to ±10 Hz, which no scan has: the fit has to look for each. */
const OWN_SHIFTS: JsonObject = { grouping: 'perMetabolite', shiftPriorSdPpm: 0.05, deviationSpread: 'fixed' };
/** The water line of rizzo stands at 0.5 ppm and is part of no basis. */
const WITHOUT_WATER: JsonObject = { ppmRange: [0.8, 4.2] };
const LORENTZIAN: JsonObject = { lineshape: 'lorentzian' };

/** The hybrid ends with the fit, and gets what the fit gets. */
function fitOptionsOf(preset: PresetId): Readonly<Record<string, JsonObject>> {
  const ofFits = (options: JsonObject): Readonly<Record<string, JsonObject>> => ({ nlls: options, hybrid: options });
  switch (preset) {
    case 'qnet':
    case 'tumour':
      return ofFits({ ...LORENTZIAN, ...OWN_SHIFTS });
    case 'hatami':
      return ofFits({ ...LORENTZIAN, ...OWN_SHIFTS, lorentzianPriorSdHz: 2, phases: 'fixed', baseline: 'none' });
    case 'dq':
      return ofFits(LORENTZIAN);
    case 'rizzo':
      return { ...ofFits(WITHOUT_WATER), quest: WITHOUT_WATER };
    default:
      return {};
  }
}

/** A search for every line takes the fit 0.3 s a spectrum, QUEST half a second of any. */
function fitCasesOf(preset: PresetId, groups: number): Readonly<Record<string, number>> {
  const hasOwnShifts = preset === 'qnet' || preset === 'tumour' || preset === 'hatami';
  const searched = { nlls: Math.ceil(50 / groups), hybrid: Math.ceil(50 / groups) };
  return { quest: Math.ceil(60 / groups), ...(hasOwnShifts ? searched : {}) };
}

function spec(
  part: SetPart,
  id: string,
  preset: PresetId,
  title: string,
  cases: number,
  changes: readonly SimulationChanges[] = [{}],
): SetSpec {
  const fits = { fitOptions: fitOptionsOf(preset), fitCases: fitCasesOf(preset, changes.length) };
  return { id, part, title, preset, changes, cases, ...fits };
}

/** Seven levels from 3 to 80, as the paper has them; which it doesn't say. */
const QNET_LEVELS = [3, 5, 10, 20, 40, 60, 80] as const;
const NOISELESS: SimulationChanges = { snr: [1e5, 1e5] };
/** Thirds of the SNR that Rizzo tells CRLBs apart by. */
const RIZZO_EDGES = [5, 16.7, 28.4, 40] as const;

const ACCURACY: readonly SetSpec[] = [
  {
    ...spec('qnet', 'qnet-levels', 'qnet', 'QNet protocol, 100 cases at each of 7 SNR levels', 100,
      QNET_LEVELS.map((snr) => ({ snr: [snr, snr] as const }))),
    snrEdges: [...QNET_LEVELS, 81],
  }, // prettier-ignore
  spec('qnet', 'qnet-fid10', 'qnet', 'QNet protocol, SNR 10 by the first point of the FID', 500, [
    { snr: [10, 10], snrDefinition: 'firstPoint' },
  ]),
  spec('qnet', 'qnet-7-20', 'qnet', 'QNet protocol, SNR 7 to 20', 500, [{ snr: [6.9, 20.74] }]),
  spec('dq', 'dq', 'dq', 'DQ protocol, SNR 67 ± 15', 500),
  spec('hatami', 'hatami', 'hatami', 'Hatami protocol, SNR 10', 500),
  spec('hatami', 'hatami-noiseless', 'hatami', 'Hatami protocol without noise', 300, [NOISELESS]),
  { ...spec('rizzo', 'rizzo', 'rizzo', 'Rizzo protocol, SNR 5 to 40', 600), snrEdges: RIZZO_EDGES },
  spec('tumour', 'tumour', 'tumour', 'tumour-like after Chen 2024, SNR 80 of what NAA is left', 300),
  spec('tumour', 'tumour-clinical', 'tumour-clinical', 'tumour-like, noise of a healthy scan', 300),
  spec('tumour', 'tumour-lipids', 'tumour-clinical', 'tumour-like, with lipids', 200, [{ artefact: 'tumour-lipids' }]),
];

const KIND_CASES = 200;
const kind = (id: string, preset: PresetId, title: string, changes: SimulationChanges = {}): SetSpec =>
  spec('distribution', id, preset, title, KIND_CASES, [changes]);

/** Kinds of spectra, those that should pass first. */
const KINDS: readonly SetSpec[] = [
  ...(['qnet', 'dq', 'hatami', 'rizzo'] as const).map((preset) => ({
    ...kind(`own-${preset}`, preset, `of the training's protocol (${preset})`),
    onlyTrainedOnIt: true as const,
  })),
  kind('healthy', 'brain', 'healthy (preset brain, SNR 10 to 100)'),
  kind('mild', 'brain', 'healthy with traces of eddy currents, baseline and water', { artefact: 'mild' }),
  kind('tumour', 'tumour-clinical', 'tumour-like'),
  { ...kind('wrong-te', 'brain', 'TE 144 taken for the short TE'), simulatedWith: 'lineshape-3t-press-te144-123mhz' },
  { ...kind('wrong-field-low', 'brain', '1.5 T taken for 3 T'), simulatedWith: 'lineshape-1.5t-press-te30-63mhz' },
  { ...kind('wrong-field-high', 'brain', '7 T taken for 3 T'), simulatedWith: 'lineshape-7t-slaser-te34-297mhz' },
  kind('lipids', 'brain', 'lipids from outside the voxel', { artefact: 'lipids' }),
  kind('ghosting', 'brain', 'spurious echo', { artefact: 'spurious-echo' }),
  kind('low-snr', 'brain', 'SNR 1 to 5', { snr: [1, 5] }),
  kind('noise', 'brain', 'noise alone', { artefact: 'noise-only' }),
];
/** Kinds that a network should take for what it knows. */
export const PASSING_KINDS: ReadonlySet<string> = new Set([
  'own-qnet',
  'own-dq',
  'own-hatami',
  'own-rizzo',
  'healthy',
  'mild',
]);

const COVERAGE: readonly SetSpec[] = (['qnet', 'dq', 'hatami', 'rizzo', 'brain'] as const).map((preset) => ({
  ...spec('coverage', `coverage-${preset}`, preset, `held-out cases of preset ${preset}`, 1000),
  onlyTrainedOnIt: true,
}));

const SETS: readonly SetSpec[] = [...ACCURACY, ...KINDS, ...COVERAGE];

/** @returns in the order in which they are run and printed */
export const setsOf = (part: SetPart): readonly SetSpec[] => SETS.filter((set) => set.part === part);

/** What a set needs a basis set of its own for. */
export const SIMULATION_BASES: readonly string[] = SETS.flatMap(({ simulatedWith }) => simulatedWith ?? []);

/** Where a part is run when no basis is named: on the one that its paper's sequence is nearest to. */
export const usualVariant = (part: SetPart): VariantId => (part === 'rizzo' ? 'slaser28' : 'press30');

export interface MadeSet {
  readonly spec: SetSpec;
  readonly inputs: readonly FitInput[];
  /** By name, one value a case. */
  readonly truth: ReadonlyMap<string, Float64Array>;
  readonly snr: Float64Array;
}

/** Columns of the truth that are no amounts. */
const isNuisance = (column: string): boolean =>
  ['snr', 'noiseSd', 'shiftHz', 'phaseDeg', 'lorentzianHz', 'gaussianHz'].some(
    (name) => column === name || column.startsWith(`${name}.`),
  );

/**
 * Draws a set. Every group of cases begins with the same seed, so that SNR levels have the same spectra under other noise.
 * @param foreign the basis set of `simulatedWith`, whose spectra are sampled and labelled as the basis's own
 */
export function makeSet(set: SetSpec, basis: BasisSet, foreign: BasisSet | null, share = 1): MadeSet {
  const drawn = foreign === null ? basis : resampleBasis(foreign, basis);
  const inputs: FitInput[] = [];
  const rows: (readonly number[])[] = [];
  let columns: readonly string[] = [];
  const cases = Math.max(1, Math.round(share * set.cases));
  for (const changes of set.changes) {
    const plan = planSimulation(drawn, set.preset, changes);
    columns = plan.columns;
    for (const { fid, truth } of simulateCases(plan, cases, presetSeeds(set.preset).test)) {
      const { dwellTimeS, spectrometerFrequencyMHz, nucleus } = basis;
      const noiseSd = estimateNoiseSd(fid, dwellTimeS, spectrometerFrequencyMHz, nucleus);
      inputs.push({ voxel: inputs.length, fid, dwellTimeS, spectrometerFrequencyMHz, nucleus, noiseSd });
      rows.push(truth);
    }
  }
  const columnOf = (name: string): Float64Array => Float64Array.from(rows, (row) => row[columns.indexOf(name)] as number); // prettier-ignore
  const amounts = columns.filter((name) => !isNuisance(name));
  return { spec: set, inputs, truth: new Map(amounts.map((name) => [name, columnOf(name)])), snr: columnOf('snr') };
}

/** The first cases of every group of a set. */
export function firstOfSet(set: MadeSet, casesOfEach: number): MadeSet {
  const each = set.inputs.length / set.spec.changes.length;
  const chosen = set.inputs.map((_, i) => i).filter((i) => i % each < casesOfEach);
  if (chosen.length === set.inputs.length) return set;
  const inputs = chosen.map((i, voxel) => ({ ...(set.inputs[i] as FitInput), voxel }));
  const pick = (values: Float64Array): Float64Array => Float64Array.from(chosen, (i) => values[i] as number);
  const truth = new Map([...set.truth].map(([name, values]) => [name, pick(values)]));
  return { ...set, inputs, truth, snr: pick(set.snr) };
}

/** Middle of every range of a preset, its sums' members included: the mean of a set that was drawn from it. */
export function presetMeans(id: PresetId): ReadonlyMap<string, number> {
  const { concentrations, sums } = SIMULATION_PRESETS[id];
  const entries = Object.entries(concentrations).flatMap(([name, [low, high]]) => {
    const members = sums[name] ?? [name];
    return members.map((member) => [member, (low + high) / 2 / members.length] as const);
  });
  return new Map(entries);
}
