// What is on its way to other DICOM nodes, with the objects' bytes until the node has them. Objects keep their SOP Instance
// UID, so that one sent twice, because a crash came before it was noted, is the same object there.
import type { SendingStatus, SentKind, TransferRecord, TransferState } from '../../core/domain/dicomNode.ts';
import { UsageError } from '../../core/domain/errors.ts';
import type { SentObject, SentVerdict } from '../../core/ports/dicomNetwork.ts';
import type { NewTransfer } from '../../core/ports/dicomStore.ts';
import { sha256Hex } from '../files/hashing.ts';
import { recordAudit } from './auditTrail.ts';
import type { RowReader } from './connection.ts';
import { BY_RULE } from './dicomRuleRuns.ts';
import { corruptError } from './sqliteErrors.ts';
import { decodeStored, notFound } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';

const RECORD = `
SELECT dicom_transfers.*,
  (SELECT count(*) FROM dicom_transfer_objects WHERE transfer_id = dicom_transfers.id) AS object_count,
  (SELECT count(*) FROM dicom_transfer_objects WHERE transfer_id = dicom_transfers.id AND sent_at IS NOT NULL) AS sent_count
FROM dicom_transfers`;

function transferRecord({ connection }: StoreContext, row: RowReader): TransferRecord {
  return {
    id: row.text('id'),
    studyId: row.text('study_id'),
    analysisId: row.textOrNull('analysis_id'),
    nodeId: row.text('node_id'),
    nodeName: row.text('node_name'),
    kinds: decodeStored(connection, 'a transfer', () => JSON.parse(row.text('kinds')) as SentKind[]),
    state: row.text('state') as TransferState,
    objectCount: row.number('object_count'),
    sentCount: row.number('sent_count'),
    attempts: row.number('attempts'),
    message: row.textOrNull('message'),
    createdAt: row.text('created_at'),
    nextAttemptAt: row.textOrNull('next_attempt_at'),
    finishedAt: row.textOrNull('finished_at'),
    requestedBy: row.textOrNull('requested_by'),
  };
}

function getTransfer(context: StoreContext, id: string): TransferRecord {
  const row = context.connection.get(`${RECORD} WHERE id = ?`, [id]);
  if (row === null) throw notFound('transfer', id);
  return transferRecord(context, row);
}

/** Objects stand by the hashes of their UIDs, which a de-identified study's UIDs could be traced by. */
function audit(context: StoreContext, action: string, transfer: TransferRecord): void {
  const { id, studyId, analysisId, nodeId, kinds, sentCount, objectCount, attempts } = transfer;
  const { connection } = context;
  const node = connection.get('SELECT called_ae_title FROM dicom_transfers WHERE id = ?', [id]);
  const objects = connection
    .all('SELECT sop_instance_uid FROM dicom_transfer_objects WHERE transfer_id = ? ORDER BY row', [id])
    .map((row) => sha256Hex(row.text('sop_instance_uid')));
  const details = {
    ...{ transferId: id, analysisId, nodeId, calledAeTitle: node?.textOrNull('called_ae_title') ?? null },
    ...{ kinds: [...kinds], sentCount, objectCount, attempts, sopInstanceUidSha256: objects },
  };
  recordAudit(context, { kind: 'export', action, studyId, details }, transfer.requestedBy ?? BY_RULE);
}

/** Durable when it returns. */
export function queueTransfer(context: StoreContext, transfer: NewTransfer): TransferRecord {
  const { connection } = context;
  const { studyId, analysisId, node, kinds, objects, requestedBy } = transfer;
  return connection.transaction(() => {
    if (connection.get('SELECT id FROM studies WHERE id = ?', [studyId]) === null) throw notFound('study', studyId);
    const [id, now] = [context.newId(), context.now()];
    connection.run(
      `INSERT INTO dicom_transfers (id, study_id, analysis_id, node_id, node_name, called_ae_title, kinds, state,
         requested_by, created_at, next_attempt_at) VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?)`,
      [
        ...[id, studyId, analysisId, node.id, node.name, node.dimse?.aeTitle ?? null, JSON.stringify(kinds)],
        ...[requestedBy, now, now],
      ],
    );
    objects.forEach((object) => insertObject(context, id, object));
    const record = getTransfer(context, id);
    audit(context, 'transferQueued', record);
    return record;
  });
}

function insertObject({ connection }: StoreContext, transferId: string, object: SentObject): void {
  connection.run(
    `INSERT INTO dicom_transfer_objects (transfer_id, sop_class_uid, sop_instance_uid, transfer_syntax_uid, sha256, bytes)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [
      ...[transferId, object.sopClassUid, object.sopInstanceUid, object.transferSyntaxUid],
      ...[sha256Hex(object.bytes), object.bytes],
    ],
  );
}

/** Newest first. @param studyId null: all */
export function listTransfers(context: StoreContext, studyId: string | null, limit: number): TransferRecord[] {
  return context.connection
    .all(`${RECORD} WHERE study_id = coalesce(?, study_id) ORDER BY row DESC LIMIT ?`, [studyId, limit])
    .map((row) => transferRecord(context, row));
}

/** What a click put first, then the oldest. */
export function dueTransfers(context: StoreContext, now: string): TransferRecord[] {
  return context.connection
    .all(`${RECORD} WHERE state = 'queued' AND next_attempt_at <= ? ORDER BY comes_first DESC, row`, [now])
    .map((row) => transferRecord(context, row));
}

/** When the next queued one is to be tried; null: none is queued. */
export function nextTransferAt({ connection }: StoreContext): string | null {
  const row = connection.get("SELECT min(next_attempt_at) AS at FROM dicom_transfers WHERE state = 'queued'");
  return row?.textOrNull('at') ?? null;
}

/** @throws StudyDbError STUDY_DB_CORRUPT where an object isn't what was queued */
export function unsentObjects({ connection }: StoreContext, transferId: string): SentObject[] {
  return connection
    .all(
      `SELECT sop_class_uid, sop_instance_uid, transfer_syntax_uid, sha256, bytes FROM dicom_transfer_objects
       WHERE transfer_id = ? AND sent_at IS NULL AND bytes IS NOT NULL ORDER BY row`,
      [transferId],
    )
    .map((row) => {
      const bytes = row.blob('bytes');
      if (sha256Hex(bytes) !== row.text('sha256')) {
        throw corruptError(connection.fileName, 'an object that is to be sent has changed in it');
      }
      return {
        sopClassUid: row.text('sop_class_uid'),
        sopInstanceUid: row.text('sop_instance_uid'),
        transferSyntaxUid: row.text('transfer_syntax_uid'),
        bytes,
      };
    });
}

/** @throws StudyDbError NOT_FOUND, also where another program is sending it */
export function beginAttempt(context: StoreContext, transferId: string): TransferRecord {
  const changed = context.connection.run(
    `UPDATE dicom_transfers SET state = 'sending', attempts = attempts + 1, round_attempts = round_attempts + 1,
       comes_first = 0, next_attempt_at = NULL WHERE id = ? AND state = 'queued'`,
    [transferId],
  );
  if (changed === 0) throw notFound('transfer', transferId);
  return getTransfer(context, transferId);
}

/** Attempts since it was queued or somebody clicked "try again". */
export function attemptsOfRound({ connection }: StoreContext, transferId: string): number {
  const row = connection.get('SELECT round_attempts FROM dicom_transfers WHERE id = ?', [transferId]);
  return row?.number('round_attempts') ?? 0;
}

/**
 * One that was given up meanwhile stays so.
 * @param retryAt null: no further attempt by itself
 * @throws StudyDbError NOT_FOUND
 */
export function endAttempt(
  context: StoreContext,
  transferId: string,
  verdicts: ReadonlyMap<string, SentVerdict>,
  message: string | null,
  retryAt: string | null,
): TransferRecord {
  const { connection } = context;
  return connection.transaction(() => {
    const now = context.now();
    for (const [sopInstanceUid, verdict] of verdicts) {
      if (verdict !== null) continue;
      connection.run(
        'UPDATE dicom_transfer_objects SET sent_at = ?, bytes = NULL WHERE transfer_id = ? AND sop_instance_uid = ?',
        [now, transferId, sopInstanceUid],
      );
    }
    const before = getTransfer(context, transferId);
    if (before.state !== 'sending') return before;
    const isSent = before.sentCount === before.objectCount;
    const state: TransferState = isSent ? 'sent' : retryAt === null ? 'failed' : 'queued';
    connection.run(
      'UPDATE dicom_transfers SET state = ?, message = ?, next_attempt_at = ?, finished_at = ? WHERE id = ?',
      [...[state, isSent ? null : message, isSent ? null : retryAt], ...[state === 'queued' ? null : now, transferId]],
    );
    const after = getTransfer(context, transferId);
    if (state !== 'queued') audit(context, isSent ? 'transferSent' : 'transferFailed', after);
    return after;
  });
}

/** @throws StudyDbError NOT_FOUND; UsageError where there is nothing to try again */
export function retryTransfer(context: StoreContext, transferId: string): TransferRecord {
  const { connection } = context;
  return connection.transaction(() => {
    const { state } = getTransfer(context, transferId);
    if (state === 'sending') throw new UsageError('This transfer is being sent.');
    if (state !== 'failed' && state !== 'queued') throw new UsageError('This transfer has ended.');
    connection.run(
      `UPDATE dicom_transfers SET state = 'queued', round_attempts = 0, comes_first = 1, next_attempt_at = ?,
         finished_at = NULL WHERE id = ?`,
      [context.now(), transferId],
    );
    return getTransfer(context, transferId);
  });
}

/** Its objects are deleted. @throws StudyDbError NOT_FOUND; UsageError where it was sent */
export function giveUpTransfer(context: StoreContext, transferId: string): TransferRecord {
  const { connection } = context;
  return connection.transaction(() => {
    const { state } = getTransfer(context, transferId);
    if (state === 'sent') throw new UsageError('This transfer was sent already.');
    if (state === 'given-up') return getTransfer(context, transferId);
    connection.run('UPDATE dicom_transfer_objects SET bytes = NULL WHERE transfer_id = ?', [transferId]);
    connection.run(
      "UPDATE dicom_transfers SET state = 'given-up', next_attempt_at = NULL, finished_at = ? WHERE id = ?",
      [context.now(), transferId],
    );
    const record = getTransfer(context, transferId);
    audit(context, 'transferGivenUp', record);
    return record;
  });
}

/** What a crash left as sending is queued again. @returns how many there were */
export function requeueAbandoned({ connection, now }: StoreContext): number {
  return connection.run("UPDATE dicom_transfers SET state = 'queued', next_attempt_at = ? WHERE state = 'sending'", [
    now(),
  ]);
}

const STATUS: Readonly<Record<TransferState, SendingStatus | null>> = {
  queued: 'waiting',
  sending: 'waiting',
  sent: 'sent',
  failed: 'failed',
  'given-up': null,
};
const FROM_WORST: readonly SendingStatus[] = ['failed', 'waiting', 'sent'];

/** The worst of each study's newest transfers to each node; given-up ones say nothing. */
export function sendingStatus(
  { connection }: StoreContext,
  studyIds: readonly string[],
): ReadonlyMap<string, SendingStatus> {
  const found = new Map<string, SendingStatus>();
  for (const studyId of studyIds) {
    const statuses = connection
      .all(
        `SELECT state FROM dicom_transfers WHERE row IN
           (SELECT max(row) FROM dicom_transfers WHERE study_id = ? GROUP BY node_id)`,
        [studyId],
      )
      .flatMap((row) => STATUS[row.text('state') as TransferState] ?? []);
    const worst = FROM_WORST.find((status) => statuses.includes(status));
    if (worst !== undefined) found.set(studyId, worst);
  }
  return found;
}

/** @returns ids of transfers with an unsent object that isn't what was queued */
export function changedObjects(context: StoreContext): { checked: number; wrong: string[] } {
  const rows = context.connection.all(
    'SELECT row, transfer_id, sha256, bytes FROM dicom_transfer_objects WHERE bytes IS NOT NULL ORDER BY row',
  );
  const wrong = rows.filter((row) => sha256Hex(row.blob('bytes')) !== row.text('sha256'));
  return { checked: rows.length, wrong: wrong.map((row) => row.text('transfer_id')) };
}
