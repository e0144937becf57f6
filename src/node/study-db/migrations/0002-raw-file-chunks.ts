// Schema 2: large raw files stand in chunks, as SQLite limits one value to 1e9 bytes and hands it out whole only.
import type { Connection } from '../connection.ts';
import type { Migration } from './migration.ts';

/** `bytes` is NULL where the content stands in raw_file_chunks. */
const RAW_FILES = `CREATE TABLE raw_files (
  sha256 TEXT PRIMARY KEY CHECK (length(sha256) = 64),
  size_bytes INTEGER NOT NULL,
  bytes BLOB,
  CHECK (bytes IS NULL OR size_bytes = length(bytes))
) STRICT`;

const CHUNKS = `
CREATE TABLE raw_file_chunks (
  row INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL REFERENCES raw_files (sha256) ON DELETE CASCADE,
  position INTEGER NOT NULL CHECK (position >= 0),
  bytes BLOB NOT NULL,
  UNIQUE (sha256, position)
) STRICT;
CREATE TRIGGER raw_file_chunks_refuse_update BEFORE UPDATE ON raw_file_chunks
  BEGIN SELECT RAISE(ABORT, 'raw_file_chunks is append-only'); END;
CREATE TRIGGER raw_file_chunks_refuse_delete BEFORE DELETE ON raw_file_chunks
  WHEN EXISTS (SELECT 1 FROM raw_files WHERE sha256 = OLD.sha256)
  BEGIN SELECT RAISE(ABORT, 'raw_file_chunks is deleted only with its raw_files row'); END;
`;

/**
 * Takes NOT NULL off `bytes` without copying every file: rows are stored alike with and without it, so SQLite's manual
 * ("ALTER TABLE", section 7) allows the table's text to be edited.
 */
function loosenRawFiles(connection: Connection): void {
  const schemaVersion = connection.pragmaNumber('schema_version');
  connection.exec('PRAGMA writable_schema = ON');
  try {
    connection.run("UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = 'raw_files'", [RAW_FILES]);
    // Makes every connection read the text again.
    connection.exec(`PRAGMA schema_version = ${schemaVersion + 1}`);
  } finally {
    connection.exec('PRAGMA writable_schema = OFF');
  }
}

export const rawFileChunks: Migration = {
  version: 2,
  name: 'raw-file-chunks',
  up: (connection) => {
    loosenRawFiles(connection);
    connection.exec(CHUNKS);
  },
};
