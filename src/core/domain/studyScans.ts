// Which of a study's files are what: the scan that is shown and fitted first, and the water reference of a scan.

import { isRegionMean } from './regionMean.ts';

/** The part of a stored dataset that decides it. */
export interface StudyFile {
  readonly id: string;
  readonly role: 'metabolite' | 'water' | 'image' | 'truth' | 'unknown';
  readonly description: {
    readonly format: string;
    readonly grid: readonly number[];
    readonly spectrometerFrequencyMHz: number | null;
  };
}

/** Of the same nucleus in the same field: scanners' frequencies drift by far less. [share of the frequency] */
const FREQUENCY_SHARE = 1e-3;

const voxelsOf = ({ description }: StudyFile): number => description.grid.slice(0, 3).reduce((n, v) => n * v, 1);

/** @returns everything that is a spectrum: no image, no truth */
export function spectraAmong<F extends StudyFile>(files: readonly F[]): readonly F[] {
  return files.filter(({ role }) => role !== 'image' && role !== 'truth');
}

/**
 * @returns a single-voxel metabolite scan, else any metabolite scan, else any spectrum; null where there is none. The mean
 * of a region comes after the scan that it was taken from.
 */
export function firstScan<F extends StudyFile>(files: readonly F[]): F | null {
  const all = spectraAmong(files);
  const spectra = [...all.filter((file) => !isRegionMean(file)), ...all.filter(isRegionMean)];
  const metabolite = spectra.filter(({ role }) => role === 'metabolite');
  return metabolite.find((file) => voxelsOf(file) === 1 && !isRegionMean(file)) ?? metabolite[0] ?? spectra[0] ?? null;
}

/** @returns the water scan of the same grid and nucleus; null where there is none, and for the mean of a region */
export function waterReferenceOf<F extends StudyFile>(files: readonly F[], scan: F): F | null {
  if (isRegionMean(scan)) return null;
  const near = (a: number | null, b: number | null): boolean =>
    a === null || b === null || Math.abs(a - b) < FREQUENCY_SHARE * a;
  const grid = scan.description.grid.join('×');
  const frequency = scan.description.spectrometerFrequencyMHz;
  return (
    files.find(
      ({ id, role, description }) =>
        role === 'water' &&
        id !== scan.id &&
        description.grid.join('×') === grid &&
        near(frequency, description.spectrometerFrequencyMHz),
    ) ?? null
  );
}
