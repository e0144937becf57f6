// The open study: which of its datasets are what, and how they are named on screen.
import { methodLabel } from '../../../core/domain/methodNames.ts';
import type { AnalysisSummaryView, DatasetView, StudyDetailView, StudySummaryView } from '../../../ipc/contract.ts';

export type PageName = 'worklist' | 'study' | 'comparison' | 'basis' | 'models' | 'settings';

/** Number of voxels of a dataset's grid. */
export function voxelCount(dataset: DatasetView | null): number {
  return dataset === null ? 0 : dataset.description.grid.slice(0, 3).reduce((n, v) => n * v, 1);
}

/** Length of a higher dimension, 1 where absent. */
export function dimensionLength(dataset: DatasetView | null, tag: string): number {
  return dataset?.description.dimensions.find((d) => d.tag === tag)?.length ?? 1;
}

/** Spectra one can look at: everything that is not an image and not a truth file. */
export function spectraOf(detail: StudyDetailView | null): readonly DatasetView[] {
  return (detail?.datasets ?? []).filter((d) => d.role !== 'image' && d.role !== 'truth');
}

/** The dataset shown first: a single-voxel metabolite scan, else any metabolite scan, else any spectrum. */
export function firstDataset(detail: StudyDetailView): DatasetView | null {
  const spectra = spectraOf(detail);
  const metabolite = spectra.filter((d) => d.role === 'metabolite');
  return metabolite.find((d) => voxelCount(d) === 1) ?? metabolite[0] ?? spectra[0] ?? null;
}

/** The water reference of a dataset: same grid, same nucleus's frequency within 1 kHz. */
export function waterFor(detail: StudyDetailView, dataset: DatasetView): DatasetView | null {
  const near = (a: number | null, b: number | null): boolean => a === null || b === null || Math.abs(a - b) < 1e-3 * a;
  const grid = dataset.description.grid.join('×');
  const frequency = dataset.description.spectrometerFrequencyMHz;
  return (
    detail.datasets.find(
      (d) =>
        d.role === 'water' &&
        d.id !== dataset.id &&
        d.description.grid.join('×') === grid &&
        near(frequency, d.description.spectrometerFrequencyMHz),
    ) ?? null
  );
}

/** The structural image, if there is one. */
export function imageOf(detail: StudyDetailView | null): DatasetView | null {
  return detail?.datasets.find((d) => d.role === 'image') ?? null;
}

const ROLE_WORDS: Readonly<Record<DatasetView['role'], string>> = {
  metabolite: 'Metabolites',
  water: 'Water reference',
  image: 'Image',
  truth: 'Truth',
  unknown: 'Spectrum',
};

/** Name of a dataset in a list: kind, grid, file. */
export function datasetTitle(dataset: DatasetView): string {
  const voxels = voxelCount(dataset);
  const kind = voxels > 1 ? `MRSI ${dataset.description.grid.join(' × ')}` : 'Single voxel';
  return `${ROLE_WORDS[dataset.role]}, ${kind} – ${dataset.fileName}`;
}

/** Name of an analysis in a list: method, recipe, time. */
export function analysisTitle(analysis: AnalysisSummaryView): string {
  return `${localTime(analysis.createdAt)} – ${methodLabel(analysis.method)}, ${analysis.recipeId}`;
}

/** Local date and time to the minute, ISO-like so that it sorts and is read the same everywhere. */
export function localTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const two = (n: number): string => String(n).padStart(2, '0');
  return (
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`
  );
}

/** TE and TR as they are written: "TE 30 ms", "TR 2 s"; empty where unknown. */
export function timingWords(echoTimeS: number | null, repetitionTimeS: number | null): string {
  const parts: string[] = [];
  if (echoTimeS !== null) parts.push(`TE ${trim(echoTimeS * 1000, 1)} ms`);
  if (repetitionTimeS !== null) parts.push(`TR ${trim(repetitionTimeS * 1000, 0)} ms`);
  return parts.join(' / ');
}

/** Field strength as it is called: 2.89 T is a "3 T" scanner, 6.98 T a "7 T" one. */
export function fieldWords(fieldT: number | null): string {
  if (fieldT === null) return '';
  const nominal = [1.5, 3, 4, 4.7, 7, 9.4, 10.5, 11.7, 14.1].find((t) => Math.abs(fieldT - t) / t < 0.05);
  return `${nominal ?? trim(fieldT, 2)} T`;
}

export function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

/** Who is examined: the name, else the number, else said. */
export function patientName(study: StudySummaryView): string {
  return study.patient.name ?? study.patient.id ?? 'No name';
}

/** Sex and age in words; empty where unknown. */
export function patientWords(study: StudySummaryView): string {
  const { sex, ageYears } = study.patient;
  const sexWord = sex === null ? null : ({ M: 'male', F: 'female', O: 'other' }[sex.toUpperCase()] ?? sex);
  return [sexWord, ageYears === null ? null : `${Math.round(ageYears)} y`].filter((w) => w !== null).join(', ');
}
