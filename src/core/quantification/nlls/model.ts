// The signal model and its derivatives, in the fit window of the spectrum:
//   Ŷ(ν) = e^{i(φ0 + φ1·(ppm − pivot))} Σ_m a_m FT[ x_m(t) e^{2πi(f + δf_g)t − π(L + δL_g)t − (γ + δγ_g)t²} ]
// where g is the group of signal m, of G groups; macromolecules and lipids, which basis sets bring as broad as they are in the
// head, do without the common widths L and γ. Parameter vector
//   θ = [φ0 rad, φ1 rad/ppm, f Hz, L Hz, γ 1/s², δf_1…δf_G Hz, δL_1…δL_G Hz, δγ_1…δγ_G 1/s², p_1…p_K, q_1…q_K],
// the last where the lineshape is free (lineshape.ts).
// Gaussian FWHM G ↔ γ = (πG)²/(4 ln 2).
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ppmAxis, ppmRangeIndices, timeAxisS } from '../../domain/axes.ts';
import { BandTransform } from '../../math/bandTransform.ts';
import { lineshapeFunctions } from './lineshape.ts';
import type { ModelSignal } from '../shared/modelSignal.ts';

export type { ModelSignal } from '../shared/modelSignal.ts';

export const PHASE0 = 0;
export const PHASE1 = 1;
export const SHIFT = 2;
export const LORENTZIAN = 3;
export const GAUSSIAN = 4;
export const FIRST_DEVIATION = 5;

/** Gaussian FWHM in Hz → γ. */
export const gaussianHzToGamma = (hz: number): number => (Math.PI * hz) ** 2 / (4 * Math.LN2);
/** γ → Gaussian FWHM in Hz. */
export const gammaToGaussianHz = (gamma: number): number => (2 * Math.sqrt(Math.max(gamma, 0) * Math.LN2)) / Math.PI;

export class SpectralModel {
  readonly signalCount: number;
  readonly groupCount: number;
  readonly parameterCount: number;
  /** Index of p_1. */
  readonly firstLineshape: number;
  readonly points: number;
  readonly parts: number;
  readonly bandLength: number;
  readonly rows: number;
  readonly ppm: Float64Array;
  readonly pivotPpm: number;
  readonly #isBroad: readonly boolean[];
  readonly #times: Float64Array;
  readonly #band: BandTransform;
  readonly #lineshape: readonly Float64Array[];
  readonly #broadenedRe: Float64Array[];
  readonly #broadenedIm: Float64Array[];
  readonly #phaseCos: Float64Array;
  readonly #phaseSin: Float64Array;
  readonly #workRe: Float64Array;
  readonly #workIm: Float64Array;
  readonly #bandRe: Float64Array;
  readonly #bandIm: Float64Array;

  constructor(
    readonly signals: readonly ModelSignal[],
    readonly dwellTimeS: number,
    readonly spectrometerFrequencyMHz: number,
    ppmRange: readonly [number, number],
    readonly domain: 'real' | 'complex',
    /** Group of each signal, numbered without gaps. */
    readonly groupOf: Int32Array,
    /** Terms of the free lineshape; 0: lines are Voigt lines. */
    readonly lineshapeTerms = 0,
  ) {
    this.signalCount = signals.length;
    this.groupCount = Math.max(...groupOf) + 1;
    this.#isBroad = signals.map(({ kind }) => kind === 'macromolecule' || kind === 'lipid');
    this.firstLineshape = FIRST_DEVIATION + 3 * this.groupCount;
    this.parameterCount = this.firstLineshape + 2 * lineshapeTerms;
    this.points = signals[0]?.fid.re.length ?? 0;
    this.parts = domain === 'real' ? 1 : 2;
    const axis = (size: number): Float64Array => ppmAxis(size, dwellTimeS, spectrometerFrequencyMHz);
    const range = (size: number) => ppmRangeIndices(axis(size), ppmRange[0], ppmRange[1]);
    this.#band = new BandTransform(this.points, domain === 'real' ? 2 : 1, range);
    const { start, end } = range(this.#band.fftSize);
    this.ppm = axis(this.#band.fftSize).slice(start, end);
    this.bandLength = end - start;
    this.rows = this.bandLength * this.parts;
    this.pivotPpm = (ppmRange[0] + ppmRange[1]) / 2;
    this.#times = timeAxisS(this.points, dwellTimeS);
    this.#lineshape = lineshapeFunctions(this.#times, lineshapeTerms);
    this.#broadenedRe = signals.map(() => new Float64Array(this.points));
    this.#broadenedIm = signals.map(() => new Float64Array(this.points));
    this.#phaseCos = new Float64Array(this.bandLength);
    this.#phaseSin = new Float64Array(this.bandLength);
    this.#workRe = new Float64Array(this.points);
    this.#workIm = new Float64Array(this.points);
    this.#bandRe = new Float64Array(this.bandLength);
    this.#bandIm = new Float64Array(this.bandLength);
  }

  /** Whether all of a group is macromolecules and lipids. */
  isBroadGroup(group: number): boolean {
    return this.#isBroad.every((broad, m) => broad || this.groupOf[m] !== group);
  }

  /** Parameter of a group's shift. [Hz] */
  shiftDeviation(group: number): number {
    return FIRST_DEVIATION + group;
  }

  /** Parameter of a group's Lorentzian width. [Hz] */
  lorentzianDeviation(group: number): number {
    return FIRST_DEVIATION + this.groupCount + group;
  }

  /** Parameter of a group's Gaussian width, as γ. [1/s²] */
  gaussianDeviation(group: number): number {
    return FIRST_DEVIATION + 2 * this.groupCount + group;
  }

  #setPhase(theta: Float64Array): void {
    const phase0 = theta[PHASE0] as number;
    const phase1 = theta[PHASE1] as number;
    for (let i = 0; i < this.bandLength; i++) {
      const phase = phase0 + phase1 * ((this.ppm[i] as number) - this.pivotPpm);
      this.#phaseCos[i] = Math.cos(phase);
      this.#phaseSin[i] = Math.sin(phase);
    }
  }

  /** Puts (re + i·im)·e^{iφ}·(scaleRe + i·scaleIm) into rows: real parts, then (complex domain) imaginary parts. */
  #toRows(re: Float64Array, im: Float64Array, scaleRe: number, scaleIm: number): Float64Array {
    const n = this.bandLength;
    const out = new Float64Array(this.rows);
    for (let i = 0; i < n; i++) {
      const c = this.#phaseCos[i] as number;
      const s = this.#phaseSin[i] as number;
      const pr = (re[i] as number) * c - (im[i] as number) * s;
      const pi = (re[i] as number) * s + (im[i] as number) * c;
      out[i] = pr * scaleRe - pi * scaleIm;
      if (this.parts === 2) out[n + i] = pr * scaleIm + pi * scaleRe;
    }
    return out;
  }

  #broaden(theta: Float64Array, m: number, gaussian: Float64Array): void {
    const source = (this.signals[m] as ModelSignal).fid;
    const re = this.#broadenedRe[m] as Float64Array;
    const im = this.#broadenedIm[m] as Float64Array;
    const group = this.groupOf[m] as number;
    const shiftHz = (theta[SHIFT] as number) + (theta[this.shiftDeviation(group)] as number);
    const commonHz = this.#isBroad[m] === true ? 0 : (theta[LORENTZIAN] as number);
    const widthHz = commonHz + (theta[this.lorentzianDeviation(group)] as number);
    const decay = Math.exp(-Math.PI * widthHz * this.dwellTimeS);
    const stepRe = decay * Math.cos(2 * Math.PI * shiftHz * this.dwellTimeS);
    const stepIm = decay * Math.sin(2 * Math.PI * shiftHz * this.dwellTimeS);
    let fr = 1;
    let fi = 0;
    for (let i = 0; i < this.points; i++) {
      const g = gaussian[i] as number;
      const sr = (source.re[i] as number) * g;
      const si = (source.im[i] as number) * g;
      re[i] = sr * fr - si * fi;
      im[i] = sr * fi + si * fr;
      const next = fr * stepRe - fi * stepIm;
      fi = fr * stepIm + fi * stepRe;
      fr = next;
    }
  }

  /** Multiplies the broadened signals by K(t). */
  #shapeLines(theta: Float64Array): void {
    const terms = this.lineshapeTerms;
    const p = theta.subarray(this.firstLineshape, this.firstLineshape + terms);
    const q = theta.subarray(this.firstLineshape + terms);
    if (p.every((v) => v === 0) && q.every((v) => v === 0)) return;
    const kernelRe = new Float64Array(this.points);
    const kernelIm = new Float64Array(this.points);
    for (let i = 0; i < this.points; i++) {
      let log = 0;
      let angle = 0;
      this.#lineshape.forEach((w, k) => {
        log += (p[k] as number) * (w[i] as number);
        angle += (q[k] as number) * (w[i] as number);
      });
      kernelRe[i] = Math.exp(log) * Math.cos(angle);
      kernelIm[i] = Math.exp(log) * Math.sin(angle);
    }
    this.#broadenedRe.forEach((re, m) => {
      const im = this.#broadenedIm[m] as Float64Array;
      for (let i = 0; i < this.points; i++) {
        const r = re[i] as number;
        const s = im[i] as number;
        re[i] = r * (kernelRe[i] as number) - s * (kernelIm[i] as number);
        im[i] = r * (kernelIm[i] as number) + s * (kernelRe[i] as number);
      }
    });
  }

  #gaussianAt(gamma: number): Float64Array {
    const out = new Float64Array(this.points);
    // e^{−γt²} by recurrence: each factor is the one before times e^{−2γΔt²}.
    const growth = Math.exp(-2 * gamma * this.dwellTimeS ** 2);
    let factor = Math.exp(-gamma * this.dwellTimeS ** 2);
    let value = 1;
    for (let i = 0; i < this.points; i++) {
      out[i] = value;
      value *= factor;
      factor *= growth;
    }
    return out;
  }

  /** Spectra of all signals at θ. @returns one column of `rows` values per signal */
  columnsAt(theta: Float64Array): Float64Array[] {
    this.#setPhase(theta);
    const gamma = theta[GAUSSIAN] as number;
    const common = this.#gaussianAt(gamma);
    const none = this.#gaussianAt(0);
    this.signals.forEach((_, m) => {
      const own = theta[this.gaussianDeviation(this.groupOf[m] as number)] as number;
      if (own === 0) this.#broaden(theta, m, this.#isBroad[m] === true ? none : common);
      else this.#broaden(theta, m, this.#gaussianAt(own + (this.#isBroad[m] === true ? 0 : gamma)));
    });
    if (this.lineshapeTerms > 0) this.#shapeLines(theta);
    return this.#broadenedRe.map((re, m) => {
      this.#band.transform(re, this.#broadenedIm[m] as Float64Array, this.#bandRe, this.#bandIm);
      return this.#toRows(this.#bandRe, this.#bandIm, 1, 0);
    });
  }

  /**
   * How much the data say of each group's own shift and widths: Σ_t t^{2p}|Σ_m a_m x̃_m(t)|² on the scale of row products, so
   * that (2π)² of it (p = 1) is the Fisher information of a shift in Hz times σ², as if all of the signal lay in the window.
   * `columnsAt` must have been the last evaluation.
   * @param power p, 1 for shift and Lorentzian width, 2 for the Gaussian
   */
  deviationEnergies(amplitudes: Float64Array, power: 1 | 2): Float64Array {
    const rowScale = (this.#band.fftSize * this.parts) / 2;
    return Float64Array.from({ length: this.groupCount }, (_, group) => {
      this.#weightedSum(amplitudes, power, group);
      let sum = 0;
      for (let i = 0; i < this.points; i++) sum += (this.#workRe[i] as number) ** 2 + (this.#workIm[i] as number) ** 2;
      return rowScale * sum;
    });
  }

  /**
   * Columns ∂(Σ a_m A_m)/∂θ_j for the asked parameters; `columnsAt(theta)` must have been the last evaluation.
   * @param amplitudes a_m
   * @param wanted parameter indices
   * @returns columns in the order of `wanted`
   */
  derivativesAt(amplitudes: Float64Array, wanted: readonly number[]): Float64Array[] {
    const columns = new Map([
      ...this.#commonDerivatives(amplitudes, wanted),
      ...this.#deviationDerivatives(amplitudes, wanted),
      ...this.#lineshapeDerivatives(amplitudes, wanted),
    ]);
    return wanted.map((j) => columns.get(j) ?? new Float64Array(this.rows));
  }

  /** Parameters that all signals share: transforms of sums. */
  #commonDerivatives(amplitudes: Float64Array, wanted: readonly number[]): Map<number, Float64Array> {
    const out = new Map<number, Float64Array>();
    const asked = (j: number): boolean => wanted.includes(j);
    const narrow = amplitudes.map((a, m) => (this.#isBroad[m] === true ? 0 : a));
    if (asked(PHASE0) || asked(PHASE1)) {
      const sum = this.#weightedSpectrum(amplitudes, 0);
      if (asked(PHASE0)) out.set(PHASE0, this.#toRows(sum.re, sum.im, 0, 1));
      if (asked(PHASE1)) out.set(PHASE1, this.#phase1Column(sum.re, sum.im));
    }
    if (asked(SHIFT) || asked(LORENTZIAN)) {
      const byTime = this.#weightedSpectrum(amplitudes, 1);
      const widths = asked(LORENTZIAN) ? this.#weightedSpectrum(narrow, 1) : byTime;
      if (asked(SHIFT)) out.set(SHIFT, this.#toRows(byTime.re, byTime.im, 0, 2 * Math.PI));
      if (asked(LORENTZIAN)) out.set(LORENTZIAN, this.#toRows(widths.re, widths.im, -Math.PI, 0));
    }
    if (asked(GAUSSIAN)) {
      const squared = this.#weightedSpectrum(narrow, 2);
      out.set(GAUSSIAN, this.#toRows(squared.re, squared.im, -1, 0));
    }
    return out;
  }

  /** Deviations of single groups: one transform for the shift and the Lorentzian width of each. */
  #deviationDerivatives(amplitudes: Float64Array, wanted: readonly number[]): Map<number, Float64Array> {
    const out = new Map<number, Float64Array>();
    const needed = new Set(wanted);
    for (let group = 0; group < this.groupCount; group++) {
      const shift = this.shiftDeviation(group);
      const width = this.lorentzianDeviation(group);
      const gaussian = this.gaussianDeviation(group);
      if (needed.has(shift) || needed.has(width)) {
        const { re, im } = this.#weightedSpectrum(amplitudes, 1, group);
        if (needed.has(shift)) out.set(shift, this.#toRows(re, im, 0, 2 * Math.PI));
        if (needed.has(width)) out.set(width, this.#toRows(re, im, -Math.PI, 0));
      }
      if (needed.has(gaussian)) {
        const { re, im } = this.#weightedSpectrum(amplitudes, 2, group);
        out.set(gaussian, this.#toRows(re, im, -1, 0));
      }
    }
    return out;
  }

  /** ∂K/∂p_k = w_k K and ∂K/∂q_k = i w_k K: one transform of the sum for both. */
  #lineshapeDerivatives(amplitudes: Float64Array, wanted: readonly number[]): Map<number, Float64Array> {
    const out = new Map<number, Float64Array>();
    const needed = new Set(wanted);
    this.#lineshape.forEach((w, k) => {
      const magnitude = this.firstLineshape + k;
      const angle = magnitude + this.lineshapeTerms;
      if (!needed.has(magnitude) && !needed.has(angle)) return;
      this.#weightedSum(amplitudes, 0);
      for (let i = 0; i < this.points; i++) {
        this.#workRe[i] = (w[i] as number) * (this.#workRe[i] as number);
        this.#workIm[i] = (w[i] as number) * (this.#workIm[i] as number);
      }
      this.#band.transform(this.#workRe, this.#workIm, this.#bandRe, this.#bandIm);
      if (needed.has(magnitude)) out.set(magnitude, this.#toRows(this.#bandRe, this.#bandIm, 1, 0));
      if (needed.has(angle)) out.set(angle, this.#toRows(this.#bandRe, this.#bandIm, 0, 1));
    });
    return out;
  }

  #phase1Column(re: Float64Array, im: Float64Array): Float64Array {
    const out = this.#toRows(re, im, 0, 1);
    for (let i = 0; i < out.length; i++) {
      out[i] = (out[i] as number) * ((this.ppm[i % this.bandLength] as number) - this.pivotPpm);
    }
    return out;
  }

  /** t^power Σ a_m x̃_m into the work buffers. @param group only its signals; all where not given */
  #weightedSum(amplitudes: Float64Array, power: 0 | 1 | 2, group?: number): void {
    const { points } = this;
    const workRe = this.#workRe.fill(0);
    const workIm = this.#workIm.fill(0);
    for (let m = 0; m < this.signalCount; m++) {
      const a = amplitudes[m] as number;
      if (a === 0 || (group !== undefined && this.groupOf[m] !== group)) continue;
      const re = this.#broadenedRe[m] as Float64Array;
      const im = this.#broadenedIm[m] as Float64Array;
      for (let i = 0; i < points; i++) {
        workRe[i] = (workRe[i] as number) + a * (re[i] as number);
        workIm[i] = (workIm[i] as number) + a * (im[i] as number);
      }
    }
    if (power === 0) return;
    for (let i = 0; i < points; i++) {
      const t = this.#times[i] as number;
      const w = power === 1 ? t : t * t;
      workRe[i] = w * (workRe[i] as number);
      workIm[i] = w * (workIm[i] as number);
    }
  }

  /** FT of t^power Σ a_m x̃_m: one transform for all signals, or for those of a group. */
  #weightedSpectrum(
    amplitudes: Float64Array,
    power: 0 | 1 | 2,
    group?: number,
  ): { re: Float64Array; im: Float64Array } {
    this.#weightedSum(amplitudes, power, group);
    const out = { re: new Float64Array(this.bandLength), im: new Float64Array(this.bandLength) };
    this.#band.transform(this.#workRe, this.#workIm, out.re, out.im);
    return out;
  }

  /** The data's rows after rotation by e^{−i(phase0 + phase1·(ppm − pivot))}. @param fid `points` samples */
  dataRows(fid: ComplexSignal, phase0: number, phase1: number): Float64Array {
    const theta = new Float64Array(this.parameterCount);
    theta[PHASE0] = -phase0;
    theta[PHASE1] = -phase1;
    this.#setPhase(theta);
    this.#band.transform(fid.re, fid.im, this.#bandRe, this.#bandIm);
    return this.#toRows(this.#bandRe, this.#bandIm, 1, 0);
  }
}
