// A study's patient and request taken over from the modality worklist: who else is touched, what the trail tells, what stays.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { WHOLE_WORKLIST } from '../../src/core/domain/worklistQuery.ts';
import { takenOverHeader } from '../../src/core/pipeline/index.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newDataset, newStudy } from '../fixtures/studies.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const NAMELESS = { ...UNKNOWN_PATIENT };
const STEP = {
  patient: { name: 'Scheduled^Person', id: 'W-1', birthDate: '1965-07-08', sex: 'F' },
  accessionNumber: 'A-1',
  studyInstanceUid: '2.25.56',
};
const folder = makeTempFolder();
let serial = 0;
let path = '';
let store: StudyStore;

beforeEach(() => {
  path = join(folder, `identity${serial++}.db`);
  store = openStudyDb(path, { now: () => '2026-01-01T00:00:00.000Z' });
});
afterEach(() => store.close());
afterAll(() => rmSync(folder, { recursive: true }));

const addStudy = (n: number, patient: object): string =>
  store.importStudy(newStudy({ patient: { ...NAMELESS, ...patient }, title: `Study ${n}` }), [newDataset(n)]).study.id;

describe('patient and request of a scheduled step', () => {
  it('become the study’s, are found in the worklist, and are told without a name in the audit trail', () => {
    const id = addStudy(1, {});
    expect(store.studyRequest(id)).toBeNull();
    store.takeOverIdentity(id, STEP);
    expect(store.getStudy(id).patient).toMatchObject(STEP.patient);
    expect(store.studyRequest(id)).toEqual({ accessionNumber: 'A-1', studyInstanceUid: '2.25.56' });
    expect(store.queryWorklist({ ...WHOLE_WORKLIST, search: 'scheduled' }).ids).toEqual([id]);
    const entry = store.listAudit().at(-1)!;
    expect(entry).toMatchObject({
      ...{ kind: 'process', action: 'identity', studyId: id },
      details: { changed: ['name', 'id', 'birthDate', 'sex', 'accessionNumber', 'studyInstanceUid'] },
    });
    expect(JSON.stringify(entry)).not.toMatch(/Scheduled|W-1|1965|A-1|2\.25\.56/);
    expect(store.verifyAudit().firstBroken).toBeNull();
  });

  it('leave what they don’t say, and other studies of whom the study was filed under', () => {
    const id = addStudy(1, { id: 'P-1', name: 'First Person', sex: 'M' });
    const other = addStudy(2, { id: 'P-1', name: 'First Person', sex: 'M' });
    store.takeOverIdentity(id, { ...STEP, patient: { ...STEP.patient, sex: null }, studyInstanceUid: null });
    store.takeOverIdentity(id, {
      patient: { name: null, id: null, birthDate: null, sex: null },
      accessionNumber: null,
      studyInstanceUid: null,
    });
    expect(store.getStudy(id).patient).toMatchObject({ name: 'Scheduled^Person', id: 'W-1', sex: 'M' });
    expect(store.studyRequest(id)).toEqual({ accessionNumber: 'A-1', studyInstanceUid: null });
    expect(store.getStudy(other).patient).toMatchObject({ name: 'First Person', id: 'P-1' });
    // Nobody is left behind who has no study.
    store.close();
    const database = new Database(path);
    expect(database.prepare('SELECT count(*) AS n FROM patients').get([])).toMatchObject({ n: 2 });
    database.close();
    store = openStudyDb(path, { now: () => '2026-01-01T00:00:00.000Z' });
  });

  it('are refused for a signed study, and go with the study', () => {
    const id = addStudy(1, {});
    store.takeOverIdentity(id, STEP);
    store.setStudyState(id, 'signed');
    expect(() => store.takeOverIdentity(id, { ...STEP, accessionNumber: 'A-2' })).toThrow('amend its report first');
    expect(store.studyRequest(id)?.accessionNumber).toBe('A-1');
    store.setStudyState(id, 'reviewed');
    store.deleteStudy(id);
    expect(store.studyRequest(id)).toBeNull();
    expect(() => store.takeOverIdentity(id, STEP)).toThrow('no study');
  });
});

describe('the header of a scan, as reports and DICOM objects say it', () => {
  const scan = (header: Readonly<Record<string, string>>) =>
    ({ header, patient: { ...NAMELESS, id: 'P-1' } }) as unknown as Parameters<typeof takenOverHeader>[0];
  const request = { accessionNumber: 'A-1', studyInstanceUid: '2.25.56' };

  it('has the request’s numbers, but keeps a UID of its own', () => {
    const patient = { ...NAMELESS, id: 'P-1' };
    expect(takenOverHeader(scan({}), patient, request)).toEqual({
      AccessionNumber: 'A-1',
      StudyInstanceUID: '2.25.56',
    });
    const own = { StudyInstanceUID: '2.25.1', AccessionNumber: 'OLD', IssuerOfPatientID: 'Hospital' };
    expect(takenOverHeader(scan(own), patient, request)).toEqual({ ...own, AccessionNumber: 'A-1' });
    expect(takenOverHeader(scan(own), patient, null)).toEqual(own);
  });

  it('names no issuer for a number that the files don’t have', () => {
    const header = { IssuerOfPatientID: 'Hospital' };
    expect(takenOverHeader(scan(header), { ...NAMELESS, id: 'W-1' }, null)).toEqual({});
  });
});
