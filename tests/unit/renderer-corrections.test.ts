// The view of corrections: why there is nothing to see, its figures' geometry, its table.
import { describe, expect, it } from 'vitest';
import type { CorrectionCurvesView, CorrectionTableView, DatasetView } from '../../src/ipc/contract.ts';
import type { Shape } from '../../src/renderer/charts/figure.ts';
import { driftFigure } from '../../src/renderer/features/corrections/driftFigure.ts';
import { similarityScale } from '../../src/renderer/features/corrections/matrixFigure.ts';
import { methodOf, obstacleOf, tableCsv, tableRows } from '../../src/renderer/features/corrections/model.ts';
import { meansFigure, overlayFigure, waterfallStep, wipeBox, wipeFigure } from '../../src/renderer/features/corrections/spectraFigures.ts'; // prettier-ignore
import type { DrawnSide } from '../../src/renderer/features/corrections/spectraFigures.ts';

const SIZE = { width: 600, height: 400 };
const RANGE = [4, 1] as const;

/** Transients of a falling ramp; the last is moved. */
function side(name: string, colour: DrawnSide['colour'], rows = 4): DrawnSide {
  const ppm = Float32Array.from({ length: 31 }, (_, i) => 4 - 0.1 * i);
  const points = ppm.length;
  const transients = new Float32Array(rows * points).map((_, i) => (i >= (rows - 1) * points ? -50 : ppm[i % points]!));
  const similarity = new Float32Array(rows * rows).map((_, i) => {
    const [x, y] = [i % rows, Math.floor(i / rows)];
    if (x === y) return 1;
    return x === rows - 1 || y === rows - 1 ? -0.9 : 0.7 + 0.01 * x + 0.01 * y;
  });
  const curves: CorrectionCurvesView = {
    ...{ ppm, step: 1, rows, transients, similarity },
    mean: ppm.map((v) => v - 1),
    keptMean: ppm,
    shiftHz: Float64Array.from({ length: rows }, (_, k) => (k === rows - 1 ? 30 : k)),
    phaseDeg: new Float64Array(rows),
    weight: new Float64Array(rows).fill(1),
  };
  return { name, colour, curves, rejected: new Set([rows - 1]) };
}

const [before, after] = [side('As measured', 'before'), side('SR', 'after')];
const both = [before, after] as const;
const paths = (shapes: readonly Shape[], colour: string) =>
  shapes.flatMap((s) => (s.kind === 'path' && s.colour === colour ? [s] : []));
/** Columns that a path goes through. */
const columns = (d: string): number[] => [...d.matchAll(/[ML]([\d.]+) /g)].map((m) => Number(m[1]));

describe('spectra', () => {
  it('draws rejected transients in their own colour, and leaves them out when told', () => {
    const shown = overlayFigure(both, { range: RANGE, withRejected: true }, SIZE).shapes;
    expect([paths(shown, 'before').length, paths(shown, 'stop').length]).toEqual([3, 2]);
    const left = overlayFigure(both, { range: RANGE, withRejected: false }, SIZE).shapes;
    expect([paths(left, 'before').length, paths(left, 'stop').length]).toEqual([3, 0]);
  });

  it('wipes on one axis: A up to the line, B after it', () => {
    const { shapes } = wipeFigure(both, 2.5, { range: RANGE, withRejected: false }, SIZE);
    const { left, width } = wipeBox(SIZE);
    const line = left + width / 2;
    const [a, b] = ['before', 'after'].map((colour) => paths(shapes, colour).flatMap((p) => columns(p.d)));
    expect(Math.min(...a!)).toBeCloseTo(left, 0);
    expect(Math.max(...a!)).toBeLessThanOrEqual(line + 0.1);
    expect(Math.min(...b!)).toBeGreaterThanOrEqual(line - 0.1);
    expect(Math.max(...b!)).toBeCloseTo(left + width, 0);
  });

  it('draws the difference of the means at their scale', () => {
    const moved = { ...after, curves: { ...after.curves, keptMean: before.curves.keptMean.map((v) => v + 1) } };
    const look = { range: RANGE, withRejected: false };
    const heights = (colour: string): number[] => {
      const [path] = paths(meansFigure([before, moved], look, SIZE).shapes, colour);
      return [...path!.d.matchAll(/ ([\d.]+)/g)].map((m) => Number(m[1]));
    };
    const zero = meansFigure([before, moved], look, SIZE).shapes.find((s) => s.kind === 'line' && s.colour === 'muted' && s.width === 0.8) as Shape & { kind: 'line' }; // prettier-ignore
    // B stands one above A; so does the difference above its zero.
    const apart = heights('before')[5]! - heights('after')[5]!;
    expect(zero.from[1] - heights('text')[5]!).toBeCloseTo(apart, 0);
  });

  it('tells every how manieth transient a waterfall draws', () => {
    expect([waterfallStep(before), waterfallStep(side('x', 'after', 64))]).toEqual([1, 4]);
  });
});

describe('drift', () => {
  it('follows the kept transients; a rejected one beyond the axis is an arrow at its border', () => {
    const { shapes } = driftFigure([after], true, SIZE);
    const marks = paths(shapes, 'stop');
    expect(marks[0]!.d).toMatch(/^M.+z$/); // frequency: an arrow
    expect(marks[1]!.d).not.toContain('z'); // phase: a cross
    expect(driftFigure([after], false, SIZE).shapes.filter((s) => s.kind === 'path' && s.colour === 'stop')).toEqual(
      driftFigure([after], false, SIZE).shapes.filter((s) => s.kind === 'path' && s.d === ''),
    );
  });
});

describe('similarity', () => {
  it('has one scale for both, of the pairs that would be kept', () => {
    const scale = similarityScale(both);
    expect(scale.high).toBeCloseTo(0.73, 5);
    // Not below by the moved transient (−0.9), but at least a tenth wide.
    expect(scale.low).toBeCloseTo(0.63, 5);
  });
});

const scores = { similarityIndex: 0.9123, metaboliteSimilarity: 0.8, creatineWidthHz: null, snr: 50.06, driftHz: 0.123, driftDeg: 1 }; // prettier-ignore
const table: CorrectionTableView = {
  ...{ transients: 64, conditions: 1, chosen: 'sr', reason: 'Because.', candidates: ['sr'] },
  methods: [
    {
      ...{ id: 'sr', title: 'Spectral registration', citation: 'Near 2015', isNetwork: false, failure: null },
      outcome: { scores, elapsedMs: 128, rejected: [{ transient: 41, reason: 'differs' }], warnings: [] },
    },
    { id: 'ma', title: 'Ma, "2022"', citation: '', isNetwork: true, failure: 'Not for this field.', outcome: null },
  ],
};

describe('the table', () => {
  it('has figures, a dash for what could not be told, and failures in words', () => {
    const [sr, ma] = tableRows(table);
    expect(sr!.figures).toEqual(['0.912', '0.800', '–', '50.1', '0.12', '1.0', '130 (2.0 each)', '1 of 64']);
    expect(sr).toMatchObject({ short: 'SR', isChosen: true, rejected: 'Transient 42: differs' });
    expect(ma).toMatchObject({ short: 'Ma 2022', isChosen: false, failure: 'Not for this field.', figures: [] });
    expect(methodOf(table, 'auto')).toBe('sr');
  });

  it('goes to a file with the same columns in every line', () => {
    const lines = tableCsv(table).trimEnd().split('\n');
    expect(lines[1]).toBe('sr,"Spectral registration",auto,0.9123,0.8,,50.06,0.123,1,128,1,""');
    expect(lines[2]).toBe('ma,"Ma, ""2022""",,,,,,,,,,"Not for this field."');
    const columnsOf = (line: string): number => line.replace(/"(?:[^"]|"")*"/g, '').split(',').length;
    expect(lines.map(columnsOf)).toEqual([12, 12, 12]);
  });
});

describe('why there is nothing to compare', () => {
  const dataset = (role: DatasetView['role'], transients: number, nucleus = '1H'): DatasetView =>
    ({
      role,
      description: { nucleus, dimensions: [{ tag: 'DIM_DYN', length: transients }] },
    }) as unknown as DatasetView;

  it('is said in words', () => {
    expect(obstacleOf(dataset('metabolite', 64))).toBeNull();
    expect(obstacleOf(dataset('metabolite', 1))).toContain('no separate transients');
    expect(obstacleOf(dataset('water', 4))).toContain('water reference');
    expect(obstacleOf(dataset('metabolite', 64, '31P'))).toContain('31P');
    expect(obstacleOf(null)).toContain('Open a study');
  });
});
