// Comparison of two methods: values and verdicts of one spectrum, residuals on one axis, pairs over many, figures.
import { describe, expect, it } from 'vitest';
import { methodValue } from '../../src/core/domain/methodValues.ts';
import type { AgreementView, ComparedEstimateView } from '../../src/ipc/contract.ts';
import { blandAltmanFigure, scatterFigure } from '../../src/renderer/charts/agreementFigures.ts';
import { figureMarkup, nearestMark } from '../../src/renderer/charts/figure.ts';
import { spectrumFigure } from '../../src/renderer/charts/spectrumFigure.ts';
import {
  agreementCsv,
  agreementFacts,
  agreementOf,
  excludedSentence,
  methodTitle,
  placeWords,
  selectPoints,
} from '../../src/renderer/features/comparison/agreement.ts';
import {
  commonQuantities,
  differenceOf,
  distinctTitles,
  otherAnalysis,
  pairRows,
  recipeDifferences,
  sortedPairs,
  type Result,
} from '../../src/renderer/features/comparison/model.ts';
import { pairCsv, valueText } from '../../src/renderer/features/comparison/pairTable.ts';
import { comparisonPanels, interpolated, matchedCurves } from '../../src/renderer/features/comparison/residuals.ts';

const Z = 1.959963984540054;

function estimate(name: string, ratio: number, crlbPercent: number | null): ComparedEstimateView {
  const amplitude = 8 * ratio;
  const crlbAbsolute = crlbPercent === null ? null : (amplitude * crlbPercent) / 100;
  return { name, amplitude, crlbPercent, crlbAbsolute, ratioToTCr: ratio, concentrationMM: null };
}

/** tCr has a bound of 3 %. */
function result(naa: number, crlbPercent: number | null, glu = 1): Result {
  const combined = [estimate('tCr', 1, 3), estimate('tNAA', naa, crlbPercent)];
  return { status: 'converged', reason: null, combined, metabolites: [estimate('Glu', glu, 4)] };
}

describe('one spectrum', () => {
  it('gives ratios the intervals of both bounds, or the method’s own', () => {
    const own = result(1.5, 4);
    const { value, interval } = methodValue(own.combined[1]!, own, 'ratio')!;
    expect(value).toBe(1.5);
    // √(4² + 3²) % of 1.5.
    expect(interval![0]).toBeCloseTo(1.5 - Z * 0.05 * 1.5, 12);
    const stated = { ...own.combined[1]!, ratios: [{ reference: 'tCr', value: 1.5, sd: 0.1 }] };
    expect(methodValue(stated, own, 'ratio')!.interval![1]).toBeCloseTo(1.5 + Z * 0.1, 12);
    const unknown = result(1.5, null);
    expect(methodValue(unknown.combined[1]!, unknown, 'ratio')!.interval).toBeNull();
  });

  it('takes a profile interval for amplitudes and the stated SD of a concentration', () => {
    const own = result(1.5, 4);
    const amplitude = { ...own.combined[1]!, interval95: { low: 10, high: 15 } };
    expect(methodValue(amplitude, own, 'amplitude')!.interval).toEqual([10, 15]);
    const molal = { ...own.combined[1]!, concentrationMM: 12, concentrations: [{ value: 12, unit: 'mmol/kg', sd: 1 }] };
    expect(methodValue(molal, own, 'concentration')!.interval![0]).toBeCloseTo(12 - Z, 12);
  });

  it('recovers the difference’s interval from both (MOVER), by hand', () => {
    // 1 in 0.7 … 1.4 and 0.5 in 0.1 … 0.9: −√(0.3² + 0.4²) and +√(0.4² + 0.4²) about 0.5.
    const { value, interval } = differenceOf({ value: 1, interval: [0.7, 1.4] }, { value: 0.5, interval: [0.1, 0.9] });
    expect(value).toBe(0.5);
    expect(interval![0]).toBeCloseTo(0, 12);
    expect(interval![1]).toBeCloseTo(0.5 + Math.sqrt(0.32), 12);
  });

  it('says which values lie beyond the other’s interval', () => {
    const verdict = (naaA: number, crlbA: number | null, naaB: number, crlbB: number | null): string | undefined =>
      pairRows(result(naaA, crlbA), result(naaB, crlbB), 'amplitude').find((r) => r.name === 'tNAA')?.verdict;
    expect(verdict(1.5, 5, 1.52, 5)).toBe('within');
    expect(verdict(1.5, 20, 1.8, 1)).toBe('beyondOne');
    expect(verdict(1.5, 2, 1.8, 2)).toBe('beyondBoth');
    expect(verdict(1.5, 2, 1.5, null)).toBe('unknown');
  });

  it('leaves out tCr of ratios, keeps what only one has, and gives no percentage of zero', () => {
    const a = result(1.5, 4);
    const b = { ...result(1.2, 4, 0), metabolites: [estimate('Glu', 0, null), estimate('Lac', 0.2, 30)] };
    const rows = pairRows(a, b, 'ratio');
    expect(rows.map((r) => r.name)).toEqual(['tNAA', 'Glu', 'Lac']);
    expect(rows[0]!.differencePercent).toBeCloseTo((100 * 0.3) / 1.35, 12);
    expect([rows[1]!.differencePercent, rows[2]!.a, rows[2]!.difference]).toEqual([null, null, null]);
    expect(commonQuantities(a, b)).toEqual(['ratio', 'amplitude']);
  });

  it('sorts by name with sums first, and by the size of the difference with the unknown last', () => {
    const a = { ...result(1.5, 4, 2), metabolites: [estimate('Lac', 0.1, 9), estimate('Glu', 2, 4)] };
    const rows = pairRows(a, result(1.4, 4, 1), 'ratio');
    const rank = (name: string): number => ['tNAA', 'Glu', 'Lac'].indexOf(name);
    expect(sortedPairs(rows, 'name', rank).map((r) => r.name)).toEqual(['tNAA', 'Glu', 'Lac']);
    expect(sortedPairs(rows, 'difference', rank).map((r) => r.name)).toEqual(['Glu', 'tNAA', 'Lac']);
    expect(sortedPairs(rows, 'percent', rank).map((r) => r.name)).toEqual(['Glu', 'tNAA', 'Lac']);
  });

  it('is written as text and as CSV', () => {
    expect(valueText({ value: 1.5, interval: [1.4, 1.6] })).toEqual({ value: '1.50', interval: '± 0.10' });
    expect(valueText({ value: 1.5, interval: [1.4, 1.8] }).interval).toBe('1.40 to 1.80');
    expect(valueText(null)).toEqual({ value: '–', interval: '' });
    const [, row] = pairCsv(pairRows(result(1.5, null), result(1.5, 2), 'amplitude').slice(1)).split('\n');
    expect(row).toMatch(/^tNAA,12,,,12,11\.5\d*,12\.4\d*,0,,,0,no interval$/);
  });

  it('says what two recipes don’t share', () => {
    const recipe = (method: string, options: object, step = 'alignment'): Record<string, unknown> => ({
      id: 'x',
      preprocessing: [{ step, options: { passes: 2 } }],
      quantification: { method, options },
    });
    expect(recipeDifferences(recipe('nlls', {}), recipe('nlls', { baseline: 'none' }))).toEqual([
      { name: 'baseline', a: 'default', b: 'none' },
    ]);
    const names = recipeDifferences(recipe('nlls', {}), recipe('quest', {}, 'averaging')).map((d) => d.name);
    expect(names).toEqual(['alignment', 'alignment passes', 'method', 'averaging', 'averaging passes']);
  });

  it('sets the newest result of another method beside the first, and tells equal titles apart', () => {
    const list = [
      { id: '1', method: 'lcmodel', createdAt: '1' },
      { id: '2', method: 'nlls', createdAt: '2' },
      { id: '3', method: 'nlls', createdAt: '3' },
    ];
    expect([otherAnalysis(list, '3'), otherAnalysis(list.slice(1), '3'), otherAnalysis(list.slice(2), '3')]).toEqual([
      '1',
      '2',
      null,
    ]);
    expect(distinctTitles(['x', 'y', 'x'])).toEqual(['(1) x', 'y', '(2) x']);
  });
});

const axis = (...values: number[]): Float64Array => Float64Array.from(values);

describe('residuals on one axis', () => {
  it('are interpolated where the axes differ, and NaN outside', () => {
    const y = interpolated(axis(4, 3, 2), axis(1, 3, 7), axis(4.5, 4, 3.25, 2.5, 2, 1.9));
    expect([...y]).toEqual([NaN, 1, 2.5, 5, 7, NaN]);
  });

  it('keep the common range, and scale only another program’s heights', () => {
    const curves = (ppm: Float64Array, factor: number) => {
      const of = (f: (p: number) => number): Float64Array => ppm.map((p) => factor * f(p));
      return { ppm, data: of((p) => p), fit: of((p) => p - 0.1), residual: of(() => 0.1) };
    };
    const same = matchedCurves(curves(axis(4, 3, 2, 1), 1), curves(axis(3.5, 1.5), 1))!;
    expect([...same.ppm]).toEqual([3, 2]);
    expect([same.scale, same.dataMismatch]).toEqual([1, 0]);
    [...same.residualB].forEach((v) => expect(v).toBeCloseTo(0.1, 12));
    const other = matchedCurves(curves(axis(4, 3, 2, 1), 1), curves(axis(4, 1), 0.01))!;
    expect(other.scale).toBeCloseTo(100, 9);
    [...other.fitB].forEach((v, i) => expect(v).toBeCloseTo(other.fitA[i]!, 9));
    expect(matchedCurves(curves(axis(4, 3), 1), curves(axis(2, 1), 1))).toBeNull();
  });

  it('are drawn in one panel, and saved as the same panels', () => {
    const flat = axis(0, 0, 0);
    const curves = { ppm: axis(4, 3, 2), data: axis(0, 1, 0), fit: axis(0, 1, 0), residual: flat };
    const matched = matchedCurves(curves, curves)!;
    const panels = comparisonPanels(matched, ['NLLS', 'QUEST'], true);
    expect(panels.map((p) => [p.id, p.series.length, p.scaleAs])).toEqual([
      ['residuals', 2, 'fits'],
      ['fits', 3, undefined],
    ]);
    const markup = figureMarkup(spectrumFigure(panels, [4, 2], { width: 400, height: 300 }), 'A < B');
    expect(markup).toContain('<title>A &lt; B</title>');
    expect(markup.match(/<path /g)).toHaveLength(5);
    expect(markup).not.toContain('NaN');
  });
});

const SPECTRUM = { studyId: 's', studyNumber: 3, datasetId: 'd', analysisA: 'x', analysisB: 'y' } as const;
const VIEW: AgreementView = {
  spectra: [0, 1, 2, 3, 4].map((voxel) => ({
    ...SPECTRUM,
    voxel,
    statusA: 'converged',
    statusB: voxel === 2 ? 'notConverged' : 'converged',
  })),
  rows: [
    {
      name: 'tNAA',
      isSum: true,
      points: [
        { spectrum: 0, a: 2, b: 1, crlbPercentA: 5, crlbPercentB: 5 },
        { spectrum: 1, a: 2, b: 2, crlbPercentA: 5, crlbPercentB: null },
        { spectrum: 2, a: 9, b: 1, crlbPercentA: 90, crlbPercentB: 5 },
        { spectrum: 3, a: 0, b: 1, crlbPercentA: null, crlbPercentB: 5 },
        { spectrum: 4, a: 5, b: 3, crlbPercentA: 60, crlbPercentB: 5 },
      ],
    },
  ],
  onlyA: 0,
  onlyB: 0,
};

describe('many spectra', () => {
  const [row] = VIEW.rows;

  it('counts what is left out, each pair under its first reason', () => {
    const strict = selectPoints(row!, VIEW.spectra, 50);
    expect([strict.points.length, strict.excluded]).toEqual([2, { zero: 1, notConverged: 1, crlb: 1 }]);
    expect(excludedSentence(strict, 50)).toBe(
      '3 of the pairs are left out: 1 with a value of zero, 1 not converged, 1 with a CRLB above 50 %.',
    );
    const free = selectPoints(row!, VIEW.spectra, null);
    expect(free.points.map((p) => p.spectrum)).toEqual([0, 1, 4]);
    expect(excludedSentence({ points: [], excluded: { zero: 0, notConverged: 0, crlb: 0 } }, 50)).toBe('');
  });

  it('states bias and limits, the hand-worked pairs of accuracy-agreement.test.ts', () => {
    const agreement = agreementOf(selectPoints(row!, VIEW.spectra, null).points);
    const fact = (name: string): string | undefined => agreementFacts(agreement).find((f) => f.name === name)?.value;
    // 1 ± t₂/√3 = 1 ± 4.3027/1.7321.
    expect(fact('Bias A − B')).toBe('1.00 (−1.48 to 3.48), 40.0 %');
    expect(fact('Pairs')).toBe('3');
    expect(fact('Upper limit')).toMatch(/^2\.96 \(/);
    expect(agreementFacts(agreementOf([]))).toEqual([]);
  });

  it('names studies by number and methods by what was changed', () => {
    expect(placeWords(VIEW.spectra[2]!, false)).toBe('Study 3, voxel 2');
    expect(placeWords(VIEW.spectra[2]!, true)).toBe('Voxel 2');
    const method = { key: 'k', method: 'nlls', recipeId: 'svs-default', changed: 'baseline none', studies: 1 };
    expect(methodTitle(method)).toBe('NLLS, svs-default: baseline none (1 study)');
  });

  it('writes every pair as CSV with the reason it is left out', () => {
    const lines = agreementCsv(VIEW, ['NLLS, "free"', 'QUEST'], 50).trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[1]).toBe('tNAA,3,0,"NLLS, ""free""",QUEST,2,1,1,5,5,');
    expect(lines[4]).toMatch(/,zero$/);
  });
});

describe('figures', () => {
  const size = { width: 400, height: 300 };
  const labels = { a: 'A', b: 'B', quantity: 'tNAA' };
  const pairs = [
    { a: 1, b: 1 },
    { a: 3, b: 2 },
    { a: 2, b: 4 },
  ];

  it('place equal values on the identity line', () => {
    const { marks, shapes } = scatterFigure(pairs, null, labels, size);
    const line = shapes.find((s) => s.kind === 'line' && s.width === 1.25 && s.dashed !== true);
    expect(line?.kind).toBe('line');
    const { from, to } = line as { from: readonly number[]; to: readonly number[] };
    const at = (x: number): number => from[1]! + ((x - from[0]!) / (to[0]! - from[0]!)) * (to[1]! - from[1]!);
    expect(marks[0]![1]).toBeCloseTo(at(marks[0]![0]), 9);
    expect(marks[1]![1]).toBeLessThan(at(marks[1]![0])); // A above B: above the line
    expect(marks[2]![1]).toBeGreaterThan(at(marks[2]![0]));
  });

  it('hold all lines, bands and points of Bland–Altman inside their frame', () => {
    const { paired, intervals } = agreementOf(selectPoints(VIEW.rows[0]!, VIEW.spectra, null).points);
    const { marks, shapes } = blandAltmanFigure(pairs, paired, intervals, labels, size);
    expect(shapes.filter((s) => s.kind === 'area')).toHaveLength(3);
    for (const shape of shapes) {
      if (shape.kind !== 'area') continue;
      expect(shape.top).toBeGreaterThanOrEqual(0);
      expect(shape.top + shape.height).toBeLessThanOrEqual(size.height);
    }
    expect(nearestMark(marks, marks[1]![0] + 2, marks[1]![1])).toBe(1);
    expect(nearestMark(marks, -50, -50)).toBeNull();
    const texts = shapes.flatMap((s) => (s.kind === 'text' ? [s.text] : []));
    expect(texts).toEqual(expect.arrayContaining(['Bias', '+1.96 SD', '−1.96 SD', `A − B: ${labels.quantity}`]));
  });

  it('of one pair draw no limits, and of none nothing but the frame', () => {
    const one = agreementOf([{ spectrum: 0, a: 1, b: 2, crlbPercentA: null, crlbPercentB: null }]);
    const { shapes } = blandAltmanFigure(pairs.slice(0, 1), one.paired, one.intervals, labels, size);
    expect(shapes.some((s) => s.kind === 'area')).toBe(false);
    expect(scatterFigure([], null, labels, size).marks).toEqual([]);
  });
});
