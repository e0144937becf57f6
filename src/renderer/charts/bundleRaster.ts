// Many lines at once as coverage of pixels: hundreds of transients in one pass over columns, many times faster than that many
// strokes. Each line is, in each pixel column, the span that it crosses there, so that no peak is lost. A span is noted by its
// two ends alone, whatever its height; how many lines cover a pixel is their running sum down the column.
import type { PpmRange } from './chartTypes.ts';
import type { Extent } from './spectrumScale.ts';

/** Where spans begin and end, column by column, two more rows than pixels. */
export interface Coverage {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly ends: Float32Array;
}

/** The part of a plot that the pixels show. */
export interface CoverageView {
  readonly range: PpmRange;
  readonly extent: Extent;
}

/** Thickness of a line. [px] */
const THICKNESS = 1.25;
const ROWS_BEYOND = 2;

export function emptyCoverage(width: number, height: number): Coverage {
  return { width, height, ends: new Float32Array(width * (height + ROWS_BEYOND)) };
}

/** One line of a bundle. */
export interface CoveredLine {
  /** Falling, evenly spaced. */
  readonly ppm: Float64Array;
  readonly y: Float32Array;
  /** Added to each height. */
  readonly by: number;
}

/** Adds one line. @param coverage changed in place */
export function addLine({ width, height, ends }: Coverage, { range, extent }: CoverageView, line: CoveredLine): void {
  const { ppm, y, by } = line;
  const last = y.length - 1;
  if (last < 1) return;
  const samplesPerPpm = last / ((ppm[0] as number) - (ppm[last] as number));
  const start = ((ppm[0] as number) - range[0]) * samplesPerPpm;
  const perColumn = ((range[0] - range[1]) * samplesPerPpm) / width;
  const rowsPerUnit = height / (extent.high - extent.low);
  const zeroRow = (extent.high - by) * rowsPerUnit;
  const heightAt = (place: number): number => {
    const i = Math.min(last - 1, Math.floor(place));
    const here = y[i] as number;
    return here + (place - i) * ((y[i + 1] as number) - here);
  };
  const first = Math.max(0, Math.floor(-start / perColumn));
  let edge = heightAt(Math.min(last, Math.max(0, start + first * perColumn)));
  for (let column = first; column < width; column++) {
    const left = Math.max(0, start + column * perColumn);
    const right = Math.min(last, start + (column + 1) * perColumn);
    if (right <= left) continue;
    const next = heightAt(right);
    let low = edge < next ? edge : next;
    let high = edge < next ? next : edge;
    edge = next;
    for (let i = Math.ceil(left); i <= right; i++) {
      const v = y[i] as number;
      if (v < low) low = v;
      else if (v > high) high = v;
    }
    const top = Math.max(0, zeroRow - high * rowsPerUnit - THICKNESS / 2);
    const bottom = Math.min(height, zeroRow - low * rowsPerUnit + THICKNESS / 2);
    if (bottom <= top) continue;
    // A pixel that the span begins or ends within is covered in part.
    const from = column * (height + ROWS_BEYOND);
    const begin = Math.floor(top);
    const end = Math.floor(bottom);
    ends[from + begin]! += 1 - (top - begin);
    ends[from + begin + 1]! += top - begin;
    ends[from + end]! -= 1 - (bottom - end);
    ends[from + end + 1]! -= bottom - end;
  }
}

/** Steps of a line in the table of opacities. */
const STEPS = 16;

/** Opacity of so many lines over one another, in sixteenths of a line; a part of one line covers a part. */
function opacities(most: number, opacity: number): Uint8Array {
  return Uint8Array.from({ length: most * STEPS + 1 }, (_, i) => {
    const lines = i / STEPS;
    return Math.round(255 * (lines < 1 ? opacity * lines : 1 - (1 - opacity) ** lines));
  });
}

/**
 * Writes what lines cover as pixels of one colour.
 * @param most lines there are
 * @param opacity of one line, from 0 to 1
 * @param colour red, green, blue from 0 to 255
 * @param pixels RGBA, four bytes a pixel, rows from the top
 */
export function writePixels(
  { width, height, ends }: Coverage,
  { most, opacity, colour }: { most: number; opacity: number; colour: readonly [number, number, number] },
  pixels: Uint8ClampedArray,
): void {
  const [red, green, blue] = colour;
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, width * height);
  const table = opacities(most, opacity);
  // Little-endian, as every machine that runs Electron is.
  const paint = (blue << 16) | (green << 8) | red;
  for (let column = 0; column < width; column++) {
    const from = column * (height + ROWS_BEYOND);
    let lines = 0;
    for (let row = 0; row < height; row++) {
      lines += ends[from + row] as number;
      const at = Math.min(table.length - 1, Math.max(0, Math.round(lines * STEPS)));
      words[row * width + column] = (((table[at] as number) << 24) | paint) >>> 0;
    }
  }
}
