// QUEST's model (Ratiney 2005, doi:10.1002/nbm.895, eq. 1) at the samples t_n = n·Δt + t₀ from the n-th to the last used:
//   ŷ_n = e^{iφ0} Σ_m a_m x_m(n) e^{2πi(f + δf_m)t_n − π(L + δL_m)t_n − γt_n²}
// θ = [φ0 rad, γ 1/s², f Hz, L Hz, δf_1…δf_M Hz, δL_1…δL_M Hz]; the common Gaussian γ is an addition to the paper.
import type { ModelSignal } from '../shared/modelSignal.ts';
import type { SeparableModel } from '../shared/separableFit.ts';

export const PHASE0 = 0;
export const GAUSSIAN = 1;
export const SHIFT = 2;
export const LORENTZIAN = 3;
export const FIRST_DEVIATION = 4;

export interface SampleRange {
  /** First sample used. */
  readonly from: number;
  /** One past the last. */
  readonly to: number;
}

export class TimeDomainModel implements SeparableModel {
  readonly parameterCount: number;
  /** Samples; rows are twice as many. */
  readonly points: number;
  readonly #times: Float64Array;
  #columns: Float64Array[] = [];

  constructor(
    readonly signals: readonly ModelSignal[],
    readonly dwellTimeS: number,
    readonly beginTimeS: number,
    readonly range: SampleRange,
  ) {
    this.parameterCount = FIRST_DEVIATION + 2 * signals.length;
    this.points = range.to - range.from;
    this.#times = Float64Array.from({ length: this.points }, (_, i) => (range.from + i) * dwellTimeS + beginTimeS);
  }

  shiftDeviation(m: number): number {
    return FIRST_DEVIATION + m;
  }

  lorentzianDeviation(m: number): number {
    return FIRST_DEVIATION + this.signals.length + m;
  }

  #columnAt(theta: Float64Array, m: number, gaussian: Float64Array): Float64Array {
    const { re, im } = (this.signals[m] as ModelSignal).fid;
    const n = this.points;
    const { from } = this.range;
    const column = new Float64Array(2 * n);
    const shiftHz = (theta[SHIFT] as number) + (theta[this.shiftDeviation(m)] as number);
    const widthHz = (theta[LORENTZIAN] as number) + (theta[this.lorentzianDeviation(m)] as number);
    const t0 = this.#times[0] as number;
    const start = Math.exp(-Math.PI * widthHz * t0);
    const angle0 = (theta[PHASE0] as number) + 2 * Math.PI * shiftHz * t0;
    const decay = Math.exp(-Math.PI * widthHz * this.dwellTimeS);
    const stepRe = decay * Math.cos(2 * Math.PI * shiftHz * this.dwellTimeS);
    const stepIm = decay * Math.sin(2 * Math.PI * shiftHz * this.dwellTimeS);
    let fr = start * Math.cos(angle0);
    let fi = start * Math.sin(angle0);
    for (let i = 0; i < n; i++) {
      const g = gaussian[i] as number;
      const sr = g * (re[from + i] as number);
      const si = g * (im[from + i] as number);
      column[i] = sr * fr - si * fi;
      column[n + i] = sr * fi + si * fr;
      const next = fr * stepRe - fi * stepIm;
      fi = fr * stepIm + fi * stepRe;
      fr = next;
    }
    return column;
  }

  columnsAt(theta: Float64Array): Float64Array[] {
    const gamma = theta[GAUSSIAN] as number;
    const gaussian = this.#times.map((t) => Math.exp(-gamma * t * t));
    this.#columns = this.signals.map((_, m) => this.#columnAt(theta, m, gaussian));
    return this.#columns;
  }

  /** Multiplies by factor·t^power, and by i where `turned`. */
  #weighted(column: Float64Array, factor: number, power: 0 | 1 | 2, turned: boolean): Float64Array {
    const n = this.points;
    const out = new Float64Array(2 * n);
    for (let i = 0; i < n; i++) {
      const w = factor * (this.#times[i] as number) ** power;
      const re = w * (column[i] as number);
      const im = w * (column[n + i] as number);
      out[i] = turned ? -im : re;
      out[n + i] = turned ? re : im;
    }
    return out;
  }

  #sum(amplitudes: Float64Array): Float64Array {
    const sum = new Float64Array(2 * this.points);
    this.#columns.forEach((column, m) => {
      const a = amplitudes[m] as number;
      if (a === 0) return;
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + a * (column[i] as number);
    });
    return sum;
  }

  derivativesAt(_theta: Float64Array, amplitudes: Float64Array, wanted: readonly number[]): Float64Array[] {
    const sum = this.#sum(amplitudes);
    const count = this.signals.length;
    return wanted.map((j) => {
      if (j === PHASE0) return this.#weighted(sum, 1, 0, true);
      if (j === GAUSSIAN) return this.#weighted(sum, -1, 2, false);
      if (j === SHIFT) return this.#weighted(sum, 2 * Math.PI, 1, true);
      if (j === LORENTZIAN) return this.#weighted(sum, -Math.PI, 1, false);
      const k = j - FIRST_DEVIATION;
      const m = k % count;
      const column = this.#columns[m] as Float64Array;
      const a = amplitudes[m] as number;
      return k < count
        ? this.#weighted(column, 2 * Math.PI * a, 1, true)
        : this.#weighted(column, -Math.PI * a, 1, false);
    });
  }
}
