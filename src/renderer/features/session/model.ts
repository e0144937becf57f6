// The open study: which of its datasets are what, and how they are named on screen.
import { methodLabel } from '../../../core/domain/methodNames.ts';
import { firstScan, spectraAmong, waterReferenceOf } from '../../../core/domain/studyScans.ts';
import { t } from '../../app/i18n/index.ts';
import type { AnalysisSummaryView, DatasetView, StudyDetailView, StudySummaryView } from '../../../ipc/contract.ts';

export const PAGE_NAMES = ['worklist', 'study', 'batch', 'comparison', 'basis', 'models', 'settings', 'help'] as const;
export type PageName = (typeof PAGE_NAMES)[number];

const MOST_RECENT = 10;

/** Ids of the studies that were open lately, as remembered; anything else counts as none. */
export function parseRecent(stored: string | null): string[] {
  try {
    const value: unknown = JSON.parse(stored ?? '[]');
    return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string').slice(0, MOST_RECENT) : [];
  } catch {
    return [];
  }
}

/** The list with an id at its head, once. */
export function withNewest(ids: readonly string[], id: string): string[] {
  return [id, ...ids.filter((other) => other !== id)].slice(0, MOST_RECENT);
}

/** Where the user is: what a restart after a crash goes back to. */
export interface Place {
  readonly page: PageName;
  readonly studyId: string | null;
}

/** A place as remembered; null where it is none. */
export function parsePlace(stored: string | null): Place | null {
  try {
    const value: unknown = JSON.parse(stored ?? 'null');
    if (typeof value !== 'object' || value === null) return null;
    const { page, studyId } = value as { page?: unknown; studyId?: unknown };
    const known = PAGE_NAMES.find((name) => name === page);
    return known === undefined ? null : { page: known, studyId: typeof studyId === 'string' ? studyId : null };
  } catch {
    return null;
  }
}

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
  return spectraAmong(detail?.datasets ?? []);
}

/** The dataset shown first: a single-voxel metabolite scan, else any metabolite scan, else any spectrum. */
export function firstDataset(detail: StudyDetailView): DatasetView | null {
  return firstScan(detail.datasets);
}

/** The water reference of a dataset: same grid, same nucleus's frequency. */
export function waterFor(detail: StudyDetailView, dataset: DatasetView): DatasetView | null {
  return waterReferenceOf(detail.datasets, dataset);
}

/** The structural image, if there is one. */
export function imageOf(detail: StudyDetailView | null): DatasetView | null {
  return detail?.datasets.find((d) => d.role === 'image') ?? null;
}

/** Name of a dataset in a list: kind, grid, file. */
export function datasetTitle(dataset: DatasetView): string {
  const voxels = voxelCount(dataset);
  const kind = voxels > 1 ? `MRSI ${dataset.description.grid.join(' × ')}` : t('session.singleVoxel');
  return `${t(`session.roles.${dataset.role}`)}, ${kind} – ${dataset.fileName}`;
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
  const nominal = [1.5, 3, 4, 4.7, 7, 9.4, 10.5, 11.7, 14.1].find((known) => Math.abs(fieldT - known) / known < 0.05);
  return `${nominal ?? trim(fieldT, 2)} T`;
}

export function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

/** Who is examined: the name, else the number, else said. */
export function patientName(study: Pick<StudySummaryView, 'patient'>): string {
  return study.patient.name ?? study.patient.id ?? t('session.noName');
}

/** Sex and age in words; empty where unknown. */
export function patientWords(study: Pick<StudySummaryView, 'patient'>): string {
  const { sex, ageYears } = study.patient;
  const code = sex?.toUpperCase() ?? null;
  const known = code !== null && ['M', 'F', 'O'].includes(code);
  const sexWord = known ? t(`session.sexes.${code}`) : sex;
  const age = ageYears === null ? null : t('session.years', { years: Math.round(ageYears) });
  return [sexWord, age].filter((w) => w !== null).join(', ');
}
