// bench app: how soon the window of the real Electron app is usable, what it takes of memory and processor with the demo study
// open (as Linux accounts for it), and how long its main process keeps others waiting while 64 spectra are fitted. Needs a build and LINESHAPE_ELECTRON (`node scripts/electronRuntime.mjs` prints one);
// without a display, run it under xvfb-run.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright';
import type { ElectronApplication, Page } from 'playwright';
import { UsageError } from '../src/core/domain/errors.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import type { LineshapeApi } from '../src/ipc/contract.ts';
import { idleLoad, mappedFiles, memoryOf, processorTimeMs } from './app/processes.ts';

type PageWindow = Window & { lineshape: LineshapeApi };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WARM_STARTS = 7;
const SPECTRA = 64;
const IDLE_SECONDS = 30;
/** Longer than threads without work are kept; the daily backup of a new database is made, too. [ms] */
const PAUSE_MS = 75_000;
/** For a loaded machine. [ms] */
const LONG_MS = 180_000;

interface Started {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Process start → the worklist is drawn and answers. [ms] */
  readonly usableMs: number;
  /** Processor time that all its processes took until then, which other programs hardly change; null: not told here. [ms] */
  readonly processorMs: number | null;
  readonly marks: Readonly<Record<string, number>>;
}

/** @param eventLoopLog file for the delays of the main process; watching them takes processor time itself */
async function start(userData: string, eventLoopLog: string | null = null): Promise<Started> {
  const executablePath = process.env['LINESHAPE_ELECTRON'];
  if (!executablePath) {
    throw new UsageError('LINESHAPE_ELECTRON must name an Electron; node scripts/electronRuntime.mjs prints one.');
  }
  const asRoot = process.getuid?.() === 0;
  const began = performance.now();
  const app = await _electron.launch({
    executablePath,
    args: [...(asRoot ? ['--no-sandbox'] : []), '--disable-dev-shm-usage', ROOT],
    env: {
      ...(process.env as Record<string, string>),
      LINESHAPE_USER_DATA: userData,
      LINESHAPE_NO_DIALOGS: '1',
      LINESHAPE_TIMING: '1',
      ...(eventLoopLog === null ? {} : { LINESHAPE_EVENT_LOOP_LOG: eventLoopLog }),
    },
  });
  const marks: Record<string, number> = {};
  app.process().stdout?.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n')) {
      const match = /"timing":"([^"]+)","ms":(\d+)/.exec(line);
      if (match !== null) marks[match[1]!] = Number(match[2]);
    }
  });
  const page = await app.firstWindow();
  await page.waitForSelector('[data-testid=study-row], [data-testid=open-demo]');
  const usableMs = Math.round(performance.now() - began);
  const pid = app.process().pid;
  const processorMs = process.platform === 'linux' && pid !== undefined ? processorTimeMs(pid) : null;
  return { app, page, usableMs, processorMs, marks };
}

/** Fits 64 voxels of the demo's MRSI slice and waits for the end. */
async function fitSixtyFour(page: Page): Promise<number> {
  return page.evaluate(async (count) => {
    const { call, on } = (window as unknown as PageWindow).lineshape;
    const unwrap = <T>(answer: { ok: boolean; value?: T; error?: { message: string } }): T => {
      if (!answer.ok) throw new Error(answer.error?.message);
      return answer.value as T;
    };
    const imported = unwrap(await call['import:demo']({}));
    const { datasets } = unwrap(await call['study:open']({ studyId: imported.studies[0]!.studyId }));
    const mrsi = datasets.find((d) => d.role === 'metabolite' && d.description.grid[0]! > 1)!;
    const basis = unwrap(await call['basis:list']({ datasetId: mrsi.id })).cards.find((b) => b.mismatch === null)!;
    // The middle of the slice: brain, so that every fit has something to do.
    const [, ny] = mrsi.description.grid as [number, number, number];
    const voxels = Array.from({ length: count }, (_, i) => (4 + Math.floor(i / 8)) * ny + 4 + (i % 8));
    const began = performance.now();
    const finished = new Promise<string>((resolve) => {
      on['job:finished'](({ state }) => resolve(state));
    });
    unwrap(
      await call['fit:start']({
        datasetId: mrsi.id,
        waterDatasetId: null,
        basisId: basis.id,
        recipeId: 'mrsi-default',
        options: {},
        voxels,
      }),
    );
    const state = await finished;
    if (state !== 'done') throw new Error(`The fit ended as ${state}.`);
    return performance.now() - began;
  }, SPECTRA);
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const NATIVE = /onnxruntime|libsql/;

/** Names of the native libraries that the main process has loaded. */
function librariesOf(pid: number): string[] {
  return mappedFiles(pid, NATIVE).map((file) =>
    file
      .replace(/^.*node_modules\//, '')
      .split('/', 2)
      .join('/'),
  );
}

/** Opens the demo study and waits until image, spectrum and list of basis sets stand. */
async function openDemo(page: Page): Promise<void> {
  await page.getByTestId('open-demo').first().click();
  await page.getByTestId('study-view').waitFor({ timeout: LONG_MS });
  await page.locator('[data-testid=run-fit]:enabled').first().waitFor({ timeout: LONG_MS });
}

/** Fits by the model, then by every network besides. */
async function fit(page: Page): Promise<void> {
  await page.getByTestId('run-fit').first().click();
  await page.getByTestId('fit-status').first().waitFor({ timeout: LONG_MS });
}

async function runNetworks(page: Page): Promise<number> {
  await page.getByTestId('preset-physics').click();
  await page.getByTestId('also-by').click();
  const networks = await page.locator('[data-testid^=also-]:is(input)').count();
  await page.getByTestId('all-networks').click();
  await page.keyboard.press('Escape');
  const ended = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        (window as unknown as PageWindow).lineshape.on['job:finished'](({ state }) => resolve(state));
      }),
  );
  await page.getByTestId('run-fit').click();
  const state = await ended;
  if (state !== 'done') throw new Error(`The networks ended as ${state}.`);
  return networks;
}

/** What the open demo study takes: memory after each piece of work and after a pause, processor time while nothing is done. */
async function measureDemo(userData: string): Promise<JsonObject> {
  const { app, page } = await start(userData);
  const pid = app.process().pid;
  if (pid === undefined) throw new Error('The app did not start.');
  const memory: Record<string, JsonObject> = {};
  const libraries: Record<string, string[]> = {};
  const note = (stage: string): void => {
    memory[stage] = { ...memoryOf(pid) } as unknown as JsonObject;
    libraries[stage] = librariesOf(pid);
  };
  note('worklist');
  await openDemo(page);
  note('demoOpened');
  await wait(PAUSE_MS);
  note('demoAtRest');
  const idleOpen = await idleLoad(pid, IDLE_SECONDS);
  await fit(page);
  note('fitted');
  const networks = await runNetworks(page);
  note('networksRun');
  await wait(PAUSE_MS);
  note('allAtRest');
  const idleFitted = await idleLoad(pid, IDLE_SECONDS);
  await app.close();
  return {
    memory,
    libraries,
    networks,
    pauseS: PAUSE_MS / 1000,
    idle: { seconds: IDLE_SECONDS, percentOfOneCore: { demoOpen: idleOpen, fitShown: idleFitted } },
  };
}

/** One app after another; the first start makes the database, and finds the program's files not yet in memory. */
async function measureStarts(userData: string): Promise<JsonObject> {
  const usable: number[] = [];
  const processor: number[] = [];
  let marks: Readonly<Record<string, number>> = {};
  for (let i = 0; i <= WARM_STARTS; i++) {
    const started = await start(userData);
    usable.push(started.usableMs);
    if (started.processorMs !== null) processor.push(started.processorMs);
    marks = started.marks;
    await started.app.close();
  }
  const warm = usable.slice(1).sort((a, b) => a - b);
  const warmProcessor = processor.slice(1).sort((a, b) => a - b);
  return {
    firstMs: usable[0] as number,
    warmStarts: WARM_STARTS,
    warmMedianMs: warm[Math.floor(WARM_STARTS / 2)] as number,
    warmMs: warm,
    warmMedianProcessorMs: warmProcessor[Math.floor(WARM_STARTS / 2)] ?? null,
    marksOfLastMs: marks as JsonObject,
  };
}

async function measureEventLoop(userData: string): Promise<JsonObject> {
  const log = join(userData, 'loop.json');
  const { app, page } = await start(userData, log);
  const fitMs = await fitSixtyFour(page);
  await app.close();
  const eventLoop = JSON.parse(readFileSync(log, 'utf8')) as JsonObject;
  return { spectra: SPECTRA, ms: Math.round(fitMs), eventLoop };
}

async function inNewFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'lineshape-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The load of the machine: an average of processes that want to run, in the last minute. */
const load = (): number => Number((loadavg()[0] ?? NaN).toFixed(1));

/** The benchmark; `lineshape bench app` calls it from dist/bench. */
export async function run(): Promise<JsonObject> {
  const loadBefore = load();
  const { starts, fit64 } = await inNewFolder(async (folder) => ({
    starts: await measureStarts(folder),
    fit64: await measureEventLoop(folder),
  }));
  const demo = process.platform === 'linux' ? await inNewFolder(measureDemo) : null;
  return {
    bench: 'app',
    starts,
    demo,
    fit64,
    conditions: {
      display: process.env['DISPLAY'] ?? null,
      asRoot: process.getuid?.() === 0,
      cores: availableParallelism(),
      loadBefore,
      loadAfter: load(),
    },
  };
}
