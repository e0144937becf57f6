// The SIMD kernels against their TypeScript oracles, and against their own source.
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { compileKernels } from '../../scripts/kernels.mjs';
import {
  cubicSplineDesign,
  reducedProjections,
  reducedProjectionsByLoops,
  splineProjections,
  splineProjectionsByLoops,
} from '../../src/core/math/bspline.ts';
import { choleskyFactor, forwardSubstitutions, forwardSubstitutionsByLoops } from '../../src/core/math/cholesky.ts';
import {
  addCrossProducts,
  addCrossProductsByLoops,
  addGram,
  addGramByLoops,
} from '../../src/core/math/innerProducts.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { newInstance } from '../../src/core/math/simd/instance.ts';
import { SimdMemory } from '../../src/core/math/simd/memory.ts';
import { simdProducts } from '../../src/core/math/simd/products.ts';
import { groupSignals } from '../../src/core/quantification/nlls/groups.ts';
import { LINESHAPE_TERMS } from '../../src/core/quantification/nlls/lineshape.ts';
import { SpectralModel } from '../../src/core/quantification/nlls/model.ts';
import type { ModelKernels, ModelShape } from '../../src/core/quantification/nlls/modelKernels.ts';
import { SimdArena, simdArena } from '../../src/core/quantification/nlls/simdArena.ts';
import { SimdKernels } from '../../src/core/quantification/nlls/simdKernels.ts';
import { TypescriptKernels } from '../../src/core/quantification/nlls/typescriptKernels.ts';
import { DWELL_S, F0_MHZ, analyticSignals } from '../fixtures/analyticBasis.ts';

/** Rounding of sums of thousands of terms. */
const ROUNDING = 1e-12;
/** Rounding of Gaussian decays found by recurrence over a thousand samples, where errors add up twice. */
const RECURRENCE = 1e-10;

function largestDifference(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  expect(a.map((v) => v.length)).toEqual(b.map((v) => v.length));
  const scale = Math.max(...b.flatMap((v) => Array.from(v, Math.abs)));
  const difference = Math.max(...a.flatMap((v, k) => Array.from(v, (x, i) => Math.abs(x - b[k]![i]!))));
  return difference / scale;
}

function columnsOf(count: number, length: number, seed: number): Float64Array[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Float64Array.from({ length }, () => random.normal()));
}

describe('the SIMD kernels', () => {
  it('are what their source compiles to', async () => {
    const kept = await readFile(new URL('../../src/core/math/simd/kernels.generated.ts', import.meta.url), 'utf8');
    expect(kept).toBe(await compileKernels());
  });

  it('run in this runtime, so that what follows compares two things', () => {
    expect(simdProducts()).not.toBeNull();
    expect(simdArena()).not.toBeNull();
  });

  it.each([
    [2, 2, 1000],
    [7, 4, 333],
    [20, 21, 512],
    [33, 1, 700],
  ])('multiply %i by %i columns of %i rows', (m, n, rows) => {
    const a = columnsOf(m, rows, 1);
    const b = columnsOf(n, rows, 2);
    for (const sign of [1, -1] as const) {
      const found = new Float64Array(m * n).fill(3);
      const expected = found.slice();
      addCrossProducts(a, b, found, sign);
      addCrossProductsByLoops(a, b, expected, sign);
      expect(largestDifference([found], [expected])).toBeLessThan(ROUNDING);
    }
  });

  it.each([
    [5, 999],
    [20, 512],
    [41, 77],
  ])('make the Gram matrix of %i columns of %i rows', (n, rows) => {
    const a = columnsOf(n, rows, 3);
    const found = new Float64Array(n * n);
    const expected = new Float64Array(n * n);
    addGram(a, found, 1);
    addGramByLoops(a, expected, 1);
    expect(largestDifference([found], [expected])).toBeLessThan(ROUNDING);
  });

  it.each([
    [500, 60, 1],
    [301, 37, 2],
  ])('project on splines (%i rows, %i intervals, %i parts) and solve', (rows, intervals, parts) => {
    const design = cubicSplineDesign(rows, intervals);
    const columns = columnsOf(7, rows * parts, 4);
    const projected = splineProjections(design, columns, parts);
    expect(largestDifference(projected, splineProjectionsByLoops(design, columns, parts))).toBeLessThan(ROUNDING);
    const n = design.columns;
    const system = new Float64Array(n * n).map((_, at) =>
      at % (n + 1) === 0 ? 4 : Math.exp(-Math.abs((at % n) - at / n)),
    );
    const factor = choleskyFactor(system, n)!;
    const solved = forwardSubstitutions(factor, n, projected, parts);
    expect(largestDifference(solved, forwardSubstitutionsByLoops(factor, n, projected, parts))).toBeLessThan(ROUNDING);
    if (parts > 1) return;
    const reduced = reducedProjections(design, factor, columns);
    expect(largestDifference(reduced, reducedProjectionsByLoops(design, factor, columns))).toBeLessThan(ROUNDING);
  });
});

describe('the model by SIMD', () => {
  /** Three signals of 2 · 1024 samples fill it, so that every model sends the other away. */
  const crowded = (): SimdArena => {
    const arena = new SimdArena(new SimdMemory(newInstance()!));
    arena.makeRoom = () => {
      if (arena.memory.used > 0) SimdArena.prototype.makeRoom.call(arena, 2 ** 30);
    };
    return arena;
  };
  const signals = analyticSignals();
  const cut = (points: number) =>
    signals.map((s) => ({ ...s, fid: { re: s.fid.re.slice(0, points), im: s.fid.im.slice(0, points) } }));
  const groupOf = groupSignals(signals, 'related');
  const build = (domain: 'real' | 'complex', points: number, kernels: (shape: ModelShape) => ModelKernels) =>
    new SpectralModel(cut(points), DWELL_S, F0_MHZ, [0.2, 4.2], domain, groupOf, LINESHAPE_TERMS, kernels);
  const thetaOf = (model: SpectralModel, seed: number): Float64Array => {
    const random = seededRandom(seed);
    const theta = new Float64Array(model.parameterCount).map(() => 0.3 * random.normal());
    theta.set([0.7, 0.04, 5, 3, 120]);
    return theta;
  };
  const amplitudes = Float64Array.from(signals, (_, m) => (m % 3 === 2 ? 0 : 1 + m / 7));

  function compare(model: SpectralModel, oracle: SpectralModel, seed: number): void {
    const theta = thetaOf(model, seed);
    const all = Array.from(theta.keys());
    expect(largestDifference(model.columnsAt(theta), oracle.columnsAt(theta))).toBeLessThan(RECURRENCE);
    const expected = oracle.derivativesAt(amplitudes, all);
    model.derivativesAt(amplitudes, all).forEach((column, j) => {
      if (expected[j]!.every((v) => v === 0)) expect(column.every((v) => v === 0)).toBe(true);
      else expect(largestDifference([column], [expected[j]!])).toBeLessThan(RECURRENCE);
    });
    for (const power of [1, 2] as const) {
      const found = model.deviationEnergies(amplitudes, power);
      expect(largestDifference([found], [oracle.deviationEnergies(amplitudes, power)])).toBeLessThan(RECURRENCE);
    }
    const fid = signals[seed % signals.length]!.fid;
    const head = { re: fid.re.slice(0, model.points), im: fid.im.slice(0, model.points) };
    expect(largestDifference([model.dataRows(head, 0.4, 0.1)], [oracle.dataRows(head, 0.4, 0.1)])).toBeLessThan(
      RECURRENCE,
    );
  }

  it.each([
    ['real', 1024],
    ['real', 512],
    ['complex', 1024],
    ['complex', 512],
    ['real', 1000],
    ['real', 701],
    ['complex', 333],
  ] as const)('equals TypeScript (%s, %i samples)', (domain, points) => {
    const arena = simdArena()!;
    const model = build(domain, points, (shape) => new SimdKernels(shape, arena));
    const oracle = build(domain, points, (shape) => new TypescriptKernels(shape));
    for (const seed of [1, 2, 3]) compare(model, oracle, seed);
  });

  it('comes back where it was after another model took its memory', () => {
    const arena = crowded();
    const first = build('real', 1024, (shape) => new SimdKernels(shape, arena));
    const second = build('complex', 512, (shape) => new SimdKernels(shape, arena));
    const oracle = build('real', 1024, (shape) => new TypescriptKernels(shape));
    const theta = thetaOf(first, 5);
    const all = Array.from(theta.keys());
    first.columnsAt(theta);
    const before = arena.generation;
    second.columnsAt(thetaOf(second, 6));
    expect(arena.generation).toBeGreaterThan(before);
    oracle.columnsAt(theta);
    expect(largestDifference(first.derivativesAt(amplitudes, all), oracle.derivativesAt(amplitudes, all))).toBeLessThan(
      RECURRENCE,
    );
    second.columnsAt(thetaOf(second, 6));
    expect(largestDifference(first.columnsAt(theta), oracle.columnsAt(theta))).toBeLessThan(RECURRENCE);
  });
});
