// Truth: signals whose noiseless form, rank and noise are known.
import { describe, expect, it } from 'vitest';
import type { ComplexSignal } from '../../../../src/core/domain/complexArray.ts';
import { ProcessingError } from '../../../../src/core/domain/errors.ts';
import { householderEigen } from '../../../../src/core/math/householderEigen.ts';
import { seededRandom } from '../../../../src/core/math/seededRandom.ts';
import { symmetricEigen } from '../../../../src/core/math/symmetricEigen.ts';
import { DEFAULT_OPTIONS, DENOISING_METHODS } from '../../../../src/core/preprocessing/denoising/index.ts';
import type { DenoisingContext, DenoisingMethodId } from '../../../../src/core/preprocessing/denoising/index.ts';
import { denoiseLowRank } from '../../../../src/core/preprocessing/denoising/lowRankHankel.ts';
import { marchenkoPasturRank } from '../../../../src/core/preprocessing/denoising/mpPca.ts';
import { discrepancyTau } from '../../../../src/core/preprocessing/denoising/tikhonov.ts';
import { signalEnergy } from '../../../../src/core/preprocessing/signal.ts';
import { addNoise, BRAIN, contextWith, datasetOf, relativeError, synthesise } from '../../preprocessingSynthesis.ts';

const SD = 0.1;

function contextFor(signals: readonly ComplexSignal[], grid: DenoisingContext['grid'] = null): DenoisingContext {
  const { cancellation, onProgress } = contextWith();
  return {
    scan: datasetOf(signals.slice(0, 1)),
    noiseSd: signals.map(() => SD),
    grid,
    cancellation,
    onProgress,
    models: null,
  };
}

const run = (method: DenoisingMethodId, signals: readonly ComplexSignal[], context = contextFor(signals), extra = {}) =>
  DENOISING_METHODS[method].denoise(signals, { ...DEFAULT_OPTIONS, method, ...extra }, context);

describe('eigenvectors by Householder and QL', () => {
  it('are those of Jacobi, and diagonalise the matrix', () => {
    const n = 30;
    const random = seededRandom(5);
    const a = new Float64Array(n * n);
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = random.normal();
    const { values, vectors } = householderEigen(a, n);
    const reference = [...symmetricEigen(a, n).values].sort((x, y) => y - x);
    for (let k = 0; k < n; k++) {
      expect(values[k]).toBeCloseTo(reference[k]!, 11);
      for (let i = 0; i < n; i++) {
        let product = 0;
        for (let j = 0; j < n; j++) product += a[i * n + j]! * vectors[k * n + j]!;
        expect(product).toBeCloseTo(values[k]! * vectors[k * n + i]!, 11);
      }
    }
  });

  it('takes diagonal and one-row matrices', () => {
    expect([...householderEigen(Float64Array.of(3), 1).values]).toEqual([3]);
    expect([...householderEigen(Float64Array.of(1, 0, 0, 0, 5, 0, 0, 0, 2), 3).values]).toEqual([5, 2, 1]);
  });
});

describe('low-rank Hankel', () => {
  it('finds the number of exponentials and takes most of the noise away', () => {
    const lines = [
      { ppm: 2.01, amplitude: 1.5, widthHz: 6 },
      { ppm: 3.03, amplitude: 1, widthHz: 6 },
      { ppm: 3.2, amplitude: 0.8, widthHz: 6 },
    ];
    const clean = synthesise(lines, { points: 1024 });
    const noisy = addNoise(synthesise(lines, { points: 1024 }), SD, 3);
    const { signal, rank } = denoiseLowRank(noisy, SD);
    // The residual's energy scatters by √1024 of its mean: some noise component more or less.
    expect(rank).toBeGreaterThanOrEqual(3);
    expect(rank).toBeLessThanOrEqual(6);
    // 3 exponentials hold 6 of 1024 complex numbers; antidiagonal averaging of one projection leaves some ten times as much.
    expect(relativeError(signal, clean) / relativeError(noisy, clean)).toBeLessThan(0.35);
  });

  it('leaves a signal without noise alone, and keeps nothing of pure noise', () => {
    const clean = synthesise(BRAIN, { points: 512 });
    expect(denoiseLowRank(clean, 0).signal).toBe(clean);
    const noise = addNoise({ re: new Float64Array(512), im: new Float64Array(512) }, SD, 9);
    expect(denoiseLowRank(noise, 1.1 * SD).rank).toBe(0);
  });
});

describe('MP-PCA', () => {
  const mixture = (k: number): ComplexSignal =>
    synthesise(
      BRAIN.map((line, i) => ({ ...line, amplitude: line.amplitude * (1 + 0.5 * Math.sin(k * (i % 3) + i)) })),
      { points: 512 },
    );
  const clean = Array.from({ length: 36 }, (_, k) => mixture(k));
  const noisy = clean.map((_, k) => addNoise(mixture(k), SD, 500 + k));
  const errorOf = (signals: readonly ComplexSignal[]): number =>
    Math.sqrt(
      signals.reduce((sum, s, k) => sum + (relativeError(s, clean[k]!) / relativeError(noisy[k]!, clean[k]!)) ** 2, 0) /
        36,
    );

  it('tells the rank and the noise from the eigenvalues of noise and of signal with noise', () => {
    const values = Float64Array.from({ length: 20 }, (_, k) => 400 * 2 * (1 + (2 * (10 - k)) / 20 / Math.sqrt(20)));
    values[0] = 1e6;
    values[1] = 1e5;
    const { rank, noiseVariance } = marchenkoPasturRank(values, 20, 400);
    expect(rank).toBe(2);
    expect(noiseVariance).toBeCloseTo(2, 0);
  });

  it('denoises transients that share few spectra, and measures their noise', async () => {
    const { signals, details } = await run('mp-pca', noisy);
    expect(details['matrix']).toBe('whole');
    // Amplitudes vary with 1, sin and cos of two phases: rank 5 at most, those above the noise fewer.
    expect(details['meanRank']).toBeGreaterThanOrEqual(1);
    expect(details['meanRank']).toBeLessThanOrEqual(5);
    expect(details['noiseSd']).toBeGreaterThan(0.96 * SD);
    expect(details['noiseSd']).toBeLessThan(1.04 * SD);
    // About √(5/36) of the noise is left.
    expect(errorOf(signals)).toBeLessThan(0.45);
  });

  it('denoises a grid by neighbourhoods', async () => {
    const grid = { size: [6, 6, 1] as const, voxels: noisy.map((_, k) => k) };
    const { signals, details } = await run('mp-pca', noisy, contextFor(noisy, grid), { matrix: 'local' });
    expect(details['matrix']).toBe('local');
    expect(errorOf(signals)).toBeLessThan(0.55);
  });

  it('leaves lonely voxels of a grid as they are, and says so', async () => {
    const grid = { size: [20, 20, 1] as const, voxels: noisy.map((_, k) => (k < 35 ? k : 399)) };
    const { signals, warnings } = await run('mp-pca', noisy, contextFor(noisy, grid), {
      matrix: 'local',
      windowVoxels: 3,
    });
    expect(signals[35]).toBe(noisy[35]);
    expect(warnings[0]!.message).toMatch(/left as they were/);
  });

  it('refuses a single spectrum in one sentence', async () => {
    await expect(run('mp-pca', noisy.slice(0, 1))).rejects.toThrow(ProcessingError);
    await expect(run('mp-pca', noisy.slice(0, 1))).rejects.toThrow(/at least 8 .* found one spectrum/);
  });
});

describe('Tikhonov', () => {
  it('takes away as much energy as noise is there', async () => {
    const noisy = addNoise(synthesise(BRAIN), SD, 21);
    const tau = discrepancyTau(noisy, SD);
    const { signals } = await run('tikhonov', [noisy]);
    const removed = {
      re: noisy.re.map((v, n) => v - signals[0]!.re[n]!),
      im: noisy.im.map((v, n) => v - signals[0]!.im[n]!),
    };
    // Bisected to machine precision.
    expect(signalEnergy(removed) / (2 * 2048 * SD ** 2)).toBeCloseTo(1, 6);
    expect(signals[0]!.re[Math.round(tau)]).toBeCloseTo(noisy.re[Math.round(tau)]! / 2, 2);
  });

  it('leaves a signal without noise alone', () => {
    expect(discrepancyTau(synthesise(BRAIN), 0)).toBe(Infinity);
  });
});
