// A fit as it is shown: table rows, CRLB grades, quality line, curves on panels.
import type { CurvesView, QuantificationResultView } from '../../../ipc/contract.ts';
import type { ChartPanel, ChartSeries } from '../../charts/chartTypes.ts';
import { metaboliteColour, metaboliteRank } from './metaboliteColours.ts';

export type ComponentMode = 'overlay' | 'stack' | 'off';
export type CrlbTone = 'ok' | 'caution' | 'above' | 'none';

export interface CrlbGrade {
  readonly tone: CrlbTone;
  readonly symbol: string;
  readonly word: string;
}

/** Above it an estimate is greyed. [%] Source: LCModel manual §4.2, "%SD < 20 % … rough criterion for acceptable reliability". */
export const CRLB_LIMIT_PERCENT = 20;

/** LCModel prints these in bold. [%] Source: LCModel manual §4.2. */
const CRLB_GOOD_PERCENT = 15;

/** CRLB as symbol, word and tone; colour only repeats them. */
export function crlbGrade(crlbPercent: number | null): CrlbGrade {
  if (crlbPercent === null) return { tone: 'none', symbol: '–', word: 'not estimated' };
  if (crlbPercent < CRLB_GOOD_PERCENT) return { tone: 'ok', symbol: '●', word: 'good' };
  if (crlbPercent <= CRLB_LIMIT_PERCENT) return { tone: 'caution', symbol: '▲', word: 'fair' };
  return { tone: 'above', symbol: '▽', word: `above ${CRLB_LIMIT_PERCENT} %` };
}

export interface EstimateRow {
  readonly name: string;
  readonly isSum: boolean;
  readonly amplitude: string;
  readonly crlb: string;
  readonly grade: CrlbGrade;
  readonly ratio: string;
  readonly concentration: string;
  readonly colour: string;
  /** Greyed: not to be read as a finding. */
  readonly weak: boolean;
}

/** A number with significant digits, without exponent where it can be read without; "–" for null. */
export function significant(value: number | null, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4)
    return value
      .toExponential(digits - 1)
      .replace('e', ' × 10^')
      .replace('+', '');
  const rounded = Number(value.toPrecision(digits));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(rounded))));
  return rounded.toFixed(decimals);
}

/** CRLB: whole percent from 10 up, two digits below. */
export function crlbText(crlbPercent: number | null): string {
  if (crlbPercent === null) return '–';
  if (crlbPercent > 999) return '> 999';
  return crlbPercent >= 10 ? crlbPercent.toFixed(0) : crlbPercent.toFixed(1);
}

/** Table rows: sums first, then single metabolites, the five that are always read before the rest. */
export function estimateRows(result: QuantificationResultView): EstimateRow[] {
  const row = (estimate: QuantificationResultView['metabolites'][number], isSum: boolean): EstimateRow => {
    const grade = crlbGrade(estimate.crlbPercent);
    return {
      name: estimate.name,
      isSum,
      amplitude: significant(estimate.amplitude),
      crlb: crlbText(estimate.crlbPercent),
      grade,
      ratio: significant(estimate.ratioToTCr, 3),
      concentration: significant(estimate.concentrationMM, 3),
      colour: metaboliteColour(estimate.name),
      weak: grade.tone === 'above' || grade.tone === 'none',
    };
  };
  const byRank = (a: { name: string }, b: { name: string }): number => metaboliteRank(a.name) - metaboliteRank(b.name);
  return [
    ...[...result.combined].sort(byRank).map((e) => row(e, true)),
    ...[...result.metabolites].sort(byRank).map((e) => row(e, false)),
  ];
}

/** The table as tab-separated text, for a spreadsheet: plain numbers, full precision. */
export function tableTsv(result: QuantificationResultView): string {
  const cell = (value: number | null): string => (value === null ? '' : String(value));
  const head = ['metabolite', 'amplitude', 'CRLB [%]', 'ratio to tCr', 'concentration [mM]'];
  const lines = [...result.combined, ...result.metabolites].map((e) =>
    [e.name, cell(e.amplitude), cell(e.crlbPercent), cell(e.ratioToTCr), cell(e.concentrationMM)].join('\t'),
  );
  return `${[head.join('\t'), ...lines].join('\n')}\n`;
}

export interface QualityFact {
  readonly name: string;
  readonly value: string;
  readonly title: string;
}

/** Quality of a fit in figures with units. @param frequencyMHz spectrometer frequency, null where unknown */
export function qualityFacts(result: QuantificationResultView, frequencyMHz: number | null): QualityFact[] {
  const width = `${result.fwhmHz.toFixed(1)} Hz`;
  const widthPpm = frequencyMHz === null ? '' : ` (${(result.fwhmHz / frequencyMHz).toFixed(3)} ppm)`;
  return [
    { name: 'SNR', value: result.snr.value.toFixed(result.snr.value >= 100 ? 0 : 1), title: result.snr.definition },
    { name: 'FWHM', value: width + widthPpm, title: 'Full width at half maximum of the fitted tNAA line' },
    { name: 'Shift', value: `${signed(result.shiftHz, 1)} Hz`, title: 'Frequency shift of the data against the basis' },
    {
      name: 'Phase',
      value: `${signed(result.phase0Deg, 1)}°, ${signed(result.phase1DegPerPpm, 1)} °/ppm`,
      title: 'Zero- and first-order phase that the fit found',
    },
    {
      name: 'Broadening',
      value: `${result.lorentzianHz.toFixed(1)} Hz Lorentz, ${result.gaussianHz.toFixed(1)} Hz Gauss`,
      title: 'Beyond the basis set’s own width, full width at half maximum',
    },
  ];
}

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`;
}

const STATUS: Readonly<Record<QuantificationResultView['status'], CrlbGrade>> = {
  converged: { tone: 'ok', symbol: '✓', word: 'Converged' },
  notConverged: { tone: 'caution', symbol: '▲', word: 'Not converged' },
  refused: { tone: 'above', symbol: '✕', word: 'Refused' },
};

/** Status of a fit as symbol and word. */
export function statusGrade(result: QuantificationResultView): CrlbGrade {
  return STATUS[result.status];
}

function standardDeviation(values: Float64Array): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
}

const span = (values: Float64Array): number =>
  values.reduce((m, v) => Math.max(m, v), -Infinity) -
  Math.min(
    0,
    values.reduce((m, v) => Math.min(m, v), Infinity),
  );

/** Components in the order they are listed. */
export function orderedComponents(curves: CurvesView): CurvesView['components'] {
  return [...curves.components].sort((a, b) => metaboliteRank(a.name) - metaboliteRank(b.name));
}

function componentSeries(curves: CurvesView, hidden: ReadonlySet<string>, mode: ComponentMode): ChartSeries[] {
  const shown = orderedComponents(curves).filter((c) => !hidden.has(c.name));
  if (mode === 'off') return [];
  if (mode === 'overlay') {
    return shown.map((c) => ({
      id: `component-${c.name}`,
      name: c.name,
      ppm: curves.ppm,
      y: c.curve,
      colour: metaboliteColour(c.name),
      width: 1,
    }));
  }
  const step = 0.25 * Math.max(...shown.map((c) => span(c.curve)), Number.MIN_VALUE);
  return shown.map((c, i) => ({
    id: `component-${c.name}`,
    name: c.name,
    ppm: curves.ppm,
    y: c.curve.map((v) => v + (shown.length - 1 - i) * step),
    colour: metaboliteColour(c.name),
    endLabel: true,
  }));
}

/**
 * The panels of a fit: residual with zero line and ±2 SD on top at the data's own scale, then data, fit and baseline,
 * then the components as a stack, or in the main panel as an overlay.
 * @param hidden components that are switched off
 */
export function fitPanels(curves: CurvesView, hidden: ReadonlySet<string>, mode: ComponentMode): ChartPanel[] {
  const { ppm } = curves;
  const components = componentSeries(curves, hidden, mode);
  const main: ChartSeries[] = [
    { id: 'data', name: 'Data', ppm, y: curves.data, colour: 'text' },
    { id: 'baseline', name: 'Baseline', ppm, y: curves.baseline, colour: 'muted', dashed: true },
    ...(mode === 'overlay' ? components : []),
    { id: 'fit', name: 'Fit', ppm, y: curves.fit, colour: 'accent' },
  ];
  const panels: ChartPanel[] = [
    {
      id: 'residual',
      title: 'Residual, ±2 SD',
      weight: 0.2,
      zeroLine: true,
      bandHalfWidth: 2 * standardDeviation(curves.residual),
      scaleAs: 'fit',
      series: [{ id: 'residual', name: 'Residual', ppm, y: curves.residual, colour: 'text', width: 1 }],
    },
    { id: 'fit', title: '', weight: 1, series: main },
  ];
  if (mode === 'stack' && components.length > 0) {
    panels.push({
      id: 'components',
      title: 'Components',
      weight: Math.min(1.1, 0.35 + 0.04 * components.length),
      series: components,
    });
  }
  return panels;
}

/**
 * The recipe a dataset calls for: imaging for a grid, from transients where coils or transients are still apart, the
 * averaged one otherwise; the first where the program has others.
 * @param ids recipes at hand
 */
export function suitableRecipe(ids: readonly string[], voxels: number, coils: number, transients: number): string {
  const wanted = voxels > 1 ? 'mrsi-default' : coils > 1 || transients > 1 ? 'svs-default' : 'svs-processed';
  return ids.find((id) => id === wanted) ?? ids[0] ?? '';
}

/** A ppm range as the fit takes it, or why not. */
export function parsePpmRange(
  from: number,
  to: number,
): { readonly range: [number, number] } | { readonly problem: string } {
  if (!Number.isFinite(from) || !Number.isFinite(to)) return { problem: 'Give both borders of the fit range in ppm.' };
  const low = Math.min(from, to);
  const high = Math.max(from, to);
  if (high - low < 0.5) return { problem: 'The fit range must span at least 0.5 ppm.' };
  if (low < -10 || high > 20) return { problem: 'The fit range must lie between −10 and 20 ppm.' };
  return { range: [low, high] };
}
