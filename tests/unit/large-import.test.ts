// A large scan on its way through the program: read, planned, stored and read again by pieces, in this thread and in the
// workers, without anything but its samples ever being held whole.
import { appendFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesOf, LARGE_FILE_BYTES } from '../../src/core/domain/fileContent.ts';
import type { ByteSource } from '../../src/core/domain/fileContent.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { applyChoices, describeDataset, planImport, readStored, storeImport } from '../../src/core/pipeline/index.ts';
import type { ImportDeps, ImportPlan } from '../../src/core/pipeline/index.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { FileSource } from '../../src/node/files/fileSource.ts';
import { readInputFiles } from '../../src/node/files/readInputFiles.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import type { WorkerTask } from '../../src/node/workers/messages.ts';
import { pipelineRunnerOn } from '../../src/node/workers/pipelineRunner.ts';
import { createWorkerPool } from '../../src/node/workers/workerPool.ts';
import type { WorkerPool } from '../../src/node/workers/workerPool.ts';
import { bundleWorker } from '../fixtures/bundleWorker.ts';
import { CHANNELS, SAMPLES, writeLargeTwix } from '../fixtures/largeTwix.ts';
import { newStudy } from '../fixtures/studies.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const folder = makeTempFolder();
const scan = join(folder, 'meas.dat');
const database = join(folder, 'studies.db');
/** 33 MiB: just large. */
const READOUTS = 34;
const now = (): string => '2026-01-01T00:00:00.000Z';
let size = 0;
let expected: MrsDataset;
let pool: WorkerPool<WorkerTask>;
let store: StudyStore;

beforeAll(async () => {
  size = writeLargeTwix(scan, READOUTS);
  expect(size).toBeGreaterThan(LARGE_FILE_BYTES);
  expected = readMrs([{ name: 'meas.dat', bytes: bytesOf({ source: open() }) }]);
  pool = createWorkerPool<WorkerTask>({
    threads: 1,
    workerUrl: await bundleWorker('src/node/workers/task.worker.ts'),
  });
  store = openStudyDb(database, { now });
});
afterAll(async () => {
  store.close();
  await pool.close();
  rmSync(folder, { recursive: true });
});

const open = (): FileSource => new FileSource(scan, statSync(scan));
const here: ImportDeps = { parse: (files, options) => Promise.resolve(readMrs(files, options)) };

/** Samples are compared as bytes: element by element it would take seconds. */
function expectSame(found: MrsDataset, wanted: MrsDataset): void {
  const bytesIn = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Buffer =>
    Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  const rest = (dataset: MrsDataset): unknown => ({ ...dataset, data: dataset.data.shape });
  expect(rest(found)).toEqual(rest(wanted));
  expect(found.data.re.constructor).toBe(wanted.data.re.constructor);
  expect(bytesIn(found.data.re).equals(bytesIn(wanted.data.re))).toBe(true);
  expect(bytesIn(found.data.im).equals(bytesIn(wanted.data.im))).toBe(true);
}

function filesInDatabase(): { readonly whole: number; readonly chunks: number } {
  const connection = new Database(database);
  const count = (sql: string): number => (connection.prepare(sql).get([]) as { n: number }).n;
  const counted = {
    whole: count('SELECT count(bytes) AS n FROM raw_files'),
    chunks: count('SELECT count(*) AS n FROM raw_file_chunks'),
  };
  connection.close();
  return counted;
}

describe('a large scan', () => {
  it('keeps the single precision of its file, and is the same by pieces as in memory', () => {
    expect(expected.data.shape).toEqual([1, 1, 1, CHANNELS, READOUTS, SAMPLES]);
    expect(expected.data.re).toBeInstanceOf(Float32Array);
    expect(expected.data.re.byteLength + expected.data.im.byteLength).toBeLessThan(size);
    expectSame(readMrs([{ name: 'meas.dat', source: open() }]), expected);
  });

  it('is read, planned and stored in pieces of a few megabytes', async () => {
    let longest = 0;
    const file = open();
    const watched: ByteSource = {
      name: file.name,
      size: file.size,
      read: (offset, length) => {
        longest = Math.max(longest, length);
        return file.read(offset, length);
      },
    };
    const plan = await planImport([{ name: 'meas.dat', source: watched }], here);
    expect(plan.failures).toEqual([]);
    expect(plan.preview.studies[0]?.items[0]?.sizeBytes).toBe(size);
    const elsewhere = openStudyDb(join(folder, 'watched.db'), { now });
    storeImport(applyChoices(plan, { roles: {}, deidentify: false }), elsewhere);
    elsewhere.close();
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThanOrEqual(4 * 2 ** 20);
  });

  it('is read by a worker from where it lies: on disk, or in the study database', async () => {
    const parse = pipelineRunnerOn(pool).parse;
    const plan: ImportPlan = await planImport(await readInputFiles([scan]), { parse });
    const { studies } = storeImport(plan, store);
    const [record] = studies[0]?.outcome.datasets ?? [];
    expect(record).toMatchObject({ sizeBytes: size, fileName: 'meas.dat' });
    expect(filesInDatabase()).toEqual({ whole: 0, chunks: Math.ceil(size / 2 ** 22) });
    expectSame((await readStored(store, record!, { parse })).dataset, expected);
    expectSame((await readStored(store, record!, here)).dataset, expected);
    expectSame(await parse([{ name: 'meas.dat', source: open() }]), expected);
  });

  it('is stored once, comes back byte for byte, and goes with its study', () => {
    const [study] = store.listStudies();
    const again = store.addDatasets(study!.id, [
      { role: 'metabolite', fileName: 'copy.dat', source: open(), description: describeDataset(expected) },
    ]);
    expect(again.alreadyKnown).toHaveLength(1);
    const [record] = store.listDatasets(study!.id);
    expect(Buffer.compare(store.readRawFile(record!.id), bytesOf({ source: open() }))).toBe(0);
    store.deleteStudy(study!.id);
    expect(filesInDatabase()).toEqual({ whole: 0, chunks: 0 });
  });

  it('whose stored bytes have changed is refused before any is handed out', () => {
    const { datasets } = store.importStudy(newStudy(), [
      { role: 'metabolite', fileName: 'meas.dat', source: open(), description: describeDataset(expected) },
    ]);
    const careless = new Database(database);
    expect(() => careless.exec('DELETE FROM raw_file_chunks')).toThrow(/deleted only with/);
    expect(() => careless.exec('UPDATE raw_file_chunks SET bytes = zeroblob(1)')).toThrow(/append-only/);
    careless.exec('DROP TRIGGER raw_file_chunks_refuse_update');
    careless.exec('UPDATE raw_file_chunks SET bytes = zeroblob(length(bytes)) WHERE position = 3');
    careless.close();
    const { source } = store.openRawFile(datasets[0]!.id);
    const corrupt = expect.objectContaining({ code: 'STUDY_DB_CORRUPT' }) as Error;
    expect(() => source?.read(0, 10)).toThrow(corrupt);
    expect(() => store.readRawFile(datasets[0]!.id)).toThrow(corrupt);
    store.deleteStudy(store.listStudies()[0]!.id);
  });

  it('that changes while it is being stored is not stored at all', () => {
    const bytes = bytesOf({ source: open() });
    let passes = 0;
    const moody: ByteSource = {
      name: 'meas.dat',
      size,
      read: (offset, length) => {
        if (offset === 0 && ++passes === 2) bytes[size - 1] = (bytes[size - 1] as number) ^ 1;
        return bytes.subarray(offset, offset + length);
      },
    };
    const given = {
      role: 'metabolite',
      fileName: 'meas.dat',
      source: moody,
      description: describeDataset(expected),
    } as const;
    expect(() => store.importStudy(newStudy(), [given])).toThrow(/^meas\.dat was changed while it was being stored/);
    expect(store.listStudies()).toEqual([]);
    expect(filesInDatabase()).toEqual({ whole: 0, chunks: 0 });
  });

  it('that was changed or taken away between preview and import is refused in words', async () => {
    const plan = await planImport(await readInputFiles([scan]), here);
    appendFileSync(scan, 'x');
    expect(() => storeImport(plan, store)).toThrow('meas.dat was changed after it was opened; please give it again.');
    rmSync(scan);
    expect(() => storeImport(plan, store)).toThrow('meas.dat does not exist.');
    expect(store.listStudies()).toEqual([]);
  });
});
