// How sure a bias and its limits of agreement are: 95 % intervals by Student's t (Bland & Altman, Stat Methods Med Res
// 1999;8:135, doi:10.1177/096228029900800204, section 2: var(limit) = (1/n + z²/(2(n − 1))) · s², z = 1.96).
import { NORMAL_95 } from './accuracy.ts';
import type { PairedAgreement } from './pairedAgreement.ts';

export type Interval = readonly [low: number, high: number];

/** 95 % intervals of the bias and of each limit of agreement, in the values' unit. */
export interface AgreementIntervals {
  readonly bias: Interval;
  readonly lowLimit: Interval;
  readonly highLimit: Interval;
}

/** Above this many degrees of freedom the expansion in 1/ν is exact to 1e-9. */
const MANY = 100;

/** P(|T| ≤ t) for an integer ν ≥ 1. @source Abramowitz & Stegun 1964, 26.7.3 and 26.7.4 */
function centralProbability(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const cosine = Math.cos(angle);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

/** The normal quantile corrected in powers of 1/ν. @source Abramowitz & Stegun 1964, 26.7.5 */
function expandedQuantile(degrees: number): number {
  const z = NORMAL_95;
  const [z3, z5, z7, z9] = [z ** 3, z ** 5, z ** 7, z ** 9];
  return (
    z +
    (z3 + z) / (4 * degrees) +
    (5 * z5 + 16 * z3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * degrees ** 3) +
    (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / (92160 * degrees ** 4)
  );
}

/**
 * Half width of a 95 % interval in standard errors: the 0.975 quantile of Student's t.
 * @param degrees of freedom, an integer ≥ 1
 */
export function student95(degrees: number): number {
  if (degrees > MANY) return expandedQuantile(degrees);
  let low = 1;
  let high = 16; // 12.7 at one degree of freedom
  while (high - low > 1e-12 * high) {
    const middle = (low + high) / 2;
    if (centralProbability(middle, degrees) < 0.95) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** @returns null where the SD is unknown (n < 2) */
export function agreementIntervals({
  n,
  bias,
  sd,
  limits,
}: Pick<PairedAgreement, 'n' | 'bias' | 'sd' | 'limits'>): AgreementIntervals | null {
  if (sd === null || limits === null) return null;
  const t = student95(n - 1);
  const around = (centre: number, error: number): Interval => [centre - t * error, centre + t * error];
  const limitError = sd * Math.sqrt(1 / n + NORMAL_95 ** 2 / (2 * (n - 1)));
  return {
    bias: around(bias, sd / Math.sqrt(n)),
    lowLimit: around(limits[0], limitError),
    highLimit: around(limits[1], limitError),
  };
}
