// The audit trail: what enters it, that nobody changes it, that a broken link is found, and its audit messages.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../src/core/domain/audit.ts';
import { AUDIT_KINDS } from '../../src/core/domain/audit.ts';
import { auditMessageXml } from '../../src/core/domain/auditMessage.ts';
import { UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { sha256Hex } from '../../src/node/files/hashing.ts';
import { pseudonymOf } from '../../src/node/study-db/pseudonyms.ts';
import { openStudyDb, verifyStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newAnalysis, newDataset, newStudy } from '../fixtures/studies.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const root = makeTempFolder();
let serial = 0;
let path = '';
let clock = 0;
const now = (): string => new Date(Date.UTC(2026, 0, 1) + 1000 * clock++).toISOString();

beforeEach(() => {
  const folder = join(root, `case${serial++}`);
  mkdirSync(folder);
  path = join(folder, 'studies.db');
  clock = 0;
});
afterAll(() => rmSync(root, { recursive: true }));

const open = (): StudyStore => openStudyDb(path, { now, actor: { program: 'Lineshape', version: '1.2.3' } });

/** One of everything. @returns the study's id */
function doAll(store: StudyStore): string {
  const { study, datasets } = store.importStudy(newStudy(), [newDataset(1)]);
  const analysis = store.addAnalysis(newAnalysis(study.id, datasets[0]!.id));
  store.signReport({
    ...{ studyId: study.id, analysisId: analysis.id, voxel: 0, version: 1, language: 'en', conclusion: 'Normal.' },
    ...{ signer: { name: 'Dr. Reader', role: '' }, signedAt: now(), contentSha256: sha256Hex('content') },
    ...{ html: '<p></p>', pdf: new Uint8Array([1, 2]), json: '{}', appVersion: '0' },
  });
  store.addReport({ studyId: study.id, analysisId: analysis.id, format: 'pdf', sha256: sha256Hex('pdf') });
  store.recordAudit({ kind: 'view', action: 'study', studyId: study.id, details: {} });
  store.setSetting('app/language', 'de');
  return study.id;
}

/** Changes the file behind the program's back. */
function tamper(sql: string): void {
  const database = new Database(path);
  database.exec('PRAGMA writable_schema = ON');
  database.exec("DELETE FROM sqlite_schema WHERE name LIKE 'audit_entries_refuse%' OR name LIKE '%_refuse_update'");
  database.exec('PRAGMA writable_schema = OFF');
  database.close();
  const again = new Database(path);
  again.exec(sql);
  again.close();
}

describe('the audit trail', () => {
  it('tells of imports, results, signatures, exports, views, settings and deletions, in their order', () => {
    const store = open();
    const studyId = doAll(store);
    store.deleteStudy(studyId);
    const entries = store.listAudit();
    expect(entries.map(({ kind, action }) => `${kind} ${action}`)).toEqual([
      'import datasets',
      'process analysis',
      'sign report',
      'export report',
      'view study',
      'settings setting',
      'delete study',
    ]);
    expect(entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(entries.map(({ program, version }) => `${program} ${version}`))).toEqual(
      new Set(['Lineshape 1.2.3']),
    );
    expect(entries.every(({ user }) => user !== '')).toBe(true);
    expect(entries.filter((entry) => entry.studyId === studyId)).toHaveLength(6);
    expect(store.verifyAudit()).toEqual({ entries: 7, head: entries[6]?.sha256, firstBroken: null, clockSetBack: 0 });
    store.close();
  });

  it('names nobody: studies by their id, patients by the pseudonym of exports, signers by their account', () => {
    const store = open();
    doAll(store);
    const text = JSON.stringify(store.listAudit());
    for (const name of ['Test Person', 'P-1', '1970', 'Brain', 'scan1', 'Dr. Reader', 'Normal.']) {
      expect(text).not.toContain(name);
    }
    const { patient } = newStudy();
    expect(store.listAudit(1, 1)[0]?.patient).toBe(pseudonymOf(store, patient, new Uint8Array()).pseudonym);
    const { study } = store.importStudy(newStudy({ patient: UNKNOWN_PATIENT }), [newDataset(2)]);
    expect(store.listAudit().find(({ studyId }) => studyId === study.id)?.patient).toBeNull();
    store.close();
  });

  it('tells nothing of what failed, and nothing twice', () => {
    const store = open();
    const { study, datasets } = store.importStudy(newStudy(), [newDataset(1)]);
    expect(() => store.addAnalysis(newAnalysis(study.id, 'no such dataset'))).toThrow();
    expect(() => store.deleteStudy('no such study')).toThrow();
    store.importStudy(newStudy(), [newDataset(1)]); // known already
    store.setSetting('app/language', 'de');
    store.setSetting('app/language', 'de');
    store.setSetting(`view/${study.id}`, '{}');
    expect(store.listAudit().map(({ kind }) => kind)).toEqual(['import', 'settings']);
    expect(datasets).toHaveLength(1);
    store.close();
  });

  it('can only be added to', () => {
    const store = open();
    doAll(store);
    store.close();
    const other = new Database(path);
    for (const sql of [
      "UPDATE audit_entries SET entry = '{}' WHERE sequence = 1",
      'DELETE FROM audit_entries',
      `INSERT INTO audit_entries VALUES (99, 'x', 'view', NULL, '{}', '${'0'.repeat(64)}')`,
      `INSERT OR REPLACE INTO audit_entries VALUES (1, 'x', 'view', NULL, '{}', '${'0'.repeat(64)}')`,
    ]) {
      expect(() => other.exec(sql)).toThrow(/append-only|no gaps/);
    }
    other.close();
  });

  it('tells of a clock that was set back', () => {
    const store = open();
    store.setSetting('app/language', 'de');
    clock = -3600;
    store.setSetting('app/language', 'cs');
    expect(store.verifyAudit()).toMatchObject({ entries: 2, firstBroken: null, clockSetBack: 1 });
    store.close();
  });
});

describe('verifying', () => {
  const CHANGES: readonly (readonly [string, string, number])[] = [
    ['a changed entry', `UPDATE audit_entries SET entry = replace(entry, '1.2.3', '1.2.4') WHERE sequence = 3`, 3],
    ['a changed hash', `UPDATE audit_entries SET sha256 = '${'0'.repeat(64)}' WHERE sequence = 2`, 2],
    ['an entry taken out', 'DELETE FROM audit_entries WHERE sequence = 4', 5],
    ['the first taken out', 'DELETE FROM audit_entries WHERE sequence = 1', 2],
    ['another time in its column', `UPDATE audit_entries SET at = '2020' WHERE sequence = 5`, 5],
    ['another kind in its column', `UPDATE audit_entries SET kind = 'login' WHERE sequence = 5`, 5],
  ];

  it.each(CHANGES)('names the first broken link: %s', (_what, sql, sequence) => {
    const store = open();
    doAll(store);
    store.close();
    expect(verifyStudyDb(path, { now }).ok).toBe(true);
    tamper(sql);
    const verdict = verifyStudyDb(path, { now });
    expect(verdict.ok).toBe(false);
    expect(verdict.audit.firstBroken?.sequence).toBe(sequence);
    expect(verdict.pages).toBeNull();
  });

  it('finds an entry that was changed with its hash, by the next one', () => {
    const store = open();
    doAll(store);
    const changed = store.listAudit(2, 1)[0]!;
    store.close();
    const { sha256, ...content } = changed;
    expect(sha256).toHaveLength(64);
    const text = JSON.stringify(Object.fromEntries(Object.entries({ ...content, user: 'somebody' }).sort()));
    tamper(`UPDATE audit_entries SET entry = '${text}', sha256 = '${sha256Hex(text)}' WHERE sequence = 2`);
    const { audit } = verifyStudyDb(path, { now });
    expect(audit.firstBroken).toEqual({ sequence: 3, reason: 'it does not follow the entry before it' });
  });

  it.each([
    ['rawFiles', 'UPDATE raw_files SET bytes = zeroblob(size_bytes)'],
    ['signedReports', "UPDATE signed_reports SET html = '<p>other</p>'"],
    ['analyses', "UPDATE analysis_voxels SET result = replace(result, '3.2', '3.3')"],
    ['analyses', "UPDATE analyses SET status = 'refused'"],
    ['analyses', 'DROP TRIGGER analysis_voxels_refuse_delete; DELETE FROM analysis_voxels'],
  ] as const)('finds what is not what was stored: %s (%s)', (where, sql) => {
    const store = open();
    doAll(store);
    store.close();
    tamper(sql);
    const verdict = verifyStudyDb(path, { now });
    expect(verdict.ok).toBe(false);
    expect(verdict[where]).toMatchObject({ checked: 1, wrong: [expect.any(String)] });
  });

  it('passes over analyses whose study was deleted, and those from before the trail', () => {
    const store = open();
    const studyId = doAll(store);
    store.deleteStudy(studyId);
    store.close();
    expect(verifyStudyDb(path, { now })).toMatchObject({ ok: true, analyses: { checked: 0, wrong: [] } });
  });
});

/** DICOM PS3.15 A.5.1.1 as patterns: elements in their order, with the attributes that they must have. */
const coded = (name: string): string =>
  `<${name} csd-code="[^"]+" codeSystemName="(?:DCM|RFC-3881)" originalText="[^"]+"/>`;
const EVENT = `<EventIdentification EventActionCode="[CRUDE]" EventDateTime="\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z" EventOutcomeIndicator="(?:0|4|8|12)">${coded('EventID')}(?:${coded('EventTypeCode')})*</EventIdentification>`; // prettier-ignore
const PARTICIPANT = `<ActiveParticipant UserID="[^"]+" UserIsRequestor="(?:true|false)">(?:${coded('RoleIDCode')})*(?:<MediaIdentifier>${coded('MediaType')}</MediaIdentifier>)?</ActiveParticipant>`; // prettier-ignore
const SOURCE = '<AuditSourceIdentification AuditSourceID="[^"]+"><AuditSourceTypeCode csd-code="[1-9]"/></AuditSourceIdentification>'; // prettier-ignore
const OBJECT = `<ParticipantObjectIdentification ParticipantObjectID="[^"]+" ParticipantObjectTypeCode="[1-4]" ParticipantObjectTypeCodeRole="(?:[1-9]|1\\d|2[0-6])"(?: ParticipantObjectDataLifeCycle="(?:[1-9]|1[0-5])")?>${coded('ParticipantObjectIDTypeCode')}<ParticipantObjectName>[^<]+</ParticipantObjectName>(?:<ParticipantObjectDetail type="[^"]+" value="[A-Za-z0-9+/]*={0,2}"/>)*</ParticipantObjectIdentification>`; // prettier-ignore
const MESSAGE = new RegExp(
  `^<\\?xml version="1.0" encoding="UTF-8"\\?><AuditMessage>${EVENT}(?:${PARTICIPANT})+${SOURCE}(?:${OBJECT})*</AuditMessage>$`,
);

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('audit messages', () => {
  const entry = (over: Partial<AuditEntry>): AuditEntry => ({
    ...{ sequence: 1, at: '2026-01-01T00:00:00.000Z', kind: 'view', action: 'study', studyId: 's', details: { n: 1 } },
    ...{ user: 'reader', program: 'Lineshape', version: '1', patient: 'Patient-0011aabb' },
    ...{ previousSha256: '0'.repeat(64), sha256: 'a'.repeat(64) },
    ...over,
  });

  it.each(AUDIT_KINDS)('follow the schema of DICOM PS3.15 A.5: %s', (kind) => {
    const message = auditMessageXml(entry({ kind }), 'station', base64);
    expect(message).toMatch(MESSAGE);
    expect(auditMessageXml(entry({ kind, studyId: null, patient: null }), 'station', base64)).toMatch(MESSAGE);
    expect(message.match(/UserIsRequestor="true"/g)).toHaveLength(1);
  });

  // DICOM PS3.16, CID 400.
  it.each([
    ['import', '110107'],
    ['view', '110103'],
    ['process', '110111'],
    ['sign', '110111'],
    ['export', '110106'],
    ['delete', '110105'],
    ['settings', '110113'],
    ['login', '110114'],
  ] as const)('carry the code of their event: %s is %s', (kind, code) => {
    expect(auditMessageXml(entry({ kind }), 'station', base64)).toContain(`<EventID csd-code="${code}" `);
  });

  it('tell that the trail itself was exported', () => {
    const used = entry({ kind: 'export', action: 'auditTrail', studyId: null, patient: null });
    expect(auditMessageXml(used, 'station', base64)).toContain('<EventID csd-code="110101" ');
  });

  it('escape what a user name may hold', () => {
    const message = auditMessageXml(entry({ user: 'a<b>&"c"\u0001' }), 'station', base64);
    expect(message).toContain('UserID="a&lt;b&gt;&amp;&quot;c&quot;"');
    expect(message).toMatch(MESSAGE);
  });
});
