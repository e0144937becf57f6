// The quality of a spectrum as it is read: one verdict, and the sentences it rests on.
import { t } from '../../app/i18n/index.ts';
import type { QuantificationResultView } from '../../../ipc/contract.ts';
import type { Grade } from './model.ts';

type Quality = NonNullable<QuantificationResultView['quality']>;
type QualityGrade = NonNullable<Quality['assessment']['grade']>;

const GRADES: Readonly<Record<QualityGrade, Omit<Grade, 'word'>>> = {
  good: { tone: 'ok', symbol: '✓' },
  average: { tone: 'ok', symbol: '●' },
  borderline: { tone: 'caution', symbol: '▲' },
  fail: { tone: 'stop', symbol: '✕' },
};

export interface QualityLine {
  readonly grade: Grade;
  readonly words: string;
  /** Where the limits come from. */
  readonly source: string;
}

export interface QualityVerdict {
  readonly grade: Grade;
  /** The worst first. */
  readonly lines: readonly QualityLine[];
}

const gradeOf = (grade: QualityGrade): Grade => ({ ...GRADES[grade], word: t(`fit.verdicts.${grade}`) });

const ORDER: readonly QualityGrade[] = ['fail', 'borderline', 'average', 'good'];

/** @returns null where the result has no verdict: it was refused, stored by an earlier version, or nothing was graded */
export function qualityVerdict({ quality }: QuantificationResultView): QualityVerdict | null {
  if (quality === undefined || quality.assessment.grade === null) return null;
  const { grade, figures } = quality.assessment;
  const lines = [...figures]
    .sort((a, b) => ORDER.indexOf(a.grade) - ORDER.indexOf(b.grade))
    .map((f) => ({ grade: gradeOf(f.grade), words: f.words, source: f.source }));
  return { grade: gradeOf(grade), lines };
}
