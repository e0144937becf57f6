// Weighted polynomial regression that a few outliers do not move: iteratively reweighted by Tukey's biweight
// (Beaton & Tukey 1974, doi:10.1080/00401706.1974.10489171).
import { choleskyFactor, choleskyInverse, choleskySolve } from '../../math/cholesky.ts';
import { BugError } from '../../domain/errors.ts';
import { madSd } from '../../math/robustStatistics.ts';

export interface PolynomialFit {
  /** Rising powers of x. */
  readonly coefficients: Float64Array;
  /** Of the coefficient at x = 0. */
  readonly interceptSd: number;
}

/** At this cut the biweight has 95 % efficiency on normal errors. */
const BIWEIGHT_CUT = 4.685;
const EFFICIENCY = 0.95;
const ROUNDS = 12;
/** Residuals below this relative size are rounding, not scatter. */
const SCATTER_FLOOR = 1e-9;

function solve(x: Float64Array, y: Float64Array, weights: Float64Array, order: number) {
  const n = order + 1;
  const normal = new Float64Array(n * n);
  const right = new Float64Array(n);
  for (let i = 0; i < x.length; i++) {
    const powers = Float64Array.from({ length: n }, (_, p) => (x[i] as number) ** p);
    for (let p = 0; p < n; p++) {
      right[p] = (right[p] as number) + (weights[i] as number) * (powers[p] as number) * (y[i] as number);
      for (let q = 0; q < n; q++) {
        normal[p * n + q] =
          (normal[p * n + q] as number) + (weights[i] as number) * (powers[p] as number) * (powers[q] as number);
      }
    }
  }
  const factor = choleskyFactor(normal, n, 1e-14);
  if (factor === null) throw new BugError('A polynomial was fitted to fewer points than it has coefficients.');
  return { coefficients: choleskySolve(factor, n, right), covariance: choleskyInverse(factor, n) };
}

/**
 * @param x abscissae; scaled inside, so that their unit does not matter
 * @param weights 1/variance up to a common factor
 * @param order of the polynomial
 */
export function robustPolynomial(
  x: Float64Array,
  y: Float64Array,
  weights: Float64Array,
  order: number,
): PolynomialFit {
  const scaleX = Math.max(...x) || 1;
  const scaleW = Math.max(...weights) || 1;
  const unitX = x.map((v) => v / scaleX);
  const base = weights.map((w) => w / scaleW);
  let robust = new Float64Array(x.length).fill(1);
  let fit = solve(unitX, y, base, order);
  let standardised = new Float64Array(x.length);
  for (let round = 0; round < ROUNDS; round++) {
    const { coefficients } = fit;
    const predicted = unitX.map((u) => coefficients.reduceRight((sum, c) => sum * u + c, 0));
    standardised = y.map((v, i) => (v - (predicted[i] as number)) * Math.sqrt(base[i] as number));
    const spread = BIWEIGHT_CUT * Math.max(madSd(standardised), SCATTER_FLOOR);
    robust = standardised.map((r) => (Math.abs(r) < spread ? (1 - (r / spread) ** 2) ** 2 : 0));
    fit = solve(unitX, y, base.map((w, i) => w * (robust[i] as number)), order); // prettier-ignore
  }
  // The biweight's own squares are too small, its outer points counting little: the MAD tells the scatter.
  const freedom = x.length / Math.max(1, x.length - order - 1);
  const variance = (madSd(standardised) ** 2 * freedom) / EFFICIENCY;
  return {
    coefficients: fit.coefficients.map((c, p) => c / scaleX ** p),
    interceptSd: Math.sqrt(variance * (fit.covariance[0] as number)),
  };
}
