// The pieces of a series fit: arrow-shaped systems, models over the points, binning of a scan's dimension.
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/domain/errors.ts';
import type { HigherDimension, MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { choleskyFactor, choleskyInverse, choleskySolve } from '../../src/core/math/cholesky.ts';
import { recipeById } from '../../src/core/pipeline/index.ts';
import { seriesRecipes } from '../../src/core/pipeline/analyseSeries.ts';
import { binDimension, pointFids, seriesQuantity } from '../../src/core/pipeline/seriesPoints.ts';
import { amplitudeModel, AMPLITUDE_MODELS, seriesAxis, startOf } from '../../src/core/quantification/dynamicSeries/amplitudeModels.ts'; // prettier-ignore
import { foretoldDecrease, invertArrow, solveArrow } from '../../src/core/quantification/dynamicSeries/arrow.ts';
import { seededNormal } from '../fixtures/analyticBasis.ts';

const POINTS = 3;
const OWN = 2;
const SHARED = 3;
const ALL = POINTS * OWN + SHARED;

/** A random positive definite arrow, and the same matrix in full. */
function randomArrow() {
  const normal = seededNormal(11);
  const full = new Float64Array(ALL * ALL);
  // JᵀJ of rows that each see one point and what is shared.
  for (let point = 0; point < POINTS; point++) {
    for (let row = 0; row < 12; row++) {
      const at = [...Array(OWN).keys()].map((i) => point * OWN + i).concat([...Array(SHARED).keys()].map((i) => POINTS * OWN + i)); // prettier-ignore
      const j = at.map(() => normal());
      at.forEach((a, x) => at.forEach((b, y) => (full[a * ALL + b]! += j[x]! * j[y]!)));
    }
  }
  const gradient = Float64Array.from({ length: ALL }, () => normal());
  const part = (rows: readonly number[], columns: readonly number[]) =>
    Float64Array.from(rows.flatMap((r) => columns.map((c) => full[r * ALL + c]!)));
  const shared = Array.from({ length: SHARED }, (_, i) => POINTS * OWN + i);
  const blocks = Array.from({ length: POINTS }, (_, point) => {
    const own = Array.from({ length: OWN }, (__, i) => point * OWN + i);
    return { own: part(own, own), border: part(own, shared), gradient: gradient.slice(point * OWN, (point + 1) * OWN) };
  });
  return { full, gradient, system: { blocks, shared: part(shared, shared), gradient: gradient.slice(POINTS * OWN) } };
}

describe('an arrow-shaped system', () => {
  const { full, gradient, system } = randomArrow();

  it('has the solution of the full one', () => {
    const expected = choleskySolve(choleskyFactor(full, ALL)!, ALL, gradient);
    const { own, shared } = solveArrow(system, 0)!;
    [...own.flatMap((o) => [...o]), ...shared].forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, 9));
    // At the exact step the model's decrease is gᵀd.
    const decrease = expected.reduce((s, v, i) => s + v * gradient[i]!, 0);
    expect(foretoldDecrease(system, { own, shared })).toBeCloseTo(decrease, 9);
  });

  it('has the inverse of the full one', () => {
    const expected = choleskyInverse(choleskyFactor(full, ALL)!, ALL);
    const inverse = invertArrow(system)!;
    const width = OWN + SHARED;
    for (let point = 0; point < POINTS; point++) {
      const at = [...Array(width).keys()].map((i) => (i < OWN ? point * OWN + i : POINTS * OWN + i - OWN));
      const found = inverse.withPoint(point);
      at.forEach((a, i) => at.forEach((b, j) => expect(found[i * width + j]).toBeCloseTo(expected[a * ALL + b]!, 9)));
    }
  });
});

describe('a model over the points', () => {
  const axis = seriesAxis([0.1, 0.4, 0.9, 1.6, 2.5]);

  it.each(AMPLITUDE_MODELS)('%s has the slope of finite differences', (name) => {
    const model = amplitudeModel(name);
    const h = 1e-6;
    for (const x of axis.x) {
      const [up, down] = [model.shapes(x, 1.3 + h, axis), model.shapes(x, 1.3 - h, axis)];
      model.slopes(x, 1.3).forEach((slope, i) => expect(slope).toBeCloseTo((up[i]! - down[i]!) / (2 * h), 6));
    }
  });

  it('starts near exact values, with one rate for several signals', () => {
    const values = [3, 7].map((a) => Float64Array.from(axis.x, (x) => a * (1 - 1.8 * Math.exp(-x / 0.8))));
    const { factors, rate } = startOf(amplitudeModel('inversionRecovery'), values, axis);
    // The grid's rates lie 17 % apart.
    expect(Math.abs(rate * 0.8 - 1)).toBeLessThan(0.1);
    expect(factors[1]![0]!).toBeCloseTo(7, 0);
  });
});

/** Element k of DIM_DYN holds k; DIM_USER_0 adds 100. */
function scan(header: HigherDimension['header'] = null): MrsDataset {
  const shape = [1, 1, 1, 7, 2, 64];
  const re = new Float64Array(7 * 2 * 64).map((_, i) => Math.floor(i / 128) + 100 * (Math.floor(i / 64) % 2));
  return {
    data: { re, im: re.map((v) => -v), shape },
    dimensions: [{ tag: 'DIM_DYN', info: null, header: null }, { tag: 'DIM_USER_0', info: null, header }], // prettier-ignore
    dwellTimeS: 5e-4,
    spectrometerFrequencyMHz: 123.2,
    nucleus: '1H',
    acquisition: { ...UNKNOWN_ACQUISITION, repetitionTimeS: 2 },
    patient: UNKNOWN_PATIENT,
    affine: null,
    format: 'test',
    header: {},
    provenance: [],
    warnings: [],
  };
}

describe('the points of a scan', () => {
  it('are means over bins, which may overlap; what fills no bin is left out', () => {
    const means = (bin: number, step: number) =>
      pointFids(binDimension(scan(), 'DIM_DYN', { bin, step }), 'DIM_DYN', 0).fids.map((f) => f.re[5]);
    expect(means(3, 3)).toEqual([1, 4]);
    expect(means(3, 2)).toEqual([1, 3, 5]);
    expect(means(1, 1)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const { fids, warnings } = pointFids(scan(), 'DIM_USER_0', 0);
    expect(fids.map((f) => f.im[0])).toEqual([-0, -100]);
    expect(warnings.map((w) => w.message)).toEqual([expect.stringContaining('DIM_DYN') as string]);
  });

  it('vary in what the header says, in time, or in what the user gives', () => {
    const one = { bin: 1, step: 1 };
    expect(seriesQuantity(scan({ Bval: [0, 900] }), 'DIM_USER_0', one, null)).toEqual({ name: 'Bval', unit: '', values: [0, 900] }); // prettier-ignore
    const ranged = scan({ Note: 'x', EchoTime: { Value: { start: 0.03, increment: 0.02 } } });
    expect(seriesQuantity(ranged, 'DIM_USER_0', one, 'echotime')).toEqual({ name: 'EchoTime', unit: 's', values: [0.03, 0.05] }); // prettier-ignore
    expect(seriesQuantity(scan(), 'DIM_DYN', { bin: 3, step: 3 }, null)).toEqual({ name: 'time', unit: 's', values: [3, 9] }); // prettier-ignore
    expect(seriesQuantity(scan(), 'DIM_DYN', { bin: 3, step: 3 }, [1, 0]).values).toEqual([1, 0]);
    expect(seriesQuantity(scan(), 'DIM_USER_0', one, null)).toEqual({ name: 'number', unit: '', values: [0, 1] });
  });

  it('are refused in words where there are none', () => {
    const ask =
      (tag: 'DIM_MEAS' | 'DIM_DYN', bin: number, x: string | number[] | null = null) =>
      () =>
        seriesQuantity(scan(), tag, { bin, step: bin }, x);
    expect(ask('DIM_MEAS', 1)).toThrow(new UsageError('The scan has no dimension DIM_MEAS; it has DIM_DYN (7), DIM_USER_0 (2).')); // prettier-ignore
    expect(ask('DIM_DYN', 4)).toThrow(new UsageError('A series needs at least two points, but 7 elements in bins of 4 make 1.')); // prettier-ignore
    expect(ask('DIM_DYN', 9)).toThrow(/make 0/);
    expect(ask('DIM_DYN', 1, 'Bval')).toThrow(/The header of DIM_DYN has no values "Bval"; it has none at all/);
    expect(ask('DIM_DYN', 1, [1, 2, 3])).toThrow(/has 7 points, but 3 values were given/);
  });

  it('are not averaged away by the recipe', () => {
    const steps = (dimension: 'DIM_DYN' | 'DIM_MEAS') =>
      seriesRecipes(recipeById('svs-default'), dimension).map((r) => r.preprocessing.map((s) => s.step));
    expect(steps('DIM_DYN')).toEqual([
      ['echoStart', 'coilCombination', 'eddyCurrent', 'frequencyPhaseCorrection'],
      ['waterRemoval'],
    ]);
    expect(steps('DIM_MEAS')[0]).toContain('averaging');
  });
});
