// The model's loops in plain TypeScript: for runtimes without SIMD, and the oracle of the SIMD version.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { BandTransform } from '../../math/bandTransform.ts';
import type { Factor, LinearPhase, ModelKernels, ModelShape, Modifier, SumRequest } from './modelKernels.ts';
import { turnsOf } from './turns.ts';

interface Parts {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

const zeros = (length: number): Parts => ({ re: new Float64Array(length), im: new Float64Array(length) });

/** e^{−γt²} by recurrence: each factor is the one before times e^{−2γΔt²}. */
function gaussianDecay(gamma: number, points: number, dwellTimeS: number): Float64Array {
  const out = new Float64Array(points);
  const growth = Math.exp(-2 * gamma * dwellTimeS ** 2);
  let factor = Math.exp(-gamma * dwellTimeS ** 2);
  let value = 1;
  for (let i = 0; i < points; i++) {
    out[i] = value;
    value *= factor;
    factor *= growth;
  }
  return out;
}

/** out = source · e^{2πi·shift·t − π·width·t − γt²}. */
function broadenSignal(
  source: ComplexSignal,
  { shiftHz, lorentzianHz, gamma }: Modifier,
  dwellTimeS: number,
  { re, im }: Parts,
): void {
  const gaussian = gaussianDecay(gamma, re.length, dwellTimeS);
  const decay = Math.exp(-Math.PI * lorentzianHz * dwellTimeS);
  const stepRe = decay * Math.cos(2 * Math.PI * shiftHz * dwellTimeS);
  const stepIm = decay * Math.sin(2 * Math.PI * shiftHz * dwellTimeS);
  let fr = 1;
  let fi = 0;
  for (let i = 0; i < re.length; i++) {
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

function multiply({ re, im }: Parts, by: ComplexSignal): void {
  for (let i = 0; i < re.length; i++) {
    const r = re[i] as number;
    const s = im[i] as number;
    re[i] = r * (by.re[i] as number) - s * (by.im[i] as number);
    im[i] = r * (by.im[i] as number) + s * (by.re[i] as number);
  }
}

function addScaled(sum: Parts, a: number, part: Parts): void {
  for (let i = 0; i < sum.re.length; i++) {
    sum.re[i] = (sum.re[i] as number) + a * (part.re[i] as number);
    sum.im[i] = (sum.im[i] as number) + a * (part.im[i] as number);
  }
}

export class TypescriptKernels implements ModelKernels {
  readonly #shape: ModelShape;
  readonly #band: BandTransform;
  #turns: Float64Array;
  readonly #broadened: readonly Parts[];
  /** Phased spectra of the broadened signals. */
  readonly #spectra: readonly Parts[];

  constructor(shape: ModelShape) {
    this.#shape = shape;
    const band = { start: shape.bandStart, end: shape.bandStart + shape.bandLength };
    this.#band = new BandTransform(shape.points, shape.fftSize / shape.points, () => band);
    this.#turns = turnsOf({ first: 0, step: 0 }, shape.bandLength);
    this.#broadened = shape.fids.map(() => zeros(shape.points));
    this.#spectra = shape.fids.map(() => zeros(shape.bandLength));
  }

  setPhases(phases: LinearPhase): void {
    this.#turns = turnsOf(phases, this.#shape.bandLength);
  }

  broaden(modifiers: readonly Modifier[], lineshape: ComplexSignal | null): void {
    const { fids, dwellTimeS } = this.#shape;
    fids.forEach((fid, m) => {
      const out = this.#broadened[m] as Parts;
      broadenSignal(fid, modifiers[m] as Modifier, dwellTimeS, out);
      if (lineshape !== null) multiply(out, lineshape);
    });
  }

  columns(): Float64Array[] {
    return this.#broadened.map((signal, m) => {
      const spectrum = this.#spectra[m] as Parts;
      this.#transform(signal, this.#turns, spectrum);
      return this.#toRows(spectrum, [1, 0]);
    });
  }

  columnSum(amplitudes: Float64Array, factor: Factor): Float64Array {
    const sum = zeros(this.#shape.bandLength);
    this.#spectra.forEach((spectrum, m) => addScaled(sum, amplitudes[m] as number, spectrum));
    return this.#toRows(sum, factor);
  }

  sums(amplitudes: Float64Array, requests: readonly SumRequest[]): Float64Array[] {
    const spectrum = zeros(this.#shape.bandLength);
    return requests.flatMap(({ signals, weight, factors }) => {
      this.#transform(this.#weightedSum(amplitudes, signals, weight), this.#turns, spectrum);
      return factors.map((factor) => this.#toRows(spectrum, factor));
    });
  }

  energy(amplitudes: Float64Array, signals: readonly number[], weight: number): number {
    const { re, im } = this.#weightedSum(amplitudes, signals, weight);
    let sum = 0;
    for (let i = 0; i < re.length; i++) sum += (re[i] as number) ** 2 + (im[i] as number) ** 2;
    return sum;
  }

  rowsOf(fid: ComplexSignal, phases: LinearPhase): Float64Array {
    const { bandLength } = this.#shape;
    const spectrum = zeros(bandLength);
    this.#transform(fid, turnsOf(phases, bandLength), spectrum);
    return this.#toRows(spectrum, [1, 0]);
  }

  #weightedSum(amplitudes: Float64Array, signals: readonly number[], weight: number): Parts {
    const sum = zeros(this.#shape.points);
    for (const m of signals) {
      const a = amplitudes[m] as number;
      if (a !== 0) addScaled(sum, a, this.#broadened[m] as Parts);
    }
    const w = this.#shape.weights[weight] as Float64Array;
    for (let i = 0; i < w.length; i++) {
      sum.re[i] = (w[i] as number) * (sum.re[i] as number);
      sum.im[i] = (w[i] as number) * (sum.im[i] as number);
    }
    return sum;
  }

  /** The spectrum of a signal in the window, each bin turned. */
  #transform(signal: ComplexSignal, turns: Float64Array, { re, im }: Parts): void {
    this.#band.transform(signal.re, signal.im, re, im);
    for (let i = 0; i < re.length; i++) {
      const r = re[i] as number;
      const s = im[i] as number;
      const c = turns[2 * i] as number;
      const d = turns[2 * i + 1] as number;
      re[i] = r * c - s * d;
      im[i] = r * d + s * c;
    }
  }

  #toRows({ re, im }: Parts, [scaleRe, scaleIm]: Factor): Float64Array {
    const { bandLength, parts } = this.#shape;
    const out = new Float64Array(bandLength * parts);
    for (let i = 0; i < bandLength; i++) {
      const r = re[i] as number;
      const s = im[i] as number;
      out[i] = r * scaleRe - s * scaleIm;
      if (parts === 2) out[bandLength + i] = r * scaleIm + s * scaleRe;
    }
    return out;
  }
}
