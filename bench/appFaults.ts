// bench appFaults: kills the real app 40 times (or as often as the first option says) at seeded random moments, in turn while it
// fits, works through a batch, compares corrections, imports and signs; starts it again, takes up what was interrupted, and
// counts what is lost, done twice or damaged. Needs a build and LINESHAPE_ELECTRON; without a display, run it under xvfb-run.
// Prints one JSON document.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '../src/core/domain/json.ts';
import { seededRandom } from '../src/core/math/seededRandom.ts';
import { APP_WORK, killApp } from '../tests/fixtures/appKills.ts';
import type { AppKill, AppWork } from '../tests/fixtures/appKills.ts';
import { writeSimulatedScans } from '../tests/fixtures/simulatedStudies.ts';
import { ROOT, startApp } from './ui/startApp.ts';

const KILLS = 40;
const SEED = 20_261_122;
/** Longer than signing takes, and shorter than most of the other work. [ms] */
const LONGEST_MS = 1200;

function row(work: AppWork, outcomes: readonly AppKill[]): JsonObject {
  const own = outcomes.filter((outcome) => outcome.work === work);
  return {
    work,
    runs: own.length,
    killedAtWork: own.filter(({ wasAtWork }) => wasAtWork).length,
    survived: own.filter(({ problems }) => problems.length === 0).length,
  };
}

/** The benchmark; `lineshape bench appFaults` calls it from dist/bench. */
export async function run(_options: unknown, args: readonly string[]): Promise<JsonObject> {
  const kills = Number(args[0] ?? KILLS);
  const root = mkdtempSync(join(tmpdir(), 'lineshape-app-faults-'));
  const random = seededRandom(SEED);
  const outcomes: AppKill[] = [];
  try {
    const scans = await writeSimulatedScans(root, 6);
    for (let n = 0; n < kills; n++) {
      const work = APP_WORK[n % APP_WORK.length] as AppWork;
      const userData = join(root, `${n}`);
      mkdirSync(userData);
      const afterMs = Math.floor(random.uniform() * LONGEST_MS);
      const start = async (files: readonly string[] = []): ReturnType<typeof startApp> => startApp(userData, files);
      const plan = { userData, scans, cli: join(ROOT, 'bin', 'lineshape.mjs'), afterMs };
      outcomes.push(await killApp(start, work, plan));
      rmSync(userData, { recursive: true, force: true });
      process.stderr.write(`${JSON.stringify(outcomes.at(-1))}\n`);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return {
    benchmark: 'appFaults',
    seed: SEED,
    runs: kills,
    killedAtWork: outcomes.filter(({ wasAtWork }) => wasAtWork).length,
    survived: outcomes.filter(({ problems }) => problems.length === 0).length,
    rows: APP_WORK.map((work) => row(work, outcomes)),
    problems: outcomes.flatMap(({ work, killedAfterMs, problems }) =>
      problems.map((words) => `${work} after ${killedAfterMs} ms: ${words}`),
    ),
  };
}
