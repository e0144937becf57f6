// DICOM network services as the program needs them: DIMSE (PS3.7, PS3.8) and DICOMweb (PS3.18) behind one face.
// Errors are NetworkError, one sentence that names the node as the user knows it and never a patient.
import type {
  DicomNodeSettings,
  ReceivedInstance,
  RemoteNode,
  ScheduledStep,
  SeriesMatch,
  StudyMatch,
  StudyQuery,
  WorklistItemQuery,
} from '../domain/dicomNode.ts';
import type { Cancellation } from './cancellation.ts';

/** What the receiver answers a sender: PS3.4, B.2.3. "stored" is said only once the instance would survive a power cut. */
export type StorageVerdict = 'stored' | 'out-of-resources' | 'cannot-understand' | 'failed';

export interface InstanceReceiver {
  /** One call an instance; several associations call at once. Rejects: as 'failed'. */
  readonly store: (instance: ReceivedInstance) => Promise<StorageVerdict>;
}

/** What happens at the receiver, for state, log and audit trail. */
export type ReceiverEvent =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'failed'; readonly message: string }
  /** `address` is the caller's IP address. */
  | { readonly kind: 'opened'; readonly association: number; readonly callingAeTitle: string; readonly address: string }
  | {
      readonly kind: 'refused';
      readonly callingAeTitle: string;
      readonly address: string;
      readonly reason: 'caller' | 'called' | 'address' | 'malformed' | 'busy' | 'certificate';
    }
  | {
      readonly kind: 'closed';
      readonly association: number;
      /** "aborted": by the sender, by a broken line or a malformed message. */
      readonly how: 'released' | 'aborted';
      readonly stored: number;
      readonly refused: number;
    };

export interface Receiver {
  /** Where it listens: the port that was asked for, or the one that the system chose for 0. */
  readonly port: number;
  /** Takes no new association, lets open ones end for a moment, then cuts them. */
  readonly close: () => Promise<void>;
}

export interface FetchRequest {
  readonly studyInstanceUid: string;
  /** null: the whole study. */
  readonly seriesInstanceUids: readonly string[] | null;
}

export interface FetchProgress {
  readonly done: number;
  readonly failed: number;
  /** null: not known yet. */
  readonly total: number | null;
}

/** An object to send: a whole file as PS3.10 has it. */
export interface SentObject {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly bytes: Uint8Array;
}

/** One object's end: null where the node has it now, otherwise why not. */
export type SentVerdict = string | null;

export interface DicomNetwork {
  /**
   * Begins to listen.
   * @throws NetworkError where the address can't be used or a certificate can't be read
   */
  readonly listen: (
    settings: DicomNodeSettings,
    receiver: InstanceReceiver,
    onEvent: (event: ReceiverEvent) => void,
  ) => Promise<Receiver>;
  /** C-ECHO, or a QIDO-RS request for one study where the node has DICOMweb alone. @returns how long it took [ms] */
  readonly echo: (node: RemoteNode, ownAeTitle: string) => Promise<number>;
  /** C-FIND at study level, or QIDO-RS. `isCut`: there are more than `limit`. */
  readonly findStudies: (
    node: RemoteNode,
    ownAeTitle: string,
    query: StudyQuery,
    limit: number,
    cancellation: Cancellation,
  ) => Promise<{ readonly matches: readonly StudyMatch[]; readonly isCut: boolean }>;
  readonly findSeries: (
    node: RemoteNode,
    ownAeTitle: string,
    studyInstanceUid: string,
    cancellation: Cancellation,
  ) => Promise<readonly SeriesMatch[]>;
  /** C-FIND of the modality worklist. */
  readonly findScheduled: (
    node: RemoteNode,
    ownAeTitle: string,
    query: WorklistItemQuery,
    limit: number,
    cancellation: Cancellation,
  ) => Promise<{ readonly matches: readonly ScheduledStep[]; readonly isCut: boolean }>;
  /**
   * By the node's own way (RemoteNode.fetchBy). Instances of C-GET and WADO-RS come to `receiver`; those of C-MOVE to the
   * listening receiver, from the archive.
   * @throws NetworkError; CancelledError (what was stored by then stays)
   */
  readonly fetch: (
    node: RemoteNode,
    ownAeTitle: string,
    request: FetchRequest,
    receiver: InstanceReceiver,
    onProgress: (progress: FetchProgress) => void,
    cancellation: Cancellation,
  ) => Promise<FetchProgress>;
  /**
   * By the node's own way (RemoteNode.sendBy).
   * @returns in the order of the objects
   * @throws NetworkError where the node can't be reached or breaks off: then none counts as sent
   */
  readonly send: (
    node: RemoteNode,
    ownAeTitle: string,
    objects: readonly SentObject[],
    cancellation: Cancellation,
  ) => Promise<readonly SentVerdict[]>;
  /** Closes receivers, ends the thread. */
  readonly close: () => Promise<void>;
}
