// Wavelet scattering of a band spectrum, as in Shamaei, Starcukova & Starcuk 2021 (doi:10.5220/0010318502680275): the
// real and the imaginary part of 1024 points of the FID, each by its own. The paper's MATLAB filter bank has 154 paths
// × 8 windows, kymatio's of the same quality factors and windows 176 × 8.
import { ifft } from '../../../math/fft.ts';
import { PairScattering } from './scattering.ts';
import { SCATTERING_POINTS } from './scatteringBank.ts';
import { BAND_POINTS } from '../networks/bandSpectrum.ts';
import { FIRST_FREQUENCY_BIN } from './timeFrequencyInput.ts';
import type { TimeFrequencyInput } from './timeFrequencyInput.ts';
import { SCATTERING_WINDOWS } from './windowAverages.ts';

/**
 * Points of 1/(16 ppm · f0): 1024 of them last as long as the canonical FID, 0.52 s at 3 T, so that none is empty; the band takes
 * the quarter of the sampling frequency next to zero.
 */
const TRANSFORM_POINTS = 2048;

/** @returns (real, imaginary) × paths × windows */
export function waveletScattering(): TimeFrequencyInput {
  const scattering = new PairScattering();
  return {
    shape: [2, scattering.paths, SCATTERING_WINDOWS],
    put: (band, scale, out, offset) => {
      // Undoes the division of `ifft`: sums over bins.
      const factor = scale > 0 ? TRANSFORM_POINTS / scale : TRANSFORM_POINTS;
      const padded = { re: new Float64Array(TRANSFORM_POINTS), im: new Float64Array(TRANSFORM_POINTS) };
      for (let j = 0; j < BAND_POINTS; j++) {
        padded.re[FIRST_FREQUENCY_BIN + j] = factor * (band.re[j] as number);
        padded.im[FIRST_FREQUENCY_BIN + j] = factor * (band.im[j] as number);
      }
      const fid = ifft(padded);
      scattering.put([fid.re.subarray(0, SCATTERING_POINTS), fid.im.subarray(0, SCATTERING_POINTS)], out, offset);
    },
  };
}
