// Amplitude of the unsuppressed water line at t = 0. Its modulus is fitted, ln|s(t)| = a + bt + ct² (a Voigt line's
// exactly), over the first decay, robustly: eddy currents and B0 offsets turn the phase and leave the modulus alone, and
// a halved or filtered first sample counts as an outlier. Lines away from water are first taken out by HLSVD, whose own
// water amplitude is the check. For why not |s(0)| itself: Near 2021, doi:10.1002/nbm.4257.
import { WATER_PPM, hzToPpm } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { WaterReferenceAmplitude } from '../../domain/quantification.ts';
import { fidToSpectrum, nextPowerOfTwo } from '../../math/fft.ts';
import { amplitudeAtStart, decomposeLines, liesNear, withoutLines } from './exponentialLines.ts';
import type { SampledFid } from './exponentialLines.ts';
import { robustPolynomial } from './robustPolynomial.ts';

export interface WaterMeasurement {
  readonly water: WaterReferenceAmplitude;
  /** The line's Gaussian part (FWHM): the shim. [Hz] */
  readonly gaussianHz: number;
  readonly warnings: readonly Warning[];
}

/** Water is looked for this far from the carrier's place. [ppm] */
const SEARCH_PPM = 1;
/** Components within this of the water line are water (B0 spread, eddy currents); others are taken out. [ppm] */
const WATER_HALF_WIDTH_PPM = 0.6;
const HLSVD_POINTS = 512;
const HLSVD_RANK = 14;
/** The fit ends where the modulus has fallen to this part of its largest … */
const LAST_PART = 0.4;
/** … or here, whichever comes first. [s] */
const LONGEST_S = 0.1;
const FEWEST_POINTS = 16;
/** The two ways to measure water may differ by this part without a warning … */
const DISAGREEMENT = 0.03;
/** … and beyond this one neither is believed. */
const MOST_DISAGREEMENT = 0.8;
/** A line elsewhere may be this much taller than the one at water's place; above that, that one is not water. */
const TALLER_ELSEWHERE = 2;

/** Where the water line stands. @returns ppm @throws ProcessingError where there is no signal */
function waterPpm(axes: SampledFid): number {
  const size = nextPowerOfTwo(2 * axes.fid.re.length);
  const padded = { re: new Float64Array(size), im: new Float64Array(size) };
  padded.re.set(axes.fid.re);
  padded.im.set(axes.fid.im);
  const spectrum = fidToSpectrum(padded);
  let best = 0;
  let elsewhere = 0;
  let place = NaN;
  for (let i = 0; i < size; i++) {
    const hz = (i - size / 2) / (size * axes.dwellTimeS);
    const ppm = hzToPpm(hz, axes.spectrometerFrequencyMHz, axes.referencePpm);
    const height = Math.hypot(spectrum.re[i] as number, spectrum.im[i] as number);
    if (Math.abs(ppm - WATER_PPM) <= SEARCH_PPM && height > best) {
      best = height;
      place = ppm;
    } else if (Math.abs(ppm - WATER_PPM) > SEARCH_PPM) {
      elsewhere = Math.max(elsewhere, height);
    }
  }
  if (elsewhere > TALLER_ELSEWHERE * best) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The tallest line of the water reference is not within ${SEARCH_PPM} ppm of ${WATER_PPM} ppm, so that it can't be water.`,
    );
  }
  if (!Number.isFinite(place)) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The water reference holds no line within ${SEARCH_PPM} ppm of ${WATER_PPM} ppm.`,
    );
  }
  return place;
}

/** Samples to fit: from the start until the modulus has decayed. */
function decayEnd(modulus: Float64Array, dwellTimeS: number): number {
  const largest = modulus.slice(0, 64).reduce((m, v) => Math.max(m, v), 0);
  const longest = Math.min(modulus.length, Math.max(FEWEST_POINTS, Math.round(LONGEST_S / dwellTimeS)));
  let end = 0;
  while (end < longest && (end < FEWEST_POINTS || (modulus[end] as number) > LAST_PART * largest)) end++;
  return end;
}

/** From the c of ln|s| = a + bt + ct². */
const gaussianFwhmHz = (quadratic: number): number => (2 * Math.sqrt(Math.LN2 * Math.max(0, -quadratic))) / Math.PI;

/** Voigt FWHM from ln|s| = a + bt + ct². Source of the approximation: Olivero & Longbothum 1977, doi:10.1016/0022-4073(77)90161-3. */
function voigtFwhmHz(linear: number, quadratic: number): number | null {
  const lorentz = Math.max(0, -linear / Math.PI);
  const gauss = gaussianFwhmHz(quadratic);
  const fwhm = 0.5346 * lorentz + Math.sqrt(0.2166 * lorentz ** 2 + gauss ** 2);
  return fwhm > 0 ? fwhm : null;
}

function isolateWater(axes: SampledFid): { readonly fid: ComplexSignal; readonly byHlsvd: number | null } {
  const ppm = waterPpm(axes);
  const lines = decomposeLines(axes.fid, HLSVD_POINTS, HLSVD_RANK);
  if (lines === null) return { fid: axes.fid, byHlsvd: null };
  const isWater = (c: Parameters<typeof liesNear>[0]): boolean => liesNear(c, axes, ppm, WATER_HALF_WIDTH_PPM);
  return {
    fid: withoutLines(axes.fid, lines, (c) => !isWater(c)),
    byHlsvd: amplitudeAtStart(lines, isWater),
  };
}

/**
 * Measures the water reference.
 * @param axes the averaged water FID, on the same scale as the metabolite FID (see `dataScale` in waterScaling.ts)
 * @throws ProcessingError where the FID is too short or holds no water
 */
export function measureWaterAmplitude(axes: SampledFid): WaterMeasurement {
  const points = axes.fid.re.length;
  if (points < 2 * FEWEST_POINTS) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The water reference has only ${points} points; at least ${2 * FEWEST_POINTS} are needed.`,
    );
  }
  const { fid, byHlsvd } = isolateWater(axes);
  const modulus = Float64Array.from(fid.re, (re, i) => Math.hypot(re, fid.im[i] as number));
  const end = decayEnd(modulus, axes.dwellTimeS);
  // The first sample still holds the lines that were taken out of the others.
  const used = modulus.slice(1, end);
  const fit = robustPolynomial(
    Float64Array.from(used, (_, i) => (i + 1) * axes.dwellTimeS),
    used.map((v) => Math.log(Math.max(v, Number.MIN_VALUE))),
    used.map((v) => v * v),
    2,
  );
  const amplitude = Math.exp(fit.coefficients[0] as number);
  const model = byHlsvd === null ? 0 : Math.abs(byHlsvd - amplitude) / 2;
  if (2 * model > MOST_DISAGREEMENT * amplitude) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The water reference can't be measured: two ways to do so differ by ${((200 * model) / amplitude).toFixed(0)} %.`,
    );
  }
  const warnings: Warning[] = [];
  if (model > (DISAGREEMENT / 2) * amplitude) {
    warnings.push({
      code: 'water-amplitude-doubtful',
      message: `Two ways to measure the water reference differ by ${((200 * model) / amplitude).toFixed(1)} %: its line is distorted or has strong neighbours.`,
    });
  }
  return {
    water: {
      amplitude,
      sd: Math.hypot(amplitude * fit.interceptSd, model),
      fwhmHz: voigtFwhmHz(fit.coefficients[1] as number, fit.coefficients[2] as number),
      method: `Voigt fit of the modulus over ${(1000 * end * axes.dwellTimeS).toFixed(0)} ms, extrapolated to t = 0; SD from its scatter and half its distance from HLSVD`,
    },
    gaussianHz: gaussianFwhmHz(fit.coefficients[2] as number),
    warnings,
  };
}
