// The signal model and its derivatives, in the fit window of the spectrum:
//   Ŷ(ν) = e^{i(φ0 + φ1·(ppm − pivot))} Σ_m a_m FT[ x_m(t) e^{2πi(f + δf_g)t − π(L + δL_g)t − (γ + δγ_g)t²} ]
// where g is the group of signal m, of G groups; macromolecules and lipids, which basis sets bring as broad as they are in the
// head, do without the common widths L and γ. Parameter vector
//   θ = [φ0 rad, φ1 rad/ppm, f Hz, L Hz, γ 1/s², δf_1…δf_G Hz, δL_1…δL_G Hz, δγ_1…δγ_G 1/s², p_1…p_K, q_1…q_K],
// the last where the lineshape is free (lineshape.ts).
// Gaussian FWHM G ↔ γ = (πG)²/(4 ln 2).
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { WATER_PPM, ppmAxis, ppmRangeIndices, timeAxisS } from '../../domain/axes.ts';
import { nextPowerOfTwo } from '../../math/fft.ts';
import { lineshapeFunctions } from './lineshape.ts';
import { fastestKernels } from './fastestKernels.ts';
import type { Factor, LinearPhase, ModelKernels, ModelShape, SumRequest } from './modelKernels.ts';
import type { ModelSignal } from '../shared/modelSignal.ts';

export type { ModelSignal } from '../shared/modelSignal.ts';

export const PHASE0 = 0;
export const PHASE1 = 1;
export const SHIFT = 2;
export const LORENTZIAN = 3;
export const GAUSSIAN = 4;
export const FIRST_DEVIATION = 5;

/** Weights of the kernels: time, its square, then the functions of the lineshape. */
const TIME = 0;
const TIME_SQUARED = 1;
const FIRST_LINESHAPE_WEIGHT = 2;

/** What the derivatives by a shift, a Lorentzian and a Gaussian width have before the spectrum of the weighted signal. */
const BY_SHIFT: Factor = [0, 2 * Math.PI];
const BY_LORENTZIAN: Factor = [-Math.PI, 0];
const BY_GAUSSIAN: Factor = [-1, 0];

/** Gaussian FWHM in Hz → γ. */
export const gaussianHzToGamma = (hz: number): number => (Math.PI * hz) ** 2 / (4 * Math.LN2);
/** γ → Gaussian FWHM in Hz. */
export const gammaToGaussianHz = (gamma: number): number => (2 * Math.sqrt(Math.max(gamma, 0) * Math.LN2)) / Math.PI;

/** A sum of signals, and the parameters whose derivatives its spectrum gives, one for each factor. */
interface Derivatives extends SumRequest {
  readonly parameters: readonly number[];
}

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
  readonly #fftSize: number;
  readonly #isBroad: readonly boolean[];
  /** Indices of all signals, of those that follow the common widths, and of each group's. */
  readonly #everySignal: readonly number[];
  readonly #narrowSignals: readonly number[];
  readonly #groups: readonly (readonly number[])[];
  readonly #lineshape: readonly Float64Array[];
  readonly #kernels: ModelKernels;

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
    /** The loops over samples and bins; the fastest version where not given. */
    kernelsOf: (shape: ModelShape) => ModelKernels = fastestKernels,
    /** Shift at zero frequency of the signals. */
    readonly referencePpm: number = WATER_PPM,
  ) {
    this.signalCount = signals.length;
    this.groupCount = Math.max(...groupOf) + 1;
    this.#isBroad = signals.map(({ kind }) => kind === 'macromolecule' || kind === 'lipid');
    this.#everySignal = signals.map((_, m) => m);
    this.#narrowSignals = this.#everySignal.filter((m) => this.#isBroad[m] === false);
    this.#groups = Array.from({ length: this.groupCount }, (_, group) =>
      this.#everySignal.filter((m) => groupOf[m] === group),
    );
    this.firstLineshape = FIRST_DEVIATION + 3 * this.groupCount;
    this.parameterCount = this.firstLineshape + 2 * lineshapeTerms;
    this.points = signals[0]?.fid.re.length ?? 0;
    this.parts = domain === 'real' ? 1 : 2;
    this.#fftSize = nextPowerOfTwo(this.points * (domain === 'real' ? 2 : 1));
    const axis = ppmAxis(this.#fftSize, dwellTimeS, spectrometerFrequencyMHz, referencePpm);
    const { start, end } = ppmRangeIndices(axis, ppmRange[0], ppmRange[1]);
    this.ppm = axis.slice(start, end);
    this.bandLength = end - start;
    this.rows = this.bandLength * this.parts;
    this.pivotPpm = (ppmRange[0] + ppmRange[1]) / 2;
    const times = timeAxisS(this.points, dwellTimeS);
    this.#lineshape = lineshapeFunctions(times, lineshapeTerms);
    this.#kernels = kernelsOf({
      fids: signals.map(({ fid }) => fid),
      points: this.points,
      dwellTimeS,
      fftSize: this.#fftSize,
      bandStart: start,
      bandLength: this.bandLength,
      parts: this.parts,
      weights: [times, times.map((t) => t * t), ...this.#lineshape],
    });
  }

  /** Whether all of a group is macromolecules and lipids. */
  isBroadGroup(group: number): boolean {
    return (this.#groups[group] as readonly number[]).every((m) => this.#isBroad[m]);
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

  #phases(phase0: number, phase1: number): LinearPhase {
    const [first = 0, second = first] = this.ppm;
    return { first: phase0 + phase1 * (first - this.pivotPpm), step: phase1 * (second - first) };
  }

  /** K(t), or null where it is one. */
  #lineshapeAt(theta: Float64Array): ComplexSignal | null {
    const terms = this.lineshapeTerms;
    const p = theta.subarray(this.firstLineshape, this.firstLineshape + terms);
    const q = theta.subarray(this.firstLineshape + terms);
    if (p.every((v) => v === 0) && q.every((v) => v === 0)) return null;
    const kernel = { re: new Float64Array(this.points), im: new Float64Array(this.points) };
    for (let i = 0; i < this.points; i++) {
      let log = 0;
      let angle = 0;
      this.#lineshape.forEach((w, k) => {
        log += (p[k] as number) * (w[i] as number);
        angle += (q[k] as number) * (w[i] as number);
      });
      kernel.re[i] = Math.exp(log) * Math.cos(angle);
      kernel.im[i] = Math.exp(log) * Math.sin(angle);
    }
    return kernel;
  }

  /** Spectra of all signals at θ. @returns one column of `rows` values per signal */
  columnsAt(theta: Float64Array): Float64Array[] {
    const at = (j: number): number => theta[j] as number;
    const modifiers = this.#isBroad.map((isBroad, m) => {
      const group = this.groupOf[m] as number;
      return {
        shiftHz: at(SHIFT) + at(this.shiftDeviation(group)),
        lorentzianHz: (isBroad ? 0 : at(LORENTZIAN)) + at(this.lorentzianDeviation(group)),
        gamma: (isBroad ? 0 : at(GAUSSIAN)) + at(this.gaussianDeviation(group)),
      };
    });
    this.#kernels.setPhases(this.#phases(at(PHASE0), at(PHASE1)));
    this.#kernels.broaden(modifiers, this.#lineshapeAt(theta));
    return this.#kernels.columns();
  }

  /**
   * How much the data say of each group's own shift and widths: Σ_t t^{2p}|Σ_m a_m x̃_m(t)|² on the scale of row products, so
   * that (2π)² of it (p = 1) is the Fisher information of a shift in Hz times σ², as if all of the signal lay in the window.
   * `columnsAt` must have been the last evaluation.
   * @param power p, 1 for shift and Lorentzian width, 2 for the Gaussian
   */
  deviationEnergies(amplitudes: Float64Array, power: 1 | 2): Float64Array {
    const rowScale = (this.#fftSize * this.parts) / 2;
    const weight = power === 1 ? TIME : TIME_SQUARED;
    return Float64Array.from(this.#groups, (signals) => rowScale * this.#kernels.energy(amplitudes, signals, weight));
  }

  /**
   * Columns ∂(Σ a_m A_m)/∂θ_j for the asked parameters; `columnsAt(theta)` must have been the last evaluation.
   * @param amplitudes a_m
   * @param wanted parameter indices
   * @returns columns in the order of `wanted`
   */
  derivativesAt(amplitudes: Float64Array, wanted: readonly number[]): Float64Array[] {
    const asked = new Set(wanted);
    const found = new Map<number, Float64Array>();
    // The phase turns what the columns are already.
    if (asked.has(PHASE0) || asked.has(PHASE1)) {
      const turned = this.#kernels.columnSum(amplitudes, [0, 1]);
      found.set(PHASE0, turned);
      if (asked.has(PHASE1)) {
        const { bandLength } = this;
        found.set(
          PHASE1,
          turned.map((v, i) => v * ((this.ppm[i % bandLength] as number) - this.pivotPpm)),
        );
      }
    }
    const requests = [
      ...this.#commonDerivatives(amplitudes, asked),
      ...this.#deviationDerivatives(amplitudes, asked),
      ...this.#lineshapeDerivatives(asked),
    ];
    const parameters = requests.flatMap((request) => request.parameters);
    this.#kernels.sums(amplitudes, requests).forEach((column, k) => found.set(parameters[k] as number, column));
    return wanted.map((j) => found.get(j) ?? new Float64Array(this.rows));
  }

  /** Shift and widths that all signals share; broad ones are as wide as they are, whatever the common widths. */
  #commonDerivatives(amplitudes: Float64Array, asked: ReadonlySet<number>): Derivatives[] {
    const all = this.#everySignal;
    const narrow = this.#narrowSignals;
    const out: Derivatives[] = [];
    const ask = (signals: readonly number[], weight: number, list: readonly (readonly [number, Factor])[]): void => {
      const wanted = list.filter(([j]) => asked.has(j));
      if (wanted.length === 0) return;
      out.push({ signals, weight, factors: wanted.map(([, f]) => f), parameters: wanted.map(([j]) => j) });
    };
    if (all.every((m) => this.#isBroad[m] === false || amplitudes[m] === 0)) {
      ask(narrow, TIME, [
        [SHIFT, BY_SHIFT],
        [LORENTZIAN, BY_LORENTZIAN],
      ]);
    } else {
      ask(all, TIME, [[SHIFT, BY_SHIFT]]);
      ask(narrow, TIME, [[LORENTZIAN, BY_LORENTZIAN]]);
    }
    ask(narrow, TIME_SQUARED, [[GAUSSIAN, BY_GAUSSIAN]]);
    return out;
  }

  /** Deviations of single groups: one transform for the shift and the Lorentzian width of each. */
  #deviationDerivatives(amplitudes: Float64Array, asked: ReadonlySet<number>): Derivatives[] {
    return this.#groups.flatMap((signals, group) => {
      if (signals.every((m) => amplitudes[m] === 0)) return [];
      const [shift, width] = [this.shiftDeviation(group), this.lorentzianDeviation(group)];
      const gaussian = this.gaussianDeviation(group);
      const out: Derivatives[] = [];
      const parameters = [shift, width].filter((j) => asked.has(j));
      if (parameters.length > 0) {
        const factors = parameters.map((j) => (j === shift ? BY_SHIFT : BY_LORENTZIAN));
        out.push({ signals, weight: TIME, factors, parameters });
      }
      if (asked.has(gaussian)) {
        out.push({ signals, weight: TIME_SQUARED, factors: [BY_GAUSSIAN], parameters: [gaussian] });
      }
      return out;
    });
  }

  /** ∂K/∂p_k = w_k K and ∂K/∂q_k = i w_k K: one transform of the sum for both. */
  #lineshapeDerivatives(asked: ReadonlySet<number>): Derivatives[] {
    return this.#lineshape.flatMap((_, k) => {
      const magnitude = this.firstLineshape + k;
      const angle = magnitude + this.lineshapeTerms;
      if (!asked.has(magnitude) && !asked.has(angle)) return [];
      const factors: Factor[] = [
        [1, 0],
        [0, 1],
      ];
      const weight = FIRST_LINESHAPE_WEIGHT + k;
      return [{ signals: this.#everySignal, weight, factors, parameters: [magnitude, angle] }];
    });
  }

  /** The data's rows after rotation by e^{−i(phase0 + phase1·(ppm − pivot))}. @param fid `points` samples */
  dataRows(fid: ComplexSignal, phase0: number, phase1: number): Float64Array {
    return this.#kernels.rowsOf(fid, this.#phases(-phase0, -phase1));
  }
}
