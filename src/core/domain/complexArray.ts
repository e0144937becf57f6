// The complex array every MRS signal is held in: split real and imaginary parts, time last, C order.

/**
 * Real numbers of a dataset. Readers of raw data that the scanner wrote in single precision keep it, which halves the memory
 * of large files and loses nothing; whatever computes makes Float64 of it (`signalAt`, `copyData`).
 */
export type Samples = Float32Array | Float64Array;

/** Complex numbers of any shape. `re` and `im` have the product of `shape` elements, last axis fastest. */
export interface ComplexArray {
  readonly re: Samples;
  readonly im: Samples;
  readonly shape: readonly number[];
}

/** A complex array to compute in. */
export interface DoubleArray extends ComplexArray {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** A complex array of samples as a scanner wrote them. */
export interface SingleArray extends ComplexArray {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

/** A complex signal of one axis: one FID or one spectrum. */
export interface ComplexSignal {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** A signal as its dataset holds it, to be looked at: mapping it would compute in its own precision. */
export interface HeldSignal {
  readonly re: Samples;
  readonly im: Samples;
}

/**
 * Number of elements a shape holds.
 * @param shape axis lengths
 */
export function shapeSize(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/**
 * A zero-filled complex array.
 * @param shape axis lengths, time last
 */
export function zeros(shape: readonly number[]): DoubleArray {
  const n = shapeSize(shape);
  return { re: new Float64Array(n), im: new Float64Array(n), shape: [...shape] };
}

/** A zero-filled complex array of single precision, for samples that are taken over as they are. */
export function singleZeros(shape: readonly number[]): SingleArray {
  const n = shapeSize(shape);
  return { re: new Float32Array(n), im: new Float32Array(n), shape: [...shape] };
}

/** A zero-filled complex array of another's precision, for samples that are moved, not computed with. */
export function zerosLike(array: ComplexArray, shape: readonly number[]): ComplexArray {
  return array.re instanceof Float32Array ? singleZeros(shape) : zeros(shape);
}

/** Bounds of the i-th signal along the last axis. */
function boundsOf({ shape }: ComplexArray, i: number): readonly [number, number] {
  const points = shape[shape.length - 1] ?? 0;
  return [i * points, (i + 1) * points];
}

/**
 * The i-th signal along the last axis as it is held, to be looked at without a copy.
 * @param array shape [..., points]
 * @param i index over all axes but the last, C order
 * @returns views of `points` elements
 */
export function samplesAt(array: ComplexArray, i: number): HeldSignal {
  const [start, end] = boundsOf(array, i);
  return { re: array.re.subarray(start, end), im: array.im.subarray(start, end) };
}

const asDouble = (samples: Samples): Float64Array =>
  samples instanceof Float64Array ? samples : new Float64Array(samples);

/**
 * The i-th signal along the last axis, to compute with: of single-precision samples a copy, else views. Write through
 * `signalView` only.
 * @param array shape [..., points]
 * @param i index over all axes but the last, C order
 * @returns `points` elements
 */
export function signalAt(array: ComplexArray, i: number): ComplexSignal {
  const { re, im } = samplesAt(array, i);
  return { re: asDouble(re), im: asDouble(im) };
}

/**
 * The i-th signal along the last axis, as views that share memory with `array`: what is written to them stands in it.
 * @param array shape [..., points]
 * @param i index over all axes but the last, C order
 */
export function signalView(array: DoubleArray, i: number): ComplexSignal {
  const [start, end] = boundsOf(array, i);
  return { re: array.re.subarray(start, end), im: array.im.subarray(start, end) };
}
