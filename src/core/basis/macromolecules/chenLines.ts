// Macromolecule lines of Chen et al. (QNet, IEEE Trans Biomed Eng 2024; arXiv 2023): 17 Gaussians at 3 T. The list stands in
// the paper's text: shift, amplitude relative to the last line, linewidth.

export interface ChenLine {
  readonly name: string;
  readonly ppm: number;
  /** Height of the line in the spectrum, relative to the line at 3.96 ppm. */
  readonly height: number;
  /** FWHM at 3 T. [Hz] */
  readonly widthHz: number;
}

const line = (ppm: number, height: number, widthHz: number, suffix = ''): ChenLine => ({
  name: `MM${ppm.toFixed(2)}${suffix}`,
  ppm,
  height,
  widthHz,
});

/**
 * The 17 lines. The paper's "amplitude" is taken as the height in the spectrum, not as the area: as areas, the 5 Hz line at
 * 2.97 ppm would stand five times above every other macromolecule line, which no measured macromolecule spectrum shows.
 */
export const CHEN_LINES: readonly ChenLine[] = [
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
const METHYL_AREA = 0.72 * 21;

/** @returns FID amplitude at t = 0 of a line, protons per unit: its area against the methyl line's */
export function chenProtons({ height, widthHz }: ChenLine): number {
  return (METHYL_PROTONS * height * widthHz) / METHYL_AREA;
}

/** @returns FWHM at another field [Hz] */
export function chenWidthHz({ widthHz }: ChenLine, spectrometerFrequencyMHz: number): number {
  return (widthHz * spectrometerFrequencyMHz) / WIDTH_FREQUENCY_MHZ;
}
