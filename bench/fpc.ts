// bench fpc: how well every method finds the frequency and phase offsets of simulated transients, beside the Cramér–Rao bound
// of these signals and the published figures (Shamaei 2023, doi:10.1002/mrm.29498), classical methods and networks alike; and
// what a network takes for a batch of 320 on one thread. LINESHAPE_SETS (comma-separated ids of presets), LINESHAPE_METHODS (ids
// of methods) and LINESHAPE_SEED (the presets' test seeds where not set) choose.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { datasetToBasisSet } from '../src/core/basis/basisDataset.ts';
import {
  drawTransientSet,
  meanOffsetBound,
  simulateTransientSet,
  TRANSIENT_PRESETS,
} from '../src/core/basis/simulatedTransients/index.ts';
import type { SimulatedTransients, TransientPresetId } from '../src/core/basis/simulatedTransients/index.ts';
import type { ComplexSignal } from '../src/core/domain/complexArray.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import type { Tensor } from '../src/core/ports/inferenceEngine.ts';
import type { ModelLibrary } from '../src/core/ports/modelLibrary.ts';
import { readNiftiMrs } from '../src/core/formats/niftiMrs.ts';
import { meanSignal } from '../src/core/math/meanSignal.ts';
import { median, standardDeviation } from '../src/core/math/robustStatistics.ts';
import { seededRandom } from '../src/core/math/seededRandom.ts';
import { CLASSICAL_METHODS } from '../src/core/preprocessing/frequencyPhaseCorrection/classicalMethods.ts';
import { NETWORK_METHODS } from '../src/core/preprocessing/frequencyPhaseCorrection/networks/index.ts';
import type {
  FpcContext,
  FpcEstimate,
  FpcMethod,
  FpcMethodId,
  FpcOptions,
  TransientSet,
} from '../src/core/preprocessing/frequencyPhaseCorrection/method.ts';
import { alignedSignals } from '../src/core/preprocessing/frequencyPhaseCorrection/offsets.ts';
import { withoutOffset, wrapped } from '../src/core/preprocessing/transientOffsets.ts';
import { fitSinglets } from '../src/core/preprocessing/singletPattern.ts';
import { LINE_WINDOWS_PPM, lineFwhm } from '../src/core/quality/linewidth.ts';
import { similarityIndex } from '../src/core/quality/similarityIndex.ts';
import { modelIds } from '../src/node/files/modelCards.ts';
import { createInferenceEngine } from '../src/node/inference/engine.ts';
import { createModelLibrary } from '../src/node/inference/modelLibrary.ts';

const SETS: readonly TransientPresetId[] = [
  'fpc-published-clean',
  'fpc-published-nuisance',
  'fpc-wide',
  'fpc-clinical-3t',
];
/** An estimate that errs by more has failed. */
const FAILURE = { hz: 3, deg: 20 } as const;
const WARM_UP = 32;
/** Transients that a network is timed with at once, and how often: the fastest counts, for others run on the machine. */
const BATCH = 320;
const TIMED_RUNS = 5;
const MODELS = fileURLToPath(new URL('../../resources/models', import.meta.url));

/** Precision in Hz and °, SI, creatine width of the mean in Hz, as published for the set with nuisance lines; SI of the raw set 0.14. */
const PUBLISHED: Partial<Record<FpcMethodId, readonly [number, number, number, number]>> = {
  dsr: [1.02, 5.87, 0.44, 10.38],
  dsrf: [0.73, 4.89, 0.44, 10.22],
  sr: [1.57, 7.44, 0.44, 10.77],
  srf: [11.46, 15.92, 0.32, 15.34],
  dcrr: [0.94, 6.62, 0.42, 10.14],
  dcrrf: [0.95, 6.79, 0.42, 10.17],
  crr: [7.92, 32.34, 0.36, 10.71],
  corr: [10.7, 16.87, 0.34, 19.14],
  corrf: [11.33, 17.46, 0.32, 20.55],
  tapper: [0.71, 6.78, 0.44, 10.45],
  ma: [0.99, 4.29, 0.44, 10.53],
};

const NEVER = { isCancelled: () => false, throwIfCancelled: () => undefined };
const degrees = (rad: number): number => (rad * 180) / Math.PI;
const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

interface Offset {
  readonly shiftHz: number;
  readonly phaseRad: number;
}

function simulated(id: TransientPresetId, seed: number): SimulatedTransients {
  const random = seededRandom(seed);
  const drawn = drawTransientSet(TRANSIENT_PRESETS[id], random);
  const file = `${drawn.basis.id}.nii.gz`;
  const bytes = new Uint8Array(readFileSync(new URL(`../../resources/basis/${file}`, import.meta.url)));
  return simulateTransientSet(drawn, datasetToBasisSet(readNiftiMrs(bytes, file), drawn.basis.id, ''), random);
}

function meanPhase(phases: readonly number[]): number {
  const sum = (of: (x: number) => number): number => phases.reduce((total, p) => total + of(p), 0);
  return Math.atan2(sum(Math.sin), sum(Math.cos));
}

/** Estimate less truth of every transient. */
function errorsOf(found: readonly Offset[], truth: readonly Offset[]): { hz: number[]; rad: number[] } {
  return {
    hz: found.map((o, k) => o.shiftHz - truth[k]!.shiftHz),
    rad: found.map((o, k) => wrapped(o.phaseRad - truth[k]!.phaseRad)),
  };
}

/** Where a mean's singlets stand: what a relative frame still lacks, as referencing and phasing find it. */
function singletFrame(set: TransientSet, mean: ComplexSignal, options: FpcOptions): Offset {
  const { dwellTimeS, spectrometerFrequencyMHz } = set;
  const reachPpm = options.maximumShiftHz / spectrometerFrequencyMHz;
  return fitSinglets(mean, dwellTimeS, spectrometerFrequencyMHz, reachPpm) ?? { shiftHz: 0, phaseRad: 0 };
}

function failureRate({ hz, rad }: ReturnType<typeof errorsOf>, frame: Offset): number {
  const failed = hz.filter(
    (e, k) =>
      Math.abs(e - frame.shiftHz) > FAILURE.hz || Math.abs(degrees(wrapped(rad[k]! - frame.phaseRad))) > FAILURE.deg,
  );
  return failed.length / hz.length;
}

/** Similarity of the aligned transients and creatine's width in their mean. */
function spectraFigures(set: TransientSet, aligned: readonly ComplexSignal[], frame: Offset): JsonObject {
  const { dwellTimeS, spectrometerFrequencyMHz } = set;
  const placed = aligned.map((signal) => withoutOffset(signal, frame, dwellTimeS));
  const mean = { fid: meanSignal(placed), dwellTimeS, spectrometerFrequencyMHz };
  const width = lineFwhm(mean, LINE_WINDOWS_PPM.tCr)?.fwhmHz ?? null;
  return {
    similarityIndex: rounded(similarityIndex(placed, dwellTimeS, spectrometerFrequencyMHz), 3),
    crWidthHz: width === null ? null : rounded(width, 2),
  };
}

function accuracy(set: SimulatedTransients, estimate: FpcEstimate, options: FpcOptions): JsonObject {
  const truth = set.drawn.transients;
  const aligned = alignedSignals(set, estimate.offsets);
  const none = { shiftHz: 0, phaseRad: 0 };
  const frame = estimate.frame === 'absolute' ? none : singletFrame(set, meanSignal(aligned), options);
  const errors = errorsOf(estimate.offsets, truth);
  const middle = meanPhase(errors.rad);
  const spread = errors.rad.map((e) => wrapped(e - middle));
  const usual = { shiftHz: median(errors.hz), phaseRad: middle + median(spread) };
  const meanHz = errors.hz.reduce((a, b) => a + b, 0) / errors.hz.length;
  return {
    frame: estimate.frame,
    frequencyPrecisionHz: rounded(standardDeviation(errors.hz), 3),
    phasePrecisionDeg: rounded(degrees(standardDeviation(spread)), 2),
    frequencyBiasHz: rounded(meanHz + frame.shiftHz, 3),
    phaseBiasDeg: rounded(degrees(wrapped(middle + frame.phaseRad)), 2),
    failureRate: rounded(failureRate(errors, estimate.frame === 'absolute' ? none : usual), 4),
    ...spectraFigures(set, aligned, frame),
  };
}

async function methodRow(
  method: FpcMethod,
  id: TransientPresetId,
  set: SimulatedTransients,
  context: FpcContext,
): Promise<JsonObject> {
  const options: FpcOptions = {
    ppmRange: null,
    maximumShiftHz: Math.max(...TRANSIENT_PRESETS[id].shiftHz.map(Math.abs)),
  };
  const published = id === 'fpc-published-nuisance' ? (PUBLISHED[method.id] ?? null) : null;
  try {
    await method.estimate({ ...set, signals: set.signals.slice(0, WARM_UP) }, options, context);
    const start = performance.now();
    const estimate = await method.estimate(set, options, context);
    const msPerTransient = rounded((performance.now() - start) / set.signals.length, 3);
    return {
      set: id,
      method: method.id,
      ...accuracy(set, estimate, options),
      msPerTransient,
      published: published === null ? null : [...published],
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { set: id, method: method.id, failureRate: 1, error: message };
  }
}

/** What no correction and a perfect one would leave: the ends of the scale. */
function endRows(id: TransientPresetId, set: SimulatedTransients): JsonObject[] {
  const none = { shiftHz: 0, phaseRad: 0 };
  const perfect = set.drawn.transients.map(({ shiftHz, phaseRad }) => ({ shiftHz, phaseRad, weight: 1 }));
  return [
    { set: id, method: 'none', ...spectraFigures(set, set.signals, none) },
    { set: id, method: 'truth', ...spectraFigures(set, alignedSignals(set, perfect), none) },
  ];
}

function boundRow(id: TransientPresetId, set: SimulatedTransients): JsonObject {
  const known = meanOffsetBound(set, true);
  const unknown = meanOffsetBound(set, false);
  return {
    set: id,
    transients: set.signals.length,
    frequencyHz: rounded(known.shiftHz, 3),
    phaseDeg: rounded(degrees(known.phaseRad), 2),
    frequencyHzNuisancesUnknown: rounded(unknown.shiftHz, 3),
    phaseDegNuisancesUnknown: rounded(degrees(unknown.phaseRad), 2),
  };
}

/** Time of a batch through the network alone, in the program's own inference thread; the input's values cost nothing. */
async function networkSpeed(id: string, models: ModelLibrary): Promise<JsonObject> {
  const { card, run: infer } = await models.open(id);
  const random = seededRandom(1);
  const inputs = Object.fromEntries(
    card.inputs.map(({ name, shape }): [string, Tensor] => {
      const whole = shape.map((length) => length ?? BATCH);
      const size = whole.reduce((a, b) => a * b, 1);
      return [name, { shape: whole, data: Float32Array.from({ length: size }, () => random.normal() / 4) }];
    }),
  );
  let fastest = Infinity;
  for (let k = 0; k <= TIMED_RUNS; k++) {
    const start = performance.now();
    await infer(inputs);
    if (k > 0) fastest = Math.min(fastest, performance.now() - start);
  }
  return { method: id, batch: BATCH, msPerTransient: rounded(fastest / BATCH, 4), publishedMs: 3 };
}

/** The benchmark; `lineshape bench fpc` calls it from dist/bench. */
export async function run(): Promise<JsonObject> {
  const workerUrl = new URL('../workers/inference.worker.js', import.meta.url);
  const engine = createInferenceEngine({ workerUrl, threads: 1 });
  try {
    return await measured(createModelLibrary({ folder: MODELS, engine, providers: ['cpu'] }));
  } finally {
    await engine.close();
  }
}

async function measured(models: ModelLibrary): Promise<JsonObject> {
  const { env } = process;
  const ids = SETS.filter((id) => env['LINESHAPE_SETS']?.split(',').includes(id) ?? true);
  const there = await modelIds(MODELS);
  const networks = NETWORK_METHODS.filter(({ id }) => there.includes(id));
  const methods: readonly FpcMethod[] = [...CLASSICAL_METHODS, ...networks];
  const chosen = methods.filter((m) => env['LINESHAPE_METHODS']?.split(',').includes(m.id) ?? true);
  const context: FpcContext = { cancellation: NEVER, models };
  const rows: JsonObject[] = [];
  const bounds: JsonObject[] = [];
  const seeds: JsonObject = {};
  for (const id of ids) {
    const seed = Number(env['LINESHAPE_SEED'] ?? TRANSIENT_PRESETS[id].seeds.test);
    seeds[id] = seed;
    const set = simulated(id, seed);
    bounds.push(boundRow(id, set));
    rows.push(...endRows(id, set));
    for (const method of chosen) rows.push(await methodRow(method, id, set, context));
  }
  const speed: JsonObject[] = [];
  for (const { id } of chosen) if (networks.some((n) => n.id === id)) speed.push(await networkSpeed(id, models));
  return {
    bench: 'fpc',
    rows,
    bounds,
    networkSpeed: speed,
    conditions: {
      seeds,
      bound:
        'Cramér–Rao, root mean square over the set: the metabolites’ shape is known; frequency, phase, amplitude and damping of each transient are not, nor, where said, place, width, phase and amplitude of its nuisance lines',
      bias: 'mean error; a relative method’s frame is put at the singlets (tNAA, tCr, tCho) of its own mean first',
      failure: `error above ${FAILURE.hz} Hz or ${FAILURE.deg}°; relative methods: from their own median`,
      published: 'frequency Hz, phase °, SI, creatine width Hz; SI of the uncorrected set 0.14',
      threads: 1,
      cpu: cpus()[0]?.model ?? 'unknown',
      node: process.version,
    },
  };
}
