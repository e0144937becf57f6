// What of the studies a worklist shows, and in which order.
import type { QualityGrade } from './qualityGrade.ts';

/** Columns that the worklist is sorted by. Those of quality and state go from the least to the most. */
export const WORKLIST_SORT_KEYS = [
  'patient',
  'studyDate',
  'region',
  'sequence',
  'fieldT',
  'echoTimeS',
  'scanner',
  'state',
  'quality',
  'results',
  'warnings',
  'createdAt',
] as const;
export type WorklistSortKey = (typeof WORKLIST_SORT_KEYS)[number];

/** An empty list or null filters nothing. */
export interface WorklistQuery {
  /** Every word must stand somewhere in the row; case and diacritics don't count. */
  readonly search: string;
  readonly states: readonly ('new' | 'fitted' | 'reviewed' | 'signed')[];
  /** "none": the study has no graded fit. */
  readonly grades: readonly (QualityGrade | 'none')[];
  /** Nominal field strengths, each standing for what lies within 5 % of it. [T] */
  readonly fieldsT: readonly number[];
  /** Study dates, both included, YYYY-MM-DD. */
  readonly from: string | null;
  readonly to: string | null;
  /** Only studies with a spectroscopic image. */
  readonly withMrsi: boolean;
  readonly sortBy: WorklistSortKey;
  readonly descending: boolean;
}

/** Every study, the newest import first. */
export const WHOLE_WORKLIST: WorklistQuery = {
  search: '',
  states: [],
  grades: [],
  fieldsT: [],
  from: null,
  to: null,
  withMrsi: false,
  sortBy: 'createdAt',
  descending: true,
};
