// lineshape study backup, restore, verify, passphrase, rekey, audit: looking after the study database.
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { AuditEntry, AuditEvent } from '../../core/domain/audit.ts';
import { auditMessageXml } from '../../core/domain/auditMessage.ts';
import { StudyDbError, UsageError } from '../../core/domain/errors.ts';
import { atomicWrite } from '../../node/files/atomicWrite.ts';
import { listBackups, makeBackup } from '../../node/study-db/backups.ts';
import type { KeyMethod } from '../../node/study-db/keys/keyFile.ts';
import { rekeyDatabase } from '../../node/study-db/keys/protect.ts';
import { setPassphrase } from '../../node/study-db/keys/unlock.ts';
import { findKey } from '../../node/study-db/openProtected.ts';
import { verifyStudyDb } from '../../node/study-db/openStudyDb.ts';
import { restoreBackup } from '../../node/study-db/restore.ts';
import type { DatabaseVerdict } from '../../node/study-db/verify.ts';
import { commandAccess, newSecret } from '../databaseAccess.ts';
import { EXIT } from '../exitCodes.ts';
import { oneOf } from '../options.ts';
import type { CommonOptions } from '../options.ts';
import { recordInStudyDb, requireStudyDb, withStudyDb } from '../studyDatabase.ts';
import { printJson, printText } from '../terminal.ts';

interface DbOptions extends CommonOptions {
  readonly db: string;
}

const now = (): string => new Date().toISOString();
const settingsEvent = (action: string): AuditEvent => ({ kind: 'settings', action, studyId: null, details: {} });

async function backup(options: DbOptions & { readonly out?: string }): Promise<void> {
  requireStudyDb(options.db);
  const { key } = await findKey(options.db, commandAccess(), true);
  const target = options.out === undefined ? {} : { target: options.out };
  const path = makeBackup(options.db, key, { now: now(), ...target });
  if (options.json === true) printJson({ backup: path });
  else printText(`Backup written and checked: ${path}`);
}

async function restore(options: DbOptions & { readonly from?: string; readonly yes?: boolean }): Promise<void> {
  if (options.yes !== true) {
    throw new UsageError('Restoring puts a backup in the place of the database; add --yes to do it.');
  }
  const restored = await restoreBackup(options.db, options.from ?? null, commandAccess());
  await recordInStudyDb(options.db, settingsEvent('restore'));
  if (options.json === true) printJson({ database: resolve(options.db), ...restored });
  else {
    printText(`Restored from ${restored.backup}`);
    if (restored.kept !== null) printText(`What was there before is kept as ${restored.kept}`);
  }
}

function backups(options: DbOptions): void {
  const found = listBackups(options.db);
  if (options.json === true) printJson({ backups: found });
  else printText(found.map(({ madeAt, path }) => `${madeAt}  ${path}`).join('\n') || 'There is no backup yet.');
}

function verdictText(verdict: DatabaseVerdict, head: string | null): string {
  const { rawFiles, signedReports, dicomObjects, analyses, audit } = verdict;
  const counted = (what: string, { checked, wrong }: { checked: number; wrong: readonly string[] }): string =>
    `${what}: ${checked} checked, ${wrong.length === 0 ? 'all as stored' : `changed: ${wrong.join(', ')}`}`;
  const broken = audit.firstBroken;
  const older = analyses.beforeAuditTrail > 0 ? ` (${analyses.beforeAuditTrail} from before the audit trail)` : '';
  return [
    `Schema ${verdict.schemaVersion}, ${verdict.isEncrypted ? 'encrypted' : 'NOT encrypted'}`,
    `Pages: ${verdict.pages ?? 'sound'}`,
    `References: ${verdict.brokenReferences === 0 ? 'whole' : `${verdict.brokenReferences} broken`}`,
    counted('Raw files', rawFiles),
    counted('Signed reports', signedReports),
    counted('DICOM objects on their way', dicomObjects),
    `${counted('Analyses', analyses)}${older}`,
    broken === null
      ? `Audit trail: ${audit.entries} entries, chain whole, last ${audit.head ?? '–'}`
      : `Audit trail: broken at entry ${broken.sequence}: ${broken.reason}`,
    ...(audit.clockSetBack > 0 ? [`The clock was set back ${audit.clockSetBack} times.`] : []),
    ...(head === null ? [] : [head]),
  ].join('\n');
}

/** @returns null where the trail holds the entry, which an earlier verify named */
async function missingHead(db: string, sha256: string | undefined): Promise<string | null> {
  if (sha256 === undefined) return null;
  const entries = await withStudyDb(db, 'read', (store) => store.listAudit(), { role: null });
  if (entries.some((entry) => entry.sha256 === sha256)) return null;
  return `The audit trail holds no entry ${sha256}: entries at its end were taken away, or it is another database's.`;
}

async function verify(options: DbOptions & { readonly head?: string }): Promise<void> {
  requireStudyDb(options.db);
  const { key, methods } = await findKey(options.db, commandAccess(), true);
  const verdict = verifyStudyDb(options.db, { now, key });
  const head = verdict.pages === null ? await missingHead(options.db, options.head) : null;
  const ok = verdict.ok && head === null;
  if (options.json === true) printJson({ database: resolve(options.db), ...verdict, ok, keyKeptBy: methods });
  else printText(verdictText(verdict, head));
  if (!ok) process.exitCode = EXIT.input;
}

function sayKept(options: DbOptions, methods: readonly KeyMethod[]): void {
  if (options.json === true) printJson({ keyKeptBy: methods });
  else printText(`The key of the study database is kept by: ${methods.join(', ')}`);
}

async function passphrase(options: DbOptions): Promise<void> {
  requireStudyDb(options.db);
  const { key } = await findKey(options.db, commandAccess(), true);
  if (key === null) throw new StudyDbError('STUDY_DB_KEY', 'The study database is not encrypted yet; import or open it once.'); // prettier-ignore
  const chosen = await newSecret('LINESHAPE_NEW_PASSPHRASE', 'passphrase');
  if (chosen === null) {
    throw new UsageError('Set LINESHAPE_NEW_PASSPHRASE to the passphrase, or give it at a terminal.');
  }
  const methods = await setPassphrase(options.db, commandAccess(), chosen);
  await recordInStudyDb(options.db, settingsEvent('passphrase'), chosen);
  sayKept(options, methods);
}

async function rekey(options: DbOptions): Promise<void> {
  requireStudyDb(options.db);
  const methods = await rekeyDatabase(options.db, commandAccess());
  await recordInStudyDb(options.db, settingsEvent('rekey'));
  sayKept(options, methods);
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** One entry a line, as JSON or as the XML of an audit message. */
function auditLines(entries: readonly AuditEntry[], format: 'jsonl' | 'atna', source: string): string {
  const line = (entry: AuditEntry): string =>
    format === 'jsonl' ? JSON.stringify(entry) : auditMessageXml(entry, source, base64);
  return entries.map((entry) => `${line(entry)}\n`).join('');
}

interface AuditOptions extends DbOptions {
  readonly out?: string;
  readonly format: string;
  readonly since?: string;
}

async function audit(options: AuditOptions): Promise<void> {
  requireStudyDb(options.db);
  const format = oneOf('--format', options.format, ['jsonl', 'atna'] as const);
  if (options.out !== undefined && existsSync(options.out)) {
    throw new UsageError(`The file ${options.out} exists already; name a new one.`);
  }
  const all = await withStudyDb(options.db, 'read', (store) => store.listAudit(), { role: 'administrator' });
  const entries = all.filter(({ at }) => options.since === undefined || at >= options.since);
  if (options.out === undefined) {
    if (options.json === true) printJson({ entries });
    else process.stdout.write(auditLines(entries, format, hostname()));
    return;
  }
  await atomicWrite(options.out, auditLines(entries, format, hostname()));
  const event = { kind: 'export', action: 'auditTrail', studyId: null, details: { format, entries: entries.length } } as const; // prettier-ignore
  await recordInStudyDb(options.db, event);
  if (options.json === true) printJson({ written: options.out, entries: entries.length });
  else printText(`${entries.length} entries written to ${options.out}`);
}

/** @param add makes a command of "study" with --db and the common options */
export function addStudyCareCommands(add: (name: string, description: string) => Command): void {
  add('backup', 'a whole, checked copy of the database, with its key file')
    .option('-o, --out <file>', 'new file (default: in the backup folder beside the database)')
    .action(backup);
  add('backups', 'list the backups in the backup folder').action(backups);
  add('restore', 'put a backup in the place of the database, and keep what was there')
    .option('--from <file>', 'the backup (default: the newest that is good)')
    .option('--yes', 'really do it')
    .action(restore);
  add('verify', 'read the database through: pages, raw files, signed reports, analyses, audit trail')
    .option('--head <sha256>', 'an entry that an earlier "verify" named as the last; it must be there still')
    .action(verify);
  add('passphrase', 'protect the key of the database with a passphrase, or change it').action(passphrase);
  add('rekey', 'give the database a new key and encrypt it anew').action(rekey);
  add('audit', 'the audit trail, one entry a line')
    .option('--format <name>', 'jsonl or atna (DICOM/IHE audit messages)', 'jsonl')
    .option('--since <time>', 'entries from this time on (ISO 8601, UTC)')
    .option('-o, --out <file>', 'new file (default: standard output)')
    .action(audit);
}
