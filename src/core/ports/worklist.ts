// The worklist as the study database answers it: which studies, in which order, and their rows.
import type { QualityGrade } from '../domain/qualityGrade.ts';
import type { WorklistQuery } from '../domain/worklistQuery.ts';
import type { StudySummary } from './study.ts';

export interface WorklistAnswer {
  /** In the order asked for; unknown values last, equals by time of import, newest first. */
  readonly ids: readonly string[];
  /** Studies in the database. */
  readonly total: number;
  /** Field strengths that there are, rising. [T] */
  readonly fieldsT: readonly number[];
}

/** A row of the worklist. */
export interface WorklistRow extends StudySummary {
  /** Manufacturer and model of the first metabolite dataset. */
  readonly scanner: string | null;
  /** Of the largest metabolite dataset; more than 1: spectroscopic imaging. */
  readonly voxels: number;
  /** Of the newest fit with a verdict, in a grid the grade that half of the voxels reach; null where there is none. */
  readonly quality: QualityGrade | null;
  /** What reading the files raised, and what the newest fit did. */
  readonly importWarnings: number;
  readonly fitWarnings: number;
}

export interface WorklistStore {
  readonly queryWorklist: (query: WorklistQuery) => WorklistAnswer;
  /** Rows in the order of the ids; studies that are gone are left out. */
  readonly worklistRows: (ids: readonly string[]) => WorklistRow[];
}
