// A fit as it is shown: table rows, CRLB grades, quality line, curves on panels.
import { DENOISING_NOTICE } from '../../../core/domain/correctionMethods.ts';
import type { MetaboliteEstimate } from '../../../core/domain/quantification.ts';
import type { BasisCardView, CurvesView, QuantificationResultView } from '../../../ipc/contract.ts';
import type { ChartPanel, ChartSeries } from '../../charts/chartTypes.ts';
import {
  CRLB_LIMIT_PERCENT,
  CRLB_UNDETERMINED_PERCENT,
  formatCrlb,
  formatFixed,
  formatSignificant,
  RELIABILITY_MARKS,
  resultRows,
  type Reliability,
} from '../../../core/reports/tables.ts';
import { metaboliteColour, metaboliteRank } from './metaboliteColours.ts';
import { quantityColumns } from './quantityColumns.ts';

export type ComponentMode = 'overlay' | 'stack' | 'off';
export type Tone = 'ok' | 'caution' | 'stop';

/** A state as symbol, word and tone; colour only repeats the others. */
export interface Grade {
  readonly tone: Tone;
  readonly symbol: string;
  readonly word: string;
}

const GRADES: Readonly<Record<Reliability, Grade>> = {
  reliable: { tone: 'ok', symbol: '●', word: RELIABILITY_MARKS.reliable.words },
  uncertain: { tone: 'caution', symbol: RELIABILITY_MARKS.uncertain.symbol, word: RELIABILITY_MARKS.uncertain.words },
  undetermined: {
    tone: 'stop',
    symbol: RELIABILITY_MARKS.undetermined.symbol,
    word: RELIABILITY_MARKS.undetermined.words,
  },
};

/** What the symbols beside the CRLB mean, for the table's head. */
export const GRADE_KEY: readonly (Grade & { readonly short: string })[] = [
  { ...GRADES.reliable, short: `≤ ${CRLB_LIMIT_PERCENT} %` },
  { ...GRADES.uncertain, short: `> ${CRLB_LIMIT_PERCENT} %` },
  { ...GRADES.undetermined, short: `> ${CRLB_UNDETERMINED_PERCENT} %` },
];

export interface EstimateRow {
  readonly name: string;
  readonly isSum: boolean;
  /** "NAA + NAAG" for a sum of several. */
  readonly members: string;
  readonly amplitude: string;
  readonly crlb: string;
  readonly grade: Grade;
  /** For the further columns (quantityColumns.ts). */
  readonly estimate: MetaboliteEstimate;
  readonly colour: string;
  /** Greyed: not to be read as a finding. */
  readonly weak: boolean;
}

/** Table rows: sums first, then single metabolites, the five that are always read before the rest. */
export function estimateRows(result: QuantificationResultView): EstimateRow[] {
  const rows = resultRows(result);
  const singles = rows
    .filter((r) => r.kind === 'single')
    .sort((a, b) => metaboliteRank(a.name) - metaboliteRank(b.name));
  return [...rows.filter((r) => r.kind === 'sum'), ...singles].map(
    ({ name, kind, members, estimate, reliability }) => ({
      name,
      isSum: kind === 'sum',
      members: members.length > 1 ? members.join(' + ') : '',
      amplitude: formatSignificant(estimate.amplitude),
      crlb: formatCrlb(estimate.crlbPercent),
      grade: GRADES[reliability],
      estimate,
      colour: metaboliteColour(name),
      weak: reliability !== 'reliable',
    }),
  );
}

/**
 * The table as tab-separated text, for a spreadsheet: plain numbers, full precision.
 * @param asked ratios that were chosen
 * @param denoisedWith what the spectrum was denoised by; then a last line says so
 */
export function tableTsv(
  result: QuantificationResultView,
  asked: readonly string[] | null = null,
  denoisedWith: string | null = null,
): string {
  const cell = (value: number | null): string => (value === null ? '' : String(value));
  const further = quantityColumns(result, asked).flatMap((column) => column.cells);
  const head = ['metabolite', 'amplitude', 'CRLB [%]', ...further.map((c) => c.head)];
  const lines = [...result.combined, ...result.metabolites].map((e) =>
    [e.name, cell(e.amplitude), cell(e.crlbPercent), ...further.map((c) => cell(c.value(e)))].join('\t'),
  );
  const notes = denoisedWith === null ? [] : [`Denoised: ${denoisedWith}. ${DENOISING_NOTICE}`];
  return `${[head.join('\t'), ...lines, ...notes].join('\n')}\n`;
}

export interface QualityFact {
  readonly name: string;
  readonly value: string;
  readonly title: string;
}

/** The line whose width is told: tNAA's, or of what has none the strongest. */
function widthLine({ metabolites }: QuantificationResultView): string {
  return metabolites.some((m) => m.name === 'NAA') ? 'tNAA line' : 'strongest line';
}

/** Quality of a fit in figures with units. @param frequencyMHz spectrometer frequency, null where unknown */
export function qualityFacts(result: QuantificationResultView, frequencyMHz: number | null): QualityFact[] {
  const width = `${result.fwhmHz.toFixed(1)} Hz`;
  const widthPpm = frequencyMHz === null ? '' : ` (${(result.fwhmHz / frequencyMHz).toFixed(3)} ppm)`;
  return [
    { name: 'SNR', value: result.snr.value.toFixed(result.snr.value >= 100 ? 0 : 1), title: result.snr.definition },
    { name: 'FWHM', value: width + widthPpm, title: `Full width at half maximum of the fitted ${widthLine(result)}` },
    { name: 'Shift', value: `${signed(result.shiftHz, 1)} Hz`, title: 'Frequency shift of the data against the model' },
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
  const text = formatFixed(value, digits);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

const STATUS: Readonly<Record<QuantificationResultView['status'], Grade>> = {
  converged: { tone: 'ok', symbol: '✓', word: 'Converged' },
  notConverged: { tone: 'caution', symbol: '▲', word: 'Not converged' },
  refused: { tone: 'stop', symbol: '✕', word: 'Refused' },
};

/** Status of a fit as symbol and word. */
export function statusGrade(result: QuantificationResultView): Grade {
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
 * The basis set to fit with: the chosen one only where it fits without a doubt, or none does better.
 * @param cards best first
 * @param chosen id, or an empty string
 */
export function basisToTake(cards: readonly BasisCardView[], chosen: string): string {
  const kept = cards.find((c) => c.id === chosen && c.mismatch === null && c.warnings.length === 0);
  const fitting = kept ?? cards.find((c) => c.mismatch === null);
  return fitting?.id ?? cards[0]?.id ?? '';
}

/** A ppm range as the fit takes it, or why not. @param nucleus whose shifts it must be possible for */
export function parsePpmRange(
  from: number,
  to: number,
  nucleus = '1H',
): { readonly range: [number, number] } | { readonly problem: string } {
  if (!Number.isFinite(from) || !Number.isFinite(to)) return { problem: 'Give both borders of the fit range in ppm.' };
  const low = Math.min(from, to);
  const high = Math.max(from, to);
  if (high - low < 0.5) return { problem: 'The fit range must span at least 0.5 ppm.' };
  const [least, most] = nucleus === '1H' ? [-10, 20] : [-300, 300];
  if (low < least || high > most) {
    return { problem: `The fit range must lie between ${formatFixed(least, 0)} and ${most} ppm.` };
  }
  return { range: [low, high] };
}
