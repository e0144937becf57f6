// Frequency and phase of a transient against a reference within a ppm range, beside a polynomial baseline that takes up the
// tails of whatever stands outside (variable projection as in RATS: Wilson, Magn Reson Med 2019;81:2878,
// doi:10.1002/mrm.27605, there solved by a simplex). With r(t) the reference and S, R, T = FT(t·r) spectra in the range,
//   S ≈ α R + β T + P b,   β/α = iω − d:
// a shift ω and a damping d turn r into r + (iω − d)·t·r to first order, so that one linear least-squares fit with complex
// coefficients gives amplitude, phase, shift and damping; it is repeated with the shift taken out until nothing is left.
import { ppmAxis, ppmRangeIndices } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import { BandTransform } from '../../math/bandTransform.ts';
import { dot } from '../../math/innerProducts.ts';
import { addScaled, innerProduct } from '../../math/complexLeastSquares.ts';
import { rotateSignal } from '../../math/rotation.ts';
import type { TransientSet } from './method.ts';
import { wrapped } from '../transientOffsets.ts';

/** Fewer points in the range than this beside the baseline's terms say nothing. */
const FEWEST_POINTS = 8;
/** A shift below this is none. [Hz] */
const CONVERGED_HZ = 1e-3;
const MOST_ITERATIONS = 12;

/** Discrete orthonormal polynomials, real, degree 0 to `degree`. */
function polynomials(length: number, degree: number): Float64Array[] {
  const terms: Float64Array[] = [];
  for (let d = 0; d <= degree; d++) {
    const v = Float64Array.from({ length }, (_, i) => ((2 * i) / Math.max(1, length - 1) - 1) ** d);
    for (const term of [...terms, ...terms]) {
      const along = term.reduce((sum, x, i) => sum + x * (v[i] as number), 0);
      for (let i = 0; i < length; i++) v[i] = (v[i] as number) - along * (term[i] as number);
    }
    const norm = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));
    terms.push(v.map((x) => x / norm));
  }
  return terms;
}

/** A ppm range of the spectra of a set, with the baseline that is fitted in it. */
export class Band {
  readonly #transform: BandTransform;
  readonly #start: number;
  #wide: BandTransform | null = null;
  readonly #terms: readonly Float64Array[];
  readonly dwellTimeS: number;
  readonly points: number;

  /**
   * @param degree of the polynomial baseline; −1 for none
   * @throws ProcessingError where the range has too few points
   */
  constructor(set: TransientSet, ppmRange: readonly [number, number], degree: number) {
    this.dwellTimeS = set.dwellTimeS;
    this.points = set.signals[0]?.re.length ?? 0;
    let start = 0;
    this.#transform = new BandTransform(this.points, 1, (size) => {
      const range = ppmRangeIndices(ppmAxis(size, set.dwellTimeS, set.spectrometerFrequencyMHz), ...ppmRange);
      start = range.start;
      return range;
    });
    this.#start = start;
    const found = this.#transform.bandLength;
    if (found < FEWEST_POINTS + degree) {
      throw new ProcessingError(
        'PROCESSING_FAILED',
        `Correction over ${ppmRange.join('–')} ppm needs at least ${FEWEST_POINTS + degree} spectral points there, found ${found}.`,
      );
    }
    this.#terms = polynomials(found, degree);
  }

  /** The spectrum in the range, without the baseline. */
  spectrumOf(fid: ComplexSignal): ComplexSignal {
    const { bandLength } = this.#transform;
    const out = { re: new Float64Array(bandLength), im: new Float64Array(bandLength) };
    this.#transform.transform(fid.re, fid.im, out.re, out.im);
    this.#removeBaseline(out);
    return out;
  }

  /**
   * How much of a spectrum a shape in the range explains, with every whole-point shift up to a largest one taken out.
   * @param shape of unit norm, without the baseline
   */
  slide(fid: ComplexSignal, shape: ComplexSignal, maximumShiftHz: number): BandPlace {
    const { bandLength, fftSize } = this.#transform;
    const stepHz = 1 / (fftSize * this.dwellTimeS);
    const reach = Math.min(Math.ceil(maximumShiftHz / stepHz), this.#start, fftSize - this.#start - bandLength);
    const { re, im } = this.#wideSpectrum(fid, reach);
    let best: BandPlace = { shiftHz: 0, phaseRad: 0, explained: 0 };
    for (let at = 0; at <= 2 * reach; at++) {
      const part = { re: re.subarray(at, at + bandLength), im: im.subarray(at, at + bandLength) };
      const c = innerProduct(shape, part);
      const explained = (c.re ** 2 + c.im ** 2) / Math.max(this.#energyAboveBaseline(part), Number.MIN_VALUE);
      if (explained <= best.explained) continue;
      best = { shiftHz: (at - reach) * stepHz, phaseRad: Math.atan2(c.im, c.re), explained };
    }
    return best;
  }

  #wideSpectrum(fid: ComplexSignal, reach: number): ComplexSignal {
    if (this.#wide === null || this.#wide.bandLength !== this.#transform.bandLength + 2 * reach) {
      const { bandLength } = this.#transform;
      const range = { start: this.#start - reach, end: this.#start + bandLength + reach };
      this.#wide = new BandTransform(this.points, 1, () => range);
    }
    const { bandLength } = this.#wide;
    const out = { re: new Float64Array(bandLength), im: new Float64Array(bandLength) };
    this.#wide.transform(fid.re, fid.im, out.re, out.im);
    return out;
  }

  #energyAboveBaseline(spectrum: ComplexSignal): number {
    let energy = dot(spectrum.re, spectrum.re) + dot(spectrum.im, spectrum.im);
    for (const term of this.#terms) energy -= dot(term, spectrum.re) ** 2 + dot(term, spectrum.im) ** 2;
    return energy;
  }

  #removeBaseline(spectrum: ComplexSignal): void {
    for (const part of [spectrum.re, spectrum.im]) {
      for (const term of this.#terms) {
        let along = 0;
        for (let i = 0; i < part.length; i++) along += (term[i] as number) * (part[i] as number);
        for (let i = 0; i < part.length; i++) part[i] = (part[i] as number) - along * (term[i] as number);
      }
    }
  }

  /** Complex points in the range less those that the baseline takes. */
  get freedom(): number {
    return this.#transform.bandLength - this.#terms.length;
  }
}

/** A place of the coarse search. */
export interface BandPlace {
  readonly shiftHz: number;
  readonly phaseRad: number;
  /** Part of the energy above the baseline that the reference explains, 0 to 1. */
  readonly explained: number;
}

/** How a transient stands to a reference. */
export interface BandOffset {
  readonly shiftHz: number;
  readonly phaseRad: number;
  /** Amplitude over the reference's. */
  readonly amplitude: number;
  /** Width that the transient has more than the reference, Lorentzian FWHM. [Hz] */
  readonly dampingHz: number;
  /** Part of the transient's energy above the baseline that the reference explains, 0 to 1. */
  readonly explained: number;
  /** Mean |residual|² of a point. */
  readonly residual: number;
}

const scaledBy = ({ re, im }: ComplexSignal, factor: number): ComplexSignal => ({
  re: re.map((v) => v * factor),
  im: im.map((v) => v * factor),
});

function padded(signal: ComplexSignal, points: number): ComplexSignal {
  const out = { re: new Float64Array(points), im: new Float64Array(points) };
  out.re.set(signal.re);
  out.im.set(signal.im);
  return out;
}

/** A reference signal to register transients to. */
export class BandReference {
  readonly #band: Band;
  readonly #q1: ComplexSignal;
  readonly #q2: ComplexSignal;
  /** R = r11 q1 and T = (r12) q1 + r22 q2. */
  readonly #r11: number;
  readonly #r12: { readonly re: number; readonly im: number };
  readonly #r22: number;

  /**
   * @param short reference, at most as long as the transients
   * @throws ProcessingError where it is empty in the range
   */
  constructor(band: Band, short: ComplexSignal) {
    this.#band = band;
    const reference = padded(short, band.points);
    const r = band.spectrumOf(reference);
    const time = (_: number, n: number): number => n * band.dwellTimeS;
    const seconds = reference.re.map(time);
    const timed = (x: Float64Array): Float64Array => x.map((v, n) => v * (seconds[n] as number));
    const t = band.spectrumOf({ re: timed(reference.re), im: timed(reference.im) });
    this.#r11 = Math.sqrt(innerProduct(r, r).re);
    if (!(this.#r11 > 0)) throw new ProcessingError('PROCESSING_FAILED', 'The transients are empty in the ppm range.');
    this.#q1 = scaledBy(r, 1 / this.#r11);
    this.#r12 = innerProduct(this.#q1, t);
    addScaled(t, -this.#r12.re, -this.#r12.im, this.#q1);
    this.#r22 = Math.sqrt(innerProduct(t, t).re);
    this.#q2 = scaledBy(t, this.#r22 > 0 ? 1 / this.#r22 : 0);
  }

  /**
   * The shift at which the reference explains most of what stands in the range, on the grid of the spectrum's points: a
   * first estimate. The part, not the amount: else a water line that comes into the range would win.
   */
  search(signal: ComplexSignal, maximumShiftHz: number): BandPlace {
    return this.#band.slide(signal, this.#q1, maximumShiftHz);
  }

  /** One linear fit of a spectrum whose shift has been taken out but for a rest. */
  #fit(spectrum: ComplexSignal) {
    const energy = innerProduct(spectrum, spectrum).re;
    const c1 = innerProduct(this.#q1, spectrum);
    const c2 = innerProduct(this.#q2, spectrum);
    const beta = this.#r22 > 0 ? { re: c2.re / this.#r22, im: c2.im / this.#r22 } : { re: 0, im: 0 };
    const alpha = {
      re: (c1.re - (this.#r12.re * beta.re - this.#r12.im * beta.im)) / this.#r11,
      im: (c1.im - (this.#r12.re * beta.im + this.#r12.im * beta.re)) / this.#r11,
    };
    const size = alpha.re ** 2 + alpha.im ** 2;
    const ratio = {
      re: size > 0 ? (beta.re * alpha.re + beta.im * alpha.im) / size : 0,
      im: size > 0 ? (beta.im * alpha.re - beta.re * alpha.im) / size : 0,
    };
    const explained = c1.re ** 2 + c1.im ** 2 + c2.re ** 2 + c2.im ** 2;
    return { alpha, ratio, energy, explained };
  }

  /**
   * Least-squares shift, phase, amplitude and damping near a first estimate.
   * @param startHz within about a line's width of the truth
   * @param reachHz how far it may go from there
   */
  refine(signal: ComplexSignal, startHz: number, reachHz: number): BandOffset {
    const { dwellTimeS, freedom } = this.#band;
    let shiftHz = startHz;
    let fit = this.#fit(this.#band.spectrumOf(rotateSignal(signal, -shiftHz * dwellTimeS, 0)));
    for (let pass = 0; pass < MOST_ITERATIONS; pass++) {
      const step = fit.ratio.im / (2 * Math.PI);
      const next = Math.min(Math.max(shiftHz + step, startHz - reachHz), startHz + reachHz);
      const moved = Math.abs(next - shiftHz);
      shiftHz = next;
      fit = this.#fit(this.#band.spectrumOf(rotateSignal(signal, -shiftHz * dwellTimeS, 0)));
      if (moved < CONVERGED_HZ) break;
    }
    const { alpha, ratio, energy, explained } = fit;
    return {
      shiftHz,
      phaseRad: wrapped(Math.atan2(alpha.im, alpha.re)),
      amplitude: Math.hypot(alpha.re, alpha.im),
      dampingHz: -ratio.re / Math.PI,
      explained: energy > 0 ? explained / energy : 0,
      residual: Math.max(0, energy - explained) / Math.max(1, freedom - 2),
    };
  }
}
