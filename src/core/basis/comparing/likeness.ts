// Likeness of two signals over a ppm range, after the shift, phase, amplitude and line broadening that match them best.
// Phase and amplitude have a closed form, |⟨a, b⟩|/(‖a‖‖b‖); shift, Lorentzian and Gaussian broadening are searched by
// the downhill simplex, started at the peak of the cross-correlation.
import { ppmAxis, ppmRangeIndices } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { BugError } from '../../domain/errors.ts';
import { BandTransform } from '../../math/bandTransform.ts';
import { fft, fidToSpectrum, ifft, nextPowerOfTwo } from '../../math/fft.ts';
import { minimiseSimplex } from '../../math/nelderMead.ts';

export interface Comparison {
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  readonly rangePpm: readonly [number, number];
  /** Of the zero frequency of both signals; water's unless given. */
  readonly referencePpm?: number;
  /** Where is searched; ±0.05 ppm and ±12 Hz unless given. */
  readonly bounds?: LikenessBounds;
}

type Bounds = readonly [least: number, largest: number];

/** Of shift and FWHM given to the first signal; a width below 0 is given to the second. [Hz] */
export interface LikenessBounds {
  readonly shiftHz: Bounds;
  readonly lorentzianHz: Bounds;
  readonly gaussianHz: Bounds;
}

export interface Likeness {
  /** |⟨a, b⟩| / (‖a‖ ‖b‖) of the complex spectra in the range: 1 is identical; 0 where one of them has nothing there. */
  readonly correlation: number;
  /** Frequency added to the first signal. [Hz] */
  readonly shiftHz: number;
  /** Lorentzian FWHM added to the first signal; negative: to the second. */
  readonly lorentzianHz: number;
  /** Gaussian FWHM added to the first signal; negative: to the second. */
  readonly gaussianHz: number;
  /** Phase added to the first signal. [rad] */
  readonly phaseRad: number;
  /** Second over first: the factor by which the first is multiplied. */
  readonly amplitudeRatio: number;
}

export interface LineModification {
  readonly shiftHz?: number;
  /** FWHM; 0 or above. */
  readonly lorentzianHz?: number;
  /** FWHM; 0 or above. */
  readonly gaussianHz?: number;
}

/** @returns the signal shifted and broadened, into `out` where given */
export function modifySignal(
  fid: ComplexSignal,
  dwellTimeS: number,
  { shiftHz = 0, lorentzianHz = 0, gaussianHz = 0 }: LineModification,
  out?: ComplexSignal,
): ComplexSignal {
  const points = fid.re.length;
  const result = out ?? { re: new Float64Array(points), im: new Float64Array(points) };
  const quadratic = (Math.PI * gaussianHz * dwellTimeS) ** 2 / (4 * Math.LN2);
  const rate = Math.PI * lorentzianHz * dwellTimeS;
  const turn = 2 * Math.PI * shiftHz * dwellTimeS;
  const stepRe = Math.exp(-rate) * Math.cos(turn);
  const stepIm = Math.exp(-rate) * Math.sin(turn);
  // e^{−q(n+1)²} = e^{−qn²} · e^{−q(2n+1)}, and that factor shrinks by e^{−2q} each step: no exp in the loop
  const shrink = Math.exp(-2 * quadratic);
  let gaussianStep = Math.exp(-quadratic);
  let factorRe = 1;
  let factorIm = 0;
  for (let n = 0; n < points; n++) {
    const re = fid.re[n] as number;
    const im = fid.im[n] as number;
    result.re[n] = re * factorRe - im * factorIm;
    result.im[n] = re * factorIm + im * factorRe;
    const nextRe = (factorRe * stepRe - factorIm * stepIm) * gaussianStep;
    factorIm = (factorRe * stepIm + factorIm * stepRe) * gaussianStep;
    factorRe = nextRe;
    gaussianStep *= shrink;
  }
  return result;
}

interface Product {
  readonly re: number;
  readonly im: number;
  readonly firstEnergy: number;
  readonly secondEnergy: number;
}

/** ⟨a, b⟩ = Σ ā·b and the energies. */
function product(a: ComplexSignal, b: ComplexSignal): Product {
  let re = 0;
  let im = 0;
  let firstEnergy = 0;
  let secondEnergy = 0;
  for (let k = 0; k < a.re.length; k++) {
    const ar = a.re[k] as number;
    const ai = a.im[k] as number;
    const br = b.re[k] as number;
    const bi = b.im[k] as number;
    re += ar * br + ai * bi;
    im += ar * bi - ai * br;
    firstEnergy += ar * ar + ai * ai;
    secondEnergy += br * br + bi * bi;
  }
  return { re, im, firstEnergy, secondEnergy };
}

function correlationOf({ re, im, firstEnergy, secondEnergy }: Product): number {
  const energies = firstEnergy * secondEnergy;
  return energies > 0 ? Math.hypot(re, im) / Math.sqrt(energies) : 0;
}

const emptySignal = (points: number): ComplexSignal => ({ re: new Float64Array(points), im: new Float64Array(points) });

/**
 * Limits of the search, beyond which different metabolites are made alike: half of what separates glutamate's and
 * glutamine's methylene groups (0.1 ppm), and what differs between scanners' line widths.
 */
const SHIFT_LIMIT_PPM = 0.05;
const WIDTH_LIMIT_HZ = 12;
/** Lorentzian for one and Gaussian for the other makes their line shapes equal; more than this smears out both. [Hz] */
const OPPOSITE_WIDTHS_HZ = 3;
/** Both signals are given this width before their cross-correlation, so that its peak is found on a coarse grid. [Hz] */
const COARSE_WIDTH_HZ = 5;
/** Shift from which the search is begun at no shift as well. [Hz] */
const DOUBTFUL_SHIFT_HZ = 2;
/** 1 − correlation below which two signals are equal but for rounding, and nothing is searched. */
const EQUAL = 1e-12;
/** First edges of the simplex: shift [Hz], Lorentzian width [Hz], square of the Gaussian width [Hz²]. */
const STEPS = [0.5, 2, 9] as const;

const outside = (value: number, [low, high]: Bounds): number => Math.max(0, low - value, value - high);
const clamped = (value: number, [low, high]: Bounds): number => Math.min(Math.max(value, low), high);

/** Compares one pair at any shift and broadening. */
class Pair {
  readonly #band: BandTransform;
  readonly #modified: ComplexSignal;
  readonly #firstSpectrum: ComplexSignal;
  readonly #secondSpectrum: ComplexSignal;
  readonly #plainSecond: ComplexSignal;

  constructor(
    readonly first: ComplexSignal,
    readonly second: ComplexSignal,
    readonly comparison: Comparison,
  ) {
    const { dwellTimeS, spectrometerFrequencyMHz, rangePpm, referencePpm } = comparison;
    const points = first.re.length;
    this.#band = new BandTransform(points, 1, (size) =>
      ppmRangeIndices(ppmAxis(size, dwellTimeS, spectrometerFrequencyMHz, referencePpm), rangePpm[0], rangePpm[1]),
    );
    this.#modified = emptySignal(points);
    this.#firstSpectrum = emptySignal(this.#band.bandLength);
    this.#secondSpectrum = emptySignal(this.#band.bandLength);
    this.#plainSecond = emptySignal(this.#band.bandLength);
    this.#band.transform(second.re, second.im, this.#plainSecond.re, this.#plainSecond.im);
  }

  #spectrum(fid: ComplexSignal, modification: LineModification, out: ComplexSignal): ComplexSignal {
    const { re, im } = modifySignal(fid, this.comparison.dwellTimeS, modification, this.#modified);
    this.#band.transform(re, im, out.re, out.im);
    return out;
  }

  /** @param lorentzianHz,gaussianHz positive: given to the first; negative: to the second */
  at(shiftHz: number, lorentzianHz: number, gaussianHz: number): Product {
    const toFirst = { shiftHz, lorentzianHz: Math.max(0, lorentzianHz), gaussianHz: Math.max(0, gaussianHz) };
    const toSecond = { lorentzianHz: Math.max(0, -lorentzianHz), gaussianHz: Math.max(0, -gaussianHz) };
    const a = this.#spectrum(this.first, toFirst, this.#firstSpectrum);
    const plain = toSecond.lorentzianHz === 0 && toSecond.gaussianHz === 0;
    const b = plain ? this.#plainSecond : this.#spectrum(this.second, toSecond, this.#secondSpectrum);
    return product(a, b);
  }

  /** Time-domain signal of the range alone, broadened, on a twice longer axis. */
  #bandLimited(fid: ComplexSignal): ComplexSignal {
    const { dwellTimeS, spectrometerFrequencyMHz, rangePpm, referencePpm } = this.comparison;
    const size = 2 * nextPowerOfTwo(fid.re.length);
    const padded = emptySignal(size);
    const { re, im } = modifySignal(fid, dwellTimeS, { lorentzianHz: COARSE_WIDTH_HZ }, this.#modified);
    padded.re.set(re);
    padded.im.set(im);
    const spectrum = fft(padded);
    const axis = ppmAxis(size, dwellTimeS, spectrometerFrequencyMHz, referencePpm);
    const { start, end } = ppmRangeIndices(axis, rangePpm[0], rangePpm[1]);
    for (let k = 0; k < size; k++) {
      const centred = (k + size / 2) % size;
      if (centred >= start && centred < end) continue;
      spectrum.re[k] = 0;
      spectrum.im[k] = 0;
    }
    return ifft(spectrum);
  }

  /** Shift of the largest cross-correlation: the peak of the spectrum of ā(t)·b(t). */
  coarseShiftHz([least, greatest]: Bounds): number {
    const a = this.#bandLimited(this.first);
    const b = this.#bandLimited(this.second);
    const size = a.re.length;
    const q = emptySignal(size);
    for (let n = 0; n < size; n++) {
      const ar = a.re[n] as number;
      const ai = a.im[n] as number;
      const br = b.re[n] as number;
      const bi = b.im[n] as number;
      q.re[n] = ar * br + ai * bi;
      q.im[n] = ar * bi - ai * br;
    }
    const spectrum = fft(q);
    const stepHz = 1 / (size * this.comparison.dwellTimeS);
    let best = clamped(0, [least, greatest]);
    let largest = -1;
    for (let k = Math.ceil(least / stepHz); k <= greatest / stepHz; k++) {
      const at = (k + size) % size;
      const height = Math.hypot(spectrum.re[at] as number, spectrum.im[at] as number);
      if (height > largest) [largest, best] = [height, k * stepHz];
    }
    return best;
  }
}

/** @returns part of a signal's energy that lies within the range, 0 to 1; 0 for a signal of zeros */
export function energyPartInRange(fid: ComplexSignal, comparison: Comparison): number {
  const { dwellTimeS, spectrometerFrequencyMHz, rangePpm, referencePpm } = comparison;
  const { re, im } = fidToSpectrum(fid);
  const axis = ppmAxis(re.length, dwellTimeS, spectrometerFrequencyMHz, referencePpm);
  const { start, end } = ppmRangeIndices(axis, rangePpm[0], rangePpm[1]);
  let within = 0;
  let total = 0;
  for (let k = 0; k < re.length; k++) {
    const power = (re[k] as number) ** 2 + (im[k] as number) ** 2;
    total += power;
    if (k >= start && k < end) within += power;
  }
  return total > 0 ? within / total : 0;
}

/** The simplex walks in the signed square of the Gaussian width, in which the likeness is smooth at zero. */
const widthOfSquare = (square: number): number => Math.sign(square) * Math.sqrt(Math.abs(square));
const squareOfWidth = (widthHz: number): number => Math.sign(widthHz) * widthHz ** 2;

/** Shift, Lorentzian width and signed square of the Gaussian width. */
type Point = readonly [number, number, number];

/** @returns by how much a point is outside of what is searched [Hz] */
function excess(shiftHz: number, lorentzianHz: number, gaussianHz: number, bounds: LikenessBounds): number {
  const smeared = lorentzianHz * gaussianHz < 0 ? Math.min(Math.abs(lorentzianHz), Math.abs(gaussianHz)) : 0;
  return (
    outside(shiftHz, bounds.shiftHz) +
    outside(lorentzianHz, bounds.lorentzianHz) +
    outside(gaussianHz, bounds.gaussianHz) +
    outside(smeared, [0, OPPOSITE_WIDTHS_HZ])
  );
}

/** @returns where 1 − correlation is least within the bounds */
function search(pair: Pair, bounds: LikenessBounds): Point {
  const objective = (x: readonly number[]): number => {
    const [shiftHz, lorentzianHz, square] = x as Point;
    const gaussianHz = widthOfSquare(square);
    const beyond = excess(shiftHz, lorentzianHz, gaussianHz, bounds);
    return beyond > 0 ? 1 + beyond : 1 - correlationOf(pair.at(shiftHz, lorentzianHz, gaussianHz));
  };
  const from = (shiftHz: number): Point => [
    clamped(shiftHz, bounds.shiftHz),
    clamped(0, bounds.lorentzianHz),
    squareOfWidth(clamped(0, bounds.gaussianHz)),
  ];
  const unshifted = { x: from(0) as readonly number[], value: objective(from(0)) };
  const coarseHz = pair.coarseShiftHz(bounds.shiftHz);
  const starts = unshifted.value < EQUAL ? [] : Math.abs(coarseHz) > DOUBTFUL_SHIFT_HZ ? [coarseHz, 0] : [coarseHz];
  const found = starts.map((shiftHz) => minimiseSimplex(objective, from(shiftHz), STEPS, 0.01, 150));
  return found.reduce((least, f) => (f.value < least.value ? f : least), unshifted).x as Point;
}

function defaultBounds({ spectrometerFrequencyMHz }: Comparison): LikenessBounds {
  const shiftHz = SHIFT_LIMIT_PPM * spectrometerFrequencyMHz;
  const width = [-WIDTH_LIMIT_HZ, WIDTH_LIMIT_HZ] as const;
  return { shiftHz: [-shiftHz, shiftHz], lorentzianHz: width, gaussianHz: width };
}

/**
 * The greatest correlation of two signals over shift and broadening.
 * @param first,second FIDs of equal sampling and length
 * @param comparison sampling, and the range that counts
 * @throws BugError for unequal lengths
 */
export function likeness(first: ComplexSignal, second: ComplexSignal, comparison: Comparison): Likeness {
  if (first.re.length !== second.re.length) throw new BugError('Only signals of equal length can be compared.');
  const pair = new Pair(first, second, comparison);
  const [shiftHz, lorentzianHz, square] = search(pair, comparison.bounds ?? defaultBounds(comparison));
  const gaussianHz = widthOfSquare(square);
  const at = pair.at(shiftHz, lorentzianHz, gaussianHz);
  return {
    correlation: correlationOf(at),
    shiftHz,
    lorentzianHz,
    gaussianHz,
    phaseRad: Math.atan2(at.im, at.re),
    amplitudeRatio: at.firstEnergy > 0 ? Math.hypot(at.re, at.im) / at.firstEnergy : 0,
  };
}
