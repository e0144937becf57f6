// Schema 4: reference ranges, texts for conclusions, and the report of a study: an open draft, then signed versions that
// nobody changes. Exported files may be JSON and DICOM too.
import type { Migration } from './migration.ts';

const RANGES = `
CREATE TABLE reference_ranges (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  metabolite TEXT NOT NULL,
  quantity TEXT NOT NULL CHECK (quantity IN ('ratio', 'molality', 'molarity', 'lcmodel')),
  denominator TEXT CHECK ((denominator IS NULL) = (quantity <> 'ratio')),
  nucleus TEXT NOT NULL,
  field_t REAL NOT NULL CHECK (field_t > 0),
  echo_time_min_ms REAL NOT NULL,
  echo_time_max_ms REAL NOT NULL CHECK (echo_time_max_ms >= echo_time_min_ms),
  sequence TEXT,
  region TEXT NOT NULL CHECK (trim(region) <> ''),
  tissue TEXT CHECK (tissue IN ('GM', 'WM')),
  age_min_years REAL,
  age_max_years REAL,
  mean REAL NOT NULL,
  sd REAL NOT NULL CHECK (sd > 0),
  n INTEGER NOT NULL CHECK (n >= 2),
  citation TEXT NOT NULL CHECK (trim(citation) <> ''),
  changed_at TEXT NOT NULL
) STRICT;
CREATE TABLE conclusion_templates (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL CHECK (trim(title) <> ''),
  text TEXT NOT NULL,
  changed_at TEXT NOT NULL
) STRICT;
`;

const DRAFTS_AND_VERSIONS = `
CREATE TABLE report_drafts (
  study_id TEXT PRIMARY KEY NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  conclusion TEXT NOT NULL,
  changed_at TEXT NOT NULL
) STRICT;
CREATE TABLE signed_reports (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  study_id TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  analysis_id TEXT NOT NULL,
  voxel INTEGER NOT NULL,
  version INTEGER NOT NULL CHECK (version >= 1),
  language TEXT NOT NULL,
  conclusion TEXT NOT NULL,
  signer_name TEXT NOT NULL CHECK (trim(signer_name) <> ''),
  signer_role TEXT NOT NULL,
  signed_at TEXT NOT NULL,
  content_sha256 TEXT NOT NULL CHECK (length(content_sha256) = 64),
  html TEXT NOT NULL,
  html_sha256 TEXT NOT NULL CHECK (length(html_sha256) = 64),
  pdf BLOB NOT NULL,
  pdf_sha256 TEXT NOT NULL CHECK (length(pdf_sha256) = 64),
  json TEXT NOT NULL CHECK (json_valid(json)),
  app_version TEXT NOT NULL,
  UNIQUE (study_id, version),
  FOREIGN KEY (study_id, analysis_id) REFERENCES analyses (study_id, id)
) STRICT;
CREATE TRIGGER signed_reports_refuse_update BEFORE UPDATE ON signed_reports
  BEGIN SELECT RAISE(ABORT, 'signed_reports is append-only'); END;
CREATE TRIGGER signed_reports_refuse_delete BEFORE DELETE ON signed_reports
  WHEN EXISTS (SELECT 1 FROM studies WHERE id = OLD.study_id)
  BEGIN SELECT RAISE(ABORT, 'signed_reports is deleted only with its studies row'); END;
CREATE TRIGGER signed_study_refuse_draft BEFORE INSERT ON report_drafts
  WHEN EXISTS (SELECT 1 FROM studies WHERE id = NEW.study_id AND state = 'signed')
    AND EXISTS (SELECT 1 FROM signed_reports WHERE study_id = NEW.study_id)
  BEGIN SELECT RAISE(ABORT, 'a signed study has no draft'); END;
`;

/** SQLite can't widen a CHECK; nothing refers to this table, so it is made anew. */
const REPORT_FILES = `
CREATE TABLE reports_4 (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  study_id TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  analysis_id TEXT NOT NULL,
  format TEXT NOT NULL CHECK (format IN ('html', 'pdf', 'csv', 'json', 'dicom-pdf', 'dicom-sc')),
  sha256 TEXT NOT NULL,
  created_at TEXT NOT NULL,
  FOREIGN KEY (study_id, analysis_id) REFERENCES analyses (study_id, id)
) STRICT;
INSERT INTO reports_4 SELECT row, id, study_id, analysis_id, format, sha256, created_at FROM reports;
DROP TABLE reports;
ALTER TABLE reports_4 RENAME TO reports;
CREATE INDEX reports_by_study ON reports (study_id);
CREATE TRIGGER reports_refuse_update BEFORE UPDATE ON reports
  BEGIN SELECT RAISE(ABORT, 'reports is append-only'); END;
CREATE TRIGGER reports_refuse_delete BEFORE DELETE ON reports
  WHEN EXISTS (SELECT 1 FROM studies WHERE id = OLD.study_id)
  BEGIN SELECT RAISE(ABORT, 'reports is deleted only with its studies row'); END;
`;

export const reportsSigned: Migration = {
  version: 4,
  name: 'reports-signed',
  up: (connection) => {
    connection.exec(RANGES);
    connection.exec(DRAFTS_AND_VERSIONS);
    connection.exec(REPORT_FILES);
  },
};
