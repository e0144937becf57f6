// What goes between the main process and the study host (the thread that holds database, pipeline and reports).
import type { AccessRules, LocalUser, Role, UserDescription } from '../core/domain/access.ts';
import type { ErrorRecord } from '../core/domain/errors.ts';
import type { DicomNodeSettings, RemoteNode } from '../core/domain/dicomNode.ts';
import type { DicomReportHeader } from '../core/formats/write/dicomReport.ts';
import type { LoginPurpose } from '../core/ports/accessStore.ts';
import type { NewSignedReport, SignedReportSummary } from '../core/ports/reportStore.ts';
import type {
  ChannelName,
  ChannelRequest,
  ChannelResponse,
  EventName,
  EventPayload,
  ExportResultView,
  FrameChannel,
  ImportResultView,
  ReportFormat,
  ReportPaper,
  TlsFileUse,
} from '../ipc/contract.ts';
import type { ActingUser } from './acting.ts';
import type { Look } from './accessSession.ts';
import type { SealedFiles } from '../node/files/programFiles.ts';
import type { ResourceManifest } from '../node/files/releasedFiles.ts';
import type { DeepReadonly } from './registrar.ts';
import type { TableFormat } from './studiesTable.ts';

/** Channels that need Electron: dialogs, printing, versions. The host answers all others. */
export type MainChannel =
  | FrameChannel
  | AccessChannel
  | 'app:info'
  | 'worklist:save-ratios'
  | 'batch:save-ratios'
  | 'import:inspect'
  | 'export:study'
  | 'export:reports'
  | 'export:cancel'
  | 'export:show'
  | 'dicom:choose-file'
  | 'dicom:configure'
  | 'dicom:save-node'
  | 'basis:import'
  | 'basis:waveform'
  | 'basis:export'
  | 'fit:prior-knowledge'
  | 'comparison:save'
  | 'lcmodel:choose'
  | 'lcmodel:import'
  | 'maps:export'
  | 'report:export'
  | 'report:print'
  | 'report:sign'
  | 'ranges:import'
  | 'ranges:export';
/** Who is at the window is known in the main process alone. */
export type AccessChannel = Extract<ChannelName, `access:${string}`>;
export type HostChannel = Exclude<ChannelName, MainChannel>;

/** A report's content, and what a DICOM file says around it. */
export interface ReportContent {
  /** HTML, CSV or JSON. */
  readonly text: string;
  /** Of a signed version what was signed; otherwise it is printed from the HTML. */
  readonly pdf: Uint8Array | null;
  /** Without extension. */
  readonly suggestedName: string;
  readonly dicom: Omit<DicomReportHeader, 'uid'>;
}

/** The report of one of several studies. */
export interface StudyReportContent extends ReportContent {
  readonly analysisId: string;
}

/** A PEM file as it is kept: none, the one that is set, or one that the user chose in the system's dialog. */
export type ChosenFile =
  { readonly kind: 'none' } | { readonly kind: 'kept' } | { readonly kind: 'file'; readonly path: string };
export type ChosenTlsFiles = Readonly<Record<TlsFileUse, ChosenFile>>;

/** Requests of the main process itself. */
export interface InternalRequests {
  /** A report as it goes to disk; PDF and picture are printed from its HTML. */
  readonly 'host:report': {
    readonly request: ChannelRequest<'report:export'>;
    readonly response: ReportContent;
  };
  readonly 'host:record-report': {
    readonly request: { readonly analysisId: string; readonly format: ReportFormat; readonly sha256: string };
    readonly response: null;
  };
  /** The version that is about to be signed, without its PDF. */
  readonly 'host:prepare-signing': {
    readonly request: ChannelRequest<'report:sign'>;
    readonly response: Omit<NewSignedReport, 'pdf'>;
  };
  readonly 'host:store-signed': { readonly request: NewSignedReport; readonly response: SignedReportSummary };
  /** Takes in a table of reference ranges that the user chose. */
  readonly 'host:import-ranges': {
    readonly request: { readonly path: string };
    readonly response: DeepReadonly<NonNullable<ChannelResponse<'ranges:import'>>>;
  };
  readonly 'host:ranges-table': { readonly request: null; readonly response: string };
  /** Exports into a new folder within `parent`, which the user chose; null where it was cancelled. */
  readonly 'host:export-study': {
    readonly request: ChannelRequest<'export:study'> & { readonly parent: string };
    readonly response: { readonly folder: string; readonly result: DeepReadonly<ExportResultView> } | null;
  };
  /** Stops it; nothing happens where it has ended. */
  readonly 'host:cancel-export': { readonly request: ChannelRequest<'export:cancel'>; readonly response: null };
  /** A study's report as it was last looked at, or as it was signed. */
  readonly 'host:study-report': {
    readonly request: Omit<ChannelRequest<'export:reports'>, 'token' | 'studyIds'> & { readonly studyId: string };
    readonly response: StudyReportContent;
  };
  /** What a study is called; its id where it is gone. */
  readonly 'host:study-title': { readonly request: { readonly studyId: string }; readonly response: string };
  /** Writes the maps of an analysis into a new folder within `parent`, which the user chose. */
  readonly 'host:export-maps': {
    readonly request: ChannelRequest<'maps:export'> & { readonly parent: string };
    readonly response: DeepReadonly<NonNullable<ChannelResponse<'maps:export'>>>;
  };
  /** Results of many studies as one table. */
  readonly 'host:worklist-table': {
    readonly request: ChannelRequest<'worklist:save-ratios'> & { readonly format: TableFormat };
    readonly response: string;
  };
  readonly 'host:batch-table': {
    readonly request: ChannelRequest<'batch:save-ratios'> & { readonly format: TableFormat };
    readonly response: string;
  };
  /** Takes a user's basis set in. */
  readonly 'host:add-basis': {
    readonly request: { readonly paths: readonly string[] };
    readonly response: DeepReadonly<NonNullable<ChannelResponse<'basis:import'>>>;
  };
  /** A basis set as files to be saved. */
  readonly 'host:basis-files': {
    readonly request: ChannelRequest<'basis:export'>;
    readonly response: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  };
  /** Reads a pulse waveform that the user chose. */
  readonly 'host:read-waveform': {
    readonly request: { readonly path: string };
    readonly response: DeepReadonly<NonNullable<ChannelResponse<'basis:waveform'>>>;
  };
  /** Reads prior knowledge that the user chose, for a scan. */
  readonly 'host:read-prior-knowledge': {
    readonly request: { readonly path: string; readonly datasetId: string };
    readonly response: DeepReadonly<NonNullable<ChannelResponse<'fit:prior-knowledge'>>>;
  };
  /** Keeps the executable that the user chose. */
  readonly 'host:set-lcmodel': {
    readonly request: { readonly path: string };
    readonly response: DeepReadonly<NonNullable<ChannelResponse<'lcmodel:choose'>>>;
  };
  /** Reads the results that the user chose. */
  readonly 'host:import-lcmodel': {
    readonly request: { readonly datasetId: string; readonly paths: readonly string[] };
    readonly response: DeepReadonly<NonNullable<ChannelResponse<'lcmodel:import'>>>;
  };
  /** Keeps this node's settings, with the files that the user chose, and listens by them. */
  readonly 'host:dicom-configure': {
    readonly request: Omit<DicomNodeSettings, 'rules' | 'tls'> & {
      readonly tls: (ChosenTlsFiles & { readonly requiresClientCertificate: boolean }) | null;
    };
    readonly response: DeepReadonly<ChannelResponse<'dicom:configure'>>;
  };
  /** Adds another node, or changes one, with the files that the user chose. */
  readonly 'host:dicom-save-node': {
    readonly request: Omit<RemoteNode, 'id' | 'dimse' | 'web'> & {
      readonly id: string | null;
      readonly dimse: (Omit<NonNullable<RemoteNode['dimse']>, 'tls'> & { readonly tls: ChosenTlsFiles | null }) | null;
      readonly web:
        | (Pick<NonNullable<RemoteNode['web']>, 'url' | 'userName'> & {
            readonly password: NonNullable<ChannelRequest<'dicom:save-node'>['web']>['password'];
            readonly authorities: ChosenFile;
          })
        | null;
    };
    readonly response: DeepReadonly<ChannelResponse<'dicom:save-node'>>;
  };
  /** The rules of access, and how the window looks before anyone has logged in. */
  readonly 'host:access': {
    readonly request: null;
    readonly response: { readonly rules: AccessRules; readonly look: Look };
  };
  /** @throws AccessError LOGIN_REFUSED */
  readonly 'host:check-login': {
    readonly request: { readonly name: string; readonly password: string; readonly purpose: LoginPurpose };
    readonly response: LocalUser;
  };
  readonly 'host:record-leaving': {
    readonly request: { readonly userId: string; readonly how: 'lock' | 'idleLock' | 'logout' };
    readonly response: null;
  };
  readonly 'host:set-access-rules': { readonly request: AccessRules; readonly response: AccessRules };
  readonly 'host:list-users': { readonly request: null; readonly response: LocalUser[] };
  readonly 'host:add-user': {
    readonly request: UserDescription & { readonly password: string; readonly mustChangePassword: boolean };
    readonly response: LocalUser;
  };
  readonly 'host:change-user': {
    readonly request: {
      readonly id: string;
      readonly fullName: string;
      readonly role: Role;
      readonly isDisabled: boolean;
    };
    readonly response: LocalUser;
  };
  readonly 'host:set-password': {
    readonly request: { readonly id: string; readonly password: string; readonly mustChangePassword: boolean };
    readonly response: LocalUser;
  };
  /** Cancels jobs, ends the workers, closes the database. */
  readonly 'host:close': { readonly request: null; readonly response: null };
}

export type HostRequestName = HostChannel | keyof InternalRequests;
export type HostRequest<N extends HostRequestName> = N extends HostChannel
  ? ChannelRequest<N>
  : N extends keyof InternalRequests
    ? InternalRequests[N]['request']
    : never;
export type HostResponse<N extends HostRequestName> = N extends HostChannel
  ? DeepReadonly<ChannelResponse<N>>
  : N extends keyof InternalRequests
    ? InternalRequests[N]['response']
    : never;

export type HostHandlers = {
  readonly [N in HostRequestName]: (request: HostRequest<N>) => HostResponse<N> | Promise<HostResponse<N>>;
};

/** What the host is started with (workerData). */
export interface HostStart {
  readonly database: string;
  /** Of the database; null: it is not encrypted and stays so (benchmarks). */
  readonly databaseKey: string | null;
  readonly resources: string;
  /** Of models and basis sets, as the main file inside the archive holds it; null in a build without one. */
  readonly manifest: ResourceManifest | null;
  /** Folder of the user's own basis sets. */
  readonly userBases: string;
  /** Folder of the bundled worker files. */
  readonly workers: string;
  /** Files to compare before the first network is run; null or absent: none. */
  readonly inferenceRuntime?: SealedFiles | null;
  readonly appVersion: string;
}

export interface ToHost {
  readonly id: number;
  readonly name: HostRequestName;
  readonly request: unknown;
  /** In whose name; null: nobody has logged in. */
  readonly user: ActingUser | null;
}

/** A report's page to be printed: as PDF, or its first page as PNG. */
export interface PrintRequest {
  readonly html: string;
  readonly paper: ReportPaper;
  readonly as: 'pdf' | 'png';
}

/** The main process's answer to what the host asked. */
export type ToHostAnswer = { readonly answerTo: number } & (
  { readonly ok: true; readonly value: Uint8Array } | { readonly ok: false; readonly error: ErrorRecord }
);

export type FromHost =
  | { readonly kind: 'ready'; readonly threads: number }
  /** The database could not be opened; the host ends. */
  | { readonly kind: 'unusable'; readonly error: ErrorRecord }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly error: ErrorRecord }
  /** The other way round: what only the main process can do. */
  | { readonly kind: 'ask'; readonly id: number; readonly name: 'print'; readonly request: PrintRequest }
  | { readonly kind: 'event'; readonly event: EventName; readonly payload: DeepReadonly<EventPayload<EventName>> };

export type ImportOutcomeView = DeepReadonly<ImportResultView>;
