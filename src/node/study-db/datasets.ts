// Datasets: what a study's files are called, their roles and descriptions. Their contents are rawFiles.ts's.
import type { DatasetDescription, DatasetRecord, DatasetRole, NewDataset } from '../../core/ports/studyStore.ts';
import type { RowReader } from './connection.ts';
import { insertDicomContent } from './dicomInstances.ts';
import type { DicomContent } from './dicomInstances.ts';
import { decodeExactJson, encodeExactJson } from './exactJson.ts';
import { insertRawFile } from './rawFiles.ts';
import { decodeStored, notFound } from './storeContext.ts';
import type { StoreContext } from './storeContext.ts';

/** A dataset to be stored, with the hash of its content and the DICOM instances in it; null: it is none of DICOM's. */
export type HashedDataset = NewDataset & { readonly sha256: string; readonly dicom: DicomContent | null };

// `bytes` is left out: lists must not read the files.
const RECORD = `
SELECT datasets.id, study_id, role, datasets.sha256, file_name, size_bytes, description, imported_at
FROM datasets JOIN raw_files ON raw_files.sha256 = datasets.sha256`;

/** In the order of their import. */
export function listDatasets(context: StoreContext, studyId: string): DatasetRecord[] {
  const { connection } = context;
  const rows = connection.all(`${RECORD} WHERE study_id = ? ORDER BY datasets.row`, [studyId]);
  return rows.map((row) => datasetRecord(context, row));
}

/** @throws StudyDbError NOT_FOUND */
export function getDataset(context: StoreContext, datasetId: string): DatasetRecord {
  const row = context.connection.get(`${RECORD} WHERE datasets.id = ?`, [datasetId]);
  if (row === null) throw notFound('dataset', datasetId);
  return datasetRecord(context, row);
}

/** The dataset that holds this content: in one study, or (studyId null) the first in any. */
export function findBySha256(context: StoreContext, sha256: string, studyId: string | null): DatasetRecord | null {
  const row = context.connection.get(
    `${RECORD} WHERE datasets.sha256 = ? AND study_id = coalesce(?, study_id) ORDER BY datasets.row LIMIT 1`,
    [sha256, studyId],
  );
  return row === null ? null : datasetRecord(context, row);
}

/** Adds a dataset to a study; its raw file only where that content is new. Call inside a transaction. */
export function insertDataset(context: StoreContext, studyId: string, dataset: HashedDataset): DatasetRecord {
  const { connection } = context;
  const id = context.newId();
  insertRawFile(context, dataset.sha256, dataset.fileName, dataset);
  connection.run(
    `INSERT INTO datasets (id, study_id, role, sha256, file_name, description, imported_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    [id, studyId, dataset.role, dataset.sha256, dataset.fileName, encodeExactJson(dataset.description), context.now()],
  );
  if (dataset.dicom !== null) insertDicomContent(connection, id, dataset.dicom);
  return getDataset(context, id);
}

/** @throws SyntaxError */
export function parseDescription(text: string): DatasetDescription {
  return decodeExactJson(text) as DatasetDescription;
}

function datasetRecord({ connection }: StoreContext, row: RowReader): DatasetRecord {
  return {
    id: row.text('id'),
    studyId: row.text('study_id'),
    role: row.text('role') as DatasetRole,
    sha256: row.text('sha256'),
    fileName: row.text('file_name'),
    sizeBytes: row.number('size_bytes'),
    description: decodeStored(connection, 'a description', () => parseDescription(row.text('description'))),
    importedAt: row.text('imported_at'),
  };
}
