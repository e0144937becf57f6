// The study database itself: flipped bytes, cuts and exchanged pieces in an encrypted database, its log and its key file. Each
// is opened in a process of its own, whose end by the driver would be a fault.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../../src/core/domain/errors.ts';
import { findKey, openProtected } from '../../../src/node/study-db/openProtected.ts';
import { newAnalysis, newDataset, newStudy } from '../../fixtures/studies.ts';
import type { FuzzCase, FuzzFile, FuzzTarget } from '../engine/fuzzCase.ts';
import { scratchFolder } from './scratch.ts';

const PROGRAM = fileURLToPath(new URL('openDatabase.js', import.meta.url));
const LONGEST_MS = 20_000;
const NAMES = ['studies.db', 'studies.db-wal', 'studies.db.key.json'];
const now = (): string => '2026-01-01T00:00:00.000Z';
const ACCESS = { keychain: null, givenPassphrase: null, passphrase: () => null, now };

function filesIn(folder: string): FuzzFile[] {
  return NAMES.filter((name) => existsSync(join(folder, name))).map((name) => ({
    name,
    bytes: new Uint8Array(readFileSync(join(folder, name))),
  }));
}

/** A database with two studies: closed, and as it is while another program has it open, with its log. */
async function seeds(): Promise<FuzzCase[]> {
  const folder = join(scratchFolder(), 'made');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'studies.db');
  const store = openProtected(path, await findKey(path, ACCESS, false), { now });
  for (const seed of [1, 2]) {
    const { study, datasets } = store.importStudy(newStudy({ title: `Study ${seed}` }), [newDataset(seed)]);
    store.addAnalysis(newAnalysis(study.id, datasets[0]?.id ?? ''));
  }
  const atWork = join(scratchFolder(), 'at-work');
  mkdirSync(atWork, { recursive: true });
  NAMES.filter((name) => existsSync(join(folder, name))).forEach((name) => copyFileSync(join(folder, name), join(atWork, name))); // prettier-ignore
  store.close();
  return [{ files: filesIn(folder) }, { files: filesIn(atWork) }];
}

interface Outcome {
  readonly opened: boolean;
  readonly name?: string;
  readonly message?: string;
  readonly code?: AppError['code'];
  readonly stack?: string;
}

/** Opened soundly, or refused: the refusal is thrown here as it was there. */
function opened(files: readonly FuzzFile[]): void {
  const folder = join(scratchFolder(), 'case');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const { name, bytes } of files) if (NAMES.includes(name)) writeFileSync(join(folder, name), bytes);
  const run = spawnSync(process.execPath, [PROGRAM, join(folder, 'studies.db')], {
    timeout: LONGEST_MS,
    encoding: 'utf8',
  });
  if (run.status !== 0)
    throw new Error(`the process ended with ${run.status ?? run.signal}: ${run.stderr.slice(0, 500)}`);
  const outcome = JSON.parse(run.stdout) as Outcome;
  if (outcome.opened) return;
  if (outcome.code === undefined || outcome.name !== 'StudyDbError' || outcome.message === undefined) {
    throw new Error(`${outcome.name}: ${outcome.stack}`);
  }
  throw new AppError(outcome.code, outcome.message);
}

export const DATABASE_TARGETS: readonly FuzzTarget[] = [
  { name: 'database', refusals: ['AppError'], seeds, longestMs: LONGEST_MS, run: opened },
];
