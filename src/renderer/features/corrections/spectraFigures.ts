// Spectra before and after: all transients laid over each other or one behind the other, wiped, and their means.
import { t } from '../../app/i18n/index.ts';
import type { PpmRange } from '../../charts/chartTypes.ts';
import type { Figure, FigureSize, Shape, ShapeColour } from '../../charts/figure.ts';
import type { CorrectionCurvesView } from '../../../ipc/contract.ts';
import { curvePath, extentOf, toX, toY, widened, xAxis, type Box, type Plane } from './plane.ts';

/** One side of the comparison as it is drawn. */
export interface DrawnSide {
  readonly name: string;
  readonly colour: 'before' | 'after';
  readonly curves: CorrectionCurvesView;
  /** Transients that the outlier rejection would take out. */
  readonly rejected: ReadonlySet<number>;
}

export interface SpectraLook {
  readonly range: PpmRange;
  /** Whether rejected transients are drawn, and counted in the means. */
  readonly withRejected: boolean;
}

const MARGIN = { left: 14, right: 14, top: 10, bottom: 38 } as const;
const GAP = 10;
const axisName = (): string => t('corrections.axes.shift');
/** Part of a waterfall's height that its rows are spread over. */
const SPREAD = 0.74;
/** More rows of a waterfall hide each other; then some in even steps are drawn, and all rejected ones. */
const MOST_ROWS = 20;

interface Row {
  readonly y: Float32Array;
  readonly isRejected: boolean;
}

/** Transients of a side in their order; rejected ones only where they are wanted. */
function rowsOf({ curves, rejected }: DrawnSide, { withRejected }: SpectraLook): Row[] {
  const points = curves.ppm.length;
  return Array.from({ length: curves.rows }, (_, k) => ({
    y: curves.transients.subarray(k * points, (k + 1) * points),
    isRejected: rejected.has(k * curves.step),
  })).filter((row) => withRejected || !row.isRejected);
}

/** Part of a curve inside the window. */
function inside(ppm: Float32Array, y: Float32Array, [high, low]: PpmRange): Float32Array {
  return y.filter((_, i) => (ppm[i] as number) <= high && (ppm[i] as number) >= low);
}

/** Common height of both sides: of what would be kept, so that one moved transient does not flatten the others. */
function commonExtent(sides: readonly DrawnSide[], look: SpectraLook) {
  const kept = sides.flatMap((side) =>
    rowsOf(side, { ...look, withRejected: false }).map((row) => inside(side.curves.ppm, row.y, look.range)),
  );
  return widened(extentOf(kept));
}

/** More lines are fainter, so that the dense part stays readable. */
const opacityOf = (count: number): number => Math.max(0.12, Math.min(0.8, 2 / Math.sqrt(Math.max(1, count))));

/** All transients of a side, and their mean over them. */
function overlaid(p: Plane, side: DrawnSide, look: SpectraLook, range: PpmRange): Shape[] {
  const rows = rowsOf(side, look);
  const opacity = opacityOf(rows.length);
  const { ppm } = side.curves;
  const shapes = rows.map(({ y, isRejected }): Shape => ({
    kind: 'path',
    d: curvePath(p, ppm, y, range),
    colour: isRejected ? 'stop' : side.colour,
    width: isRejected ? 1 : 0.8,
    opacity: isRejected ? 0.9 : opacity,
  }));
  // Rejected ones lie on top: there are few, and they are looked for.
  return [
    ...shapes.filter((_, k) => !rows[k]!.isRejected),
    ...shapes.filter((_, k) => rows[k]!.isRejected),
    { kind: 'path', d: curvePath(p, ppm, meanOf(side, look), range), colour: 'text', width: 1.25 },
  ];
}

/** Rows of a waterfall, from the last at the back to the first in front, each hiding what is behind it. */
function stacked(p: Plane, side: DrawnSide, look: SpectraLook): Shape[] {
  const all = rowsOf(side, look);
  const every = Math.ceil(all.length / MOST_ROWS);
  const step = (SPREAD * p.height) / Math.max(1, all.length - 1);
  const rows = all.map((row, k) => ({ ...row, k })).reverse();
  const kept = rows.filter(({ k, isRejected }) => k % every === 0 && !isRejected);
  const hiding = kept.flatMap(({ y, k }): Shape[] => {
    const d = curvePath(p, side.curves.ppm, y, look.range, k * step);
    const floor = p.top + p.height;
    const last = d.slice(d.lastIndexOf('L') + 1).split(' ')[0] ?? '0';
    const first = d.slice(1).split(' ')[0] ?? '0';
    const ground = `${d}L${last} ${floor}L${first} ${floor}z`;
    return [
      { kind: 'path', d: ground, colour: 'panel', width: 0, filled: true },
      { kind: 'path', d, colour: side.colour, width: 1 },
    ];
  });
  // Not hidden by what is before them: they are looked for.
  const rejected = rows
    .filter((row) => row.isRejected)
    .map(({ y, k }): Shape => {
      const d = curvePath(p, side.curves.ppm, y, look.range, k * step);
      return { kind: 'path', d, colour: 'stop', width: 1 };
    });
  return [...hiding, ...rejected];
}

/** Every how manieth transient a waterfall draws. */
export function waterfallStep({ curves }: DrawnSide): number {
  return curves.step * Math.max(1, Math.ceil(curves.rows / MOST_ROWS));
}

function title(p: Box, side: DrawnSide, letter: string): Shape {
  const text = `${letter}  ${side.name}`;
  return { kind: 'text', at: [p.left + 8, p.top + 16], text, anchor: 'start', colour: side.colour };
}

const letterOf = (i: number): string => (i === 0 ? 'A' : 'B');

/** All transients of each side on one axis, A above B at one scale. */
export function overlayFigure(sides: readonly DrawnSide[], look: SpectraLook, size: FigureSize): Figure {
  const y = commonExtent(sides, look);
  const height = (size.height - MARGIN.top - MARGIN.bottom - GAP * (sides.length - 1)) / Math.max(1, sides.length);
  const width = size.width - MARGIN.left - MARGIN.right;
  const shapes = sides.flatMap((side, i): Shape[] => {
    const p: Plane = { left: MARGIN.left, top: MARGIN.top + i * (height + GAP), width, height, x: look.range, y };
    return [
      ...xAxis(p, i === sides.length - 1 ? axisName() : null),
      ...overlaid(p, side, look, look.range),
      title(p, side, letterOf(i)),
    ];
  });
  return { ...size, shapes, marks: [] };
}

/** Each side's transients one behind the other, the first in front, A left of B. */
export function waterfallFigure(sides: readonly DrawnSide[], look: SpectraLook, size: FigureSize): Figure {
  const flat = commonExtent(sides, look);
  const width = (size.width - MARGIN.left - MARGIN.right - GAP * (sides.length - 1)) / Math.max(1, sides.length);
  const height = size.height - MARGIN.top - MARGIN.bottom;
  // The lowest row's zero near the bottom; room above for the others.
  const y = { low: flat.low, high: flat.low + (flat.high - flat.low) / (1 - SPREAD) };
  const shapes = sides.flatMap((side, i): Shape[] => {
    const p: Plane = { left: MARGIN.left + i * (width + GAP), top: MARGIN.top, width, height, x: look.range, y };
    return [...stacked(p, side, look), ...xAxis(p, axisName()), title(p, side, letterOf(i))];
  });
  return { ...size, shapes, marks: [] };
}

/** Where a wiped figure's axis lies, for the pointer. */
export function wipeBox(size: FigureSize): Box {
  return {
    left: MARGIN.left,
    top: MARGIN.top,
    width: size.width - MARGIN.left - MARGIN.right,
    height: size.height - MARGIN.top - MARGIN.bottom,
  };
}

/** A left of the wiping line, B right of it, on one axis. @param at ppm of the line */
export function wipeFigure(
  [a, b]: readonly [DrawnSide, DrawnSide],
  at: number,
  look: SpectraLook,
  size: FigureSize,
): Figure {
  const p: Plane = { ...wipeBox(size), x: look.range, y: commonExtent([a, b], look) };
  const x = toX(p, at);
  const bottom = p.top + p.height;
  const middle = p.top + p.height / 2;
  const parts: readonly (readonly [DrawnSide, PpmRange])[] = [
    [a, [look.range[0], at]],
    [b, [at, look.range[1]]],
  ];
  const grip = `M${x - 5} ${middle - 14}h10v28h-10z`;
  const named = (side: DrawnSide, i: number): Shape => ({
    kind: 'text',
    at: [i === 0 ? p.left + 8 : p.left + p.width - 8, p.top + 16],
    text: `${letterOf(i)}  ${side.name}`,
    anchor: i === 0 ? 'start' : 'end',
    colour: side.colour,
  });
  return {
    ...size,
    shapes: [
      ...xAxis(p, axisName()),
      ...parts.flatMap(([side, range]) => overlaid(p, side, look, range)),
      { kind: 'line', from: [x, p.top], to: [x, bottom], colour: 'text', width: 1.25 },
      { kind: 'path', d: grip, colour: 'text', width: 1, filled: true },
      ...[a, b].map(named),
    ],
    marks: [],
  };
}

const meanOf = ({ curves }: DrawnSide, { withRejected }: SpectraLook): Float32Array =>
  withRejected ? curves.mean : curves.keptMean;

/** Both means on one axis, and their difference B − A at the same scale. */
export function meansFigure([a, b]: readonly [DrawnSide, DrawnSide], look: SpectraLook, size: FigureSize): Figure {
  const { ppm } = a.curves;
  const [meanA, meanB] = [meanOf(a, look), meanOf(b, look)];
  const difference = meanB.map((v, i) => v - (meanA[i] as number));
  const means = widened(extentOf([meanA, meanB].map((y) => inside(ppm, y, look.range))));
  const rest = widened(extentOf([inside(ppm, difference, look.range), [0]]), 0.12);
  const spans = [means.high - means.low, rest.high - rest.low] as const;
  const room = size.height - MARGIN.top - MARGIN.bottom - GAP;
  const width = size.width - MARGIN.left - MARGIN.right;
  const upper = (room * spans[0]) / (spans[0] + spans[1]);
  const top: Plane = { left: MARGIN.left, top: MARGIN.top, width, height: upper, x: look.range, y: means };
  const below = { left: MARGIN.left, top: MARGIN.top + upper + GAP, width, height: room - upper };
  const low: Plane = { ...below, x: look.range, y: rest };
  const curve = (p: Plane, y: Float32Array, colour: ShapeColour): Shape => ({
    kind: 'path',
    d: curvePath(p, ppm, y, look.range),
    colour,
    width: 1.25,
  });
  const text = (p: Box, row: number, words: string, colour: ShapeColour): Shape => ({
    kind: 'text',
    at: [p.left + 8, p.top + 16 + 15 * row],
    text: words,
    anchor: 'start',
    colour,
  });
  return {
    ...size,
    shapes: [
      ...xAxis(top, null),
      ...xAxis(low, axisName()),
      { kind: 'line', from: [low.left, toY(low, 0)], to: [low.left + width, toY(low, 0)], colour: 'muted', width: 0.8 },
      curve(top, meanA, a.colour),
      curve(top, meanB, b.colour),
      curve(low, difference, 'text'),
      text(top, 0, `A  ${t('corrections.axes.mean', { name: a.name })}`, a.colour),
      text(top, 1, `B  ${t('corrections.axes.mean', { name: b.name })}`, b.colour),
      text(low, 0, t('corrections.axes.difference'), 'text'),
    ],
    marks: [],
  };
}
