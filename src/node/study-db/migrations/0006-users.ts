// Schema 6: local users with their roles. Nobody is ever deleted, because the audit trail names them.
import type { Migration } from './migration.ts';

const USERS = `
CREATE TABLE users (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL CHECK (trim(name) <> ''),
  name_key TEXT NOT NULL UNIQUE,
  full_name TEXT NOT NULL CHECK (trim(full_name) <> ''),
  role TEXT NOT NULL CHECK (role IN ('reader', 'physicist', 'administrator')),
  password_hash TEXT NOT NULL CHECK (password_hash LIKE '$argon2id$%'),
  must_change_password INTEGER NOT NULL CHECK (must_change_password IN (0, 1)),
  is_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_disabled IN (0, 1)),
  failed_logins INTEGER NOT NULL DEFAULT 0 CHECK (failed_logins >= 0),
  last_failed_at TEXT,
  last_login_at TEXT,
  created_at TEXT NOT NULL
) STRICT;
CREATE TRIGGER users_refuse_delete BEFORE DELETE ON users
  BEGIN SELECT RAISE(ABORT, 'users are disabled, never deleted'); END;
CREATE TRIGGER users_refuse_other_id BEFORE UPDATE OF id, name, name_key ON users
  WHEN NEW.id <> OLD.id OR NEW.name <> OLD.name OR NEW.name_key <> OLD.name_key
  BEGIN SELECT RAISE(ABORT, 'a user keeps id and name'); END;
`;

export const users: Migration = {
  version: 6,
  name: 'users',
  up: (connection) => connection.exec(USERS),
};
