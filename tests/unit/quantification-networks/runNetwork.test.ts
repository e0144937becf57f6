// A batch through a network whose answer is known: results of every design with intervals, doubt and curves; failures of one
// spectrum and of all.
import { describe, expect, it } from 'vitest';
import { ModelError, ProcessingError, UsageError } from '../../../src/core/domain/errors.ts';
import type { QuantificationCard } from '../../../src/core/domain/modelCard.ts';
import type { FitInput, FitOutput } from '../../../src/core/ports/fitRunner.ts';
import type { Tensors } from '../../../src/core/ports/inferenceEngine.ts';
import { isFailure, quantifySpectra } from '../../../src/core/quantification/index.ts';
import { bandSpectra } from '../../../src/core/quantification/shared/networks/bandSpectrum.ts';
import { largestMagnitude } from '../../../src/core/quantification/shared/networks/spectraBatch.ts';
import { DWELL_S, F0_MHZ, HEALTHY, POINTS, analyticSignals, mixture } from '../../fixtures/analyticBasis.ts';
import {
  ANALYTIC_BASIS,
  NAMES,
  contextOf,
  inputOf,
  libraryOf,
  networkCard,
  rowCount,
  rows,
} from '../../fixtures/quantificationNetworks.ts';

const CHANGE = { shiftPpm: 0.02, lorentzianHz: 4, gaussianHz: 3 };
const PHASE_DEG = 12;
const NOISE_SD = 0.3;
const SAMPLING = { points: POINTS, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0_MHZ };

function scan(seed: number): FitInput['fid'] {
  const phase0 = (PHASE_DEG * Math.PI) / 180;
  const shiftHz = -CHANGE.shiftPpm * F0_MHZ;
  return mixture(analyticSignals(), HEALTHY, { ...CHANGE, shiftHz, phase0, noiseSd: NOISE_SD, seed });
}

const INPUTS = [1, 2, 3].map((seed) => inputOf(scan(seed), { voxel: seed, noiseSd: NOISE_SD }));
const SCALES = bandSpectra(SAMPLING)
  .of(INPUTS.map(({ fid }) => fid))
  .map(largestMagnitude);
const ZEROS = new Array<number>(1024).fill(0);

/** What a perfect network says: the true parameters. */
const PERFECT = (inputs: Tensors): Tensors => ({
  parameters: rows(rowCount(inputs), [PHASE_DEG, CHANGE.shiftPpm, CHANGE.lorentzianHz, CHANGE.gaussianHz]),
  background: rows(rowCount(inputs), ZEROS, [2, 512]),
  latent: rows(rowCount(inputs), [0.6, 0.8]),
});

/** True amplitudes over each input's scale; spreads of 2 % of the scale. */
function ofAmplitudes(inputs: Tensors): Tensors {
  const count = rowCount(inputs);
  const data = Float32Array.from(
    SCALES.slice(0, count).flatMap((scale) => NAMES.map((name) => HEALTHY[name]! / scale)),
  );
  return {
    amplitudes: { data, shape: [count, NAMES.length] },
    sd: rows(count, new Array<number>(NAMES.length + 4).fill(0.02)),
  };
}

async function run(
  method: string,
  card: Partial<QuantificationCard>,
  answer: (inputs: Tensors) => Tensors,
  inputs = INPUTS,
  withCurves = true,
) {
  const id = `${method}@3t-press-30`;
  const models = libraryOf(networkCard(id, card), answer);
  return quantifySpectra(inputs, ANALYTIC_BASIS, method, {}, contextOf(models, { modelId: id }, withCurves));
}

const fitted = (outputs: Awaited<ReturnType<typeof run>>): FitOutput[] =>
  outputs.filter((o) => !isFailure(o)) as FitOutput[];
const amplitudeOf = ({ result }: FitOutput, name: string): number =>
  [...result.combined, ...result.metabolites].find((e) => e.name === name)!.amplitude;

describe('design linearSolve', () => {
  it('solves for the amounts, with interval, doubt and curves', async () => {
    const limits = { latentLimit: 2, residualLimit: 1.2 };
    const outputs = fitted(await run('qnet', { inDistribution: limits }, PERFECT));
    expect(outputs.map(({ voxel }) => voxel)).toEqual([1, 2, 3]);
    for (const output of outputs) {
      const { result, curves } = output;
      expect(result).toMatchObject({
        method: 'qnet',
        status: 'converged',
        executionProvider: 'cpu',
        inDistribution: true,
      });
      expect(result.phase0Deg).toBeCloseTo(PHASE_DEG, 4);
      expect(result.shiftHz).toBeCloseTo(-CHANGE.shiftPpm * F0_MHZ, 4);
      expect(result.doubt?.checks.map(({ check }) => check)).toEqual(['protocol', 'residual', 'latent']);
      expect(result.doubt?.checks[2]?.value).toBeCloseTo(1, 6);
      for (const name of ['tNAA', 'tCr', 'tCho', 'Ins']) {
        const estimate = [...result.combined, ...result.metabolites].find((e) => e.name === name)!;
        const wanted = { tNAA: 12, tCr: 9, tCho: 1.8, Ins: 7 }[name]!;
        // Four SDs: one in ten thousand.
        expect(Math.abs(estimate.amplitude - wanted)).toBeLessThan(4 * estimate.crlbAbsolute! + 0.01 * wanted);
        expect(estimate.interval95).toMatchObject({ method: 'calibratedSpread' });
        expect((estimate.interval95!.high - estimate.interval95!.low) / estimate.crlbAbsolute!).toBeCloseTo(3.92, 2);
      }
      // In phase and in place: NAA stands at 2.008 ppm, its height that of the sum of samples.
      const top = curves.data.indexOf(Math.max(...curves.data));
      expect(Math.abs(curves.ppm[top]! - 2.008)).toBeLessThan(0.01);
      expect(curves.components.map(({ name }) => name)).toEqual(NAMES);
      curves.data.forEach((v, j) => expect(v).toBeCloseTo(curves.fit[j]! + curves.residual[j]!, 9));
      expect(result.residualSd).toBeCloseTo(output.curveNoiseSd!, -0.5);
    }
  });

  it('leaves curves and correlations out where they are not wanted', async () => {
    const [bulk] = fitted(await run('qnet', {}, PERFECT, INPUTS, false));
    const [whole] = fitted(await run('qnet', {}, PERFECT));
    expect(bulk!.curves.data).toHaveLength(0);
    expect(bulk!.result.correlation).toBeNull();
    expect(whole!.result.correlation).toHaveLength(NAMES.length ** 2);
    expect(bulk!.result.combined).toEqual(whole!.result.combined);
  });

  it('calibrates each spread, and sums by their own', async () => {
    const calibration = { NAA: { factor: 2, floor: 0 }, tCr: { factor: 1, floor: 0.5 }, '*': { factor: 1, floor: 0 } };
    const [plain] = fitted(await run('qnet', {}, PERFECT));
    const [output] = fitted(await run('qnet', { calibration }, PERFECT));
    const sd = ({ result }: FitOutput, name: string): number =>
      [...result.combined, ...result.metabolites].find((e) => e.name === name)!.crlbAbsolute!;
    expect(sd(output!, 'NAA') / sd(plain!, 'NAA')).toBeCloseTo(2, 6);
    expect(sd(output!, 'Ins')).toBeCloseTo(sd(plain!, 'Ins'), 9);
    // The floor of tCr is far above what Cr and PCr may vary together: as much as full correlation gives.
    expect(sd(output!, 'tCr')).toBeCloseTo(sd(plain!, 'Cr') + sd(plain!, 'PCr'), 6);
  });

  it('fails where the card says so, and warns', async () => {
    const limits = { latentLimit: 0.5, residualLimit: null };
    const [output] = fitted(await run('qnet', { inDistribution: limits }, PERFECT));
    expect(output!.result.inDistribution).toBe(false);
    expect(output!.result.warnings.map(({ code }) => code)).toEqual(['network-out-of-distribution']);
  });
});

describe('design amplitudes', () => {
  const CARD = { design: 'amplitudes', parameters: [] } as const;

  it('takes them over, and reconstructs the spectrum', async () => {
    const outputs = fitted(
      await run(
        'qnet-end-to-end',
        { ...CARD, inDistribution: { latentLimit: null, residualLimit: 1.2 } },
        ofAmplitudes,
      ),
    );
    outputs.forEach((output, k) => {
      expect(amplitudeOf(output, 'NAA')).toBeCloseTo(12, 4);
      expect(amplitudeOf(output, 'tCr')).toBeCloseTo(9, 4);
      const naa = output.result.metabolites.find(({ name }) => name === 'NAA')!;
      expect(naa.crlbAbsolute! / SCALES[k]!).toBeCloseTo(0.02, 5);
      expect(output.result.phase0Deg).toBeCloseTo(PHASE_DEG, -0.5);
      expect(output.result.inDistribution).toBe(true);
      // A sum that varies no more than one member: the members go against each other.
      const at = (a: string, b: string): number =>
        output.result.correlation![NAMES.indexOf(a) * NAMES.length + NAMES.indexOf(b)]!;
      expect(at('Cr', 'PCr')).toBeCloseTo(-0.5, 3);
      expect(at('NAA', 'Cr')).toBe(0);
    });
  });

  it('finds wrong amplitudes out by their residual', async () => {
    const wrong = (inputs: Tensors): Tensors => {
      const { amplitudes, sd } = ofAmplitudes(inputs);
      return { sd: sd!, amplitudes: { ...amplitudes!, data: amplitudes!.data.map((v) => 0.5 * v) } };
    };
    const outputs = fitted(
      await run('qnet-end-to-end', { ...CARD, inDistribution: { latentLimit: null, residualLimit: 1.2 } }, wrong),
    );
    expect(outputs.map(({ result }) => result.inDistribution)).toEqual([false, false, false]);
  });
});

describe('design decoder', () => {
  const answer = (inputs: Tensors): Tensors => ({
    amplitudes: ofAmplitudes(inputs)['amplitudes']!,
    parameters: PERFECT(inputs)['parameters']!,
    background: rows(rowCount(inputs), ZEROS, [2, 512]),
  });

  it('states the bounds of its signal model, wider than those of the amplitudes alone', async () => {
    const [decoded] = fitted(await run('dq-nmm', { design: 'decoder' }, answer));
    const [solved] = fitted(await run('qnet', {}, PERFECT));
    for (const name of NAMES) {
      const bound = ({ result }: FitOutput): number => result.metabolites.find((e) => e.name === name)!.crlbAbsolute!;
      expect(bound(decoded!) / bound(solved!)).toBeGreaterThan(0.999);
      expect(bound(decoded!) / bound(solved!)).toBeLessThan(5);
    }
    expect(amplitudeOf(decoded!, 'NAA')).toBeCloseTo(12, 4);
  });
});

describe('what can go wrong', () => {
  it('tells one spectrum without signal apart, and quantifies the others', async () => {
    const empty = inputOf({ re: new Float64Array(POINTS), im: new Float64Array(POINTS) }, { voxel: 9, noiseSd: 1 });
    const outputs = await run('qnet', {}, PERFECT, [INPUTS[0]!, empty, INPUTS[2]!]);
    expect(outputs.map(({ voxel }) => voxel)).toEqual([1, 9, 3]);
    expect(isFailure(outputs[1]!)).toBe(true);
    expect((outputs[1] as { error: Error }).error).toBeInstanceOf(ProcessingError);
    expect(fitted(outputs)).toHaveLength(2);
  });

  it('refuses options, other nuclei, difference spectra and a network of another method', async () => {
    const models = libraryOf(networkCard('qnet@3t-press-30'), PERFECT);
    const go = (inputs: readonly FitInput[], method: string, options = {}) =>
      quantifySpectra(inputs, ANALYTIC_BASIS, method, options, contextOf(models));
    await expect(go(INPUTS, 'qnet', { ppmRange: [1, 4] })).rejects.toThrow(UsageError);
    await expect(go([{ ...INPUTS[0]!, nucleus: '31P' }], 'qnet')).rejects.toThrow(/for ¹H spectra/);
    await expect(go([{ ...INPUTS[0]!, editOff: INPUTS[0]!.fid }], 'qnet')).rejects.toThrow(
      /does not fit difference spectra/,
    );
    await expect(go(INPUTS, 'dq-nmm')).rejects.toThrow(ModelError);
  });
});
