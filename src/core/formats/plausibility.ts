// Sanity at the door: what can't be right about a scan as it was read, each in words with what was found and what is made
// of it. Nothing is changed here; unmistakable slips of units are put right by repairUnitSlips, before.
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import { checkFrequencies } from './plausibility/frequencies.ts';
import { checkProcessing } from './plausibility/processing.ts';
import { checkSignals } from './plausibility/signals.ts';
import { checkTimes } from './plausibility/unitSlips.ts';
import { checkWaterReference } from './plausibility/waterReference.ts';

export { repairUnitSlips } from './plausibility/unitSlips.ts';

/**
 * Everything implausible about a scan and its water reference.
 * @param dataset as read (and repaired), before any processing
 * @param water the water reference that goes with it, or null
 * @returns one warning for each finding; none repeats a code that the dataset's reader has warned of already
 */
export function checkPlausibility(dataset: MrsDataset, water: MrsDataset | null): Warning[] {
  const known = new Set(dataset.warnings.map((w) => w.code));
  return [
    ...checkTimes(dataset),
    ...checkFrequencies(dataset),
    ...checkProcessing(dataset),
    ...checkSignals(dataset),
    ...(water === null ? [] : checkWaterReference(dataset, water)),
  ].filter((w) => !known.has(w.code));
}
