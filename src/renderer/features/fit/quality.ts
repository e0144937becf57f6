// The quality of a spectrum as it is read: one verdict, and the sentences it rests on.
import type { QuantificationResultView } from '../../../ipc/contract.ts';
import type { Grade } from './model.ts';

type Quality = NonNullable<QuantificationResultView['quality']>;
type QualityGrade = NonNullable<Quality['assessment']['grade']>;

const GRADES: Readonly<Record<QualityGrade, Grade>> = {
  good: { tone: 'ok', symbol: '✓', word: 'Good' },
  average: { tone: 'ok', symbol: '●', word: 'Average' },
  borderline: { tone: 'caution', symbol: '▲', word: 'Borderline: read with care' },
  fail: { tone: 'stop', symbol: '✕', word: 'Insufficient: not to be relied on' },
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

const ORDER: readonly QualityGrade[] = ['fail', 'borderline', 'average', 'good'];

/** @returns null where the result has no verdict: it was refused, stored by an earlier version, or nothing was graded */
export function qualityVerdict({ quality }: QuantificationResultView): QualityVerdict | null {
  if (quality === undefined || quality.assessment.grade === null) return null;
  const { grade, figures } = quality.assessment;
  const lines = [...figures]
    .sort((a, b) => ORDER.indexOf(a.grade) - ORDER.indexOf(b.grade))
    .map((f) => ({ grade: GRADES[f.grade], words: f.words, source: f.source }));
  return { grade: GRADES[grade], lines };
}
