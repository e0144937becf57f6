// The signal model and its derivatives, in the fit window of the spectrum:
//   Ŷ(ν) = e^{i(φ0 + φ1·(ppm − pivot))} Σ_m a_m FT[ x_m(t) e^{2πi(f + δf_m)t − π(L + δL_m)t − γt²} ]
// Parameter vector θ = [φ0 rad, φ1 rad/ppm, f Hz, L Hz, γ 1/s², δf_1…δf_M Hz, δL_1…δL_M Hz].
// Gaussian FWHM G ↔ γ = (πG)²/(4 ln 2).
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ppmAxis, ppmRangeIndices, timeAxisS } from '../../domain/axes.ts';
import type { BasisSignalKind } from '../../domain/basisSet.ts';
import { BandTransform } from '../../math/bandTransform.ts';

export const PHASE0 = 0;
export const PHASE1 = 1;
export const SHIFT = 2;
export const LORENTZIAN = 3;
export const GAUSSIAN = 4;
export const FIRST_SHIFT_DEVIATION = 5;

export interface ModelSignal {
  readonly name: string;
  readonly kind: BasisSignalKind;
  /** Not of the basis, but simulated by the fit beside it. */
  readonly added?: boolean;
  /** On the data's own time axis. */
  readonly fid: ComplexSignal;
}

/** Gaussian FWHM in Hz → γ. */
export const gaussianHzToGamma = (hz: number): number => (Math.PI * hz) ** 2 / (4 * Math.LN2);
/** γ → Gaussian FWHM in Hz. */
export const gammaToGaussianHz = (gamma: number): number => (2 * Math.sqrt(Math.max(gamma, 0) * Math.LN2)) / Math.PI;

export class SpectralModel {
  readonly signalCount: number;
  readonly parameterCount: number;
  readonly points: number;
  readonly parts: number;
  readonly bandLength: number;
  readonly rows: number;
  readonly ppm: Float64Array;
  readonly pivotPpm: number;
  readonly #times: Float64Array;
  readonly #band: BandTransform;
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
  ) {
    this.signalCount = signals.length;
    this.parameterCount = FIRST_SHIFT_DEVIATION + 2 * signals.length;
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
    this.#broadenedRe = signals.map(() => new Float64Array(this.points));
    this.#broadenedIm = signals.map(() => new Float64Array(this.points));
    this.#phaseCos = new Float64Array(this.bandLength);
    this.#phaseSin = new Float64Array(this.bandLength);
    this.#workRe = new Float64Array(this.points);
    this.#workIm = new Float64Array(this.points);
    this.#bandRe = new Float64Array(this.bandLength);
    this.#bandIm = new Float64Array(this.bandLength);
  }

  /** Lorentzian FWHM of one signal; never negative, since a basis can't be narrowed without blowing up its tail. */
  lorentzianOf(theta: Float64Array, m: number): number {
    return Math.max(0, (theta[LORENTZIAN] as number) + (theta[this.lorentzianDeviation(m)] as number));
  }

  shiftDeviation(m: number): number {
    return FIRST_SHIFT_DEVIATION + m;
  }

  lorentzianDeviation(m: number): number {
    return FIRST_SHIFT_DEVIATION + this.signalCount + m;
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
    const shiftHz = (theta[SHIFT] as number) + (theta[this.shiftDeviation(m)] as number);
    const decay = Math.exp(-Math.PI * this.lorentzianOf(theta, m) * this.dwellTimeS);
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

  /** Spectra of all signals at θ. @returns one column of `rows` values per signal */
  columnsAt(theta: Float64Array): Float64Array[] {
    this.#setPhase(theta);
    const gamma = theta[GAUSSIAN] as number;
    const gaussian = this.#times.map((t) => Math.exp(-gamma * t * t));
    return this.signals.map((_, m) => {
      this.#broaden(theta, m, gaussian);
      this.#band.transform(
        this.#broadenedRe[m] as Float64Array,
        this.#broadenedIm[m] as Float64Array,
        this.#bandRe,
        this.#bandIm,
      );
      return this.#toRows(this.#bandRe, this.#bandIm, 1, 0);
    });
  }

  /**
   * Columns ∂(Σ a_m A_m)/∂θ_j for the asked parameters; `columnsAt(theta)` must have been the last evaluation.
   * @param amplitudes a_m
   * @param wanted parameter indices
   * @returns columns in the order of `wanted`
   */
  derivativesAt(theta: Float64Array, amplitudes: Float64Array, wanted: readonly number[]): Float64Array[] {
    const n = this.bandLength;
    const needed = new Set(wanted);
    const sum = this.#weightedSpectrum(amplitudes, 0);
    if (!wanted.some((j) => j >= FIRST_SHIFT_DEVIATION)) return this.#commonDerivatives(theta, amplitudes, wanted, sum);
    const byTime: (Float64Array | null)[] = new Array<Float64Array | null>(this.signalCount).fill(null);
    const totalRe = new Float64Array(n);
    const totalIm = new Float64Array(n);
    const widthRe = new Float64Array(n);
    const widthIm = new Float64Array(n);
    const shiftColumns = new Map<number, Float64Array>();
    for (let m = 0; m < this.signalCount; m++) {
      const a = amplitudes[m] as number;
      if (a === 0) continue;
      this.#transformTimes(m);
      const open = (theta[LORENTZIAN] as number) + (theta[this.lorentzianDeviation(m)] as number) > 0;
      for (let i = 0; i < n; i++) {
        const r = a * (this.#bandRe[i] as number);
        const q = a * (this.#bandIm[i] as number);
        totalRe[i] = (totalRe[i] as number) + r;
        totalIm[i] = (totalIm[i] as number) + q;
        if (open) {
          widthRe[i] = (widthRe[i] as number) + r;
          widthIm[i] = (widthIm[i] as number) + q;
        }
      }
      if (needed.has(this.shiftDeviation(m))) {
        shiftColumns.set(m, this.#toRows(this.#bandRe, this.#bandIm, 0, 2 * Math.PI * a));
      }
      if (needed.has(this.lorentzianDeviation(m)) && open) {
        byTime[m] = this.#toRows(this.#bandRe, this.#bandIm, -Math.PI * a, 0);
      }
    }
    return wanted.map((j) => {
      if (j === PHASE0) return this.#toRows(sum.re, sum.im, 0, 1);
      if (j === PHASE1) return this.#phase1Column(sum.re, sum.im);
      if (j === SHIFT) return this.#toRows(totalRe, totalIm, 0, 2 * Math.PI);
      if (j === LORENTZIAN) return this.#toRows(widthRe, widthIm, -Math.PI, 0);
      if (j === GAUSSIAN) {
        const squared = this.#weightedSpectrum(amplitudes, 2);
        return this.#toRows(squared.re, squared.im, -1, 0);
      }
      const k = j - FIRST_SHIFT_DEVIATION;
      const column = k < this.signalCount ? shiftColumns.get(k) : byTime[k - this.signalCount];
      return column ?? new Float64Array(this.rows);
    });
  }

  /** Only common parameters: two transforms of sums instead of one for each signal. */
  #commonDerivatives(
    theta: Float64Array,
    amplitudes: Float64Array,
    wanted: readonly number[],
    sum: { re: Float64Array; im: Float64Array },
  ): Float64Array[] {
    const byTime = this.#weightedSpectrum(amplitudes, 1);
    const open = amplitudes.map((a, m) =>
      (theta[LORENTZIAN] as number) + (theta[this.lorentzianDeviation(m)] as number) > 0 ? a : 0,
    );
    const widths = open.every((a, m) => a === amplitudes[m]) ? byTime : this.#weightedSpectrum(open, 1);
    return wanted.map((j) => {
      if (j === PHASE0) return this.#toRows(sum.re, sum.im, 0, 1);
      if (j === PHASE1) return this.#phase1Column(sum.re, sum.im);
      if (j === SHIFT) return this.#toRows(byTime.re, byTime.im, 0, 2 * Math.PI);
      if (j === LORENTZIAN) return this.#toRows(widths.re, widths.im, -Math.PI, 0);
      const squared = this.#weightedSpectrum(amplitudes, 2);
      return this.#toRows(squared.re, squared.im, -1, 0);
    });
  }

  #phase1Column(re: Float64Array, im: Float64Array): Float64Array {
    const out = this.#toRows(re, im, 0, 1);
    for (let i = 0; i < out.length; i++) {
      out[i] = (out[i] as number) * ((this.ppm[i % this.bandLength] as number) - this.pivotPpm);
    }
    return out;
  }

  /** FT of t · broadened signal m into the band buffers. */
  #transformTimes(m: number): void {
    const re = this.#broadenedRe[m] as Float64Array;
    const im = this.#broadenedIm[m] as Float64Array;
    for (let i = 0; i < this.points; i++) {
      const w = this.#times[i] as number;
      this.#workRe[i] = w * (re[i] as number);
      this.#workIm[i] = w * (im[i] as number);
    }
    this.#band.transform(this.#workRe, this.#workIm, this.#bandRe, this.#bandIm);
  }

  /** FT of Σ a_m t^power x̃_m: one transform for all signals. */
  #weightedSpectrum(amplitudes: Float64Array, power: 0 | 1 | 2): { re: Float64Array; im: Float64Array } {
    this.#workRe.fill(0);
    this.#workIm.fill(0);
    for (let m = 0; m < this.signalCount; m++) {
      const a = amplitudes[m] as number;
      if (a === 0) continue;
      const re = this.#broadenedRe[m] as Float64Array;
      const im = this.#broadenedIm[m] as Float64Array;
      for (let i = 0; i < this.points; i++) {
        this.#workRe[i] = (this.#workRe[i] as number) + a * (re[i] as number);
        this.#workIm[i] = (this.#workIm[i] as number) + a * (im[i] as number);
      }
    }
    if (power > 0) {
      for (let i = 0; i < this.points; i++) {
        const t = this.#times[i] as number;
        const w = power === 1 ? t : t * t;
        this.#workRe[i] = w * (this.#workRe[i] as number);
        this.#workIm[i] = w * (this.#workIm[i] as number);
      }
    }
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
