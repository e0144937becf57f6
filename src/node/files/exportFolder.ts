// A study exported into a new folder, and the export noted in the study database: the app's way and the command line's.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toErrorRecord } from '../../core/domain/errors.ts';
import type { ExportDeps, ExportRequest, ExportSummary } from '../../core/pipeline/exportStudy.ts';
import { exportStudy, studyPseudonym } from '../../core/pipeline/exportStudy.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import { pseudonymOf } from '../study-db/pseudonyms.ts';
import { newDicomUid } from './dicomUids.ts';
import { fillFolder } from './outputFolder.ts';

/** Kinds of jobs that the study's activity tells of. */
const [DEIDENTIFIED, IDENTIFIED] = ['export-deidentified', 'export-identified'] as const;
export const EXPORT_JOBS: readonly string[] = [DEIDENTIFIED, IDENTIFIED];

const pseudonymsOf =
  (store: StudyStore): ExportDeps['pseudonymOf'] =>
  (patient, content) =>
    pseudonymOf(store, patient, content);

/**
 * Name of a folder for an export that isn't there yet: the pseudonym, or the study's title.
 * @param parent where it is to be made
 */
export function freeExportFolder(
  store: StudyStore,
  { studyId, deidentify, format }: ExportRequest,
  parent: string,
): string {
  const name = deidentify
    ? studyPseudonym(store, studyId, pseudonymsOf(store)).pseudonym
    : store.getStudy(studyId).title;
  const plain = `${name} ${format}`.replace(/[^\p{L}\p{N}._ -]+/gu, '_').replace(/^[. ]+|[. ]+$/g, '');
  let free = plain;
  for (let n = 2; existsSync(join(parent, free)); n++) free = `${plain} (${n})`;
  return free;
}

/**
 * Exports a study into a folder: all of its files, or none.
 * @param folder that isn't there yet
 * @throws as exportStudy; ProcessingError WRITE_FAILED, DISK_FULL
 */
export async function exportIntoFolder(
  store: StudyStore,
  request: ExportRequest,
  folder: string,
  deps: Omit<ExportDeps, 'write' | 'newUid' | 'exportedAt' | 'pseudonymOf'>,
): Promise<ExportSummary> {
  const { id } = store.startJob(request.deidentify ? DEIDENTIFIED : IDENTIFIED, request.studyId);
  const dicom = { newUid: newDicomUid, exportedAt: new Date().toISOString() };
  try {
    const summary = await fillFolder(folder, (write) =>
      exportStudy(store, request, { ...deps, ...dicom, write, pseudonymOf: pseudonymsOf(store) }),
    );
    const { format, deidentify, studyId } = request;
    const details = { format, deidentified: deidentify, files: summary.files.length };
    store.recordAudit({ kind: 'export', action: 'study', studyId, details });
    const identity = request.deidentify ? 'without' : 'with';
    store.finishJob(
      id,
      'done',
      `${summary.files.length} files (${request.format}), ${identity} the patient's identity`,
    );
    return summary;
  } catch (error) {
    const record = toErrorRecord(error);
    store.finishJob(id, record.code === 'CANCELLED' ? 'cancelled' : 'failed', record.message);
    throw error;
  }
}
