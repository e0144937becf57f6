// What was recognised in the files that a user gave, before anything is stored: shown in the import dialog, where roles can be
// changed. Plain data that crosses IPC; the bytes stay with the plan (core/pipeline/importFiles.ts).
import type { Warning } from './provenance.ts';

/** What a dataset is in its study; "skip": not imported. */
export const IMPORT_ROLES = ['metabolite', 'water', 'image', 'truth', 'unknown', 'skip'] as const;
export type ImportRole = (typeof IMPORT_ROLES)[number];

export interface ImportItem {
  /** Unique within the preview. */
  readonly id: string;
  /** File name, or for a series its description and count of files: "t1_mprage, 192 files". */
  readonly title: string;
  readonly fileCount: number;
  readonly sizeBytes: number;
  /** Title of the format: "Siemens DICOM", "NIfTI-MRS". */
  readonly formatTitle: string;
  readonly role: ImportRole;
  /** What the user may choose; "skip" always, and never a role that its content can't play. */
  readonly possibleRoles: readonly ImportRole[];
  /** One line: "PRESS, TE 30 ms, TR 2000 ms, 123.2 MHz, 8 coils × 64 transients". */
  readonly summary: string;
  /** Doubts and what was assumed, each one sentence. */
  readonly warnings: readonly Warning[];
}

export interface ImportStudyPreview {
  readonly title: string;
  /** Name or pseudonym for the screen; null where the files name nobody. */
  readonly patient: string | null;
  readonly studyDate: string | null;
  readonly items: readonly ImportItem[];
  /** Of the items together: an image of another frame of reference, a water reference that doesn't fit. */
  readonly warnings: readonly Warning[];
}

export interface ImportFailurePreview {
  readonly fileName: string;
  readonly message: string;
}

export interface ImportPreview {
  readonly studies: readonly ImportStudyPreview[];
  readonly failures: readonly ImportFailurePreview[];
}

/** The user's answer: roles by item id where they differ from the preview's. */
export interface ImportChoices {
  readonly roles: Readonly<Record<string, ImportRole>>;
  /** Names, numbers, dates and vendor headers are taken out before anything is stored. */
  readonly deidentify: boolean;
}
