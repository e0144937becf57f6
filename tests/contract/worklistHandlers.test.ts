// The worklist's requests over a real database: several studies deleted, reviewed, and put into one table.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { WORKLIST_CHANNELS } from '../../src/ipc/worklistContract.ts';
import { WHOLE_WORKLIST } from '../../src/core/domain/worklistQuery.ts';
import { worklistHandlers } from '../../src/main/ipcHandlers/worklistHandlers.ts';
import { newestResults, studiesTable } from '../../src/main/studiesTable.ts';
import type { Services } from '../../src/main/services.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newAnalysis, newDataset, newStudy } from '../fixtures/studies.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const folder = makeTempFolder();
let serial = 0;
let store: StudyStore;
let events: [string, unknown][];
let handlers: ReturnType<typeof worklistHandlers>;
let ids: string[];

function addStudy(n: number, patient: object, fitted: boolean): string {
  const { study, datasets } = store.importStudy(
    newStudy({ patient: { ...UNKNOWN_PATIENT, ageYears: 93, sex: 'F', ...patient }, title: `Study ${n}` }),
    [newDataset(n, { fileName: `secret-name-${n}.nii` })],
  );
  if (fitted) {
    store.addAnalysis(newAnalysis(study.id, datasets[0]!.id));
    store.addAnalysis(newAnalysis(study.id, datasets[0]!.id));
    store.addAnalysis(newAnalysis(study.id, datasets[0]!.id, { method: 'quest' }));
  }
  return study.id;
}

beforeEach(() => {
  store = openStudyDb(join(folder, `handlers${serial++}.db`), { now: () => '2026-01-01T00:00:00.000Z' });
  events = [];
  const services = { store, jobs: { cancelOfStudy: () => undefined }, analyses: { clear: () => undefined } };
  const emit = (event: string, payload: unknown): void => void events.push([event, payload]);
  handlers = worklistHandlers({ services: services as unknown as Services, emit });
  ids = [
    addStudy(1, { id: 'P-1', name: 'First Person' }, true),
    addStudy(2, { id: 'P-2' }, true),
    addStudy(3, {}, true),
    addStudy(4, { id: 'P-4' }, false),
  ];
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the worklist', () => {
  it('answers as the contract says', () => {
    const answer = handlers['worklist:query']({ ...WHOLE_WORKLIST, search: 'first' } as never);
    expect(WORKLIST_CHANNELS['worklist:query'].response.parse(answer)).toMatchObject({ ids: [ids[0]], total: 4 });
    const rows = handlers['worklist:rows']({ ids });
    expect(WORKLIST_CHANNELS['worklist:rows'].response.parse(rows)).toHaveLength(4);
  });

  it('marks as reviewed and back to what each was, and leaves signed ones alone', () => {
    store.setStudyState(ids[1]!, 'signed');
    expect(handlers['worklist:review']({ studyIds: ids, reviewed: true })).toEqual({ changed: 3, signed: 1 });
    const states = (): string[] => ids.map((id) => store.getStudy(id).state);
    expect(states()).toEqual(['reviewed', 'signed', 'reviewed', 'reviewed']);
    expect(handlers['worklist:review']({ studyIds: ids, reviewed: false })).toEqual({ changed: 3, signed: 1 });
    expect(states()).toEqual(['fitted', 'signed', 'fitted', 'new']);
    expect(events).toHaveLength(6);
  });

  it('deletes those that are there', () => {
    expect(handlers['worklist:delete']({ studyIds: [ids[0]!, 'gone', ids[3]!] })).toEqual({ deleted: 2 });
    expect(store.listStudies().map(({ id }) => id).sort()).toEqual([ids[1], ids[2]].sort()); // prettier-ignore
    expect(events).toEqual([['studies:changed', { studyId: null }]]);
  });
});

describe('the table of many studies', () => {
  const cells = (csv: string): string[][] => csv.trimEnd().split('\r\n').map((line) => line.split(',')); // prettier-ignore

  it('holds the newest result of each scan by each method, under the hospital’s numbers', async () => {
    const csv = await handlers['host:worklist-table']({ studyIds: ids, patients: 'number', format: 'csv' });
    const [head, ...rows] = cells(csv);
    expect(head?.slice(0, 4)).toEqual(['patient', 'sex', 'age_years', 'study_date']);
    expect(rows.map((row) => row[0])).toEqual(['P-1', 'P-1', 'P-2', 'P-2', expect.stringMatching(/^Patient-/), expect.stringMatching(/^Patient-/)]); // prettier-ignore
    expect(rows[0]?.slice(1, 4)).toEqual(['F', '93', '2026-01-02']);
    expect(newestResults(store, ids[0]!)).toHaveLength(2);
  });

  it('names nobody under pseudonyms: no number, file name, true date or rare age, and the same pseudonym again', async () => {
    const csv = await handlers['host:worklist-table']({ studyIds: ids, patients: 'pseudonym', format: 'csv' });
    expect(csv).not.toMatch(/First Person|P-\d|secret-name|2026-01-02/);
    const rows = cells(csv).slice(1);
    expect(new Set(rows.map((row) => row[0])).size).toBe(3);
    expect(rows[0]?.[2]).toBe('89');
    const again = await studiesTable(store, newestResults(store, ids[0]!), 'pseudonym', 'csv');
    expect(cells(again)[1]?.[0]).toBe(rows[0]?.[0]);
  });

  it('is the same as JSON, with null for what is unknown', async () => {
    const request = { studyIds: [ids[0]!], patients: 'number' as const };
    const [head, first] = cells(await handlers['host:worklist-table']({ ...request, format: 'csv' }));
    const json = JSON.parse(await handlers['host:worklist-table']({ ...request, format: 'json' })) as {
      readonly schema: string;
      readonly rows: readonly Readonly<Record<string, string | number | null>>[];
    };
    expect(json.schema).toBe('lineshape.results/1');
    expect(Object.keys(json.rows[0]!)).toEqual(head);
    expect(Object.values(json.rows[0]!).map((cell) => (cell === null ? '' : String(cell)))).toEqual(first);
    expect(Object.values(json.rows[0]!)).toContain(null);
  });

  it('leaves out what names a person in a region, under pseudonyms', async () => {
    const description = { ...newDataset(7).description, region: 'Lesion, Huber', format: 'region-mean' };
    const { study, datasets } = store.importStudy(
      newStudy({ patient: { ...UNKNOWN_PATIENT, name: 'Fifth^Person' }, region: 'Head Fifth' }),
      [newDataset(7, { description })],
    );
    store.addAnalysis(newAnalysis(study.id, datasets[0]!.id));
    const csv = await handlers['host:worklist-table']({ studyIds: [study.id], patients: 'pseudonym', format: 'csv' });
    expect(csv).not.toMatch(/Huber|Fifth/);
    expect(csv).toContain('Head XXXXX');
  });

  it('is refused in words where nothing was fitted', () => {
    expect(() => handlers['host:worklist-table']({ studyIds: [ids[3]!], patients: 'number', format: 'csv' })).toThrow(
      'None of these studies has a result; fit them first.',
    );
  });
});
