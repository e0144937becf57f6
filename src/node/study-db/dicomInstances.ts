// Which DICOM instances the datasets hold: read from their headers when they are stored, whether they came as files or over
// the network, so that an instance that comes again is known and a study that is sent in parts grows.
import { bytesOf } from '../../core/domain/fileContent.ts';
import type { NewDataset } from '../../core/ports/studyStore.ts';
import { dicomIdentity, isDicom, parseDicom } from '../../core/formats/dicom/index.ts';
import type { InputFile } from '../../core/formats/inputFile.ts';
import { isZip, readZip } from '../../core/formats/zipArchive.ts';
import { sha256Hex } from '../files/hashing.ts';
import type { Connection } from './connection.ts';

/** What headers and hashes say of one instance. */
export interface DicomInstance {
  readonly sopInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly studyInstanceUid: string;
  readonly frameOfReferenceUid: string | null;
  readonly dataSetSha256: string;
}

/** What a dataset's files say; both UIDs of the first that has one. */
export interface DicomContent {
  readonly studyInstanceUid: string | null;
  readonly frameOfReferenceUid: string | null;
  readonly instances: readonly DicomInstance[];
}

const PREAMBLE_BYTES = 132;
/** (0002,0000) UL: header and value. PS3.10, 7.1. */
const GROUP_LENGTH_BYTES = 12;
const GROUP_LENGTH_START = [2, 0, 0, 0, 0x55, 0x4c, 4, 0];

/** Of what stands behind the file meta information: that names the sender, and differs between two of the same instance. */
export function dataSetSha256(file: Uint8Array): string {
  const head = file.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + GROUP_LENGTH_BYTES);
  if (!GROUP_LENGTH_START.every((byte, i) => head[i] === byte)) return sha256Hex(file);
  const length = new DataView(head.buffer, head.byteOffset).getUint32(GROUP_LENGTH_START.length, true);
  return sha256Hex(file.subarray(PREAMBLE_BYTES + GROUP_LENGTH_BYTES + length));
}

/** @returns null for what is no instance of a study @throws what parseDicom throws */
function instanceOf({ name, bytes }: InputFile): DicomInstance | null {
  const { sopInstanceUid, seriesInstanceUid, studyInstanceUid, frameOfReferenceUid } = dicomIdentity(
    parseDicom(bytes, name),
  );
  if (sopInstanceUid === null || seriesInstanceUid === null || studyInstanceUid === null) return null;
  const dataSet = dataSetSha256(bytes);
  return { sopInstanceUid, seriesInstanceUid, studyInstanceUid, frameOfReferenceUid, dataSetSha256: dataSet };
}

/** The DICOM files that a stored dataset is made of: itself, or those of its zip. */
export function dicomFilesOf({ fileName, ...content }: Pick<NewDataset, 'fileName'> & NewDataset): InputFile[] {
  const bytes = bytesOf(content);
  const files = isZip(bytes) ? readZip(bytes, fileName) : [{ name: fileName, bytes }];
  return files.filter((file) => isDicom(file.bytes));
}

/** @returns null where the dataset isn't DICOM, or its files can't be read again */
export function dicomContent(dataset: NewDataset): DicomContent | null {
  if (!dataset.description.format.startsWith('dicom')) return null;
  try {
    const instances = dicomFilesOf(dataset).flatMap((file) => instanceOf(file) ?? []);
    const frame = instances.find(({ frameOfReferenceUid }) => frameOfReferenceUid !== null);
    return {
      studyInstanceUid: instances[0]?.studyInstanceUid ?? null,
      frameOfReferenceUid: frame?.frameOfReferenceUid ?? null,
      instances,
    };
  } catch {
    return null; // the reader took the file; that its UIDs can't be told only keeps it from being found by them
  }
}

/** Call inside the transaction that adds the dataset. */
export function insertDicomContent(connection: Connection, datasetId: string, content: DicomContent): void {
  connection.run(
    'INSERT INTO dicom_datasets (dataset_id, study_instance_uid, frame_of_reference_uid) VALUES (?, ?, ?)',
    [datasetId, content.studyInstanceUid, content.frameOfReferenceUid],
  );
  for (const { sopInstanceUid, seriesInstanceUid, dataSetSha256: sha256 } of content.instances) {
    connection.run(
      `INSERT INTO dicom_instances (dataset_id, sop_instance_uid, series_instance_uid, data_set_sha256)
       VALUES (?, ?, ?, ?)`,
      [datasetId, sopInstanceUid, seriesInstanceUid, sha256],
    );
  }
}

/** Whether this very content is in a dataset. */
export function isImported(connection: Connection, sopInstanceUid: string, sha256: string): boolean {
  const row = connection.get(
    'SELECT 1 AS one FROM dicom_instances WHERE sop_instance_uid = ? AND data_set_sha256 = ?',
    [sopInstanceUid, sha256],
  );
  return row !== null;
}

/** By their files, or as taken over from the worklist. Newest first: after a patient mismatch several may have one UID. */
export function studiesOfInstanceUid(connection: Connection, studyInstanceUid: string): string[] {
  return connection
    .all(
      `SELECT id FROM studies WHERE id IN (
         SELECT study_id FROM dicom_datasets JOIN datasets ON datasets.id = dataset_id WHERE study_instance_uid = ?
         UNION SELECT study_id FROM study_requests WHERE study_instance_uid = ?
       ) ORDER BY row DESC`,
      [studyInstanceUid, studyInstanceUid],
    )
    .map((row) => row.text('id'));
}

/** Series of a study (by its StudyInstanceUID) that are in a dataset. */
export function importedSeries(connection: Connection, studyInstanceUid: string): string[] {
  return connection
    .all(
      `SELECT DISTINCT series_instance_uid FROM dicom_instances
       JOIN dicom_datasets ON dicom_datasets.dataset_id = dicom_instances.dataset_id WHERE study_instance_uid = ?`,
      [studyInstanceUid],
    )
    .map((row) => row.text('series_instance_uid'));
}

/** Of the spectroscopy of a study, by its StudyInstanceUID. */
export function spectroscopyFrames(connection: Connection, studyInstanceUid: string): string[] {
  return connection
    .all(
      `SELECT DISTINCT frame_of_reference_uid FROM dicom_datasets JOIN datasets ON datasets.id = dataset_id
       WHERE study_instance_uid = ? AND frame_of_reference_uid IS NOT NULL AND role <> 'image'`,
      [studyInstanceUid],
    )
    .map((row) => row.text('frame_of_reference_uid'));
}

/** Datasets of a study that hold instances of a series, in the order of their import. */
export function datasetsOfSeries(
  connection: Connection,
  studyId: string,
  seriesInstanceUids: readonly string[],
): string[] {
  const found = seriesInstanceUids.flatMap((uid) =>
    connection.all(
      `SELECT DISTINCT datasets.id, datasets.row FROM dicom_instances
       JOIN datasets ON datasets.id = dataset_id WHERE study_id = ? AND series_instance_uid = ? ORDER BY datasets.row`,
      [studyId, uid],
    ),
  );
  return [...new Set(found.map((row) => row.text('id')))];
}

/** How many of these instances other datasets of the study hold already. */
export function countInStudy(connection: Connection, studyId: string, instances: readonly DicomInstance[]): number {
  return instances.filter(
    ({ sopInstanceUid }) =>
      connection.get(
        `SELECT 1 AS one FROM dicom_instances JOIN datasets ON datasets.id = dataset_id
         WHERE sop_instance_uid = ? AND study_id = ?`,
        [sopInstanceUid, studyId],
      ) !== null,
  ).length;
}

/** Inside the transaction that deletes a study, before it: what of it came and could not be imported goes with it. */
export function deleteUnreadableOf(connection: Connection, studyId: string): void {
  connection.run(
    `DELETE FROM dicom_inbox WHERE problem IS NOT NULL AND study_instance_uid IN
       (SELECT study_instance_uid FROM dicom_datasets JOIN datasets ON datasets.id = dataset_id WHERE study_id = ?)`,
    [studyId],
  );
}
