// Two methods on the same spectra: the scatter with its identity line, and the Bland–Altman figure.
import { t } from '../app/i18n/index.ts';
import type { AgreementIntervals, Interval } from '../../core/math/limitsOfAgreement.ts';
import type { PairedAgreement } from '../../core/math/pairedAgreement.ts';
import { formatSignificant } from '../../core/reports/tables.ts';
import type { Figure, FigureSize, Shape } from './figure.ts';
import { tickTexts, type Extent } from './spectrumScale.ts';

export interface ValuePair {
  readonly a: number;
  readonly b: number;
}

export interface AgreementLabels {
  readonly a: string;
  readonly b: string;
  /** What is compared, with its unit. */
  readonly quantity: string;
}

const MARGIN = { left: 58, right: 14, top: 12, bottom: 42 } as const;
/** Room at the right of the Bland–Altman figure for the names of its lines. */
const NAMES = 92;

interface Plane {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly x: Extent;
  readonly y: Extent;
}

function extentOf(values: readonly number[]): Extent {
  const low = values.reduce((m, v) => Math.min(m, v), Infinity);
  const high = values.reduce((m, v) => Math.max(m, v), -Infinity);
  if (!(low <= high)) return { low: 0, high: 1 };
  const margin = high > low ? 0.06 * (high - low) : Math.abs(high) * 0.1 || 1;
  return { low: low - margin, high: high + margin };
}

const toX = (p: Plane, v: number): number => p.left + ((v - p.x.low) / (p.x.high - p.x.low)) * (p.right - p.left);
const toY = (p: Plane, v: number): number => p.bottom - ((v - p.y.low) / (p.y.high - p.y.low)) * (p.bottom - p.top);

function frame(p: Plane, nameX: string, nameY: string): Shape[] {
  const middleX = (p.left + p.right) / 2;
  const middleY = (p.top + p.bottom) / 2;
  const vertical = tickTexts(p.x, p.right - p.left).flatMap(({ value, text }): Shape[] => [
    { kind: 'line', from: [toX(p, value), p.top], to: [toX(p, value), p.bottom], colour: 'line', width: 0.6 },
    { kind: 'text', at: [toX(p, value), p.bottom + 16], text, anchor: 'middle', colour: 'muted' },
  ]);
  const horizontal = tickTexts(p.y, p.bottom - p.top).flatMap(({ value, text }): Shape[] => [
    { kind: 'line', from: [p.left, toY(p, value)], to: [p.right, toY(p, value)], colour: 'line', width: 0.6 },
    { kind: 'text', at: [p.left - 6, toY(p, value) + 4], text, anchor: 'end', colour: 'muted' },
  ]);
  return [
    ...vertical,
    ...horizontal,
    { kind: 'line', from: [p.left, p.bottom], to: [p.right, p.bottom], colour: 'muted' },
    { kind: 'line', from: [p.left, p.top], to: [p.left, p.bottom], colour: 'muted' },
    { kind: 'text', at: [middleX, p.bottom + 34], text: nameX, anchor: 'middle', colour: 'muted' },
    { kind: 'text', at: [13, middleY], text: nameY, anchor: 'middle', colour: 'muted', upright: true },
  ];
}

/** The part of y = slope · x + intercept inside the plane; null where it doesn't cross it. */
function lineInside(p: Plane, slope: number, intercept: number): Pick<Shape & { kind: 'line' }, 'from' | 'to'> | null {
  const crossings = [p.y.low, p.y.high].map((y) => (y - intercept) / slope).sort((u, v) => u - v);
  const flat = slope === 0;
  const low = flat ? p.x.low : Math.max(p.x.low, crossings[0] as number);
  const high = flat ? p.x.high : Math.min(p.x.high, crossings[1] as number);
  if (!(low < high) || (flat && (intercept < p.y.low || intercept > p.y.high))) return null;
  const at = (x: number): readonly [number, number] => [toX(p, x), toY(p, slope * x + intercept)];
  return { from: at(low), to: at(high) };
}

/** A over B on equal axes, with the identity line and the Deming line. */
export function scatterFigure(
  pairs: readonly ValuePair[],
  agreement: Pick<PairedAgreement, 'slope' | 'intercept'> | null,
  labels: AgreementLabels,
  size: FigureSize,
): Figure {
  const both = extentOf(pairs.flatMap(({ a, b }) => [a, b]));
  const bottom = size.height - MARGIN.bottom;
  const p = { left: MARGIN.left, right: size.width - MARGIN.right, top: MARGIN.top, bottom, x: both, y: both };
  const shapes = frame(p, `${labels.b}: ${labels.quantity}`, `${labels.a}: ${labels.quantity}`);
  const identity = lineInside(p, 1, 0);
  if (identity !== null) shapes.push({ kind: 'line', ...identity, colour: 'muted', width: 1.25 });
  const slope = agreement?.slope ?? null;
  const deming = slope === null ? null : lineInside(p, slope, agreement?.intercept ?? 0);
  if (deming !== null) shapes.push({ kind: 'line', ...deming, colour: 'caution', width: 1.25, dashed: true });
  return { ...size, shapes, marks: pairs.map(({ a, b }) => [toX(p, b), toY(p, a)]) };
}

interface NamedLine {
  readonly value: number;
  readonly interval: Interval | null;
  readonly name: string;
  readonly isBias: boolean;
}

/** Names stand beside their lines, moved apart where these are close: the order is kept. */
function namesOf(lines: readonly NamedLine[], p: Plane): Shape[] {
  const GAP = 28;
  const rows = lines.map((line) => toY(p, line.value)); // from the upper limit down
  for (let i = 1; i < rows.length; i++) rows[i] = Math.max(rows[i] as number, (rows[i - 1] as number) + GAP);
  const beyond = Math.max(0, (rows[rows.length - 1] ?? 0) + 12 - p.bottom);
  return lines.flatMap(({ name, value }, i): Shape[] => {
    const y = (rows[i] as number) - beyond;
    return [
      { kind: 'text', at: [p.right + 6, y], text: name, anchor: 'start', colour: 'muted' },
      { kind: 'text', at: [p.right + 6, y + 13], text: formatSignificant(value), anchor: 'start', colour: 'text' },
    ];
  });
}

function namedLines(agreement: PairedAgreement, intervals: AgreementIntervals | null): NamedLine[] {
  const { bias, limits } = agreement;
  const middle = { value: bias, interval: intervals?.bias ?? null, name: t('charts.bias'), isBias: true };
  if (limits === null) return [middle];
  return [
    { value: limits[1], interval: intervals?.highLimit ?? null, name: '+1.96 SD', isBias: false },
    middle,
    { value: limits[0], interval: intervals?.lowLimit ?? null, name: '−1.96 SD', isBias: false },
  ];
}

/**
 * Differences over means, with the bias and the limits of agreement, each with its 95 % interval as a band (Bland &
 * Altman 1986, doi:10.1016/S0140-6736(86)90837-8).
 */
export function blandAltmanFigure(
  pairs: readonly ValuePair[],
  agreement: PairedAgreement | null,
  intervals: AgreementIntervals | null,
  labels: AgreementLabels,
  size: FigureSize,
): Figure {
  const lines = agreement === null ? [] : namedLines(agreement, intervals);
  const means = pairs.map(({ a, b }) => (a + b) / 2);
  const differences = pairs.map(({ a, b }) => a - b);
  const p: Plane = {
    left: MARGIN.left,
    right: size.width - NAMES,
    top: MARGIN.top,
    bottom: size.height - MARGIN.bottom,
    x: extentOf(means),
    y: extentOf([0, ...differences, ...lines.flatMap(({ value, interval }) => [value, ...(interval ?? [])])]),
  };
  const across = (value: number): Pick<Shape & { kind: 'line' }, 'from' | 'to'> => ({
    from: [p.left, toY(p, value)],
    to: [p.right, toY(p, value)],
  });
  const bands = lines.flatMap(({ interval }): Shape[] => {
    if (interval === null) return [];
    const top = toY(p, interval[1]);
    const height = toY(p, interval[0]) - top;
    return [{ kind: 'area', left: p.left, top, width: p.right - p.left, height, colour: 'band' }];
  });
  const shapes: Shape[] = [
    ...bands,
    ...frame(p, t('charts.meanOfBoth', { quantity: labels.quantity }), `${labels.a} − ${labels.b}: ${labels.quantity}`),
    { kind: 'line', ...across(0), colour: 'muted', width: 0.8 },
    ...lines.map(({ value, isBias }): Shape => ({
      kind: 'line',
      ...across(value),
      colour: isBias ? 'text' : 'caution',
      width: 1.25,
      dashed: !isBias,
    })),
    ...namesOf(lines, p),
  ];
  return { ...size, shapes, marks: means.map((x, i) => [toX(p, x), toY(p, differences[i] as number)]) };
}
