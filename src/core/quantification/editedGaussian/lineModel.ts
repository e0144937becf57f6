// Single lines over a smooth baseline in a window of the real spectrum:
//   ŷ(ν) = Re e^{iφ} Σ_m a_m FT[ e^{2πi f_m t − d(w_m, t)} · e^{−πBt} ] + Σ_k b_k x^k,
// d = (πwt)²/(4 ln 2) (Gaussian) or πwt + (πgt)²/(4 ln 2) (Lorentzian; Voigt where the common g is not 0), w and g FWHM, B the
// damping that the data got too, x the place in the window, −1 to 1. a_m is the line's FID at t = 0, i.e. its area.
// θ = [φ rad, g Hz, f_1 Hz, w_1 Hz, f_2, w_2 …].
import { ppmAxis, ppmRangeIndices } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import { BandTransform } from '../../math/bandTransform.ts';
import type { SeparableModel } from '../shared/separableFit.ts';

export type LineShape = 'lorentzian' | 'gaussian';

export interface LineSampling {
  readonly points: number;
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  readonly dampingHz: number;
  /** Window shown. [ppm] */
  readonly ppmRange: readonly [number, number];
  /** Parts of it that are not fitted. [ppm] */
  readonly leftOut: readonly (readonly [number, number])[];
}

export const PHASE = 0;
export const COMMON_GAUSSIAN = 1;
export const frequencyOf = (line: number): number => 2 + 2 * line;
export const widthOf = (line: number): number => 3 + 2 * line;

/** Exponent of a Gaussian line's decay over (wt)². */
const GAUSSIAN_DECAY = Math.PI ** 2 / (4 * Math.LN2);

const ZERO_FILL = 2;
const LEAST_POINTS = 24;

export class LineModel implements SeparableModel {
  readonly ppm: Float64Array;
  /** Indices of the window's points that are fitted. */
  readonly fitted: readonly number[];
  readonly #band: BandTransform;
  readonly #hz: Float64Array;
  #complex: ComplexSignal[] = [];

  constructor(
    readonly shapes: readonly LineShape[],
    /** Highest power of the baseline. */
    readonly baselineOrder: number,
    readonly sampling: LineSampling,
  ) {
    const { points, dwellTimeS, spectrometerFrequencyMHz: f0, ppmRange, leftOut } = sampling;
    const axis = (size: number): Float64Array => ppmAxis(size, dwellTimeS, f0);
    const range = (size: number) => ppmRangeIndices(axis(size), ppmRange[0], ppmRange[1]);
    this.#band = new BandTransform(points, ZERO_FILL, range);
    const size = this.#band.fftSize;
    const { start, end } = range(size);
    this.ppm = axis(size).slice(start, end);
    this.#hz = Float64Array.from(this.ppm, (_, i) => (start + i - size / 2) / (size * dwellTimeS));
    this.fitted = Array.from(this.ppm, (_, i) => i).filter((i) => {
      const p = this.ppm[i] as number;
      return !leftOut.some(([low, high]) => p >= low && p <= high);
    });
    if (this.fitted.length < LEAST_POINTS) {
      throw new ProcessingError(
        'PROCESSING_FAILED',
        `The range ${ppmRange[0]} to ${ppmRange[1]} ppm holds only ${this.fitted.length} points of this spectrum to fit; at least ${LEAST_POINTS} are needed.`,
      );
    }
  }

  get lineCount(): number {
    return this.shapes.length;
  }

  /** Complex spectrum of a damped FID in the window. */
  spectrumOf(fid: ComplexSignal): ComplexSignal {
    const { points, dwellTimeS, dampingHz } = this.sampling;
    const weight = Float64Array.from({ length: points }, (_, n) => Math.exp(-Math.PI * dampingHz * dwellTimeS * n));
    const re = fid.re.map((v, n) => v * (weight[n] as number));
    const im = fid.im.map((v, n) => v * (weight[n] as number));
    const out = { re: new Float64Array(this.#band.bandLength), im: new Float64Array(this.#band.bandLength) };
    this.#band.transform(re, im, out.re, out.im);
    return out;
  }

  /** Values of a curve of the window at the fitted points. */
  rowsOf(curve: Float64Array): Float64Array {
    return Float64Array.from(this.fitted, (i) => curve[i] as number);
  }

  /** One line's FID, or its derivative by a parameter. */
  #lineFid(line: number, theta: Float64Array, by: 'value' | 'frequency' | 'width' | 'commonGaussian'): ComplexSignal {
    const { points, dwellTimeS } = this.sampling;
    const [hz, w] = [theta[frequencyOf(line)] as number, theta[widthOf(line)] as number];
    const isGaussian = this.shapes[line] === 'gaussian';
    const g = isGaussian ? 0 : (theta[COMMON_GAUSSIAN] as number);
    const factorAt = (t: number): number => {
      if (by === 'value') return 1;
      if (by === 'frequency') return 2 * Math.PI * t;
      if (by === 'commonGaussian') return -2 * g * GAUSSIAN_DECAY * t * t;
      return isGaussian ? -2 * w * GAUSSIAN_DECAY * t * t : -Math.PI * t;
    };
    const re = new Float64Array(points);
    const im = new Float64Array(points);
    for (let n = 0; n < points; n++) {
      const t = n * dwellTimeS;
      const decay = isGaussian ? GAUSSIAN_DECAY * (w * t) ** 2 : Math.PI * w * t + GAUSSIAN_DECAY * (g * t) ** 2;
      const size = Math.exp(-decay) * factorAt(t);
      const angle = 2 * Math.PI * hz * t + (by === 'frequency' ? Math.PI / 2 : 0);
      re[n] = size * Math.cos(angle);
      im[n] = size * Math.sin(angle);
    }
    return { re, im };
  }

  /** Curves over the whole window: one per line, then the baseline's functions. */
  curvesAt(theta: Float64Array): Float64Array[] {
    const phase = theta[PHASE] as number;
    this.#complex = this.shapes.map((_, m) => this.spectrumOf(this.#lineFid(m, theta, 'value')));
    const lines = this.#complex.map((spectrum) => realPart(spectrum, phase));
    const middle = (this.ppm.length - 1) / 2;
    const powers = Array.from({ length: this.baselineOrder + 1 }, (_, k) =>
      this.ppm.map((_p, i) => ((i - middle) / middle) ** k),
    );
    return [...lines, ...powers];
  }

  columnsAt(theta: Float64Array): Float64Array[] {
    return this.curvesAt(theta).map((curve) => this.rowsOf(curve));
  }

  derivativesAt(theta: Float64Array, amplitudes: Float64Array, wanted: readonly number[]): Float64Array[] {
    const phase = theta[PHASE] as number;
    return wanted.map((j) => {
      const out = new Float64Array(this.fitted.length);
      const add = (curve: Float64Array, factor: number): void =>
        this.fitted.forEach((i, row) => (out[row] = (out[row] as number) + factor * (curve[i] as number)));
      if (j === PHASE) {
        this.#complex.forEach((s, m) => add(realPart(s, phase + Math.PI / 2), amplitudes[m] as number));
      } else if (j === COMMON_GAUSSIAN) {
        this.shapes.forEach((_, m) => {
          const fid = this.#lineFid(m, theta, 'commonGaussian');
          add(realPart(this.spectrumOf(fid), phase), amplitudes[m] as number);
        });
      } else {
        const line = Math.floor((j - frequencyOf(0)) / 2);
        const fid = this.#lineFid(line, theta, j === frequencyOf(line) ? 'frequency' : 'width');
        add(realPart(this.spectrumOf(fid), phase), amplitudes[line] as number);
      }
      return out;
    });
  }

  /**
   * Products of columns under the noise: white noise of unit SD in the FID makes row i into Σ_t w(t)·Re(n(t)e^{−2πiν_i t}),
   * and cov(uᵀrows, vᵀrows) = Σ_t w² Re(ũ(t)·conj ṽ(t)), ũ(t) = Σ_i u_i e^{2πiν_i t}.
   * @returns n × n row-major
   */
  noiseProducts(columns: readonly Float64Array[]): Float64Array {
    const { points, dwellTimeS, dampingHz } = this.sampling;
    const n = columns.length;
    const out = new Float64Array(n * n);
    const re = new Float64Array(n);
    const im = new Float64Array(n);
    for (let t = 0; t < points; t++) {
      const weight = Math.exp(-2 * Math.PI * dampingHz * dwellTimeS * t);
      if (weight < 1e-6) break;
      re.fill(0);
      im.fill(0);
      this.fitted.forEach((i, row) => {
        const angle = 2 * Math.PI * (this.#hz[i] as number) * t * dwellTimeS;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let k = 0; k < n; k++) {
          const u = (columns[k] as Float64Array)[row] as number;
          re[k] = (re[k] as number) + u * c;
          im[k] = (im[k] as number) + u * s;
        }
      });
      for (let a = 0; a < n; a++) {
        for (let b = 0; b < n; b++) {
          const product = (re[a] as number) * (re[b] as number) + (im[a] as number) * (im[b] as number);
          out[a * n + b] = (out[a * n + b] as number) + weight * product;
        }
      }
    }
    return out;
  }

  /** SD of a row for noise of unit SD in the FID. */
  get rowNoise(): number {
    const { points, dwellTimeS, dampingHz } = this.sampling;
    let sum = 0;
    for (let t = 0; t < points; t++) sum += Math.exp(-2 * Math.PI * dampingHz * dwellTimeS * t);
    return Math.sqrt(sum);
  }
}

/** Re(s·e^{iφ}). */
export function realPart({ re, im }: ComplexSignal, phaseRad: number): Float64Array {
  const [c, s] = [Math.cos(phaseRad), Math.sin(phaseRad)];
  return re.map((v, i) => c * v - s * (im[i] as number));
}
