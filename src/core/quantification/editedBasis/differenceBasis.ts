// The basis of a difference spectrum: only what editing leaves in the window, and the macromolecules that are edited with
// GABA, as one Gaussian at 3.0 ppm ("MM3co"; Zöllner 2022, NMR Biomed 35:e4618, doi:10.1002/nbm.4618, compares such models).
import { ppmAxis, ppmRangeIndices } from '../../domain/axes.ts';
import type { BasisSet, BasisSignal } from '../../domain/basisSet.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ModelError } from '../../domain/errors.ts';
import { gaussianFid } from '../../basis/macromolecules/index.ts';
import { fidToSpectrum } from '../../math/fft.ts';

/**
 * "free": an amplitude of its own; "equalGaba": tied to GABA at equal areas, both in one signal "GABA+", whose amplitude is
 * that of GABA and MM3co together; "none".
 */
export type CoeditedModel = 'free' | 'equalGaba' | 'none';

export interface DifferenceBasisOptions {
  readonly coedited: CoeditedModel;
  /** FWHM of MM3co. [Hz at 3 T, scaled with the field] Source: Osprey's default. */
  readonly coeditedWidthHz: number;
  readonly coeditedPpm: number;
  /** Window that is fitted. [ppm] */
  readonly ppmRange: readonly [number, number];
}

export const DEFAULT_DIFFERENCE_BASIS_OPTIONS: DifferenceBasisOptions = {
  coedited: 'free',
  coeditedWidthHz: 14,
  coeditedPpm: 3.0,
  ppmRange: [1.85, 4.1],
};

export const COEDITED_NAME = 'MM3co';
export const GABA_PLUS = 'GABA+';
/** [MHz] */
const FREQUENCY_3T_MHZ = 127.73;
/** RMS in the window over GABA's, under which a signal counts as subtracted away. */
const EDITED_ABOVE = 0.03;
/** Place of GABA's edited line. [ppm] */
const GABA_LINE_PPM = [2.75, 3.25] as const;
/** Gaussian width for integrating: compact lines without the ripples of a cut-off FID. [Hz] */
const INTEGRATED_WIDTH_HZ = 6;

/** Real spectrum of a signal, lines made 6 Hz wide, between two shifts. */
function windowOf(fid: ComplexSignal, basis: BasisSet, [low, high]: readonly [number, number]): ComplexSignal {
  const weight = (n: number): number =>
    n === 0 ? 0.5 : Math.exp(-((Math.PI * INTEGRATED_WIDTH_HZ * n * basis.dwellTimeS) ** 2) / (4 * Math.LN2));
  const spectrum = fidToSpectrum({ re: fid.re.map((v, n) => v * weight(n)), im: fid.im.map((v, n) => v * weight(n)) });
  const { points, dwellTimeS, spectrometerFrequencyMHz, referencePpm } = basis;
  const axis = ppmAxis(points, dwellTimeS, spectrometerFrequencyMHz, referencePpm);
  const { start, end } = ppmRangeIndices(axis, low, high);
  return { re: spectrum.re.slice(start, end), im: spectrum.im.slice(start, end) };
}

function strengthOf({ fid }: BasisSignal, basis: BasisSet, range: readonly [number, number]): number {
  const { re, im } = windowOf(fid, basis, range);
  return Math.sqrt(re.reduce((sum, v, i) => sum + v * v + (im[i] as number) ** 2, 0));
}

/** MM3co with the area of one unit of GABA at 3.0 ppm, so that GABA and MM3co add up to GABA+. */
function coeditedSignal(gaba: BasisSignal, basis: BasisSet, options: DifferenceBasisOptions): BasisSignal {
  const line = windowOf(gaba.fid, basis, GABA_LINE_PPM);
  const area = (2 * line.re.reduce((sum, v) => sum + v, 0)) / basis.points;
  const widthHz = (options.coeditedWidthHz * basis.spectrometerFrequencyMHz) / FREQUENCY_3T_MHZ;
  const fid = gaussianFid(options.coeditedPpm, area, widthHz, basis);
  return { name: COEDITED_NAME, fileName: COEDITED_NAME, kind: 'macromolecule', fid };
}

const meanOf = (a: ComplexSignal, b: ComplexSignal): ComplexSignal => ({
  re: a.re.map((v, i) => (v + (b.re[i] as number)) / 2),
  im: a.im.map((v, i) => (v + (b.im[i] as number)) / 2),
});

/**
 * The basis to fit a difference spectrum with.
 * @param basis of the difference, ON less OFF
 * @throws ModelError where it is of another sub-spectrum, or has no GABA
 */
export function differenceBasis(
  basis: BasisSet,
  options: DifferenceBasisOptions = DEFAULT_DIFFERENCE_BASIS_OPTIONS,
): BasisSet {
  if (basis.editing === 'on' || basis.editing === 'off') {
    const found = basis.editing.toUpperCase();
    throw new ModelError('BASIS_MISMATCH', `A difference spectrum needs a difference basis, and "${basis.title}" is of the ${found} condition.`); // prettier-ignore
  }
  const gaba = basis.signals.find((s) => s.name === 'GABA');
  if (gaba === undefined) {
    throw new ModelError('BASIS_MISMATCH', `The basis set "${basis.title}" has no GABA to fit the difference spectrum with.`); // prettier-ignore
  }
  const least = EDITED_ABOVE * strengthOf(gaba, basis, options.ppmRange);
  const edited = basis.signals.filter((s) => s.kind !== 'correction' && strengthOf(s, basis, options.ppmRange) > least);
  if (options.coedited === 'none') return { ...basis, signals: edited };
  const coedited = coeditedSignal(gaba, basis, options);
  const signals =
    options.coedited === 'free'
      ? [...edited, coedited]
      : edited.map((s) => (s === gaba ? { ...s, name: GABA_PLUS, fid: meanOf(s.fid, coedited.fid) } : s));
  return { ...basis, signals };
}
