// What denoising leaves in the provenance, so that every later step knows that the data are denoised and how large their
// noise was: denoising adds no information, so Cramér–Rao bounds go with the noise before it.
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { voxelCount } from '../domain/mrsDataset.ts';
import type { ProvenanceEntry } from '../domain/provenance.ts';

/** Stands in the provenance (the NIfTI-MRS standard has no name for it). */
export const DENOISING_METHOD_NAME = 'Denoising';

/** @returns whether a denoiser has been over the data */
export function isDenoised(dataset: MrsDataset): boolean {
  return dataset.provenance.some((p) => p.method === DENOISING_METHOD_NAME);
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

/** What one later step does to independent noise: means make it smaller, ON − OFF and ON + OFF larger. */
function noiseFactor({ method, details }: ProvenanceEntry): number {
  if (method === 'Subtraction of sub-spectra') {
    return details['output'] === 'difference' || details['output'] === 'sum' ? Math.SQRT2 : 1;
  }
  if (method !== 'Signal averaging') return 1;
  // Weighted means are as quiet as plain ones of fewer; older records say how many there were alone.
  const effective = details['effectiveTransients'] ?? details['transients'];
  return isNumber(effective) && effective > 0 ? 1 / Math.sqrt(effective) : 1;
}

/**
 * Noise SD per real channel and time point that each voxel's spectrum had before it was denoised, and by the steps since
 * would have now.
 * @returns one value a voxel; null where the data are not denoised, or no value is on record for every voxel
 */
export function noiseSdBeforeDenoising(dataset: MrsDataset): readonly number[] | null {
  const at = dataset.provenance.findLastIndex((p) => p.method === DENOISING_METHOD_NAME);
  const recorded = dataset.provenance[at]?.details['noiseSdBefore'];
  if (!Array.isArray(recorded) || recorded.length !== voxelCount(dataset) || !recorded.every(isNumber)) return null;
  const factor = dataset.provenance.slice(at + 1).reduce((product, entry) => product * noiseFactor(entry), 1);
  return recorded.map((sd) => sd * factor);
}
