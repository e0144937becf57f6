// How good a spectrum is, in four grades: the one place where figures meet borders, for report, quality figures and tests.

export type QualityGrade = 'good' | 'average' | 'borderline' | 'fail';

/**
 * Where low is good: below `good` good, below `average` average, to `borderline` borderline, beyond fail. Where high is
 * good, the same upwards.
 */
export interface GradeLimits {
  readonly better: 'low' | 'high';
  readonly good: number;
  readonly average: number;
  readonly borderline: number;
  readonly source: string;
}

/** Grade of one value; NaN fails. */
export function gradeByLimits(value: number, limits: GradeLimits): QualityGrade {
  const { good, average, borderline } = limits;
  if (limits.better === 'low') {
    if (value < good) return 'good';
    if (value < average) return 'average';
    return value <= borderline ? 'borderline' : 'fail';
  }
  if (value > good) return 'good';
  if (value > average) return 'average';
  return value >= borderline ? 'borderline' : 'fail';
}

const TARQUIN = 'TARQUIN’s quality measures (Wilson 2011, doi:10.1002/mrm.22579)';
/** FWHM of metabolite lines. [ppm] */
export const TARQUIN_LINEWIDTH_PPM: GradeLimits = { better: 'low', good: 0.05, average: 0.075, borderline: 0.1, source: TARQUIN }; // prettier-ignore
export const TARQUIN_SNR: GradeLimits = { better: 'high', good: 20, average: 10, borderline: 4, source: TARQUIN };

/** TARQUIN's grade of a line's width. @param fwhmPpm full width at half maximum in ppm; NaN counts as fail */
export function linewidthGrade(fwhmPpm: number): QualityGrade {
  return gradeByLimits(fwhmPpm, TARQUIN_LINEWIDTH_PPM);
}
