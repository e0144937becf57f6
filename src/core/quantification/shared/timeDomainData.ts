// What time-domain fits do to data before and after: scaling to order one, rows from samples and back.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';

/** A fit with fewer samples than this says nothing. */
const LEAST_SAMPLES = 64;

export function largestMagnitude(fid: ComplexSignal): number {
  let largest = 0;
  for (let i = 0; i < fid.re.length; i++) {
    largest = Math.max(largest, (fid.re[i] as number) ** 2 + (fid.im[i] as number) ** 2);
  }
  // A sample that is no number must not pass unseen: Math.max keeps NaN.
  return Math.sqrt(largest);
}

export const scaledSignal = (fid: ComplexSignal, by: number): ComplexSignal => ({
  re: fid.re.map((v) => v * by),
  im: fid.im.map((v) => v * by),
});

/** a − b. */
export const difference = (a: ComplexSignal, b: ComplexSignal): ComplexSignal => ({
  re: a.re.map((v, i) => v - (b.re[i] as number)),
  im: a.im.map((v, i) => v - (b.im[i] as number)),
});

/** Samples [from, to) as rows: real parts, then imaginary ones. */
export function rowsOf({ re, im }: ComplexSignal, from: number, to: number): Float64Array {
  const n = to - from;
  const rows = new Float64Array(2 * n);
  rows.set(re.subarray(from, to), 0);
  rows.set(im.subarray(from, to), n);
  return rows;
}

/** A column of rows as a signal, times a factor. */
export function signalOf(rows: Float64Array, factor: number): ComplexSignal {
  const n = rows.length / 2;
  return { re: rows.slice(0, n).map((v) => v * factor), im: rows.slice(n).map((v) => v * factor) };
}

/**
 * The factor that brings the largest sample to 1.
 * @param from first sample that will be fitted
 * @throws ProcessingError where there is no signal, or too few samples of it
 */
export function dataScaleOf(fid: ComplexSignal, from: number): number {
  const samples = fid.re.length - from;
  if (samples < LEAST_SAMPLES) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The signal has ${Math.max(0, samples)} samples to fit; at least ${LEAST_SAMPLES} are needed.`,
    );
  }
  const scale = largestMagnitude(fid);
  if (!(scale > 0) || !isFinite(scale)) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      'The spectrum holds no signal to fit: every sample is zero or one is not a number.',
    );
  }
  return scale;
}
