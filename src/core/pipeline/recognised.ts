// One thing that was recognised among the files given, with the facts by which it finds its study and its partners.
import type { ImportRole } from '../domain/importPreview.ts';
import type { MrsDataset, PatientInfo } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import type { NewDataset } from '../ports/studyStore.ts';
import type { SourceFile } from './importPlan.ts';

/** To whom and where it belongs; null for what the files don't say. */
export interface Belonging {
  readonly patient: PatientInfo;
  readonly studyInstanceUid: string | null;
  readonly frameOfReferenceUid: string | null;
  /** Day of the examination, ISO 8601. */
  readonly date: string | null;
  /** Field strength, which one examination has only one of. [T] */
  readonly fieldT: number | null;
  /** Folder of the files. */
  readonly folder: string;
}

export interface Recognised {
  /** Unique within the import. */
  readonly id: string;
  readonly title: string;
  readonly fileCount: number;
  readonly formatTitle: string;
  readonly possibleRoles: readonly ImportRole[];
  readonly summary: string;
  readonly dataset: NewDataset;
  /** Header and control files that are kept beside it, for reading it again. */
  readonly companions: readonly SourceFile[];
  /** Without its samples, which would fill the memory; null where it is no scan. */
  readonly scan: MrsDataset | null;
  readonly belonging: Belonging;
  /** Its own; `dataset.description.warnings` has them too. */
  readonly warnings: readonly Warning[];
}
