// Basis signals on the canonical grid that have the very band spectra of the basis: the crop to 512 samples loses the ringing
// before t = 0, which is 1–3 % of a line's height as baseline. training/quantification/canonical.py (in_band) does the same.
import { CANONICAL_POINTS } from '../../../domain/canonicalBand.ts';
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { solveComplexLeastSquares } from '../../../math/complexLeastSquares.ts';
import { canonicalBandSpectrum } from './canonicalSpectrum.ts';
import { BAND_POINTS, bandSpectra } from './bandSpectrum.ts';
import type { FidSampling } from './bandSpectrum.ts';
import { canonicalDwellTimeS, canonicalFids } from './canonicalFid.ts';

/** Samples that take up what was lost. */
const EARLY_SAMPLES = 8;
/** Combinations of them that the band hardly sees stay small: singular values below this part of the largest. */
const SMALLEST = 1e-3;

/** Band spectra of the first samples, each with a row that keeps it small. */
function earlyColumns(spectrometerFrequencyMHz: number): ComplexSignal[] {
  return Array.from({ length: EARLY_SAMPLES }, (_, n) => {
    const one = { re: new Float64Array(CANONICAL_POINTS), im: new Float64Array(CANONICAL_POINTS) };
    one.re[n] = 1;
    const spectrum = canonicalBandSpectrum(one, spectrometerFrequencyMHz);
    const column = {
      re: new Float64Array(BAND_POINTS + EARLY_SAMPLES),
      im: new Float64Array(BAND_POINTS + EARLY_SAMPLES),
    };
    column.re.set(spectrum.re);
    column.im.set(spectrum.im);
    const height = Math.hypot(spectrum.re[0] as number, spectrum.im[0] as number);
    column.re[BAND_POINTS + n] = SMALLEST * height * Math.sqrt(BAND_POINTS);
    return column;
  });
}

/**
 * @param fids of the basis, zero frequency at 4.65 ppm
 * @returns canonical, 512 points each
 */
export function inBandSignals(fids: readonly ComplexSignal[], sampling: FidSampling): ComplexSignal[] {
  const { points, dwellTimeS, spectrometerFrequencyMHz: f0 } = sampling;
  const toCanonical = canonicalFids(sampling);
  const spectra = bandSpectra(sampling).of(fids);
  const columns = earlyColumns(f0);
  const covered = Math.ceil((points * dwellTimeS) / canonicalDwellTimeS(f0) - 1e-9);
  return fids.map((fid, m) => {
    const canonical = toCanonical(fid);
    canonical.re.fill(0, covered);
    canonical.im.fill(0, covered);
    const found = canonicalBandSpectrum(canonical, f0);
    const lost = {
      re: new Float64Array(BAND_POINTS + EARLY_SAMPLES),
      im: new Float64Array(BAND_POINTS + EARLY_SAMPLES),
    };
    const wanted = spectra[m] as ComplexSignal;
    for (let j = 0; j < BAND_POINTS; j++) {
      lost.re[j] = (wanted.re[j] as number) - (found.re[j] as number);
      lost.im[j] = (wanted.im[j] as number) - (found.im[j] as number);
    }
    const { coefficients } = solveComplexLeastSquares(columns, lost);
    for (let n = 0; n < EARLY_SAMPLES; n++) {
      canonical.re[n] = (canonical.re[n] as number) + (coefficients.re[n] as number);
      canonical.im[n] = (canonical.im[n] as number) + (coefficients.im[n] as number);
    }
    return canonical;
  });
}
