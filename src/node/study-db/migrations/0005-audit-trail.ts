// Schema 5: the audit trail, which is only ever added to. `entry` is the canonical JSON that the hash is taken of; the other
// columns repeat what of it is searched for.
import type { Migration } from './migration.ts';

const AUDIT = `
CREATE TABLE audit_entries (
  sequence INTEGER PRIMARY KEY CHECK (sequence >= 1),
  at TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('import', 'view', 'process', 'sign', 'export', 'delete', 'settings', 'login')),
  study_id TEXT,
  entry TEXT NOT NULL CHECK (json_valid(entry)),
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64)
) STRICT;
CREATE INDEX audit_entries_by_study ON audit_entries (study_id);
CREATE TRIGGER audit_entries_refuse_update BEFORE UPDATE ON audit_entries
  BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
CREATE TRIGGER audit_entries_refuse_delete BEFORE DELETE ON audit_entries
  BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
CREATE TRIGGER audit_entries_refuse_gap BEFORE INSERT ON audit_entries
  WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM audit_entries)
  BEGIN SELECT RAISE(ABORT, 'audit_entries has no gaps'); END;
`;

export const auditTrail: Migration = {
  version: 5,
  name: 'audit-trail',
  up: (connection) => connection.exec(AUDIT),
};
