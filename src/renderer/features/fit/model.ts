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
import { t } from '../../app/i18n/index.ts';
import type { ComponentMode } from './fitView.ts';
import { metaboliteColour, metaboliteRank } from './metaboliteColours.ts';
import { quantityColumns } from './quantityColumns.ts';

export type Tone = 'ok' | 'caution' | 'stop';

/** A state as symbol, word and tone; colour only repeats the others. */
export interface Grade {
  readonly tone: Tone;
  readonly symbol: string;
  readonly word: string;
}

/** A CRLB's grade in symbol and word. */
function reliabilityGrade(reliability: Reliability): Grade {
  const tone = ({ reliable: 'ok', uncertain: 'caution', undetermined: 'stop' } as const)[reliability];
  const symbol = reliability === 'reliable' ? '●' : RELIABILITY_MARKS[reliability].symbol;
  const percent = reliability === 'undetermined' ? CRLB_UNDETERMINED_PERCENT : CRLB_LIMIT_PERCENT;
  return { tone, symbol, word: t(`fit.grades.${reliability}`, { percent }) };
}

/** What the symbols beside the CRLB mean, for the table's head. */
export const gradeKey = (): readonly (Grade & { readonly short: string })[] => [
  { ...reliabilityGrade('reliable'), short: `≤ ${CRLB_LIMIT_PERCENT} %` },
  { ...reliabilityGrade('uncertain'), short: `> ${CRLB_LIMIT_PERCENT} %` },
  { ...reliabilityGrade('undetermined'), short: `> ${CRLB_UNDETERMINED_PERCENT} %` },
];

export interface EstimateRow {
  readonly name: string;
  readonly isSum: boolean;
  /** "NAA + NAAG" for a sum of several. */
  readonly members: string;
  /** Components that it is made of: itself, or those of a sum. */
  readonly parts: readonly string[];
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
      parts: members.length > 0 ? members : [name],
      amplitude: formatSignificant(estimate.amplitude),
      crlb: formatCrlb(estimate.crlbPercent),
      grade: reliabilityGrade(reliability),
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
  return metabolites.some((m) => m.name === 'NAA') ? t('fit.facts.naaLine') : t('fit.facts.strongestLine');
}

/** Quality of a fit in figures with units. @param frequencyMHz spectrometer frequency, null where unknown */
export function qualityFacts(result: QuantificationResultView, frequencyMHz: number | null): QualityFact[] {
  const width = `${result.fwhmHz.toFixed(1)} Hz`;
  const widthPpm = frequencyMHz === null ? '' : ` (${(result.fwhmHz / frequencyMHz).toFixed(3)} ppm)`;
  return [
    { name: 'SNR', value: result.snr.value.toFixed(result.snr.value >= 100 ? 0 : 1), title: result.snr.definition },
    { name: 'FWHM', value: width + widthPpm, title: t('fit.facts.width', { line: widthLine(result) }) },
    { name: t('fit.facts.shift'), value: `${signed(result.shiftHz, 1)} Hz`, title: t('fit.facts.shiftTitle') },
    {
      name: t('fit.facts.phase'),
      value: `${signed(result.phase0Deg, 1)}°, ${signed(result.phase1DegPerPpm, 1)} °/ppm`,
      title: t('fit.facts.phaseTitle'),
    },
    {
      name: t('fit.facts.broadening'),
      value: t('fit.facts.broadeningValue', {
        lorentz: result.lorentzianHz.toFixed(1),
        gauss: result.gaussianHz.toFixed(1),
      }),
      title: t('fit.facts.broadeningTitle'),
    },
  ];
}

function signed(value: number, digits: number): string {
  const text = formatFixed(value, digits);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

const STATUS: Readonly<Record<QuantificationResultView['status'], Omit<Grade, 'word'>>> = {
  converged: { tone: 'ok', symbol: '✓' },
  notConverged: { tone: 'caution', symbol: '▲' },
  refused: { tone: 'stop', symbol: '✕' },
};

/** Status of a fit as symbol and word. */
export function statusGrade({ status }: QuantificationResultView): Grade {
  return { ...STATUS[status], word: t(`fit.status.${status}`) };
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

/** How the components are drawn. */
export interface ComponentLook {
  /** Switched off. */
  readonly hidden: ReadonlySet<string>;
  readonly mode: ComponentMode;
  /** Pointed at: drawn strong, the others faint. */
  readonly lit: ReadonlySet<string>;
}

const SERIES = 'component-';
/** The component that a series of the fit's panels draws; null for data, fit and baseline. */
export const componentOf = (series: string): string | null =>
  series.startsWith(SERIES) ? series.slice(SERIES.length) : null;

/** More names than this at the ends of overlaid lines would be no help. */
const MOST_NAMED = 12;
const LIT_WIDTH = 2.5;
const FAINT = 0.3;

function componentSeries(curves: CurvesView, { hidden, mode, lit }: ComponentLook): ChartSeries[] {
  if (mode === 'off') return [];
  const shown = orderedComponents(curves).filter((c) => !hidden.has(c.name));
  const isAnyLit = shown.some((c) => lit.has(c.name));
  const step = mode === 'stack' ? 0.25 * Math.max(...shown.map((c) => span(c.curve)), Number.MIN_VALUE) : 0;
  return shown.map(({ name, curve }, i) => ({
    id: `${SERIES}${name}`,
    name,
    ppm: curves.ppm,
    y: step === 0 ? curve : curve.map((v) => v + (shown.length - 1 - i) * step),
    colour: metaboliteColour(name),
    endLabel: mode === 'stack' || shown.length <= MOST_NAMED,
    pickable: true,
    ...(mode === 'overlay' ? { width: 1 } : {}),
    ...(!isAnyLit ? {} : lit.has(name) ? { width: LIT_WIDTH } : { opacity: FAINT }),
  }));
}

/**
 * The panels of a fit: residual with zero line and ±2 SD on top at the data's own scale, then data, fit and baseline,
 * then the components as a stack, or in the main panel as an overlay.
 */
export function fitPanels(curves: CurvesView, look: ComponentLook): ChartPanel[] {
  const { ppm } = curves;
  const { mode } = look;
  const components = componentSeries(curves, look);
  const main: ChartSeries[] = [
    { id: 'data', name: t('fit.curves.data'), ppm, y: curves.data, colour: 'text' },
    { id: 'baseline', name: t('fit.curves.baseline'), ppm, y: curves.baseline, colour: 'muted', dashed: true },
    ...(mode === 'overlay' ? components : []),
    { id: 'fit', name: t('fit.curves.fit'), ppm, y: curves.fit, colour: 'accent' },
  ];
  const panels: ChartPanel[] = [
    {
      id: 'residual',
      title: t('fit.curves.residualBand'),
      weight: 0.2,
      zeroLine: true,
      bandHalfWidth: 2 * standardDeviation(curves.residual),
      scaleAs: 'fit',
      series: [{ id: 'residual', name: t('fit.curves.residual'), ppm, y: curves.residual, colour: 'text', width: 1 }],
    },
    { id: 'fit', title: '', weight: 1, series: main },
  ];
  if (mode === 'stack' && components.length > 0) {
    panels.push({
      id: 'components',
      title: t('fit.components.title'),
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
  if (!Number.isFinite(from) || !Number.isFinite(to)) return { problem: t('fit.problems.bothBorders') };
  const low = Math.min(from, to);
  const high = Math.max(from, to);
  if (high - low < 0.5) return { problem: t('fit.problems.span') };
  const [least, most] = nucleus === '1H' ? [-10, 20] : [-300, 300];
  if (low < least || high > most) {
    return { problem: t('fit.problems.between', { least: formatFixed(least, 0), most }) };
  }
  return { range: [low, high] };
}
