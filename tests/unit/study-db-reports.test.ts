// Reference ranges, drafts and signed versions in the study database: kept as given, and never changed once signed.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReferenceRange } from '../../src/core/domain/referenceRange.ts';
import type { NewSignedReport } from '../../src/core/ports/reportStore.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { sha256Hex } from '../../src/node/files/hashing.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newAnalysis, newDataset, newStudy } from '../fixtures/studies.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const folder = makeTempFolder();
let serial = 0;
let path = '';
let store: StudyStore;
let studyId = '';
let analysisId = '';

beforeEach(() => {
  path = join(folder, `reports${serial++}.db`);
  store = openStudyDb(path, { now: () => '2026-01-01T00:00:00.000Z' });
  const { study, datasets } = store.importStudy(newStudy(), [newDataset(1)]);
  studyId = study.id;
  analysisId = store.addAnalysis(newAnalysis(studyId, datasets[0]!.id)).id;
});
afterAll(() => rmSync(folder, { recursive: true }));

const RANGE: ReferenceRange = {
  ...{ metabolite: 'tNAA', quantity: 'ratio', denominator: 'tCr', nucleus: '1H', fieldT: 3 },
  ...{ echoTimeMinMs: 25, echoTimeMaxMs: 35, sequence: null, region: 'PCC', tissue: 'GM', ageMinYears: null },
  ...{ ageMaxYears: 40, mean: 1.5, sd: 0.1, n: 20, citation: 'Invented for this test' },
};

const report = (change: Partial<NewSignedReport> = {}): NewSignedReport => ({
  ...{ studyId, analysisId, voxel: 0, version: 1, language: 'en', conclusion: 'Normal.' },
  signer: { name: 'Dr. Test', role: 'radiologist' },
  ...{ signedAt: '2026-01-02T00:00:00.000Z', contentSha256: 'c'.repeat(64), html: '<p>Größe</p>' },
  ...{ pdf: new Uint8Array([1, 2, 3]), json: '{"a":1}', appVersion: '0.1.0' },
  ...change,
});

/** Writes past the store. */
function sql(text: string): void {
  const database = new Database(path);
  try {
    database.exec('PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON');
    database.exec(text);
  } finally {
    database.close();
  }
}

describe('reference ranges', () => {
  it('are added, changed and deleted', () => {
    const added = store.addReferenceRange(RANGE);
    const other = store.addReferenceRange({ ...RANGE, metabolite: 'mI' });
    expect(store.listReferenceRanges()).toEqual([added, other]);
    store.changeReferenceRange(added.id, { ...RANGE, mean: 1.6, quantity: 'molality', denominator: null });
    expect(store.listReferenceRanges()[0]).toMatchObject({ id: added.id, mean: 1.6, denominator: null });
    store.deleteReferenceRange(other.id);
    expect(store.listReferenceRanges()).toHaveLength(1);
    expect(() => store.deleteReferenceRange(other.id)).toThrow('no reference range');
    expect(() => store.changeReferenceRange(other.id, RANGE)).toThrow('no reference range');
  });

  it('that come twice are kept once', () => {
    store.addReferenceRange(RANGE);
    const wider = { ...RANGE, sd: 0.2 };
    expect(store.addReferenceRanges([RANGE, wider, wider])).toBe(1);
    expect(store.listReferenceRanges()).toHaveLength(2);
  });

  it('are all or none', () => {
    expect(() => store.addReferenceRanges([RANGE, { ...RANGE, citation: ' ' }])).toThrow();
    expect(store.listReferenceRanges()).toEqual([]);
  });
});

describe('texts for conclusions', () => {
  it('are added, changed and deleted', () => {
    const one = store.saveConclusionTemplate({ id: null, title: 'Normal', text: 'No abnormal ratio.' });
    store.saveConclusionTemplate({ id: one.id, title: 'Normal', text: 'Ratios within the range.' });
    expect(store.listConclusionTemplates()).toMatchObject([{ id: one.id, text: 'Ratios within the range.' }]);
    store.deleteConclusionTemplate(one.id);
    expect(store.listConclusionTemplates()).toEqual([]);
    expect(() => store.saveConclusionTemplate({ id: one.id, title: 'x', text: '' })).toThrow('no text for conclusions');
  });
});

describe('the report of a study', () => {
  it('is a draft until it is signed; then it is what was signed, also after a restart', () => {
    expect(store.getReportDraft(studyId)).toBeNull();
    store.saveReportDraft(studyId, 'First');
    expect(store.saveReportDraft(studyId, 'Second').conclusion).toBe('Second');
    const { id } = store.signReport(report());
    expect(store.getReportDraft(studyId)).toBeNull();
    expect(store.getStudy(studyId).state).toBe('signed');
    store.close();
    store = openStudyDb(path, { now: () => '2026-01-03T00:00:00.000Z' });
    expect(store.getStudy(studyId).state).toBe('signed');
    const hashes = { htmlSha256: sha256Hex('<p>Größe</p>'), pdfSha256: sha256Hex(new Uint8Array([1, 2, 3])) };
    expect(store.getSignedReport(id)).toEqual({ ...report(), id, ...hashes });
  });

  it('is locked: no other draft, no second signature', () => {
    store.signReport(report());
    expect(() => store.saveReportDraft(studyId, 'Changed')).toThrow('is signed and can’t be changed');
    expect(() => store.signReport(report({ version: 2 }))).toThrow('is signed and can’t be changed');
    expect(() => sql(`INSERT INTO report_drafts VALUES ('${studyId}', 'x', 't')`)).toThrow('no draft');
  });

  it('is amended as a new version, and the old one stays readable', () => {
    expect(() => store.amendReport(studyId)).toThrow('no signed report to amend');
    const first = store.signReport(report());
    expect(store.amendReport(studyId).conclusion).toBe('Normal.');
    expect(store.getStudy(studyId).state).toBe('reviewed');
    expect(() => store.amendReport(studyId)).toThrow('still open');
    expect(() => store.signReport(report())).toThrow('version 2 is due');
    store.saveReportDraft(studyId, 'Amended.');
    store.signReport(report({ version: 2, conclusion: 'Amended.', html: '<p>2</p>' }));
    expect(store.listSignedReports(studyId).map(({ version, conclusion }) => [version, conclusion])).toEqual([
      [1, 'Normal.'],
      [2, 'Amended.'],
    ]);
    expect(store.getSignedReport(first.id).html).toBe('<p>Größe</p>');
  });

  it('is refused change and deletion by the database itself', () => {
    const { id } = store.signReport(report());
    expect(() => sql(`UPDATE signed_reports SET conclusion = 'other'`)).toThrow('append-only');
    expect(() => sql('DELETE FROM signed_reports')).toThrow('deleted only with its studies row');
    expect(() => sql(`INSERT OR REPLACE INTO signed_reports SELECT * FROM signed_reports`)).toThrow();
    expect(store.getSignedReport(id).conclusion).toBe('Normal.');
    store.deleteStudy(studyId);
    expect(() => store.getSignedReport(id)).toThrow('no signed report');
  });

  it('is found out where somebody wrote past the triggers', () => {
    const { id } = store.signReport(report());
    sql(`DROP TRIGGER signed_reports_refuse_update; UPDATE signed_reports SET html = '<p>forged</p>'`);
    expect(() => store.getSignedReport(id)).toThrow('not what was signed');
  });

  it('needs a name and a result of the same study', () => {
    expect(() => store.signReport(report({ signer: { name: ' ', role: '' } }))).toThrow();
    expect(() => store.signReport(report({ analysisId: 'none' }))).toThrow();
    expect(store.getStudy(studyId).state).not.toBe('signed');
  });
});
