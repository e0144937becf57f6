// How alike each two transients are, before and after: two heat maps in cividis on one scale, with its bar.
import type { Figure, FigureSize, Shape } from '../../charts/figure.ts';
import { mapColour } from '../../charts/colourMaps.ts';
import { extentOf, type Box } from './plane.ts';
import type { DrawnSide } from './spectraFigures.ts';

const MARGIN = { left: 36, right: 52, top: 26, bottom: 34 } as const;
const GAP = 30;
const BAR = 12;
/** Part of the values below the scale's lower end. */
const BELOW = 0.01;
/** A narrower scale would show noise as if it were difference. */
const LEAST_SPAN = 0.1;
const BAR_STEPS = 64;

export interface SimilarityScale {
  readonly low: number;
  readonly high: number;
}

/** Pairs of different transients that would be kept: single moved ones would stretch the scale. */
function keptPairs({ curves: { rows, step, similarity }, rejected }: DrawnSide): Float32Array {
  const isOut = (k: number): boolean => rejected.has(k * step);
  return similarity.filter((_, i) => {
    const [x, y] = [i % rows, Math.floor(i / rows)];
    return x !== y && !isOut(x) && !isOut(y);
  });
}

/** One scale for both: from nearly the lowest to the highest pair; a transient is always 1 to itself. */
export function similarityScale(sides: readonly DrawnSide[]): SimilarityScale {
  const sorted = sides.map((side) => keptPairs(side).sort());
  const low = Math.min(...sorted.map((s) => s[Math.floor(BELOW * s.length)] ?? 0));
  const { high } = extentOf(sorted);
  return Number.isFinite(high) ? { low: Math.min(low, high - LEAST_SPAN), high } : { low: 0, high: 1 };
}

function canvasOf(width: number, height: number, colourAt: (x: number, y: number) => readonly number[]) {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.max(1, width), Math.max(1, height)];
  const context = canvas.getContext('2d');
  if (context === null || width === 0 || height === 0) return canvas;
  const image = context.createImageData(width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) image.data.set(colourAt(x, y), 4 * (y * width + x));
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** One pixel a pair of transients; rejected ones are left transparent where they are not wanted. */
export function matrixImage(side: DrawnSide, { low, high }: SimilarityScale, withRejected: boolean): HTMLCanvasElement {
  const { rows, step, similarity } = side.curves;
  const isOut = (k: number): boolean => !withRejected && side.rejected.has(k * step);
  return canvasOf(rows, rows, (x, y) => {
    if (isOut(x) || isOut(y)) return [0, 0, 0, 0];
    return [...mapColour('cividis', ((similarity[y * rows + x] as number) - low) / (high - low)), 255];
  });
}

export const barImage = (): HTMLCanvasElement =>
  canvasOf(1, BAR_STEPS, (_, y) => [...mapColour('cividis', 1 - y / (BAR_STEPS - 1)), 255]);

export interface MatrixImages {
  readonly sides: readonly { readonly side: DrawnSide; readonly image: HTMLCanvasElement }[];
  readonly scale: SimilarityScale;
  readonly bar: HTMLCanvasElement;
}

function matrixShapes(box: Box, { side, image }: MatrixImages['sides'][number], i: number): Shape[] {
  const right = box.left + box.width;
  const bottom = box.top + box.height;
  const last = String((side.curves.rows - 1) * side.curves.step + 1);
  const label = (at: readonly [number, number], text: string, anchor: 'start' | 'middle' | 'end'): Shape => ({
    ...{ kind: 'text', at, text, anchor, colour: 'muted' },
  });
  return [
    { kind: 'image', ...box, source: image },
    { kind: 'text', at: [box.left, box.top - 9], text: `${i === 0 ? 'A' : 'B'}  ${side.name}`, anchor: 'start', colour: side.colour }, // prettier-ignore
    label([box.left, bottom + 14], '1', 'start'),
    label([right, bottom + 14], last, 'end'),
    label([box.left + box.width / 2, bottom + 28], 'Transient', 'middle'),
    ...(i === 0 ? [label([box.left - 6, box.top + 10], '1', 'end'), label([box.left - 6, bottom], last, 'end')] : []),
  ];
}

export function matrixFigure({ sides, scale, bar }: MatrixImages, size: FigureSize): Figure {
  const count = Math.max(1, sides.length);
  const across = (size.width - MARGIN.left - MARGIN.right - GAP * (count - 1)) / count;
  const edge = Math.max(20, Math.min(across, size.height - MARGIN.top - MARGIN.bottom));
  const used = MARGIN.left + count * edge + (count - 1) * GAP + MARGIN.right;
  const left = MARGIN.left + Math.max(0, (size.width - used) / 2);
  const boxes = sides.map((_, i): Box => ({
    left: left + i * (edge + GAP),
    top: MARGIN.top,
    width: edge,
    height: edge,
  }));
  const barLeft = left + count * edge + (count - 1) * GAP + 12;
  const middle = (scale.low + scale.high) / 2;
  const marks = [scale.high, middle, scale.low].map((value, k): Shape => ({
    kind: 'text',
    at: [barLeft + BAR + 5, MARGIN.top + (k * edge) / 2 + (k === 0 ? 9 : k === 2 ? 0 : 4)],
    text: value.toFixed(2).replace('-', '−'),
    anchor: 'start',
    colour: 'muted',
  }));
  return {
    ...size,
    shapes: [
      ...boxes.flatMap((box, i) => matrixShapes(box, sides[i] as MatrixImages['sides'][number], i)),
      { kind: 'image', left: barLeft, top: MARGIN.top, width: BAR, height: edge, source: bar },
      ...marks,
    ],
    marks: [],
  };
}
