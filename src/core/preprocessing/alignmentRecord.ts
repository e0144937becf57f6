// The per-transient offsets and weights that alignment or correction leaves in the provenance, so that a later step can look
// at them.
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';

/** The NIfTI-MRS standard's name of the alignment step. */
export const ALIGNMENT_METHOD_NAME = 'Frequency and phase correction';

/** The standard's name of the step that leaves transients out. */
export const OUTLIER_METHOD_NAME = 'Outlier removal';

/** With more groups (voxels) the per-transient numbers would swamp the provenance. */
export const MOST_LISTED_GROUPS = 16;

/** Window of the similarity index that is recorded. Source: Shamaei 2023, doi:10.1002/mrm.29498. [ppm] */
export const SIMILARITY_PPM: readonly [number, number] = [2.5, 3.5];

/** Offsets found in (and removed from) each transient of one group (one voxel, one edit condition). */
export interface AlignmentGroup {
  readonly shiftHz: readonly number[];
  readonly phaseDeg: readonly number[];
}

/** The groups as JSON, for the step's details. */
export function alignmentGroupsToJson(groups: readonly AlignmentGroup[]): JsonObject[] {
  return groups.map((g) => ({ shiftHz: [...g.shiftHz], phaseDeg: [...g.phaseDeg] }));
}

const isNumbers = (value: unknown, length: number): value is number[] =>
  Array.isArray(value) && value.length === length && value.every((v) => typeof v === 'number');

/** One list of numbers of every group, from the last alignment on record; null where one has none of that length. */
function recordedLists(
  dataset: MrsDataset,
  name: 'shiftHz' | 'weight',
  length: number,
): readonly (readonly number[])[] | null {
  const entry = dataset.provenance.findLast((p) => p.method === ALIGNMENT_METHOD_NAME && 'groups' in p.details);
  const groups = entry?.details['groups'];
  if (!Array.isArray(groups) || groups.length === 0) return null;
  const lists = groups.map((group) =>
    typeof group === 'object' && group !== null && !Array.isArray(group) ? group[name] : null,
  );
  return lists.every((list) => isNumbers(list, length)) ? (lists as number[][]) : null;
}

/**
 * Shifts that the last alignment found.
 * @param transients number of transients the dataset has now
 * @returns one list per group, or null where no alignment with as many transients is on record
 */
export function recordedShiftsHz(dataset: MrsDataset, transients: number): readonly (readonly number[])[] | null {
  return recordedLists(dataset, 'shiftHz', transients);
}

/**
 * Weights are estimated from noisy transients and scatter by some 6 % where all are alike (measured, 32 transients of SNR 20).
 * Below this scatter they are not used: they would add the noise of their estimate and take none away.
 */
const LEAST_WEIGHT_SD = 0.15;

/** SD of weights over their mean. */
function weightSd(weights: readonly number[]): number {
  const mean = weights.reduce((a, b) => a + b, 0) / weights.length;
  return Math.sqrt(weights.reduce((sum, w) => sum + (w / mean - 1) ** 2, 0) / weights.length);
}

/**
 * Weights of the transients by the last correction, those of transients that were rejected since left out.
 * @param transients number of transients the dataset has now
 * @returns one list per group; null where none are on record, or those of no group differ by more
 *   than their estimate's own scatter
 */
export function recordedWeights(dataset: MrsDataset, transients: number): readonly (readonly number[])[] | null {
  const rejected = dataset.provenance.findLast((p) => p.method === OUTLIER_METHOD_NAME)?.details['rejected'];
  const gone = new Set(Array.isArray(rejected) ? rejected : []);
  const recorded = recordedLists(dataset, 'weight', transients + gone.size);
  if (recorded === null) return null;
  const kept = recorded.map((list) => list.filter((_, k) => !gone.has(k)));
  const isUsable = kept.every((l) => l.length === transients && l.every((w) => w >= 0) && l.some((w) => w > 0));
  return isUsable && kept.some((list) => weightSd(list) > LEAST_WEIGHT_SD) ? kept : null;
}
