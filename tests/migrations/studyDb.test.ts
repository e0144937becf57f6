// Migrations of the study database: from nothing and from every earlier version to the newest, with a backup, whole or
// not at all.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { WHOLE_WORKLIST } from '../../src/core/domain/worklistQuery.ts';
import { Connection } from '../../src/node/study-db/connection.ts';
import { migrate } from '../../src/node/study-db/migrate.ts';
import { MIGRATIONS } from '../../src/node/study-db/migrations/index.ts';
import type { Migration } from '../../src/node/study-db/migrations/index.ts';
import { openStudyDb } from '../../src/node/study-db/openStudyDb.ts';
import { newAnalysis, newDataset, newStudy } from '../fixtures/studies.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const NEWEST = MIGRATIONS.at(-1)!.version;
const folder = makeTempFolder();
const now = (): string => '2026-01-01T00:00:00.000Z';
let serial = 0;
let path = '';

beforeEach(() => {
  path = join(folder, `migrated${serial++}.db`);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A migration that a future version might have, to try the machinery beyond the released ones. */
const next: Migration = {
  version: NEWEST + 1,
  name: 'a-column-more',
  up: (connection) => {
    connection.exec("ALTER TABLE studies ADD COLUMN note TEXT NOT NULL DEFAULT 'none'");
    connection.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY) STRICT');
  },
};

function withConnection<T>(at: string, work: (connection: Connection) => T): T {
  const connection = new Connection(at, basename(at));
  try {
    connection.exec('PRAGMA foreign_keys = ON');
    return work(connection);
  } finally {
    connection.close();
  }
}

/** Tables, indexes and triggers with their SQL. */
function schemaOf(at: string): string[] {
  return withConnection(at, (connection) =>
    connection
      .all('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name')
      .map((row) => `${row.text('type')} ${row.text('name')}: ${row.textOrNull('sql') ?? ''}`),
  );
}

const versionOf = (at: string): number => withConnection(at, (connection) => connection.pragmaNumber('user_version'));
const backupsOf = (at: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(at)}.`) && name.includes('.bak'))
    .sort();

/** Rows that a database of schema 1 may hold, written as that version wrote them. */
const ROWS_OF_VERSION_1 = `
INSERT INTO patients (id, patient_id, name, created_at) VALUES ('p', 'P-1', 'Test Person', '2026-01-01T00:00:00Z');
INSERT INTO studies (id, patient, title, state, created_at) VALUES ('s', 'p', 'Brain', 'new', '2026-01-01T00:00:00Z');
INSERT INTO raw_files (sha256, size_bytes, bytes)
  VALUES ('039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81', 3, x'010203');
INSERT INTO datasets (id, study_id, role, sha256, file_name, description, imported_at)
  SELECT 'd', 's', 'metabolite', sha256, 'scan.nii.gz', '{"sequence":"PRESS"}', '2026-01-01T00:00:00Z' FROM raw_files;
`;

/** A result with its report, which schema 4 makes the table anew for. */
const REPORT_OF_VERSION_1 = `
INSERT INTO recipes (sha256, recipe_id, json) VALUES ('${'a'.repeat(64)}', 'r', '{}');
INSERT INTO analyses (id, study_id, dataset_id, method, recipe_sha256, basis_id, input_sha256, basis_sha256, app_version,
    status, provenance, warnings, created_at)
  VALUES ('a', 's', 'd', 'nlls', '${'a'.repeat(64)}', 'b', 'i', 'b', '0', 'converged', '[]', '[]', '2026-01-01T00:00:00Z');
INSERT INTO reports (id, study_id, analysis_id, format, sha256, created_at)
  VALUES ('f', 's', 'a', 'pdf', 'h', '2026-01-01T00:00:00Z');
`;

/** What schema 2 added: a raw file in chunks. */
const ROWS_OF_VERSION_2 = `
INSERT INTO raw_files (sha256, size_bytes)
  VALUES ('787c798e39a5bc1910355bae6d0cd87a36b2e10fd0202a83e3bb6b005da83472', 3);
INSERT INTO raw_file_chunks (sha256, position, bytes) SELECT sha256, 0, x'040506' FROM raw_files WHERE bytes IS NULL;
INSERT INTO datasets (id, study_id, role, sha256, file_name, description, imported_at)
  SELECT 'e', 's', 'water', sha256, 'meas.dat', '{}', '2026-01-01T00:00:00Z' FROM raw_files WHERE bytes IS NULL;
`;

/** What schema 3 added: facts for the worklist, and a batch. */
const ROWS_OF_VERSION_3 = `
INSERT INTO study_facts (study_id, sequence, voxels, import_warnings, fit_warnings, search)
  VALUES ('s', 'PRESS', 1, 0, 0, 'test person');
INSERT INTO batches (id, settings, state, created_at) VALUES ('b', '{}', 'done', '2026-01-01T00:00:00Z');
INSERT INTO batch_items (batch_id, study_id, state, analysis_ids) VALUES ('b', 's', 'done', '[]');
`;

/** What schema 4 added: a reference range. */
const ROWS_OF_VERSION_4 = `
INSERT INTO reference_ranges (id, metabolite, quantity, denominator, nucleus, field_t, echo_time_min_ms,
    echo_time_max_ms, region, mean, sd, n, citation, changed_at)
  VALUES ('r', 'tNAA', 'ratio', 'tCr', '1H', 3, 25, 35, 'white matter', 1.5, 0.1, 20, 'test', '2026-01-01T00:00:00Z');
`;

/** Builds a database as the program of that version left it. */
function buildVersion(version: number): void {
  withConnection(path, (connection) => {
    migrate(
      connection,
      path,
      MIGRATIONS.filter((migration) => migration.version <= version),
    );
    if (version >= 1) connection.exec(ROWS_OF_VERSION_1);
    if (version >= 1) connection.exec(REPORT_OF_VERSION_1);
    if (version >= 2) connection.exec(ROWS_OF_VERSION_2);
    if (version >= 3) connection.exec(ROWS_OF_VERSION_3);
    if (version >= 4) connection.exec(ROWS_OF_VERSION_4);
  });
}

describe('migrations', () => {
  it('are numbered from 1 without gaps', () => {
    expect(MIGRATIONS.map((migration) => migration.version)).toEqual(MIGRATIONS.map((_, i) => i + 1));
  });

  it.each(Array.from({ length: NEWEST + 1 }, (_, version) => version))(
    'bring version %i to the newest, with the schema of a new database and its rows kept',
    (version) => {
      const fresh = `${path}.fresh`;
      openStudyDb(fresh, { now }).close();
      buildVersion(version);
      const store = openStudyDb(path, { now });
      if (version >= 1) {
        expect(store.listReports('s')).toMatchObject([{ id: 'f', analysisId: 'a', format: 'pdf', sha256: 'h' }]);
        expect(store.getStudy('s')).toMatchObject({ title: 'Brain', sequence: 'PRESS' });
        const query = { ...WHOLE_WORKLIST, search: 'person tést' };
        expect(store.worklistRows(store.queryWorklist(query).ids)).toMatchObject([{ id: 's', quality: null }]);
        expect(store.readRawFile('d')).toEqual(new Uint8Array([1, 2, 3]));
      }
      if (version >= 2) expect(store.readRawFile('e')).toEqual(new Uint8Array([4, 5, 6]));
      if (version >= 3) expect(store.getBatch('b').items).toMatchObject([{ studyId: 's', state: 'done' }]);
      expect(store.listReferenceRanges().map(({ id }) => id)).toEqual(version >= 4 ? ['r'] : []);
      expect(store.listDatasets('s').map(({ id }) => id)).toEqual(['d', 'e'].slice(0, Math.min(version, 2)));
      const { study, datasets } = store.importStudy(newStudy(), [newDataset(1)]);
      store.addAnalysis(newAnalysis(study.id, datasets[0]!.id));
      store.close();
      expect(schemaOf(path)).toEqual(schemaOf(fresh));
      expect([versionOf(path), versionOf(fresh)]).toEqual([NEWEST, NEWEST]);
      const backedUp = version > 0 && version < NEWEST;
      expect(backupsOf(path)).toEqual(backedUp ? [`${basename(path)}.before-v${NEWEST}.bak`] : []);
    },
  );

  it('leave a database of the newest version untouched', () => {
    buildVersion(NEWEST);
    openStudyDb(path, { now }).close();
    const before = readFileSync(path);
    openStudyDb(path, { now }).close();
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('make every table STRICT', () => {
    buildVersion(NEWEST);
    const tables = withConnection(path, (connection) =>
      connection
        .all("SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'")
        .map((row) => [row.text('name'), row.number('strict')]),
    );
    expect(tables.length).toBeGreaterThanOrEqual(10);
    expect(tables.filter(([, strict]) => strict !== 1)).toEqual([]);
  });
});

describe('migrating an existing database', () => {
  it('first makes a complete backup that opens as the version it was', () => {
    buildVersion(NEWEST);
    const schemaBefore = schemaOf(path);
    withConnection(path, (connection) => migrate(connection, path, [...MIGRATIONS, next]));
    expect(versionOf(path)).toBe(NEWEST + 1);
    expect(schemaOf(path).join()).toContain('notes');
    const backup = `${path}.before-v${NEWEST + 1}.bak`;
    expect(schemaOf(backup)).toEqual(schemaBefore);
    const store = openStudyDb(backup, { now });
    expect(store.readRawFile('d')).toEqual(new Uint8Array([1, 2, 3]));
    store.close();
  });

  it('never overwrites an earlier backup', () => {
    buildVersion(NEWEST);
    const failing: Migration = {
      ...next,
      up: () => {
        throw new Error('stop');
      },
    };
    for (let attempt = 0; attempt < 2; attempt++) {
      expect(() => withConnection(path, (c) => migrate(c, path, [...MIGRATIONS, failing]))).toThrow('stop');
    }
    const name = `${basename(path)}.before-v${NEWEST + 1}`;
    expect(backupsOf(path)).toEqual([`${name}.2.bak`, `${name}.bak`]);
  });

  it('undoes a migration that fails half-way, and keeps those before it', () => {
    buildVersion(NEWEST);
    const failing: Migration = {
      version: NEWEST + 2,
      name: 'half-way',
      up: (connection) => {
        connection.exec('CREATE TABLE half (id INTEGER PRIMARY KEY) STRICT; DELETE FROM datasets');
        connection.exec('INSERT INTO no_such_table VALUES (1)');
      },
    };
    expect(() => withConnection(path, (c) => migrate(c, path, [...MIGRATIONS, next, failing]))).toThrow();
    expect(versionOf(path)).toBe(NEWEST + 1);
    expect(schemaOf(path).join()).not.toContain('half');
    const database = new Database(path);
    expect(database.prepare('SELECT id FROM datasets').all([])).toHaveLength(2);
    database.close();
  });

  it('changes nothing where the backup cannot be written', () => {
    buildVersion(NEWEST);
    withConnection(path, (connection) => {
      // A folder that is not there stands for any place where the backup can't be written.
      const elsewhere = join(folder, 'no', 'such', 'folder.db');
      expect(() => migrate(connection, elsewhere, [...MIGRATIONS, next])).toThrow(
        expect.objectContaining({ code: 'STUDY_DB_FAILED' }),
      );
    });
    expect(versionOf(path)).toBe(NEWEST);
    expect(existsSync(join(folder, 'no'))).toBe(false);
  });
});
