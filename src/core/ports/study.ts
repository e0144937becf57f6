// A study as the database knows it, and as lists show it.
import type { PatientInfo } from '../domain/mrsDataset.ts';

export type StudyState = 'new' | 'fitted' | 'reviewed' | 'signed';

export interface StudyRecord {
  readonly id: string;
  readonly patientId: string;
  readonly title: string;
  readonly studyDate: string | null;
  readonly region: string | null;
  readonly state: StudyState;
  readonly createdAt: string;
}

/** A worklist row. */
export interface StudySummary extends StudyRecord {
  readonly patient: PatientInfo;
  /** Of the first metabolite dataset: sequence, field, TE and TR. */
  readonly sequence: string | null;
  readonly fieldT: number | null;
  readonly echoTimeS: number | null;
  readonly repetitionTimeS: number | null;
  readonly datasetCount: number;
  readonly resultCount: number;
}
