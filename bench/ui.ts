// bench ui: how smoothly the window of the real Electron app moves: frames a second while panning 320 transients of 4096 points
// and a fit with its components, how soon another study stands, what keeps the window's thread busy during import, opening,
// fit and switching, and the worklist of 10 000 studies. Needs a build and LINESHAPE_ELECTRON (`node
// scripts/electronRuntime.mjs` prints one); without a display, run it under xvfb-run, which draws in software. Writes
// bench/results/ui.json and prints it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright';
import type { ElectronApplication, Page } from 'playwright';
import { UsageError } from '../src/core/domain/errors.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import { writeSimulatedScans } from '../tests/fixtures/simulatedStudies.ts';
import { POINTS, TRANSIENTS, writeManyTransients } from './ui/scans.ts';
import { during, importFiles, pan, switchStudy, watchTasks } from './ui/window.ts';
import { fillDatabase, measureWorklist } from './ui/worklist.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const RESULT = fileURLToPath(new URL('../../bench/results/ui.json', import.meta.url));
const SIMULATED = 3;
const SWITCHES = 40;
const PAN_SECONDS = 5;
const WINDOW = [1600, 950] as const;

async function start(userData: string): Promise<{ app: ElectronApplication; page: Page }> {
  const executablePath = process.env['LINESHAPE_ELECTRON'];
  if (!executablePath) {
    throw new UsageError('LINESHAPE_ELECTRON must name an Electron; node scripts/electronRuntime.mjs prints one.');
  }
  const asRoot = process.getuid?.() === 0;
  const app = await _electron.launch({
    executablePath,
    args: [...(asRoot ? ['--no-sandbox'] : []), '--disable-dev-shm-usage', ROOT],
    env: {
      ...(process.env as Record<string, string>),
      LINESHAPE_USER_DATA: userData,
      LINESHAPE_NO_DIALOGS: '1',
      LINESHAPE_EVENT_LOOP_LOG: join(userData, 'loop.json'),
    },
  });
  const page = await app.firstWindow();
  await page.getByTestId('open-demo').or(page.getByTestId('open-demo-empty')).first().waitFor();
  await watchTasks(page);
  await app.evaluate(
    ({ BrowserWindow }, [width, height]) => BrowserWindow.getAllWindows()[0]?.setContentSize(width, height),
    WINDOW,
  );
  return { app, page };
}

/** Shows every transient of the open study and waits until they stand. */
async function showTransients(page: Page): Promise<void> {
  await page.getByTestId('tab-spectrum').click();
  await page.getByTestId('source-raw').click();
  await page.getByTestId('transient').selectOption('all');
  await page.locator(`[data-testid=spectrum-chart][data-lines="${TRANSIENTS}"]`).waitFor({ timeout: 60_000 });
}

async function fit(page: Page): Promise<void> {
  await page.getByTestId('run-fit').click();
  await page.getByTestId('fit-chart').waitFor({ timeout: 180_000 });
}

const quantile = (sorted: readonly number[], part: number): number =>
  Math.round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? NaN);

/** Goes round through the studies; the first round, in which each is processed, is told apart. */
async function measureSwitches(page: Page, studies: number): Promise<JsonObject> {
  const first: number[] = [];
  for (let row = 0; row < studies; row++) first.push(Math.round(await switchStudy(page, row)));
  const again: number[] = [];
  for (let i = 0; i < SWITCHES; i++) again.push(await switchStudy(page, i % studies));
  const sorted = [...again].sort((a, b) => a - b);
  return {
    firstOpeningMs: first,
    switches: SWITCHES,
    p50Ms: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
    longestMs: quantile(sorted, 1),
  };
}

async function measure(page: Page, folder: string): Promise<JsonObject> {
  const scans = await writeSimulatedScans(folder, SIMULATED);
  const large = writeManyTransients(folder);
  const tasks: JsonObject = {};
  const note = async (phase: string, work: () => Promise<void>): Promise<void> => {
    tasks[phase] = { ...(await during(page, phase, work)) };
  };
  await note('import', () => importFiles(page, [...scans, large]));
  let switching: JsonObject = {};
  await note('switch', async () => {
    switching = await measureSwitches(page, SIMULATED + 1);
  });
  await note('open', async () => {
    await page.getByTestId('rail-worklist').click();
    await page.getByTestId('study-row').filter({ hasText: 'Simulated transients' }).first().dblclick();
    await page.getByTestId('spectrum-chart').waitFor();
  });
  await note('transients', () => showTransients(page));
  const frames: JsonObject = {};
  await note('pan', async () => {
    frames['stackedTransients'] = { ...(await pan(page, 'spectrum-chart', PAN_SECONDS)) };
    await page.getByTestId('transient-step').fill('0');
    frames['overlaidTransients'] = { ...(await pan(page, 'spectrum-chart', PAN_SECONDS)) };
  });
  await note('fit', () => fit(page));
  await note('panFit', async () => {
    await page.getByTestId('fit-chart').focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('+');
    frames['fitWithComponents'] = { ...(await pan(page, 'fit-chart', PAN_SECONDS)) };
  });
  return { transients: TRANSIENTS, points: POINTS, frames, studySwitch: switching, longTasks: tasks };
}

/** The load of the machine: an average of processes that want to run, in the last minute. */
const load = (): number => Number((loadavg()[0] ?? NaN).toFixed(1));

/** In an app of its own, whose database is full when it starts. */
async function measureFullWorklist(): Promise<JsonObject> {
  const userData = mkdtempSync(join(tmpdir(), 'lineshape-ui-worklist-'));
  try {
    fillDatabase(userData);
    const { app, page } = await start(userData);
    const measured = await measureWorklist(page);
    await app.close();
    return measured;
  } finally {
    rmSync(userData, { recursive: true, force: true });
  }
}

/** The benchmark; `lineshape bench ui` calls it from dist/bench. */
export async function run(): Promise<JsonObject> {
  const folder = mkdtempSync(join(tmpdir(), 'lineshape-ui-'));
  const before = load();
  try {
    const { app, page } = await start(folder);
    const measured = await measure(page, folder);
    const gpu = await app.evaluate(({ app: electron }) => ({ ...electron.getGPUFeatureStatus() }));
    await app.close();
    const worklist = await measureFullWorklist();
    const result: JsonObject = {
      bench: 'ui',
      window: [...WINDOW],
      ...measured,
      worklist,
      mainProcess: JSON.parse(readFileSync(join(folder, 'loop.json'), 'utf8')) as JsonObject,
      conditions: {
        display: process.env['DISPLAY'] ?? null,
        canvas: gpu['2d_canvas'] ?? null,
        compositing: gpu['gpu_compositing'] ?? null,
        cores: availableParallelism(),
        loadBefore: before,
        loadAfter: load(),
      },
    };
    writeFileSync(RESULT, `${JSON.stringify(result, null, 2)}\n`);
    return result;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
