// The audit trail: entries chained by SHA-256, added in the transaction of what they tell of.
import type { AuditEntry, AuditEvent, AuditVerdict } from '../../core/domain/audit.ts';
import type { JsonObject, JsonValue } from '../../core/domain/json.ts';
import { canonicalJson, sha256Hex } from '../files/hashing.ts';
import type { RowReader } from './connection.ts';
import { pseudonymOf } from './pseudonyms.ts';
import { readSetting, writeSetting } from './settingRows.ts';
import { decodeStored } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';

const BEFORE_THE_FIRST = '0'.repeat(64);
const COLUMNS = 'sequence, at, kind, study_id, entry, sha256';
/** Entries read at once. */
const BATCH = 1000;

/**
 * Adds an entry. Inside a transaction it is there exactly if what it tells of is.
 * @param user who did it; by default whoever is at work
 */
export function recordAudit(context: StoreContext, event: AuditEvent, user = context.actor.user): AuditEntry {
  const { connection, actor } = context;
  return connection.transaction(() => {
    const last = connection.get('SELECT sequence, sha256 FROM audit_entries ORDER BY sequence DESC LIMIT 1');
    const content = {
      ...{ sequence: (last?.number('sequence') ?? 0) + 1, at: context.now() },
      ...{ kind: event.kind, action: event.action, studyId: event.studyId, details: event.details },
      ...{ user, program: actor.program, version: actor.version },
      patient: event.studyId === null ? null : patientOf(context, event.studyId),
      previousSha256: last?.text('sha256') ?? BEFORE_THE_FIRST,
    };
    const entry = canonicalJson(content);
    const sha256 = sha256Hex(entry);
    connection.run(`INSERT INTO audit_entries (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`, [
      content.sequence,
      content.at,
      content.kind,
      content.studyId,
      entry,
      sha256,
    ]);
    return { ...content, sha256 };
  });
}

/** The patient's pseudonym; null where the study isn't there (any more) or its files name nobody. */
function patientOf({ connection }: StoreContext, studyId: string): string | null {
  const row = connection.get(
    'SELECT patient_id, name, birth_date FROM studies JOIN patients ON patients.id = studies.patient WHERE studies.id = ?',
    [studyId],
  );
  const identity = { id: row?.textOrNull('patient_id') ?? null, name: row?.textOrNull('name') ?? null };
  if (row === null || (identity.id === null && identity.name === null)) return null;
  const store = {
    getSetting: (key: string) => readSetting(connection, key),
    setSetting: (key: string, value: string) => writeSetting(connection, key, value),
  };
  const patient = { ...identity, birthDate: row.textOrNull('birth_date'), sex: null, ageYears: null, weightKg: null };
  return pseudonymOf(store, patient, new Uint8Array()).pseudonym;
}

/** In their order. @param from sequence number of the first */
export function listAudit({ connection }: StoreContext, from = 1, count = Number.MAX_SAFE_INTEGER): AuditEntry[] {
  return connection
    .all(`SELECT ${COLUMNS} FROM audit_entries WHERE sequence >= ? ORDER BY sequence LIMIT ?`, [from, count])
    .map((row) => decodeStored(connection, 'an audit entry', () => auditEntry(row)));
}

function auditEntry(row: RowReader): AuditEntry {
  return { ...(JSON.parse(row.text('entry')) as Omit<AuditEntry, 'sha256'>), sha256: row.text('sha256') };
}

/** Goes through the whole chain, and names the first link that isn't right. */
export function verifyAudit({ connection }: StoreContext): AuditVerdict {
  let [entries, head, clockSetBack, lastAt] = [0, BEFORE_THE_FIRST, 0, ''];
  for (let from = 1; ; from += BATCH) {
    const rows = connection.all(`SELECT ${COLUMNS} FROM audit_entries WHERE sequence >= ? ORDER BY sequence LIMIT ?`, [
      from,
      BATCH,
    ]);
    for (const row of rows) {
      const reason = brokenLink(row, entries + 1, head);
      if (reason !== null) {
        return { entries, head, firstBroken: { sequence: row.number('sequence'), reason }, clockSetBack };
      }
      entries++;
      head = row.text('sha256');
      if (row.text('at') < lastAt) clockSetBack++;
      lastAt = row.text('at');
    }
    if (rows.length < BATCH) return { entries, head: entries === 0 ? null : head, firstBroken: null, clockSetBack };
  }
}

/** @returns what is wrong with an entry; null: nothing */
function brokenLink(row: RowReader, sequence: number, previous: string): string | null {
  if (row.number('sequence') !== sequence) return `entry ${sequence} is missing`;
  const text = row.text('entry');
  if (sha256Hex(text) !== row.text('sha256')) return 'its content is not what its hash was taken of';
  const content = JSON.parse(text) as JsonObject;
  if (content['previousSha256'] !== previous) return 'it does not follow the entry before it';
  const repeated: Readonly<Record<string, JsonValue>> = {
    sequence,
    at: row.text('at'),
    kind: row.text('kind'),
    studyId: row.textOrNull('study_id'),
  };
  const differing = Object.keys(repeated).find((name) => content[name] !== repeated[name]);
  return differing === undefined ? null : `its column for ${differing} is not what the entry says`;
}
