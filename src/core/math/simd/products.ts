// Inner products and spline projections of many columns at once, by SIMD: the columns are copied in, the products out.
import { newInstance } from './instance.ts';
import { SimdMemory } from './memory.ts';

/** A cubic B-spline design (math/bspline.ts): row i has four values from column `first[i]`. */
interface SplineDesign {
  readonly rows: number;
  readonly columns: number;
  readonly first: Int32Array;
  /** rows × 4 */
  readonly values: Float64Array;
}

/** undefined: not asked for yet. */
let shared: SimdProducts | null | undefined;

/** The products of this thread, or null where the runtime has no SIMD. */
export function simdProducts(): SimdProducts | null {
  if (shared === undefined) {
    const instance = newInstance();
    shared = instance === null ? null : new SimdProducts(new SimdMemory(instance));
  }
  return shared;
}

const even = (n: number): number => n + (n % 2);

export class SimdProducts {
  readonly #memory: SimdMemory;

  constructor(memory: SimdMemory) {
    this.#memory = memory;
  }

  /** Columns one after another, each of an even length; their number made even by a column of zeros. */
  #placeColumns(columns: readonly Float64Array[]): { readonly at: number; readonly bytes: number } {
    const memory = this.#memory;
    const length = columns[0]?.length ?? 0;
    const stride = even(length);
    const at = memory.reserve(8 * stride * even(columns.length));
    columns.forEach((column, j) => memory.write(at + 8 * stride * j, column));
    if (stride > length) for (let j = 0; j < columns.length; j++) memory.zero(at + 8 * (stride * j + length), 1);
    if (columns.length % 2 === 1) memory.zero(at + 8 * stride * columns.length, stride);
    return { at, bytes: 8 * stride };
  }

  /**
   * Adds sign · AᵀB to `out`.
   * @param out a.length × b.length, row-major
   */
  addCrossProducts(a: readonly Float64Array[], b: readonly Float64Array[], out: Float64Array, sign: 1 | -1): void {
    const memory = this.#memory;
    memory.clear();
    const rows = even(a.length);
    const columns = even(b.length);
    const left = this.#placeColumns(a);
    const right = this.#placeColumns(b);
    const products = memory.reserveZeros(rows * columns);
    memory.kernels.addCrossProducts(left.at, rows, right.at, columns, left.bytes, products, sign);
    const found = memory.numbers.subarray(products / 8);
    for (let i = 0; i < a.length; i++) {
      for (let j = 0; j < b.length; j++) {
        out[i * b.length + j] = (out[i * b.length + j] as number) + (found[i * columns + j] as number);
      }
    }
  }

  /**
   * Adds sign · AᵀA to `out`.
   * @param out a.length × a.length, row-major, symmetric
   */
  addGram(a: readonly Float64Array[], out: Float64Array, sign: 1 | -1): void {
    const memory = this.#memory;
    memory.clear();
    const n = a.length;
    const width = even(n);
    const { at, bytes } = this.#placeColumns(a);
    const products = memory.reserveZeros(width * width);
    memory.kernels.addGram(at, width, bytes, products, sign);
    const found = memory.numbers.subarray(products / 8);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        const sum = (out[i * n + j] as number) + (found[i * width + j] as number);
        out[i * n + j] = sum;
        out[j * n + i] = sum;
      }
    }
  }

  /**
   * Bᵀv of each part of each column.
   * @param columns of parts · design.rows values
   * @returns columns of parts · design.columns values
   */
  splineProjections(design: SplineDesign, columns: readonly Float64Array[], parts: number): Float64Array[] {
    const memory = this.#memory;
    memory.clear();
    const size = parts * design.columns;
    const at = this.#project(design, columns, parts);
    return split(memory.read(at, columns.length * size), size);
  }

  /**
   * L⁻¹Bᵀv of each column: splineProjections and forwardSubstitutions without a way out and in between.
   * @param factor lower, design.columns × design.columns
   * @param columns of design.rows values
   */
  reducedProjections(design: SplineDesign, factor: Float64Array, columns: readonly Float64Array[]): Float64Array[] {
    const memory = this.#memory;
    memory.clear();
    const n = design.columns;
    const l = memory.reserve(8 * n * n);
    memory.write(l, factor);
    const at = this.#project(design, columns, 1);
    this.#substitute(l, n, at, columns.length);
    return split(memory.read(at, columns.length * n), n);
  }

  /** @returns where the projections are, of an even number of columns */
  #project({ rows, columns: width, first, values }: SplineDesign, columns: readonly Float64Array[], parts: number) {
    const memory = this.#memory;
    const firstAt = memory.reserve(4 * rows);
    memory.writeIntegers(firstAt, first);
    const valuesAt = memory.reserve(32 * rows);
    memory.write(valuesAt, values);
    const column = memory.reserve(8 * parts * rows);
    const size = parts * width;
    const out = memory.reserveZeros(even(columns.length) * size);
    columns.forEach((v, j) => {
      memory.write(column, v);
      for (let part = 0; part < parts; part++) {
        const to = out + 8 * (j * size + part * width);
        memory.kernels.splineProject(firstAt, valuesAt, column + 8 * part * rows, rows, to);
      }
    });
    return out;
  }

  /** L⁻¹b of `count` vectors of n numbers from `at` on, in place; behind an odd number of them there is room for another. */
  #substitute(l: number, n: number, at: number, count: number): void {
    for (let i = 0; i < count; i += 2) {
      this.#memory.kernels.forwardSubstitute(l, n, at + 8 * i * n, at + 8 * (i + 1) * n);
    }
  }

  /**
   * L⁻¹b for each part of each column.
   * @param factor lower, n × n
   * @param columns of parts · n values
   */
  forwardSubstitutions(
    factor: Float64Array,
    n: number,
    columns: readonly Float64Array[],
    parts: number,
  ): Float64Array[] {
    const memory = this.#memory;
    memory.clear();
    const l = memory.reserve(8 * n * n);
    memory.write(l, factor);
    const count = columns.length * parts;
    const at = memory.reserveZeros(n * even(count));
    columns.forEach((v, j) => memory.write(at + 8 * j * parts * n, v));
    this.#substitute(l, n, at, count);
    return split(memory.read(at, count * n), parts * n);
  }
}

/** Views of equal length, one after another. */
export function split(all: Float64Array, length: number): Float64Array[] {
  const count = length === 0 ? 0 : all.length / length;
  const out = new Array<Float64Array>(count);
  for (let i = 0; i < count; i++) out[i] = all.subarray(i * length, (i + 1) * length);
  return out;
}
