// From amplitudes and their covariance to the figures that every method reports: single and summed estimates with their
// bounds, correlation, the width of a drawn line, phases in degrees.
import { COMBINED_METABOLITES } from '../../domain/metaboliteNames.ts';
import type { MetaboliteEstimate } from '../../domain/quantification.ts';

/** SNR by LCModel's definition. Source: LCModel manual §4.3.2. */
export const SNR_DEFINITION =
  'largest value of data minus baseline in the fit range over twice the RMS residual (LCModel)';

export const degrees = (rad: number): number => (rad * 180) / Math.PI;
export const wrapDegrees = (deg: number): number => deg - 360 * Math.round(deg / 360);

/** Fitted amplitudes, in the units of the result. */
export interface FittedAmplitudes {
  readonly names: readonly string[];
  readonly amplitudes: ArrayLike<number>;
  /** n × n row-major; null where the Fisher matrix is singular. */
  readonly covariance: ArrayLike<number> | null;
}

interface Sum {
  readonly name: string;
  readonly amplitude: number;
  readonly variance: number | null;
}

function sumOver(fitted: FittedAmplitudes, name: string, members: readonly number[]): Sum {
  const { names, amplitudes, covariance } = fitted;
  const n = names.length;
  let amplitude = 0;
  let variance: number | null = covariance === null ? null : 0;
  for (const i of members) {
    amplitude += amplitudes[i] as number;
    for (const j of members) {
      if (variance !== null && covariance !== null) variance += covariance[i * n + j] as number;
    }
  }
  return { name, amplitude, variance };
}

function toEstimate(sum: Sum, totalCreatine: number | null): MetaboliteEstimate {
  const crlbAbsolute = sum.variance === null || sum.variance < 0 ? null : Math.sqrt(sum.variance);
  return {
    name: sum.name,
    amplitude: sum.amplitude,
    crlbPercent: crlbAbsolute === null || sum.amplitude <= 0 ? null : (100 * crlbAbsolute) / sum.amplitude,
    crlbAbsolute,
    ratioToTCr: totalCreatine === null ? null : sum.amplitude / totalCreatine,
    concentrationMM: null,
  };
}

/** A named sum of fitted amplitudes. */
export interface NamedSum {
  readonly name: string;
  readonly members: readonly string[];
}

/**
 * Estimates of every amplitude and of the sums.
 * @param sums members that were not fitted are left out; a sum with none is not reported
 */
export function estimatesOf(
  fitted: FittedAmplitudes,
  sums: readonly NamedSum[] = COMBINED_METABOLITES,
): { metabolites: MetaboliteEstimate[]; combined: MetaboliteEstimate[] } {
  const indices = (members: readonly string[]): number[] =>
    members.map((m) => fitted.names.indexOf(m)).filter((i) => i >= 0);
  const present = sums
    .map(({ name, members }) => ({ name, at: indices(members) }))
    .filter(({ at }) => at.length > 0)
    .map(({ name, at }) => sumOver(fitted, name, at));
  const tCr = present.find((s) => s.name === 'tCr')?.amplitude ?? 0;
  const totalCreatine = tCr > 0 ? tCr : null;
  return {
    metabolites: fitted.names.map((name, i) => toEstimate(sumOver(fitted, name, [i]), totalCreatine)),
    combined: present.map((s) => toEstimate(s, totalCreatine)),
  };
}

/** Correlation matrix from the covariance, rounded to 4 digits: it is stored with every result. @param n its order */
export function correlationOf(covariance: ArrayLike<number> | null, n: number): number[] | null {
  if (covariance === null) return null;
  const unit = Float64Array.from({ length: n }, (_, i) => Math.sqrt(covariance[i * n + i] as number));
  const correlation = new Array<number>(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const scale = (unit[i] as number) * (unit[j] as number);
      correlation[i * n + j] = scale > 0 ? Math.round((1e4 * (covariance[i * n + j] as number)) / scale) / 1e4 : 0;
    }
  }
  return correlation;
}

/** Full width at half maximum about the largest point of a curve, by linear interpolation. @returns points */
export function halfWidthPoints(curve: Float64Array): number {
  let peak = 0;
  for (let i = 1; i < curve.length; i++) if ((curve[i] as number) > (curve[peak] as number)) peak = i;
  const half = (curve[peak] as number) / 2;
  const crossing = (step: -1 | 1): number => {
    let i = peak;
    while (i + step >= 0 && i + step < curve.length && (curve[i + step] as number) > half) i += step;
    const inside = curve[i] as number;
    const outside = curve[i + step] ?? half;
    return i + step * (inside === outside ? 0 : (inside - half) / (inside - outside));
  };
  return half > 0 ? crossing(1) - crossing(-1) : 0;
}

/** The line whose width is told: NAA's, else creatine's, else that of the largest amplitude. */
export function widthReference(names: readonly string[], amplitudes: ArrayLike<number>): number {
  for (const name of ['NAA', 'Cr', 'PCr']) {
    const at = names.indexOf(name);
    if (at >= 0 && (amplitudes[at] as number) > 0) return at;
  }
  let best = 0;
  names.forEach((_, m) => {
    if ((amplitudes[m] as number) > (amplitudes[best] as number)) best = m;
  });
  return best;
}
