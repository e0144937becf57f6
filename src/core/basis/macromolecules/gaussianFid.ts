// A Gaussian line as a sampled FID: what macromolecules and lipids are made of.
import { WATER_PPM, ppmToHz } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';

export interface SamplingOptions {
  readonly spectrometerFrequencyMHz: number;
  readonly dwellTimeS: number;
  readonly points: number;
  readonly referencePpm?: number;
}

/**
 * A Gaussian line as a FID: A · e^{−(πwt)²/(4 ln 2)} · e^{2πi f t}, w the FWHM.
 * @param amplitude value at t = 0
 * @param widthHz FWHM
 */
export function gaussianFid(ppm: number, amplitude: number, widthHz: number, sampling: SamplingOptions): ComplexSignal {
  const { points, dwellTimeS, spectrometerFrequencyMHz, referencePpm = WATER_PPM } = sampling;
  const hz = ppmToHz(ppm, spectrometerFrequencyMHz, referencePpm);
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  for (let n = 0; n < points; n++) {
    const t = n * dwellTimeS;
    const envelope = amplitude * Math.exp(-((Math.PI * widthHz * t) ** 2) / (4 * Math.LN2));
    re[n] = envelope * Math.cos(2 * Math.PI * hz * t);
    im[n] = envelope * Math.sin(2 * Math.PI * hz * t);
  }
  return { re, im };
}

/** @returns Σ weight · fid over signals of `points` samples */
export function weightedSum(
  parts: readonly { readonly fid: ComplexSignal; readonly weight: number }[],
  points: number,
): ComplexSignal {
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  for (const { fid, weight } of parts) {
    for (let n = 0; n < points; n++) {
      re[n] = (re[n] as number) + weight * (fid.re[n] as number);
      im[n] = (im[n] as number) + weight * (fid.im[n] as number);
    }
  }
  return { re, im };
}
