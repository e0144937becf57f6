// The networks as methods: frames, batches, coarse search and warnings with a network whose answers are known; then each real
// network on simulated transients with known offsets.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  drawTransientSet,
  simulateTransientSet,
  TRANSIENT_PRESETS,
} from '../../../../src/core/basis/simulatedTransients/index.ts';
import type { ComplexSignal } from '../../../../src/core/domain/complexArray.ts';
import { ModelError } from '../../../../src/core/domain/errors.ts';
import type { ModelCard } from '../../../../src/core/domain/modelCard.ts';
import { rotateSignal } from '../../../../src/core/math/rotation.ts';
import { seededRandom } from '../../../../src/core/math/seededRandom.ts';
import type { InferenceEngine } from '../../../../src/core/ports/inferenceEngine.ts';
import type { ModelLibrary } from '../../../../src/core/ports/modelLibrary.ts';
import type {
  FpcContext,
  FpcMethodId,
  TransientSet,
} from '../../../../src/core/preprocessing/frequencyPhaseCorrection/method.ts';
import { NETWORK_METHODS } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/networks/index.ts';
import { UNKNOWN_ACQUISITION } from '../../../../src/core/domain/mrsDataset.ts';
import { referenceTransient } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/networks/referenceTransient.ts';
import { loadBundledBasis } from '../../../../src/node/files/basisLibrary.ts';
import { createInferenceEngine } from '../../../../src/node/inference/engine.ts';
import { createModelLibrary } from '../../../../src/node/inference/modelLibrary.ts';
import { bundleWorker } from '../../../fixtures/bundleWorker.ts';
import { smallCard } from '../../../fixtures/networks.ts';

const RESOURCES = fileURLToPath(new URL('../../../../resources', import.meta.url));
const FREQUENCY_MHZ = 123.25;
const cancellation = { isCancelled: () => false, throwIfCancelled: () => undefined };
const OPTIONS = { ppmRange: null, maximumShiftHz: 20 };

const methodOf = (id: FpcMethodId) => NETWORK_METHODS.find((m) => m.id === id)!;

const CARD: ModelCard = {
  ...smallCard('dsr'),
  inputs: [{ name: 'fid', dtype: 'float32', shape: [null, 2, 512], meaning: 'canonical FID' }],
  outputs: [{ name: 'offsets', dtype: 'float32', shape: [null, 3], meaning: 'shift and phase' }],
  protocol: {
    nucleus: '1H',
    fieldT: [1.4, 9.5],
    sequences: null,
    echoTimeMs: null,
    limits: { shiftPpm: [-0.35, 0.35] },
  },
};

/** A library whose one network answers with the place of the tallest line between ±0.34 ppm and its phase at t = 0. */
function scripted(card: ModelCard, batches: number[] = []): ModelLibrary {
  const run = (inputs: Parameters<Awaited<ReturnType<ModelLibrary['open']>>['run']>[0]) => {
    const fid = inputs['fid']!;
    const rows = fid.shape[0] as number;
    batches.push(rows);
    const data = new Float32Array(rows * 3);
    for (let k = 0; k < rows; k++) data.set(tallestLine(fid.data.subarray(k * 1024, (k + 1) * 1024)), 3 * k);
    return Promise.resolve({ offsets: { data, shape: [rows, 3] } });
  };
  return { open: () => Promise.resolve({ card, executionProvider: 'cpu', run }) };
}

function tallestLine(fid: Float32Array): [number, number, number] {
  let best: [number, number, number] = [0, 1, 0];
  let height = 0;
  for (let ppm = -0.34; ppm <= 0.3401; ppm += 0.02) {
    let re = 0;
    let im = 0;
    for (let n = 0; n < 512; n++) {
      const angle = (-2 * Math.PI * ppm * n) / 8;
      re += (fid[n] as number) * Math.cos(angle) - (fid[512 + n] as number) * Math.sin(angle);
      im += (fid[n] as number) * Math.sin(angle) + (fid[512 + n] as number) * Math.cos(angle);
    }
    const size = Math.hypot(re, im);
    if (size > height) {
      height = size;
      best = [ppm, re / size, im / size];
    }
  }
  return best;
}

/** tNAA, tCr and tCho, moved and turned. */
function transient(shiftPpm: number, phaseRad: number): ComplexSignal {
  const re = new Float64Array(1024);
  const im = new Float64Array(1024);
  for (const [ppm, size] of [
    [2.01, 0.6],
    [3.027, 1],
    [3.2, 0.5],
  ] as const) {
    // prettier-ignore
    for (let n = 0; n < 1024; n++) {
      const t = n / 2000;
      const angle = 2 * Math.PI * (4.65 - ppm + shiftPpm) * FREQUENCY_MHZ * t + phaseRad;
      re[n] = (re[n] as number) + size * Math.exp(-15 * t) * Math.cos(angle);
      im[n] = (im[n] as number) + size * Math.exp(-15 * t) * Math.sin(angle);
    }
  }
  return { re, im };
}

const setOf = (signals: readonly ComplexSignal[], spectrometerFrequencyMHz = FREQUENCY_MHZ): TransientSet => ({
  signals,
  dwellTimeS: 1 / 2000,
  spectrometerFrequencyMHz,
});

const contextOf = (models: ModelLibrary | null): FpcContext => ({ cancellation, models });

describe('network methods with a known network', () => {
  it('turn its ppm and unit vectors into Hz and radians, in batches of 320', async () => {
    const batches: number[] = [];
    const shifts = Array.from({ length: 330 }, (_, k) => 0.04 * ((k % 5) - 2));
    const set = setOf(shifts.map((shift) => transient(shift, 2)));
    const { offsets, frame, warnings } = await methodOf('dcrr').estimate(
      set,
      OPTIONS,
      contextOf(scripted(CARD, batches)),
    );
    expect(batches).toEqual([320, 10]);
    expect(frame).toBe('absolute');
    expect(warnings).toEqual([]);
    offsets.forEach(({ shiftHz, phaseRad, weight }, k) => {
      // The scripted network answers on a grid of 0.02 ppm.
      expect(Math.abs(shiftHz - (shifts[k] as number) * FREQUENCY_MHZ)).toBeLessThan(0.021 * FREQUENCY_MHZ);
      expect(Math.abs(phaseRad - 2)).toBeLessThan(0.3);
      expect(weight).toBe(1);
    });
  });

  it('count from a reference transient where the method is relative', async () => {
    const set = setOf([transient(0.1, 3), transient(0.02, -3), transient(-0.06, 1)]);
    const { offsets, frame, details } = await methodOf('dsr').estimate(set, OPTIONS, contextOf(scripted(CARD)));
    const reference = offsets[details['referenceTransient'] as number]!;
    expect(frame).toBe('relative');
    expect([reference.shiftHz, reference.phaseRad]).toEqual([0, 0]);
    expect(Math.abs(offsets[0]!.shiftHz - offsets[1]!.shiftHz - 0.08 * FREQUENCY_MHZ)).toBeLessThan(0.5);
    expect(Math.max(...offsets.map((o) => Math.abs(o.phaseRad)))).toBeLessThanOrEqual(Math.PI);
  });

  it('move transients coarsely first where they lie outside the trained range, and say so', async () => {
    const set = setOf([transient(0.02, 0.5), transient(0.5, 0.5), transient(-0.55, -2)]);
    const options = { ppmRange: null, maximumShiftHz: 80 };
    const { offsets, warnings, details } = await methodOf('dcrr').estimate(set, options, contextOf(scripted(CARD)));
    expect(details['coarselyMoved']).toBe(2);
    expect(warnings.map((w) => w.code)).toEqual(['fpc-network-shift-untrained']);
    expect(warnings[0]?.message).toMatch(/^2 of 3 transients .*outside the range.*\.$/);
    [0.02, 0.5, -0.55].forEach((ppm, k) =>
      expect(Math.abs(offsets[k]!.shiftHz - ppm * FREQUENCY_MHZ)).toBeLessThan(0.03 * FREQUENCY_MHZ),
    );
  });

  it('warn of a field that was not trained', async () => {
    const set = setOf([transient(0, 0)], 500);
    const { warnings } = await methodOf('ma').estimate(set, OPTIONS, contextOf(scripted(CARD)));
    expect(warnings.map((w) => w.code)).toContain('fpc-network-field-untrained');
  });

  it('refuse another nucleus, another shape and a missing library in one sentence each', async () => {
    const phosphorus = { ...CARD, protocol: { ...CARD.protocol, nucleus: '31P' } };
    const short = { ...CARD, inputs: [{ ...CARD.inputs[0]!, shape: [null, 2, 256] }] };
    for (const [models, words] of [
      [scripted(phosphorus), /31P/],
      [scripted(short), /2×256/],
      [null, /no networks are at hand/],
    ] as const) {
      const work = methodOf('tapper').estimate(setOf([transient(0, 0)]), OPTIONS, contextOf(models));
      const error = await work.catch((e: unknown) => e);
      expect(error).toBeInstanceOf(ModelError);
      expect((error as ModelError).message).toMatch(words);
      expect((error as ModelError).message).toMatch(/^[^\n]+\.$/);
    }
  });
});

describe('the scan that transients are of', () => {
  const card = { ...CARD, protocol: { ...CARD.protocol, echoTimeMs: [5, 300] as const } };
  const of = (echoTimeS: number | null, frequencyMHz = FREQUENCY_MHZ) => {
    const set = setOf([transient(0, 0)]);
    const scan = {
      data: { re: new Float64Array(1), im: new Float64Array(1), shape: [1, 1, 1, 2048] },
      dwellTimeS: set.dwellTimeS,
      spectrometerFrequencyMHz: frequencyMHz,
      nucleus: '1H',
      acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS },
    };
    return methodOf('ma').estimate({ ...set, scan }, OPTIONS, contextOf(scripted(card)));
  };

  it('is refused outside what the network was trained for, in one sentence that names both', async () => {
    await expect(of(0.5)).rejects.toThrow(/^[^\n]*echo time 5–300 ms[^\n]*echo time 500 ms[^\n]*\.$/);
    await expect(of(0.03, 500)).rejects.toThrow(/^[^\n]*field 1\.4–9\.5 T[^\n]*\.$/);
  });

  it('is taken inside, with a warning where its header does not say', async () => {
    expect((await of(0.03)).warnings).toEqual([]);
    expect((await of(null)).warnings.map((w) => w.code)).toEqual(['model-protocol-unknown']);
  });
});

describe('reference transient', () => {
  it('is the one of highest SNR among those without nuisance lines', () => {
    const random = seededRandom(4);
    const noisy = (signal: ComplexSignal, noiseSd: number, nuisance: number): ComplexSignal => ({
      re: signal.re.map((v, n) => v + nuisance * Math.exp(-n / 40) + noiseSd * random.normal()),
      im: signal.im.map((v) => v + noiseSd * random.normal()),
    });
    const signals = [0.3, 0.05, 0.2, 0.01, 0.25].map((sd, k) => noisy(transient(0, 0), sd, k === 3 ? 6 : 0));
    expect(referenceTransient(signals)).toEqual({ index: 1, clusterSize: 4 });
  });

  it('is not the one transient in which the head moved, which starts low for having lost its signal', () => {
    const random = seededRandom(5);
    const signals = Array.from({ length: 24 }, (_, k) => {
      const { re, im } = transient(0, 0);
      const part = k === 7 ? 0.1 : 1;
      const noisy = (x: Float64Array): Float64Array => x.map((v) => part * v + 0.05 * random.normal());
      return { re: noisy(re), im: noisy(im) };
    });
    const { index, clusterSize } = referenceTransient(signals);
    expect(index).not.toBe(7);
    expect(clusterSize).toBe(23);
  });
});

/** Published precision of the thesis's table: Hz, degrees. */
const PUBLISHED: readonly (readonly [FpcMethodId, number, number])[] = [
  ['dcrr', 0.94, 6.62],
  ['dcrrf', 0.95, 6.79],
  ['dsr', 1.02, 5.87],
  ['dsrf', 0.73, 4.89],
  ['tapper', 0.71, 6.78],
  ['ma', 0.99, 4.29],
];

describe('the trained networks', () => {
  let engine: InferenceEngine;
  let library: ModelLibrary;
  beforeAll(async () => {
    engine = createInferenceEngine({
      workerUrl: await bundleWorker('src/node/workers/inference.worker.ts'),
      threads: 1,
    });
    library = createModelLibrary({ folder: `${RESOURCES}/models`, engine });
  });
  afterAll(() => engine.close());

  const deviation = (values: readonly number[]): number => {
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
  };

  it.each(PUBLISHED)(
    '%s is at least as precise as published, %d Hz and %d°, without nuisance lines',
    async (id, hz, degrees) => {
      expect(existsSync(`${RESOURCES}/models/${id}.onnx`)).toBe(true);
      const preset = TRANSIENT_PRESETS['fpc-published-clean'];
      // 100 transients: the SD is known to 7 %, and the networks stand much farther from the published figures than that.
      const drawn = drawTransientSet(preset, seededRandom(9), 100);
      const basis = await loadBundledBasis(RESOURCES, preset.bases[0]!.id);
      const set = simulateTransientSet(drawn, basis, seededRandom(10));
      const { offsets } = await methodOf(id).estimate(set, OPTIONS, contextOf(library));
      const shifts = offsets.map((o, k) => o.shiftHz - drawn.transients[k]!.shiftHz);
      const turns = offsets.map((o, k) => o.phaseRad - drawn.transients[k]!.phaseRad);
      const first = turns[0] as number;
      const phases = turns.map((t) => (Math.atan2(Math.sin(t - first), Math.cos(t - first)) * 180) / Math.PI);
      expect(deviation(shifts)).toBeLessThan(hz);
      expect(deviation(phases)).toBeLessThan(degrees);
    },
  );

  it('find transients far outside their trained range after the coarse search', async () => {
    const preset = TRANSIENT_PRESETS['fpc-clinical-3t'];
    const drawn = drawTransientSet(preset, seededRandom(11), 60);
    const basis = await loadBundledBasis(RESOURCES, preset.bases[0]!.id);
    const set = simulateTransientSet(drawn, basis, seededRandom(12));
    const extra = drawn.transients.map((_, k) => (k % 2 === 0 ? 65 : -65));
    const signals = set.signals.map((signal, k) => rotateSignal(signal, extra[k]! * set.dwellTimeS, 0));
    const options = { ppmRange: null, maximumShiftHz: 80 };
    const estimate = await methodOf('ma').estimate({ ...set, signals }, options, contextOf(library));
    const misses = estimate.offsets.map((o, k) => Math.abs(o.shiftHz - extra[k]! - drawn.transients[k]!.shiftHz));
    expect(estimate.warnings.map((w) => w.code)).toEqual(['fpc-network-shift-untrained']);
    // So far out a coarse search can take NAA for creatine, or a water line of twice the metabolites' amplitude for either:
    // of 360 such transients it found 86 %.
    expect(misses.filter((m) => m < 3).length).toBeGreaterThanOrEqual(45);
  });
});
