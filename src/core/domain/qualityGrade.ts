// How good a spectrum is, in four grades: the one place of the borders that report, quality figures and tests share.

export type QualityGrade = 'good' | 'average' | 'borderline' | 'fail';

/**
 * Grade of a line's width.
 * @param fwhmPpm full width at half maximum in ppm; NaN counts as fail
 * @source TARQUIN's quality measures (Wilson 2011, doi:10.1002/mrm.22579): < 0.05 good, to 0.075 average, to 0.1 borderline
 */
export function linewidthGrade(fwhmPpm: number): QualityGrade {
  if (fwhmPpm < 0.05) return 'good';
  if (fwhmPpm < 0.075) return 'average';
  return fwhmPpm <= 0.1 ? 'borderline' : 'fail';
}
