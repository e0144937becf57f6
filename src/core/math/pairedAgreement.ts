// Two methods on the same objects, neither of them the truth: differences and their limits (Bland & Altman, Lancet
// 1986;327:307, doi:10.1016/S0140-6736(86)90837-8), correlation, Deming regression, intraclass correlation.
import { NORMAL_95 } from './accuracy.ts';

export interface PairedAgreement {
  readonly n: number;
  readonly meanA: number;
  readonly meanB: number;
  /** Mean of the differences A − B. */
  readonly bias: number;
  /** The same as part of the mean of both means; null where that is 0. [%] */
  readonly biasPercent: number | null;
  /** SD of the differences (n − 1); null, as all below, for n < 2. */
  readonly sd: number | null;
  /** Standard error of the bias, SD / √n. */
  readonly biasSe: number | null;
  /** Limits of agreement: bias ± 1.96 SD. */
  readonly limits: readonly [low: number, high: number] | null;
  /** Pearson's; null where A or B doesn't vary or n < 3. */
  readonly correlation: number | null;
  /**
   * Deming regression A = slope · B + intercept with equal error variances (orthogonal): both methods err, so that ordinary
   * least squares would give too flat a line. Null where the covariance is 0 or n < 3.
   */
  readonly slope: number | null;
  readonly intercept: number | null;
  /**
   * Intraclass correlation ICC(A,1): absolute agreement, two-way, single measurement (McGraw & Wong, Psychol Methods 1996;1:30,
   * doi:10.1037/1082-989X.1.1.30). Null where nothing varies or n < 2.
   */
  readonly icc: number | null;
}

const mean = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0) / values.length;

interface Moments {
  readonly aa: number;
  readonly bb: number;
  readonly ab: number;
}

/** Sums of squares and products about the means. */
function momentsOf(a: readonly number[], b: readonly number[], meanA: number, meanB: number): Moments {
  let aa = 0;
  let bb = 0;
  let ab = 0;
  a.forEach((value, i) => {
    const da = value - meanA;
    const db = (b[i] as number) - meanB;
    aa += da * da;
    bb += db * db;
    ab += da * db;
  });
  return { aa, bb, ab };
}

/** Slope of A on B for equal error variances. */
function demingSlope({ aa, bb, ab }: Moments): number | null {
  if (ab === 0) return null;
  return (aa - bb + Math.sqrt((aa - bb) ** 2 + 4 * ab ** 2)) / (2 * ab);
}

/** From the mean squares of rows (objects), columns (methods) and error, two methods. */
function intraclass({ aa, bb, ab }: Moments, meanA: number, meanB: number, n: number): number | null {
  const rows = (aa + bb + 2 * ab) / 2 / (n - 1);
  const error = (aa + bb - 2 * ab) / 2 / (n - 1);
  const columns = (n * (meanA - meanB) ** 2) / 2;
  const total = rows + error + (2 * (columns - error)) / n;
  return total === 0 ? null : (rows - error) / total;
}

/**
 * @param a,b values of the same objects in the same order
 * @returns null for none
 */
export function pairedAgreement(a: readonly number[], b: readonly number[]): PairedAgreement | null {
  const n = Math.min(a.length, b.length);
  if (n === 0) return null;
  const meanA = mean(a);
  const meanB = mean(b);
  const bias = meanA - meanB;
  const middle = (meanA + meanB) / 2;
  const moments = momentsOf(a, b, meanA, meanB);
  const { aa, bb, ab } = moments;
  const sd = n < 2 ? null : Math.sqrt(Math.max(0, aa + bb - 2 * ab) / (n - 1));
  const slope = n < 3 ? null : demingSlope(moments);
  return {
    n,
    meanA,
    meanB,
    bias,
    biasPercent: middle === 0 ? null : (100 * bias) / middle,
    sd,
    biasSe: sd === null ? null : sd / Math.sqrt(n),
    limits: sd === null ? null : [bias - NORMAL_95 * sd, bias + NORMAL_95 * sd],
    correlation: n < 3 || aa === 0 || bb === 0 ? null : ab / Math.sqrt(aa * bb),
    slope,
    intercept: slope === null ? null : meanA - slope * meanB,
    icc: n < 2 ? null : intraclass(moments, meanA, meanB, n),
  };
}
