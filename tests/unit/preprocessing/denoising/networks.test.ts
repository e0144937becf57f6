// What goes into a network and comes back from it, with networks whose answer is known. The shipped ones answer as stored:
// tests/contract/models.test.ts.
import { describe, expect, it } from 'vitest';
import type { ComplexSignal } from '../../../../src/core/domain/complexArray.ts';
import { ModelError } from '../../../../src/core/domain/errors.ts';
import type { ModelCard } from '../../../../src/core/domain/modelCard.ts';
import type { Tensor } from '../../../../src/core/ports/inferenceEngine.ts';
import type { ModelLibrary } from '../../../../src/core/ports/modelLibrary.ts';
import { DEFAULT_OPTIONS, denoiseDataset } from '../../../../src/core/preprocessing/denoising/index.ts';
import type { StepContext } from '../../../../src/core/preprocessing/step.ts';
import {
  addNoise,
  BRAIN,
  contextWith,
  datasetOf,
  fidOf,
  relativeError,
  synthesise,
} from '../../preprocessingSynthesis.ts';

const SD = 0.05;

const CARD: ModelCard = {
  id: 'relstm', title: 'A known answer', version: 3, file: 'relstm.onnx', sha256: '0'.repeat(64), licence: 'MIT', citation: '',
  task: 'denoising', inputs: [], outputs: [],
  protocol: { nucleus: '1H', fieldT: [1.4, 7.1], sequences: null, echoTimeMs: null, limits: {} },
  training: { recipe: '', presetFiles: [], basisSha256: {}, seeds: {}, epochs: 0, hardware: '', minutes: 0, command: '' },
  metrics: {}, limits: [],
}; // prettier-ignore

/** A network that multiplies its input. */
function scaling(by: number, seen: Tensor[] = []): ModelLibrary {
  const run = (inputs: Readonly<Record<string, Tensor>>) => {
    const fid = inputs['fid']!;
    seen.push(fid);
    return Promise.resolve({ denoised: { data: fid.data.map((v) => by * v), shape: fid.shape } });
  };
  return { open: () => Promise.resolve({ card: CARD, executionProvider: 'cpu', run }) };
}

function contextOf(models: ModelLibrary, noiseSd = 0): StepContext {
  return { ...contextWith(), models, noiseSdOf: () => noiseSd };
}

const OPTIONS = { ...DEFAULT_OPTIONS, method: 'relstm' } as const;

describe('the way to a network and back', () => {
  it('gives it the canonical FID: largest magnitude 1, its beginning real', async () => {
    const seen: Tensor[] = [];
    const fids = [1, 2, 3].map((k) => synthesise(BRAIN, { phaseRad: k, scale: 10 ** k }));
    await denoiseDataset(datasetOf(fids, [['DIM_DYN', 3]]), OPTIONS, contextOf(scaling(1, seen)));
    expect(seen[0]!.shape).toEqual([3, 2, 512]);
    const magnitudes = Array.from({ length: 512 }, (_, n) => Math.hypot(seen[0]!.data[n]!, seen[0]!.data[512 + n]!));
    // Single precision.
    expect(Math.max(...magnitudes)).toBeCloseTo(1, 6);
    const imaginary = seen[0]!.data.subarray(512, 520).reduce((a, b) => a + b, 0);
    expect(imaginary).toBeCloseTo(0, 5);
    // Phase and amplitude are taken off: the three are one.
    for (let n = 0; n < 1024; n++) expect(seen[0]!.data[1024 + n]).toBeCloseTo(seen[0]!.data[n]!, 5);
  });

  it('changes nothing where the network changes nothing', async () => {
    const before = datasetOf([addNoise(synthesise(BRAIN), SD, 5)]);
    const { dataset, details } = await denoiseDataset(before, OPTIONS, contextOf(scaling(1)));
    // Rounding to single precision and back.
    expect(relativeError(fidOf(dataset), fidOf(before))).toBeLessThan(1e-6);
    expect(details['groups']).toMatchObject([{ model: 'relstm', modelVersion: 3, executionProvider: 'cpu' }]);
  });

  it('leaves alone what lies outside the band of the network', async () => {
    const inside = synthesise(BRAIN);
    const outside = synthesise([{ ppm: 9.5, amplitude: 1, widthHz: 8 }]);
    const both: ComplexSignal = {
      re: inside.re.map((v, n) => v + outside.re[n]!),
      im: inside.im.map((v, n) => v + outside.im[n]!),
    };
    const { dataset } = await denoiseDataset(datasetOf([both]), OPTIONS, contextOf(scaling(0)));
    const left = fidOf(dataset);
    // What the sudden beginning of lines six times as large puts beyond the band stays: most in the first 10 ms.
    const later = (s: ComplexSignal) => ({ re: s.re.subarray(40), im: s.im.subarray(40) });
    expect(relativeError(later(left), later(outside))).toBeLessThan(0.08);
  });

  it('takes noise, not signal, from what follows the network’s window', async () => {
    const narrow = () => synthesise([{ ppm: 2.01, amplitude: 1, widthHz: 0.6 }], { points: 4096 });
    const noisy = addNoise(narrow(), SD, 6);
    const { dataset } = await denoiseDataset(datasetOf([noisy]), OPTIONS, contextOf(scaling(1), SD));
    const tail = (s: ComplexSignal) => ({ re: s.re.subarray(2200), im: s.im.subarray(2200) });
    expect(relativeError(tail(fidOf(dataset)), tail(narrow()))).toBeLessThan(
      relativeError(tail(noisy), tail(narrow())),
    );
  });

  it('says where the noise is not what the network was trained for', async () => {
    const limits = { peakOverNoiseSd: [4, 80] as const };
    const library = scaling(1);
    const models: ModelLibrary = {
      open: async (id) => ({ ...(await library.open(id)), card: { ...CARD, protocol: { ...CARD.protocol, limits } } }),
    };
    const before = datasetOf([synthesise(BRAIN)]);
    // NAA here is 1.5/(π · 6 Hz) s high: a spectrum of 2048 points of 0.25 ms has it at 318, its noise SD is 45 times the FID's.
    const codes = async (noiseSd: number) =>
      (await denoiseDataset(before, OPTIONS, contextOf(models, noiseSd))).warnings.map((w) => w.code);
    expect(await codes(0.5)).not.toContain('denoising-outside-training');
    expect(await codes(0.01)).toContain('denoising-outside-training');
    expect(await codes(10)).toContain('denoising-outside-training');
  });

  it('refuses another nucleus, another field and an answer of the wrong size', async () => {
    const before = datasetOf([synthesise(BRAIN)]);
    const phosphorus = { ...before, nucleus: '31P', spectrometerFrequencyMHz: 49.9 };
    await expect(denoiseDataset(phosphorus, OPTIONS, contextOf(scaling(1)))).rejects.toThrow(/trained for nucleus 1H/);
    const strong = { ...before, spectrometerFrequencyMHz: 400.3 };
    await expect(denoiseDataset(strong, OPTIONS, contextOf(scaling(1)))).rejects.toThrow(ModelError);
    const run = () => Promise.resolve({ denoised: { data: new Float32Array(4), shape: [1, 2, 2] } });
    const wrong: ModelLibrary = { open: () => Promise.resolve({ card: CARD, executionProvider: 'cpu', run }) };
    await expect(denoiseDataset(before, OPTIONS, contextOf(wrong))).rejects.toThrow(/should answer with one FID/);
  });
});
