// The band of the spectrum that the networks look at, whatever a scan's field, bandwidth and length.

import { WATER_PPM } from './axes.ts';

/** Points of a canonical FID. */
export const CANONICAL_POINTS = 512;
/** Width of the band. The dwell time of a canonical FID is 1/(8 · f0[MHz]) s. [ppm] */
export const CANONICAL_BANDWIDTH_PPM = 8;
/** Creatine's CH3 line: at zero frequency. [ppm] */
export const CANONICAL_CENTRE_PPM = 3.027;
/** Frequencies at which a signal's Fourier integral is taken: twice the points, so that the end does not wrap round. */
export const CANONICAL_TRANSFORM_POINTS = 1024;

/** The band of a scan with zero frequency at water, as math/bandSignal.ts takes it. */
export const canonicalBand = (spectrometerFrequencyMHz: number) => ({
  centreHz: (WATER_PPM - CANONICAL_CENTRE_PPM) * spectrometerFrequencyMHz,
  bandwidthHz: CANONICAL_BANDWIDTH_PPM * spectrometerFrequencyMHz,
  points: CANONICAL_POINTS,
  transformPoints: CANONICAL_TRANSFORM_POINTS,
});
