// The band of the spectrum that the networks look at, whatever a scan's field, bandwidth and length.

/** Points of a canonical FID. */
export const CANONICAL_POINTS = 512;
/** Width of the band. The dwell time of a canonical FID is 1/(8 · f0[MHz]) s. [ppm] */
export const CANONICAL_BANDWIDTH_PPM = 8;
/** Creatine's CH3 line: at zero frequency. [ppm] */
export const CANONICAL_CENTRE_PPM = 3.027;
/** Frequencies at which a signal's Fourier integral is taken: twice the points, so that the end does not wrap round. */
export const CANONICAL_TRANSFORM_POINTS = 1024;
