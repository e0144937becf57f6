// The fit as it is shown: rows, doubt, quality line, panels, TSV, recipe choice.
import { describe, expect, it } from 'vitest';
import type { CurvesView, QuantificationResultView } from '../../src/ipc/contract.ts';
import { parseFitView, type ComponentMode } from '../../src/renderer/features/fit/fitView.ts';
import { metaboliteColour } from '../../src/renderer/features/fit/metaboliteColours.ts';
import {
  componentOf,
  estimateRows,
  fitPanels,
  parsePpmRange,
  qualityFacts,
  statusGrade,
  tableTsv,
} from '../../src/renderer/features/fit/model.ts';

const estimate = (name: string, amplitude: number, crlbPercent: number | null, ratioToTCr: number | null = null) => ({
  name,
  amplitude,
  crlbPercent,
  crlbAbsolute: null,
  ratioToTCr,
  concentrationMM: null,
});

const result: QuantificationResultView = {
  method: 'nlls',
  version: '1.0.0',
  status: 'converged',
  reason: null,
  metabolites: [
    estimate('Ace', 0, null, 0),
    estimate('Cr', 4.2, 11, 0.5),
    estimate('Mac', 3, 4, 0.4),
    estimate('NAA', 11.7, 2.8, 1.39),
    estimate('PCr', 4.2, 35, 0.5),
  ],
  combined: [estimate('tCr', 8.4, 1.9, 1), estimate('tNAA', 12.8123, 1.8, 1.52345)],
  phase0Deg: -14.26,
  phase1DegPerPpm: 0.04,
  shiftHz: -0.44,
  lorentzianHz: 1.9,
  gaussianHz: 3.5,
  snr: { value: 72.44, definition: 'peak over twice the noise' },
  fwhmHz: 5.6,
  residualSd: 0.1,
  elapsedMs: 20,
  inDistribution: true,
  executionProvider: 'cpu',
  warnings: [],
  correlation: null,
  diagnostics: {},
};

describe('estimateRows', () => {
  const rows = estimateRows(result);

  it('puts sums first, then what is always read, macromolecules last', () => {
    expect(rows.map((r) => r.name)).toEqual(['tNAA', 'tCr', 'NAA', 'Cr', 'PCr', 'Ace', 'Mac']);
  });

  it('greys doubtful rows with a symbol, and removes none', () => {
    expect(rows).toHaveLength(result.metabolites.length + result.combined.length);
    const byName = Object.fromEntries(rows.map((r) => [r.name, r]));
    expect(byName['tNAA']).toMatchObject({ weak: false, crlb: '1.8', amplitude: '12.8' });
    expect(byName['PCr']).toMatchObject({ weak: true, crlb: '35' });
    expect(byName['PCr']!.grade.tone).toBe('caution');
    expect(byName['Ace']).toMatchObject({ weak: true, crlb: '–' });
    expect(byName['Ace']!.grade.tone).toBe('stop');
    expect(new Set(rows.map((r) => r.grade.symbol)).size).toBe(3);
    rows.forEach((r) => expect(r.grade.word).not.toBe(''));
  });

  it('copies full numbers, one line a metabolite', () => {
    const lines = tableTsv(result).trimEnd().split('\n');
    expect(lines[0]!.split('\t')).toHaveLength(4);
    expect(lines).toHaveLength(8);
    expect(lines.find((l) => l.startsWith('tNAA\t'))).toBe('tNAA\t12.8123\t1.8\t1.52345');
    expect(lines.find((l) => l.startsWith('Ace\t'))).toBe('Ace\t0\t\t0');
    const marked = tableTsv(result, null, 'MP-PCA').trimEnd().split('\n');
    expect(marked.slice(0, -1)).toEqual(lines);
    expect(marked.at(-1)).toMatch(/^Denoised: MP-PCA\. .*bounds are computed with the noise of the original/);
  });
});

describe('quality', () => {
  it('says figures with units, in Hz and in ppm', () => {
    const facts = Object.fromEntries(qualityFacts(result, 123.25).map((f) => [f.name, f]));
    expect(facts['FWHM']!.value).toBe('5.6 Hz (0.045 ppm)');
    expect(facts['SNR']).toMatchObject({ value: '72.4', title: 'peak over twice the noise' });
    expect(facts['Phase']!.value).toBe('−14.3°, 0.0 °/ppm');
    expect(facts['Shift']!.value).toBe('−0.4 Hz');
    expect(qualityFacts(result, null)[1]!.value).toBe('5.6 Hz');
  });

  it('tells states by symbol and word', () => {
    expect(statusGrade(result).word).toBe('Converged');
    expect(statusGrade({ ...result, status: 'notConverged' })).toMatchObject({ symbol: '▲', tone: 'caution' });
    expect(statusGrade({ ...result, status: 'refused' })).toMatchObject({ symbol: '✕', tone: 'stop' });
  });
});

describe('fitPanels', () => {
  const n = 101;
  const ppm = Float64Array.from({ length: n }, (_, i) => 4.2 - i * 0.04);
  const look = (mode: ComponentMode, hidden: string[] = [], lit: string[] = []) => ({
    mode,
    hidden: new Set(hidden),
    lit: new Set(lit),
  });
  const bump = (at: number, height: number) => ppm.map((p) => height * Math.exp(-(((p - at) / 0.05) ** 2)));
  const curves: CurvesView = {
    ppm,
    data: bump(2, 10),
    fit: bump(2, 10),
    baseline: new Float64Array(n),
    residual: Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 1 : -1)),
    components: [
      { name: 'Mac', curve: bump(1, 2) },
      { name: 'Cr', curve: bump(3, 5) },
      { name: 'NAA', curve: bump(2, 10) },
    ],
  };

  it('puts the residual on top at the data’s scale, with ±2 SD', () => {
    const panels = fitPanels(curves, look('overlay'));
    expect(panels.map((p) => p.id)).toEqual(['residual', 'fit']);
    expect(panels[0]).toMatchObject({ zeroLine: true, scaleAs: 'fit' });
    // Alternating ±1: the sample SD is 1 up to n/(n−1).
    expect(panels[0]!.bandHalfWidth).toBeCloseTo(2, 1);
  });

  it('stacks components apart, in reading order from the top, without changing their shape', () => {
    const stack = fitPanels(curves, look('stack'))[2]!;
    expect(stack.series.map((s) => s.name)).toEqual(['NAA', 'Cr', 'Mac']);
    const offsets = stack.series.map((s) => s.y[n - 1] as number);
    expect(offsets[0]).toBeGreaterThan(offsets[1] as number);
    expect(offsets[1]).toBeGreaterThan(offsets[2] as number);
    const cr = stack.series[1]!;
    cr.y.forEach((v, i) => expect(v - offsets[1]!).toBeCloseTo(curves.components[1]!.curve[i] as number, 9));
  });

  it('leaves out what is switched off, and everything when off', () => {
    const overlay = fitPanels(curves, look('overlay', ['Cr']))[1]!;
    expect(overlay.series.map((s) => s.name)).toEqual(['Data', 'Baseline', 'NAA', 'Mac', 'Fit']);
    expect(fitPanels(curves, look('off'))[1]!.series).toHaveLength(3);
    expect(fitPanels(curves, look('stack', ['Cr', 'NAA', 'Mac']))).toHaveLength(2);
  });

  it('draws what is pointed at strong and the other components faint, and nothing faint where nothing is', () => {
    const [naa, cr] = [0, 1].map((i) => fitPanels(curves, look('stack', [], ['NAA']))[2]!.series[i]!);
    expect(naa!.opacity).toBeUndefined();
    expect(naa!.width).toBeGreaterThan(1.25);
    expect(cr!.opacity).toBeLessThan(1);
    // Hidden ones light nothing up.
    const none = fitPanels(curves, look('overlay', ['NAA'], ['NAA']))[1]!.series;
    expect(none.every((s) => s.opacity === undefined)).toBe(true);
    expect(none.map((s) => componentOf(s.id)).filter((name) => name !== null)).toEqual(['Cr', 'Mac']);
  });

  it('remembers what is hidden and zoomed to, and falls back where nothing sensible is stored', () => {
    const view = { hidden: ['Cr'], range: [3.5, 1] };
    expect(parseFitView(JSON.parse(JSON.stringify(view)))).toEqual(view);
    for (const stored of [null, 'x', { hidden: 'Cr', range: [1, 3] }, { hidden: [1], range: [3, 'x'] }]) {
      expect(parseFitView(stored)).toEqual({ hidden: [], range: null });
    }
  });

  it('gives the five that are always read five colours, and a sum the colour of its members', () => {
    const five = ['tNAA', 'tCr', 'tCho', 'mI', 'Glx'].map(metaboliteColour);
    expect(new Set(five).size).toBe(5);
    expect(metaboliteColour('NAAG')).toBe(metaboliteColour('tNAA'));
    expect(metaboliteColour('Ins')).toBe(metaboliteColour('mI'));
  });
});

describe('set-up', () => {
  it('takes a range either way round, and says what is wrong with others', () => {
    expect(parsePpmRange(0.2, 4.2)).toEqual({ range: [0.2, 4.2] });
    expect(parsePpmRange(4.2, 0.2)).toEqual({ range: [0.2, 4.2] });
    expect(parsePpmRange(2, 2.1)).toHaveProperty('problem');
    expect(parsePpmRange(NaN, 2)).toHaveProperty('problem');
    expect(parsePpmRange(-50, 4)).toHaveProperty('problem');
    expect(parsePpmRange(-20, 10, '31P')).toEqual({ range: [-20, 10] });
  });
});
