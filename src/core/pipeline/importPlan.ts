// The types of an import: the files given, the plan made of them, and what the planner needs from outside.
import type { ErrorRecord } from '../domain/errors.ts';
import type { ImportPreview } from '../domain/importPreview.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { GivenFile } from '../formats/inputFile.ts';
import type { ReadOptions } from '../formats/readOptions.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { ProgressListener } from '../ports/progress.ts';
import type { NewDataset, NewStudy } from '../ports/studyStore.ts';

/** A file that was given, or found in a folder or a zip that was given. */
export type SourceFile = GivenFile;

export interface ImportDeps {
  /** Reads one scan from its files (formats' readMrs, in this thread or a worker). */
  readonly parse: (files: readonly SourceFile[], options?: ReadOptions) => Promise<MrsDataset>;
  readonly onProgress?: ProgressListener;
  /** Asked before every file that is unpacked or read. */
  readonly cancellation?: Cancellation;
}

export interface ImportFailure {
  readonly fileName: string;
  readonly error: ErrorRecord;
}

export type PlannedDataset = NewDataset & {
  /** Items of the preview that it belongs to: one, or for a header that several scans share, theirs. */
  readonly itemIds: readonly string[];
};

export interface PlannedStudy {
  readonly study: NewStudy;
  readonly datasets: readonly PlannedDataset[];
}

export interface ImportPlan {
  readonly studies: readonly PlannedStudy[];
  readonly failures: readonly ImportFailure[];
  /** The same as plain data, for the user to look at; study by study, in the order of `studies`. */
  readonly preview: ImportPreview;
}

export interface ImportOptions extends ReadOptions {
  /** Title of the study; told from the scans where not given. */
  readonly title?: string;
  /** The files go to a study that has scans already: images alone will do. */
  readonly allowsImagesAlone?: boolean;
}
