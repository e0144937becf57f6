// Schema 3: what the worklist shows, sorts and searches stands beside each study, and batches outlive a restart.
// study_facts is derived: opening the database fills in what is missing there (facts.ts).
import type { Migration } from './migration.ts';

const FACTS = `
CREATE TABLE study_facts (
  study_id TEXT PRIMARY KEY NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  sequence TEXT,
  field_t REAL,
  echo_time_s REAL,
  repetition_time_s REAL,
  scanner TEXT,
  voxels INTEGER NOT NULL,
  import_warnings INTEGER NOT NULL,
  fit_warnings INTEGER NOT NULL,
  quality TEXT CHECK (quality IN ('good', 'average', 'borderline', 'fail')),
  search TEXT NOT NULL
) STRICT;
CREATE INDEX studies_by_date ON studies (study_date);
CREATE INDEX jobs_by_study ON jobs (study_id);
`;

const BATCHES = `
CREATE TABLE batches (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'cancelled', 'interrupted')),
  created_at TEXT NOT NULL,
  finished_at TEXT
) STRICT;
CREATE TABLE batch_items (
  row INTEGER PRIMARY KEY,
  batch_id TEXT NOT NULL REFERENCES batches (id) ON DELETE CASCADE,
  study_id TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled', 'interrupted')),
  message TEXT,
  analysis_ids TEXT NOT NULL CHECK (json_valid(analysis_ids)),
  UNIQUE (batch_id, study_id)
) STRICT;
CREATE INDEX batch_items_by_study ON batch_items (study_id);
`;

export const worklistAndBatches: Migration = {
  version: 3,
  name: 'worklist-batches',
  up: (connection) => {
    connection.exec(FACTS);
    connection.exec(BATCHES);
  },
};
