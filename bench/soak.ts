// bench soak [cycles]: 2 000 times (or as often as the option says) a study is opened in the real app's window, fitted and left
// again; memory, files and threads of its processes every 50 cycles. Needs a build and LINESHAPE_ELECTRON; without a display,
// run it under xvfb-run. Prints one JSON document; each measurement goes to stderr as it is made.
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright';
import type { JsonObject } from '../src/core/domain/json.ts';
import { writeSimulatedScans } from '../tests/fixtures/simulatedStudies.ts';
import { ROOT, startApp } from './ui/startApp.ts';
import type { StartedApp } from './ui/startApp.ts';

const CYCLES = 2000;
const EVERY = 50;
/** Code is compiled and caches are filled: not counted. */
const WARM_UP = 200;
/** All of them are drawn at once. */
const STUDIES = 20;
const MB = 2 ** 20;
const LIMIT_MS = 120_000;

interface Measurement {
  readonly cycle: number;
  /** Main process with its threads: study host, workers, networks. [MiB] */
  readonly mainRssMB: number;
  readonly mainHeapMB: number;
  readonly mainExternalMB: number;
  /** The window's process. [MiB] */
  readonly rendererRssMB: number;
  /** After a collection. [MiB] */
  readonly rendererHeapMB: number;
  readonly domNodes: number;
  readonly listeners: number;
  readonly openFiles: number;
  readonly threads: number;
}

const rounded = (bytes: number): number => Number((bytes / MB).toFixed(1));
const statusKB = (pid: number, field: string): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);

async function measure({ app, page }: StartedApp, cycle: number): Promise<Measurement> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const heap = await session.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
  await session.detach();
  const main = await app.evaluate(() => process.memoryUsage());
  const renderer = await app.evaluate(
    ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId() ?? 0,
  );
  const pid = app.process().pid ?? 0;
  return {
    cycle,
    mainRssMB: rounded(1024 * statusKB(pid, 'VmRSS')),
    mainHeapMB: rounded(main.heapUsed),
    mainExternalMB: rounded(main.external),
    rendererRssMB: rounded(1024 * statusKB(renderer, 'VmRSS')),
    rendererHeapMB: rounded(heap.usedSize),
    domNodes: nodes,
    listeners: jsEventListeners,
    openFiles: readdirSync(`/proc/${pid}/fd`).length,
    threads: statusKB(pid, 'Threads'),
  };
}

/** Opens the next study, fits it, waits for the result on screen, and goes back to the list. */
async function cycle(page: Page, n: number): Promise<void> {
  await page
    .getByTestId('study-row')
    .nth(n % STUDIES)
    .dblclick();
  // Not waitForSelector, whose handles keep what the page has left.
  await page.locator('[data-testid=run-fit]:enabled').first().waitFor({ timeout: LIMIT_MS });
  const before = await page.evaluate(() => (window as { soakEnds?: number }).soakEnds ?? 0);
  await page.keyboard.press('Control+r');
  await page.waitForFunction((ends) => ((window as { soakEnds?: number }).soakEnds ?? 0) > ends, before, {
    timeout: LIMIT_MS,
  });
  await page.getByTestId('results-table').waitFor({ timeout: LIMIT_MS });
  await page.getByTestId('rail-worklist').click();
  await page.getByTestId('study-row').first().waitFor();
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** The last quarter against the first after the warm-up. */
function growth(all: readonly Measurement[], field: keyof Measurement): number {
  const warm = all.filter((one) => one.cycle > WARM_UP).map((one) => one[field]);
  const quarter = Math.max(1, Math.floor(warm.length / 4));
  const ratio = median(warm.slice(-quarter)) / median(warm.slice(0, quarter));
  return Number((ratio - 1).toFixed(3));
}

async function soak(started: StartedApp, cycles: number): Promise<Measurement[]> {
  const { page } = started;
  await page.evaluate(() => {
    const here = window as unknown as { soakEnds: number; lineshape: { on: Record<string, (f: () => void) => void> } };
    here.soakEnds = 0;
    here.lineshape.on['job:finished']?.(() => (here.soakEnds += 1));
  });
  const all = [await measure(started, 0)];
  for (let n = 1; n <= cycles; n++) {
    await cycle(page, n);
    if (n % EVERY !== 0) continue;
    all.push(await measure(started, n));
    process.stderr.write(`${JSON.stringify(all.at(-1))}\n`);
  }
  return all;
}

/** The benchmark; `lineshape bench soak` calls it from dist/bench. */
export async function run(_options: unknown, args: readonly string[]): Promise<JsonObject> {
  const cycles = Number(args[0] ?? CYCLES);
  const folder = mkdtempSync(join(tmpdir(), 'lineshape-soak-'));
  try {
    const scans = await writeSimulatedScans(folder, STUDIES);
    const cli = [join(ROOT, 'bin', 'lineshape.mjs'), 'study', 'import', '--db', join(folder, 'lineshape.db'), ...scans];
    await promisify(execFile)(process.execPath, cli);
    const began = performance.now();
    const started = await startApp(folder);
    const all = await soak(started, cycles).finally(started.close);
    const seconds = Math.round((performance.now() - began) / 1000);
    const fields = ['mainRssMB', 'mainHeapMB', 'mainExternalMB', 'rendererRssMB', 'rendererHeapMB', 'domNodes', 'listeners', 'openFiles', 'threads'] as const; // prettier-ignore
    return {
      benchmark: 'soak',
      cycles,
      seconds,
      warmUpCycles: WARM_UP,
      growthAfterWarmUp: Object.fromEntries(fields.map((field) => [field, growth(all, field)])),
      measurements: all.map((one) => ({ ...one })),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
