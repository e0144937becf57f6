// Figures of simple shapes, drawn as SVG on the page and saved as an SVG or PNG file with the same shapes.
import { escapeMarkup } from '../../core/reports/escape.ts';
import type { ChartColours } from './chartTypes.ts';

/** A token of the theme, or a fixed colour. */
export type ShapeColour = keyof ChartColours | `#${string}`;

export type Shape =
  | {
      readonly kind: 'line';
      readonly from: readonly [x: number, y: number];
      readonly to: readonly [x: number, y: number];
      readonly colour: ShapeColour;
      readonly width?: number;
      readonly dashed?: boolean;
    }
  | {
      readonly kind: 'area';
      readonly left: number;
      readonly top: number;
      readonly width: number;
      readonly height: number;
      readonly colour: ShapeColour;
    }
  | {
      readonly kind: 'text';
      readonly at: readonly [x: number, y: number];
      readonly text: string;
      readonly anchor: 'start' | 'middle' | 'end';
      readonly colour: ShapeColour;
      /** Read from bottom to top. */
      readonly upright?: boolean;
    }
  | {
      readonly kind: 'path';
      readonly d: string;
      readonly colour: ShapeColour;
      readonly width: number;
      readonly dashed?: boolean;
      /** 0 to 1. */
      readonly opacity?: number;
      /** Its area is painted, not its line. */
      readonly filled?: boolean;
    }
  | {
      readonly kind: 'image';
      readonly left: number;
      readonly top: number;
      readonly width: number;
      readonly height: number;
      /** Its pixels stay sharp squares. */
      readonly source: HTMLCanvasElement;
    };

/** Where a figure's points lie, in their order; drawn as discs unless the figure draws them itself, and found by the pointer. */
export type Marks = readonly (readonly [x: number, y: number])[];

export interface FigureSize {
  readonly width: number;
  readonly height: number;
}

export interface Figure extends FigureSize {
  /** Under the marks. */
  readonly shapes: readonly Shape[];
  readonly marks: Marks;
  /** The shapes show the points already, each with a symbol of its own. */
  readonly drawsOwnMarks?: boolean;
}

export const MARK_RADIUS = 3;
export const DASHES = '5 4';

/** Tokens of the light look, in which figures are saved. */
export const PRINT_COLOURS: ChartColours = {
  text: '#1b2129',
  muted: '#5b6675',
  accent: '#1f6feb',
  line: '#d9dee5',
  before: '#9a6b00',
  after: '#1f6feb',
  caution: '#9a6b00',
  stop: '#b3261e',
  shade: '#f1f6fe',
  band: '#eef1f5',
  panel: '#ffffff',
};

const short = (value: number): string => String(Math.round(value * 100) / 100);

/** All marks as one path of circles. */
export function marksPath(marks: Marks, radius = MARK_RADIUS): string {
  const arc = `a${radius} ${radius} 0 1 0`;
  return marks
    .map(([x, y]) => `M${short(x - radius)} ${short(y)}${arc} ${2 * radius} 0${arc} ${-2 * radius} 0`)
    .join('');
}

/** Index of the mark nearest to a place, none beyond `reach` pixels. */
export function nearestMark(marks: Marks, x: number, y: number, reach = 14): number | null {
  let best: number | null = null;
  let least = reach;
  marks.forEach(([mx, my], i) => {
    const distance = Math.hypot(mx - x, my - y);
    if (distance <= least) {
      least = distance;
      best = i;
    }
  });
  return best;
}

function shapeMarkup(shape: Shape): string {
  const token = (name: ShapeColour): string =>
    name.startsWith('#') ? name : PRINT_COLOURS[name as keyof ChartColours];
  if (shape.kind === 'image') {
    return `<image x="${short(shape.left)}" y="${short(shape.top)}" width="${short(shape.width)}" height="${short(shape.height)}" preserveAspectRatio="none" style="image-rendering:pixelated" href="${shape.source.toDataURL('image/png')}"/>`;
  }
  const colour = token(shape.colour);
  const dash = 'dashed' in shape && shape.dashed === true ? ` stroke-dasharray="${DASHES}"` : '';
  switch (shape.kind) {
    case 'line':
      return `<line x1="${short(shape.from[0])}" y1="${short(shape.from[1])}" x2="${short(shape.to[0])}" y2="${short(shape.to[1])}" stroke="${colour}" stroke-width="${shape.width ?? 1}"${dash}/>`;
    case 'area':
      return `<rect x="${short(shape.left)}" y="${short(shape.top)}" width="${short(shape.width)}" height="${short(shape.height)}" fill="${colour}"/>`;
    case 'text': {
      const [x, y] = shape.at.map(short) as [string, string];
      const turn = shape.upright === true ? ` transform="rotate(-90 ${x} ${y})"` : '';
      return `<text x="${x}" y="${y}" text-anchor="${shape.anchor}" fill="${colour}"${turn}>${escapeMarkup(shape.text)}</text>`;
    }
    case 'path': {
      const opacity = shape.opacity === undefined ? '' : ` opacity="${shape.opacity}"`;
      if (shape.filled === true) return `<path d="${shape.d}" fill="${colour}"${opacity}/>`;
      return `<path d="${shape.d}" fill="none" stroke="${colour}" stroke-width="${shape.width}" stroke-linejoin="round"${dash}${opacity}/>`;
    }
  }
}

/** A complete, static SVG document: no scripts, no external resources. @param title read out, and kept in the file */
export function figureMarkup(figure: Figure, title: string): string {
  const { width, height, shapes, marks, drawsOwnMarks = false } = figure;
  const dots =
    marks.length === 0 || drawsOwnMarks
      ? ''
      : `<path d="${marksPath(marks)}" fill="${PRINT_COLOURS.accent}" fill-opacity="0.7"/>`;
  const font = 'font-family="Segoe UI, Helvetica Neue, Helvetica, Arial, sans-serif" font-size="11"';
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" ${font}>` +
    `<title>${escapeMarkup(title)}</title><rect width="${width}" height="${height}" fill="${PRINT_COLOURS.panel}"/>` +
    `${shapes.map(shapeMarkup).join('')}${dots}</svg>\n`
  );
}
