// Truth: sums of damped exponentials, which HLSVD recovers exactly, and water of known size beside metabolites.
import { describe, expect, it } from 'vitest';
import { ppmAxis } from '../../src/core/domain/axes.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { complexEigenvalues } from '../../src/core/math/complexEigen.ts';
import { solveComplexLeastSquares } from '../../src/core/math/complexLeastSquares.ts';
import { fidToSpectrum } from '../../src/core/math/fft.ts';
import { hankelOperator } from '../../src/core/math/hankel.ts';
import { decomposeExponentials } from '../../src/core/math/hlsvd.ts';
import { dominantSubspace } from '../../src/core/math/lanczosSvd.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { DEFAULT_OPTIONS, readOptions, removeResidualWater } from '../../src/core/preprocessing/waterRemoval/index.ts';
import {
  addNoise,
  BRAIN,
  contextWith,
  datasetOf,
  DWELL_S,
  F0_MHZ,
  fidOf,
  POINTS,
  synthesise,
} from './preprocessingSynthesis.ts';

function randomSignal(n: number, seed: number): ComplexSignal {
  return addNoise({ re: new Float64Array(n), im: new Float64Array(n) }, 1, seed);
}
const ppm = ppmAxis(POINTS, DWELL_S, F0_MHZ);

/** Largest difference of two spectra within a window, relative to the largest value of `b` there. */
function worst(a: ComplexSignal, b: ComplexSignal, low: number, high: number): number {
  const sa = fidToSpectrum(a);
  const sb = fidToSpectrum(b);
  let difference = 0;
  let height = 0;
  ppm.forEach((p, i) => {
    if (p < low || p > high) return;
    difference = Math.max(difference, Math.hypot(sa.re[i]! - sb.re[i]!, sa.im[i]! - sb.im[i]!));
    height = Math.max(height, Math.hypot(sb.re[i]!, sb.im[i]!));
  });
  return difference / height;
}

describe('the linear algebra of HLSVD', () => {
  it('multiplies by a Hankel matrix and its adjoint as the definition does', () => {
    const s = randomSignal(37, 1);
    const operator = hankelOperator(s, 20);
    const x = randomSignal(18, 2);
    const y = randomSignal(20, 3);
    const hx = operator.multiply(x);
    const hy = operator.multiplyAdjoint(y);
    for (let i = 0; i < 20; i++) {
      let re = 0;
      let im = 0;
      for (let j = 0; j < 18; j++) {
        re += s.re[i + j]! * x.re[j]! - s.im[i + j]! * x.im[j]!;
        im += s.re[i + j]! * x.im[j]! + s.im[i + j]! * x.re[j]!;
      }
      expect(hx.re[i]).toBeCloseTo(re, 10);
      expect(hx.im[i]).toBeCloseTo(im, 10);
    }
    for (let j = 0; j < 18; j++) {
      let re = 0;
      let im = 0;
      for (let i = 0; i < 20; i++) {
        re += s.re[i + j]! * y.re[i]! + s.im[i + j]! * y.im[i]!;
        im += s.re[i + j]! * y.im[i]! - s.im[i + j]! * y.re[i]!;
      }
      expect(hy.re[j]).toBeCloseTo(re, 10);
      expect(hy.im[j]).toBeCloseTo(im, 10);
    }
  });

  it('finds all singular values of a small matrix: their squares sum to ‖H‖², and the vectors are orthonormal', () => {
    const s = randomSignal(24, 4);
    const operator = hankelOperator(s, 12);
    const { singularValues, left } = dominantSubspace(operator, 12, 12);
    let frobenius = 0;
    for (let i = 0; i < 12; i++) for (let j = 0; j < 13; j++) frobenius += s.re[i + j]! ** 2 + s.im[i + j]! ** 2;
    expect(singularValues.reduce((a, v) => a + v * v, 0)).toBeCloseTo(frobenius, 8);
    left.forEach((u, k) => {
      const v = operator.multiplyAdjoint(u);
      // ‖Hᴴu‖ is the singular value
      expect(Math.hypot(...v.re, ...v.im)).toBeCloseTo(singularValues[k]!, 8);
    });
  });

  it('finds the eigenvalues of a matrix made from known ones', () => {
    // A = T + strictly upper noise turned by a random similarity S·D·S⁻¹ is avoided: a companion matrix has the roots.
    const roots = Array.from({ length: 9 }, (_, k) => ({
      re: Math.cos(k) * (1 - 0.05 * k),
      im: Math.sin(k) * (1 - 0.05 * k),
    }));
    let poly: { re: number; im: number }[] = [{ re: 1, im: 0 }];
    for (const r of roots) {
      const next = [...poly, { re: 0, im: 0 }].map((c) => ({ ...c }));
      poly.forEach((c, i) => {
        next[i + 1]!.re -= c.re * r.re - c.im * r.im;
        next[i + 1]!.im -= c.re * r.im + c.im * r.re;
      });
      poly = next;
    }
    const n = roots.length;
    const a = { re: new Float64Array(n * n), im: new Float64Array(n * n), size: n };
    for (let j = 0; j < n; j++) {
      a.re[j] = -poly[j + 1]!.re;
      a.im[j] = -poly[j + 1]!.im;
      if (j + 1 < n) a.re[(j + 1) * n + j] = 1;
    }
    const found = complexEigenvalues(a)!;
    for (const r of roots) {
      const nearest = Math.min(...Array.from(found.re, (re, k) => Math.hypot(re - r.re, found.im[k]! - r.im)));
      // well separated roots of a degree-9 polynomial
      expect(nearest).toBeLessThan(1e-9);
    }
  });

  it('keeps trace and determinant-free invariants of a full random matrix', () => {
    const n = 25;
    const random = seededRandom(7);
    const a = { re: new Float64Array(n * n), im: new Float64Array(n * n), size: n };
    a.re.forEach((_, i) => {
      a.re[i] = random.normal();
      a.im[i] = random.normal();
    });
    const found = complexEigenvalues(a)!;
    let tr = 0;
    let ti = 0;
    let t2 = 0;
    for (let i = 0; i < n; i++) {
      tr += a.re[i * n + i]!;
      ti += a.im[i * n + i]!;
      for (let j = 0; j < n; j++) t2 += a.re[i * n + j]! * a.re[j * n + i]! - a.im[i * n + j]! * a.im[j * n + i]!;
    }
    expect(found.re.reduce((s, v) => s + v, 0)).toBeCloseTo(tr, 9);
    expect(found.im.reduce((s, v) => s + v, 0)).toBeCloseTo(ti, 9);
    // Re tr(A²) = Re Σλ²
    expect(found.re.reduce((s, v, i) => s + v * v - found.im[i]! ** 2, 0)).toBeCloseTo(t2, 8);
  });

  it('solves least squares with a residual orthogonal to the columns', () => {
    const columns = [1, 2, 3].map((k) => randomSignal(40, 10 + k));
    const b = randomSignal(40, 20);
    const { residual } = solveComplexLeastSquares(columns, b);
    for (const c of columns) {
      let re = 0;
      let im = 0;
      for (let i = 0; i < 40; i++) {
        re += c.re[i]! * residual.re[i]! + c.im[i]! * residual.im[i]!;
        im += c.re[i]! * residual.im[i]! - c.im[i]! * residual.re[i]!;
      }
      expect(Math.hypot(re, im)).toBeLessThan(1e-12);
    }
  });
});

describe('HLSVD', () => {
  it('recovers damped exponentials, some close and some a thousand times larger', () => {
    const truth = [
      { frequency: 0.01, damping: 0.002, amplitude: 1000, phase: 0.3 },
      { frequency: 0.2, damping: 0.005, amplitude: 1, phase: 1 },
      { frequency: 0.204, damping: 0.004, amplitude: 0.5, phase: -2 },
      { frequency: -0.31, damping: 0.01, amplitude: 2, phase: 0 },
    ];
    const s = { re: new Float64Array(2048), im: new Float64Array(2048) };
    for (const t of truth)
      for (let n = 0; n < 2048; n++) {
        const size = t.amplitude * Math.exp(-t.damping * n);
        s.re[n]! += size * Math.cos(2 * Math.PI * t.frequency * n + t.phase);
        s.im[n]! += size * Math.sin(2 * Math.PI * t.frequency * n + t.phase);
      }
    const found = decomposeExponentials(s, 25)!;
    for (const t of truth) {
      const f = found.find((c) => Math.abs(c.frequency - t.frequency) < 1e-4)!;
      expect(Math.abs(f.frequency - t.frequency)).toBeLessThan(1e-9);
      expect(Math.abs(f.damping - t.damping)).toBeLessThan(1e-8);
      // the brief's bound
      expect(Math.abs(Math.hypot(f.amplitudeRe, f.amplitudeIm) / t.amplitude - 1)).toBeLessThan(1e-6);
      expect(Math.abs(Math.atan2(f.amplitudeIm, f.amplitudeRe) - t.phase)).toBeLessThan(1e-6);
    }
  });

  it('returns nothing for silence', () => {
    expect(decomposeExponentials({ re: new Float64Array(64), im: new Float64Array(64) }, 10)).toEqual([]);
  });
});

describe('water removal', () => {
  const water = [
    { ppm: 4.66, amplitude: 1000, widthHz: 7, phaseRad: 0.5 },
    { ppm: 4.6, amplitude: 300, widthHz: 15, phaseRad: -1 },
  ];

  it('takes out water a thousand times the metabolites and changes these by less than 0.5 %', () => {
    const noise = { sd: 0.05, seed: 3 };
    const clean = addNoise(synthesise(BRAIN), noise.sd, noise.seed);
    const dirty = addNoise(synthesise([...BRAIN, ...water]), noise.sd, noise.seed);
    const outcome = removeResidualWater(datasetOf([dirty]), DEFAULT_OPTIONS, contextWith());
    expect(worst(fidOf(outcome.dataset), clean, 0.2, 4.0)).toBeLessThan(0.005);
    expect(worst(dirty, clean, 0.2, 4.0)).toBeGreaterThan(0.5);
    // what stays in the water window is at most a few noise SDs of the tallest metabolite
    expect(worst(fidOf(outcome.dataset), clean, 4.1, 5.3)).toBeLessThan(1);
    expect(outcome.details['energyLeft']).toBeLessThan(1e-5);
    expect(outcome.dataset.provenance[0]!.method).toBe('Nuisance peak removal');
  });

  it('subtracts beyond the samples it modelled', () => {
    const long = synthesise([...BRAIN, { ...water[0]!, widthHz: 3 }], { points: 4096 });
    const outcome = removeResidualWater(datasetOf([long]), { ...DEFAULT_OPTIONS, maximumPoints: 1024 }, contextWith());
    const clean = synthesise(BRAIN, { points: 4096 });
    let left = 0;
    for (let n = 1024; n < 4096; n++) left = Math.max(left, Math.abs(fidOf(outcome.dataset).re[n]! - clean.re[n]!));
    // noiseless: exact but for rounding (1000·1e-9)
    expect(left).toBeLessThan(1e-5);
  });

  it('leaves metabolites alone where there is no water, and other nuclei entirely', () => {
    const clean = addNoise(synthesise(BRAIN), 0.05, 8);
    const outcome = removeResidualWater(datasetOf([clean]), DEFAULT_OPTIONS, contextWith());
    expect(worst(fidOf(outcome.dataset), clean, 0.2, 4.0)).toBeLessThan(0.005);
    const phosphorus = { ...datasetOf([clean]), nucleus: '31P' };
    expect(removeResidualWater(phosphorus, DEFAULT_OPTIONS, contextWith()).dataset).toBe(phosphorus);
  });

  it('works per voxel and reads its options strictly', () => {
    const empty = { re: new Float64Array(POINTS), im: new Float64Array(POINTS) };
    const grid = datasetOf([synthesise([...BRAIN, water[0]!]), empty], [], [2, 1, 1]);
    const outcome = removeResidualWater(grid, DEFAULT_OPTIONS, contextWith());
    expect(worst(fidOf(outcome.dataset, 0), synthesise(BRAIN), 0.2, 4.0)).toBeLessThan(1e-6);
    expect(fidOf(outcome.dataset, 1).re.every((v) => v === 0)).toBe(true);
    expect(() => readOptions({ components: 2.5 })).toThrow(/whole number/);
    expect(() => readOptions({ ppmRange: null })).toThrow(/two different ppm values/);
  });
});
