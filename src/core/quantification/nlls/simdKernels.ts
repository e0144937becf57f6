// The model's loops by SIMD: signals, broadened signals and spectra stay in the kernels' memory, columns are copied out.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { SAMPLES_PER_STEP, START_NUMBERS, writeStart } from '../../math/simd/broadening.ts';
import type { SimdFunctions } from '../../math/simd/instance.ts';
import type { SimdMemory } from '../../math/simd/memory.ts';
import { split } from '../../math/simd/products.ts';
import { twiddlesOf } from '../../math/simd/twiddles.ts';
import type { Factor, LinearPhase, ModelKernels, ModelShape, Modifier, SumRequest } from './modelKernels.ts';
import type { SimdArena } from './simdArena.ts';
import { turnsOf } from './turns.ts';

/** Bytes of a point of the transform: two signals, real and imaginary. */
const POINT_BYTES = 32;

/** Where spectra lie: real parts from `at`, one spectrum every `apart`; imaginary parts `imaginary` further. [bytes] */
interface Spectra {
  readonly at: number;
  readonly apart: number;
  readonly imaginary: number;
}

/** Where everything lies. [bytes] */
interface Layout {
  readonly generation: number;
  /** Samples of a signal, rounded up; the imaginary parts follow the real ones. */
  readonly samples: number;
  readonly signals: number;
  readonly broadened: number;
  /** Phased spectra of the signals, and one more that an odd transform writes to. */
  readonly spectra: Spectra;
  readonly weights: number;
  readonly lineshape: number;
  readonly twiddles: number;
  readonly turns: number;
  readonly dataTurns: number;
  readonly work: readonly [number, number];
  /** Two signals in time, for sums and data. */
  readonly sums: readonly [number, number];
  /** Two spectra of them. */
  readonly sumSpectra: Spectra;
  readonly start: number;
}

const roundUp = (n: number, to: number): number => Math.ceil(n / to) * to;

export class SimdKernels implements ModelKernels {
  readonly #shape: ModelShape;
  readonly #arena: SimdArena;
  readonly #memory: SimdMemory;
  readonly #kernels: SimdFunctions;
  readonly #firstBin: number;
  #layout: Layout | null = null;
  /** What was asked last, to be asked again when the model had to leave its memory in between. */
  #turns: Float64Array;
  #broadening: { readonly modifiers: readonly Modifier[]; readonly lineshape: ComplexSignal | null } | null = null;
  #hasSpectra = false;

  constructor(shape: ModelShape, arena: SimdArena) {
    this.#shape = shape;
    this.#arena = arena;
    this.#memory = arena.memory;
    this.#kernels = arena.memory.kernels;
    this.#firstBin = (shape.bandStart + shape.fftSize / 2) % shape.fftSize;
    this.#turns = new Float64Array(2 * shape.bandLength);
  }

  /** The model's place; where it has none, it moves in and takes up what it was doing. */
  #place(): Layout {
    if (this.#layout?.generation === this.#arena.generation) return this.#layout;
    const { fids, points, fftSize, bandLength, weights } = this.#shape;
    const samples = roundUp(points, SAMPLES_PER_STEP);
    const spectrum = 2 * bandLength;
    const numbers =
      2 * samples * (2 * fids.length + 3) + spectrum * (fids.length + 5) + samples * weights.length + 2 * fftSize;
    this.#arena.makeRoom(8 * numbers + 2 * POINT_BYTES * fftSize);
    const memory = this.#memory;
    const layout: Layout = {
      generation: this.#arena.generation,
      samples,
      signals: memory.reserveZeros(2 * samples * fids.length),
      broadened: memory.reserve(16 * samples * fids.length),
      spectra: this.#reserveSpectra(fids.length + 1),
      weights: memory.reserveZeros(samples * weights.length),
      lineshape: memory.reserveZeros(2 * samples),
      twiddles: memory.reserve(12 * fftSize),
      turns: memory.reserve(8 * spectrum),
      dataTurns: memory.reserve(8 * spectrum),
      work: [memory.reserve(POINT_BYTES * fftSize), memory.reserve(POINT_BYTES * fftSize)],
      sums: [memory.reserveZeros(2 * samples), memory.reserveZeros(2 * samples)],
      sumSpectra: this.#reserveSpectra(2),
      start: memory.reserve(8 * START_NUMBERS),
    };
    fids.forEach((fid, m) => this.#writeSignal(layout.signals + 16 * samples * m, fid, samples));
    weights.forEach((weight, k) => memory.write(layout.weights + 8 * samples * k, weight));
    memory.write(layout.twiddles, twiddlesOf(fftSize));
    memory.write(layout.turns, this.#turns);
    this.#layout = layout;
    if (this.#broadening !== null) this.#broadenIn(layout, this.#broadening.modifiers, this.#broadening.lineshape);
    if (this.#hasSpectra) this.#transformSignals(layout);
    return layout;
  }

  /** As rows are: the real parts of all spectra together, or the real and imaginary parts of each. */
  #reserveSpectra(count: number): Spectra {
    const { bandLength, parts } = this.#shape;
    const bytes = 8 * bandLength;
    const at = this.#memory.reserve(2 * bytes * count);
    return parts === 2 ? { at, apart: 2 * bytes, imaginary: bytes } : { at, apart: bytes, imaginary: bytes * count };
  }

  #writeSignal(at: number, { re, im }: ComplexSignal, samples: number): void {
    this.#memory.write(at, re);
    this.#memory.write(at + 8 * samples, im);
  }

  setPhases(phases: LinearPhase): void {
    this.#turns = turnsOf(phases, this.#shape.bandLength);
    // Where the model isn't in its memory, it takes them along when it moves in.
    if (this.#layout?.generation === this.#arena.generation) this.#memory.write(this.#layout.turns, this.#turns);
  }

  broaden(modifiers: readonly Modifier[], lineshape: ComplexSignal | null): void {
    this.#hasSpectra = false;
    this.#broadening = null;
    const layout = this.#place();
    this.#broadening = { modifiers, lineshape };
    this.#broadenIn(layout, modifiers, lineshape);
  }

  #broadenIn(layout: Layout, modifiers: readonly Modifier[], lineshape: ComplexSignal | null): void {
    const { samples } = layout;
    const imaginary = 8 * samples;
    if (lineshape !== null) this.#writeSignal(layout.lineshape, lineshape, samples);
    modifiers.forEach((modifier, m) => {
      const from = layout.signals + 2 * imaginary * m;
      const to = layout.broadened + 2 * imaginary * m;
      const growth = writeStart(modifier, this.#shape.dwellTimeS, this.#memory.numbers, layout.start / 8);
      this.#kernels.broaden(from, from + imaginary, to, to + imaginary, samples, layout.start, growth);
      if (lineshape !== null) {
        this.#kernels.shape(to, to + imaginary, layout.lineshape, layout.lineshape + imaginary, samples);
      }
    });
  }

  /** Spectra of two signals of the memory, each bin turned, to places `first` and `first` + 1. */
  #transformPair(
    layout: Layout,
    a: number,
    b: number,
    turns: number,
    { at, apart, imaginary }: Spectra,
    first = 0,
  ): void {
    const { points, fftSize, bandLength } = this.#shape;
    const toImaginary = 8 * layout.samples;
    const [work0, work1] = layout.work;
    const left = this.#kernels.transform(
      a, a + toImaginary, b, b + toImaginary, points, fftSize, layout.twiddles, work0, work1,
    ); // prettier-ignore
    const out0 = at + apart * first;
    this.#kernels.putBins(left, fftSize, this.#firstBin, bandLength, turns, out0, out0 + apart, imaginary);
  }

  #transformSignals(layout: Layout): void {
    const { broadened, spectra, turns } = layout;
    const signalBytes = 16 * layout.samples;
    const count = this.#shape.fids.length;
    for (let m = 0; m < count; m += 2) {
      // The last of an odd number is transformed twice; its twin's place is the one past the end.
      const twin = Math.min(m + 1, count - 1);
      this.#transformPair(layout, broadened + signalBytes * m, broadened + signalBytes * twin, turns, spectra, m);
    }
  }

  columns(): Float64Array[] {
    const layout = this.#place();
    this.#transformSignals(layout);
    this.#hasSpectra = true;
    const { bandLength, parts, fids } = this.#shape;
    const rows = bandLength * parts;
    return split(this.#memory.read(layout.spectra.at, rows * fids.length), rows);
  }

  columnSum(amplitudes: Float64Array, factor: Factor): Float64Array {
    const layout = this.#place();
    const { bandLength, parts } = this.#shape;
    const { spectra, sumSpectra } = layout;
    const { addScaled } = this.#kernels;
    this.#memory.zero(sumSpectra.at, bandLength);
    this.#memory.zero(sumSpectra.at + sumSpectra.imaginary, bandLength);
    amplitudes.forEach((a, m) => {
      if (a === 0) return;
      const from = spectra.at + spectra.apart * m;
      addScaled(from, a, sumSpectra.at, bandLength);
      addScaled(from + spectra.imaginary, a, sumSpectra.at + sumSpectra.imaginary, bandLength);
    });
    const out = new Float64Array(bandLength * parts);
    this.#putRows(sumSpectra, 0, factor, out);
    return out;
  }

  sums(amplitudes: Float64Array, requests: readonly SumRequest[]): Float64Array[] {
    const layout = this.#place();
    const { turns, sums, sumSpectra } = layout;
    const rows = this.#shape.bandLength * this.#shape.parts;
    const count = requests.reduce((sum, { factors }) => sum + factors.length, 0);
    const out = split(new Float64Array(count * rows), rows);
    let next = 0;
    for (let k = 0; k < requests.length; k += 2) {
      const pair = requests.slice(k, k + 2);
      pair.forEach((request, lane) => this.#weightedSum(layout, amplitudes, request, sums[lane as 0 | 1]));
      this.#transformPair(layout, ...sums, turns, sumSpectra);
      pair.forEach(({ factors }, lane) => {
        for (const factor of factors) this.#putRows(sumSpectra, lane, factor, out[next++] as Float64Array);
      });
    }
    return out;
  }

  energy(amplitudes: Float64Array, signals: readonly number[], weight: number): number {
    const layout = this.#place();
    const [sum] = layout.sums;
    this.#sum(layout, amplitudes, signals, sum);
    const w = layout.weights + 8 * layout.samples * weight;
    const { weightedEnergy } = this.#kernels;
    return weightedEnergy(sum, w, layout.samples) + weightedEnergy(sum + 8 * layout.samples, w, layout.samples);
  }

  rowsOf(fid: ComplexSignal, phases: LinearPhase): Float64Array {
    const layout = this.#place();
    const { bandLength, parts } = this.#shape;
    const [data] = layout.sums;
    this.#writeSignal(data, fid, layout.samples);
    this.#memory.write(layout.dataTurns, turnsOf(phases, bandLength));
    this.#transformPair(layout, data, data, layout.dataTurns, layout.sumSpectra);
    const out = new Float64Array(bandLength * parts);
    this.#putRows(layout.sumSpectra, 0, [1, 0], out);
    return out;
  }

  #sum(layout: Layout, amplitudes: Float64Array, signals: readonly number[], to: number): void {
    const { samples } = layout;
    this.#memory.zero(to, 2 * samples);
    for (const m of signals) {
      const a = amplitudes[m] as number;
      if (a !== 0) this.#kernels.addScaled(layout.broadened + 16 * samples * m, a, to, 2 * samples);
    }
  }

  #weightedSum(layout: Layout, amplitudes: Float64Array, { signals, weight }: SumRequest, to: number): void {
    const { samples } = layout;
    this.#sum(layout, amplitudes, signals, to);
    const w = layout.weights + 8 * samples * weight;
    this.#kernels.weigh(to, w, samples);
    this.#kernels.weigh(to + 8 * samples, w, samples);
  }

  /** A phased spectrum of the memory times a factor, as rows. */
  #putRows(spectra: Spectra, place: number, [scaleRe, scaleIm]: Factor, out: Float64Array): void {
    const { bandLength, parts } = this.#shape;
    const { numbers } = this.#memory;
    const re = (spectra.at + spectra.apart * place) / 8;
    const im = re + spectra.imaginary / 8;
    for (let i = 0; i < bandLength; i++) {
      out[i] = (numbers[re + i] as number) * scaleRe - (numbers[im + i] as number) * scaleIm;
    }
    if (parts === 1) return;
    for (let i = 0; i < bandLength; i++) {
      out[bandLength + i] = (numbers[re + i] as number) * scaleIm + (numbers[im + i] as number) * scaleRe;
    }
  }
}
