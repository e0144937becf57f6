// Schema 8: for which request a study was made, as taken over from the modality worklist.
import type { Migration } from './migration.ts';

const STUDY_REQUESTS = `
CREATE TABLE study_requests (
  study_id TEXT PRIMARY KEY REFERENCES studies (id) ON DELETE CASCADE,
  accession_number TEXT,
  study_instance_uid TEXT,
  taken_at TEXT NOT NULL
) STRICT;
`;

export const studyRequests: Migration = {
  version: 8,
  name: 'study-requests',
  up: (connection) => connection.exec(STUDY_REQUESTS),
};
