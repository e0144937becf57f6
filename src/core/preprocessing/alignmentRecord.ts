// The per-transient offsets that alignment leaves in the provenance, so that a later step can look at them.
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';

/** The NIfTI-MRS standard's name of the alignment step. */
export const ALIGNMENT_METHOD_NAME = 'Frequency and phase correction';

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

/**
 * Shifts that the last alignment found.
 * @param transients number of transients the dataset has now
 * @returns one list per group, or null where no alignment with as many transients is on record
 */
export function recordedShiftsHz(dataset: MrsDataset, transients: number): readonly (readonly number[])[] | null {
  const entry = dataset.provenance.findLast((p) => p.method === ALIGNMENT_METHOD_NAME && 'groups' in p.details);
  const groups = entry?.details['groups'];
  if (!Array.isArray(groups) || groups.length === 0) return null;
  const shifts = groups.map((group) =>
    typeof group === 'object' && group !== null && !Array.isArray(group) ? group['shiftHz'] : null,
  );
  return shifts.every((s) => isNumbers(s, transients)) ? (shifts as number[][]) : null;
}
