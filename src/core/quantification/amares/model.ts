// AMARES's model (Vanhamme 1997, doi:10.1006/jmre.1997.1244, eqs. 1–6) at t_n = n·Δt + t₀, for each peak
//   e^{i(φ0 + φ)} Σ_l w_l e^{2πi f_l t − πLt − γt²},  f_l = f_ref − (δ + place_l·J) + common shift,  γ = (πG)²/(4 ln 2),
// summed over the peaks of each amplitude parameter. Rows are samples, or a band of the spectrum where one was chosen.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { BandTransform } from '../../math/bandTransform.ts';
import type { SeparableModel } from '../shared/separableFit.ts';
import { BEGIN_TIME, COMMON_SHIFT, PHASE0 } from './compile.ts';
import type { CompiledPeak, CompiledPrior, SlotReference } from './compile.ts';

export interface AmaresSampling {
  readonly points: number;
  readonly dwellTimeS: number;
  /** Frequency of 0 ppm: reference ppm · spectrometer frequency. [Hz] */
  readonly referenceHz: number;
  /** Centred bins [start, end) of an FFT of a given size; null: the fit looks at the samples themselves. */
  readonly band: ((fftSize: number) => { readonly start: number; readonly end: number }) | null;
}

const valueOf = (theta: Float64Array, { slot, factor, offset }: SlotReference): number =>
  factor * (theta[slot] as number) + offset;

/** γ per squared Gaussian FWHM. */
const GAMMA_PER_HZ2 = Math.PI ** 2 / (4 * Math.LN2);

/** A peak of unit amplitude at θ, with what its derivatives need. */
interface EvaluatedPeak {
  readonly signal: ComplexSignal;
  /** Σ place_l·line_l; null for a singlet. */
  readonly placed: ComplexSignal | null;
  readonly centreHz: number;
  readonly lorentzianHz: number;
  readonly gaussianHz: number;
  readonly jHz: number;
}

export class AmaresModel implements SeparableModel {
  readonly #times: Float64Array;
  readonly #band: BandTransform | null;
  #beginTimeS = 0;
  #evaluated: EvaluatedPeak[] = [];

  constructor(
    readonly prior: CompiledPrior,
    readonly sampling: AmaresSampling,
  ) {
    const { points, dwellTimeS, band } = sampling;
    this.#times = Float64Array.from({ length: points }, (_, n) => n * dwellTimeS);
    this.#band = band === null ? null : new BandTransform(points, 1, band);
  }

  /** Noise of a row equals the noise of a sample's channel. */
  rowsOf(re: Float64Array, im: Float64Array): Float64Array {
    if (this.#band === null) {
      const rows = new Float64Array(2 * re.length);
      rows.set(re, 0);
      rows.set(im, re.length);
      return rows;
    }
    const n = this.#band.bandLength;
    const rows = new Float64Array(2 * n);
    this.#band.transform(re, im, rows.subarray(0, n), rows.subarray(n));
    const scale = 1 / Math.sqrt(re.length);
    return rows.map((v) => v * scale);
  }

  #evaluate(theta: Float64Array, peak: CompiledPeak): EvaluatedPeak {
    const width = valueOf(theta, peak.linewidth);
    const lorentzianHz = peak.lineshape === 'gaussian' ? 0 : width;
    const gaussianHz = peak.lineshape === 'gaussian' ? width : valueOf(theta, peak.gaussian);
    const jHz = valueOf(theta, peak.j);
    const centreHz = this.sampling.referenceHz - valueOf(theta, peak.shift) + (theta[COMMON_SHIFT] as number);
    const phase = (theta[PHASE0] as number) + valueOf(theta, peak.phase);
    const gamma = GAMMA_PER_HZ2 * gaussianHz ** 2;
    const n = this.#times.length;
    const signal = { re: new Float64Array(n), im: new Float64Array(n) };
    const placed = peak.lines.length > 1 ? { re: new Float64Array(n), im: new Float64Array(n) } : null;
    for (const { place, weight } of peak.lines) {
      const hz = centreHz - place * jHz;
      for (let i = 0; i < n; i++) {
        const t = (this.#times[i] as number) + this.#beginTimeS;
        const height = weight * Math.exp(-Math.PI * lorentzianHz * t - gamma * t * t);
        const angle = phase + 2 * Math.PI * hz * t;
        const re = height * Math.cos(angle);
        const im = height * Math.sin(angle);
        signal.re[i] = (signal.re[i] as number) + re;
        signal.im[i] = (signal.im[i] as number) + im;
        if (placed === null) continue;
        placed.re[i] = (placed.re[i] as number) + place * re;
        placed.im[i] = (placed.im[i] as number) + place * im;
      }
    }
    return { signal, placed, centreHz, lorentzianHz, gaussianHz, jHz };
  }

  #evaluateAll(theta: Float64Array): void {
    this.#beginTimeS = theta[BEGIN_TIME] as number;
    this.#evaluated = this.prior.peaks.map((peak) => this.#evaluate(theta, peak));
  }

  /** Signals of the single peaks, of unit amplitude. */
  peaksAt(theta: Float64Array): ComplexSignal[] {
    this.#evaluateAll(theta);
    return this.#evaluated.map((e) => e.signal);
  }

  columnsAt(theta: Float64Array): Float64Array[] {
    this.#evaluateAll(theta);
    const n = this.#times.length;
    return this.prior.amplitudes.map((_, group) => {
      const sum = { re: new Float64Array(n), im: new Float64Array(n) };
      this.prior.peaks.forEach((peak, p) => {
        if (peak.group === group) this.#add(sum, (this.#evaluated[p] as EvaluatedPeak).signal, peak.ratio, 0, null);
      });
      return this.rowsOf(sum.re, sum.im);
    });
  }

  /** sum += (cr + i·ci)·weight(t)·signal. */
  #add(
    sum: ComplexSignal,
    signal: ComplexSignal,
    cr: number,
    ci: number,
    weight: ((t: number) => number) | null,
  ): void {
    for (let i = 0; i < signal.re.length; i++) {
      const w = weight === null ? 1 : weight((this.#times[i] as number) + this.#beginTimeS);
      const re = w * (signal.re[i] as number);
      const im = w * (signal.im[i] as number);
      sum.re[i] = (sum.re[i] as number) + cr * re - ci * im;
      sum.im[i] = (sum.im[i] as number) + cr * im + ci * re;
    }
  }

  /** Adds a·∂(peak)/∂θ_j for the peak's own references and the common parameters. */
  #addDerivative(sum: ComplexSignal, peak: CompiledPeak, at: EvaluatedPeak, a: number, j: number): void {
    const time = (t: number): number => t;
    const { signal, placed } = at;
    if (j === PHASE0) this.#add(sum, signal, 0, a, null);
    if (j === COMMON_SHIFT) this.#add(sum, signal, 0, 2 * Math.PI * a, time);
    if (j === BEGIN_TIME) {
      this.#add(sum, signal, -Math.PI * at.lorentzianHz * a, 2 * Math.PI * at.centreHz * a, null);
      if (placed !== null) this.#add(sum, placed, 0, -2 * Math.PI * at.jHz * a, null);
      this.#add(sum, signal, -2 * GAMMA_PER_HZ2 * at.gaussianHz ** 2 * a, 0, time);
    }
    if (j === peak.shift.slot) this.#add(sum, signal, 0, -2 * Math.PI * a * peak.shift.factor, time);
    if (j === peak.phase.slot) this.#add(sum, signal, 0, a * peak.phase.factor, null);
    if (j === peak.j.slot && placed !== null) this.#add(sum, placed, 0, -2 * Math.PI * a * peak.j.factor, time);
    const gaussianSlope = -2 * GAMMA_PER_HZ2 * at.gaussianHz * a;
    const squared = (t: number): number => t * t;
    if (j === peak.linewidth.slot) {
      if (peak.lineshape === 'gaussian') this.#add(sum, signal, gaussianSlope * peak.linewidth.factor, 0, squared);
      else this.#add(sum, signal, -Math.PI * a * peak.linewidth.factor, 0, time);
    }
    if (j === peak.gaussian.slot && peak.lineshape === 'voigt') {
      this.#add(sum, signal, gaussianSlope * peak.gaussian.factor, 0, squared);
    }
  }

  derivativesAt(_theta: Float64Array, amplitudes: Float64Array, wanted: readonly number[]): Float64Array[] {
    const n = this.#times.length;
    return wanted.map((j) => {
      const sum = { re: new Float64Array(n), im: new Float64Array(n) };
      this.prior.peaks.forEach((peak, p) => {
        const a = (amplitudes[peak.group] as number) * peak.ratio;
        if (a !== 0) this.#addDerivative(sum, peak, this.#evaluated[p] as EvaluatedPeak, a, j);
      });
      return this.rowsOf(sum.re, sum.im);
    });
  }
}
