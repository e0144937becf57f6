// StudyStore: the study database as the program sees it. Rows are plain, immutable records with opaque ids.
import type { ErrorRecord } from '../domain/errors.ts';
import type { FileContent } from '../domain/fileContent.ts';
import type { JsonObject } from '../domain/json.ts';
import type { PatientInfo } from '../domain/mrsDataset.ts';
import type { ProvenanceEntry, Warning } from '../domain/provenance.ts';
import type { VoxelQuantification } from '../domain/quantification.ts';
import type { Recipe } from '../domain/recipe.ts';
import type { AccessStore } from './accessStore.ts';
import type { AuditStore } from './auditStore.ts';
import type { BatchStore } from './batches.ts';
import type { DicomStore } from './dicomStore.ts';
import type { ReportStore } from './reportStore.ts';
import type { StudyRecord, StudyState, StudySummary } from './study.ts';
import type { StudyIdentityStore } from './studyIdentity.ts';
import type { WorklistStore } from './worklist.ts';

export type { StudyRecord, StudyState, StudySummary } from './study.ts';

export type DatasetRole = 'metabolite' | 'water' | 'image' | 'truth' | 'unknown';

/** What the header of a dataset says, kept beside the raw file so that lists need not read it. */
export interface DatasetDescription {
  readonly format: string;
  /** Voxel grid x, y, z (image: matrix size). */
  readonly grid: readonly number[];
  /** MRS only: e.g. [{tag:'DIM_COIL', length:8}]. */
  readonly dimensions: readonly { readonly tag: string; readonly length: number }[];
  readonly points: number | null;
  readonly dwellTimeS: number | null;
  readonly spectrometerFrequencyMHz: number | null;
  readonly nucleus: string | null;
  readonly fieldT: number | null;
  readonly echoTimeS: number | null;
  readonly repetitionTimeS: number | null;
  readonly sequence: string | null;
  readonly manufacturer: string | null;
  readonly scannerModel: string | null;
  readonly region: string | null;
  readonly affine: readonly number[] | null;
  readonly warnings: readonly Warning[];
}

export interface DatasetRecord {
  readonly id: string;
  readonly studyId: string;
  readonly role: DatasetRole;
  /** SHA-256 of the raw file, lower-case hex. */
  readonly sha256: string;
  /** The raw file's base name (shown to the user; never logged). */
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly description: DatasetDescription;
  readonly importedAt: string;
}

/** A large file is given as a source, which is read twice: for its hash, and into the database. */
export type NewDataset = FileContent & {
  readonly role: DatasetRole;
  readonly fileName: string;
  readonly description: DatasetDescription;
};

export interface NewStudy {
  readonly patient: PatientInfo;
  readonly title: string;
  readonly studyDate: string | null;
  readonly region: string | null;
}

/** An analysis: one recipe run over one dataset, append-only, with every hash that went in. */
export interface NewAnalysis {
  readonly studyId: string;
  readonly datasetId: string;
  readonly waterDatasetId: string | null;
  readonly method: string;
  readonly recipe: Recipe;
  readonly basisId: string;
  readonly inputSha256: string;
  readonly waterSha256: string | null;
  readonly recipeSha256: string;
  readonly basisSha256: string;
  readonly appVersion: string;
  readonly provenance: readonly ProvenanceEntry[];
  readonly warnings: readonly Warning[];
  readonly voxels: readonly VoxelQuantification[];
}

export interface AnalysisSummary {
  readonly id: string;
  readonly studyId: string;
  readonly datasetId: string;
  readonly method: string;
  readonly recipeId: string;
  /** Tells set-ups of one recipe apart. */
  readonly recipeSha256: string;
  readonly basisId: string;
  readonly status: string;
  readonly voxelCount: number;
  readonly createdAt: string;
}

export interface AnalysisRecord extends AnalysisSummary, NewAnalysis {
  readonly id: string;
  readonly studyId: string;
  readonly datasetId: string;
  readonly method: string;
  readonly basisId: string;
}

export interface ReportRecord {
  readonly id: string;
  readonly studyId: string;
  readonly analysisId: string;
  readonly format: 'html' | 'pdf' | 'csv' | 'json' | 'dicom-pdf' | 'dicom-sc';
  readonly sha256: string;
  readonly createdAt: string;
}

/** "interrupted": the program ended while it ran. */
export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'interrupted';
export interface JobRecord {
  readonly id: string;
  readonly studyId: string | null;
  readonly kind: string;
  readonly state: JobState;
  readonly message: string | null;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  /** What it was asked, so that it can be taken up again; null once it has ended, or where it can't be. */
  readonly request: JsonObject | null;
}

export interface ImportOutcome {
  readonly study: StudyRecord;
  readonly datasets: readonly DatasetRecord[];
  /** Datasets whose raw file was in the database already; nothing was written for them. */
  readonly alreadyKnown: readonly DatasetRecord[];
}

/** What was made of waiting instances of one study. */
export interface ReceivedImport {
  readonly studyInstanceUid: string;
  /** In the order in which they are stored. */
  readonly studies: readonly { readonly study: NewStudy; readonly datasets: readonly NewDataset[] }[];
  /** Of the inbox: those that are in a dataset afterwards leave it. */
  readonly instanceIds: readonly string[];
  /** Of an instance that no reader took, by the SeriesInstanceUID; '' for the others. A sentence each. */
  readonly problems: ReadonlyMap<string, string>;
  /** Whether an administrator's rule is to be applied to the studies. */
  readonly byRule: boolean;
}

export interface StudyStore
  extends WorklistStore, BatchStore, ReportStore, AuditStore, AccessStore, DicomStore, StudyIdentityStore {
  /**
   * Imports files as one study, in one transaction. A file whose bytes are already stored is not stored again; if all
   * are known, the existing study is returned and nothing is written.
   * @throws StudyDbError (read-only, full disk, corrupt): then nothing was written
   */
  readonly importStudy: (study: NewStudy, datasets: readonly NewDataset[]) => ImportOutcome;
  readonly addDatasets: (studyId: string, datasets: readonly NewDataset[]) => ImportOutcome;
  /**
   * Stores what was made of waiting instances and takes these out of the inbox, in one transaction: into the study that has
   * this StudyInstanceUID and the same patient where there is one, else as a new study. What is in no dataset stays with
   * its problem.
   * @returns in the order of the studies
   */
  readonly importReceived: (received: ReceivedImport) => readonly ImportOutcome[];
  readonly listStudies: () => StudySummary[];
  /** @throws StudyDbError NOT_FOUND */
  readonly getStudy: (studyId: string) => StudySummary;
  readonly deleteStudy: (studyId: string) => void;
  readonly setStudyState: (studyId: string, state: StudyState) => void;
  readonly listDatasets: (studyId: string) => DatasetRecord[];
  readonly getDataset: (datasetId: string) => DatasetRecord;
  /** The raw file, byte for byte; its SHA-256 is checked. @throws StudyDbError STUDY_DB_CORRUPT */
  readonly readRawFile: (datasetId: string) => Uint8Array;
  /** As readRawFile, but a large file as a source, which can be read until the store is closed. */
  readonly openRawFile: (datasetId: string) => FileContent;
  readonly addAnalysis: (analysis: NewAnalysis) => AnalysisRecord;
  readonly listAnalyses: (studyId: string) => AnalysisSummary[];
  readonly getAnalysis: (analysisId: string) => AnalysisRecord;
  /** One voxel alone, without reading the others; null where the analysis has none such. @throws StudyDbError NOT_FOUND */
  readonly getAnalysisVoxel: (analysisId: string, voxel: number) => VoxelQuantification | null;
  readonly addReport: (report: Omit<ReportRecord, 'id' | 'createdAt'>) => ReportRecord;
  readonly listReports: (studyId: string) => ReportRecord[];
  /** @param request what it is asked, so that it can be taken up again after a crash */
  readonly startJob: (kind: string, studyId: string | null, request?: JsonObject) => JobRecord;
  readonly finishJob: (jobId: string, state: JobState, message: string | null) => void;
  readonly listJobs: () => JobRecord[];
  /** Those that run, wait or were interrupted; newest first. */
  readonly listUnfinishedJobs: () => JobRecord[];
  readonly getSetting: (key: string) => string | null;
  readonly setSetting: (key: string, value: string) => void;
  /** From now on every write is refused with this error, for instance because the database was found damaged. */
  readonly refuseWrites: (error: ErrorRecord) => void;
  readonly close: () => void;
}
