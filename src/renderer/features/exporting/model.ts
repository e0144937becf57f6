// The export dialog's figures and words: what can be exported in which format, and what stands in the way.
import type { ExportFormat } from '../../../core/domain/studyExport.ts';
import { exportObstacle } from '../../../core/domain/studyExport.ts';
import type { DatasetView, ExportResultView, ReportsResultView } from '../../../ipc/contract.ts';
import { t } from '../../app/i18n/index.ts';

/** In the order of the dialog. */
export const FORMAT_CHOICES: readonly ExportFormat[] = [
  'as-imported',
  'nifti-mrs',
  'bids',
  'dicom',
  'lcmodel',
  'jmrui',
  'csv',
];

/** Datasets that one can choose: header files go with their scans. */
export function exportable(datasets: readonly DatasetView[]): readonly DatasetView[] {
  return datasets.filter((d) => d.role !== 'unknown' || d.description.points !== null);
}

/** @returns why a dataset is not exported like this; null where it can be */
export function datasetObstacle(dataset: DatasetView, format: ExportFormat, deidentify: boolean): string | null {
  if (dataset.role !== 'truth') return exportObstacle(format, dataset.description);
  if (deidentify) return t('exporting.leftOut');
  return format === 'as-imported' ? null : t('exporting.noPlace');
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
  return t('exporting.done', { count: fileCount, folder: folderName });
}

/** @returns "12 reports were written to the folder “Reports 2026-01-02”. Stopped: the others were not written." */
export function reportsDone({ fileCount, folderName, stopped, failures }: ReportsResultView): string {
  const parts = [
    t('exporting.reports.done', { count: fileCount, folder: folderName }),
    ...(stopped ? [t('exporting.reports.stopped')] : []),
    ...(failures.length === 0 ? [] : [t('exporting.reports.failures', { count: failures.length })]),
  ];
  return parts.join(' ');
}
