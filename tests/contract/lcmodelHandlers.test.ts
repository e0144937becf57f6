// What the page asks about LCModel: which one is set, its trial, a run as a job, and results made elsewhere, over a real
// database. Small real executables stand for LCModel, which is not here: they leave what it would leave.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readMrs } from '../../src/core/formats/index.ts';
import { runPreprocessing } from '../../src/core/pipeline/index.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { CHANNELS } from '../../src/ipc/contract.ts';
import type { ChannelRequest } from '../../src/ipc/contract.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import type { HandlerContext } from '../../src/main/ipcHandlers/context.ts';
import { lcmodelHandlers } from '../../src/main/ipcHandlers/lcmodelHandlers.ts';
import { createJobs } from '../../src/main/jobs.ts';
import type { Services } from '../../src/main/services.ts';
import { loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { sha256Hex } from '../../src/node/files/hashing.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { MADE_RUN, coordText, printText, tableText } from '../fixtures/lcmodelResults.ts';
import { DESCRIPTION, newStudy } from '../fixtures/studies.ts';

const BASIS = 'lineshape-3t-press-te30-123mhz';
const SCAN = readFileSync(join(resourcesDir(), 'demo', 'svs_press_te30.nii.gz'));

let folder = '';
let store: StudyStore;
let handlers: ReturnType<typeof lcmodelHandlers>;
let finished: Promise<Record<string, unknown>>;
let datasetId = '';
const environment = process.env['LINESHAPE_LCMODEL'];

beforeEach(() => {
  delete process.env['LINESHAPE_LCMODEL'];
  folder = mkdtempSync(join(tmpdir(), 'lineshape-lcmodel-test-'));
  store = openStudyDb(join(folder, 'study.db'), { now: () => '2026-01-01T00:00:00.000Z' });
  let tell: (payload: Record<string, unknown>) => void;
  finished = new Promise((resolve) => (tell = resolve));
  const emit: HandlerContext['emit'] = (event, payload) => {
    if (event === 'job:finished') tell(payload as Record<string, unknown>);
  };
  const log = createEventLog(
    () => undefined,
    () => '',
  );
  const services = {
    store,
    threads: 1,
    jobs: createJobs({ store, emit, log }),
    stamp: { program: 'Lineshape', version: '0', now: () => '2026-01-01T00:00:00.000Z' },
    parse: async (files: Parameters<typeof readMrs>[0], options: Parameters<typeof readMrs>[1]) =>
      readMrs(files, options),
    pipeline: { preprocess: (...given: Parameters<typeof runPreprocessing>) => runPreprocessing(...given) },
    basis: (id: string) => loadBundledBasis(resourcesDir(), id),
  } as unknown as Services;
  handlers = lcmodelHandlers({ services, emit });
  const scan = { role: 'metabolite' as const, fileName: 'scan.nii.gz', bytes: new Uint8Array(SCAN) };
  const frequency = { spectrometerFrequencyMHz: 127.75, grid: [1, 1, 1] };
  const { datasets } = store.importStudy(newStudy(), [{ ...scan, description: { ...DESCRIPTION, ...frequency } }]);
  datasetId = datasets[0]?.id ?? '';
});

afterEach(() => {
  if (environment !== undefined) process.env['LINESHAPE_LCMODEL'] = environment;
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const file = (name: string, content: string, mode = 0o644): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
};
const program = (name: string, body: string): string => file(name, `#!/bin/sh\n${body}\n`, 0o755);
const set = (path: string): unknown => handlers['host:set-lcmodel']({ path });
const request = (more: Partial<ChannelRequest<'lcmodel:run'>> = {}): ChannelRequest<'lcmodel:run'> => ({
  datasetId,
  waterDatasetId: null,
  basisId: BASIS,
  recipeId: 'svs-default',
  settings: {},
  control: [],
  voxels: null,
  ...more,
});

describe.skipIf(process.platform === 'win32')('which LCModel', () => {
  it('none, the environment’s, or the one chosen; with its time limit', () => {
    expect(handlers['lcmodel:installation']({})).toEqual({ executable: null, timeLimitS: 120 });
    process.env['LINESHAPE_LCMODEL'] = '/opt/lcmodel';
    expect(handlers['lcmodel:installation']({})).toEqual({ executable: '/opt/lcmodel', timeLimitS: 120 });
    const own = program('own', 'true');
    expect(CHANNELS['lcmodel:choose'].response.parse(set(own))).toEqual({ executable: own, timeLimitS: 120 });
    expect(handlers['lcmodel:set-time-limit']({ timeLimitS: 30 })).toEqual({ executable: own, timeLimitS: 30 });
    expect(handlers['lcmodel:forget']({})).toEqual({ executable: '/opt/lcmodel', timeLimitS: 30 });
  });

  it('what can’t be run is refused in words, and not kept', () => {
    expect(() => set(file('plain', 'no program'))).toThrow(/may not be executed/);
    expect(() => set(folder)).toThrow(/is a folder, not the LCModel executable\.$/);
    expect(() => set(join(folder, 'nowhere'))).toThrow(/was not found at/);
    expect(handlers['lcmodel:installation']({})).toMatchObject({ executable: null });
    expect(() => CHANNELS['lcmodel:set-time-limit'].request.parse({ timeLimitS: 0 })).toThrow();
  });

  it.each([
    ['says its version in its .print', 'cat > control; echo " LCModel (Version 6.3-1R) Copyright" > probe.print', true, '6.3-1R', 'LCModel 6.3-1R answers.'],
    ['says a message of LCModel’s', 'cat > /dev/null; echo "***      FATAL ERROR  MYBASI 33,"', true, null, 'It answers as LCModel does, without its version.'],
    ['says something else', 'echo hello', false, null, 'It runs, but what it says is not what LCModel says.'],
    ['says nothing', 'cat > /dev/null', false, null, 'It runs, but says nothing, so that it can’t be told whether it is LCModel.'],
  ])('a trial of one that %s', async (_, body, isLcmodel, version, sentence) => {
    set(program('tried', body));
    const probe = CHANNELS['lcmodel:test'].response.parse(await handlers['lcmodel:test']({}));
    expect(probe).toMatchObject({ isLcmodel, version, sentence });
  }); // prettier-ignore

  it('a trial where none is set, and of one that is gone', async () => {
    await expect(async () => handlers['lcmodel:test']({})).rejects.toThrow(/^No LCModel is set: choose your own/);
    const path = program('gone', 'true');
    set(path);
    rmSync(path);
    await expect(async () => handlers['lcmodel:test']({})).rejects.toThrow(/was not found at/);
  });
});

describe.skipIf(process.platform === 'win32')('a run', () => {
  const leavesResults = (): string =>
    program(
      'good',
      `cat > "${folder}/control"; echo it said this
      cp "${file('coord', coordText())}" spectrum.coord; cp "${file('print', printText())}" spectrum.print`,
    );

  it('is stored as one more method, with every hash and what LCModel said', async () => {
    set(leavesResults());
    const { jobId } = await handlers['lcmodel:run'](request({ control: ['chomit=Asc,Asp'] }));
    expect(jobId).not.toBe('');
    const end = await finished;
    expect(end).toMatchObject({ state: 'done', error: null });
    const analysis = store.getAnalysis(String(end['analysisId']));
    const basis = await loadBundledBasis(resourcesDir(), BASIS);
    expect(analysis).toMatchObject({
      method: 'lcmodel',
      basisId: BASIS,
      basisSha256: basis.sha256,
      inputSha256: sha256Hex(SCAN),
      status: 'converged',
    });
    expect(analysis.recipe.quantification.options).toEqual({
      simulatedSignals: 'none',
      namelist: { chomit: ['Asc', 'Asp'] },
    });
    expect(analysis.provenance.map(({ method }) => method)).toContain('RF coil combination');
    expect(analysis.provenance.at(-1)).toMatchObject({ program: 'LCModel', version: '6.3-1N' });
    expect(analysis.provenance.at(-1)?.details['output']).toBe('it said this\n');
    expect(analysis.voxels[0]?.result.metabolites.map((m) => m.amplitude)).toContain(10.125);
    expect(readFileSync(join(folder, 'control'), 'utf8')).toMatch(/nsimul=0\n[\s\S]*chomit\(2\)='Asp'/);
  });

  it('that fails stores nothing and says why', async () => {
    set(program('bad', 'cat > /dev/null; echo "***      FATAL ERROR  MYCONT  2,"'));
    await handlers['lcmodel:run'](request());
    expect(await finished).toMatchObject({ state: 'failed', analysisId: null });
    expect(((await finished)['error'] as { message: string }).message).toMatch(/^LCModel gave no result: .* MYCONT 2/);
    expect(store.listAnalyses(store.getDataset(datasetId).studyId)).toEqual([]);
  });

  it('with a wrong setting, or without LCModel, does not start', async () => {
    await expect(handlers['lcmodel:run'](request())).rejects.toThrow(/^No LCModel is set/);
    set(leavesResults());
    await expect(handlers['lcmodel:run'](request({ control: ['bogus=1'] }))).rejects.toThrow(/"bogus"/);
    await expect(handlers['lcmodel:run'](request({ settings: { magic: 1 } }))).rejects.toThrow(/no setting "magic"/);
  });
});

describe('results made elsewhere', () => {
  const read = (...paths: string[]): ReturnType<(typeof handlers)['host:import-lcmodel']> =>
    handlers['host:import-lcmodel']({ datasetId, paths });

  it('are one more analysis, with the hashes of their files', async () => {
    const paths = [file('out.coord', coordText()), file('out.table', tableText())];
    const { analysisId } = await read(...paths);
    const analysis = store.getAnalysis(analysisId);
    expect(analysis).toMatchObject({ method: 'lcmodel', basisId: 'not stated', recipeId: 'lcmodel-import' });
    expect(analysis.inputSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(analysis.warnings.map(({ code }) => code)).toEqual(['lcmodel-result-read', 'lcmodel-basis-unknown']);
    expect(analysis.provenance[0]?.method).toBe('Read from LCModel output out, version 6.3-1N');
    expect(analysis.voxels[0]?.curves?.ppm).toHaveLength(MADE_RUN.points);
    expect(store.getStudy(analysis.studyId).state).toBe('fitted');
  });

  it('of several runs, of another field strength or of another grid are refused, and nothing is stored', async () => {
    const other = tableText({
      ...MADE_RUN,
      changes: MADE_RUN.changes.map((line) => line.replace('127.75', '297.2')),
    });
    await expect(read(file('a.table', tableText()), file('b.table', tableText()))).rejects.toThrow(
      /of 2 runs of LCModel \(a, b\)/,
    );
    await expect(read(file('c.table', other))).rejects.toThrow(
      'c is not of scan.nii.gz: LCModel analysed data of 297.2 MHz, and the scan has 127.750 MHz.',
    );
    const placed = tableText({ ...MADE_RUN, title: 'made up  Row#2 Col#1' });
    await expect(read(file('sl1_2-1.table', placed))).rejects.toThrow(/row 2, column 1, which the scan of 1 × 1 × 1/);
    await expect(read(file('notes.txt', 'hello'))).rejects.toThrow(/no result file of LCModel/);
    expect(store.listAnalyses(store.getDataset(datasetId).studyId)).toEqual([]);
  });
});
