// A transient as the reference with its own shift, phase, amplitude and damping, beside Lorentzian lines that the reference
// has not: unstable water, lipids of a moved head. With r_k(t) the reference at the present shift and damping,
//   s(t) ≈ α r_k + β t r_k + Σ_j (γ_j + δ_j t) e^{(iω_j − λ_j)t},
// the ratios β/α and δ_j/γ_j being what shift and damping still lack (variable projection with a Gauss–Newton step). The least
// squares are taken in the spectrum, where the surroundings of water count less: real water is no sum of a few Lorentzian lines,
// and what of it is left unexplained there must not move the metabolites.
import { ppmAxis, ppmRangeIndices } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { BandTransform } from '../../math/bandTransform.ts';
import { addScaled, innerProduct, solveComplexLeastSquares } from '../../math/complexLeastSquares.ts';
import { wrapped } from '../transientOffsets.ts';

/** A line beside the reference. */
export interface NuisanceLine {
  readonly frequencyHz: number;
  /** Lorentzian FWHM. */
  readonly widthHz: number;
  readonly lowHz: number;
  readonly highHz: number;
}

export interface JointFit {
  readonly shiftHz: number;
  readonly phaseRad: number;
  /** Amplitude over the reference's. */
  readonly amplitude: number;
  readonly dampingHz: number;
  readonly lines: readonly NuisanceLine[];
  /** What the lines beside the reference amount to; as long as the reference. */
  readonly nuisance: ComplexSignal;
  /** Data less model, in the transient's own frame; as long as the reference. */
  readonly residual: ComplexSignal;
  /** Weighted energy of what is left of the spectrum. */
  readonly misfit: number;
}

export interface JointStart {
  readonly shiftHz: number;
  readonly dampingHz: number;
  readonly lines: readonly NuisanceLine[];
}

const MOST_ITERATIONS = 8;
/** Shifts that change less have converged: of the reference, and of a line beside it. [Hz] */
const CONVERGED_HZ = 0.003;
const LINE_CONVERGED_HZ = 0.3;
/** What is compared. [ppm] */
const COMPARED_PPM: readonly [number, number] = [0.2, 5.3];
/** Surroundings of water, and what points count there: less costs phase on simulated scans, more lets real water move the rest. [ppm] */
const WATER_PPM_RANGE: readonly [number, number] = [4.2, 5.3];
const WATER_WEIGHT = 0.4;
/** Widths of the lines beside the reference. [Hz] */
const WIDTHS_HZ: readonly [number, number] = [0.5, 120];
/** Widths that a transient may have more than the reference. [Hz] */
const DAMPINGS_HZ: readonly [number, number] = [-3, 30];
/** Largest steps of one iteration. */
const STEP_HZ = 6;
const WIDTH_FACTOR = 2;

/** Energy of a signal. */
const energyOf = (x: ComplexSignal): number => innerProduct(x, x).re;

const between = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** x(t)·e^{(2πif − πw)t}, the time counted from 0. */
function shifted(x: ComplexSignal, hz: number, widthHz: number, dwellTimeS: number): ComplexSignal {
  const n = x.re.length;
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const decay = Math.exp(-Math.PI * widthHz * dwellTimeS);
  const stepRe = decay * Math.cos(2 * Math.PI * hz * dwellTimeS);
  const stepIm = decay * Math.sin(2 * Math.PI * hz * dwellTimeS);
  let cr = 1;
  let ci = 0;
  for (let i = 0; i < n; i++) {
    re[i] = (x.re[i] as number) * cr - (x.im[i] as number) * ci;
    im[i] = (x.re[i] as number) * ci + (x.im[i] as number) * cr;
    const next = cr * stepRe - ci * stepIm;
    ci = cr * stepIm + ci * stepRe;
    cr = next;
  }
  return { re, im };
}

/** A start as a signal sees it that is shifted. */
function inFrame(start: JointStart, hz: number): JointStart {
  const lines = start.lines.map((line) => ({
    ...line,
    frequencyHz: line.frequencyHz + hz,
    lowHz: line.lowHz + hz,
    highHz: line.highHz + hz,
  }));
  return { shiftHz: start.shiftHz + hz, dampingHz: start.dampingHz, lines };
}

/** Σ coefficient · column, from one column on. */
function combination(
  columns: readonly ComplexSignal[],
  coefficients: ComplexSignal,
  from: number,
  points: number,
): ComplexSignal {
  const sum = { re: new Float64Array(points), im: new Float64Array(points) };
  for (let j = from; j < columns.length; j++) {
    addScaled(sum, coefficients.re[j] as number, coefficients.im[j] as number, columns[j] as ComplexSignal);
  }
  return sum;
}

const less = (a: ComplexSignal, b: ComplexSignal): ComplexSignal => ({
  re: a.re.map((v, n) => v - (b.re[n] as number)),
  im: a.im.map((v, n) => v - (b.im[n] as number)),
});

/** Re and Im of b/a. */
function ratioOf(b: { re: number; im: number }, a: { re: number; im: number }): { re: number; im: number } {
  const size = a.re ** 2 + a.im ** 2;
  if (size === 0) return { re: 0, im: 0 };
  return { re: (b.re * a.re + b.im * a.im) / size, im: (b.im * a.re - b.re * a.im) / size };
}

/** Sampling of the transients that are fitted. */
export interface JointSampling {
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
}

/** Fits transients to one reference. */
export class JointFitter {
  readonly #reference: ComplexSignal;
  readonly #ones: ComplexSignal;
  readonly #timeS: Float64Array;
  readonly #dwellTimeS: number;
  readonly #band: BandTransform;
  readonly #weights: Float64Array;

  /** @param reference as many samples as are to be compared, not empty */
  constructor(reference: ComplexSignal, { dwellTimeS, spectrometerFrequencyMHz }: JointSampling) {
    const points = reference.re.length;
    this.#reference = reference;
    this.#dwellTimeS = dwellTimeS;
    this.#ones = { re: new Float64Array(points).fill(1), im: new Float64Array(points) };
    this.#timeS = Float64Array.from({ length: points }, (_, n) => n * dwellTimeS);
    let ppm = new Float64Array(0);
    this.#band = new BandTransform(points, 1, (size) => {
      const axis = ppmAxis(size, dwellTimeS, spectrometerFrequencyMHz);
      const { start, end } = ppmRangeIndices(axis, ...COMPARED_PPM);
      ppm = axis.slice(start, end);
      return { start, end };
    });
    const [low, high] = WATER_PPM_RANGE;
    this.#weights = ppm.map((p) => (p >= low && p <= high ? WATER_WEIGHT : 1));
  }

  #timed({ re, im }: ComplexSignal): ComplexSignal {
    const times = (x: Float64Array): Float64Array => x.map((v, n) => v * (this.#timeS[n] as number));
    return { re: times(re), im: times(im) };
  }

  #spectrumOf(fid: ComplexSignal): ComplexSignal {
    const { bandLength } = this.#band;
    const out = { re: new Float64Array(bandLength), im: new Float64Array(bandLength) };
    this.#band.transform(fid.re, fid.im, out.re, out.im);
    for (let i = 0; i < bandLength; i++) {
      out.re[i] = (out.re[i] as number) * (this.#weights[i] as number);
      out.im[i] = (out.im[i] as number) * (this.#weights[i] as number);
    }
    return out;
  }

  #solve(spectrum: ComplexSignal, start: JointStart) {
    const main = shifted(this.#reference, start.shiftHz, start.dampingHz, this.#dwellTimeS);
    const own = start.lines.map((line) => shifted(this.#ones, line.frequencyHz, line.widthHz, this.#dwellTimeS));
    const columns = [main, ...own].flatMap((x) => [x, this.#timed(x)]);
    const { coefficients, residual } = solveComplexLeastSquares(
      columns.map((column) => this.#spectrumOf(column)),
      spectrum,
    );
    const at = (i: number) => ({ re: coefficients.re[i] as number, im: coefficients.im[i] as number });
    const ratios = Array.from({ length: 1 + own.length }, (_, j) => ratioOf(at(2 * j + 1), at(2 * j)));
    return { ratios, columns, coefficients, misfit: energyOf(residual), alpha: at(0) };
  }

  /**
   * @param signal its first samples are compared
   * @param reachHz how far the shift may go from its start
   */
  fit(signal: ComplexSignal, start: JointStart, reachHz: number): JointFit {
    const points = this.#reference.re.length;
    const data = { re: signal.re.subarray(0, points), im: signal.im.subarray(0, points) };
    // In the frame of the start, so that the lines stand where the weights expect them.
    const frameHz = start.shiftHz;
    const spectrum = this.#spectrumOf(shifted(data, -frameHz, 0, this.#dwellTimeS));
    let now = inFrame(start, -frameHz);
    let found = this.#solve(spectrum, now);
    for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
      const next = this.#step(now, found.ratios, 0, reachHz);
      const moved = Math.abs(next.shiftHz - now.shiftHz);
      const before = now.lines;
      now = next;
      found = this.#solve(spectrum, now);
      const farthest = now.lines.reduce(
        (most, line, j) => Math.max(most, Math.abs(line.frequencyHz - before[j]!.frequencyHz)),
        0,
      );
      if (moved < CONVERGED_HZ && farthest < LINE_CONVERGED_HZ) break;
    }
    const sumOf = (from: number): ComplexSignal =>
      shifted(combination(found.columns, found.coefficients, from, points), frameHz, 0, this.#dwellTimeS);
    const { alpha, misfit } = found;
    return {
      ...inFrame(now, frameHz),
      phaseRad: wrapped(Math.atan2(alpha.im, alpha.re)),
      amplitude: Math.hypot(alpha.re, alpha.im),
      nuisance: sumOf(2),
      residual: less(data, sumOf(0)),
      misfit,
    };
  }

  #step(now: JointStart, ratios: readonly { re: number; im: number }[], startHz: number, reachHz: number): JointStart {
    const [main, ...lines] = ratios as [{ re: number; im: number }, ...{ re: number; im: number }[]];
    const hz = between(main.im / (2 * Math.PI), -STEP_HZ, STEP_HZ);
    return {
      shiftHz: between(now.shiftHz + hz, startHz - reachHz, startHz + reachHz),
      dampingHz: between(now.dampingHz - between(main.re / Math.PI, -STEP_HZ, STEP_HZ), ...DAMPINGS_HZ),
      lines: now.lines.map((line, j) => {
        const ratio = lines[j]!;
        const step = between(ratio.im / (2 * Math.PI), -STEP_HZ, STEP_HZ);
        const width = between(
          line.widthHz - ratio.re / Math.PI,
          line.widthHz / WIDTH_FACTOR,
          line.widthHz * WIDTH_FACTOR,
        );
        return {
          ...line,
          frequencyHz: between(line.frequencyHz + step, line.lowHz, line.highHz),
          widthHz: between(width, ...WIDTHS_HZ),
        };
      }),
    };
  }
}
