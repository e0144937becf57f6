// Canonical FIDs of the basis: a band of 8 ppm about creatine's CH3 line as 512 points. training/fpc/canonical.py computes the
// same.
import { CANONICAL_BANDWIDTH_PPM, canonicalBand } from '../../../domain/canonicalBand.ts';
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { bandSampling } from '../../../math/bandSignal.ts';
import type { FidSampling } from './bandSpectrum.ts';

/** Dwell time of canonical FIDs. [s] */
export const canonicalDwellTimeS = (spectrometerFrequencyMHz: number): number =>
  1 / (CANONICAL_BANDWIDTH_PPM * spectrometerFrequencyMHz);

/**
 * @param sampling of FIDs with zero frequency at 4.65 ppm
 * @returns what makes a FID canonical: 512 points, zero frequency at 3.027 ppm, amplitudes as they were
 */
export function canonicalFids({
  points,
  dwellTimeS,
  spectrometerFrequencyMHz,
}: FidSampling): (fid: ComplexSignal) => ComplexSignal {
  return bandSampling({ points, dwellTimeS }, canonicalBand(spectrometerFrequencyMHz)).toBand;
}
