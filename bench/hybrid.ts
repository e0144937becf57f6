// bench hybrid: is the hybrid as right as the full NLLS fit, and how much faster? Both, and the network that the hybrid starts
// from, on the test sets of the published protocols (shipped basis). Where the network is not there, or LINESHAPE_START=planted,
// starts are the true values with errors of stated size. LINESHAPE_PRESETS (comma-separated), LINESHAPE_CASES (200), LINESHAPE_SEEDS
// (test; validation, for choices), LINESHAPE_ERRORS (JSON: shiftHz, phaseDeg, widthHz). Prints one JSON document.
import { existsSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { datasetToBasisSet } from '../src/core/basis/basisDataset.ts';
import { planSimulation, presetSeeds, simulateCases } from '../src/core/basis/simulatedSets/index.ts';
import type {
  PresetId,
  SimulatedCase,
  SimulationChanges,
  SimulationPlan,
} from '../src/core/basis/simulatedSets/index.ts';
import type { BasisSet } from '../src/core/domain/basisSet.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import type { MetaboliteEstimate, QuantificationResult } from '../src/core/domain/quantification.ts';
import { readNiftiMrs } from '../src/core/formats/niftiMrs.ts';
import { median } from '../src/core/math/robustStatistics.ts';
import { seededRandom } from '../src/core/math/seededRandom.ts';
import type { FitInput, FitStart } from '../src/core/ports/fitRunner.ts';
import { evaluateEstimates, slimEstimates } from '../src/core/quality/evaluation.ts';
import type { AccuracyRow } from '../src/core/quality/evaluation.ts';
import { hybridFit } from '../src/core/quantification/hybrid/hybridFit.ts';
import { universalStarts } from '../src/core/quantification/hybrid/networkStarts.ts';
import type { NetworkStart, NetworkStarts } from '../src/core/quantification/hybrid/networkStarts.ts';
import { estimateNoiseSd, fitVoxel, isFailure, quantifySpectra } from '../src/core/quantification/index.ts';
import { fitFromStart, parseNllsOptions } from '../src/core/quantification/nlls/index.ts';
import { createInferenceEngine } from '../src/node/inference/engine.ts';
import { createModelLibrary } from '../src/node/inference/modelLibrary.ts';

const BASIS_FILE = 'lineshape-3t-press-te30-123mhz.nii.gz';
const NETWORK = 'lineshape-universal';
const MODELS = fileURLToPath(new URL('../../resources/models', import.meta.url));
/** Times that each fit goes through all spectra; the least time of a spectrum counts, in which nothing else had the processor. */
const TURNS = 5;
/** Starts are drawn with this seed. */
const START_SEED = 4_712;
const ERRORS = { shiftHz: 0.3, phaseDeg: 3, widthHz: 0.7 };
/** Estimates with a larger bound say little of a method. [%] */
const LARGEST_BOUND_PERCENT = 20;

interface TestSet {
  readonly preset: PresetId;
  readonly options: JsonObject;
  readonly changes: SimulationChanges & JsonObject;
}

/** As bench simulatedSets has them, each with the options its protocol asks for. */
const SETS: Readonly<Record<string, TestSet>> = {
  brain: { preset: 'brain', options: {}, changes: {} },
  dq: { preset: 'dq', options: { lineshape: 'lorentzian' }, changes: {} },
  qnetCommonShift: {
    preset: 'qnet',
    options: { lineshape: 'lorentzian' },
    changes: { shifts: 'common', macromolecules: 'basis' },
  },
  qnet: { preset: 'qnet', options: {}, changes: {} },
  // The protocol's water reference stands at 0.5 ppm, where the fit's window must not reach.
  rizzo: { preset: 'rizzo', options: { ppmRange: [1, 4.2] }, changes: {} },
  hatami: { preset: 'hatami', options: {}, changes: {} },
  tumour: { preset: 'tumour-clinical', options: {}, changes: {} },
};

type Seeds = 'test' | 'validation';

const NEVER = { isCancelled: () => false, throwIfCancelled: () => undefined };
const rounded = (value: number | null, digits: number): number | null =>
  value === null || !Number.isFinite(value) ? null : Number(value.toFixed(digits));

interface Material {
  readonly plan: SimulationPlan;
  readonly basis: BasisSet;
  readonly cases: readonly SimulatedCase[];
  readonly inputs: readonly FitInput[];
}

function materialOf(whole: BasisSet, { preset, changes }: TestSet, count: number, seeds: Seeds): Material {
  const plan = planSimulation(whole, preset, changes);
  const isInSet = ({ kind, name }: BasisSet['signals'][number]): boolean =>
    kind !== 'metabolite' || plan.columns.includes(name);
  const basis: BasisSet = { ...whole, signals: whole.signals.filter(isInSet) };
  const { dwellTimeS, spectrometerFrequencyMHz } = basis;
  const cases = [...simulateCases(plan, count, presetSeeds(preset)[seeds])];
  const inputs = cases.map(({ fid }, voxel) => ({
    ...{ voxel, fid, dwellTimeS, spectrometerFrequencyMHz },
    // The noise is told once, whatever is fitted.
    ...{ nucleus: '1H', noiseSd: estimateNoiseSd(fid, dwellTimeS, spectrometerFrequencyMHz) },
  }));
  return { plan, basis, cases, inputs };
}

/** True values with errors. */
function plantedStarts({ plan, cases }: Material, errors: typeof ERRORS): FitStart[] {
  const random = seededRandom(START_SEED);
  return cases.map(({ truth }) => {
    const at = (name: string): number => truth[plan.columns.indexOf(name)] as number;
    return {
      phase0Deg: at('phaseDeg') + errors.phaseDeg * random.normal(),
      phase1DegPerPpm: 0,
      shiftHz: at('shiftHz') + errors.shiftHz * random.normal(),
      lorentzianHz: Math.max(0, at('lorentzianHz') + errors.widthHz * random.normal()),
      gaussianHz: Math.max(0, at('gaussianHz') + errors.widthHz * random.normal()),
    };
  });
}

/** What the network says of a set: its starts and what they take, and its own results beside them. */
interface Network {
  readonly starts: NetworkStarts;
  readonly results: readonly QuantificationResult[];
  readonly ms: number;
}

const CHOICE = { modelId: NETWORK, mismatch: null, unanswered: [] };

async function askNetwork({ inputs, basis }: Material): Promise<Network> {
  const workerUrl = new URL('../workers/inference.worker.js', import.meta.url);
  const engine = createInferenceEngine({ workerUrl, threads: 1 });
  try {
    const models = createModelLibrary({ folder: MODELS, engine, providers: ['cpu'] });
    const context = { models, network: CHOICE, cancellation: NEVER, withCurves: false };
    const starts = await universalStarts(inputs, basis, context);
    let ms = Infinity;
    for (let turn = 0; turn < TURNS; turn++) {
      const begun = performance.now();
      await universalStarts(inputs, basis, context);
      ms = Math.min(ms, (performance.now() - begun) / inputs.length);
    }
    const outputs = await quantifySpectra(inputs, basis, NETWORK, {}, context);
    const results = outputs.map((output) => {
      if (isFailure(output)) throw output.error;
      return output.result;
    });
    return { starts, results, ms };
  } finally {
    await engine.close();
  }
}

interface Timed {
  readonly results: QuantificationResult[];
  readonly ms: number[];
}

/** Each fit of all spectra, as a scan is fitted, by turns, so that a machine that becomes slower slows both. */
function fitBoth(
  inputs: readonly FitInput[],
  hybrid: (k: number) => QuantificationResult,
  full: (k: number) => QuantificationResult,
) {
  const all = (run: (k: number) => QuantificationResult, to: Timed): void => {
    inputs.forEach((_, k) => {
      const begun = performance.now();
      to.results[k] = run(k);
      to.ms[k] = Math.min(to.ms[k] ?? Infinity, performance.now() - begun);
    });
  };
  const timed = { hybrid: { results: [], ms: [] } as Timed, full: { results: [], ms: [] } as Timed };
  for (let turn = 0; turn < TURNS; turn++) {
    all(hybrid, timed.hybrid);
    all(full, timed.full);
  }
  return timed;
}

const estimatesOf = ({ combined, metabolites }: QuantificationResult): MetaboliteEstimate[] => [
  ...combined.filter(({ name }) => name !== 'mI'),
  ...metabolites,
];

/** |hybrid − full| over the full fit's bound, all estimates. */
function agreement(hybrid: readonly QuantificationResult[], full: readonly QuantificationResult[]): JsonObject {
  const differences: number[] = [];
  full.forEach((result, k) => {
    const other = new Map(estimatesOf(hybrid[k] as QuantificationResult).map((e) => [e.name, e.amplitude]));
    for (const { name, amplitude, crlbAbsolute } of estimatesOf(result)) {
      const difference = Math.abs(amplitude - (other.get(name) as number)) / (crlbAbsolute ?? NaN);
      if (Number.isFinite(difference)) differences.push(difference);
    }
  });
  differences.sort((a, b) => a - b);
  const quantile = (q: number): number | null =>
    rounded(differences[Math.floor(q * (differences.length - 1))] ?? null, 3);
  return { median: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), largest: quantile(1) };
}

/** Accuracy of one method by name. */
function accuracy({ plan, cases }: Material, results: readonly QuantificationResult[]): Map<string, AccuracyRow> {
  const truth = new Map(
    plan.columns.map((name, c) => [name, Float64Array.from(cases, (one) => one.truth[c] as number)]),
  );
  const { metabolites, combined } = evaluateEstimates(results.map(slimEstimates), truth);
  return new Map([...combined.filter(({ name }) => name !== 'mI'), ...metabolites].map((row) => [row.name, row]));
}

const figures = (row: AccuracyRow | undefined, fit: AccuracyRow): JsonObject | null =>
  row === undefined
    ? null
    : {
        rmse: rounded(row.rmse, 3),
        rmseOverFullCrlb: rounded((row.rmse * (fit.rmseOverCrlb ?? NaN)) / fit.rmse, 2),
        biasOverSe: rounded(row.biasSe === null ? null : row.bias / row.biasSe, 1),
        coverage95: rounded(row.coverage95, 1),
      };

interface Asked {
  readonly count: number;
  readonly seeds: Seeds;
  readonly errors: typeof ERRORS;
  readonly useNetwork: boolean;
}

async function measure(whole: BasisSet, set: TestSet, { count, seeds, errors, useNetwork }: Asked) {
  const material = materialOf(whole, set, count, seeds);
  const { inputs, basis } = material;
  const network = useNetwork ? await askNetwork(material) : null;
  const starts = plantedStarts(material, errors);
  const options = parseNllsOptions(set.options);
  const hybrid = (k: number): QuantificationResult => {
    const input = inputs[k] as FitInput;
    if (network !== null) {
      const { card, executionProvider, starts: told } = network.starts;
      const run = { basis, options, card, choice: CHOICE, executionProvider, cancellation: NEVER };
      return hybridFit(input, told[k] as NetworkStart, run).result;
    }
    const { output, fellBack } = fitFromStart(input, basis, options, starts[k] as FitStart, NEVER);
    return { ...output.result, diagnostics: { ...output.result.diagnostics, fellBack: fellBack !== null } };
  };
  const full = (k: number): QuantificationResult =>
    fitVoxel(inputs[k] as FitInput, basis, 'nlls', set.options, NEVER).result;
  const timed = fitBoth(inputs, hybrid, full);
  const rows = accuracy(material, timed.full.results);
  const ofHybrid = accuracy(material, timed.hybrid.results);
  const ofNetwork = network === null ? new Map<string, AccuracyRow>() : accuracy(material, network.results);
  const [fitMs, quickMs] = [median(timed.full.ms), median(timed.hybrid.ms)];
  const networkMs = network?.ms ?? 0;
  const fellBack = timed.hybrid.results.filter(({ diagnostics }) => diagnostics['fellBack'] === true).length;
  return {
    msPerSpectrum: {
      fullFit: rounded(fitMs, 2),
      network: network === null ? null : rounded(networkMs, 2),
      quickFit: rounded(quickMs, 2),
    },
    fastestMs: { fullFit: rounded(Math.min(...timed.full.ms), 2), quickFit: rounded(Math.min(...timed.hybrid.ms), 2) },
    timesAsFast: rounded(fitMs / (quickMs + networkMs), 2),
    timesAsFastWithoutNetwork: rounded(fitMs / quickMs, 2),
    fellBackPercent: rounded((100 * fellBack) / count, 1),
    differenceOverCrlb: agreement(timed.hybrid.results, timed.full.results),
    rows: [...rows.values()]
      .filter(({ meanCrlbPercent }) => meanCrlbPercent !== null && meanCrlbPercent < LARGEST_BOUND_PERCENT)
      .map((row) => ({
        name: row.name,
        fullFit: figures(row, row),
        hybrid: figures(ofHybrid.get(row.name), row),
        network: figures(ofNetwork.get(row.name), row),
      })),
    conditions: { ...set, seed: presetSeeds(set.preset)[seeds] },
  };
}

/** The benchmark; `lineshape bench hybrid` calls it from dist/bench. */
export async function run(): Promise<JsonObject> {
  const { env } = process;
  const count = Number(env['LINESHAPE_CASES'] ?? '200');
  const seeds = env['LINESHAPE_SEEDS'] === 'validation' ? 'validation' : 'test';
  const wanted = (env['LINESHAPE_PRESETS'] ?? Object.keys(SETS).join(',')).split(',');
  const errors = { ...ERRORS, ...(JSON.parse(env['LINESHAPE_ERRORS'] ?? '{}') as Partial<typeof ERRORS>) };
  const useNetwork = env['LINESHAPE_START'] !== 'planted' && existsSync(`${MODELS}/${NETWORK}.onnx`);
  const bytes = new Uint8Array(readFileSync(new URL(`../../resources/basis/${BASIS_FILE}`, import.meta.url)));
  const basis = datasetToBasisSet(readNiftiMrs(bytes, BASIS_FILE), 'bench', '');
  const sets: Record<string, JsonObject> = {};
  for (const id of wanted) {
    const set = SETS[id];
    if (set === undefined) throw new Error(`LINESHAPE_PRESETS should name some of ${Object.keys(SETS).join(', ')}.`);
    sets[id] = await measure(basis, set, { count, seeds, errors, useNetwork });
  }
  return {
    bench: 'hybrid',
    start: useNetwork ? NETWORK : 'planted',
    ...(useNetwork ? {} : { startErrors: errors }),
    sets,
    conditions: {
      cases: count,
      threads: 1,
      basis: BASIS_FILE,
      cpu: cpus()[0]?.model ?? 'unknown',
      node: process.version,
    },
  };
}
