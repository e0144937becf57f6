// Fits of large grids, held small: curves as they are drawn, in single precision and made when they are asked for.
import type { FitCurves, QuantificationResult } from '../domain/quantification.ts';
import type { FitOutput } from '../ports/fitRunner.ts';

/**
 * Curves behind one array of data, fit and baseline; the axis is even, and the residual is what the fit leaves. The
 * getters are the object's own, so that a message to another thread carries what they give.
 */
function compactCurves({ ppm, data, fit, baseline }: FitCurves): FitCurves {
  const points = ppm.length;
  const [first, last] = [ppm[0] ?? 0, ppm[points - 1] ?? 0];
  const values = new Float32Array(3 * points);
  [data, fit, baseline].forEach((curve, i) => values.set(curve, i * points));
  const curve = (i: number): Float64Array => new Float64Array(values.subarray(i * points, (i + 1) * points));
  return {
    get ppm() {
      const step = (last - first) / Math.max(1, points - 1);
      return Float64Array.from({ length: points }, (_, i) => first + i * step);
    },
    get data() {
      return curve(0);
    },
    get fit() {
      return curve(1);
    },
    get baseline() {
      return curve(2);
    },
    get residual() {
      const model = curve(1);
      return curve(0).map((v, i) => v - (model[i] as number));
    },
    components: [],
  };
}

/** An array of numbers that came in a message holds each as an object of its own; one that was filled here does not. */
function packed(values: readonly number[]): readonly number[] {
  return Array.from(Float64Array.from(values));
}

/**
 * A fit as a large grid keeps it: without a curve a signal, the others in single precision.
 * @param output as it came from a worker
 */
export function compactFit(output: FitOutput): FitOutput {
  const { voxel, result, curves } = output;
  const correlation: QuantificationResult['correlation'] =
    result.correlation === null ? null : packed(result.correlation);
  return { voxel, result: { ...result, correlation }, curves: compactCurves(curves) };
}
