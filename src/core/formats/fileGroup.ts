// Files that make one thing together: a scan with its headers, a series of slices, or a file that is no scan.
import type { AppError } from '../domain/errors.ts';
import type { PatientInfo } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import type { FormatId } from './formatTable.ts';
import type { GivenFile } from './inputFile.ts';

/** What DICOM headers say of where a series belongs. */
export interface GroupIdentity {
  readonly patient: PatientInfo;
  readonly studyInstanceUid: string | null;
  readonly frameOfReferenceUid: string | null;
  /** ISO 8601. */
  readonly date: string | null;
  readonly seriesDescription: string | null;
}

/**
 * - scan: to be read as MRS; image, truth: go along with scans
 * - refused: `error` says what it is instead
 * - ignored: belongs to another file of the same drop and says nothing of its own
 */
export type GroupKind = 'scan' | 'image' | 'truth' | 'refused' | 'ignored';

export interface FileGroup {
  readonly kind: GroupKind;
  readonly format: FormatId;
  /** What the user calls it: the file's name, or a series' description or folder. */
  readonly name: string;
  /** The data, the main file first. */
  readonly files: readonly GivenFile[];
  /** Headers and control files that the data need, and that several scans may share. */
  readonly companions: readonly GivenFile[];
  /** null where the files carry none that can be read without reading the scan. */
  readonly identity: GroupIdentity | null;
  readonly warnings: readonly Warning[];
  /** Why it is refused. */
  readonly error: AppError | null;
}

export const fileGroup = (
  kind: GroupKind,
  format: FormatId,
  files: readonly [GivenFile, ...GivenFile[]],
  more: Partial<FileGroup> = {},
): FileGroup => ({
  kind,
  format,
  name: files[0].name,
  files,
  companions: [],
  identity: null,
  warnings: [],
  error: null,
  ...more,
});
