// What the page asks about corrections, over a real database and the demo scan; the work is done in this thread instead of
// the workers, and without networks.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMrs } from '../../src/core/formats/index.ts';
import { compareCorrections } from '../../src/core/pipeline/correctionComparison.ts';
import { describeDataset } from '../../src/core/pipeline/describeDataset.ts';
import { runPreprocessing } from '../../src/core/pipeline/runPreprocessing.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { CHANNELS } from '../../src/ipc/contract.ts';
import type { ChannelName, ChannelRequest, CorrectionPlace, EventPayload } from '../../src/ipc/contract.ts';
import { createCorrections } from '../../src/main/corrections.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import { correctionHandlers } from '../../src/main/ipcHandlers/correctionHandlers.ts';
import { createJobs } from '../../src/main/jobs.ts';
import type { Jobs } from '../../src/main/jobs.ts';
import type { Services } from '../../src/main/services.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newDataset, newStudy } from '../fixtures/studies.ts';

type Asked = ReturnType<typeof correctionHandlers>;
type End = EventPayload<'job:finished'>;

const DEMO = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../resources/demo');
/** The demo's moved transient, from 0. */
const MOVED = 41;

let folder = '';
let store: StudyStore;
let jobs: Jobs;
let handlers: Asked;
let ends: End[];
let progress: number[];
let compared: number;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lineshape-corrections-'));
  store = openStudyDb(path.join(folder, 'study.db'), { now: () => '2026-01-01T00:00:00.000Z' });
  ends = [];
  progress = [];
  compared = 0;
  const emit = (event: string, payload: unknown): void => {
    if (event === 'job:finished') ends.push(payload as End);
    if (event === 'job:progress') progress.push((payload as EventPayload<'job:progress'>).fraction);
  };
  const quiet = createEventLog(
    () => undefined,
    () => '',
  );
  jobs = createJobs({ store, emit, log: quiet });
  let clockMs = 0;
  const parse = async (...asked: Parameters<typeof readMrs>) => readMrs(...asked);
  const stamp = { program: 'Lineshape', version: '0', now: () => '2026-01-01T00:00:00.000Z' };
  const corrections = createCorrections({
    store,
    parse,
    stamp,
    pipeline: { preprocess: runPreprocessing, parse },
    compare: (input, context) => {
      compared++;
      return compareCorrections(input, { ...context, models: null, nowMs: () => clockMs++ });
    },
  });
  handlers = correctionHandlers({ services: { store, jobs, corrections } as unknown as Services, emit });
});

afterEach(async () => {
  await jobs.cancelAll();
  store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Stores a scan of the demo study. */
async function stored(fileName: string, seed = 1): Promise<string> {
  const bytes = new Uint8Array(await readFile(path.join(DEMO, fileName)));
  const description = describeDataset(await readMrs([{ name: fileName, bytes }]));
  const { datasets } = store.importStudy(newStudy(), [
    { ...newDataset(seed), role: 'metabolite', fileName, bytes, description },
  ]);
  return datasets[0]!.id;
}

const placeOf = (datasetId: string): CorrectionPlace => ({
  datasetId,
  waterDatasetId: null,
  recipeId: null,
  voxel: 0,
  condition: 0,
});

/** Asks as the registrar does, and checks the answer against the contract. */
async function ask<C extends ChannelName & keyof Asked>(channel: C, request: ChannelRequest<C>) {
  const { request: asked, response } = CHANNELS[channel];
  const answer: unknown = await handlers[channel](asked.parse(request) as never);
  expect(response.safeParse(answer).error).toBeUndefined();
  return answer as Awaited<ReturnType<Asked[C]>>;
}

async function ended(): Promise<End> {
  await expect.poll(() => ends.length, { timeout: 60_000 }).toBeGreaterThan(0);
  return ends.shift()!;
}

describe('a comparison of corrections', () => {
  it('runs as a job with progress; its table and curves are there afterwards without further work', async () => {
    const place = placeOf(await stored('svs_press_te30.nii.gz'));
    await ask('correction:start', place);
    expect(await ended()).toMatchObject({ state: 'done', error: null });
    expect(progress).toEqual([...progress].sort((x, y) => x - y));
    expect(compared).toBe(1);

    const table = await ask('correction:table', place);
    expect(table).toMatchObject({ transients: 64, conditions: 1 });
    const of = (id: string) => table.methods.find((m) => m.id === id)!.outcome!;
    expect(table.methods[0]!.id).toBe('none');
    expect(table.candidates).toContain(table.chosen);
    expect(table.reason).toContain('was taken');
    const [before, after] = [of('none').scores, of(table.chosen).scores];
    // Measured: 0.857 and 0.927; 10.1 and 8.5 Hz; 1.45 and 0.03 Hz.
    expect(after.similarityIndex).toBeGreaterThan(before.similarityIndex + 0.04);
    expect(after.creatineWidthHz).toBeLessThan(before.creatineWidthHz! - 1);
    expect(after.driftHz).toBeLessThan(0.3 * before.driftHz);
    expect(of('sr').rejected.map((r) => r.transient)).toEqual([MOVED]);
    expect(of('sr').rejected[0]!.reason).toContain('differs from the median transient');
    expect(of('sr').elapsedMs).toBeGreaterThan(0);

    const curves = (await ask('correction:curves', { ...place, method: 'sr' }))!;
    const points = curves.ppm.length;
    expect(points).toBeLessThanOrEqual(512);
    expect(curves.transients).toHaveLength(curves.rows * points);
    expect(curves.shiftHz).toHaveLength(64);
    // Off the diagonal the matrix has the index of the table as its mean, and of itself a transient is 1.
    const n = curves.rows;
    const sum = curves.similarity.reduce((total, v) => total + v, 0);
    expect((sum - n) / (n * (n - 1))).toBeCloseTo(of('sr').scores.similarityIndex, 4);
    expect(curves.similarity[n + 1]).toBeCloseTo(1, 5);
    // The moved transient does not count in one of the two means.
    const difference = curves.mean.map((v, i) => Math.abs(v - curves.keptMean[i]!));
    expect(Math.max(...difference)).toBeGreaterThan(0);
    expect(compared).toBe(1);
  });

  it('draws all methods in one frame: their lines stand at one place, upright', async () => {
    const place = placeOf(await stored('svs_press_te30.nii.gz'));
    const peakPpm = async (method: 'none' | 'crr' | 'robust-sr' | 'water-peak'): Promise<number> => {
      const { ppm, mean } = (await ask('correction:curves', { ...place, method }))!;
      const height = (i: number): number => (ppm[i]! > 1.8 && ppm[i]! < 2.2 ? mean[i]! : -Infinity);
      return ppm[mean.reduce((best, _, i) => (height(i) > height(best) ? i : best), 0)]!;
    };
    const places = [
      await peakPpm('none'),
      await peakPpm('crr'),
      await peakPpm('robust-sr'),
      await peakPpm('water-peak'),
    ];
    // NAA at 2.008 ppm; the demo's carrier is off by less than 0.03 ppm, and a point is 0.008 ppm.
    for (const ppm of places) expect(Math.abs(ppm - places[2]!)).toBeLessThan(0.02);
    expect(Math.abs(places[2]! - 2.008)).toBeLessThan(0.05);
  });

  it('ends when cancelled, and can be asked for again', async () => {
    const place = placeOf(await stored('svs_press_te30.nii.gz'));
    const { jobId } = await ask('correction:start', place);
    jobs.cancel(jobId);
    expect((await ended()).state).toBe('cancelled');
    await ask('correction:start', place);
    expect((await ended()).state).toBe('done');
  });

  it('says in words why there is nothing to compare', async () => {
    const place = placeOf(await stored('mrsi_press_te30.nii.gz'));
    await ask('correction:start', place);
    const averaged = await ended();
    expect(averaged.state).toBe('failed');
    expect(averaged.error?.message).toContain('This scan has no separate transients');

    const raw = placeOf(await stored('svs_press_te30.nii.gz', 2));
    await expect(ask('correction:table', { ...raw, recipeId: 'fit-only' })).rejects.toThrow('needs combined coils');
    await expect(ask('correction:table', { ...raw, voxel: 3 })).rejects.toThrow('voxel 4, condition 1 was asked for');
    await expect(ask('correction:table', { ...raw, datasetId: 'gone' })).rejects.toThrow();
    expect(CHANNELS['correction:curves'].request.safeParse({ ...raw, method: 'other' }).success).toBe(false);
  });
});
