// Truth: known coil sensitivities and noise covariance; the optimum is bᴴΨ⁻¹x/(bᴴΨ⁻¹b) (Roemer 1990).
import { describe, expect, it } from 'vitest';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { choleskyHermitian, solveLower, zeroMatrix } from '../../src/core/math/hermitian.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { combineCoils, DEFAULT_OPTIONS } from '../../src/core/preprocessing/coilCombination/index.ts';
import { noiseSdOfTail } from '../../src/core/preprocessing/signal.ts';
import { BRAIN, contextWith, datasetOf, fidOf, relativeError, synthesise } from './preprocessingSynthesis.ts';

const COILS = 8;
const random = seededRandom(11);
const b = Array.from({ length: COILS }, () => ({ re: random.normal(), im: random.normal() }));
const lengthOfB = Math.hypot(...b.flatMap((x) => [x.re, x.im]));
/** Noise = M·white: correlated, and of very different strength. */
const mixing = Array.from({ length: COILS }, (_, i) =>
  Array.from({ length: COILS }, (_v, j) => (i === j ? 0.3 + 0.4 * i : 0) + 0.25 * random.normal()),
);

/** bᴴΨ⁻¹b with Ψ = 2σ²·M·Mᵀ (complex noise variance), from the Cholesky factor. */
function optimalSnr(sd: number): number {
  const psi = zeroMatrix(COILS);
  for (let i = 0; i < COILS; i++)
    for (let j = 0; j < COILS; j++)
      psi.re[i * COILS + j] = sd * sd * mixing[i]!.reduce((s, m, k) => s + m * mixing[j]![k]!, 0);
  const x = solveLower(choleskyHermitian(psi)!, {
    re: Float64Array.from(b, (v) => v.re),
    im: Float64Array.from(b, (v) => v.im),
  });
  return Math.hypot(...x.re, ...x.im);
}

/** Coil images of one signal, with correlated noise. */
function coilFids(signal: ComplexSignal, sd: number, seed: number, sensitivity = b): ComplexSignal[] {
  const noise = seededRandom(seed);
  const n = signal.re.length;
  const out = sensitivity.map((s) => ({
    re: signal.re.map((v, t) => s.re * v - s.im * signal.im[t]!),
    im: signal.re.map((v, t) => s.re * signal.im[t]! + s.im * v),
  }));
  if (sd > 0)
    for (let t = 0; t < n; t++) {
      const white = sensitivity.map(() => [sd * noise.normal(), sd * noise.normal()] as const);
      out.forEach((coil, c) => {
        coil.re[t]! += mixing[c]!.reduce((s, m, k) => s + m * white[k]![0], 0);
        coil.im[t]! += mixing[c]!.reduce((s, m, k) => s + m * white[k]![1], 0);
      });
    }
  return out;
}

/** [coil][transient] in C order. */
function coilDataset(transients: ComplexSignal[], sd: number, seed: number) {
  const byTransient = transients.map((t, k) => coilFids(t, sd, seed + k));
  const fids = b.flatMap((_, c) => byTransient.map((coils) => coils[c]!));
  return datasetOf(fids, [
    ['DIM_COIL', COILS],
    ['DIM_DYN', transients.length],
  ]);
}

describe('coil combination', () => {
  it('gives the signal times the root sum of squares of the sensitivities, first sample real, without noise', () => {
    const signal = synthesise(BRAIN, { phaseRad: 1.1 });
    const outcome = combineCoils(coilDataset([signal], 0, 1), { ...DEFAULT_OPTIONS, whiten: false }, contextWith());
    expect(outcome.dataset.data.shape).toEqual([1, 1, 1, 1, 2048]);
    expect(outcome.dataset.dimensions.map((d) => d.tag)).toEqual(['DIM_DYN']);
    const got = fidOf(outcome.dataset);
    // power iteration stops at 1e-14
    expect(relativeError(got, synthesise(BRAIN, { scale: lengthOfB }))).toBeLessThan(1e-9);
    expect(Math.abs(got.im[0]!)).toBeLessThan(1e-9 * got.re[0]!);
  });

  it('reaches the optimal SNR with correlated noise, with weights from the data and from water', () => {
    const sd = 0.5;
    const transients = Array.from({ length: 16 }, () => synthesise(BRAIN));
    const data = coilDataset(transients, sd, 50);
    const water = coilDataset([synthesise([{ ppm: 4.65, amplitude: 500, widthHz: 8, phaseRad: 2 }])], sd, 90);
    for (const reference of [null, water]) {
      const outcome = combineCoils(data, DEFAULT_OPTIONS, contextWith(reference));
      const amplitude = 1; // of the signal, in units of synthesise(); weights keep lengthOfB of it
      const noise = Math.sqrt(
        Array.from({ length: 16 }, (_, k) => noiseSdOfTail(fidOf(outcome.dataset, k), 0.5) ** 2).reduce(
          (s, v) => s + v / 16,
          0,
        ),
      );
      const snr = (amplitude * lengthOfB) / noise;
      // noise SD of 16 × 1024 × 2 samples is known to 1 % after differencing; estimated Ψ loses coils/samples < 0.5 %
      expect(snr / optimalSnr(sd)).toBeGreaterThan(0.97);
      expect(snr / optimalSnr(sd)).toBeLessThan(1.03);
      expect(outcome.details['weightsFrom']).toBe(reference === null ? 'data' : 'water');
      expect(outcome.details['whitened']).toBe(true);
      const plain = combineCoils(data, { ...DEFAULT_OPTIONS, whiten: false }, contextWith(reference));
      expect(noiseSdOfTail(fidOf(plain.dataset), 0.5)).toBeGreaterThan(1.2 * noise);
    }
  });

  it('turns the combined water to phase zero and combines water with the same weights', () => {
    const data = coilDataset([synthesise(BRAIN, { phaseRad: 0.4 }), synthesise(BRAIN, { phaseRad: 0.4 })], 0.05, 5);
    const water = coilDataset([synthesise([{ ppm: 4.65, amplitude: 500, widthHz: 8, phaseRad: 0.4 }])], 0.05, 7);
    const outcome = combineCoils(data, DEFAULT_OPTIONS, contextWith(water));
    const w = fidOf(outcome.water!);
    expect(outcome.water!.dimensions.map((d) => d.tag)).toEqual(['DIM_DYN']);
    expect(Math.atan2(w.im[0]!, w.re[0]!)).toBeCloseTo(0, 6);
    expect(w.re[0]! / (500 * lengthOfB)).toBeCloseTo(1, 2);
    const got = fidOf(outcome.dataset);
    // data and water had the same phase, so the combined data start near phase zero; noise 0.05 on 6
    expect(Math.abs(Math.atan2(got.im[0]!, got.re[0]!))).toBeLessThan(0.1);
  });

  it('is not cancelled by transients of opposite phase', () => {
    const transients = [0, Math.PI, 0, Math.PI].map((phaseRad) => synthesise(BRAIN, { phaseRad }));
    const outcome = combineCoils(coilDataset(transients, 0.05, 21), DEFAULT_OPTIONS, contextWith());
    // noise only: 0.05·lengthOfB·… over a signal of rms 0.5; a cancelled estimate would give 1 or more
    expect(relativeError(fidOf(outcome.dataset, 0), synthesise(BRAIN, { scale: lengthOfB }))).toBeLessThan(0.2);
    expect(relativeError(fidOf(outcome.dataset, 1), synthesise(BRAIN, { scale: -lengthOfB }))).toBeLessThan(0.2);
  });

  it('gives a dead coil no weight and survives an empty voxel', () => {
    const coils = coilFids(synthesise(BRAIN), 0.05, 3);
    coils[2] = { re: new Float64Array(2048), im: new Float64Array(2048) };
    const empty = coils.map(() => ({ re: new Float64Array(2048), im: new Float64Array(2048) }));
    const dataset = datasetOf([...coils, ...empty], [['DIM_COIL', COILS]], [2, 1, 1]);
    const outcome = combineCoils(dataset, DEFAULT_OPTIONS, contextWith());
    expect(outcome.details['deadCoils']).toEqual([2]);
    expect(fidOf(outcome.dataset, 0).re.every(Number.isFinite)).toBe(true);
    expect(fidOf(outcome.dataset, 0).re[0]!).toBeGreaterThan(1);
    expect(fidOf(outcome.dataset, 1).re.every((v) => v === 0)).toBe(true);
  });

  it('says when it could not whiten or use the water', () => {
    const slow = coilFids(synthesise([{ ppm: 4.6, amplitude: 1, widthHz: 0.3 }]), 0.001, 3);
    const still = combineCoils(datasetOf(slow, [['DIM_COIL', COILS]]), DEFAULT_OPTIONS, contextWith());
    expect(still.warnings.map((w) => w.code)).toEqual(['coil-noise-not-whitened']);
    const data = coilDataset([synthesise(BRAIN)], 0.5, 50);
    const fewer = datasetOf(coilFids(synthesise(BRAIN), 0.1, 3).slice(0, 4), [['DIM_COIL', 4]]);
    const outcome = combineCoils(data, DEFAULT_OPTIONS, contextWith(fewer));
    expect(outcome.warnings.map((w) => w.code)).toContain('coil-weights-from-data');
    expect(outcome.water!.dimensions).toEqual([]);
    const single = datasetOf([synthesise(BRAIN)]);
    expect(combineCoils(single, DEFAULT_OPTIONS, contextWith()).dataset).toBe(single);
  });
});
