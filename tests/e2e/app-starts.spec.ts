// The real app: its window opens, its page is locked in, every channel answers, and errors come in words.
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { ChannelName, ChannelRequest, ChannelResponse, IpcResult, LineshapeApi } from '../../src/ipc/contract.ts';
import { CHANNEL_NAMES, EVENT_NAMES } from '../../src/ipc/channelNames.ts';
import { appCommand, expect, REPO_ROOT, test } from './launch.ts';

type PageWindow = Window & { lineshape: LineshapeApi; finishedJobs?: unknown[] };

/** Asks a channel from inside the page. */
async function ask<C extends ChannelName>(
  page: Page,
  channel: C,
  request: ChannelRequest<C>,
): Promise<IpcResult<ChannelResponse<C>>> {
  const answer: unknown = await page.evaluate(
    ({ name, payload }) => {
      const call = (window as unknown as PageWindow).lineshape.call as unknown as Record<
        string,
        (request: unknown) => Promise<unknown>
      >;
      return call[name]?.(payload);
    },
    { name: channel as string, payload: request as unknown },
  );
  return answer as IpcResult<ChannelResponse<C>>;
}

async function value<C extends ChannelName>(
  page: Page,
  channel: C,
  request: ChannelRequest<C>,
): Promise<ChannelResponse<C>> {
  const answer = await ask(page, channel, request);
  if (!answer.ok) throw new Error(`${channel}: ${answer.error.code} ${answer.error.message}`);
  return answer.value;
}

/** Gives the page real File objects of files on disk, as a drop does. */
async function inspectFiles(
  page: Page,
  files: readonly string[],
): Promise<IpcResult<ChannelResponse<'import:inspect-paths'>>> {
  await page.evaluate(() => {
    const input = document.createElement('input');
    Object.assign(input, { type: 'file', multiple: true, id: 'test-drop' });
    document.body.append(input);
  });
  await page.setInputFiles('#test-drop', [...files]);
  return page.evaluate(async () => {
    const input = document.querySelector('#test-drop') as HTMLInputElement;
    const { inspectDropped } = (window as unknown as PageWindow).lineshape;
    const answer = await inspectDropped(crypto.randomUUID(), [...(input.files ?? [])]);
    input.remove();
    return answer;
  });
}

test('the window opens with its title, its least size and nothing of Node in the page', async ({ app }) => {
  const { window: page, electron } = app;
  expect(page.url()).toMatch(/^app:\/\/lineshape\/index\.html/);
  const bounds = await electron.evaluate(({ BrowserWindow }) => {
    const [first] = BrowserWindow.getAllWindows();
    return { title: first?.getTitle(), minimum: first?.getMinimumSize() };
  });
  expect(bounds).toEqual({ title: 'Lineshape', minimum: [1024, 700] });
  const globals = await page.evaluate(() => {
    const api = (globalThis as unknown as PageWindow).lineshape;
    return {
      node: ['require', 'process', 'module', 'Buffer', 'global'].filter((name) => name in globalThis),
      api: Object.keys(api).sort(),
      call: Object.keys(api.call).sort(),
      on: Object.keys(api.on).sort(),
    };
  });
  expect(globals.node).toEqual([]);
  expect(globals.api).toEqual(['call', 'inspectDropped', 'on']);
  expect(globals.call).toEqual(CHANNEL_NAMES.filter((name) => name !== 'import:inspect-paths').sort());
  expect(globals.on).toEqual([...EVENT_NAMES].sort());
});

test('the page can neither leave, nor open windows, nor reach the network, nor run strings', async ({ launchApp }) => {
  const { window: page, electron } = await launchApp({
    expectedProblems: [/Content Security Policy/, /ERR_BLOCKED_BY_CLIENT/, /Failed to load resource/],
  });
  const attempts = await page.evaluate(async () => {
    const failed = async (act: () => unknown): Promise<boolean> => {
      try {
        await act();
        return false;
      } catch {
        return true;
      }
    };
    // The first turn of an evaluation is exempt from the policy by the developer tools' protocol.
    await new Promise((resolve) => setTimeout(resolve, 0));
    return {
      network: await failed(() => fetch('https://example.org/')),
      file: await failed(() => fetch('file:///etc/passwd')),
      eval: await failed(() => new Function('return 1')()),
      outside: (await fetch('app://lineshape/%2e%2e/%2e%2e/package.json')).status,
      opened: window.open('https://example.org/') !== null,
      geolocation: (await navigator.permissions.query({ name: 'geolocation' })).state,
    };
  });
  expect(attempts).toEqual({
    network: true,
    file: true,
    eval: true,
    outside: 404,
    opened: false,
    geolocation: 'denied',
  });
  const csp = await page.evaluate(async () => (await fetch('app://lineshape/')).headers.get('content-security-policy'));
  expect(csp).toContain("default-src 'none'");
  await page.evaluate(() => {
    window.location.href = 'https://example.org/';
  });
  await page.waitForTimeout(300); // a navigation would have begun by then
  expect(page.url()).toMatch(/^app:\/\/lineshape\//);
  expect(electron.windows()).toHaveLength(1);
});

test('every channel answers on the demo study', async ({ app }, testInfo) => {
  const { window: page, electron } = app;
  await page.evaluate(() => {
    const own = window as unknown as PageWindow;
    own.finishedJobs = [];
    own.lineshape.on['job:finished']((payload) => own.finishedJobs?.push(payload));
  });

  expect(await value(page, 'app:info', {})).toMatchObject({ databaseName: 'lineshape.db' });
  const imported = await value(page, 'import:demo', {});
  expect(imported.failures).toEqual([]);
  const studyId = imported.studies[0]?.studyId as string;
  expect((await value(page, 'study:list', {})).map(({ id }) => id)).toContain(studyId);

  await value(page, 'settings:set', { key: 'theme', value: 'light' });
  expect(await value(page, 'settings:get', { key: 'theme' })).toEqual({ value: 'light' });
  await value(page, 'view:set', { studyId, value: '{"zoom":2}' });
  expect(await value(page, 'view:get', { studyId })).toEqual({ value: '{"zoom":2}' });

  const { datasets } = await value(page, 'study:open', { studyId });
  const scan = datasets.find(({ role, description }) => role === 'metabolite' && description.grid.every((n) => n <= 1));
  const water = datasets.find(({ role }) => role === 'water');
  const image = datasets.find(({ role }) => role === 'image');
  expect([scan, water, image]).not.toContain(undefined);
  const datasetId = scan?.id as string;
  const waterDatasetId = water?.id as string;

  for (const request of [
    { stage: 'raw', coil: 0, transient: 0 },
    { stage: 'raw', coil: 'combined', transient: 'mean' },
    { stage: 'processed', coil: 'combined', transient: 'mean' },
  ] as const) {
    const points = await page.evaluate(
      async (payload) => {
        const answer = await (window as unknown as PageWindow).lineshape.call['dataset:signal'](payload);
        if (!answer.ok) return answer.error.message;
        const { re, im } = answer.value;
        return re instanceof Float64Array && re.some((x) => x !== 0) && im.length === re.length
          ? re.length
          : 'no signal';
      },
      { datasetId, waterDatasetId, voxel: 0, ...request },
    );
    expect(points, JSON.stringify(request)).toBe(scan?.description.points);
  }
  const imageBytes = await page.evaluate(async (id) => {
    const answer = await (window as unknown as PageWindow).lineshape.call['image:read']({ datasetId: id });
    return answer.ok && answer.value.bytes instanceof Uint8Array ? answer.value.bytes.length : answer;
  }, image?.id as string);
  expect(imageBytes).toBe(image?.sizeBytes);

  const { cards: bases } = await value(page, 'basis:list', { datasetId });
  const basis = bases.find(({ mismatch }) => mismatch === null);
  expect(basis, JSON.stringify(bases.map(({ id, mismatch }) => [id, mismatch]))).toBeDefined();
  const { recipes, suitable } = await value(page, 'recipe:list', { datasetId });
  expect(recipes.map(({ id }) => id)).toContain(suitable);
  expect(suitable).toBe('svs-default');

  const { methods } = await value(page, 'fit:methods', { datasetId });
  const known = methods.filter(({ group, obstacle }) => group !== 'fit' && obstacle === null).map(({ id }) => id);
  expect(known).toEqual(expect.arrayContaining(['qnet', 'lineshape-universal']));

  const fit = { datasetId, waterDatasetId, basisId: basis?.id as string, recipeId: 'svs-default', options: {} };
  // A network of a protocol that there is none of is left out, with its reason; the others go on.
  const alsoBy = ['qnet', 'qnet@elsewhere'].map((method) => ({ method, options: {} }));
  const { jobId } = await value(page, 'fit:start', { ...fit, alsoBy, voxels: null });
  const refused = expect.stringMatching(/^QNet.* gave no result: There is no network "qnet@elsewhere" here; /);
  await expect
    .poll(() => page.evaluate(() => (window as unknown as PageWindow).finishedJobs), { timeout: 60_000 })
    .toEqual([
      { jobId, state: 'done', analysisId: expect.any(String), basisIds: [], error: null, problems: [refused] },
    ]);
  const { analyses } = await value(page, 'study:open', { studyId });
  expect(analyses.map(({ method, status }) => [method, status])).toEqual([
    ['nlls', 'converged'],
    ['qnet', 'converged'],
    ['qnet@elsewhere', 'refused'],
  ]);
  const analysisId = analyses[0]?.id as string;
  const ofVoxel = await value(page, 'methods:voxel', { datasetId, voxel: 0 });
  expect(ofVoxel.methods.map(({ method, reason }) => [method, reason])).toEqual([
    ['nlls', null],
    ['qnet', null],
    ['qnet@elsewhere', expect.stringMatching(/^There is no network "qnet@elsewhere" here; .*\.$/)],
  ]);
  expect(ofVoxel.methods[1]?.doubt?.model.id).toBe('qnet@3t-press-30');
  const { chosen } = await value(page, 'models:provider', {});
  expect(chosen?.executionProvider).toBe(ofVoxel.methods[1]?.executionProvider);
  const analysis = await value(page, 'analysis:open', { analysisId });
  expect(analysis.voxels[0]?.result.combined.map(({ name }) => name)).toContain('tNAA');
  const curves = await page.evaluate(async (id) => {
    const answer = await (window as unknown as PageWindow).lineshape.call['analysis:curves']({
      analysisId: id,
      voxel: 0,
    });
    return answer.ok && answer.value !== null && answer.value.ppm instanceof Float64Array ? answer.value.ppm.length : 0;
  }, analysisId);
  expect(curves).toBeGreaterThan(100);

  expect((await value(page, 'report:preview', { analysisId, voxel: 0 })).html).toContain('tNAA');
  for (const format of ['html', 'csv', 'pdf'] as const) {
    const target = testInfo.outputPath(`report.${format}`);
    await electron.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, target);
    const saved = await value(page, 'report:export', { analysisId, voxel: 0, format });
    expect(saved).toEqual({ saved: true, fileName: `report.${format}` });
  }
  const { reports } = await value(page, 'study:open', { studyId });
  expect(reports.map(({ format }) => format).sort()).toEqual(['csv', 'html', 'pdf']);

  await value(page, 'job:cancel', { jobId });
  await value(page, 'study:set-state', { studyId, state: 'reviewed' });
  expect(await value(page, 'study:delete', { studyId })).toEqual({ deleted: true });
  expect(await ask(page, 'study:open', { studyId })).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
});

test('a cancelled open dialog is no question', async ({ app }) => {
  const { window: page, electron } = app;
  await electron.evaluate(({ dialog }) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: true, filePaths: [] });
  });
  const token = randomUUID();
  for (const what of ['files', 'folder'] as const)
    expect(await value(page, 'import:inspect', { token, what })).toBeNull();
});

test('a dropped file that is no scan fails in words, and the page cannot name a path', async ({ app }, testInfo) => {
  const { window: page } = app;
  const notes = testInfo.outputPath('notes.nii');
  await writeFile(notes, 'not a scan');
  const answer = await inspectFiles(page, [notes]);
  expect(answer).toMatchObject({
    ok: true,
    value: { preview: { studies: [], failures: [{ fileName: 'notes.nii' }] } },
  });
  const paths = await page.evaluate(() => 'import:inspect-paths' in (window as unknown as PageWindow).lineshape.call);
  expect(paths).toBe(false);
  expect(await value(page, 'study:list', {})).toEqual([]);
});

/** Starts the app without a driver and waits for its end. */
async function endOfStart(environment: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const { executable, args } = appCommand();
  const child = spawn(executable, args, { env: { ...process.env, LINESHAPE_NO_DIALOGS: '1', ...environment } });
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  return { code, said: said.join('') };
}

test('a database that is none ends the start with one sentence and exit code 1', async ({ userDataFolder }) => {
  const database = path.join(userDataFolder, 'broken.db');
  await writeFile(database, 'this is not a database, but long enough to look like one '.repeat(40));
  const { code, said } = await endOfStart({ LINESHAPE_USER_DATA: userDataFolder, LINESHAPE_DB: database });
  expect(code).toBe(1);
  expect(said).toMatch(/broken\.db .*\.\n/);
});

test('user data that can’t be made ends the start with one sentence and exit code 1', async ({ userDataFolder }) => {
  const file = path.join(userDataFolder, 'a-file');
  await writeFile(file, '');
  const { code, said } = await endOfStart({ LINESHAPE_USER_DATA: path.join(file, 'below') });
  expect(code).toBe(1);
  expect(said).toContain('The folder for Lineshape’s study database can’t be made');
});

test('a second app on the same database is refused in words, and the command line works beside the first', async ({
  app,
  userDataFolder,
}, testInfo) => {
  const database = path.join(userDataFolder, 'lineshape.db');
  const other = testInfo.outputPath('other-user-data');
  const { code, said } = await endOfStart({ LINESHAPE_USER_DATA: other, LINESHAPE_DB: database });
  expect(code).toBe(1);
  expect(said).toContain('The study database lineshape.db is open in another Lineshape');

  const cli = path.join(REPO_ROOT, 'bin', 'lineshape.mjs');
  const study = (...args: string[]): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, [cli, 'study', ...args, '--db', database], { encoding: 'utf8' });
  const scan = path.join(REPO_ROOT, 'resources', 'demo', 'svs_press_te30.nii.gz');
  expect(study('import', scan).status).toBe(0);
  expect(await value(app.window, 'study:list', {})).toHaveLength(1);
  expect(study('backup').status).toBe(0);
  // What would put another file in its place waits, and is refused.
  for (const work of [['restore', '--yes'], ['rekey']]) {
    const refused = study(...work);
    expect(refused.status, work[0]).not.toBe(0);
    expect(refused.stderr, work[0]).toMatch(
      /lineshape\.db is in use by another program; nothing was written[^\n]*\.\n/,
    );
  }
  expect(await value(app.window, 'study:list', {})).toHaveLength(1);
});

test('a second start hands its files to the first and ends', async ({ app, userDataFolder }) => {
  const scan = path.join(REPO_ROOT, 'resources', 'demo', 'svs_press_te30.nii.gz');
  const { executable, args } = appCommand([path.basename(scan)]);
  const env = { ...process.env, LINESHAPE_USER_DATA: userDataFolder };
  const second = spawn(executable, args, { env, cwd: path.dirname(scan) });
  expect(await new Promise((resolve) => second.on('exit', resolve))).toBe(0);
  // One scan without a doubt is nothing to ask about: it is imported at once.
  await expect.poll(async () => (await value(app.window, 'study:list', {})).length, { timeout: 20_000 }).toBe(1);
});
