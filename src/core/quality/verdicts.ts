// Quality figures in words, by published thresholds.
import { gradeByLimits, linewidthGrade, TARQUIN_SNR } from '../domain/qualityGrade.ts';
import type { QualityGrade } from '../domain/qualityGrade.ts';

export interface QualityVerdict {
  readonly grade: QualityGrade;
  /** One sentence for the page. */
  readonly words: string;
}

/** Upper borders by FWHM: green below the first, orange to the second, red beyond. [ppm] Source: Osprey. */
const OSPREY_FWHM_PPM = { good: 0.1, borderline: 0.15 } as const;
/** Usual limits for keeping an MRSI voxel (see the reference's notes on published practice). */
export const MRSI_LIMITS = { crlbPercent: 20, fwhmPpm: 0.07, snr: 5 } as const;

const ORDER: readonly QualityGrade[] = ['good', 'average', 'borderline', 'fail'];
const MEANING: Readonly<Record<QualityGrade, string>> = {
  good: 'good',
  average: 'average',
  borderline: 'borderline: read with care',
  fail: 'insufficient: not to be relied on',
};

const sentence = (what: string, figure: string, grade: QualityGrade): QualityVerdict => ({
  grade,
  words: `${what} ${figure} is ${MEANING[grade]}.`,
});

/** TARQUIN's verdict on the linewidth. @param fwhmPpm NaN counts as fail */
export function linewidthVerdict(fwhmPpm: number): QualityVerdict {
  return sentence('Linewidth', `${fwhmPpm.toFixed(3)} ppm`, linewidthGrade(fwhmPpm));
}

/** TARQUIN's verdict on the signal-to-noise ratio. @param snr NaN counts as fail */
export function snrVerdict(snr: number): QualityVerdict {
  return sentence(
    'Signal-to-noise ratio',
    snr === Infinity ? 'without noise' : snr.toFixed(1),
    gradeByLimits(snr, TARQUIN_SNR),
  );
}

/** Osprey's verdict on the linewidth: good (green), borderline (orange) or fail (red). */
export function ospreyLinewidthVerdict(fwhmPpm: number): QualityVerdict {
  const { good, borderline } = OSPREY_FWHM_PPM;
  const grade = fwhmPpm < good ? 'good' : fwhmPpm <= borderline ? 'borderline' : 'fail';
  return sentence('Linewidth', `${fwhmPpm.toFixed(3)} ppm`, grade);
}

/** The worst of several grades; "good" for none. */
export function worstGrade(grades: readonly QualityGrade[]): QualityGrade {
  return grades.reduce<QualityGrade>((worst, g) => (ORDER.indexOf(g) > ORDER.indexOf(worst) ? g : worst), 'good');
}

/** Whether an MRSI voxel passes the usual limits. @param crlbPercent of the metabolite shown; null where none */
export function keepsMrsiVoxel(crlbPercent: number | null, fwhmPpm: number, snr: number): boolean {
  return (
    crlbPercent !== null &&
    crlbPercent < MRSI_LIMITS.crlbPercent &&
    fwhmPpm < MRSI_LIMITS.fwhmPpm &&
    snr > MRSI_LIMITS.snr
  );
}
