// Backups: made, counted, replaced, brought back; and what a damaged database says of them.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { StudyStore } from '../../src/core/ports/studyStore.ts';
import { backupFolder, isBackupDue, KEPT_BACKUPS, listBackups, makeBackup, newestGoodBackup, pruneBackups } from '../../src/node/study-db/backups.ts'; // prettier-ignore
import { readKeyFile } from '../../src/node/study-db/keys/keyFile.ts';
import { setPassphrase } from '../../src/node/study-db/keys/unlock.ts';
import type { KeyAccess } from '../../src/node/study-db/keys/unlock.ts';
import { findKey, openProtected } from '../../src/node/study-db/openProtected.ts';
import { restoreBackup } from '../../src/node/study-db/restore.ts';
import { keepUp } from '../../src/node/study-db/upkeep.ts';
import { collectConnections } from '../fixtures/collectConnections.ts';
import { newDataset, newStudy } from '../fixtures/studies.ts';
import { makeTempFolder, mountSmallDisk } from '../fixtures/tempFolder.ts';

const root = makeTempFolder();
const disk = mountSmallDisk(root, 2500);
const DAY_MS = 24 * 3600 * 1000;
const START = Date.UTC(2026, 0, 1);
const access: KeyAccess = {
  keychain: null,
  givenPassphrase: null,
  passphrase: () => null,
  now: () => new Date(START).toISOString(),
};
let serial = 0;
let path = '';
let key: string | null = null;

beforeEach(async () => {
  const folder = join(root, `case${serial++}`);
  mkdirSync(folder);
  path = join(folder, 'studies.db');
  const store = await open();
  store.importStudy(newStudy(), [newDataset(1)]);
  store.close();
  ({ key } = await findKey(path, access, true));
});
afterAll(() => {
  disk?.unmount();
  rmSync(root, { recursive: true });
});

async function open(at = path): Promise<StudyStore> {
  return openProtected(at, await findKey(at, access, false), { now: access.now });
}

const daily = (day: number): string =>
  makeBackup(path, key, { now: new Date(START + day * DAY_MS).toISOString(), isDaily: true });

/** Makes pages of a file unreadable. */
function damage(at: string): void {
  const bytes = readFileSync(at);
  for (let i = 16384; i < bytes.length; i += 512) bytes[i] = (bytes[i] ?? 0) ^ 0xff;
  writeFileSync(at, bytes);
}

describe('a backup', () => {
  it('is a whole, encrypted database with its key file, made while the database is open', async () => {
    const store = await open();
    const backup = makeBackup(path, key, { now: access.now() });
    store.importStudy(newStudy({ title: 'later' }), [newDataset(2)]);
    store.close();
    expect(readFileSync(backup).toString('latin1', 0, 15)).not.toBe('SQLite format 3');
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    const copy = await open(backup);
    expect(copy.listStudies()).toHaveLength(1);
    expect(copy.readRawFile(copy.listDatasets(copy.listStudies()[0]!.id)[0]!.id)).toEqual(newDataset(1).bytes);
    copy.close();
  });

  it('goes on once a day, and keeps the good ones, while the clock jumps years ahead and back again', () => {
    const YEARS_MS = 9 * 365 * DAY_MS;
    const HOUR_MS = 3600 * 1000;
    const made: string[] = [];
    /** Asks every hour, as the running app does. */
    const live = (fromMs: number, days: number): void => {
      for (let hour = 0; hour < 24 * days; hour++) {
        if (keepUp({ database: path, key, isStart: false }, fromMs + hour * HOUR_MS).backedUp) made.push('made');
      }
    };
    const yearsOf = (): string[] => listBackups(path).map(({ madeAt }) => madeAt.slice(0, 4));
    live(START, 3);
    expect(made.splice(0)).toHaveLength(3);
    live(START + YEARS_MS, 8);
    expect(made.splice(0)).toHaveLength(8);
    // Set right: one a day again, and those that are made now stay.
    live(START + 4 * DAY_MS, 3);
    expect(made.splice(0)).toHaveLength(3);
    expect(yearsOf().filter((year) => year === '2026')).toHaveLength(3);
    expect(yearsOf().filter((year) => year !== '2026')).toHaveLength(KEPT_BACKUPS);
    // The hour that is there twice when summer time ends is none of UTC's.
    live(Date.UTC(2026, 9, 24, 22), 2);
    expect(made.splice(0)).toHaveLength(2);
    // What is brought back is the newest of those, not what the wrong clock dated ahead.
    expect(newestGoodBackup(path, key, Date.UTC(2026, 9, 27))?.madeAt.slice(0, 10)).toBe('2026-10-25');
  });

  it('is due once a day, also after the clock was set back', () => {
    expect(isBackupDue(path, START)).toBe(true);
    daily(0);
    makeBackup(path, key, { now: new Date(START + DAY_MS).toISOString() });
    expect(isBackupDue(path, START + DAY_MS - 1000)).toBe(false);
    expect(isBackupDue(path, START + DAY_MS)).toBe(true);
    expect(isBackupDue(path, START - DAY_MS)).toBe(true);
  });

  it(`is kept ${KEPT_BACKUPS} times, those made by hand for ever, and what a kill left is taken away`, () => {
    const byHand = makeBackup(path, key, { now: new Date(START).toISOString() });
    const made = Array.from({ length: KEPT_BACKUPS + 2 }, (_, day) => daily(day));
    const left = join(backupFolder(path), 'studies-daily-20250101T000000Z.db.partial');
    writeFileSync(left, 'half');
    pruneBackups(path, Date.now() + DAY_MS);
    expect(existsSync(left)).toBe(false);
    expect(made.map((file) => existsSync(file))).toEqual(made.map((_, i) => i >= 2));
    expect(existsSync(byHand)).toBe(true);
    const keyFiles = readdirSync(backupFolder(path)).filter((name) => name.endsWith('.key.json'));
    expect(keyFiles).toHaveLength(KEPT_BACKUPS + 1);
  });

  it('overwrites nothing, and needs a database', () => {
    const target = join(root, 'there.db');
    writeFileSync(target, 'mine');
    expect(() => makeBackup(path, key, { now: access.now(), target })).toThrow(/exists already/);
    expect(readFileSync(target, 'utf8')).toBe('mine');
    const none = join(root, 'none.db');
    expect(() => makeBackup(none, null, { now: access.now() })).toThrow(/does not exist/);
    expect(existsSync(none)).toBe(false);
  });

  it.skipIf(disk === null)('leaves nothing of itself on a full disk', async () => {
    const target = join(disk!.path, 'backup.db');
    const store = await open();
    store.importStudy(newStudy(), [newDataset(3, {}, 3_000_000)]);
    store.close();
    expect(() => makeBackup(path, key, { now: access.now(), target })).toThrow(
      expect.objectContaining({ code: 'DISK_FULL' }) as Error,
    );
    expect(readdirSync(disk!.path)).toEqual([]);
  });
});

describe('upkeep', () => {
  it('makes the daily backup and says so, and not a second', () => {
    const task = { database: path, key, isStart: true };
    expect(keepUp(task, START)).toEqual({ damage: null, backedUp: true, failure: null });
    expect(keepUp(task, START + 1000)).toEqual({ damage: null, backedUp: false, failure: null });
    expect(listBackups(path)).toMatchObject([{ isDaily: true, madeAt: '2026-01-01T00:00:00Z' }]);
  });

  it('says why there is none, and keeps the good ones where the database is damaged', async () => {
    daily(0);
    await collectConnections();
    damage(path);
    const { backedUp, failure } = keepUp({ database: path, key, isStart: true }, START + 2 * DAY_MS);
    expect(backedUp).toBe(false);
    expect(failure).toMatchObject({ code: 'STUDY_DB_CORRUPT' });
    expect(listBackups(path)).toHaveLength(1);
  });
});

describe('a large database', () => {
  it('is checked while it is open, not before', async () => {
    const store = await open();
    store.importStudy(newStudy({ title: 'large' }), [newDataset(4, { bytes: new Uint8Array(34e6) })]);
    store.close();
    await collectConnections();
    expect(keepUp({ database: path, key, isStart: true }, START)).toMatchObject({ damage: null, backedUp: true });
    damage(path);
    const { damage: found, backedUp } = keepUp({ database: path, key, isStart: true }, START + 2 * DAY_MS);
    expect(backedUp).toBe(false);
    expect(found).toMatchObject({ code: 'STUDY_DB_CORRUPT', message: expect.stringContaining('2026-01-01 00:00:00') });
  });
});

describe('a damaged database', () => {
  it('is not opened for writing, and the sentence names the newest good backup', async () => {
    daily(0);
    const newest = daily(1);
    await collectConnections();
    damage(path);
    await expect(open()).rejects.toThrow(/2026-01-02 00:00:00 \(UTC\) is good and can be brought back with "lineshape study restore"\.$/); // prettier-ignore
    damage(newest);
    await expect(open()).rejects.toThrow(/2026-01-01 00:00:00 \(UTC\) is good/);
    expect(newestGoodBackup(path, key)?.madeAt).toBe('2026-01-01T00:00:00Z');
    rmSync(backupFolder(path), { recursive: true });
    await expect(open()).rejects.toThrow(/there is no good backup of it in its backup folder\.$/);
  });

  it('refuses writes from the moment it is found out, and can be read', async () => {
    const store = await open();
    store.refuseWrites({ code: 'STUDY_DB_CORRUPT', message: 'It is damaged.', details: {} });
    expect(() => store.setSetting('a', 'b')).toThrow('It is damaged.');
    expect(() => store.importStudy(newStudy(), [newDataset(9)])).toThrow('It is damaged.');
    expect(store.listStudies()).toHaveLength(1);
    store.close();
  });
});

describe('restoring', () => {
  it('brings the newest good backup back, and keeps what was there', async () => {
    const backup = daily(0);
    const bad = daily(1);
    const store = await open();
    store.importStudy(newStudy({ title: 'later' }), [newDataset(2)]);
    store.close();
    await collectConnections();
    damage(bad);
    const restored = await restoreBackup(path, null, access);
    expect(restored.backup).toBe(backup);
    const [now, before] = [await open(), await open(restored.kept ?? '')];
    expect([now.listStudies().length, before.listStudies().length]).toEqual([1, 2]);
    now.close();
    before.close();
  });

  it('replaces a damaged database, and one that is gone', async () => {
    daily(0);
    await collectConnections();
    damage(path);
    await restoreBackup(path, null, access);
    await collectConnections();
    rmSync(path);
    expect((await restoreBackup(path, null, access)).kept).toBeNull();
    const store = await open();
    expect(store.listStudies()).toHaveLength(1);
    store.close();
  });

  it('keeps the protection of the key that there is now', async () => {
    daily(0);
    await setPassphrase(path, access, 'correct horse battery');
    const known: KeyAccess = { ...access, givenPassphrase: 'correct horse battery', passphrase: () => 'correct horse battery' }; // prettier-ignore
    await collectConnections();
    await restoreBackup(path, null, known);
    expect(readKeyFile(path)?.keys[0]?.wraps.map(({ method }) => method)).toEqual(['passphrase']);
    expect((await findKey(path, known, true)).key).toBe(key);
  });

  it.each(['is not there', 'is damaged', 'is no database'])(
    'is refused where the backup %s, and nothing changes',
    async (how) => {
      const backup = daily(0);
      await collectConnections();
      if (how === 'is not there') rmSync(backup);
      else if (how === 'is damaged') damage(backup);
      else writeFileSync(backup, 'text '.repeat(100));
      const before = readFileSync(path);
      await expect(restoreBackup(path, backup, access)).rejects.toMatchObject({ message: expect.stringMatching(/^[^\n]+\.$/) }); // prettier-ignore
      await expect(restoreBackup(path, null, access)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(readFileSync(path).equals(before)).toBe(true);
    },
  );

  it('is refused while another program has the database open', async () => {
    const backup = daily(0);
    const store = await open();
    await expect(restoreBackup(path, backup, access)).rejects.toThrow(/in use by another program/);
    store.setSetting('app/language', 'de');
    expect(store.listStudies()).toHaveLength(1);
    store.close();
  });
});
