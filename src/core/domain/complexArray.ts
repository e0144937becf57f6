// The complex array every MRS signal is held in: split real and imaginary parts, time last, C order.

/** Complex numbers of any shape. `re` and `im` have the product of `shape` elements, last axis fastest. */
export interface ComplexArray {
  readonly re: Float64Array;
  readonly im: Float64Array;
  readonly shape: readonly number[];
}

/** A complex signal of one axis: one FID or one spectrum. */
export interface ComplexSignal {
  readonly re: Float64Array;
  readonly im: Float64Array;
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
export function zeros(shape: readonly number[]): ComplexArray {
  const n = shapeSize(shape);
  return { re: new Float64Array(n), im: new Float64Array(n), shape: [...shape] };
}

/**
 * The i-th signal along the last axis, as views that share memory with `array`.
 * @param array shape [..., points]
 * @param i index over all axes but the last, C order
 * @returns views of `points` elements
 */
export function signalAt(array: ComplexArray, i: number): ComplexSignal {
  const points = array.shape[array.shape.length - 1] ?? 0;
  return {
    re: array.re.subarray(i * points, (i + 1) * points),
    im: array.im.subarray(i * points, (i + 1) * points),
  };
}
