// Every migration, in order.
import { initial } from './0001-initial.ts';
import { rawFileChunks } from './0002-raw-file-chunks.ts';
import { worklistAndBatches } from './0003-worklist-batches.ts';
import { reportsSigned } from './0004-reports-signed.ts';
import { auditTrail } from './0005-audit-trail.ts';
import { users } from './0006-users.ts';
import { dicom } from './0007-dicom.ts';
import { studyRequests } from './0008-study-requests.ts';
import type { Migration } from './migration.ts';

export type { Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [
  initial,
  rawFileChunks,
  worklistAndBatches,
  reportsSigned,
  auditTrail,
  users,
  dicom,
  studyRequests,
];
