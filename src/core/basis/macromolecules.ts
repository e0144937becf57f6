// Macromolecule signals: 17 Gaussian lines at 3 T (Chen et al., QNet, IEEE Trans Biomed Eng 2024; arXiv 2023; the list stands
// in its text: shift, amplitude relative to the last line, linewidth).
import { WATER_PPM, ppmToHz } from '../domain/axes.ts';
import type { BasisSignal } from '../domain/basisSet.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';

export interface GaussianLine {
  readonly name: string;
  readonly ppm: number;
  /** Height of the line in the spectrum, relative to the line at 3.96 ppm. */
  readonly height: number;
  /** FWHM at 3 T. [Hz] */
  readonly widthHz: number;
}

const line = (ppm: number, height: number, widthHz: number, suffix = ''): GaussianLine => ({
  name: `MM${ppm.toFixed(2)}${suffix}`,
  ppm,
  height,
  widthHz,
});

/**
 * The 17 lines. The paper's "amplitude" is taken as the height in the spectrum, not as the area: as areas, the 5 Hz line at
 * 2.97 ppm would stand five times above every other macromolecule line, which no measured macromolecule spectrum shows.
 */
export const MACROMOLECULE_LINES: readonly GaussianLine[] = [
  line(0.9, 0.72, 21),
  line(1.2, 0.28, 19),
  line(1.36, 0.38, 16),
  line(1.63, 0.05, 8),
  line(1.68, 0.05, 13),
  line(1.81, 0.05, 13),
  line(2.02, 0.78, 29),
  line(2.08, 0.78, 21),
  line(2.25, 0.78, 18),
  line(2.97, 0.78, 5, 'a'),
  line(2.97, 0.3, 14, 'b'),
  line(3.11, 0.11, 18),
  line(3.22, 0.11, 10),
  line(3.27, 0.11, 10),
  line(3.67, 0.71, 34),
  line(3.8, 0.71, 12),
  line(3.96, 1, 37),
];

/** Field at which the widths are given; they scale with the field, as widths caused by shift dispersion do. [MHz] */
const WIDTH_FREQUENCY_MHZ = 127.73;
/** Protons of the methyl line at 0.90 ppm: sets the unit, so that one unit of "Mac" has that line as one CH3 group. */
const METHYL_PROTONS = 3;

export interface SamplingOptions {
  readonly spectrometerFrequencyMHz: number;
  readonly dwellTimeS: number;
  readonly points: number;
  readonly referencePpm?: number;
}

const METHYL_AREA = 0.72 * 21;

/** @returns FID amplitude at t = 0 of a line, protons per unit: its area against the methyl line's */
export function macromoleculeProtons({ height, widthHz }: GaussianLine): number {
  return (METHYL_PROTONS * height * widthHz) / METHYL_AREA;
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

/**
 * The 17 lines as separate basis signals.
 * @returns signals named MM0.90 … MM3.96
 */
export function macromoleculeSignals(sampling: SamplingOptions): BasisSignal[] {
  const widthScale = sampling.spectrometerFrequencyMHz / WIDTH_FREQUENCY_MHZ;
  return MACROMOLECULE_LINES.map((l) => ({
    name: l.name,
    fileName: l.name,
    kind: 'macromolecule' as const,
    fid: gaussianFid(l.ppm, macromoleculeProtons(l), l.widthHz * widthScale, sampling),
  }));
}

/** All lines added up with their published relative heights, as one signal "Mac". */
export function combinedMacromolecules(sampling: SamplingOptions): BasisSignal {
  const re = new Float64Array(sampling.points);
  const im = new Float64Array(sampling.points);
  for (const { fid } of macromoleculeSignals(sampling)) {
    for (let n = 0; n < re.length; n++) {
      re[n] = (re[n] as number) + (fid.re[n] as number);
      im[n] = (im[n] as number) + (fid.im[n] as number);
    }
  }
  return { name: 'Mac', fileName: 'Mac', kind: 'macromolecule', fid: { re, im } };
}
