// The drift of a scan's frequency, from what alignment or correction found in each transient.
import type { JsonValue } from '../domain/json.ts';
import type { FrequencyDrift } from '../domain/spectrumQuality.ts';
import { frequencyDrift } from '../quality/drift.ts';
import type { PreprocessingOutcome } from './runPreprocessing.ts';

function shiftsOf(group: JsonValue): number[] {
  if (typeof group !== 'object' || group === null || Array.isArray(group)) return [];
  const shifts = group['shiftHz'];
  return Array.isArray(shifts) ? shifts.filter((s) => typeof s === 'number') : [];
}

/**
 * Drift of the transients before alignment; of several edit conditions, that of the one that drifts most.
 * @param repetitionTimeS null where unknown
 * @param conditions edit conditions that were acquired in turns; 1 for none
 * @returns null where nothing was aligned, or where it was done for a grid
 */
export function scanDrift(
  { steps }: Pick<PreprocessingOutcome, 'steps'>,
  repetitionTimeS: number | null,
  conditions: number,
): FrequencyDrift | null {
  const aligning = steps.find(({ step }) => step === 'alignment' || step === 'frequencyPhaseCorrection');
  const groups = aligning?.details['groups'];
  if (!Array.isArray(groups) || groups.length > conditions) return null;
  const intervalS = repetitionTimeS === null ? null : repetitionTimeS * conditions;
  const drifts = groups.map((group) => frequencyDrift(shiftsOf(group), intervalS)).filter((drift) => drift !== null);
  return drifts.reduce<FrequencyDrift | null>((most, d) => (most === null || d.sdHz > most.sdHz ? d : most), null);
}
