// Canonical FIDs for networks whose input is made in time (scalogram, scattering, spectrogram), and for the basis: a band of
// 8 ppm about creatine's CH3 line as 512 points. training/fpc/canonical.py computes the same.
import { WATER_PPM } from '../../../domain/axes.ts';
import {
  CANONICAL_BANDWIDTH_PPM,
  CANONICAL_CENTRE_PPM,
  CANONICAL_POINTS,
  CANONICAL_TRANSFORM_POINTS,
} from '../../../domain/canonicalBand.ts';
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
  spectrometerFrequencyMHz: f0,
}: FidSampling): (fid: ComplexSignal) => ComplexSignal {
  return bandSampling(
    { points, dwellTimeS },
    {
      centreHz: (WATER_PPM - CANONICAL_CENTRE_PPM) * f0,
      bandwidthHz: CANONICAL_BANDWIDTH_PPM * f0,
      points: CANONICAL_POINTS,
      transformPoints: CANONICAL_TRANSFORM_POINTS,
    },
  ).toBand;
}
