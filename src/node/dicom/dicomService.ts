// The DICOM node of a running program, in the window's study host and on the command line alike: receives into the inbox
// of the study database, imports what is complete by the same path as files, applies the administrator's rules, and sends
// what is queued until the other side has it.
import type {
  DicomNodeSettings,
  OfferedSeries,
  ReceiverState,
  RemoteNode,
  ScheduledStep,
  SentKind,
  StudyMatch,
  StudyQuery,
  TransferRecord,
  WorklistItemQuery,
} from '../../core/domain/dicomNode.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { FetchRequest, SentObject } from '../../core/ports/dicomNetwork.ts';
import type { ProgressListener } from '../../core/ports/progress.ts';
import type { BatchSettings } from '../../core/domain/batch.ts';

/** What the service needs of the program around it. */
export interface DicomServiceHost {
  /** Quantifies a study by a rule. @returns the analysis to report; null where there is nothing to quantify */
  readonly quantify: (studyId: string, settings: BatchSettings, cancellation: Cancellation) => Promise<string | null>;
  /** The report of an analysis as DICOM objects. PDFs are printed, so this may wait for a window. */
  readonly reportObjects: (analysisId: string, kinds: readonly SentKind[]) => Promise<readonly SentObject[]>;
  readonly onEvent: (event: DicomServiceEvent) => void;
}

export type DicomServiceEvent =
  | { readonly kind: 'receiver'; readonly state: ReceiverState }
  /** Studies that were made or grew by what was received or fetched. */
  | {
      readonly kind: 'imported';
      readonly studyIds: readonly string[];
      readonly problems: readonly string[];
      /** AE titles they came from. */
      readonly senders: readonly string[];
      /** Whether it was asked for by a fetch, which says itself what it brought. */
      readonly isFetched: boolean;
    }
  /** A rule's work on a study has ended; message: why it failed. */
  | { readonly kind: 'processed'; readonly studyId: string; readonly ruleId: string; readonly message: string | null }
  | { readonly kind: 'transfer'; readonly transfer: TransferRecord };

/** What a fetch brought. */
export interface FetchOutcome {
  readonly studyIds: readonly string[];
  readonly instances: number;
  /** A sentence each. */
  readonly problems: readonly string[];
}

/** Received instances of one series that no reader understands, or whose import failed. */
export interface UnreadableInstances {
  /** For dropping them. */
  readonly ids: readonly string[];
  readonly callingAeTitle: string;
  readonly sizeBytes: number;
  /** ISO 8601, of the newest. */
  readonly receivedAt: string;
  /** A sentence. */
  readonly reason: string;
}

export interface DicomService {
  /** Requeues what a crash left, imports what waits, listens if the settings say so, begins to send. */
  readonly start: () => Promise<void>;
  readonly receiverState: () => ReceiverState;
  /** Keeps the settings and listens by them. @throws UsageError for a setting that can't be (AE title, port, file) */
  readonly configure: (settings: DicomNodeSettings) => Promise<ReceiverState>;
  /** [ms] @throws NetworkError */
  readonly echo: (node: RemoteNode) => Promise<number>;
  readonly findStudies: (
    nodeId: string,
    query: StudyQuery,
    cancellation: Cancellation,
  ) => Promise<{ readonly matches: readonly StudyMatch[]; readonly isCut: boolean }>;
  /** With what to fetch suggested. */
  readonly offeredSeries: (
    nodeId: string,
    studyInstanceUid: string,
    cancellation: Cancellation,
  ) => Promise<readonly OfferedSeries[]>;
  readonly findScheduled: (
    nodeId: string,
    query: WorklistItemQuery,
    cancellation: Cancellation,
  ) => Promise<{ readonly matches: readonly ScheduledStep[]; readonly isCut: boolean }>;
  /** Fetches and imports. What had come when it is cancelled or breaks off is imported too. */
  readonly fetch: (
    nodeId: string,
    request: FetchRequest,
    cancellation: Cancellation,
    onProgress: ProgressListener,
  ) => Promise<FetchOutcome>;
  /** Queues a report for nodes and begins to send. Durable when it returns. */
  readonly send: (request: {
    readonly studyId: string;
    readonly analysisId: string;
    readonly nodeIds: readonly string[];
    readonly kinds: readonly SentKind[];
    readonly objects: readonly SentObject[];
    readonly requestedBy: string;
  }) => readonly TransferRecord[];
  /** What was received and can't be imported. */
  readonly unreadableInstances: () => readonly UnreadableInstances[];
  /** Deletes such instances for good. */
  readonly dropInstances: (ids: readonly string[]) => void;
  readonly retry: (transferId: string) => TransferRecord;
  readonly giveUp: (transferId: string) => TransferRecord;
  /** Waits until everything received is imported and processed, and everything queued was tried (headless work, tests). */
  readonly settled: () => Promise<void>;
  readonly close: () => Promise<void>;
}
