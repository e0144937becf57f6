// Goes through a whole database: its pages, the references in it, every raw file, signed report and analysis against its
// hash, and the audit trail's chain.
import type { AuditEntry, AuditVerdict } from '../../core/domain/audit.ts';
import { AppError } from '../../core/domain/errors.ts';
import { storedDigest } from './analyses.ts';
import { listAudit, verifyAudit } from './auditTrail.ts';
import type { Connection } from './connection.ts';
import { changedInstances } from './dicomInbox.ts';
import { changedObjects } from './dicomTransfers.ts';
import { checkPages } from './copies.ts';
import { rawFileDigest } from './rawFiles.ts';
import { getSignedReport } from './signedReports.ts';
import type { StoreContext } from './storeContext.ts';

export interface Checked {
  readonly checked: number;
  /** SHA-256 or ids of what is not what was stored. */
  readonly wrong: readonly string[];
}

export interface DatabaseVerdict {
  readonly ok: boolean;
  readonly schemaVersion: number;
  readonly isEncrypted: boolean;
  /** null: SQLite found no damaged page. */
  readonly pages: string | null;
  readonly brokenReferences: number;
  readonly rawFiles: Checked;
  readonly signedReports: Checked;
  /** DICOM instances that wait to be imported, and objects that wait to be sent. */
  readonly dicomObjects: Checked;
  /** Against the hashes in the audit trail; those of before it can't be checked so. */
  readonly analyses: Checked & { readonly beforeAuditTrail: number };
  readonly audit: AuditVerdict;
}

const NOTHING: Checked = { checked: 0, wrong: [] };

/** Reads everything; where pages are damaged, only the pages are reported. @throws StudyDbError where nothing can be read */
export function verifyDatabase(context: StoreContext): DatabaseVerdict {
  const { connection } = context;
  const base = { schemaVersion: connection.pragmaNumber('user_version'), isEncrypted: context.key !== null };
  const pages = pageDamage(connection);
  if (pages !== null) {
    const none = { entries: 0, head: null, firstBroken: null, clockSetBack: 0 };
    const analyses = { ...NOTHING, beforeAuditTrail: 0 };
    const unread = { rawFiles: NOTHING, signedReports: NOTHING, dicomObjects: NOTHING, analyses };
    return { ok: false, ...base, pages, brokenReferences: 0, ...unread, audit: none };
  }
  const brokenReferences = connection.all('PRAGMA foreign_key_check').length;
  const [rawFiles, signedReports] = [checkRawFiles(connection), checkSignedReports(context)];
  const dicomObjects = checkDicomObjects(context);
  const audit = verifyAudit(context);
  const analyses = checkAnalyses(context);
  const isSound = [rawFiles, signedReports, dicomObjects, analyses].every(({ wrong }) => wrong.length === 0);
  const ok = isSound && brokenReferences === 0 && audit.firstBroken === null;
  return { ok, ...base, pages, brokenReferences, rawFiles, signedReports, dicomObjects, analyses, audit };
}

function pageDamage(connection: Connection): string | null {
  try {
    checkPages(connection, 'integrity_check');
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code === 'STUDY_DB_CORRUPT') return error.message;
    throw error;
  }
}

function checkRawFiles(connection: Connection): Checked {
  const hashes = connection.all('SELECT sha256 FROM raw_files ORDER BY sha256').map((row) => row.text('sha256'));
  return { checked: hashes.length, wrong: hashes.filter((sha256) => rawFileDigest(connection, sha256) !== sha256) };
}

function checkSignedReports(context: StoreContext): Checked {
  const ids = context.connection.all('SELECT id FROM signed_reports ORDER BY row').map((row) => row.text('id'));
  return { checked: ids.length, wrong: ids.filter((id) => !isReadable(() => getSignedReport(context, id))) };
}

function checkDicomObjects(context: StoreContext): Checked {
  const [waiting, unsent] = [changedInstances(context), changedObjects(context)];
  return { checked: waiting.checked + unsent.checked, wrong: [...waiting.wrong, ...unsent.wrong] };
}

function isReadable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'STUDY_DB_CORRUPT') return false;
    throw error;
  }
}

/** An analysis that the trail tells of is there as it was, or its study was deleted. */
function checkAnalyses(context: StoreContext): Checked & { beforeAuditTrail: number } {
  const { connection } = context;
  const entries = connection
    .all("SELECT sequence FROM audit_entries WHERE kind IN ('process', 'delete') ORDER BY sequence")
    .flatMap((row) => listAudit(context, row.number('sequence'), 1));
  const deleted = new Set(entries.filter(({ kind }) => kind === 'delete').map(({ studyId }) => studyId));
  const made = entries.filter(({ action, studyId }) => action === 'analysis' && !deleted.has(studyId));
  const wrong = made.map(analysisOf).filter(({ id, sha256 }) => storedDigest(context, id) !== sha256);
  const total = connection.get('SELECT count(*) AS n FROM analyses')?.number('n') ?? 0;
  return {
    checked: made.length,
    wrong: wrong.map(({ id }) => id),
    beforeAuditTrail: Math.max(0, total - made.length),
  };
}

function analysisOf({ details }: AuditEntry): { id: string; sha256: string } {
  return { id: String(details['analysisId']), sha256: String(details['contentSha256']) };
}
