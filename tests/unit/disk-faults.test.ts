// A full and a read-only disk under everything that writes: real file systems, filled up or mounted anew. Each time one
// sentence, nothing half-written, a sound database, and work that goes on once there is room.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toErrorRecord } from '../../src/core/domain/errors.ts';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { DEFAULT_LCMODEL_SETTINGS } from '../../src/core/quantification/lcmodel/index.ts';
import { addSimulatedBases } from '../../src/node/files/userBases.ts';
import { fillFolder } from '../../src/node/files/outputFolder.ts';
import { atomicWrite } from '../../src/node/files/atomicWrite.ts';
import { sha256Hex } from '../../src/node/files/hashing.ts';
import { runLcmodel } from '../../src/node/lcmodel/runLcmodel.ts';
import { makeBackup } from '../../src/node/study-db/backups.ts';
import { Connection } from '../../src/node/study-db/connection.ts';
import { rekeyDatabase } from '../../src/node/study-db/keys/protect.ts';
import type { KeyAccess } from '../../src/node/study-db/keys/unlock.ts';
import { migrate } from '../../src/node/study-db/migrate.ts';
import { MIGRATIONS } from '../../src/node/study-db/migrations/index.ts';
import { verifyStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { findKey, openProtected } from '../../src/node/study-db/openProtected.ts';
import { restoreBackup } from '../../src/node/study-db/restore.ts';
import { NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { buildOne, SMALL_REQUEST } from '../fixtures/basisRequests.ts';
import { collectConnections } from '../fixtures/collectConnections.ts';
import { newAnalysis, newDataset, newStudy, voxelResult } from '../fixtures/studies.ts';
import { makeTempFolder, mountSmallDisk } from '../fixtures/tempFolder.ts';
import { syntheticScan } from './workflowFixture.ts';

const SIZE_KIB = 12_000;
const now = (): string => '2026-01-01T00:00:00.000Z';
const ACCESS: KeyAccess = { keychain: null, givenPassphrase: null, passphrase: () => null, now };
const LARGE = 600_000;

const root = makeTempFolder();
let disk: NonNullable<ReturnType<typeof mountSmallDisk>>;
let database = '';
let serial = 0;

beforeEach(async () => {
  const mounted = mountSmallDisk(join(root, `${serial++}`), SIZE_KIB);
  // No silent pass: where nothing can be mounted these faults can't be tested.
  if (mounted === null)
    throw new Error('These tests mount a small file system: run them as root, with the right to mount.');
  disk = mounted;
  database = join(disk.path, 'studies.db');
  await makeDatabase();
});
afterEach(async () => {
  execFileSync('mount', ['-o', 'remount,rw', disk.path]);
  await collectConnections();
  disk.unmount();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function open(): Promise<StudyStore> {
  return openProtected(database, await findKey(database, ACCESS, false), { now, busyTimeoutMs: 200 });
}

async function makeDatabase(): Promise<void> {
  const store = await open();
  const { study, datasets } = store.importStudy(newStudy(), [newDataset(1)]);
  store.addAnalysis(newAnalysis(study.id, datasets[0]!.id));
  store.close();
  await collectConnections();
}

const filler = (): string => join(disk.path, 'filler');

/** Takes all the room that there is. */
function fill(): void {
  const { bavail, bsize } = statfsSync(disk.path);
  writeFileSync(filler(), Buffer.alloc(bavail * bsize));
  expect(statfsSync(disk.path).bavail).toBe(0);
}

/** What lies on the disk; the log of an open database comes and goes. */
const files = (): string[] =>
  readdirSync(disk.path, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/-(wal|shm)$/.test(name) && name !== 'filler')
    .sort();

/** The error as the user meets it. */
function said(error: unknown): { code: string; message: string } {
  const { code, message } = toErrorRecord(error);
  return { code, message };
}

async function failure(work: () => unknown): Promise<{ code: string; message: string }> {
  try {
    await work();
  } catch (error) {
    return said(error);
  }
  throw new Error('It was done all the same.');
}

/** One line without the names of drafts. */
const SENTENCE = /^(?![^\n]*\.(tmp|partial))[^\n]+\.$/;
const random = (): Uint8Array => new Uint8Array(randomBytes(LARGE));

/** Curves that no compression makes small. */
function largeAnalysis(studyId: string, datasetId: string): Parameters<StudyStore['addAnalysis']>[0] {
  const noise = new Float64Array(random().slice(0, 8 * Math.floor(LARGE / 8)).buffer).map((x) =>
    Number.isFinite(x) ? x : 0,
  );
  const curves = { ppm: noise, data: noise, fit: noise, baseline: noise, residual: noise, components: [] };
  return newAnalysis(studyId, datasetId, { voxels: [{ ...voxelResult(0), curves }] });
}

function sign(store: StudyStore, studyId: string): void {
  const [analysis] = store.listAnalyses(studyId);
  store.signReport({
    ...{ studyId, analysisId: analysis!.id, voxel: 0, version: 1, language: 'en', conclusion: 'Normal.' },
    ...{ signer: { name: 'Test Reader', role: '' }, signedAt: now(), contentSha256: sha256Hex('content') },
    ...{ html: '<p>page</p>', pdf: random(), json: '{}', appVersion: '0' },
  });
}

/** Each with a store that is open, as the app's. */
const WRITES: Readonly<Record<string, (store: StudyStore, studyId: string, datasetId: string) => unknown>> = {
  import: (store) => store.importStudy(newStudy({ title: 'New' }), [newDataset(2, { bytes: random() })]),
  'the result of a fit': (store, studyId, datasetId) => store.addAnalysis(largeAnalysis(studyId, datasetId)),
  signing: (store, studyId) => sign(store, studyId),
  'a setting': (store) => store.setSetting('app/kept', 'x'.repeat(LARGE)),
  'the begin of a job': (store, studyId) => store.startJob('fit', studyId, { note: 'x'.repeat(LARGE) }),
  'an entry of the audit trail': (store) =>
    store.recordAudit({ kind: 'view', action: 'study', studyId: null, details: { note: 'x'.repeat(LARGE) } }),
};

async function sound(): Promise<void> {
  await collectConnections();
  const { key } = await findKey(database, ACCESS, true);
  expect(verifyStudyDb(database, { now, key })).toMatchObject({ ok: true });
  await collectConnections();
}

describe('a disk that is full', () => {
  it.each(Object.entries(WRITES))('while the database is open: %s', async (_name, write) => {
    const store = await open();
    const [study] = store.listStudies();
    const [dataset] = store.listDatasets(study!.id);
    const state = (): unknown => [
      store.listStudies(),
      store.listAnalyses(study!.id),
      store.listSignedReports(study!.id),
      store.listJobs(),
      store.listAudit().length,
    ];
    const [before, filesBefore] = [state(), files()];
    fill();
    const error = await failure(() => write(store, study!.id, dataset!.id));
    expect(error).toMatchObject({ code: 'DISK_FULL', message: expect.stringMatching(SENTENCE) as string });
    expect([state(), files()]).toEqual([before, filesBefore]);
    rmSync(filler());
    write(store, study!.id, dataset!.id);
    expect(state()).not.toEqual(before);
    store.close();
    await sound();
  });

  const CARE: Readonly<Record<string, () => Promise<unknown>>> = {
    'a backup': async () => {
      const { key } = await findKey(database, ACCESS, true);
      return makeBackup(database, key, { now: now() });
    },
    'a new key': () => rekeyDatabase(database, ACCESS),
    'a restore': () => restoreBackup(database, join(disk.path, 'elsewhere', 'backup.db'), ACCESS),
  };
  it.each(Object.entries(CARE))('under care of the database: %s', async (_name, work) => {
    const { key } = await findKey(database, ACCESS, true);
    mkdirSync(join(disk.path, 'elsewhere'));
    makeBackup(database, key, { now: now(), target: join(disk.path, 'elsewhere', 'backup.db') });
    await collectConnections();
    const before = files();
    fill();
    const error = await failure(work);
    expect(error).toMatchObject({ code: 'DISK_FULL', message: expect.stringMatching(SENTENCE) as string });
    expect(files().filter((name) => !name.endsWith('.backups'))).toEqual(before);
    rmSync(filler());
    await sound();
    await work();
    await sound();
  });

  it('under a migration: the database stays the old one, and is migrated once there is room', async () => {
    rmSync(database);
    rmSync(`${database}.key.json`);
    const old = new Connection(database, basename(database));
    migrate(old, database, MIGRATIONS.slice(0, 1));
    old.exec("INSERT INTO settings (key, value) VALUES ('filling', hex(zeroblob(200000)))");
    old.close();
    await collectConnections();
    const copy = join(root, 'old.db');
    cpSync(database, copy);
    fill();
    const error = await failure(open);
    expect(error).toMatchObject({ code: 'DISK_FULL', message: expect.stringMatching(SENTENCE) as string });
    const unchanged = new Connection(database, basename(database));
    expect(unchanged.pragmaNumber('user_version')).toBe(1);
    unchanged.close();
    rmSync(filler());
    await collectConnections();
    const store = await open();
    expect(store.getSetting('filling')).toHaveLength(400_000);
    store.close();
    await sound();
  });
});

/** What goes to files of the user's, LCModel's folder and basis sets; by the writers that all exports and reports share. */
const OUTPUTS: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
  'a report': (folder) => atomicWrite(join(folder, 'report.pdf'), random()),
  'an export of several files': (folder) =>
    fillFolder(join(folder, 'export'), async (write) => {
      await write('small.txt', 'small');
      await write('scan.nii', random());
    }),
  'the folder of an LCModel run': async (folder) => {
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = folder;
    const scan = { ...syntheticScan(), dimensions: [] };
    const basis = random();
    try {
      await runLcmodel(
        { executable: '/bin/true', scan, water: null, basis, settings: DEFAULT_LCMODEL_SETTINGS, voxels: [0] },
        NEVER_CANCELLED,
      );
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  },
  'a simulated basis set': (folder) => addSimulatedBases(join(folder, 'basis'), SMALL_REQUEST, [buildOne({})]),
};

describe('files beside the database', () => {
  it.each(Object.entries(OUTPUTS))('on a full disk leave nothing half-written: %s', async (_name, work) => {
    const before = files();
    fill();
    const error = await failure(() => work(disk.path));
    expect(error).toMatchObject({ code: 'DISK_FULL', message: expect.stringMatching(SENTENCE) as string });
    expect(files()).toEqual(before);
  });

  it.each(Object.entries(OUTPUTS))('on a read-only disk are refused in a sentence: %s', async (_name, work) => {
    execFileSync('mount', ['-o', 'remount,ro', disk.path]);
    const before = files();
    const error = await failure(() => work(disk.path));
    expect(error).toMatchObject({ code: 'WRITE_FAILED', message: expect.stringMatching(SENTENCE) as string });
    expect(files()).toEqual(before);
  });
});

describe('a disk that is mounted read-only', () => {
  it('keeps everything from being written, in a sentence each, and can be read', async () => {
    const { key } = await findKey(database, ACCESS, true);
    const backup = makeBackup(database, key, { now: now(), target: join(disk.path, 'backup.db') });
    await collectConnections();
    execFileSync('mount', ['-o', 'remount,ro', disk.path]);
    const before = files();
    const works = [
      open,
      () => makeBackup(database, key, { now: now() }),
      () => rekeyDatabase(database, ACCESS),
      () => restoreBackup(database, backup, ACCESS),
    ];
    for (const work of works) {
      const error = await failure(work);
      expect(error).toMatchObject({ code: 'STUDY_DB_READ_ONLY', message: expect.stringMatching(SENTENCE) as string });
      await collectConnections();
    }
    expect(files()).toEqual(before);
    expect(existsSync(`${database}-wal`)).toBe(false);
    const store = openProtected(database, { key }, { now, readOnly: true });
    expect(store.listStudies()).toHaveLength(1);
    store.close();
    await collectConnections();
    execFileSync('mount', ['-o', 'remount,rw', disk.path]);
    await sound();
  });
});
