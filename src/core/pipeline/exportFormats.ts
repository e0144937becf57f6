// One scan of a study in each of the formats that it can be exported in.
import { fromErrorRecord, toErrorRecord } from '../domain/errors.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { ExportFormat } from '../domain/studyExport.ts';
import { exportObstacle } from '../domain/studyExport.ts';
import { shapeSize } from '../domain/complexArray.ts';
import { UnsupportedDataError } from '../domain/errors.ts';
import { lcmodelFiles, writeCsv, writeDicomMrs, writeMrs } from '../formats/index.ts';
import type { WriteDicomOptions } from '../formats/index.ts';
import type { DatasetDescription } from '../ports/studyStore.ts';
import { describeDataset } from './describeDataset.ts';

/** A file of an export: its path inside the folder, '/'-separated; text is UTF-8. */
export interface ExportedFile {
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** Formats of one scan at a time; the others are made of a whole study. */
export type ScanFormat = Exclude<ExportFormat, 'as-imported' | 'bids'>;

export interface ExportSignal {
  /** Name of the files without extension. */
  readonly stem: string;
  readonly dataset: MrsDataset;
  /** That the scan's own file held. */
  readonly ownWater: MrsDataset | null;
  /** That the study holds for it, for a format that keeps both together. */
  readonly water: MrsDataset | null;
}

/** A new UID at every call. */
export type NewUid = () => string;

/** LCModel reads scan and water with one number of points and one dwell time. Relative. */
const SAME_DWELL = 1e-6;

/** @returns whether LCModel takes the water reference with the scan */
export function fitsLcmodel(scan: DatasetDescription, water: DatasetDescription): boolean {
  const { points, dwellTimeS, grid } = scan;
  return (
    exportObstacle('lcmodel', water) === null &&
    water.points === points &&
    Math.abs((water.dwellTimeS ?? 0) / (dwellTimeS ?? 1) - 1) < SAME_DWELL &&
    water.grid.join() === grid.join()
  );
}

/** Every FID as a file of its own, numbered where there are several. */
function csvFiles(stem: string, dataset: MrsDataset): ExportedFile[] {
  const signals = shapeSize(dataset.data.shape.slice(0, -1));
  const digits = String(signals).length;
  return Array.from({ length: signals }, (_, signal) => ({
    path: signals === 1 ? `${stem}.csv` : `${stem}/signal-${String(signal + 1).padStart(digits, '0')}.csv`,
    content: writeCsv(dataset, { domain: 'time', signal }),
  }));
}

function oneFile(
  format: Exclude<ScanFormat, 'csv' | 'lcmodel'>,
  stem: string,
  dataset: MrsDataset,
  dicom: WriteDicomOptions,
) {
  switch (format) {
    case 'nifti-mrs':
      return { path: `${stem}.nii.gz`, content: writeMrs(dataset, 'nifti-mrs') };
    case 'jmrui':
      return { path: `${stem}.txt`, content: writeMrs(dataset, 'jmrui-text') };
    case 'dicom':
      return { path: `${stem}.dcm`, content: writeDicomMrs(dataset, dicom) };
  }
}

function lcmodel({ stem, dataset, ownWater, water }: ExportSignal, isWater: boolean): ExportedFile[] {
  if (isWater) return [{ path: `${stem}.H2O`, content: writeMrs(dataset, 'lcmodel-raw') }];
  const request = { scan: dataset, water: ownWater ?? water, stem, basisFile: `${stem}.BASIS`, title: stem };
  return lcmodelFiles(request).map(({ path, bytes }) => ({ path, content: bytes }));
}

function written(format: ScanFormat, signal: ExportSignal, isWater: boolean, dicom: WriteDicomOptions): ExportedFile[] {
  const obstacle = exportObstacle(format, describeDataset(signal.dataset));
  if (obstacle !== null) throw new UnsupportedDataError('UNSUPPORTED', obstacle);
  const { stem, dataset, ownWater } = signal;
  if (format === 'lcmodel') return lcmodel(signal, isWater);
  const both = [[stem, dataset] as const, ...(ownWater === null ? [] : [[`${stem}-water`, ownWater] as const])];
  return both.flatMap(([name, d]) => (format === 'csv' ? csvFiles(name, d) : [oneFile(format, name, d, dicom)]));
}

/**
 * Writes one scan.
 * @param dicom what a DICOM file takes from outside
 * @param label what the user knows the scan by, for messages
 * @throws UnsupportedDataError, ProcessingError where the format can't hold it
 */
export function scanFiles(
  format: ScanFormat,
  signal: ExportSignal,
  isWater: boolean,
  dicom: WriteDicomOptions,
  label: string,
): ExportedFile[] {
  try {
    return written(format, signal, isWater, dicom);
  } catch (error) {
    const record = toErrorRecord(error);
    throw fromErrorRecord({ ...record, message: `${label} can't be exported like this: ${record.message}` });
  }
}
