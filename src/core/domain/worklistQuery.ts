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

type State = 'new' | 'fitted' | 'reviewed' | 'signed';
/** "none": the study has no graded fit. */
type Grade = QualityGrade | 'none';

/** What a word of a search says of state or quality, in the user's language. */
export interface SearchMeaning {
  readonly word: string;
  readonly states: readonly State[];
  readonly grades: readonly Grade[];
}

/** An empty list or null filters nothing. */
export interface WorklistQuery {
  /** Every word must stand somewhere in the row, or mean its state or grade; case and diacritics don't count. */
  readonly search: string;
  readonly meanings: readonly SearchMeaning[];
  readonly states: readonly State[];
  readonly grades: readonly Grade[];
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
  meanings: [],
  states: [],
  grades: [],
  fieldsT: [],
  from: null,
  to: null,
  withMrsi: false,
  sortBy: 'createdAt',
  descending: true,
};
