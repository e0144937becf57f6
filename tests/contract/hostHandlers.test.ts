// The study host's handlers over a real database and the demo study, in this thread instead of the workers.
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ImportChoices } from '../../src/core/domain/importPreview.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { recipeById } from '../../src/core/pipeline/index.ts';
import { CHANNELS } from '../../src/ipc/contract.ts';
import { createAnalysisCache } from '../../src/main/analysisCache.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import type { HostHandlers, ImportOutcomeView } from '../../src/main/hostMessages.ts';
import { recipeWithOptions } from '../../src/main/ipcHandlers/fitHandlers.ts';
import { createHostHandlers } from '../../src/main/ipcHandlers/index.ts';
import { createJobs } from '../../src/main/jobs.ts';
import type { Services } from '../../src/main/services.ts';
import { recipeSha256 } from '../../src/node/files/hashing.ts';
import { createLogins } from '../../src/node/access/logins.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';

const RESOURCES = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../resources');
const SCAN = path.join(RESOURCES, 'demo', 'svs_press_te30.nii.gz');
const WATER = path.join(RESOURCES, 'demo', 'svs_water.nii.gz');
const IMAGE = path.join(RESOURCES, 'demo', 't1.nii.gz');

let folder = '';
let store: StudyStore;
let handlers: HostHandlers;
let events: [string, unknown][];

/** What these requests never reach: fits and worker threads, which the end-to-end tests run. */
const NOT_HERE = new Proxy({}, { get: () => () => Promise.reject(new Error('not part of this test')) }) as never;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lineshape-host-'));
  store = openStudyDb(path.join(folder, 'study.db'), { now: () => '2026-01-01T00:00:00.000Z' });
  events = [];
  const emit = (event: string, payload: unknown): void => void events.push([event, payload]);
  const log = createEventLog(
    () => undefined,
    () => '',
  );
  const services: Services = {
    store,
    logins: createLogins(store),
    parse: async (files, options) => readMrs(files, options),
    jobs: createJobs({ store, emit, log }),
    analyses: createAnalysisCache(store),
    stamp: { program: 'Lineshape', version: '0', now: () => '2026-01-01T00:00:00.000Z' },
    resources: RESOURCES,
    basisFolders: [path.join(RESOURCES, 'basis'), path.join(folder, 'basis')],
    userBases: path.join(folder, 'basis'),
    threads: 1,
    pipeline: NOT_HERE,
    fitRunner: NOT_HERE,
    signals: NOT_HERE,
    corrections: NOT_HERE,
    models: NOT_HERE,
    inference: NOT_HERE,
    networks: NOT_HERE,
    basis: NOT_HERE,
    forgetBasis: NOT_HERE,
    simulateBasis: NOT_HERE,
    dicom: NOT_HERE,
    reportObjects: NOT_HERE,
    close: async () => undefined,
  };
  handlers = createHostHandlers({ services, emit });
});

afterEach(async () => {
  store.close();
  await rm(folder, { recursive: true, force: true });
});

const TOKEN = '2f1e8f5c-95d5-4e0a-9a0f-5a3c7d1b6e42';
const AS_RECOGNISED: ImportChoices = { roles: {}, deidentify: false };

/** Reads the files and stores what was found. */
async function importAll(paths: string[], choices = AS_RECOGNISED): Promise<ImportOutcomeView> {
  const token = randomUUID();
  await handlers['import:inspect-paths']({ token, paths });
  return handlers['import:commit']({ token, choices });
}

describe('import', () => {
  it('shows what was found before anything is stored, and stores it when told', async () => {
    const found = await handlers['import:inspect-paths']({ token: TOKEN, paths: [SCAN] });
    expect(CHANNELS['import:inspect-paths'].response.safeParse(found).error).toBeUndefined();
    expect(found?.preview.studies).toMatchObject([{ items: [{ role: 'metabolite', fileCount: 1 }] }]);
    expect(store.listStudies()).toEqual([]);
    const progress = events.filter(([event]) => event === 'import:progress').map(([, payload]) => payload);
    expect(progress[0]).toMatchObject({ token: TOKEN, fraction: 0 });
    await handlers['import:commit']({ token: TOKEN, choices: AS_RECOGNISED });
    expect(store.listStudies()).toHaveLength(1);
    // Stored is no longer waiting.
    await expect(async () => handlers['import:commit']({ token: TOKEN, choices: AS_RECOGNISED })).rejects.toThrow(
      /give them again/,
    );
  });

  it('stores nothing of what was discarded', async () => {
    await handlers['import:inspect-paths']({ token: TOKEN, paths: [SCAN] });
    await handlers['import:discard']({ token: TOKEN });
    await expect(async () => handlers['import:commit']({ token: TOKEN, choices: AS_RECOGNISED })).rejects.toThrow(
      /give them again/,
    );
    expect(store.listStudies()).toEqual([]);
  });

  it('stops reading when cancelled, and answers with nothing', async () => {
    const reading = handlers['import:inspect-paths']({ token: TOKEN, paths: [SCAN, IMAGE] });
    await handlers['import:cancel']({ token: TOKEN });
    expect(await reading).toBeNull();
    expect(store.listStudies()).toEqual([]);
  });

  it('imports with the roles that the user chose', async () => {
    const found = await handlers['import:inspect-paths']({ token: TOKEN, paths: [SCAN, WATER] });
    const [scan, water] = found?.preview.studies[0]?.items ?? [];
    expect([scan?.role, water?.role]).toEqual(['metabolite', 'water']);
    const roles = { [scan?.id as string]: 'water', [water?.id as string]: 'skip' } as const;
    const { studies } = await handlers['import:commit']({ token: TOKEN, choices: { roles, deidentify: false } });
    const { datasets } = await handlers['study:open']({ studyId: studies[0]?.studyId as string });
    expect(datasets.map(({ role, fileName }) => [role, fileName])).toEqual([['water', path.basename(SCAN)]]);
  });

  it('takes names out before it stores, where asked to', async () => {
    const result = await importAll([SCAN, WATER, IMAGE], { roles: {}, deidentify: true });
    expect(CHANNELS['import:commit'].response.safeParse(result).error).toBeUndefined();
    expect(result.deidentification?.files.map(({ name }) => name)).toHaveLength(3);
    const { studies } = result;
    const { study, datasets } = await handlers['study:open']({ studyId: studies[0]?.studyId as string });
    expect(study.patient).toMatchObject({ birthDate: null, id: expect.stringMatching(/^Patient-/) });
    expect(datasets.map(({ fileName }) => fileName)).toEqual([
      'metabolite-1.nii.gz',
      'water-1.nii.gz',
      'image-1.nii.gz',
    ]);
    const scan = gunzipSync(store.readRawFile(datasets[0]?.id as string)).toString('latin1');
    expect(scan).not.toMatch(/Synthetic\^?Demo|Demo\^Synthetic/);
  });

  it('refuses a role that an item can’t play, and keeps the plan for another try', async () => {
    const found = await handlers['import:inspect-paths']({ token: TOKEN, paths: [SCAN] });
    const id = found?.preview.studies[0]?.items[0]?.id as string;
    const asImage = { roles: { [id]: 'image' }, deidentify: false } as const;
    await expect(async () => handlers['import:commit']({ token: TOKEN, choices: asImage })).rejects.toThrow(/image/);
    expect((await handlers['import:commit']({ token: TOKEN, choices: AS_RECOGNISED })).studies).toHaveLength(1);
  });

  it('keeps what can be read, names what cannot, and tells the worklist', async () => {
    const notes = path.join(folder, 'notes.txt');
    await writeFile(notes, 'no scan');
    const paths = [path.join(folder, 'gone.nii'), SCAN, notes];
    const found = await handlers['import:inspect-paths']({ token: TOKEN, paths });
    expect(found?.preview.failures.map(({ fileName }) => fileName).sort()).toEqual(['gone.nii', 'notes.txt']);
    const result = await handlers['import:commit']({ token: TOKEN, choices: AS_RECOGNISED });
    expect(CHANNELS['import:commit'].response.safeParse(result).error).toBeUndefined();
    expect(result.studies).toMatchObject([{ isNew: true }]);
    expect(result.failures.map(({ fileName }) => fileName).sort()).toEqual(['gone.nii', 'notes.txt']);
    expect(result.failures.every(({ error }) => error.code !== 'BUG' && !error.message.includes(folder))).toBe(true);
    expect(events.at(-1)).toEqual(['studies:changed', { studyId: result.studies[0]?.studyId }]);
  });

  it('makes one study of the same file given twice, at once or again', async () => {
    const first = await importAll([SCAN, SCAN]);
    const again = await importAll([SCAN]);
    expect(again.studies).toEqual([{ ...first.studies[0], isNew: false }]);
    const detail = await handlers['study:open']({ studyId: first.studies[0]?.studyId as string });
    expect(detail.datasets).toHaveLength(1);
  });

  it('opens every scan of the demo study as one study that fits the contract', async () => {
    const { studies, failures } = await handlers['import:demo']({});
    expect(failures).toEqual([]);
    expect(studies).toHaveLength(1);
    const detail = await handlers['study:open']({ studyId: studies[0]?.studyId as string });
    expect(CHANNELS['study:open'].response.safeParse(detail).error).toBeUndefined();
    const scans = (await readdir(path.join(RESOURCES, 'demo'))).filter((name) => name.endsWith('.nii.gz'));
    expect(detail.datasets.map(({ fileName }) => fileName)).toEqual(expect.arrayContaining(scans));
  });
});

describe('study', () => {
  it('is gone after its deletion, with its datasets, and a second deletion says so', async () => {
    const { studies } = await importAll([SCAN]);
    const studyId = studies[0]?.studyId as string;
    const datasetId = (await handlers['study:open']({ studyId })).datasets[0]?.id as string;
    expect(await handlers['study:delete']({ studyId })).toEqual({ deleted: true });
    expect(() => store.getDataset(datasetId)).toThrow(/no dataset/);
    expect(() => handlers['study:delete']({ studyId })).toThrow(/no study/);
  });

  it('hands out an image only, not a scan, as an image', async () => {
    const { studies } = await handlers['import:demo']({});
    const { datasets } = await handlers['study:open']({ studyId: studies[0]?.studyId as string });
    const idOf = (role: string) => datasets.find((d) => d.role === role)?.id as string;
    const image = await handlers['image:read']({ datasetId: idOf('image') });
    expect([...image.bytes.subarray(0, 2)]).toEqual([0x1f, 0x8b]); // as stored: gzip
    expect(() => handlers['image:read']({ datasetId: idOf('metabolite') })).toThrow(/is not an image/);
  });

  it('keeps views apart from settings, and one study’s from another’s', async () => {
    await handlers['settings:set']({ key: 'theme', value: 'light' });
    await handlers['view:set']({ studyId: 'theme', value: 'zoomed' });
    expect(await handlers['settings:get']({ key: 'theme' })).toEqual({ value: 'light' });
    expect(await handlers['view:get']({ studyId: 'theme' })).toEqual({ value: 'zoomed' });
    expect(await handlers['view:get']({ studyId: 'another' })).toEqual({ value: null });
  });
});

describe('recipeWithOptions', () => {
  it('lays the user’s fit options over the recipe, which changes its hash and nothing else', () => {
    const shipped = recipeById('svs-default');
    const changed = recipeWithOptions(shipped, { ppm: [0.5, 4.0] });
    expect(changed.quantification.options).toMatchObject({ ppm: [0.5, 4.0] });
    expect({ ...changed, quantification: shipped.quantification }).toEqual(shipped);
    expect(recipeSha256(changed)).not.toBe(recipeSha256(shipped));
    expect(recipeWithOptions(shipped, {})).toBe(shipped);
  });
});
