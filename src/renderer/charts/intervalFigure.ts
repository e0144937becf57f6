// Values of several series with their intervals, side by side in categories: each series has a colour and a symbol.
import type { Figure, FigureSize, Shape, ShapeColour } from './figure.ts';
import { tickTexts, type Extent } from './spectrumScale.ts';

export type PlotSymbol = 'circle' | 'square' | 'triangle' | 'diamond' | 'down' | 'cross' | 'plus' | 'bar';

export interface IntervalPoint {
  readonly value: number;
  readonly interval: readonly [low: number, high: number] | null;
}

export interface IntervalSeries {
  readonly colour: ShapeColour;
  readonly symbol: PlotSymbol;
  /** Not to be relied on: hollow, with a dashed interval. */
  readonly doubtful: boolean;
  /** By category; null where it has none. */
  readonly points: readonly (IntervalPoint | null)[];
}

const MARGIN = { left: 46, right: 10, top: 12, bottom: 26 } as const;
const RADIUS = 4;
/** Part of a category's width that its points take. */
const FILLED = 0.76;
/** Part of the intervals that the axis is made long enough for; the ends of the others are cut at its border. */
const SHOWN = 0.92;

/** Figures stand closer above one another than beside: as many as over an axis this many times as long. */
const UPRIGHT = 1.6;

const short = (value: number): string => String(Math.round(value * 100) / 100);

/** Corners of the closed symbols about 0, 0, as parts of the radius. */
const CORNERS: Partial<Readonly<Record<PlotSymbol, readonly (readonly [number, number])[]>>> = {
  square: [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]],
  triangle: [[0, -1.15], [1.1, 0.8], [-1.1, 0.8]],
  diamond: [[0, -1.3], [1.1, 0], [0, 1.3], [-1.1, 0]],
  down: [[0, 1.15], [1.1, -0.8], [-1.1, -0.8]],
  bar: [[-1.3, -0.5], [1.3, -0.5], [1.3, 0.5], [-1.3, 0.5]],
}; // prettier-ignore

/** Symbols of strokes alone, which are never painted over an area. */
const STROKES: Partial<Readonly<Record<PlotSymbol, readonly (readonly [number, number, number, number])[]>>> = {
  cross: [[-1, -1, 1, 1], [-1, 1, 1, -1]],
  plus: [[-1.25, 0, 1.25, 0], [0, -1.25, 0, 1.25]],
}; // prettier-ignore

const isStroked = (symbol: PlotSymbol): boolean => STROKES[symbol] !== undefined;

/** A symbol as an SVG path about a place. */
export function symbolPath(symbol: PlotSymbol, x: number, y: number, radius = RADIUS): string {
  const at = (u: number, v: number): string => `${short(x + u * radius)} ${short(y + v * radius)}`;
  const strokes = STROKES[symbol];
  if (strokes !== undefined) return strokes.map(([u, v, p, q]) => `M${at(u, v)}L${at(p, q)}`).join('');
  const corners = CORNERS[symbol];
  if (corners !== undefined) return `M${corners.map(([u, v]) => at(u, v)).join('L')}Z`;
  const arc = `a${radius} ${radius} 0 1 0`;
  return `M${at(-1, 0)}${arc} ${2 * radius} 0${arc} ${-2 * radius} 0Z`;
}

/** The value below which a part of the list lies. */
function quantile(values: readonly number[], part: number): number {
  const rising = [...values].sort((a, b) => a - b);
  return rising[Math.round(part * (rising.length - 1))] ?? 0;
}

/** All values and zero; of the intervals all but the widest, which would leave no height for the others. */
function extentOf(series: readonly IntervalSeries[]): Extent {
  const points = series.flatMap((s) => s.points.filter((p) => p !== null));
  const values = points.map((p) => p.value);
  const low = Math.min(0, ...values, quantile(points.map((p) => (p.interval ?? [p.value])[0] ?? p.value), 1 - SHOWN)); // prettier-ignore
  const high = Math.max(0, ...values, quantile(points.map((p) => (p.interval ?? [0, p.value])[1] ?? p.value), SHOWN)); // prettier-ignore
  const margin = 0.05 * (high - low);
  return high > low ? { low: low < 0 ? low - margin : 0, high: high > 0 ? high + margin : 0 } : { low: 0, high: 1 };
}

/**
 * @param categories names along the axis below
 * @param quantity name of the other axis, with its unit
 * @returns marks go series by series, without those that have no value
 */
export function intervalFigure(
  categories: readonly string[],
  series: readonly IntervalSeries[],
  quantity: string,
  size: FigureSize,
): Figure {
  const [left, right] = [MARGIN.left, size.width - MARGIN.right];
  const [top, bottom] = [MARGIN.top, size.height - MARGIN.bottom];
  const extent = extentOf(series);
  const y = (v: number): number => {
    const part = (v - extent.low) / (extent.high - extent.low);
    return bottom - Math.min(1, Math.max(0, part)) * (bottom - top);
  };
  const slot = (right - left) / Math.max(1, categories.length);
  const x = (category: number, at: number): number =>
    left + slot * (category + 0.5 + FILLED * ((at + 0.5) / Math.max(1, series.length) - 0.5));
  const grid = tickTexts(extent, UPRIGHT * (bottom - top)).flatMap(({ value, text }): Shape[] => [
    { kind: 'line', from: [left, y(value)], to: [right, y(value)], colour: 'line', width: 0.6 },
    { kind: 'text', at: [left - 6, y(value) + 4], text, anchor: 'end', colour: 'muted' },
  ]);
  const names = categories.map((name, i): Shape => {
    return { kind: 'text', at: [left + slot * (i + 0.5), bottom + 16], text: name, anchor: 'middle', colour: 'text' };
  });
  const between = categories.slice(1).map((_, i): Shape => {
    const edge = left + slot * (i + 1);
    return { kind: 'line', from: [edge, top], to: [edge, bottom], colour: 'line', width: 0.6 };
  });
  const points = series.flatMap(({ points: own, ...look }, at) =>
    own.flatMap((point, category) => (point === null ? [] : [{ point, look, at: x(category, at) }])),
  );
  const shapes: Shape[] = [
    ...between,
    ...grid,
    ...names,
    { kind: 'line', from: [left, y(0)], to: [right, y(0)], colour: 'muted' },
    { kind: 'text', at: [12, (top + bottom) / 2], text: quantity, anchor: 'middle', colour: 'muted', upright: true },
    ...points.flatMap(({ point, look, at }) => pointShapes(point, look, at, y)),
  ];
  return { ...size, shapes, marks: points.map(({ point, at }) => [at, y(point.value)]), drawsOwnMarks: true };
}

function pointShapes(
  { value, interval }: IntervalPoint,
  { colour, symbol, doubtful }: Omit<IntervalSeries, 'points'>,
  x: number,
  y: (value: number) => number,
): Shape[] {
  const d = symbolPath(symbol, x, y(value));
  const bar: Shape[] =
    interval === null
      ? []
      : [{ kind: 'line', from: [x, y(interval[0])], to: [x, y(interval[1])], colour, width: 1.5, dashed: doubtful }];
  const ground: Shape[] = doubtful && !isStroked(symbol) ? [{ kind: 'path', d, colour: 'panel', width: 0, filled: true }] : []; // prettier-ignore
  return [...bar, ...ground, { kind: 'path', d, colour, width: 1.5, filled: !doubtful && !isStroked(symbol) }];
}
