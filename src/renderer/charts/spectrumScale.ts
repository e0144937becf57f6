// Ranges of a spectrum plot: zoom, pan, the y range of what is visible, decimation to what a screen can show.
import type { ChartPanel, LineBundle, PpmRange } from './chartTypes.ts';

export interface Extent {
  readonly low: number;
  readonly high: number;
}

/** Heights of a curve. */
export type Samples = Float64Array | Float32Array;

const MIN_SPAN_PPM = 0.05;

/**
 * Index range [start, end) of the samples inside a ppm range, with one neighbour on each side so that lines reach the
 * borders.
 * @param ppm falling axis
 */
export function visibleIndices(ppm: Float64Array, range: PpmRange): { readonly start: number; readonly end: number } {
  const firstAtOrBelow = (value: number): number => {
    let low = 0;
    let high = ppm.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ppm[middle] as number) > value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const start = Math.max(0, firstAtOrBelow(range[0]) - 1);
  const end = Math.min(ppm.length, firstAtOrBelow(range[1]) + 1);
  return { start, end: Math.max(start, end) };
}

/** Index of the sample nearest to a ppm value. @param ppm falling axis */
export function nearestIndex(ppm: Float64Array, value: number): number {
  const { start, end } = visibleIndices(ppm, [value, value]);
  let best = start;
  for (let i = start; i < end; i++) {
    if (Math.abs((ppm[i] as number) - value) < Math.abs((ppm[best] as number) - value)) best = i;
  }
  return best;
}

/** Smallest and largest finite value in a ppm range, or null without one. */
export function valueExtent(ppm: Float64Array, y: Samples, range: PpmRange): Extent | null {
  const { start, end } = visibleIndices(ppm, range);
  let low = Infinity;
  let high = -Infinity;
  for (let i = start; i < end; i++) {
    const v = y[i] as number;
    if (v < low) low = v;
    if (v > high) high = v;
  }
  return low <= high && Number.isFinite(low) && Number.isFinite(high) ? { low, high } : null;
}

/** Smallest and largest value of a bundle's lines where they stand, in a ppm range; null without one. */
function bundleExtent({ ppm, lines, step }: LineBundle, range: PpmRange): Extent | null {
  let low = Infinity;
  let high = -Infinity;
  lines.forEach((line, i) => {
    const extent = valueExtent(ppm, line, range);
    if (extent === null) return;
    const by = (lines.length - 1 - i) * step;
    low = Math.min(low, extent.low + by);
    high = Math.max(high, extent.high + by);
  });
  return low <= high ? { low, high } : null;
}

/**
 * y range of a panel over the visible ppm range, with a margin; never empty.
 * @param headroom part of the span added above for labels
 */
export function panelExtent(panel: ChartPanel, range: PpmRange, headroom = 0.08): Extent {
  let low = panel.zeroLine === true ? 0 : Infinity;
  let high = panel.zeroLine === true ? 0 : -Infinity;
  for (const series of panel.series) {
    if (series.unscaled === true) continue;
    const extent = valueExtent(series.ppm, series.y, range);
    if (extent === null) continue;
    low = Math.min(low, extent.low);
    high = Math.max(high, extent.high);
  }
  if (panel.bundle !== undefined) {
    const extent = bundleExtent(panel.bundle, range);
    low = Math.min(low, extent?.low ?? low);
    high = Math.max(high, extent?.high ?? high);
  }
  const band = panel.bandHalfWidth ?? 0;
  if (band > 0) {
    low = Math.min(low, -band);
    high = Math.max(high, band);
  }
  if (!(low < high)) {
    const centre = Number.isFinite(low) ? low : 0;
    return { low: centre - 1, high: centre + 1 };
  }
  const span = high - low;
  return { low: low - 0.05 * span, high: high + headroom * span };
}

/** A y range in which curves stand `gain` times as high; what lies at zero stays in its place. */
export function gainedExtent({ low, high }: Extent, gain: number): Extent {
  return { low: low / gain, high: high / gain };
}

/**
 * y range of a panel that shares another's units per pixel, around zero; widened where its values need more.
 * @param own what the panel needs
 * @param reference y range of the other panel
 * @param heightRatio own height over the other's
 */
export function sharedScaleExtent(own: Extent, reference: Extent, heightRatio: number): Extent {
  const half = Math.max(((reference.high - reference.low) * heightRatio) / 2, Math.abs(own.low), Math.abs(own.high));
  return { low: -half, high: half };
}

const TICK_PIXELS = 64;

/** Distance of ticks, 1, 2 or 5 times a power of ten, at least about 64 pixels apart. @param span ppm over `pixels` */
export function tickStep(span: number, pixels: number): number {
  const least = (span * TICK_PIXELS) / Math.max(TICK_PIXELS, pixels);
  const power = 10 ** Math.floor(Math.log10(least));
  const times = [1, 2, 5, 10].find((m) => m * power >= least) ?? 10;
  return times * power;
}

/** Multiples of `step` inside a range. */
export function tickValues(range: PpmRange, step: number): number[] {
  const first = Math.ceil(range[1] / step - 1e-9);
  const last = Math.floor(range[0] / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/** Keeps a range inside the axis, with its width where possible. @param limits the axis's ends, high first */
export function clampRange(range: PpmRange, limits: PpmRange): PpmRange {
  const full = limits[0] - limits[1];
  const span = Math.min(full, Math.max(MIN_SPAN_PPM, range[0] - range[1]));
  let left = range[0];
  if (left > limits[0]) left = limits[0];
  if (left - span < limits[1]) left = limits[1] + span;
  return [left, left - span];
}

/** Zooms around a ppm value that stays where it is. @param factor below 1 zooms in */
export function zoomRange(range: PpmRange, at: number, factor: number, limits: PpmRange): PpmRange {
  const span = Math.max(MIN_SPAN_PPM, (range[0] - range[1]) * factor);
  const share = (range[0] - at) / (range[0] - range[1]);
  const left = at + share * span;
  return clampRange([left, left - span], limits);
}

/** Moves the range by a part of its width; positive shows lower ppm. */
export function panRange(range: PpmRange, part: number, limits: PpmRange): PpmRange {
  const by = (range[0] - range[1]) * part;
  return clampRange([range[0] - by, range[1] - by], limits);
}

/**
 * Visits the visible samples that a plot needs, at most about four a pixel column: of each column its first, lowest,
 * highest and last sample in their order, so that no peak is lost. The columns' borders are tied to the samples and not to
 * the window, so that a curve that is panned keeps its shape.
 * @param columns width of the plot in pixels
 */
export function eachDrawnSample(
  ppm: Float64Array,
  y: Samples,
  range: PpmRange,
  columns: number,
  visit: (index: number) => void,
): void {
  const { start, end } = visibleIndices(ppm, range);
  const count = end - start;
  if (count <= 4 * columns) {
    for (let i = start; i < end; i++) visit(i);
    return;
  }
  const size = Math.ceil(count / columns);
  for (let from = start; from < end;) {
    const to = Math.min(end, (Math.floor(from / size) + 1) * size);
    let low = from;
    let high = from;
    for (let i = from; i < to; i++) {
      if ((y[i] as number) < (y[low] as number)) low = i;
      if ((y[i] as number) > (y[high] as number)) high = i;
    }
    const [first, second] = low < high ? [low, high] : [high, low];
    visit(from);
    if (first !== from) visit(first);
    if (second !== first) visit(second);
    if (to - 1 > second) visit(to - 1);
    from = to;
  }
}

/** The samples of `eachDrawnSample` as [ppm, y] pairs. */
export function decimate(
  ppm: Float64Array,
  y: Float64Array,
  range: PpmRange,
  columns: number,
): (readonly [number, number])[] {
  const points: (readonly [number, number])[] = [];
  eachDrawnSample(ppm, y, range, columns, (i) => points.push([ppm[i] as number, y[i] as number]));
  return points;
}

/** Values of an axis' ticks with their labels, as many as stand well over a number of pixels. */
export function tickTexts({ low, high }: Extent, pixels: number): { readonly value: number; readonly text: string }[] {
  const step = tickStep(high - low, pixels);
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return tickValues([high, low], step).map((value) => ({
    value,
    text: (Math.abs(value) < step / 2 ? 0 : value).toFixed(digits).replace('-', '−'),
  }));
}
