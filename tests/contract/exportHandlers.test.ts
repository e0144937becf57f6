// Exports in the study host, over a real database and the demo study: answers that fit the contract, a folder that is whole or
// not there, progress and cancellation by token.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EXPORT_FORMATS } from '../../src/core/domain/studyExport.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { importIntoStore } from '../../src/core/pipeline/studyWorkflow.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { CHANNELS, EVENTS } from '../../src/ipc/contract.ts';
import { exportHandlers } from '../../src/main/ipcHandlers/exportHandlers.ts';
import type { HandlerContext } from '../../src/main/ipcHandlers/context.ts';
import { readInputFiles } from '../../src/node/files/readInputFiles.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const DEMO = resolve(import.meta.dirname, '../../resources/demo');
const TOKEN = '2f1e8f5c-95d5-4e0a-9a0f-5a3c7d1b6e42';

let folder: string;
let store: StudyStore;
let handlers: ReturnType<typeof exportHandlers>;
let events: [string, unknown][];
let request: Parameters<(typeof handlers)['host:export-study']>[0];

beforeEach(async () => {
  folder = makeTempFolder();
  store = openStudyDb(join(folder, 'study.db'), { now: () => '2026-01-01T00:00:00.000Z' });
  events = [];
  const parse = async (files: Parameters<typeof readMrs>[0], options = {}) => readMrs(files, options);
  const services = { store, parse, stamp: { program: 'Lineshape', version: '1', now: () => '' } };
  const emit = (event: string, payload: unknown): void => void events.push([event, payload]);
  handlers = exportHandlers({ services, emit } as unknown as HandlerContext);
  const paths = ['svs_press_te30.nii.gz', 't1.nii.gz'].map((name) => join(DEMO, name));
  const { studies } = await importIntoStore(await readInputFiles(paths), store, { parse });
  const studyId = studies[0]?.outcome.study.id as string;
  const datasetIds = store.listDatasets(studyId).map(({ id }) => id);
  request = { token: TOKEN, studyId, datasetIds, format: 'as-imported', deidentify: true, parent: join(folder) };
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const folders = (): string[] => readdirSync(folder).filter((name) => !name.startsWith('study.db'));

describe('an export', () => {
  it('answers what the contract says, without a path, and tells how far it is', async () => {
    const done = await handlers['host:export-study'](request);
    expect(CHANNELS['export:study'].response.safeParse(done?.result).error).toBeUndefined();
    expect(JSON.stringify(done?.result)).not.toContain(folder);
    expect(folders()).toEqual([done?.result.folderName]);
    expect(readdirSync(done?.folder as string)).toHaveLength(done?.result.fileCount as number);
    expect(events[0]).toMatchObject(['export:progress', { token: TOKEN, fraction: 0 }]);
    expect(EVENTS['export:progress'].safeParse(events[0]?.[1]).error).toBeUndefined();
  });

  it('never writes into a folder that is there', async () => {
    const [first, second] = [
      await handlers['host:export-study'](request),
      await handlers['host:export-study'](request),
    ];
    expect(second?.result.folderName).toBe(`${first?.result.folderName} (2)`);
  });

  it('that is cancelled answers nothing and leaves nothing', async () => {
    const running = handlers['host:export-study'](request);
    await expect((async () => handlers['host:export-study'](request))()).rejects.toThrow(/started already/);
    await handlers['host:cancel-export']({ token: TOKEN });
    expect(await running).toBeNull();
    expect(folders()).toEqual([]);
    expect(await handlers['host:cancel-export']({ token: TOKEN })).toBeNull();
  });

  it('that fails says why and leaves nothing', async () => {
    const lcmodel = { ...request, format: 'lcmodel' as const };
    await expect(handlers['host:export-study'](lcmodel)).rejects.toThrow(/LCModel takes one FID a voxel/);
    expect(existsSync(join(folder, 'Patient'))).toBe(false);
    expect(folders()).toEqual([]);
  });
});

describe('the contract', () => {
  const parse = (part: object) => CHANNELS['export:study'].request.safeParse({ ...request, ...part });

  it('takes every format, and no request that leaves the patient’s identity to chance', () => {
    for (const format of EXPORT_FORMATS) expect(parse({ format }).success).toBe(true);
    expect(parse({ deidentify: undefined }).success).toBe(false);
    expect(parse({ format: 'exe' }).success).toBe(false);
    expect(parse({ datasetIds: [] }).success).toBe(false);
  });

  it('gives the page no way to name the folder', () => {
    expect(parse({}).data).not.toHaveProperty('parent');
  });
});
