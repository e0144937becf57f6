// bench app: how soon the window of the real Electron app is usable, and how long its main process keeps others waiting
// while 64 spectra are fitted. Needs a build and LINESHAPE_ELECTRON (`node scripts/electronRuntime.mjs` prints one);
// without a display, run it under xvfb-run.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright';
import type { ElectronApplication, Page } from 'playwright';
import { UsageError } from '../src/core/domain/errors.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import type { LineshapeApi } from '../src/ipc/contract.ts';

type PageWindow = Window & { lineshape: LineshapeApi };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const STARTS = 5;
const SPECTRA = 64;

interface Started {
  readonly app: ElectronApplication;
  readonly page: Page;
  /** Process start → the worklist is drawn and answers. [ms] */
  readonly usableMs: number;
  readonly marks: Readonly<Record<string, number>>;
}

async function start(userData: string, args: readonly string[]): Promise<Started> {
  const executablePath = process.env['LINESHAPE_ELECTRON'];
  if (!executablePath) {
    throw new UsageError('LINESHAPE_ELECTRON must name an Electron; node scripts/electronRuntime.mjs prints one.');
  }
  const asRoot = process.getuid?.() === 0;
  const began = performance.now();
  const app = await _electron.launch({
    executablePath,
    args: [...(asRoot ? ['--no-sandbox'] : []), '--disable-dev-shm-usage', ROOT, ...args],
    env: {
      ...(process.env as Record<string, string>),
      LINESHAPE_USER_DATA: userData,
      LINESHAPE_NO_DIALOGS: '1',
      LINESHAPE_TIMING: '1',
      LINESHAPE_EVENT_LOOP_LOG: join(userData, 'loop.json'),
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
  return { app, page, usableMs: Math.round(performance.now() - began), marks };
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

/** The benchmark; `lineshape bench app` calls it from dist/bench. */
export async function run(): Promise<JsonObject> {
  const userData = mkdtempSync(join(tmpdir(), 'lineshape-bench-'));
  try {
    const starts: Started[] = [];
    for (let i = 0; i < STARTS; i++) {
      const started = await start(userData, []);
      starts.push(started);
      await started.app.close();
    }
    const last = await start(userData, []);
    const fitMs = await fitSixtyFour(last.page);
    await last.app.close();
    const loop = JSON.parse(readFileSync(join(userData, 'loop.json'), 'utf8')) as JsonObject;
    const usable = starts.map((s) => s.usableMs);
    return {
      bench: 'app',
      usableMs: { first: usable[0]!, median: [...usable].sort((a, b) => a - b)[Math.floor(STARTS / 2)]!, all: usable },
      marksOfLastStartMs: starts.at(-1)!.marks as JsonObject,
      fit64: { spectra: SPECTRA, ms: Math.round(fitMs), eventLoop: loop },
      conditions: { display: process.env['DISPLAY'] ?? null, asRoot: process.getuid?.() === 0 },
    };
  } finally {
    rmSync(userData, { recursive: true, force: true });
  }
}
