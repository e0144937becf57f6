// kill -9 while studies are imported, fitted, signed, migrated, encrypted, backed up, restored and given a new key: the
// database opens, is sound, encrypted, and holds whatever was acknowledged. `bench faults` does the same 200 times.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { bundleWorker } from '../fixtures/bundleWorker.ts';
import { killOnce } from '../fixtures/faults.ts';
import type { FaultOutcome } from '../fixtures/faults.ts';
import { OPERATIONS } from '../fixtures/faultTask.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const root = makeTempFolder();
afterAll(() => rmSync(root, { recursive: true }));

const MOMENTS = 3;
const LONGEST_MS = 250;

describe('kill -9', () => {
  it.each(OPERATIONS)('loses nothing acknowledged and damages nothing: %s', async (operation) => {
    const file = fileURLToPath(await bundleWorker('tests/fixtures/workers/faultTask.worker.ts'));
    const program = { command: process.execPath, args: [file] };
    const random = seededRandom(OPERATIONS.indexOf(operation) + 1);
    const outcomes: FaultOutcome[] = [];
    for (let moment = 0; moment < MOMENTS; moment++) {
      const afterMs = Math.floor(random.uniform() * LONGEST_MS);
      const folder = join(root, `${operation}${moment}`);
      outcomes.push(await killOnce(program, folder, { operation, seed: moment + 1, afterMs }));
    }
    expect(outcomes.flatMap(({ seed, problems }) => problems.map((problem) => `${seed}: ${problem}`))).toEqual([]);
    // A migration or an encryption may be over before the kill comes; everything else goes on until then.
    const endless = operation !== 'migration' && operation !== 'encryption';
    if (endless) expect(outcomes.every(({ wasKilled }) => wasKilled)).toBe(true);
  });
});
