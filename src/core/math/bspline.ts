// Uniform cubic B-splines and their difference penalty: P-splines of Eilers & Marx (Statist Sci 1996;11:89,
// doi:10.1214/ss/1038425655).
import { forwardSubstitutionsByLoops } from './cholesky.ts';
import { simdProducts } from './simd/products.ts';

/** A banded design matrix: row i has four consecutive non-zero columns from `first[i]`. */
export interface SplineDesign {
  readonly rows: number;
  readonly columns: number;
  readonly first: Int32Array;
  /** rows × 4 */
  readonly values: Float64Array;
}

/**
 * Cubic B-spline design over equally spaced points.
 * @param rows number of points
 * @param intervals number of knot intervals over the range (columns = intervals + 3)
 */
export function cubicSplineDesign(rows: number, intervals: number): SplineDesign {
  const first = new Int32Array(rows);
  const values = new Float64Array(rows * 4);
  for (let i = 0; i < rows; i++) {
    const position = rows > 1 ? (i / (rows - 1)) * intervals : 0;
    const interval = Math.min(intervals - 1, Math.floor(position));
    const u = position - interval;
    first[i] = interval;
    values[4 * i] = (1 - u) ** 3 / 6;
    values[4 * i + 1] = (3 * u ** 3 - 6 * u ** 2 + 4) / 6;
    values[4 * i + 2] = (-3 * u ** 3 + 3 * u ** 2 + 3 * u + 1) / 6;
    values[4 * i + 3] = u ** 3 / 6;
  }
  return { rows, columns: intervals + 3, first, values };
}

/** BᵀB. @returns columns × columns, row-major */
export function splineGram(design: SplineDesign): Float64Array {
  const { rows, columns, first, values } = design;
  const gram = new Float64Array(columns * columns);
  for (let i = 0; i < rows; i++) {
    const c = first[i] as number;
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) {
        const at = (c + a) * columns + c + b;
        gram[at] = (gram[at] as number) + (values[4 * i + a] as number) * (values[4 * i + b] as number);
      }
    }
  }
  return gram;
}

/** DᵀD of second differences of the coefficients. @returns columns × columns, row-major */
export function secondDifferencePenalty(columns: number): Float64Array {
  const penalty = new Float64Array(columns * columns);
  const stencil = [1, -2, 1];
  for (let i = 0; i + 2 < columns; i++) {
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        const at = (i + a) * columns + i + b;
        penalty[at] = (penalty[at] as number) + (stencil[a] as number) * (stencil[b] as number);
      }
    }
  }
  return penalty;
}

/** Bᵀ·v. @param v `rows` values from `offset` @returns `columns` values */
export function splineTransposeTimes(design: SplineDesign, v: Float64Array, offset = 0): Float64Array {
  const out = new Float64Array(design.columns);
  for (let i = 0; i < design.rows; i++) {
    const c = design.first[i] as number;
    const y = v[offset + i] as number;
    for (let a = 0; a < 4; a++) out[c + a] = (out[c + a] as number) + (design.values[4 * i + a] as number) * y;
  }
  return out;
}

/** B·c. @param coefficients `columns` values @returns `rows` values */
export function splineTimes(design: SplineDesign, coefficients: Float64Array): Float64Array {
  const out = new Float64Array(design.rows);
  for (let i = 0; i < design.rows; i++) {
    const c = design.first[i] as number;
    let sum = 0;
    for (let a = 0; a < 4; a++) sum += (design.values[4 * i + a] as number) * (coefficients[c + a] as number);
    out[i] = sum;
  }
  return out;
}

/**
 * Bᵀv of each part of each column, by SIMD where the runtime has it.
 * @param columns parts · rows values each
 * @returns parts · columns values each
 */
export function splineProjections(
  design: SplineDesign,
  columns: readonly Float64Array[],
  parts: number,
): Float64Array[] {
  return simdProducts()?.splineProjections(design, columns, parts) ?? splineProjectionsByLoops(design, columns, parts);
}

/** `splineProjections` in plain TypeScript. */
export function splineProjectionsByLoops(
  design: SplineDesign,
  columns: readonly Float64Array[],
  parts: number,
): Float64Array[] {
  return columns.map((v) => {
    const out = new Float64Array(design.columns * parts);
    for (let part = 0; part < parts; part++) {
      out.set(splineTransposeTimes(design, v, part * design.rows), part * design.columns);
    }
    return out;
  });
}

/**
 * L⁻¹Bᵀv of each column, by SIMD where the runtime has it.
 * @param factor L, lower, columns × columns
 * @param columns rows values each
 */
export function reducedProjections(
  design: SplineDesign,
  factor: Float64Array,
  columns: readonly Float64Array[],
): Float64Array[] {
  return (
    simdProducts()?.reducedProjections(design, factor, columns) ?? reducedProjectionsByLoops(design, factor, columns)
  );
}

/** `reducedProjections` in plain TypeScript. */
export function reducedProjectionsByLoops(
  design: SplineDesign,
  factor: Float64Array,
  columns: readonly Float64Array[],
): Float64Array[] {
  return forwardSubstitutionsByLoops(factor, design.columns, splineProjectionsByLoops(design, columns, 1), 1);
}
