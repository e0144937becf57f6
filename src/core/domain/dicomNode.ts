// The program as a DICOM node: what it receives and from whom, which other nodes it knows, what it does by rule, and what
// stands in a transfer. All of it is data, so that settings, database, threads and pages mean the same.
import type { BatchSettings } from './batch.ts';

/** PEM files on this computer; only their paths are kept. */
export interface TlsFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** Certificates that the other side's must come from; null: those that the system trusts. */
  readonly caFile: string | null;
}

/** Who may send to this node. */
export interface AllowedCaller {
  readonly aeTitle: string;
  /** IP address it has to come from; null: any. */
  readonly address: string | null;
}

/** Which scans a rule is for; null: any. All that is given has to match. */
export interface ScanCondition {
  /** Limits included. [s] */
  readonly echoTimeFromS: number | null;
  readonly echoTimeToS: number | null;
  /** Stands in the sequence's or protocol's name, whatever the case. */
  readonly sequenceContains: string | null;
  readonly nucleus: string | null;
}

export const SENT_KINDS = ['report-pdf', 'report-capture', 'structured-report', 'maps-mr', 'maps-parametric'] as const;
/** Encapsulated PDF, Secondary Capture, Comprehensive SR; ratio maps as MR images or as parametric maps. */
export type SentKind = (typeof SENT_KINDS)[number];

/** What an administrator has done to received studies without a click. The first rule that matches a study's scan counts. */
export interface ReceivingRule {
  readonly id: string;
  readonly name: string;
  readonly isOn: boolean;
  readonly when: ScanCondition;
  /** Quantified by these; null: left for the reader. */
  readonly quantify: BatchSettings | null;
  /** The unsigned report goes there; null: nothing is sent. */
  readonly send: { readonly nodeIds: readonly string[]; readonly kinds: readonly SentKind[] } | null;
}

/** What this node is and does. */
export interface DicomNodeSettings {
  /** Whether it listens. */
  readonly isReceiving: boolean;
  readonly aeTitle: string;
  /** Of the interface that it listens at; loopback unless an administrator names another. */
  readonly address: string;
  readonly port: number;
  readonly callers: readonly AllowedCaller[];
  /** null: without TLS. */
  readonly tls: (TlsFiles & { readonly requiresClientCertificate: boolean }) | null;
  /** Received files of a study are imported once none has come for so long. [s] */
  readonly quietForS: number;
  readonly rules: readonly ReceivingRule[];
}

export const DEFAULT_DICOM_NODE: DicomNodeSettings = {
  isReceiving: false,
  aeTitle: 'LINESHAPE',
  address: '127.0.0.1',
  port: 11112,
  callers: [],
  tls: null,
  quietForS: 5,
  rules: [],
};

/** How another node is reached over HTTP (PS3.18). */
export interface DicomWebAccess {
  /** Of the service root: "https://pacs.example.org/dicom-web". */
  readonly url: string;
  readonly userName: string | null;
  readonly password: string | null;
  /** PEM file of certificates to trust besides those of the system. */
  readonly caFile: string | null;
}

/** How another node is reached over DICOM's own protocol (PS3.8). */
export interface DimseAccess {
  readonly aeTitle: string;
  readonly host: string;
  readonly port: number;
  /** null: without TLS. `certificateFile` and `keyFile` are shown to a node that asks for them. */
  readonly tls: {
    readonly caFile: string | null;
    readonly certificateFile: string | null;
    readonly keyFile: string | null;
  } | null;
}

/** A PACS, worklist server or viewer that the administrator has named. */
export interface RemoteNode {
  readonly id: string;
  /** As users know it. */
  readonly name: string;
  readonly dimse: DimseAccess | null;
  readonly web: DicomWebAccess | null;
  /** What it is used for. */
  readonly isArchive: boolean;
  readonly isWorklist: boolean;
  /** How studies are fetched from it. C-MOVE needs this node to receive and the archive to know it. */
  readonly fetchBy: FetchWay;
  readonly sendBy: SendWay;
}

export const FETCH_WAYS = ['c-get', 'c-move', 'wado-rs'] as const;
export type FetchWay = (typeof FETCH_WAYS)[number];
export const SEND_WAYS = ['c-store', 'stow-rs'] as const;
export type SendWay = (typeof SEND_WAYS)[number];

/** A search at an archive; empty texts and null: any. Wildcards * and ? as in PS3.4, C.2.2.2.4. */
export interface StudyQuery {
  readonly patientName: string;
  readonly patientId: string;
  readonly accessionNumber: string;
  /** ISO dates, included. */
  readonly from: string | null;
  readonly to: string | null;
  /** Modalities in study: "MR". */
  readonly modality: string | null;
}

export interface StudyMatch {
  readonly studyInstanceUid: string;
  readonly patientName: string | null;
  readonly patientId: string | null;
  /** ISO date. */
  readonly birthDate: string | null;
  readonly sex: string | null;
  /** ISO date, and time of day hh:mm:ss. */
  readonly studyDate: string | null;
  readonly studyTime: string | null;
  readonly description: string | null;
  readonly accessionNumber: string | null;
  readonly modalities: readonly string[];
  readonly seriesCount: number | null;
  readonly instanceCount: number | null;
}

export interface SeriesMatch {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly modality: string | null;
  readonly number: number | null;
  readonly description: string | null;
  readonly instanceCount: number | null;
  /** Of its first instance, where the archive tells. */
  readonly sopClassUid: string | null;
  readonly frameOfReferenceUid: string | null;
}

/** A series as it is offered for fetching. */
export interface OfferedSeries extends SeriesMatch {
  readonly kind: 'spectroscopy' | 'image' | 'raw' | 'other';
  /** Ticked beforehand: spectroscopy, raw data, and images of the same frame of reference (of the same study where unknown). */
  readonly isSuggested: boolean;
  /** Whether this database holds instances of it already. */
  readonly isHere: boolean;
}

/** A search of the modality worklist; empty texts and null: any. */
export interface WorklistItemQuery {
  readonly patientName: string;
  readonly patientId: string;
  readonly accessionNumber: string;
  /** ISO dates of the scheduled start, included. */
  readonly from: string | null;
  readonly to: string | null;
  readonly modality: string | null;
}

/** A scheduled procedure step (PS3.4, K.6.1.2). */
export interface ScheduledStep {
  readonly patientName: string | null;
  readonly patientId: string | null;
  readonly birthDate: string | null;
  readonly sex: string | null;
  readonly accessionNumber: string | null;
  readonly studyInstanceUid: string | null;
  readonly requestedProcedure: string | null;
  readonly referringPhysician: string | null;
  readonly modality: string | null;
  readonly scheduledDate: string | null;
  readonly scheduledTime: string | null;
  readonly stationAeTitle: string | null;
  readonly description: string | null;
}

/** A received instance before it is stored. */
export interface ReceivedInstance {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** The whole file as PS3.10 has it: preamble, meta information, and the data set byte for byte as it came. */
  readonly bytes: Uint8Array;
  /** AE title of the sender; of a fetch, that of the archive. */
  readonly callingAeTitle: string;
  /** null: fetched over HTTP. */
  readonly transferSyntaxUid: string | null;
}

/** How the receiver is. */
export interface ReceiverState {
  readonly state: 'off' | 'starting' | 'listening' | 'failed';
  /** What is wrong, a sentence; null unless failed. */
  readonly message: string | null;
  readonly associations: number;
  /** Since the program started. */
  readonly receivedInstances: number;
  readonly refusedAssociations: number;
  /** Stored and not yet imported. */
  readonly waitingInstances: number;
}

export const TRANSFER_STATES = ['queued', 'sending', 'sent', 'failed', 'given-up'] as const;
/** "failed": after the last retry; a click tries again. */
export type TransferState = (typeof TRANSFER_STATES)[number];

/** What of a report is on its way to one node. */
export interface TransferRecord {
  readonly id: string;
  readonly studyId: string;
  readonly analysisId: string | null;
  readonly nodeId: string;
  /** As the node was called then. */
  readonly nodeName: string;
  readonly kinds: readonly SentKind[];
  readonly state: TransferState;
  readonly objectCount: number;
  readonly sentCount: number;
  readonly attempts: number;
  /** Why the last attempt failed; null: it did not. */
  readonly message: string | null;
  readonly createdAt: string;
  /** ISO 8601; null: none is planned. */
  readonly nextAttemptAt: string | null;
  readonly finishedAt: string | null;
  /** null: by an administrator's rule. */
  readonly requestedBy: string | null;
}

/** How what was sent of a study stands: the worst of its newest transfers to each node. */
export type SendingStatus = 'waiting' | 'sent' | 'failed';
