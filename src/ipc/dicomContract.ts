// The DICOM part of the contract: this node and the others, searching and fetching, the modality worklist, sending. Files are
// chosen in the system's dialog by the main process; the page is shown their paths and can name none. Passwords go one way.
import { z } from 'zod';
import { FETCH_WAYS, SEND_WAYS, SENT_KINDS, TRANSFER_STATES } from '../core/domain/dicomNode.ts';
import { batchSettingsSchema } from './batchContract.ts';
import { languageSchema } from './frameContract.ts';
import { drawnSchema, paperSchema } from './reportContract.ts';
import { patientSchema } from './studySchemas.ts';
import { MAX_STUDIES } from './worklistContract.ts';

const id = z.string().min(1).max(64);
const token = z.uuid();
/** PS3.5, 9.1: at most 64 characters, numbers with dots between. */
const uid = z
  .string()
  .max(64)
  .regex(/^[0-9]+(\.[0-9]+)*$/);
/** PS3.5, 6.2: as typed; what an AE title may be is checked where it is kept. */
const aeTitle = z.string().max(64);
const host = z.string().max(255);
const port = z.number().int().min(1).max(65_535);
const line = z.string().max(200);
const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .nullable();
const count = z.number().int();

export const TLS_FILE_USES = ['certificate', 'key', 'authorities'] as const;
/** A PEM file: none, the one that is set, or one that was chosen in the system's dialog since. */
export const fileChoiceSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('kept') }),
  z.object({ kind: z.literal('chosen'), token }),
]);
const tlsChoiceFields = { certificate: fileChoiceSchema, key: fileChoiceSchema, authorities: fileChoiceSchema };
/** Paths, to be read by the user. */
const tlsFileFields = {
  certificateFile: z.string().nullable(),
  keyFile: z.string().nullable(),
  caFile: z.string().nullable(),
};

const callerSchema = z.object({ aeTitle, address: z.string().max(64).nullable() });

/** A rule of the administrator; see ReceivingRule. */
export const ruleSchema = z.object({
  id,
  name: line,
  isOn: z.boolean(),
  when: z.object({
    echoTimeFromS: z.number().min(0).max(10).nullable(),
    echoTimeToS: z.number().min(0).max(10).nullable(),
    sequenceContains: line.nullable(),
    nucleus: z.string().max(16).nullable(),
  }),
  quantify: batchSettingsSchema.nullable(),
  send: z
    .object({ nodeIds: z.array(id).max(100), kinds: z.array(z.enum(SENT_KINDS)).max(SENT_KINDS.length) })
    .nullable(),
});

const ownNodeFields = {
  isReceiving: z.boolean(),
  aeTitle,
  address: z.string().max(64),
  port,
  callers: z.array(callerSchema).max(200),
  quietForS: z.number().int().min(1).max(600),
};

const ownNodeSchema = z.object({
  ...ownNodeFields,
  tls: z.object({ ...tlsFileFields, requiresClientCertificate: z.boolean() }).nullable(),
  rules: z.array(ruleSchema),
});

export const receiverStateSchema = z.object({
  state: z.enum(['off', 'starting', 'listening', 'failed']),
  message: z.string().nullable(),
  associations: count,
  receivedInstances: count,
  refusedAssociations: count,
  waitingInstances: count,
});

const nodeFields = {
  name: line,
  isArchive: z.boolean(),
  isWorklist: z.boolean(),
  fetchBy: z.enum(FETCH_WAYS),
  sendBy: z.enum(SEND_WAYS),
};

/** Another node as the page sees it: whether there is a password, never which. */
const nodeSchema = z.object({
  ...nodeFields,
  id,
  dimse: z.object({ aeTitle, host, port, tls: z.object(tlsFileFields).nullable() }).nullable(),
  web: z
    .object({
      url: z.string(),
      userName: z.string().nullable(),
      hasPassword: z.boolean(),
      caFile: z.string().nullable(),
    })
    .nullable(),
});

const nodeChangeSchema = z.object({
  ...nodeFields,
  /** null: a new one. */
  id: id.nullable(),
  dimse: z.object({ aeTitle, host, port, tls: z.object(tlsChoiceFields).nullable() }).nullable(),
  web: z
    .object({
      url: z.string().max(2000),
      userName: z.string().max(200).nullable(),
      password: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('none') }),
        z.object({ kind: z.literal('kept') }),
        z.object({ kind: z.literal('given'), password: z.string().min(1).max(400) }),
      ]),
      authorities: fileChoiceSchema,
    })
    .nullable(),
});

/** Received instances that could not be imported. */
const strandedSchema = z.object({
  ids: z.array(z.string()),
  callingAeTitle: z.string(),
  sizeBytes: z.number(),
  receivedAt: z.string(),
  reason: z.string(),
});

const dicomStateSchema = z.object({
  own: ownNodeSchema,
  receiver: receiverStateSchema,
  nodes: z.array(nodeSchema),
  /** Addresses that this computer can listen at. */
  interfaces: z.array(z.object({ address: z.string(), name: z.string(), isLoopback: z.boolean() })),
  stranded: z.array(strandedSchema),
});

const queryFields = {
  patientName: line,
  patientId: line,
  accessionNumber: line,
  from: date,
  to: date,
  modality: z.string().max(16).nullable(),
};

const text = z.string().nullable();

const studyMatchSchema = z.object({
  studyInstanceUid: z.string(),
  patientName: text,
  patientId: text,
  birthDate: text,
  sex: text,
  studyDate: text,
  studyTime: text,
  description: text,
  accessionNumber: text,
  modalities: z.array(z.string()),
  seriesCount: count.nullable(),
  instanceCount: count.nullable(),
});

const offeredSeriesSchema = z.object({
  studyInstanceUid: z.string(),
  seriesInstanceUid: z.string(),
  modality: text,
  number: z.number().nullable(),
  description: text,
  instanceCount: count.nullable(),
  sopClassUid: text,
  frameOfReferenceUid: text,
  kind: z.enum(['spectroscopy', 'image', 'raw', 'other']),
  isSuggested: z.boolean(),
  isHere: z.boolean(),
});

const scheduledStepSchema = z.object({
  ...{ patientName: text, patientId: text, birthDate: text, sex: text },
  ...{ accessionNumber: text, studyInstanceUid: text, requestedProcedure: text, referringPhysician: text },
  ...{ modality: text, scheduledDate: text, scheduledTime: text, stationAeTitle: text, description: text },
});

const transferSchema = z.object({
  id,
  studyId: id,
  analysisId: id.nullable(),
  nodeId: z.string(),
  nodeName: z.string(),
  kinds: z.array(z.enum(SENT_KINDS)),
  state: z.enum(TRANSFER_STATES),
  objectCount: count,
  sentCount: count,
  attempts: count,
  message: text,
  createdAt: z.string(),
  nextAttemptAt: text,
  finishedAt: text,
  requestedBy: text,
});

/** Who a study's files say was examined, and what of a request is known of it. */
const identitySchema = z.object({
  patient: patientSchema,
  accessionNumber: text,
  studyInstanceUid: text,
  /** The files name a StudyInstanceUID: it stays. */
  hasOwnUid: z.boolean(),
  isSigned: z.boolean(),
});

/** What stands in the way of sending a study's report, or must be known before. */
const sendableSchema = z.object({
  studyId: id,
  title: z.string(),
  patient: patientSchema,
  studyDate: text,
  /** Why it can't be sent; null: it can. */
  obstacle: text,
  /** Number of the signed version that would go; null: a draft. */
  signedVersion: count.nullable(),
  isGrid: z.boolean(),
  /** Its files name nobody, or a pseudonym of this program. */
  isNameless: z.boolean(),
});

/** Requests about DICOM (see contract.ts, which lists all channels). */
export const DICOM_CHANNELS = {
  'dicom:state': { request: z.object({}), response: dicomStateSchema },
  /** Asks for a PEM file in the system's dialog; null where the user cancelled. */
  'dicom:choose-file': {
    request: z.object({ use: z.enum(TLS_FILE_USES) }),
    response: z.object({ token, path: z.string() }).nullable(),
  },
  /** Keeps the settings of this node and listens by them; the rules stay. */
  'dicom:configure': {
    request: z.object({
      ...ownNodeFields,
      tls: z.object({ ...tlsChoiceFields, requiresClientCertificate: z.boolean() }).nullable(),
    }),
    response: dicomStateSchema,
  },
  'dicom:save-rules': { request: z.object({ rules: z.array(ruleSchema).max(100) }), response: dicomStateSchema },
  'dicom:save-node': { request: nodeChangeSchema, response: dicomStateSchema },
  'dicom:remove-node': { request: z.object({ nodeId: id }), response: dicomStateSchema },
  /** Deletes received instances that can't be imported. */
  'dicom:drop-stranded': {
    request: z.object({ ids: z.array(id).min(1).max(100_000) }),
    response: dicomStateSchema,
  },
  /** C-ECHO, or a request over HTTP. */
  'dicom:test-node': { request: z.object({ nodeId: id }), response: z.object({ elapsedMs: z.number() }) },
  /** null: cancelled. */
  'dicom:find-studies': {
    request: z.object({ token, nodeId: id, query: z.object(queryFields) }),
    response: z.object({ matches: z.array(studyMatchSchema), isCut: z.boolean() }).nullable(),
  },
  'dicom:offered-series': {
    request: z.object({ token, nodeId: id, studyInstanceUid: uid }),
    response: z.array(offeredSeriesSchema).nullable(),
  },
  'dicom:find-scheduled': {
    request: z.object({ token, nodeId: id, query: z.object(queryFields) }),
    response: z.object({ matches: z.array(scheduledStepSchema), isCut: z.boolean() }).nullable(),
  },
  /** Stops a search; nothing happens where it has ended. */
  'dicom:cancel': { request: z.object({ token }), response: z.object({}) },
  /** Fetches studies one after the other; progress and end come as events of the job. */
  'dicom:fetch': {
    request: z.object({
      nodeId: id,
      studies: z
        .array(
          z.object({
            studyInstanceUid: uid,
            /** null: the whole study. */
            seriesInstanceUids: z.array(uid).min(1).max(10_000).nullable(),
          }),
        )
        .min(1)
        .max(200),
    }),
    response: z.object({ jobId: id }),
  },
  'dicom:identity': { request: z.object({ studyId: id }), response: identitySchema },
  /** Takes patient and request of a scheduled step over; a signed study is refused. */
  'dicom:take-over': {
    request: z.object({
      studyId: id,
      patient: z.object({
        name: line.nullable(),
        id: line.nullable(),
        birthDate: date,
        sex: z.string().max(16).nullable(),
      }),
      accessionNumber: z.string().max(64).nullable(),
      studyInstanceUid: uid.nullable(),
    }),
    response: identitySchema,
  },
  'dicom:sendable': {
    request: z.object({ studyIds: z.array(id).min(1).max(1000) }),
    response: z.array(sendableSchema),
  },
  /** Makes the reports' objects and queues them; what can't be made is told, the others go. */
  'dicom:send': {
    request: z.object({
      studyIds: z.array(id).min(1).max(1000),
      /** As it is laid out in the window, for one study; null: as each study's report goes out where nobody has it open. */
      page: z
        .object({
          analysisId: id,
          voxel: z.number().int().min(0),
          withCorrection: z.boolean(),
          drawn: drawnSchema,
          versionId: id.nullable(),
        })
        .nullable(),
      nodeIds: z.array(id).min(1).max(100),
      kinds: z.array(z.enum(SENT_KINDS)).min(1).max(SENT_KINDS.length),
      language: languageSchema,
      paper: paperSchema,
    }),
    response: z.object({
      queued: z.array(transferSchema),
      failures: z.array(z.object({ title: z.string(), message: z.string() })),
    }),
  },
  /** Newest first. */
  'dicom:transfers': {
    request: z.object({ studyId: id.nullable() }),
    response: z.array(transferSchema.extend({ title: z.string() })),
  },
  'dicom:retry': { request: z.object({ transferId: id }), response: transferSchema },
  'dicom:give-up': { request: z.object({ transferId: id }), response: transferSchema },
} as const;

export const DICOM_EVENTS = {
  'dicom:receiver': receiverStateSchema,
  /** Studies that came or grew by what was sent here. */
  'dicom:imported': z.object({
    studyIds: z.array(id).max(MAX_STUDIES),
    problems: z.array(z.string()),
    /** AE titles. */
    senders: z.array(z.string()),
  }),
  /** A rule's work on a study has ended; null: well. */
  'dicom:processed': z.object({ studyId: id, ruleName: z.string(), message: z.string().nullable() }),
  'dicom:transfer': transferSchema,
} as const;

export type DicomStateView = z.infer<typeof dicomStateSchema>;
export type OwnNodeView = z.infer<typeof ownNodeSchema>;
export type RemoteNodeView = z.infer<typeof nodeSchema>;
export type ReceivingRuleView = z.infer<typeof ruleSchema>;
export type ReceiverStateView = z.infer<typeof receiverStateSchema>;
export type StrandedView = z.infer<typeof strandedSchema>;
export type FileChoice = z.infer<typeof fileChoiceSchema>;
export type TlsFileUse = (typeof TLS_FILE_USES)[number];
export type StudyMatchView = z.infer<typeof studyMatchSchema>;
export type OfferedSeriesView = z.infer<typeof offeredSeriesSchema>;
export type ScheduledStepView = z.infer<typeof scheduledStepSchema>;
export type StudyIdentityView = z.infer<typeof identitySchema>;
export type SendableView = z.infer<typeof sendableSchema>;
export type TransferView = z.infer<typeof transferSchema>;
export type ListedTransferView = z.infer<(typeof DICOM_CHANNELS)['dicom:transfers']['response']>[number];
