// Several methods side by side as the app shows them: order, marks, agreement matrix, plot, curves, the picker, a card's figures.
import { describe, expect, it } from 'vitest';
import type { FitMethodView, MethodOfVoxelView, ModelCardView } from '../../src/ipc/contract.ts';
import { figureMarkup } from '../../src/renderer/charts/figure.ts';
import { intervalFigure } from '../../src/renderer/charts/intervalFigure.ts';
import {
  knowingNetworks,
  methodGroups,
  opinionsSummary,
  usableOpinions,
} from '../../src/renderer/features/fit/methodChoices.ts';
import { curveLimits, methodPanels, withoutCurves } from '../../src/renderer/features/methods/curves.ts';
import { methodLook } from '../../src/renderer/features/methods/looks.ts';
import { methodsCsv } from '../../src/renderer/features/methods/methodsCsv.ts';
import {
  agreementMatrix,
  chosenRows,
  comparedRows,
  doubtfulMethods,
  methodCell,
  methodColumns,
  methodSentences,
  orderedMethods,
  referenceOf,
} from '../../src/renderer/features/methods/model.ts';
import { plotMarks, plotSeries, relativeRows } from '../../src/renderer/features/methods/plot.ts';
import { amountRows, quantificationFacts } from '../../src/renderer/features/models/quantification.ts';

const Z = 1.959963984540054;

/** A ratio to tCr with a half-width of its 95 % interval; null: none. */
function estimate(name: string, ratio: number, half: number | null): MethodOfVoxelView['metabolites'][number] {
  const bare = { name, amplitude: 8 * ratio, crlbPercent: null, crlbAbsolute: null, concentrationMM: null };
  const ratios = half === null ? [] : [{ reference: 'tCr', value: ratio, sd: half / Z }];
  return { ...bare, ratioToTCr: ratio, ratios };
}

function curves(height: number): NonNullable<MethodOfVoxelView['curves']> {
  const ppm = Float64Array.from({ length: 40 }, (_, i) => 4 - i * 0.1);
  const data = ppm.map((_, i) => (i === 20 ? height : 0.1 * height));
  return { ppm, data, fit: data, residual: data.map(() => 0.01 * height) };
}

function method(
  id: string,
  naa: readonly [number, number | null],
  part: Partial<MethodOfVoxelView> = {},
): MethodOfVoxelView {
  return {
    ...{ analysisId: `a-${id}`, createdAt: '2026-01-01T00:00:00Z', method: id, version: '1.0.0', basisId: 'press' },
    ...{
      status: 'converged',
      reason: null,
      inDistribution: true,
      executionProvider: 'cpu',
      elapsedMs: 3,
      curves: curves(1),
    },
    combined: [estimate('tCr', 1, 0.02), estimate('tNAA', ...naa)],
    metabolites: [estimate('Glu', 1.1, 0.1), estimate('Tau', 0.2, 0.1)],
    ...part,
  };
}

const network = (id: string, naa: readonly [number, number | null], passed: boolean): MethodOfVoxelView =>
  method(id, naa, {
    inDistribution: passed,
    doubt: {
      model: { id: `${id}@3t-press-30`, version: 2, sha256: 'ab' },
      checks: [{ check: 'latent', passed, value: 9, limit: 5, message: 'It lies 9 from the training set.' }],
    },
  });

const ALL = orderedMethods([
  network('qnet', [1.9, 0.05], true),
  network('hatami-cnn', [1.3, 0.6], false),
  method('quest', [1.45, 0.1]),
  method('nlls', [1.5, 0.1]),
]);
const COLUMNS = methodColumns(ALL);
const ROWS = comparedRows(COLUMNS, 'ratio', (name) => (name === 'Glu' ? 1 : 2));

describe('methods side by side', () => {
  it('stand fits first, held against NLLS, and each has a look of its own', () => {
    expect(COLUMNS.map((c) => c.title)).toEqual(['NLLS', 'QUEST', 'QNet', 'Hatami CNN']);
    expect(referenceOf(COLUMNS)).toBe(0);
    const looks = ALL.map((m) => JSON.stringify(methodLook(m.method)));
    expect(new Set(looks).size).toBe(4);
    expect(COLUMNS.map((c) => c.state?.words ?? '')).toEqual(['', '', 'knows such spectra', 'unlike its training']);
  });

  it('have marks in words where a value contradicts the fit or the network does not know the spectrum', () => {
    const row = ROWS.find((r) => r.name === 'tNAA')!;
    expect(methodCell(row, 1, COLUMNS, 0)).toMatchObject({ value: '1.45', interval: '± 0.10', marks: [] });
    expect(methodCell(row, 2, COLUMNS, 0).marks).toEqual(['beyond NLLS']);
    expect(methodCell(row, 3, COLUMNS, 0)).toMatchObject({ isUnlike: true, marks: [] });
    expect(doubtfulMethods(COLUMNS, ROWS, 0)).toEqual({ unlike: ['Hatami CNN'], beyond: ['QNet'] });
    expect(methodSentences(COLUMNS, ROWS, 3, 0).join(' ')).toContain(
      'not to be relied on. It lies 9 from the training set.',
    );
    expect(methodSentences(COLUMNS, ROWS, 2, null).join(' ')).toContain('No model fit of this spectrum');
  });

  it('show no value of a network without its interval', () => {
    const columns = methodColumns([method('nlls', [1.5, null]), network('qnet', [1.9, null], true)]);
    const row = comparedRows(columns, 'ratio', () => 0).find((r) => r.name === 'tNAA')!;
    expect(row.values.map((v) => v?.value ?? null)).toEqual([1.5, null]);
    expect(methodCell(row, 1, columns, 0).value).toBe('–');
  });

  it('leave a refused method its column with the reason, and no numbers', () => {
    const refused = {
      status: 'refused' as const,
      reason: 'Too little signal.',
      metabolites: [],
      combined: [],
      curves: null,
    };
    const columns = methodColumns([method('nlls', [1.5, 0.1]), method('quest', [1, 1], refused)]);
    expect(columns[1]!.state?.words).toBe('no result');
    expect(
      methodSentences(
        columns,
        comparedRows(columns, 'ratio', () => 0),
        1,
        0,
      ),
    ).toEqual(['Too little signal.']);
    expect(referenceOf(methodColumns([method('nlls', [1, 1], refused), method('quest', [1.5, 0.1])]))).toBe(1);
  });

  it('are tallied in a matrix, of all values or of one', () => {
    const matrix = agreementMatrix(COLUMNS, ROWS, null);
    expect(matrix[0]![0]).toBeNull();
    expect(matrix[0]![2]).toMatchObject({ text: '2/3', beyond: 1 });
    expect(matrix[0]![2]!.title).toContain('beyond both intervals: tNAA');
    expect(agreementMatrix(COLUMNS, ROWS, 'tNAA')[0]!.map((c) => c?.text ?? '')).toEqual(['', '●', '▲', '△']);
    expect(chosenRows(ROWS, 'main').map((r) => r.name)).toEqual(['tNAA', 'Glu']);
  });

  it('go into a file with every doubt beside the number', () => {
    const lines = methodsCsv(COLUMNS, ROWS, 0).split('\n');
    expect(lines.find((l) => l.startsWith('tNAA,qnet'))).toMatch(
      /^tNAA,qnet,1.0.0,qnet@3t-press-30,1.9,1.8[45]\d*,1.9[45]\d*,yes,beyond both$/,
    );
    expect(lines.find((l) => l.startsWith('tNAA,hatami-cnn'))).toContain(',no,');
  });
});

describe('the plot', () => {
  it('has a mark for every value, hollow and dashed where it is doubtful', () => {
    const series = plotSeries(COLUMNS, ROWS);
    const figure = intervalFigure(ROWS.map((r) => r.name), series, 'Ratio to tCr', { width: 600, height: 300 }); // prettier-ignore
    expect(figure.marks).toHaveLength(12);
    expect(figure.shapes.filter((s) => s.kind === 'line' && s.dashed === true)).toHaveLength(3);
    // Larger values stand higher, and each method in its own place.
    expect(figure.marks[0]![1]).toBeLessThan(figure.marks[1]![1]);
    expect(figure.marks[3]![0]).toBeGreaterThan(figure.marks[0]![0]);
    const marks = plotMarks(COLUMNS, ROWS, false);
    expect(marks).toHaveLength(12);
    expect(marks[9]).toBe('tNAA  Hatami CNN  1.30  (0.700 to 1.90)  ⚠ unlike its training');
    expect(figureMarkup(figure, 'x')).not.toContain('fill-opacity');
  });

  it('relates to the fit in percent', () => {
    const row = relativeRows(ROWS, 0).find((r) => r.name === 'tNAA')!;
    expect(row.values.map((v) => Math.round(v!.value))).toEqual([0, -3, 27, -13]);
    expect(row.values[0]!.interval![1]).toBeCloseTo(100 / 15, 9);
  });
});

describe('curves', () => {
  it('stand above one another at one height, without those that model no signal', () => {
    const columns = methodColumns([
      method('nlls', [1.5, 0.1]),
      method('quest', [1.5, 0.1], { curves: curves(1000) }),
      network('qnet', [1.5, 0.1], true),
    ].map((m, i) => (i === 2 ? { ...m, curves: null } : m))); // prettier-ignore
    const [panel] = methodPanels(columns, 'fits');
    const tops = panel!.series.filter((s) => s.id.startsWith('fit-')).map((s) => Math.max(...s.y) - Math.min(...s.y));
    expect(tops[0]).toBeCloseTo(tops[1]!, 9);
    expect(Math.max(...panel!.series[0]!.y)).toBeGreaterThan(Math.max(...panel!.series[2]!.y));
    expect(withoutCurves(columns)).toEqual(['QNet']);
    expect(curveLimits(columns)[0]).toBe(4);
    expect(methodPanels([], 'residuals')).toEqual([]);
  });
});

describe('the picker', () => {
  const one = (id: string, group: FitMethodView['group'], obstacle: string | null = null): FitMethodView => ({
    ...{ id, group, obstacle, modelId: null, needsBasis: true, fitsSingleLines: false, defaults: {} },
  });
  const methods = [
    one('nlls', 'fit'),
    one('quest', 'fit'),
    one('qnet', 'network', 'The network was trained for echo time 28–32.5 ms, but this scan has echo time 288 ms.'),
    one('unet', 'network'),
    one('hybrid', 'ours'),
  ];

  it('groups the methods, with the reason in words where one can’t be used', () => {
    const groups = methodGroups(methods, 'nlls');
    expect(groups.map((g) => [g.title, g.methods.length])).toEqual([['Model fitting', 1], ['Networks', 2], ['Ours', 1]]); // prettier-ignore
    expect(groups[1]!.methods[0]!.obstacle).toContain('288 ms');
    expect(knowingNetworks(methods)).toEqual(['unet', 'hybrid']);
    expect(usableOpinions(methods, ['hybrid', 'qnet', 'nlls', 'quest'], 'nlls')).toEqual(['quest', 'hybrid']);
    expect([[], ['A'], ['A', 'B', 'C']].map(opinionsSummary)).toEqual(['none', 'A', 'A, B and 1 more']);
  });
});

describe('a card for quantification', () => {
  const card: NonNullable<ModelCardView['quantification']> = {
    ...{ method: 'qnet', design: 'linearSolve', input: 'spectrum', metabolites: ['NAA'], sums: ['tNAA'] },
    ...{ parameters: ['phaseDeg'], basis: null, trainedAmounts: { NAA: { mean: 0.5, range: [0.1, 1.234] } } },
    calibration: { NAA: { factor: 1.2, floor: 0.01 }, tNAA: { factor: 1.1, floor: 0, misfit: 3.25 } },
    inDistribution: { latentLimit: 3.2, residualLimit: 1.25 },
  };

  it('says what it takes and knows, and lists amounts and calibration, sums first', () => {
    const facts = Object.fromEntries(quantificationFacts(card).map((f) => [f.name, f.value]));
    expect(facts['Basis set']).toContain('your own');
    expect(facts['Counts as known']).toBe(
      'residual up to 1.25 times the noise; distance from the training spectra up to 3.2',
    );
    expect(amountRows(card)).toEqual([
      { name: 'tNAA', isSum: true, mean: '–', range: '–', factor: '1.1', floor: '0', misfit: '3.25' },
      { name: 'NAA', isSum: false, mean: '0.5', range: '0.1 to 1.23', factor: '1.2', floor: '0.01', misfit: '–' },
    ]);
  });
});
