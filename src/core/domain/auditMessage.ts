// An entry of the audit trail as an audit message of DICOM and IHE ATNA.
// Schema: DICOM PS3.15 A.5.1 (from RFC 3881); events: A.5.3; codes: PS3.16 CID 400 to 405.
import type { AuditEntry, AuditKind } from './audit.ts';

interface Code {
  readonly code: string;
  readonly system: string;
  readonly meaning: string;
}

interface EventCodes {
  readonly id: Code;
  readonly type: Code | null;
  /** Create, read, update, delete, execute. */
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E';
  /** Role of the user in the event, where its definition wants one. */
  readonly role: Code | null;
  /** Role of the files that are read or written. */
  readonly media: Code | null;
}

const dcm = (code: string, meaning: string): Code => ({ code, system: 'DCM', meaning });

const plain = { type: null, role: null, media: null };
const EVENTS: Readonly<Record<AuditKind, EventCodes>> = {
  import: {
    id: dcm('110107', 'Import'),
    type: null,
    action: 'C',
    role: dcm('110152', 'Destination Role ID'),
    media: dcm('110155', 'Source Media'),
  },
  view: { ...plain, id: dcm('110103', 'DICOM Instances Accessed'), action: 'R' },
  process: { ...plain, id: dcm('110111', 'Procedure Record'), action: 'U' },
  sign: { ...plain, id: dcm('110111', 'Procedure Record'), action: 'U' },
  export: {
    id: dcm('110106', 'Export'),
    type: null,
    action: 'R',
    role: dcm('110153', 'Source Role ID'),
    media: dcm('110154', 'Destination Media'),
  },
  delete: { ...plain, id: dcm('110105', 'DICOM Study Deleted'), action: 'D' },
  settings: {
    ...plain,
    id: dcm('110113', 'Security Alert'),
    type: dcm('110131', 'Software Configuration'),
    action: 'E',
  },
  login: { ...plain, id: dcm('110114', 'User Authentication'), type: dcm('110122', 'Login'), action: 'E' },
};
/** Of a user who leaves, for good or under a lock. */
const LOGOUT: EventCodes = { ...EVENTS.login, type: dcm('110123', 'Logout') };
const LEAVING: readonly string[] = ['logout', 'lock', 'idleLock'];
/** PS3.15, A.5.3.6, A.5.3.7, A.5.3.3, A.5.3.10: what went over the DICOM network. */
const DICOM_EVENTS: Readonly<Record<string, EventCodes>> = {
  association: { ...plain, id: dcm('110104', 'DICOM Instances Transferred'), action: 'C' },
  received: { ...plain, id: dcm('110104', 'DICOM Instances Transferred'), action: 'C' },
  fetched: { ...plain, id: dcm('110104', 'DICOM Instances Transferred'), action: 'C' },
  query: { ...plain, id: dcm('110112', 'Query'), action: 'E' },
  transferQueued: { ...plain, id: dcm('110102', 'Begin Transferring DICOM Instances'), action: 'E' },
  transferSent: { ...plain, id: dcm('110104', 'DICOM Instances Transferred'), action: 'R' },
  transferFailed: { ...plain, id: dcm('110104', 'DICOM Instances Transferred'), action: 'R' },
  transferGivenUp: { ...plain, id: dcm('110104', 'DICOM Instances Transferred'), action: 'R' },
  associationRefused: {
    ...plain,
    id: dcm('110113', 'Security Alert'),
    type: dcm('110126', 'Node Authentication'),
    action: 'E',
  },
};
/** What did not come about. */
const FAILED_ACTIONS: readonly string[] = ['refused', 'associationRefused', 'transferFailed', 'transferGivenUp'];
const AUDIT_LOG_USED: EventCodes = { ...plain, id: dcm('110101', 'Audit Log Used'), action: 'R' };

const APPLICATION = dcm('110150', 'Application');
/** CID 405: files that are named by a URI. */
const MEDIA_TYPE = dcm('110038', 'URI');
const PATIENT_NUMBER: Code = { code: '2', system: 'RFC-3881', meaning: 'Patient Number' };
const URI: Code = { code: '12', system: 'RFC-3881', meaning: 'URI' };

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML 1.0 doesn't allow is left out. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join('');
}

const coded = (element: string, { code, system, meaning }: Code): string =>
  `<${element}${attributes({ 'csd-code': code, codeSystemName: system, originalText: meaning })}/>`;

function eventIdentification(entry: AuditEntry, { id, type, action }: EventCodes): string {
  // RFC 3881: 4 is a minor failure, such as a wrong password.
  const outcome = FAILED_ACTIONS.includes(entry.action) ? '4' : '0';
  const values = { EventActionCode: action, EventDateTime: entry.at, EventOutcomeIndicator: outcome };
  const types = type === null ? '' : coded('EventTypeCode', type);
  return `<EventIdentification${attributes(values)}>${coded('EventID', id)}${types}</EventIdentification>`;
}

function participants(entry: AuditEntry, { role, media }: EventCodes): string {
  const one = (userId: string, isRequestor: boolean, content: string): string =>
    `<ActiveParticipant${attributes({ UserID: userId, UserIsRequestor: String(isRequestor) })}>${content}</ActiveParticipant>`;
  const files =
    media === null
      ? ''
      : one('file:', false, `${coded('RoleIDCode', media)}<MediaIdentifier>${coded('MediaType', MEDIA_TYPE)}</MediaIdentifier>`); // prettier-ignore
  return [
    one(entry.user, true, role === null ? '' : coded('RoleIDCode', role)),
    one(`${entry.program} ${entry.version}`, false, coded('RoleIDCode', APPLICATION)),
    files,
  ].join('');
}

/** The alert's subject is the program itself; a deletion's studies are gone for good. */
function objects(entry: AuditEntry, base64: (text: string) => string): string {
  const lifeCycles: Partial<Record<AuditKind, string>> = { import: '2', view: '6', process: '8', sign: '9', export: '10', delete: '15' }; // prettier-ignore
  const lifeCycle = lifeCycles[entry.kind];
  const details = ['action', 'details', 'sequence', 'sha256'] as const;
  const detail = details
    .map((name) => {
      const value = entry[name];
      const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
      return `<ParticipantObjectDetail${attributes({ type: name, value: base64(text) })}/>`;
    })
    .join('');
  const object = (values: Record<string, string>, type: Code, name: string, content: string): string =>
    `<ParticipantObjectIdentification${attributes(values)}>${coded('ParticipantObjectIDTypeCode', type)}<ParticipantObjectName>${escaped(name)}</ParticipantObjectName>${content}</ParticipantObjectIdentification>`;
  const subject = entry.studyId === null ? 'urn:lineshape:settings' : `urn:uuid:${entry.studyId}`;
  const subjectValues = {
    ParticipantObjectID: subject,
    ParticipantObjectTypeCode: '2',
    ParticipantObjectTypeCodeRole: entry.studyId === null ? '13' : '3',
    ...(lifeCycle === undefined ? {} : { ParticipantObjectDataLifeCycle: lifeCycle }),
  };
  const patient =
    entry.patient === null
      ? ''
      : object(
          { ParticipantObjectID: entry.patient, ParticipantObjectTypeCode: '1', ParticipantObjectTypeCodeRole: '1' },
          PATIENT_NUMBER,
          entry.patient,
          '',
        );
  return `${object(subjectValues, URI, `${entry.kind} ${entry.action}`, detail)}${patient}`;
}

function codesOf({ kind, action }: AuditEntry): EventCodes {
  if (action === 'auditTrail') return AUDIT_LOG_USED;
  const overNetwork = DICOM_EVENTS[action];
  if (overNetwork !== undefined) return overNetwork;
  return kind === 'login' && LEAVING.includes(action) ? LOGOUT : EVENTS[kind];
}

/**
 * @param entry of the audit trail
 * @param sourceId names this installation
 * @param base64 of a text's UTF-8
 * @returns the message as XML on one line, as syslog carries it
 */
export function auditMessageXml(entry: AuditEntry, sourceId: string, base64: (text: string) => string): string {
  const codes = codesOf(entry);
  const source = `<AuditSourceIdentification${attributes({ AuditSourceID: sourceId })}><AuditSourceTypeCode csd-code="1"/></AuditSourceIdentification>`;
  return `<?xml version="1.0" encoding="UTF-8"?><AuditMessage>${eventIdentification(entry, codes)}${participants(entry, codes)}${source}${objects(entry, base64)}</AuditMessage>`;
}
