// Scans, water references and images of one study against each other: what does not fit is said, never hidden.
import type { Affine } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import { isRegionMean } from '../domain/regionMean.ts';
import { checkWaterReference } from '../formats/plausibility/waterReference.ts';
import { boxCentre, mmToIndex, voxelCorners } from '../geometry/index.ts';
import type { Vec3 } from '../geometry/index.ts';
import type { DatasetRecord } from '../ports/studyStore.ts';
import type { Recognised } from './recognised.ts';

/** What pairing looks at: a stored dataset, or one that is to be stored. */
export type Pairable = Pick<DatasetRecord, 'id' | 'role' | 'fileName' | 'description'>;

/** Farthest that two statements of one voxel's centre may lie apart. [mm] */
const SAME_VOXEL_MM = 1;
/** Relative; headers round dwell times. */
const SAME_DWELL = 1e-4;

function commonPrefix(a: string, b: string): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

const centreOf = (affine: Affine, grid: readonly number[]): Vec3 =>
  boxCentre(voxelCorners(affine, [0, 1, 2].map((i) => ((grid[i] ?? 1) - 1) / 2) as unknown as Vec3));

function isSameVoxel(a: Pairable, b: Pairable): boolean {
  const [p, q] = [a, b].map(({ description: { affine, grid } }) => (affine === null ? null : centreOf(affine, grid)));
  if (p === null || q === null || p === undefined || q === undefined) return false;
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) <= SAME_VOXEL_MM;
}

function likeness(water: Pairable, scan: Pairable): number {
  const [w, s] = [water.description, scan.description];
  const sameDwell =
    w.dwellTimeS !== null && s.dwellTimeS !== null && Math.abs(w.dwellTimeS / s.dwellTimeS - 1) < SAME_DWELL;
  return (
    (isSameVoxel(water, scan) ? 4000 : 0) +
    (w.echoTimeS === s.echoTimeS ? 2000 : 0) +
    (sameDwell ? 1000 : 0) +
    Math.min(999, commonPrefix(water.fileName, scan.fileName))
  );
}

/**
 * The water reference that belongs to a scan: same grid and nucleus, then the same voxel, echo time and dwell time, then the
 * most similar name.
 * @param datasets of the study
 * @returns null where the study has none that fits
 */
export function waterFor<T extends Pairable>(datasets: readonly T[], scan: Pairable): T | null {
  if (isRegionMean(scan)) return null;
  const size = (d: Pairable): number => d.description.grid.reduce((p, n) => p * n, 1);
  const candidates = datasets.filter(
    (d) =>
      d.role === 'water' &&
      d.id !== scan.id &&
      size(d) === size(scan) &&
      d.description.nucleus === scan.description.nucleus,
  );
  return candidates.reduce<T | null>(
    (best, d) => (best === null || likeness(d, scan) > likeness(best, scan) ? d : best),
    null,
  );
}

const pairable = ({ id, dataset }: Recognised): Pairable => ({ id, ...dataset });

/** What is wrong with the water reference that each scan of a study would get. */
export function waterWarnings(items: readonly Recognised[]): Warning[] {
  const waters = items.map(pairable).filter(({ role }) => role === 'water');
  return items.flatMap((item) => {
    if (item.scan === null || item.dataset.role !== 'metabolite') return [];
    const found = waterFor(waters, pairable(item));
    // With another grid or nucleus it is still the one that was meant, where it is the only one.
    const water = items.find((other) => other.id === (found ?? (waters.length === 1 ? waters[0] : null))?.id);
    if (water?.scan === null || water?.scan === undefined) return [];
    return checkWaterReference(item.scan, water.scan).map(({ code, message }) => ({
      code,
      message: `${item.title} with ${water.title}: ${message}`,
    }));
  });
}

function isInside(scan: Recognised, image: Recognised): boolean {
  const { affine, grid } = scan.dataset.description;
  const { affine: imageAffine, grid: matrix } = image.dataset.description;
  if (affine === null || imageAffine === null) return true;
  const index = mmToIndex(imageAffine, centreOf(affine, grid));
  return index.every((v, axis) => v >= -0.5 && v <= (matrix[axis] ?? 1) - 0.5);
}

function imageWarning(scan: Recognised, image: Recognised): Warning | null {
  const [a, b] = [scan.belonging.frameOfReferenceUid, image.belonging.frameOfReferenceUid];
  if (a !== null && b !== null && a !== b) {
    return {
      code: 'frame-of-reference-differs',
      message: `The image ${image.title} is of another frame of reference than ${scan.title}, so the voxel may lie elsewhere on it.`,
    };
  }
  try {
    if (isInside(scan, image)) return null;
  } catch {
    return null; // an affine without volume; its reader has warned
  }
  const message = `The voxel of ${scan.title} lies outside the image ${image.title}.`;
  return { code: 'voxel-outside-image', message };
}

/** What does not fit between an image and the scans of its study. */
export function imageWarnings(image: Recognised, items: readonly Recognised[]): Warning[] {
  if (image.dataset.role !== 'image') return [];
  return items.filter(({ scan }) => scan !== null).flatMap((scan) => imageWarning(scan, image) ?? []);
}
