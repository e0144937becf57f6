// Schema 1: patients, studies, content-addressed raw files, datasets, recipes, append-only results, reports, jobs.
// Deletion of results is possible only by deletion of their study: SQLite removes the parent row before it cascades,
// so a trigger that finds the parent still there knows that the deletion was aimed at the result itself.
import type { Migration } from './migration.ts';

const TABLES = `
CREATE TABLE patients (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  patient_id TEXT,
  name TEXT,
  sex TEXT,
  birth_date TEXT,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX patients_by_patient_id ON patients (patient_id);

CREATE TABLE studies (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  patient TEXT NOT NULL REFERENCES patients (id),
  title TEXT NOT NULL,
  study_date TEXT,
  region TEXT,
  age_years REAL,
  weight_kg REAL,
  state TEXT NOT NULL CHECK (state IN ('new', 'fitted', 'reviewed', 'signed')),
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX studies_by_patient ON studies (patient);

CREATE TABLE raw_files (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  size_bytes INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  CHECK (size_bytes = length(bytes))
) STRICT;

CREATE TABLE datasets (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  study_id TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('metabolite', 'water', 'image', 'truth', 'unknown')),
  sha256 TEXT NOT NULL REFERENCES raw_files (sha256),
  file_name TEXT NOT NULL,
  description TEXT NOT NULL CHECK (json_valid(description)),
  imported_at TEXT NOT NULL,
  UNIQUE (study_id, sha256),
  UNIQUE (study_id, id)
) STRICT;
CREATE INDEX datasets_by_sha256 ON datasets (sha256);

CREATE TABLE recipes (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  recipe_id TEXT NOT NULL,
  json TEXT NOT NULL CHECK (json_valid(json))
) STRICT;

CREATE TABLE analyses (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  study_id TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  dataset_id TEXT NOT NULL,
  water_dataset_id TEXT,
  method TEXT NOT NULL,
  recipe_sha256 TEXT NOT NULL REFERENCES recipes (sha256),
  basis_id TEXT NOT NULL,
  input_sha256 TEXT NOT NULL,
  water_sha256 TEXT,
  basis_sha256 TEXT NOT NULL,
  app_version TEXT NOT NULL,
  status TEXT NOT NULL,
  provenance TEXT NOT NULL CHECK (json_valid(provenance)),
  warnings TEXT NOT NULL CHECK (json_valid(warnings)),
  created_at TEXT NOT NULL,
  UNIQUE (study_id, id),
  FOREIGN KEY (study_id, dataset_id) REFERENCES datasets (study_id, id),
  FOREIGN KEY (study_id, water_dataset_id) REFERENCES datasets (study_id, id)
) STRICT;

CREATE TABLE analysis_voxels (
  row INTEGER PRIMARY KEY,
  analysis_id TEXT NOT NULL REFERENCES analyses (id) ON DELETE CASCADE,
  voxel INTEGER NOT NULL,
  result TEXT NOT NULL CHECK (json_valid(result)),
  curves BLOB,
  UNIQUE (analysis_id, voxel)
) STRICT;

CREATE TABLE reports (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  study_id TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  analysis_id TEXT NOT NULL,
  format TEXT NOT NULL CHECK (format IN ('html', 'pdf', 'csv')),
  sha256 TEXT NOT NULL,
  created_at TEXT NOT NULL,
  FOREIGN KEY (study_id, analysis_id) REFERENCES analyses (study_id, id)
) STRICT;
CREATE INDEX reports_by_study ON reports (study_id);

CREATE TABLE jobs (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  study_id TEXT REFERENCES studies (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
  message TEXT,
  created_at TEXT NOT NULL,
  finished_at TEXT
) STRICT;

CREATE TABLE settings (
  key TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT;
`;

const IMMUTABLE_TABLES = ['raw_files', 'recipes', 'analyses', 'analysis_voxels', 'reports'];

/** Table, its parent, and the column that names the parent: deletable only with the parent. */
const DELETED_WITH_PARENT = [
  ['analyses', 'studies', 'study_id'],
  ['analysis_voxels', 'analyses', 'analysis_id'],
  ['reports', 'studies', 'study_id'],
] as const;

export const initial: Migration = {
  version: 1,
  name: 'initial',
  up: (connection) => {
    connection.exec(TABLES);
    for (const table of IMMUTABLE_TABLES) {
      connection.exec(`CREATE TRIGGER ${table}_refuse_update BEFORE UPDATE ON ${table}
        BEGIN SELECT RAISE(ABORT, '${table} is append-only'); END`);
    }
    for (const [table, parent, column] of DELETED_WITH_PARENT) {
      connection.exec(`CREATE TRIGGER ${table}_refuse_delete BEFORE DELETE ON ${table}
        WHEN EXISTS (SELECT 1 FROM ${parent} WHERE id = OLD.${column})
        BEGIN SELECT RAISE(ABORT, '${table} is deleted only with its ${parent} row'); END`);
    }
  },
};
