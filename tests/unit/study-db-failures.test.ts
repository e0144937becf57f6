// What can go wrong with the study database's file: damaged, foreign, newer, read-only, full disk, two writers.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import Database from 'libsql';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { toStudyDbError } from '../../src/node/study-db/sqliteErrors.ts';
import type { StudyDbOptions } from '../../src/node/study-db/openStudyDb.ts';
import { bundleWorker } from '../fixtures/bundleWorker.ts';
import { newAnalysis, newDataset, newStudy, voxelResult } from '../fixtures/studies.ts';
import { asOrdinaryUser, makeTempFolder, mountSmallDisk } from '../fixtures/tempFolder.ts';

const root = makeTempFolder();
const disk = mountSmallDisk(root, 2048);
const now = (): string => new Date().toISOString();
let serial = 0;
let folder = '';
let path = '';

beforeEach(() => {
  folder = join(root, `case${serial++}`);
  mkdirSync(folder);
  path = join(folder, 'studies.db');
});
afterAll(() => {
  disk?.unmount();
  rmSync(root, { recursive: true });
});

const open = (options: Partial<StudyDbOptions> = {}, at = path): StudyStore => openStudyDb(at, { now, ...options });

/** An error of this code whose message is one sentence that names the file. */
function oneSentence(code: string, name = 'studies.db'): unknown {
  return expect.objectContaining({ code, message: expect.stringMatching(new RegExp(`^[^\\n]*${name}[^\\n]*\\.$`)) });
}

/** A closed database with one study, one dataset of `size` bytes and one analysis. */
function makeDatabase(size = 5000): void {
  const store = open();
  const { study, datasets } = store.importStudy(newStudy(), [newDataset(1, {}, size)]);
  store.addAnalysis(newAnalysis(study.id, datasets[0]!.id));
  store.close();
}

describe('a file that is not a sound study database', () => {
  it.each(['text', 'a truncated header'])('is refused and left as it was: %s', (what) => {
    const content = what === 'text' ? 'Not a database. '.repeat(300) : 'SQLite format 3\0';
    writeFileSync(path, content);
    expect(() => open()).toThrow(oneSentence('STUDY_DB_CORRUPT'));
    expect(() => open({ readOnly: true })).toThrow(oneSentence('STUDY_DB_CORRUPT'));
    expect(readFileSync(path, 'latin1')).toBe(content);
  });

  it('is refused when another program made it, and left as it was', () => {
    const foreign = new Database(path);
    foreign.exec('CREATE TABLE theirs (a); PRAGMA user_version = 1');
    foreign.close();
    const before = readFileSync(path);
    expect(() => open()).toThrow(oneSentence('STUDY_DB_CORRUPT'));
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('is reported when its end is missing', () => {
    makeDatabase(200_000);
    truncateSync(path, 100_000);
    const readAll = (): void => {
      const store = open();
      try {
        for (const study of store.listStudies()) {
          for (const dataset of store.listDatasets(study.id)) store.readRawFile(dataset.id);
        }
      } finally {
        store.close();
      }
    };
    expect(readAll).toThrow(oneSentence('STUDY_DB_CORRUPT'));
  });

  it('is refused when a newer program made it, in a sentence with both versions, and left as it was', () => {
    makeDatabase();
    const newer = new Database(path);
    newer.exec('PRAGMA user_version = 987');
    newer.close();
    const before = readFileSync(path);
    for (const readOnly of [false, true]) {
      expect(() => open({ readOnly })).toThrow(oneSentence('STUDY_DB_NEWER'));
      expect(() => open({ readOnly })).toThrow(/version 987.* to \d+ only/);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('is named when it or its folder is not there, or is no file', () => {
    expect(() => open({}, join(folder, 'none', 'studies.db'))).toThrow(oneSentence('NOT_FOUND'));
    expect(() => open({ readOnly: true })).toThrow(oneSentence('NOT_FOUND'));
    expect(existsSync(path)).toBe(false);
    mkdirSync(path);
    expect(() => open()).toThrow(oneSentence('STUDY_DB_FAILED'));
  });
});

describe('a read-only database', () => {
  it('refuses every write and answers every question', () => {
    makeDatabase();
    const store = open({ readOnly: true });
    const study = store.listStudies()[0]!;
    const dataset = store.listDatasets(study.id)[0]!;
    const writes: (() => unknown)[] = [
      () => store.importStudy(newStudy(), [newDataset(2)]),
      () => store.addDatasets(study.id, [newDataset(2)]),
      () => store.addAnalysis(newAnalysis(study.id, dataset.id)),
      () => store.deleteStudy(study.id),
      () => store.setStudyState(study.id, 'signed'),
      () => store.startJob('fit', null),
      () => store.setSetting('a', 'b'),
    ];
    for (const write of writes) expect(write).toThrow(oneSentence('STUDY_DB_READ_ONLY'));
    expect(store.readRawFile(dataset.id)).toEqual(newDataset(1).bytes);
    expect(store.getAnalysis(store.listAnalyses(study.id)[0]!.id).voxels).toHaveLength(1);
    expect(store.listStudies()).toEqual([study]);
    store.close();
  });

  // File permissions, as an ordinary user meets them; where the test runs as root, it gives up root's rights meanwhile.
  it.each(['file', 'folder'])('is refused for writing where its %s may not be written, and can be read', (what) => {
    makeDatabase();
    chmodSync(path, what === 'file' ? 0o444 : 0o666);
    chmodSync(folder, what === 'folder' ? 0o555 : 0o777);
    const before = readFileSync(path);
    asOrdinaryUser(() => {
      expect(() => open()).toThrow(oneSentence('STUDY_DB_READ_ONLY'));
      const store = open({ readOnly: true });
      expect(store.listStudies()).toHaveLength(1);
      expect(() => store.setSetting('a', 'b')).toThrow(oneSentence('STUDY_DB_READ_ONLY'));
      store.close();
    });
    chmodSync(folder, 0o777);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('is not made in a folder that may not be written', () => {
    chmodSync(folder, 0o555);
    asOrdinaryUser(() => expect(() => open()).toThrow(oneSentence('STUDY_DB_READ_ONLY')));
    expect(readdirSync(folder)).toEqual([]);
  });
});

/** Fills a store until it refuses, then shows that the refusal left nothing half-written and the rest readable. */
function fillUp(store: StudyStore): void {
  const first = store.importStudy(newStudy(), [newDataset(1)]);
  const before = store.listStudies();
  const tooMuch = (): unknown =>
    store.importStudy(newStudy({ title: 'too much' }), [newDataset(2), newDataset(3, {}, 3_000_000)]);
  expect(tooMuch).toThrow(oneSentence('DISK_FULL'));
  const curves = voxelResult(0).curves!;
  const noise = Float64Array.from({ length: 200_000 }, (_, i) => Math.sin(i * i));
  const components = [{ name: 'NAA', curve: noise }];
  const long = { ppm: noise, data: noise, fit: noise, baseline: noise, residual: noise, components };
  const voxels = [
    { ...voxelResult(0), curves },
    { ...voxelResult(1), curves: long },
  ];
  const analysis = newAnalysis(first.study.id, first.datasets[0]!.id, { voxels });
  expect(() => store.addAnalysis(analysis)).toThrow(oneSentence('DISK_FULL'));
  expect(store.listStudies()).toEqual(before);
  expect(store.readRawFile(first.datasets[0]!.id)).toEqual(newDataset(1).bytes);
  store.setSetting('still', 'works');
  expect(store.getSetting('still')).toBe('works');
}

describe('a full disk', () => {
  it('is said in a sentence, and nothing is half-written (quota, SQLITE_FULL)', () => {
    const store = open({ maxSizeBytes: 1_500_000 });
    fillUp(store);
    store.close();
    const again = open();
    expect(again.listStudies()).toHaveLength(1);
    again.close();
  });

  it.skipIf(disk === null)(
    'is said in a sentence, and nothing is half-written (a real 2 MiB disk; needs mount)',
    () => {
      const at = join(disk!.path, 'studies.db');
      const store = open({}, at);
      fillUp(store);
      store.close();
      const again = open({}, at);
      expect(again.listStudies()).toHaveLength(1);
      expect(again.getSetting('still')).toBe('works');
      again.close();
    },
  );
});

describe('what SQLite reports', () => {
  // Result codes of https://www.sqlite.org/rescode.html, extended ones among them.
  it.each([
    [5, 'STUDY_DB_FAILED'],
    [517, 'STUDY_DB_FAILED'],
    [8, 'STUDY_DB_READ_ONLY'],
    [1032, 'STUDY_DB_READ_ONLY'],
    [11, 'STUDY_DB_CORRUPT'],
    [26, 'STUDY_DB_CORRUPT'],
    [13, 'DISK_FULL'],
    [4874, 'DISK_FULL'],
    [266, 'STUDY_DB_FAILED'],
    [787, 'BUG'],
  ])('code %i becomes %s', (rawCode, code) => {
    const thrown = Object.assign(new Error('SQL and values'), { rawCode });
    const error = toStudyDbError(thrown, 'studies.db');
    expect(error).toEqual(oneSentence(code));
    expect(error.message).not.toContain('values');
  });

  it('is waited for while another program writes, and then said', () => {
    const store = open({ busyTimeoutMs: 50 });
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    expect(() => store.setSetting('a', 'b')).toThrow(/in use by another program/);
    expect(store.listStudies()).toEqual([]);
    other.exec('ROLLBACK');
    other.close();
    store.setSetting('a', 'b');
    store.close();
  });
});

describe('two programs on one database', () => {
  it('see what the other has written', () => {
    const [app, cli] = [open(), open()];
    const { study } = app.importStudy(newStudy(), [newDataset(1)]);
    expect(cli.listStudies().map((s) => s.id)).toEqual([study.id]);
    cli.setStudyState(study.id, 'reviewed');
    expect(app.getStudy(study.id).state).toBe('reviewed');
    expect(cli.importStudy(newStudy(), [newDataset(1)]).alreadyKnown).toHaveLength(1);
    app.close();
    cli.addDatasets(study.id, [newDataset(2)]);
    cli.close();
    expect(existsSync(`${path}-wal`) && readFileSync(`${path}-wal`).length > 0).toBe(false);
  });

  it('can make it and write to it at the same moment, each waiting for the other', async () => {
    const workerUrl = await bundleWorker('tests/fixtures/workers/studyWriter.worker.ts');
    const rounds = 20;
    const writers = [1, 2, 3].map(
      (writer) =>
        new Promise<void>((done, failed) => {
          const worker = new Worker(workerUrl, { workerData: { path, writer, rounds }, execArgv: [] });
          worker.once('error', failed);
          worker.once('exit', () => done());
        }),
    );
    await Promise.all(writers);
    const store = open();
    const studies = store.listStudies();
    // Every writer imported `rounds` files of its own, and all three the same `rounds` shared files.
    expect(studies).toHaveLength(4 * rounds);
    expect(studies.every((study) => study.datasetCount === 1)).toBe(true);
    expect(new Set(studies.map((study) => study.patientId)).size).toBe(1);
    store.close();
  });
});
