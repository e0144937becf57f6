// Opens the study database (SQLite through libsql) and hands it out as the port StudyStore.
import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AuditActor } from '../../core/domain/audit.ts';
import { fromErrorRecord, StudyDbError } from '../../core/domain/errors.ts';
import type { DicomStore } from '../../core/ports/dicomStore.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import * as activity from './activity.ts';
import * as analyses from './analyses.ts';
import * as auditTrail from './auditTrail.ts';
import * as batches from './batches.ts';
import { Connection } from './connection.ts';
import * as datasets from './datasets.ts';
import * as dicomInbox from './dicomInbox.ts';
import { datasetsOfSeries, studiesOfInstanceUid } from './dicomInstances.ts';
import * as dicomNodes from './dicomNodes.ts';
import * as dicomRuleRuns from './dicomRuleRuns.ts';
import * as dicomTransfers from './dicomTransfers.ts';
import { fillMissingFacts } from './facts.ts';
import * as identity from './identity.ts';
import * as importing from './importing.ts';
import * as jobs from './jobs.ts';
import { namingBackup, refuseDamaged, refuseUnreadable } from './damage.ts';
import { removeLeftovers } from './copies.ts';
import { checkSchema, migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { checkPlace } from './place.ts';
import * as rawFiles from './rawFiles.ts';
import * as referenceRanges from './referenceRanges.ts';
import * as signedReports from './signedReports.ts';
import type { StoreContext } from './storeContext.ts';
import * as studies from './studies.ts';
import * as users from './users.ts';
import { verifyDatabase } from './verify.ts';
import type { DatabaseVerdict } from './verify.ts';
import * as worklist from './worklist.ts';

/** Longer than any write of this program takes. [ms] */
const BUSY_TIMEOUT_MS = 10_000;

/**
 * Pages kept decrypted: what a search over 10 000 studies reads. With SQLite's own 2 MiB every search decrypts it all again and
 * takes six times as long (bench manyStudies).
 */
const CACHE_KIB = 16 * 1024;

export interface StudyDbOptions {
  /** @returns ISO 8601 date and time, UTC */
  readonly now: () => string;
  /** Source of record ids; random UUIDs unless given. */
  readonly newId?: () => string;
  /** Opens without ever writing: every write is refused with STUDY_DB_READ_ONLY. */
  readonly readOnly?: boolean;
  /** How long a statement waits for another process that is writing; 10 s unless given. [ms] */
  readonly busyTimeoutMs?: number;
  /** The program that the audit trail names beside the account. */
  readonly actor?: Omit<AuditActor, 'user'>;
  /** Name of the local user who is at work; null, or absent: nobody has logged in, and the account is named. */
  readonly userName?: () => string | null;
  /** Of an encrypted database (keys/unlock.ts); null or absent: it isn't encrypted. */
  readonly key?: string | null;
  /** A quota: beyond it writes are refused as if the disk were full. */
  readonly maxSizeBytes?: number;
}

/**
 * Opens a study database, makes it where there is none, and brings it to the newest schema (after a backup).
 * @param path database file; its folder must exist
 * @returns the store; close it when done
 * @throws StudyDbError NOT_FOUND (no such folder, or no such file to read), STUDY_DB_READ_ONLY, STUDY_DB_NEWER,
 * STUDY_DB_CORRUPT, DISK_FULL, STUDY_DB_FAILED
 */
export function openStudyDb(path: string, options: StudyDbOptions): StudyStore {
  const context = openContext(path, options);
  const readOnly = options.readOnly ?? false;
  if (!readOnly) fillFacts(context);
  return makeStore(context, readOnly);
}

/**
 * Reads a whole database through, as verify.ts says; for reading only.
 * @throws StudyDbError as openStudyDb
 */
export function verifyStudyDb(path: string, options: StudyDbOptions): DatabaseVerdict {
  const context = openContext(path, { ...options, readOnly: true });
  try {
    return verifyDatabase(context);
  } finally {
    context.connection.close();
  }
}

function openContext(path: string, options: StudyDbOptions): StoreContext {
  const absolute = resolve(path);
  const readOnly = options.readOnly ?? false;
  checkPlace(absolute, readOnly);
  const connection = readOnly ? connectForReading(absolute, options) : connectForWriting(absolute, options);
  const {
    now,
    newId = randomUUID,
    key = null,
    actor: program = { program: 'Lineshape', version: 'unknown' },
  } = options;
  const account = accountName();
  return {
    ...{ connection, database: absolute, key, now, newId },
    get actor() {
      return { user: options.userName?.() ?? account, ...program };
    },
  };
}

/** Who runs the program, as the operating system calls them. A container may know its user by number only. */
export function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

function fillFacts(context: StoreContext): void {
  try {
    fillMissingFacts(context);
  } catch (error) {
    context.connection.close();
    throw error;
  }
}

/** A file that was exchanged between opening and locking it (for one with another key) is opened again, not written to. */
function connectForWriting(path: string, options: StudyDbOptions): Connection {
  const before = fileNumber(path);
  const connection = namingBackup(path, options.key ?? null, () =>
    connect(path, path, options, (one) => prepareWriting(one, path, options)),
  );
  if (before === null || before === fileNumber(path)) return connection;
  connection.close();
  return connectForWriting(path, options);
}

const fileNumber = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.ino ?? null;

/**
 * SQLite reads a WAL database only where it can make its index file beside it. On a medium that forbids this, and where
 * no log is pending, it is told that nothing changes the file.
 */
function connectForReading(path: string, options: StudyDbOptions): Connection {
  const uri = pathToFileURL(path).href;
  try {
    return connect(`${uri}?mode=ro`, path, options, (one) => prepareReading(one, path));
  } catch (error) {
    const log = `${path}-wal`;
    const hasLog = existsSync(log) && statSync(log).size > 0;
    if (hasLog || !(error instanceof StudyDbError) || error.code !== 'STUDY_DB_FAILED') throw error;
    return connect(`${uri}?immutable=1`, path, options, (one) => prepareReading(one, path));
  }
}

function connect(
  location: string,
  path: string,
  { busyTimeoutMs, key }: StudyDbOptions,
  prepare: (connection: Connection) => void,
): Connection {
  const connection = new Connection(location, basename(path), key);
  try {
    connection.exec(`PRAGMA busy_timeout = ${busyTimeoutMs ?? BUSY_TIMEOUT_MS}`);
    connection.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    prepare(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function prepareReading(connection: Connection, path: string): void {
  connection.exec('PRAGMA query_only = ON');
  const newest = MIGRATIONS.at(-1)?.version ?? 0;
  const found = checkSchema(connection, newest);
  if (found < newest) {
    throw new StudyDbError(
      'STUDY_DB_READ_ONLY',
      `The study database ${connection.fileName} has the older schema version ${found} and can't be brought to ` +
        `version ${newest}, because it was opened for reading only.`,
      { found, supported: newest },
    );
  }
  refuseUnreadable(connection, path);
}

function prepareWriting(connection: Connection, path: string, { maxSizeBytes, key }: StudyDbOptions): void {
  // Takes effect in a new file only; raw files and curves are large, and SQLite keeps them in chains of pages.
  connection.exec('PRAGMA page_size = 16384');
  // Refuses foreign and newer files before anything in them is changed.
  const found = checkSchema(connection, MIGRATIONS.at(-1)?.version ?? 0);
  connection.requireWritable(found);
  if (found > 0) refuseDamaged(connection, path, key ?? null);
  removeLeftovers(connection, path);
  connection.get('PRAGMA journal_mode = WAL');
  connection.exec('PRAGMA synchronous = FULL');
  connection.exec('PRAGMA foreign_keys = ON');
  // Without it INSERT OR REPLACE would delete rows past the append-only triggers.
  connection.exec('PRAGMA recursive_triggers = ON');
  // Deleted patient data is overwritten, not only unlinked.
  connection.get('PRAGMA secure_delete = ON');
  if (maxSizeBytes !== undefined) {
    const pages = Math.floor(maxSizeBytes / connection.pragmaNumber('page_size'));
    connection.get(`PRAGMA max_page_count = ${pages}`);
  }
  migrate(connection, path, MIGRATIONS);
}

function dicomStore(context: StoreContext): DicomStore {
  return {
    dicomSettings: () => dicomNodes.dicomSettings(context),
    setDicomSettings: (settings) => dicomNodes.setDicomSettings(context, settings),
    listNodes: () => dicomNodes.listNodes(context),
    getNode: (id) => dicomNodes.getNode(context, id),
    saveNode: (node) => dicomNodes.saveNode(context, node),
    removeNode: (id) => dicomNodes.removeNode(context, id),
    keepReceived: (instance, uids) => dicomInbox.keepReceived(context, instance, uids),
    waitingStudies: () => dicomInbox.waitingStudies(context),
    waitingCount: () => dicomInbox.waitingCount(context),
    readWaiting: (id) => dicomInbox.readWaiting(context, id),
    failWaiting: (ids, problem) => dicomInbox.failWaiting(context, ids, problem),
    dropWaiting: (ids) => dicomInbox.dropWaiting(context, ids),
    datasetsOfSeries: (studyId, series) => datasetsOfSeries(context.connection, studyId, series),
    pendingRuleRuns: () => dicomRuleRuns.pendingRuleRuns(context),
    endRuleRun: (run, ruleId, message) => dicomRuleRuns.endRuleRun(context, run, ruleId, message),
    seriesHere: (uid) => dicomInbox.seriesHere(context, uid),
    framesOfReference: (uid) => dicomInbox.framesOfReference(context, uid),
    studyOfInstanceUid: (uid) => studiesOfInstanceUid(context.connection, uid)[0] ?? null,
    queueTransfer: (transfer) => dicomTransfers.queueTransfer(context, transfer),
    listTransfers: (studyId, limit) => dicomTransfers.listTransfers(context, studyId, limit),
    dueTransfers: (now) => dicomTransfers.dueTransfers(context, now),
    nextTransferAt: () => dicomTransfers.nextTransferAt(context),
    unsentObjects: (id) => dicomTransfers.unsentObjects(context, id),
    beginAttempt: (id) => dicomTransfers.beginAttempt(context, id),
    attemptsOfRound: (id) => dicomTransfers.attemptsOfRound(context, id),
    endAttempt: (id, verdicts, message, retryAt) => dicomTransfers.endAttempt(context, id, verdicts, message, retryAt),
    retryTransfer: (id) => dicomTransfers.retryTransfer(context, id),
    giveUpTransfer: (id) => dicomTransfers.giveUpTransfer(context, id),
    requeueAbandoned: () => dicomTransfers.requeueAbandoned(context),
    sendingStatus: (studyIds) => dicomTransfers.sendingStatus(context, studyIds),
  };
}

function makeStore(context: StoreContext, readOnly: boolean): StudyStore {
  return {
    ...dicomStore(context),
    importStudy: (study, files) => importing.importStudy(context, study, files),
    addDatasets: (studyId, files) => importing.addDatasets(context, studyId, files),
    importReceived: (received) => dicomInbox.importReceived(context, received),
    listStudies: () => studies.listStudies(context),
    queryWorklist: (query) => worklist.queryWorklist(context, query),
    worklistRows: (ids) => worklist.worklistRows(context, ids),
    addBatch: (settings, studyIds) => batches.addBatch(context, settings, studyIds),
    listBatches: () => batches.listBatches(context),
    getBatch: (batchId) => batches.getBatch(context, batchId),
    setBatchState: (batchId, state) => batches.setBatchState(context, batchId, state),
    setBatchItem: (batchId, studyId, change) => batches.setBatchItem(context, batchId, studyId, change),
    moveBatchItems: (batchId, from, to) => batches.moveBatchItems(context, batchId, from, to),
    deleteBatch: (batchId) => batches.deleteBatch(context, batchId),
    getStudy: (studyId) => studies.getStudy(context, studyId),
    deleteStudy: (studyId) => studies.deleteStudy(context, studyId),
    setStudyState: (studyId, state) => signedReports.setStateByHand(context, studyId, state),
    listDatasets: (studyId) => datasets.listDatasets(context, studyId),
    getDataset: (datasetId) => datasets.getDataset(context, datasetId),
    readRawFile: (datasetId) => rawFiles.readRawFile(context, datasetId),
    openRawFile: (datasetId) => rawFiles.openRawFile(context, datasetId),
    addAnalysis: (analysis) => analyses.addAnalysis(context, analysis),
    listAnalyses: (studyId) => analyses.listAnalyses(context, studyId),
    getAnalysis: (analysisId) => analyses.getAnalysis(context, analysisId),
    getAnalysisVoxel: (analysisId, voxel) => analyses.getAnalysisVoxel(context, analysisId, voxel),
    addReport: (report) => activity.addReport(context, report),
    listReports: (studyId) => activity.listReports(context, studyId),
    startJob: (kind, studyId, request) => jobs.startJob(context, kind, studyId, request),
    finishJob: (jobId, state, message) => jobs.finishJob(context, jobId, state, message),
    listJobs: () => jobs.listJobs(context),
    listUnfinishedJobs: () => jobs.listUnfinishedJobs(context),
    listReferenceRanges: () => referenceRanges.listReferenceRanges(context),
    addReferenceRange: (range) => referenceRanges.addReferenceRange(context, range),
    changeReferenceRange: (id, range) => referenceRanges.changeReferenceRange(context, id, range),
    deleteReferenceRange: (id) => referenceRanges.deleteReferenceRange(context, id),
    addReferenceRanges: (ranges) => referenceRanges.addReferenceRanges(context, ranges),
    listConclusionTemplates: () => signedReports.listConclusionTemplates(context),
    saveConclusionTemplate: (template) => signedReports.saveConclusionTemplate(context, template),
    deleteConclusionTemplate: (id) => signedReports.deleteConclusionTemplate(context, id),
    getReportDraft: (studyId) => signedReports.getReportDraft(context, studyId),
    saveReportDraft: (studyId, conclusion) => signedReports.saveReportDraft(context, studyId, conclusion),
    signReport: (report) => signedReports.signReport(context, report),
    amendReport: (studyId) => signedReports.amendReport(context, studyId),
    listSignedReports: (studyId) => signedReports.listSignedReports(context, studyId),
    getSignedReport: (id) => signedReports.getSignedReport(context, id),
    recordAudit: (event) => auditTrail.recordAudit(context, event),
    listAudit: (from, count) => auditTrail.listAudit(context, from, count),
    verifyAudit: () => auditTrail.verifyAudit(context),
    accessRules: () => users.accessRules(context),
    setAccessRules: (rules) => users.setAccessRules(context, rules),
    listUsers: () => users.listUsers(context),
    addUser: (user, hash, mustChange) => users.addUser(context, user, hash, mustChange),
    changeUser: (id, change) => users.changeUser(context, id, change),
    setPassword: (id, hash, mustChange) => users.setPassword(context, id, hash, mustChange),
    beginLogin: (name) => users.beginLogin(context, name),
    acceptLogin: (id, purpose) => users.acceptLogin(context, id, purpose),
    refuseLogin: (id, purpose) => users.refuseLogin(context, id, purpose),
    recordLeaving: (id, how) => users.recordLeaving(context, id, how),
    studyRequest: (studyId) => identity.studyRequest(context, studyId),
    takeOverIdentity: (studyId, taken) => identity.takeOverIdentity(context, studyId, taken),
    getSetting: (key) => activity.getSetting(context, key),
    setSetting: (key, value) => activity.setSetting(context, key, value),
    refuseWrites: (error) => context.connection.refuseWrites(fromErrorRecord(error)),
    close: () => closeStore(context, readOnly),
  };
}

/** Leaves one file behind where it can: the write-ahead log is brought in first. */
function closeStore({ connection }: StoreContext, readOnly: boolean): void {
  try {
    if (!readOnly) connection.emptyLog();
  } finally {
    connection.close();
  }
}
