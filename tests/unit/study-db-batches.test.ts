// Batches in the study database: kept across restarts, with how each study ended.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import type { BatchSettings } from '../../src/core/domain/batch.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newDataset, newStudy } from '../fixtures/studies.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const folder = makeTempFolder();
const SETTINGS: BatchSettings = { recipeId: null, method: 'nlls', alsoBy: ['quest'], basisId: null };
const now = (): string => '2026-01-01T00:00:00.000Z';
let serial = 0;
let path = '';
let store: StudyStore;
let ids: string[];

beforeEach(() => {
  path = join(folder, `batches${serial++}.db`);
  store = openStudyDb(path, { now });
  ids = [1, 2, 3].map((n) => {
    const patient = { ...newStudy().patient, id: `P-${n}` };
    return store.importStudy(newStudy({ patient, title: `Study ${n}` }), [newDataset(n)]).study.id;
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

it('begin with every study waiting once, in the order given, and say how each ended after a restart', () => {
  const [a, b, c] = ids as [string, string, string];
  const { id, items } = store.addBatch(SETTINGS, [c, a, c, b]);
  expect(items.map(({ studyId, state }) => [studyId, state])).toEqual([[c, 'waiting'], [a, 'waiting'], [b, 'waiting']]); // prettier-ignore
  store.setBatchItem(id, a, { state: 'done', message: null, analysisIds: ['x', 'y'] });
  store.setBatchItem(id, b, { state: 'failed', message: 'No basis set.', analysisIds: [] });
  store.setBatchState(id, 'done');
  store.close();
  store = openStudyDb(path, { now });
  expect(store.listBatches()).toMatchObject([
    { id, settings: SETTINGS, state: 'done', finishedAt: now(), counts: { done: 1, failed: 1, waiting: 1 } },
  ]);
  expect(store.getBatch(id).items.slice(1)).toMatchObject([
    { title: 'Study 1', analysisId: 'x', analysisIds: ['x', 'y'], patient: { id: 'P-1' } },
    { title: 'Study 2', state: 'failed', message: 'No basis set.', analysisId: null },
  ]);
});

it('put items back for another try, and run again', () => {
  const { id } = store.addBatch(SETTINGS, ids);
  store.setBatchItem(id, ids[0]!, { state: 'done', message: null, analysisIds: ['x'] });
  store.setBatchItem(id, ids[1]!, { state: 'failed', message: 'No.', analysisIds: [] });
  store.setBatchState(id, 'cancelled');
  expect(store.moveBatchItems(id, ['failed', 'waiting'], 'waiting')).toBe(2);
  store.setBatchState(id, 'running');
  const batch = store.getBatch(id);
  expect(batch).toMatchObject({ state: 'running', finishedAt: null });
  expect(batch.items.map(({ state, message }) => [state, message])).toEqual([['done', null], ['waiting', null], ['waiting', null]]); // prettier-ignore
});

it('lose only what was deleted: a study its item, a batch all of its own and no result', () => {
  const { id } = store.addBatch(SETTINGS, ids);
  store.deleteStudy(ids[0]!);
  expect(store.getBatch(id).items.map(({ studyId }) => studyId)).toEqual(ids.slice(1));
  store.setBatchItem(id, ids[0]!, { state: 'done', message: null, analysisIds: [] });
  expect(store.getBatch(id).items).toHaveLength(2);
  store.deleteBatch(id);
  expect(store.listBatches()).toEqual([]);
  expect(store.listStudies()).toHaveLength(2);
});

it('refuse a study that is not there, whole, and a batch that is not there', () => {
  const notFound = expect.objectContaining({ code: 'NOT_FOUND' });
  expect(() => store.addBatch(SETTINGS, [ids[0]!, 'gone'])).toThrow(notFound);
  expect(store.listBatches()).toEqual([]);
  for (const work of [
    () => store.getBatch('gone'),
    () => store.setBatchState('gone', 'done'),
    () => store.deleteBatch('gone'),
  ]) {
    expect(work).toThrow(notFound);
  }
});
