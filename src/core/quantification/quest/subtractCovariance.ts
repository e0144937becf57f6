// Error bounds of the "subtract" strategy with the background's share. The three steps are linearised about the solution:
// the first fit sees the noise δy of the later samples, p₁ = F₁⁻¹E_tᵀδy; the background fits what is left of the first
// ones, b = C·B_wᵀ(δy − E p₁); the last fit sees what is left of all, p₂ = F₂⁻¹Jᵀ(δy − B b). So p₂ = F₂⁻¹Rᵀδy with
//   R = J − B_w Kᵀ + E_t Dᵀ,  K = JᵀB·C,  D = K·B_wᵀE·F₁⁻¹,  and  cov(p₂) = σ² F₂⁻¹ RᵀR F₂⁻¹.
// J, E: derivatives of the last and the first fit's metabolites, E_t: without the truncated samples, B: of the background,
// B_w: in the samples it was found in, F₁ = E_tᵀE_t, F₂ = JᵀJ, C = (B_wᵀB_w)⁻¹. Ratiney 2005 widens the Cramér–Rao bounds for the same reason; for a joint fit the
// nuisance columns in the Fisher matrix would do, but this estimator is sequential, and scatters more than that bound.
import { dot } from '../../math/innerProducts.ts';
import { gramOf, inverseOfGram, separateCovariance } from '../shared/separableFit.ts';
import type { SeparableCovariance, Tangent } from '../shared/separableFit.ts';
import { backgroundDerivatives } from './background.ts';
import type { Background } from './background.ts';
import type { SampleRange } from './model.ts';

/** Overlapping exponentials are nearly collinear: what they have in common only is told apart by this part of them. */
const BACKGROUND_RIDGE = 1e-9;

/** Rows outside the samples [from, to) set to zero, in the real and the imaginary half. */
function masked(column: Float64Array, { from, to }: SampleRange): Float64Array {
  const n = column.length / 2;
  const out = new Float64Array(2 * n);
  out.set(column.subarray(from, to), from);
  out.set(column.subarray(n + from, n + to), n + from);
  return out;
}

/** AᵀB. @returns rows a, columns b, row-major */
function products(a: readonly Float64Array[], b: readonly Float64Array[]): Float64Array {
  return Float64Array.from({ length: a.length * b.length }, (_, at) =>
    dot(a[Math.floor(at / b.length)] as Float64Array, b[at % b.length] as Float64Array),
  );
}

/** P·Q. @param p r × k @param q k × c, row-major */
function multiply(p: Float64Array, q: Float64Array, r: number, k: number, c: number): Float64Array {
  const out = new Float64Array(r * c);
  for (let i = 0; i < r; i++) {
    for (let l = 0; l < k; l++) {
      const factor = p[i * k + l] as number;
      for (let j = 0; j < c; j++) out[i * c + j] = (out[i * c + j] as number) + factor * (q[l * c + j] as number);
    }
  }
  return out;
}

/** column += Σ weights[l]·columns[l]. */
function addColumns(column: Float64Array, columns: readonly Float64Array[], weight: (l: number) => number): void {
  columns.forEach((other, l) => {
    const w = weight(l);
    for (let i = 0; i < column.length; i++) column[i] = (column[i] as number) + w * (other[i] as number);
  });
}

/**
 * Covariance of the last fit.
 * @param last,first tangents of the two fits over the same samples, from the FID's first
 * @param firstRange samples that the first fit saw
 * @returns null where a matrix is singular
 */
export function subtractCovariance(
  last: Tangent,
  first: Tangent,
  firstRange: SampleRange,
  background: Background,
  sigma: number,
): SeparableCovariance | null {
  const j = last.columns;
  const e = first.columns;
  const n = j.length;
  const m = e.length;
  const b = backgroundDerivatives(background, firstRange.to);
  const q = b.length;
  const seen = b.map((column) => masked(column, { from: 0, to: background.span }));
  const late = e.map((column) => masked(column, firstRange));
  const lastInverse = inverseOfGram(gramOf(j), n);
  const firstInverse = inverseOfGram(gramOf(late), m);
  const c = inverseOfGram(gramOf(seen), q, BACKGROUND_RIDGE);
  if (lastInverse === null || firstInverse === null || c === null) return null;
  const k = multiply(products(j, b), c, n, q, q);
  const d = multiply(multiply(k, products(seen, e), n, q, m), firstInverse, n, m, m);
  const r = j.map((column, i) => {
    const out = column.slice();
    addColumns(out, seen, (l) => -(k[i * q + l] as number));
    addColumns(out, late, (l) => d[i * m + l] as number);
    return out;
  });
  const spread = multiply(multiply(lastInverse, gramOf(r), n, n, n), lastInverse, n, n, n);
  return separateCovariance(
    spread.map((v) => v * sigma ** 2),
    last,
  );
}
