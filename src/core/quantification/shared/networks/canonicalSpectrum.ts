// Spectra on the band's grid of canonical FIDs: bins of their transform to twice their length.
import { CANONICAL_TRANSFORM_POINTS } from '../../../domain/canonicalBand.ts';
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { fft } from '../../../math/fft.ts';
import { BAND_FIRST_BIN, BAND_POINTS } from './bandSpectrum.ts';
import { canonicalDwellTimeS } from './canonicalFid.ts';

/** Index of the band's first bin in the transform. */
export const BAND_FIRST_INDEX = (BAND_FIRST_BIN + CANONICAL_TRANSFORM_POINTS) % CANONICAL_TRANSFORM_POINTS;

/** Where a spectrum on the band's grid can go. */
export const emptySpectrum = (): ComplexSignal => ({
  re: new Float64Array(BAND_POINTS),
  im: new Float64Array(BAND_POINTS),
});

/** Spectrum on the band's grid of a canonical FID, its first point counted half. @returns what Δt·Σ' s e^{−2πiνt} is */
export function canonicalBandSpectrum({ re, im }: ComplexSignal, spectrometerFrequencyMHz: number): ComplexSignal {
  const padded = {
    re: new Float64Array(CANONICAL_TRANSFORM_POINTS),
    im: new Float64Array(CANONICAL_TRANSFORM_POINTS),
  };
  padded.re.set(re);
  padded.im.set(im);
  padded.re[0] = (re[0] as number) / 2;
  padded.im[0] = (im[0] as number) / 2;
  const spectrum = fft(padded);
  const dwell = canonicalDwellTimeS(spectrometerFrequencyMHz);
  const out = emptySpectrum();
  for (let j = 0; j < BAND_POINTS; j++) {
    const at = (BAND_FIRST_INDEX + j) % CANONICAL_TRANSFORM_POINTS;
    out.re[j] = dwell * (spectrum.re[at] as number);
    out.im[j] = dwell * (spectrum.im[at] as number);
  }
  return out;
}
