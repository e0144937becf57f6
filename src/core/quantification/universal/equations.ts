// Normal equations of the amounts: baseline splines and the unknowns of a step taken out of them by block elimination.
import { choleskyFactor, choleskySolve } from '../../math/cholesky.ts';
import { addCrossProducts, addGram } from '../../math/innerProducts.ts';

/** What is left of AᵀA and Aᵀy. */
export interface Equations {
  readonly gram: Float64Array;
  readonly products: Float64Array;
}

/** Columns and what the splines make of them. */
export interface Weighed {
  readonly columns: readonly Float64Array[];
  readonly reduced: readonly Float64Array[];
}

/** UᵀWV. @returns u × v, row-major */
function products(u: Weighed, v: Weighed): Float64Array {
  const out = new Float64Array(u.columns.length * v.columns.length);
  addCrossProducts(u.columns, v.columns, out, 1);
  addCrossProducts(u.reduced, v.reduced, out, -1);
  return out;
}

/** UᵀWU. */
function gramOf(u: Weighed): Float64Array {
  const out = new Float64Array(u.columns.length ** 2);
  addGram(u.columns, out, 1);
  addGram(u.reduced, out, -1);
  return out;
}

/**
 * The splines taken out of AᵀA and Aᵀy, in place.
 * @param known A, the data y behind it
 */
export function withoutSplines({ gram, products: h }: Equations, { reduced }: Weighed): Equations {
  const n = h.length;
  addGram(reduced.slice(0, n), gram, -1);
  addCrossProducts(reduced.slice(0, n), reduced.slice(n), h, -1);
  return { gram, products: h };
}

/** Priors of a step's unknowns d: |d + moved|² weighed by precision. */
export interface StepPrior {
  readonly precision: Float64Array;
  /** Where the step starts from, against the prior's middle. */
  readonly moved: Float64Array;
}

export interface SteppedEquations {
  readonly equations: Equations;
  /** The step, once the amounts are known. */
  readonly step: (amplitudes: Float64Array) => Float64Array;
}

/**
 * The step with derivatives `j` taken out of the equations.
 * @param known A, the data y behind it
 */
export function withoutStep(plain: Equations, known: Weighed, j: Weighed, prior: StepPrior): SteppedEquations {
  const k = j.columns.length;
  const n = plain.products.length;
  const inner = gramOf(j);
  const all = products(known, j);
  const cross = all.subarray(0, n * k);
  const right = all.subarray(n * k);
  for (let i = 0; i < k; i++) {
    const precision = prior.precision[i] as number;
    inner[i * k + i] = (inner[i * k + i] as number) + precision;
    right[i] = (right[i] as number) - precision * (prior.moved[i] as number);
  }
  const factor = choleskyFactor(inner, k, 1e-12);
  if (factor === null) return { equations: plain, step: () => new Float64Array(k) };
  // (L⁻¹Jᵀ…) halves the work of the inverse: what is taken off is a Gram matrix.
  const reduced = rowsSolved(factor, k, cross, n);
  const left = right.slice();
  forwardSolve(factor, k, left, 0);
  const gram = plain.gram.slice();
  addGram(reduced, gram, -1);
  const h = plain.products.map((v, row) => v - innerProduct(reduced[row] as Float64Array, left));
  return { equations: { gram, products: h }, step: (amplitudes) => stepAt(factor, k, cross, right, amplitudes) };
}

/** L⁻¹ of each row of `cross`. */
function rowsSolved(factor: Float64Array, k: number, cross: Float64Array, n: number): Float64Array[] {
  const solved = cross.slice();
  for (let row = 0; row < n; row++) forwardSolve(factor, k, solved, row * k);
  return Array.from({ length: n }, (_, row) => solved.subarray(row * k, (row + 1) * k));
}

function forwardSolve(l: Float64Array, k: number, b: Float64Array, at: number): void {
  for (let i = 0; i < k; i++) {
    let sum = b[at + i] as number;
    for (let q = 0; q < i; q++) sum -= (l[i * k + q] as number) * (b[at + q] as number);
    b[at + i] = sum / (l[i * k + i] as number);
  }
}

function innerProduct(u: Float64Array, v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += (u[i] as number) * (v[i] as number);
  return sum;
}

function stepAt(
  factor: Float64Array,
  k: number,
  cross: Float64Array,
  right: Float64Array,
  amplitudes: Float64Array,
): Float64Array {
  const left = right.slice();
  amplitudes.forEach((a, row) => {
    if (a !== 0) for (let i = 0; i < k; i++) left[i] = (left[i] as number) - a * (cross[row * k + i] as number);
  });
  return choleskySolve(factor, k, left);
}
