// Received DICOM instances: kept with their bytes, each in a transaction of its own that is on disk before the sender hears
// of success, until a study is made of them.
import { StudyDbError } from '../../core/domain/errors.ts';
import type { ReceivedInstance } from '../../core/domain/dicomNode.ts';
import type { WaitingInstance, WaitingStudy } from '../../core/ports/dicomStore.ts';
import type { DatasetRecord, ImportOutcome, NewStudy, ReceivedImport } from '../../core/ports/studyStore.ts';
import { sha256Hex } from '../files/hashing.ts';
import { recordAudit } from './auditTrail.ts';
import type { Connection, RowReader } from './connection.ts';
import type { HashedDataset } from './datasets.ts';
import {
  countInStudy,
  dataSetSha256,
  importedSeries,
  isImported,
  spectroscopyFrames,
  studiesOfInstanceUid,
} from './dicomInstances.ts';
import { noteForRules } from './dicomRuleRuns.ts';
import { addHashed, hashEachOnce, importHashed } from './importing.ts';
import { isCompatible } from './patients.ts';
import { corruptError } from './sqliteErrors.ts';
import { notFound } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';
import { getStudy } from './studies.ts';

/** The same content again is known; one that could not be imported is to be tried again then. */
export function keepReceived(
  context: StoreContext,
  instance: ReceivedInstance,
  uids: { readonly studyInstanceUid: string; readonly seriesInstanceUid: string },
): 'kept' | 'known' | 'replaced' {
  const { connection } = context;
  const sha256 = dataSetSha256(instance.bytes);
  const { sopInstanceUid } = instance;
  return connection.transaction(() => {
    if (isImported(connection, sopInstanceUid, sha256)) return 'known';
    const waiting = connection.get('SELECT data_set_sha256 FROM dicom_inbox WHERE sop_instance_uid = ?', [
      sopInstanceUid,
    ]);
    if (waiting?.text('data_set_sha256') === sha256) {
      connection.run('UPDATE dicom_inbox SET problem = NULL WHERE sop_instance_uid = ? AND problem IS NOT NULL', [
        sopInstanceUid,
      ]);
      return 'known';
    }
    connection.run('DELETE FROM dicom_inbox WHERE sop_instance_uid = ?', [sopInstanceUid]);
    insertWaiting(context, instance, uids, sha256);
    return waiting === null ? 'kept' : 'replaced';
  });
}

function insertWaiting(
  { connection, newId, now }: StoreContext,
  { sopInstanceUid, sopClassUid, callingAeTitle, bytes }: ReceivedInstance,
  { seriesInstanceUid, studyInstanceUid }: { readonly studyInstanceUid: string; readonly seriesInstanceUid: string },
  sha256: string,
): void {
  connection.run(
    `INSERT INTO dicom_inbox (id, sop_instance_uid, sop_class_uid, series_instance_uid, study_instance_uid,
       calling_ae_title, data_set_sha256, size_bytes, received_at, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      ...[newId(), sopInstanceUid, sopClassUid, seriesInstanceUid, studyInstanceUid],
      ...[callingAeTitle, sha256, bytes.length, now(), bytes],
    ],
  );
}

// `bytes` is left out: lists must not read the files.
const WAITING = `SELECT id, sop_instance_uid, series_instance_uid, study_instance_uid, size_bytes, received_at,
  calling_ae_title, problem, sop_class_uid FROM dicom_inbox`;

/** Studies by their first instance, instances in the order in which they came. */
export function waitingStudies({ connection }: StoreContext): WaitingStudy[] {
  const byStudy = new Map<string, WaitingInstance[]>();
  for (const row of connection.all(`${WAITING} ORDER BY row`)) {
    const instance = waitingInstance(row);
    const others = byStudy.get(instance.studyInstanceUid);
    if (others === undefined) byStudy.set(instance.studyInstanceUid, [instance]);
    else others.push(instance);
  }
  return [...byStudy].map(([studyInstanceUid, instances]) => {
    const lastReceivedAt = instances.reduce((last, one) => (one.receivedAt > last ? one.receivedAt : last), '');
    return { studyInstanceUid, instances, lastReceivedAt };
  });
}

function waitingInstance(row: RowReader): WaitingInstance {
  return {
    id: row.text('id'),
    sopClassUid: row.text('sop_class_uid'),
    sopInstanceUid: row.text('sop_instance_uid'),
    seriesInstanceUid: row.text('series_instance_uid'),
    studyInstanceUid: row.text('study_instance_uid'),
    sizeBytes: row.number('size_bytes'),
    receivedAt: row.text('received_at'),
    callingAeTitle: row.text('calling_ae_title'),
    problem: row.textOrNull('problem'),
  };
}

export function waitingCount({ connection }: StoreContext): number {
  return connection.get('SELECT count(*) AS n FROM dicom_inbox')?.number('n') ?? 0;
}

/** @throws StudyDbError NOT_FOUND; STUDY_DB_CORRUPT where the bytes aren't what was received */
export function readWaiting({ connection }: StoreContext, id: string): Uint8Array {
  const row = connection.get('SELECT data_set_sha256, bytes FROM dicom_inbox WHERE id = ?', [id]);
  if (row === null) throw notFound('received instance', id);
  const bytes = row.blob('bytes');
  if (dataSetSha256(bytes) === row.text('data_set_sha256')) return bytes;
  throw corruptError(connection.fileName, 'a received DICOM instance stored in it has changed');
}

export function seriesHere({ connection }: StoreContext, studyInstanceUid: string): ReadonlySet<string> {
  const waiting = connection
    .all('SELECT DISTINCT series_instance_uid FROM dicom_inbox WHERE study_instance_uid = ?', [studyInstanceUid])
    .map((row) => row.text('series_instance_uid'));
  return new Set([...waiting, ...importedSeries(connection, studyInstanceUid)]);
}

export function framesOfReference({ connection }: StoreContext, studyInstanceUid: string): ReadonlySet<string> {
  return new Set(spectroscopyFrames(connection, studyInstanceUid));
}

/** Keeps them with the reason why they aren't imported. */
export function failWaiting({ connection }: StoreContext, ids: readonly string[], problem: string): void {
  connection.transaction(() => {
    for (const id of ids) connection.run('UPDATE dicom_inbox SET problem = ? WHERE id = ?', [problem, id]);
  });
}

/** Deletes waiting instances for good. */
export function dropWaiting(context: StoreContext, ids: readonly string[]): void {
  const { connection } = context;
  connection.transaction(() => {
    const dropped = ids.filter((id) => connection.run('DELETE FROM dicom_inbox WHERE id = ?', [id]) > 0);
    if (dropped.length === 0) return;
    const details = { instances: dropped.length };
    recordAudit(context, { kind: 'delete', action: 'receivedInstances', studyId: null, details });
  });
  connection.emptyLog();
}

/** Hashes before the transaction starts, so that the write lock isn't held meanwhile. */
export function importReceived(context: StoreContext, received: ReceivedImport): ImportOutcome[] {
  const hashed = received.studies.map(({ study, datasets }) => ({ study, datasets: hashEachOnce(datasets) }));
  const { connection } = context;
  return connection.transaction(() => {
    const outcomes = hashed.flatMap(({ study, datasets }) => {
      const home = homeOf(connection, context, received.studyInstanceUid, study);
      if (home !== null) return addHashed(context, home, withGrowth(connection, home, datasets));
      // Images without any scan would be a study that can't be opened.
      return datasets.some(isScan) ? importHashed(context, study, datasets) : [];
    });
    const imported = takeFromInbox(connection, received);
    const all = outcomes.flatMap(({ study, datasets }) => (datasets.length === 0 ? [] : study.id));
    const studyIds = [...new Set(all)];
    if (imported > 0) auditReceived(context, received, outcomes, imported);
    if (received.byRule) studyIds.forEach((studyId) => noteForRules(connection, studyId));
    return outcomes;
  });
}

const isScan = ({ role }: HashedDataset): boolean => role === 'metabolite' || role === 'water';

/** The study with this StudyInstanceUID whose patient is not another. */
function homeOf(
  connection: Connection,
  context: StoreContext,
  studyInstanceUid: string,
  { patient }: NewStudy,
): string | null {
  const candidates = studiesOfInstanceUid(connection, studyInstanceUid);
  return candidates.find((id) => isCompatible(getStudy(context, id).patient, patient)) ?? null;
}

/** A dataset that holds instances of an earlier one says so: both are in the study afterwards. */
function withGrowth(connection: Connection, studyId: string, datasets: readonly HashedDataset[]): HashedDataset[] {
  return datasets.map((dataset) => {
    const instances = dataset.dicom?.instances ?? [];
    const before = countInStudy(connection, studyId, instances);
    if (before === 0) return dataset;
    const message = `The series has ${instances.length} instances now, of which ${before} came before; the earlier part stays in the study as a scan of its own.`;
    const warnings = [...dataset.description.warnings, { code: 'series-grew', message }];
    return { ...dataset, description: { ...dataset.description, warnings } };
  });
}

/** What is in a dataset leaves the inbox; the others stay with the reason. @returns how many left */
function takeFromInbox(connection: Connection, { instanceIds, problems }: ReceivedImport): number {
  let imported = 0;
  for (const id of instanceIds) {
    const row = connection.get(
      'SELECT sop_instance_uid, series_instance_uid, data_set_sha256 FROM dicom_inbox WHERE id = ?',
      [id],
    );
    if (row === null) continue;
    if (isImported(connection, row.text('sop_instance_uid'), row.text('data_set_sha256'))) {
      imported += connection.run('DELETE FROM dicom_inbox WHERE id = ?', [id]);
    } else {
      const problem = problems.get(row.text('series_instance_uid')) ?? problems.get('') ?? NOT_TAKEN;
      connection.run('UPDATE dicom_inbox SET problem = ? WHERE id = ?', [problem, id]);
    }
  }
  return imported;
}

/** Images that came alone for a study of another patient, for instance. */
const NOT_TAKEN = 'It could not be made part of a study.';

function auditReceived(
  context: StoreContext,
  { studyInstanceUid }: ReceivedImport,
  outcomes: readonly ImportOutcome[],
  instances: number,
): void {
  const datasets = outcomes.flatMap((outcome): readonly DatasetRecord[] => outcome.datasets);
  const studyId = outcomes[0]?.study.id ?? null;
  const details = {
    instances,
    studyInstanceUidSha256: sha256Hex(studyInstanceUid),
    datasets: datasets.map(({ sha256 }) => sha256),
  };
  recordAudit(context, { kind: 'import', action: 'received', studyId, details });
}

/** Received instances and unsent objects against the hashes they were stored with. @returns ids of what has changed */
export function changedInstances(context: StoreContext): { checked: number; wrong: string[] } {
  const ids = context.connection.all('SELECT id FROM dicom_inbox ORDER BY row').map((row) => row.text('id'));
  return { checked: ids.length, wrong: ids.filter((id) => !isReadable(context, id)) };
}

function isReadable(context: StoreContext, id: string): boolean {
  try {
    readWaiting(context, id);
    return true;
  } catch (error) {
    if (error instanceof StudyDbError && error.code === 'STUDY_DB_CORRUPT') return false;
    throw error;
  }
}
