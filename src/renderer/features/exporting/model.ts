// The export dialog's figures and words: what can be exported in which format, and what stands in the way.
import type { ExportFormat } from '../../../core/domain/studyExport.ts';
import { exportObstacle } from '../../../core/domain/studyExport.ts';
import type { DatasetView, ExportResultView } from '../../../ipc/contract.ts';

export interface FormatChoice {
  readonly value: ExportFormat;
  readonly text: string;
  readonly note: string;
}

export const FORMAT_CHOICES: readonly FormatChoice[] = [
  { value: 'as-imported', text: 'As imported', note: 'the scanner’s own files' },
  { value: 'nifti-mrs', text: 'NIfTI-MRS', note: 'one .nii.gz a scan' },
  { value: 'bids', text: 'BIDS', note: 'a data set with sidecars' },
  { value: 'dicom', text: 'DICOM', note: 'MR Spectroscopy objects' },
  { value: 'lcmodel', text: 'LCModel', note: '.RAW, .H2O and .CONTROL' },
  { value: 'jmrui', text: 'jMRUI', note: 'text files' },
  { value: 'csv', text: 'CSV', note: 'the FIDs as numbers' },
];

/** Roles of what is no scan, and of scans. */
export const ROLE_WORDS: Readonly<Record<DatasetView['role'], string>> = {
  metabolite: 'Metabolites',
  water: 'Water reference',
  image: 'Image',
  truth: 'Truth',
  unknown: 'Spectrum',
};

/** Datasets that one can choose: header files go with their scans. */
export function exportable(datasets: readonly DatasetView[]): readonly DatasetView[] {
  return datasets.filter((d) => d.role !== 'unknown' || d.description.points !== null);
}

/** @returns why a dataset is not exported like this; null where it can be */
export function datasetObstacle(dataset: DatasetView, format: ExportFormat, deidentify: boolean): string | null {
  if (dataset.role !== 'truth') return exportObstacle(format, dataset.description);
  if (deidentify) return 'Left out: it may say of whom the scans were simulated.';
  return format === 'as-imported' ? null : 'Has no place in this format.';
}

/** @returns ids of what is chosen and can be exported like this */
export function exportedIds(
  datasets: readonly DatasetView[],
  skipped: ReadonlySet<string>,
  format: ExportFormat,
  deidentify: boolean,
): string[] {
  return exportable(datasets)
    .filter((d) => !skipped.has(d.id) && datasetObstacle(d, format, deidentify) === null)
    .map(({ id }) => id);
}

/** @returns "12 files were written to the folder “Patient-1f2e3d4c bids”." */
export function doneSentence({ fileCount, folderName }: ExportResultView): string {
  const files = fileCount === 1 ? '1 file was' : `${fileCount} files were`;
  return `${files} written to the folder “${folderName}”.`;
}
