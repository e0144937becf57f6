// A spectrum's figures against thresholds: a grade and a sentence each, and the whole.
import { gradeByLimits } from '../domain/qualityGrade.ts';
import type { GradeLimits, QualityGrade } from '../domain/qualityGrade.ts';
import type { QualityQuantity, QualityThresholds } from '../domain/qualityThresholds.ts';
import { QUALITY_QUANTITIES } from '../domain/qualityThresholds.ts';
import type { GradedFigure, QualityAssessment } from '../domain/spectrumQuality.ts';
import { worstGrade } from './verdicts.ts';

/** What was measured; null or absent where it could not be. */
export type QualityFigures = Readonly<Partial<Record<QualityQuantity, number | null>>>;

export type { GradedFigure, QualityAssessment };

/** Names and spelling of figures. */
const WORDS: Readonly<Record<QualityQuantity, { readonly name: string; readonly spell: (v: number) => string }>> = {
  linewidthPpm: { name: 'The metabolite linewidth', spell: (v) => `${v.toFixed(3)} ppm` },
  waterLinewidthPpm: { name: 'The water linewidth', spell: (v) => `${v.toFixed(3)} ppm` },
  snr: { name: 'The signal-to-noise ratio', spell: (v) => (v === Infinity ? 'without noise' : v.toFixed(1)) },
  driftSdPpm: { name: 'The scatter of the transients’ frequency', spell: (v) => `${v.toFixed(3)} ppm` },
  residualOverNoise: { name: 'The residual over the noise', spell: (v) => v.toFixed(2) },
  whitenessP: { name: 'The probability that the residual is mere noise', spell: (v) => (v < 0.001 ? v.toExponential(1) : v.toFixed(3)) }, // prettier-ignore
  crlbPercent: { name: 'The largest Cramér–Rao bound of tNAA, tCr and tCho', spell: (v) => `${v.toFixed(0)} %` },
};

const MEANING: Readonly<Record<QualityGrade, string>> = {
  good: 'good',
  average: 'average',
  borderline: 'borderline: read with care',
  fail: 'insufficient: not to be relied on',
};

function gradeFigure(quantity: QualityQuantity, value: number, limits: GradeLimits): GradedFigure {
  const { name, spell } = WORDS[quantity];
  const grade = gradeByLimits(value, limits);
  const border = limits.better === 'low' ? 'below' : 'above';
  const wanted = grade === 'good' ? '' : ` (good is ${border} ${spell(limits.good)})`;
  return { quantity, value, grade, words: `${name}, ${spell(value)}, is ${MEANING[grade]}${wanted}.`, source: limits.source }; // prettier-ignore
}

/** Grades every figure that the thresholds have limits for. */
export function assessQuality(figures: QualityFigures, thresholds: QualityThresholds): QualityAssessment {
  const graded: GradedFigure[] = [];
  const notMeasured: QualityQuantity[] = [];
  for (const quantity of QUALITY_QUANTITIES) {
    const limits = thresholds.limits[quantity];
    if (limits === null) continue;
    const value = figures[quantity] ?? null;
    if (value === null) notMeasured.push(quantity);
    else graded.push(gradeFigure(quantity, value, limits));
  }
  const grade = graded.length === 0 ? null : worstGrade(graded.map((f) => f.grade));
  return { thresholds: thresholds.id, grade, figures: graded, notMeasured };
}
