// What the study database keeps of the DICOM network: instances that were received and wait to be imported, which series
// are here, nodes and rules, and what is on its way out.
import type {
  DicomNodeSettings,
  ReceivedInstance,
  RemoteNode,
  SendingStatus,
  SentKind,
  TransferRecord,
} from '../domain/dicomNode.ts';
import type { SentObject, SentVerdict } from './dicomNetwork.ts';

/** An instance in the inbox, without its bytes. */
export interface WaitingInstance {
  readonly id: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly studyInstanceUid: string;
  readonly sizeBytes: number;
  readonly receivedAt: string;
  readonly callingAeTitle: string;
  /** Why it could not be imported; null: it has not been tried since it came. */
  readonly problem: string | null;
}

/** Instances of one study that wait. */
export interface WaitingStudy {
  readonly studyInstanceUid: string;
  readonly instances: readonly WaitingInstance[];
  /** Time of the newest. */
  readonly lastReceivedAt: string;
}

/** A study whose scans an administrator's rule is to be applied to. */
export interface RuleRun {
  readonly studyId: string;
  /** Names the study's scans as they are now: a rule is applied once to each such state. */
  readonly scansSha256: string;
}

export interface NewTransfer {
  readonly studyId: string;
  readonly analysisId: string | null;
  readonly node: RemoteNode;
  readonly kinds: readonly SentKind[];
  readonly objects: readonly SentObject[];
  /** null: by an administrator's rule. */
  readonly requestedBy: string | null;
}

export interface DicomStore {
  readonly dicomSettings: () => DicomNodeSettings;
  /** Enters the change in the audit trail. */
  readonly setDicomSettings: (settings: DicomNodeSettings) => void;
  /** In the order they were added. */
  readonly listNodes: () => RemoteNode[];
  /** @throws StudyDbError NOT_FOUND */
  readonly getNode: (id: string) => RemoteNode;
  /** Adds it, or changes the one with its id. Enters it in the audit trail, without its password. */
  readonly saveNode: (node: RemoteNode) => void;
  /** @throws StudyDbError NOT_FOUND, or where something is on its way to it */
  readonly removeNode: (id: string) => void;

  /**
   * Keeps a received instance, on disk when this returns.
   * @returns 'known' where the same instance with the same content is here already, waiting or imported; 'replaced' where
   * it takes the place of one with another content that waited
   * @throws StudyDbError (full disk, read-only): then it isn't kept
   */
  readonly keepReceived: (
    instance: ReceivedInstance,
    uids: { readonly studyInstanceUid: string; readonly seriesInstanceUid: string },
  ) => 'kept' | 'known' | 'replaced';
  readonly waitingStudies: () => WaitingStudy[];
  readonly waitingCount: () => number;
  /** The file of a waiting instance, byte for byte. @throws StudyDbError NOT_FOUND, STUDY_DB_CORRUPT */
  readonly readWaiting: (id: string) => Uint8Array;
  /** Keeps them with the reason why they aren't imported. */
  readonly failWaiting: (ids: readonly string[], problem: string) => void;
  /** Deletes waiting instances for good. Enters it in the audit trail. */
  readonly dropWaiting: (ids: readonly string[]) => void;
  /** Datasets that hold imported instances of these series of a study. */
  readonly datasetsOfSeries: (studyId: string, seriesInstanceUids: readonly string[]) => readonly string[];
  /** Oldest first. */
  readonly pendingRuleRuns: () => readonly RuleRun[];
  /** @param ruleId null: none matched. @param message why it failed; null: it did not */
  readonly endRuleRun: (run: RuleRun, ruleId: string | null, message: string | null) => void;
  /** Which of the series are imported or wait. */
  readonly seriesHere: (studyInstanceUid: string) => ReadonlySet<string>;
  /** FrameOfReferenceUIDs of the study's spectroscopy that is here. */
  readonly framesOfReference: (studyInstanceUid: string) => ReadonlySet<string>;
  /** The study that holds scans or images of this StudyInstanceUID; null: none. */
  readonly studyOfInstanceUid: (studyInstanceUid: string) => string | null;

  /** Durable when it returns. */
  readonly queueTransfer: (transfer: NewTransfer) => TransferRecord;
  /** Newest first. @param studyId null: all */
  readonly listTransfers: (studyId: string | null, limit: number) => TransferRecord[];
  /** Queued ones whose time has come, oldest first. */
  readonly dueTransfers: (now: string) => TransferRecord[];
  /** When the next queued one is to be tried; null: none is queued. */
  readonly nextTransferAt: () => string | null;
  /** What of it is not sent yet. */
  readonly unsentObjects: (transferId: string) => SentObject[];
  readonly beginAttempt: (transferId: string) => TransferRecord;
  /** Attempts since it was queued or tried again by a click. */
  readonly attemptsOfRound: (transferId: string) => number;
  /**
   * How an attempt ended; objects that are sent lose their bytes here. The transfer's end is entered in the audit trail.
   * @param retryAt ISO 8601; null: no further attempt by itself
   */
  readonly endAttempt: (
    transferId: string,
    verdicts: ReadonlyMap<string, SentVerdict>,
    message: string | null,
    retryAt: string | null,
  ) => TransferRecord;
  /** Puts a failed or waiting transfer at the head of the queue. @throws StudyDbError NOT_FOUND */
  readonly retryTransfer: (transferId: string) => TransferRecord;
  /** Its objects are deleted. @throws StudyDbError NOT_FOUND, or where it was sent */
  readonly giveUpTransfer: (transferId: string) => TransferRecord;
  /** What a crash left as sending is queued again. @returns how many there were */
  readonly requeueAbandoned: () => number;
  /** For the worklist; studies of which nothing was ever sent are left out. */
  readonly sendingStatus: (studyIds: readonly string[]) => ReadonlyMap<string, SendingStatus>;
}
