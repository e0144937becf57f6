// Batches: many studies by one set-up, as the study database keeps them across restarts.
import type { BatchItemState, BatchSettings, BatchState } from '../domain/batch.ts';
import type { PatientInfo } from '../domain/mrsDataset.ts';

export interface BatchRecord {
  readonly id: string;
  readonly settings: BatchSettings;
  readonly state: BatchState;
  readonly createdAt: string;
  readonly finishedAt: string | null;
  readonly items: readonly BatchItem[];
}

/** One study of a batch. */
export interface BatchItem {
  readonly studyId: string;
  readonly state: BatchItemState;
  /** Why it failed, or what of it could not be done; null where there is nothing to say. */
  readonly message: string | null;
  /** The result to open; null where there is none. */
  readonly analysisId: string | null;
  /** Every result of this study in this batch, in the order of the methods. */
  readonly analysisIds: readonly string[];
  readonly patient: PatientInfo;
  readonly title: string;
  readonly studyDate: string | null;
}

/** How one study of a batch ended, or that it begins. */
export interface BatchItemChange {
  readonly state: BatchItemState;
  readonly message: string | null;
  readonly analysisIds: readonly string[];
}

export interface BatchStore {
  /** A running batch with every study waiting, in this order. @throws StudyDbError NOT_FOUND for a study that isn't there */
  readonly addBatch: (settings: BatchSettings, studyIds: readonly string[]) => BatchRecord;
  /** Newest first, without their items. */
  readonly listBatches: () => (Omit<BatchRecord, 'items'> & { readonly counts: BatchCounts })[];
  /** @throws StudyDbError NOT_FOUND */
  readonly getBatch: (batchId: string) => BatchRecord;
  /** Sets the state, and the time of finishing unless it runs (again). @throws StudyDbError NOT_FOUND */
  readonly setBatchState: (batchId: string, state: BatchState) => void;
  /** Nothing happens where the study was deleted meanwhile. */
  readonly setBatchItem: (batchId: string, studyId: string, change: BatchItemChange) => void;
  /** Puts every item in one of the states into another. @returns how many there were */
  readonly moveBatchItems: (batchId: string, from: readonly BatchItemState[], to: BatchItemState) => number;
  /** @throws StudyDbError NOT_FOUND */
  readonly deleteBatch: (batchId: string) => void;
}

export type BatchCounts = Readonly<Record<BatchItemState, number>>;
