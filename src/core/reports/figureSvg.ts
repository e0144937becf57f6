// The spectrum figure as SVG: data, fit, baseline, residual over a reversed ppm axis; readable without colour.
import type { FitCurves } from '../domain/quantification.ts';
import { escapeMarkup } from './escape.ts';
import { landmarks, placeLabels } from './figureLabels.ts';
import type { ReportTexts } from './texts/index.ts';
import { reportTexts } from './texts/index.ts';

type Words = ReportTexts['figure'];

export interface FigureOptions {
  /** Size in CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** A line over the figure; empty for none. */
  readonly title: string;
  /** @default English */
  readonly words?: Words;
}

/** Light tokens of the look (data, fit, baseline, grid, muted text). */
const COLOUR = {
  data: '#1B2129',
  fit: '#1F6FEB',
  baseline: '#5B6675',
  grid: '#D9DEE5',
  muted: '#5B6675',
  band: '#EEF1F5',
};
const FONT = 'font-family="Inter, Segoe UI, Helvetica Neue, Helvetica, Arial, sans-serif"';
const MARGIN = { left: 14, right: 14, top: 8, bottom: 36 };
const RESIDUAL_PART = 0.17;
const GAP = 8;
/** Height of the residual's caption above its curve. */
const CAPTION = 13;

interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly low: number;
  readonly high: number;
}

const round = (v: number): string => (Math.round(v * 100) / 100).toString();
const y = (f: Frame, v: number): number => f.bottom - ((v - f.low) / (f.high - f.low)) * (f.bottom - f.top);

function finiteRange(arrays: readonly Float64Array[]): { low: number; high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const a of arrays) {
    for (const v of a) {
      if (!Number.isFinite(v)) continue;
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  if (!(low < high)) return { low: (Number.isFinite(low) ? low : 0) - 1, high: (Number.isFinite(high) ? high : 0) + 1 };
  return { low, high };
}

function polyline(xs: readonly number[], values: Float64Array, frame: Frame, style: string, kind: string): string {
  const parts: string[] = [];
  let open = false;
  for (let i = 0; i < xs.length; i++) {
    const v = values[i];
    if (v === undefined || !Number.isFinite(v)) {
      open = false;
      continue;
    }
    parts.push(`${open ? 'L' : 'M'}${round(xs[i] as number)} ${round(y(frame, v))}`);
    open = true;
  }
  return `<path class="${kind}" d="${parts.join('')}" fill="none" ${style}/>`;
}

/** @returns tick positions from low to high, multiples of `step`, without the rounding of repeated addition */
function ticks(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

function ppmAxisSvg(
  x: (ppm: number) => number,
  [low, high]: readonly [number, number],
  frame: Frame,
  words: Words,
): string {
  const wide = high - low > 6;
  const major = wide ? 1 : 0.5;
  const minor = wide ? 0.2 : 0.1;
  const bottom = frame.bottom;
  const lines = [
    `<line x1="${round(frame.left)}" y1="${round(bottom)}" x2="${round(frame.right)}" y2="${round(bottom)}" stroke="${COLOUR.data}" stroke-width="1"/>`,
  ];
  for (const t of ticks(low, high, minor)) {
    lines.push(
      `<line x1="${round(x(t))}" y1="${round(bottom)}" x2="${round(x(t))}" y2="${round(bottom + 3)}" stroke="${COLOUR.data}" stroke-width="0.7"/>`,
    );
  }
  for (const t of ticks(low, high, major)) {
    lines.push(
      `<line x1="${round(x(t))}" y1="${round(bottom)}" x2="${round(x(t))}" y2="${round(bottom + 6)}" stroke="${COLOUR.data}" stroke-width="1"/>`,
      `<text x="${round(x(t))}" y="${round(bottom + 17)}" text-anchor="middle" font-size="11" fill="${COLOUR.data}">${t.toFixed(1)}</text>`,
    );
  }
  lines.push(
    `<text x="${round((frame.left + frame.right) / 2)}" y="${round(bottom + 31)}" text-anchor="middle" font-size="11" fill="${COLOUR.muted}">${escapeMarkup(words.axis)}</text>`,
  );
  return lines.join('');
}

function residualSvg(curves: FitCurves, xs: readonly number[], frame: Frame, words: Words): string {
  const sd = rms(curves.residual);
  const zero = round(y(frame, 0));
  const bandTop = y(frame, 2 * sd);
  const bandHeight = y(frame, -2 * sd) - bandTop;
  const width = round(frame.right - frame.left);
  return [
    `<rect x="${round(frame.left)}" y="${round(bandTop)}" width="${width}" height="${round(bandHeight)}" fill="${COLOUR.band}"/>`,
    `<line x1="${round(frame.left)}" y1="${zero}" x2="${round(frame.right)}" y2="${zero}" stroke="${COLOUR.muted}" stroke-width="0.6"/>`,
    polyline(xs, curves.residual, frame, `stroke="${COLOUR.data}" stroke-width="0.8"`, 'residual'),
    `<text x="${round(frame.left + 2)}" y="${round(frame.top - 3)}" font-size="11" fill="${COLOUR.muted}">${escapeMarkup(words.residual)}</text>`,
  ].join('');
}

const LEGEND = [
  { key: 'data', style: `stroke="${COLOUR.data}" stroke-width="0.9"` },
  { key: 'fit', style: `stroke="${COLOUR.fit}" stroke-width="2.6"` },
  { key: 'baseline', style: `stroke="${COLOUR.baseline}" stroke-width="1.2" stroke-dasharray="5 3"` },
] as const;

/** Of an entry: its line with the gap before its word, a character at 11 px, and what parts it from the next. [px] */
const [LEGEND_LINE, CHARACTER, LEGEND_GAP] = [25, 6.2, 14];

function legendSvg(frame: Frame, words: Words): string {
  const widths = LEGEND.map(({ key }) => LEGEND_LINE + CHARACTER * words[key].length + LEGEND_GAP);
  return LEGEND.map(({ key, style }, i) => {
    const left = frame.right + LEGEND_GAP - widths.slice(i).reduce((sum, width) => sum + width, 0);
    const middle = frame.top - 7;
    return (
      `<line x1="${round(left)}" y1="${round(middle)}" x2="${round(left + 20)}" y2="${round(middle)}" ${style}/>` +
      `<text x="${round(left + LEGEND_LINE)}" y="${round(middle + 4)}" font-size="11" fill="${COLOUR.data}">${escapeMarkup(words[key])}</text>`
    );
  }).join('');
}

function labelsSvg(curves: FitCurves, x: (ppm: number) => number, frame: Frame): string {
  const wishes = landmarks(curves).map((m) => ({ text: m.text, x: x(m.ppm), y: y(frame, m.height) }));
  return placeLabels(wishes, { height: 12, characterWidth: 6.5 })
    .map(
      (l) =>
        `<text x="${round(l.x)}" y="${round(l.textY)}" text-anchor="middle" font-size="11" fill="${COLOUR.data}">${escapeMarkup(l.text)}</text>`,
    )
    .join('');
}

function rms(values: Float64Array): number {
  let sum = 0;
  let n = 0;
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    sum += v * v;
    n++;
  }
  return n === 0 ? 0 : Math.sqrt(sum / n);
}

function frames(curves: FitCurves, options: FigureOptions): { main: Frame; residual: Frame } {
  const left = MARGIN.left;
  const right = options.width - MARGIN.right;
  const top = MARGIN.top + CAPTION + (options.title === '' ? 0 : 18);
  const bottom = options.height - MARGIN.bottom;
  const split = top + RESIDUAL_PART * (bottom - top);
  const range = finiteRange([curves.data, curves.fit, curves.baseline]);
  const span = range.high - range.low;
  const sd = rms(curves.residual);
  const extent = Math.max(...finiteRangeAbs(curves.residual), 2.4 * sd) || 1;
  return {
    // Room above the tallest line for its label.
    main: { left, right, top: split + GAP, bottom, low: range.low - 0.03 * span, high: range.high + 0.1 * span },
    residual: { left, right, top, bottom: split, low: -extent, high: extent },
  };
}

function finiteRangeAbs(values: Float64Array): [number, number] {
  const { low, high } = finiteRange([values]);
  return [Math.abs(low), Math.abs(high)];
}

/**
 * Draws one fit.
 * @param curves curves over the fit range, falling ppm
 * @param options size and title
 * @returns a complete, static SVG document: no scripts, no external resources
 */
export function figureSvg(curves: FitCurves, options: FigureOptions): string {
  const { width, height, title } = options;
  const words = options.words ?? reportTexts('en').figure;
  const { low, high } = finiteRange([curves.ppm]);
  const { main, residual } = frames(curves, options);
  const x = (ppm: number): number => main.left + ((high - ppm) / (high - low)) * (main.right - main.left);
  const xs = Array.from(curves.ppm, x);
  const body = [
    `<rect width="${width}" height="${height}" fill="#FFFFFF"/>`,
    title === ''
      ? ''
      : `<text x="${MARGIN.left}" y="17" font-size="12" font-weight="600" fill="${COLOUR.data}">${escapeMarkup(title)}</text>`,
    ...ticks(low, high, 0.5).map(
      (t) =>
        `<line x1="${round(x(t))}" y1="${round(main.top)}" x2="${round(x(t))}" y2="${round(main.bottom)}" stroke="${COLOUR.grid}" stroke-width="0.5"/>`,
    ),
    residualSvg(curves, xs, residual, words),
    polyline(xs, curves.fit, main, LEGEND[1].style, 'fit'),
    polyline(xs, curves.baseline, main, LEGEND[2].style, 'baseline'),
    polyline(xs, curves.data, main, LEGEND[0].style, 'data'),
    labelsSvg(curves, x, main),
    legendSvg(residual, words),
    ppmAxisSvg(x, [low, high], main, words),
  ].join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeMarkup(words.label)}" ${FONT}>${body}</svg>`;
}
