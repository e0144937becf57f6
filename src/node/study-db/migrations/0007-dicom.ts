// Schema 7: the DICOM network. Received instances wait in dicom_inbox with their bytes; dicom_instances names those that
// became datasets, by the hash of their data set (PS3.10's file meta information differs from sender to sender).
import type { Migration } from './migration.ts';

const INBOX = `
CREATE TABLE dicom_inbox (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  sop_instance_uid TEXT NOT NULL UNIQUE,
  sop_class_uid TEXT NOT NULL,
  series_instance_uid TEXT NOT NULL,
  study_instance_uid TEXT NOT NULL,
  calling_ae_title TEXT NOT NULL,
  data_set_sha256 TEXT NOT NULL CHECK (length(data_set_sha256) = 64),
  size_bytes INTEGER NOT NULL,
  received_at TEXT NOT NULL,
  problem TEXT,
  bytes BLOB NOT NULL,
  CHECK (size_bytes = length(bytes))
) STRICT;
CREATE INDEX dicom_inbox_by_study ON dicom_inbox (study_instance_uid);
`;

const INSTANCES = `
CREATE TABLE dicom_datasets (
  dataset_id TEXT PRIMARY KEY REFERENCES datasets (id) ON DELETE CASCADE,
  study_instance_uid TEXT,
  frame_of_reference_uid TEXT
) STRICT;
CREATE INDEX dicom_datasets_by_study ON dicom_datasets (study_instance_uid);
CREATE TABLE dicom_instances (
  row INTEGER PRIMARY KEY,
  dataset_id TEXT NOT NULL REFERENCES dicom_datasets (dataset_id) ON DELETE CASCADE,
  sop_instance_uid TEXT NOT NULL,
  series_instance_uid TEXT NOT NULL,
  data_set_sha256 TEXT NOT NULL CHECK (length(data_set_sha256) = 64)
) STRICT;
CREATE INDEX dicom_instances_by_dataset ON dicom_instances (dataset_id);
CREATE INDEX dicom_instances_by_uid ON dicom_instances (sop_instance_uid);
CREATE INDEX dicom_instances_by_series ON dicom_instances (series_instance_uid);
`;

const NODES_AND_RULES = `
CREATE TABLE dicom_nodes (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  node TEXT NOT NULL CHECK (json_valid(node))
) STRICT;
CREATE TABLE dicom_rule_runs (
  row INTEGER PRIMARY KEY,
  study_id TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  scans_sha256 TEXT NOT NULL CHECK (length(scans_sha256) = 64),
  state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'failed')),
  rule_id TEXT,
  message TEXT,
  UNIQUE (study_id, scans_sha256)
) STRICT;
`;

/** `round_attempts` counts from the last click on "try again"; `bytes` is NULL once the node has the object, or it is given up. */
const TRANSFERS = `
CREATE TABLE dicom_transfers (
  row INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  study_id TEXT NOT NULL REFERENCES studies (id) ON DELETE CASCADE,
  analysis_id TEXT,
  node_id TEXT NOT NULL,
  node_name TEXT NOT NULL,
  called_ae_title TEXT,
  kinds TEXT NOT NULL CHECK (json_valid(kinds)),
  state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'given-up')),
  attempts INTEGER NOT NULL DEFAULT 0,
  round_attempts INTEGER NOT NULL DEFAULT 0,
  comes_first INTEGER NOT NULL DEFAULT 0 CHECK (comes_first IN (0, 1)),
  message TEXT,
  requested_by TEXT,
  created_at TEXT NOT NULL,
  next_attempt_at TEXT,
  finished_at TEXT
) STRICT;
CREATE INDEX dicom_transfers_by_study ON dicom_transfers (study_id);
CREATE INDEX dicom_transfers_by_state ON dicom_transfers (state);
CREATE TABLE dicom_transfer_objects (
  row INTEGER PRIMARY KEY,
  transfer_id TEXT NOT NULL REFERENCES dicom_transfers (id) ON DELETE CASCADE,
  sop_class_uid TEXT NOT NULL,
  sop_instance_uid TEXT NOT NULL,
  transfer_syntax_uid TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  sent_at TEXT,
  bytes BLOB,
  UNIQUE (transfer_id, sop_instance_uid)
) STRICT;
`;

export const dicom: Migration = {
  version: 7,
  name: 'dicom',
  up: (connection) => [INBOX, INSTANCES, NODES_AND_RULES, TRANSFERS].forEach((sql) => connection.exec(sql)),
};
