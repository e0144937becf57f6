// One app at a time on a database, by whatever name; held by a process that is killed, it is free at once.
import { spawn } from 'node:child_process';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { holdDatabase } from '../../src/main/databaseHolder.ts';
import { bundleWorker } from '../fixtures/bundleWorker.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const folder = makeTempFolder();
const database = join(folder, 'studies.db');
afterAll(() => rmSync(folder, { recursive: true }));

const OPEN_ELSEWHERE = /^The study database \S+ is open in another Lineshape; [^\n]*\.$/;

it('is refused in a sentence while another has it, also by another name, and free once that is done', async () => {
  const giveUp = await holdDatabase(database);
  await expect(holdDatabase(database)).rejects.toThrow(OPEN_ELSEWHERE);
  writeFileSync(database, '');
  symlinkSync(database, join(folder, 'other.db'));
  await expect(holdDatabase(join(folder, 'other.db'))).rejects.toThrow(OPEN_ELSEWHERE);
  (await holdDatabase(join(folder, 'third.db')))();
  giveUp();
  (await holdDatabase(database))();
});

it('is free at once after its holder was killed', async () => {
  const program = fileURLToPath(await bundleWorker('tests/fixtures/workers/holdDatabase.ts'));
  const child = spawn(process.execPath, [program, database], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((holds) => child.stdout.once('data', holds));
  await expect(holdDatabase(database)).rejects.toThrow(OPEN_ELSEWHERE);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  (await holdDatabase(database))();
});
