// bench manyStudies [starts]: the real app with 10 000 studies beside the same app with none: how soon its window answers (starts
// in turn, ratios), and how soon the list and searches in it stand. Needs a build and LINESHAPE_ELECTRON; without a display,
// run it under xvfb-run. Prints one JSON document.
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../src/core/domain/json.ts';
import { startApp } from './ui/startApp.ts';
import { watchTasks } from './ui/window.ts';
import { fillDatabase, measureWorklist, STUDIES } from './ui/worklist.ts';

const STARTS = 7;

/** [ms] */
async function startOnce(userData: string): Promise<number> {
  const { usableMs, close } = await startApp(userData);
  await close();
  return Math.round(usableMs);
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** The benchmark; `lineshape bench manyStudies` calls it from dist/bench. */
export async function run(_options: unknown, args: readonly string[]): Promise<JsonObject> {
  const starts = Number(args[0] ?? STARTS);
  const folder = mkdtempSync(join(tmpdir(), 'lineshape-many-'));
  const [empty, full] = [join(folder, 'empty'), join(folder, 'full')];
  try {
    for (const path of [empty, full]) mkdirSync(path);
    fillDatabase(full);
    // The first start encrypts what was filled in the open, and makes the key of the empty one.
    const first = { emptyMs: await startOnce(empty), fullMs: await startOnce(full) };
    const [emptyMs, fullMs]: [number[], number[]] = [[], []];
    for (let n = 0; n < starts; n++) {
      emptyMs.push(await startOnce(empty));
      fullMs.push(await startOnce(full));
    }
    const started = await startApp(full);
    await watchTasks(started.page);
    const worklist = await measureWorklist(started.page).finally(started.close);
    return {
      benchmark: 'manyStudies',
      studies: STUDIES,
      databaseMB: Math.round(statSync(join(full, 'lineshape.db')).size / 2 ** 20),
      firstStart: first,
      usableMs: { empty: emptyMs, full: fullMs },
      medianMs: { empty: median(emptyMs), full: median(fullMs) },
      slowerMs: median(fullMs.map((ms, i) => ms - (emptyMs[i] ?? 0))),
      ratio: Number(median(fullMs.map((ms, i) => ms / (emptyMs[i] ?? 1))).toFixed(3)),
      worklist,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
