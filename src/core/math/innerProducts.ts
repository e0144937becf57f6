// Inner products of many vectors at once: Gram and cross-product matrices, two by two, so that each number that is read
// serves two products. Large ones go to the SIMD kernels; the versions here do the small ones, and are their oracle.
import { simdProducts } from './simd/products.ts';

/** Multiplications below which copying columns to the SIMD kernels costs more than they save. */
const WORTH_COPYING = 4000;

/** Σ aᵢ·bᵢ; two accumulators let the processor overlap the additions. */
export function dot(a: Float64Array, b: Float64Array): number {
  const n = a.length;
  let even = 0;
  let odd = 0;
  let i = 0;
  for (; i + 1 < n; i += 2) {
    even += (a[i] as number) * (b[i] as number);
    odd += (a[i + 1] as number) * (b[i + 1] as number);
  }
  if (i < n) even += (a[i] as number) * (b[i] as number);
  return even + odd;
}

/** Adds `sign` times the products of two vectors of `a` from row i and two of `b` from row j to out[i.., j..]. */
function addPairProducts(
  a: readonly Float64Array[],
  b: readonly Float64Array[],
  [i, j]: readonly [number, number],
  out: Float64Array,
  sign: number,
): void {
  const width = b.length;
  const a0 = a[i] as Float64Array;
  const a1 = a[i + 1] as Float64Array;
  const b0 = b[j] as Float64Array;
  const b1 = b[j + 1] as Float64Array;
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  for (let k = 0; k < a0.length; k++) {
    const p = a0[k] as number;
    const q = a1[k] as number;
    const u = b0[k] as number;
    const v = b1[k] as number;
    s00 += p * u;
    s01 += p * v;
    s10 += q * u;
    s11 += q * v;
  }
  const at = i * width + j;
  out[at] = (out[at] as number) + sign * s00;
  out[at + 1] = (out[at + 1] as number) + sign * s01;
  out[at + width] = (out[at + width] as number) + sign * s10;
  out[at + width + 1] = (out[at + width + 1] as number) + sign * s11;
}

/**
 * Adds sign · AᵀB to `out`, where the vectors are the columns.
 * @param a,b vectors of one length
 * @param out a.length × b.length, row-major
 */
export function addCrossProducts(
  a: readonly Float64Array[],
  b: readonly Float64Array[],
  out: Float64Array,
  sign: 1 | -1,
): void {
  const work = a.length * b.length * (a[0]?.length ?? 0);
  // A single column on one side is read once anyway: nothing is gained by copying it.
  const simd = Math.min(a.length, b.length) > 1 && work > WORTH_COPYING ? simdProducts() : null;
  if (simd === null) addCrossProductsByLoops(a, b, out, sign);
  else simd.addCrossProducts(a, b, out, sign);
}

/** `addCrossProducts` in plain TypeScript. */
export function addCrossProductsByLoops(
  a: readonly Float64Array[],
  b: readonly Float64Array[],
  out: Float64Array,
  sign: 1 | -1,
): void {
  const oddRow = a.length % 2 === 1 ? a.length - 1 : -1;
  const oddColumn = b.length % 2 === 1 ? b.length - 1 : -1;
  const addOne = (i: number, j: number): void => {
    const at = i * b.length + j;
    out[at] = (out[at] as number) + sign * dot(a[i] as Float64Array, b[j] as Float64Array);
  };
  for (let i = 0; i + 1 < a.length; i += 2) {
    for (let j = 0; j + 1 < b.length; j += 2) addPairProducts(a, b, [i, j], out, sign);
    if (oddColumn >= 0) {
      addOne(i, oddColumn);
      addOne(i + 1, oddColumn);
    }
  }
  if (oddRow >= 0) for (let j = 0; j < b.length; j++) addOne(oddRow, j);
}

/**
 * Adds sign · AᵀA to `out`.
 * @param out a.length × a.length, row-major, symmetric
 */
export function addGram(a: readonly Float64Array[], out: Float64Array, sign: 1 | -1): void {
  const simd = a.length ** 2 * (a[0]?.length ?? 0) > WORTH_COPYING ? simdProducts() : null;
  if (simd === null) addGramByLoops(a, out, sign);
  else simd.addGram(a, out, sign);
}

/** `addGram` in plain TypeScript. */
export function addGramByLoops(a: readonly Float64Array[], out: Float64Array, sign: 1 | -1): void {
  const n = a.length;
  const odd = n % 2 === 1 ? n - 1 : -1;
  for (let i = 0; i + 1 < n; i += 2) {
    for (let j = 0; j <= i; j += 2) addPairProducts(a, a, [i, j], out, sign);
  }
  if (odd >= 0) {
    for (let j = 0; j < n; j++) {
      const at = odd * n + j;
      out[at] = (out[at] as number) + sign * dot(a[odd] as Float64Array, a[j] as Float64Array);
    }
  }
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) out[i * n + j] = out[j * n + i] as number;
}
