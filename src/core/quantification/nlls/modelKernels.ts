// The loops of the signal model over samples and bins, apart from what its parameters mean: broadening in time, transforms
// into the fit window, sums. Two versions: TypeScript, and SIMD where the runtime has it; a test holds them together.
import type { ComplexSignal } from '../../domain/complexArray.ts';

/** What a model's signals and window are. */
export interface ModelShape {
  /** Basis signals of `points` samples. */
  readonly fids: readonly ComplexSignal[];
  readonly points: number;
  readonly dwellTimeS: number;
  readonly fftSize: number;
  /** First bin of the window in the centred spectrum. */
  readonly bandStart: number;
  readonly bandLength: number;
  /** 1: rows are real parts; 2: real, then imaginary parts. */
  readonly parts: number;
  /** Functions of time that sums can be weighted by, `points` values each. */
  readonly weights: readonly Float64Array[];
}

/** How a signal is changed: e^{2πi·shiftHz·t − π·lorentzianHz·t − gamma·t²}. */
export interface Modifier {
  readonly shiftHz: number;
  readonly lorentzianHz: number;
  /** [1/s²] */
  readonly gamma: number;
}

/** A weighted sum of broadened signals, asked for as spectra. */
export interface SumRequest {
  /** The signals that are summed. */
  readonly signals: readonly number[];
  /** Index of the weight. */
  readonly weight: number;
  /** Complex factors; each gives a column. */
  readonly factors: readonly Factor[];
}

/** Phase of bin i of the window: first + i · step. [rad] */
export interface LinearPhase {
  readonly first: number;
  readonly step: number;
}

export type Factor = readonly [re: number, im: number];

export interface ModelKernels {
  /** Phase of the window's bins. */
  setPhases(phases: LinearPhase): void;
  /**
   * Broadens all signals.
   * @param modifiers one per signal
   * @param lineshape K(t) that all are multiplied by, or null
   */
  broaden(modifiers: readonly Modifier[], lineshape: ComplexSignal | null): void;
  /** Spectra of the broadened signals. @returns one column of bandLength · parts rows per signal */
  columns(): Float64Array[];
  /** factor · Σ a_m · column_m, of the last `columns`. */
  columnSum(amplitudes: Float64Array, factor: Factor): Float64Array;
  /**
   * Spectra of weighted sums of the broadened signals.
   * @param amplitudes a_m of all signals
   * @returns a column for each factor of each request, one request after another
   */
  sums(amplitudes: Float64Array, requests: readonly SumRequest[]): Float64Array[];
  /** Σ_t w(t)²|Σ_m a_m x̃_m(t)|². @param signals m @param weight its index */
  energy(amplitudes: Float64Array, signals: readonly number[], weight: number): number;
  /** Spectrum of a signal of `points` samples, as rows, under a phase of its own. */
  rowsOf(fid: ComplexSignal, phases: LinearPhase): Float64Array;
}
