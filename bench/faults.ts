// bench faults: kills a program that writes to an encrypted study database 200 times (or as often as the first option says) at
// seeded random moments, in turn while it imports, fits, signs, migrates, encrypts, backs up, changes the key and restores,
// and counts what is lost or damaged. Prints one JSON document.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '../src/core/domain/json.ts';
import { seededRandom } from '../src/core/math/seededRandom.ts';
import { killOnce } from '../tests/fixtures/faults.ts';
import type { FaultOutcome } from '../tests/fixtures/faults.ts';
import { actFaulty, OPERATIONS } from '../tests/fixtures/faultTask.ts';
import type { FaultTask, Operation } from '../tests/fixtures/faultTask.ts';

const KILLS = 200;
const SEED = 20_261_122;
/** Longer than a round of any of the operations takes. [ms] */
const LONGEST_MS = 400;
const PROGRAM = fileURLToPath(new URL('../../bin/lineshape.mjs', import.meta.url));

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function row(operation: Operation, outcomes: readonly FaultOutcome[]): JsonObject {
  const own = outcomes.filter((outcome) => outcome.operation === operation);
  return {
    operation,
    runs: own.length,
    killedAtWork: own.filter(({ wasKilled }) => wasKilled).length,
    survived: own.filter(({ problems }) => problems.length === 0).length,
    acknowledged: sum(own.map(({ acknowledged }) => acknowledged)),
  };
}

/** The benchmark; `lineshape bench faults` calls it from dist/bench, and it calls itself for the program to be killed. */
export async function run(_options: unknown, args: readonly string[]): Promise<JsonObject> {
  const task = process.env['LINESHAPE_FAULT'];
  if (task !== undefined) {
    await actFaulty(JSON.parse(task) as FaultTask);
    process.exit(0);
  }
  const kills = Number(args[0] ?? KILLS);
  const root = mkdtempSync(join(tmpdir(), 'lineshape-faults-'));
  const program = { command: process.execPath, args: [PROGRAM, 'bench', 'faults'] };
  const random = seededRandom(SEED);
  const outcomes: FaultOutcome[] = [];
  try {
    for (let n = 0; n < kills; n++) {
      const operation = OPERATIONS[n % OPERATIONS.length] as Operation;
      const afterMs = Math.floor(random.uniform() * LONGEST_MS);
      outcomes.push(await killOnce(program, join(root, String(n)), { operation, seed: n + 1, afterMs }));
      process.stderr.write(`${n + 1} of ${kills}\r`);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return {
    benchmark: 'faults',
    seed: SEED,
    runs: kills,
    killedAtWork: outcomes.filter(({ wasKilled }) => wasKilled).length,
    survived: outcomes.filter(({ problems }) => problems.length === 0).length,
    rows: OPERATIONS.map((operation) => row(operation, outcomes)),
    problems: outcomes.flatMap(({ operation, seed, problems }) => problems.map((words) => `${operation} ${seed}: ${words}`)), // prettier-ignore
  };
}
