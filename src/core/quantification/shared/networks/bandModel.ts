// The model that networks' parameters go into: basis signals, each moved and broadened, as spectra on the band's grid. By the
// SIMD kernels, since ten thousand spectra of eighteen signals are to be had in a second.
import { CANONICAL_POINTS, CANONICAL_TRANSFORM_POINTS } from '../../../domain/canonicalBand.ts';
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { START_NUMBERS, writeStart } from '../../../math/simd/broadening.ts';
import { newInstance } from '../../../math/simd/instance.ts';
import { SimdMemory } from '../../../math/simd/memory.ts';
import { split } from '../../../math/simd/products.ts';
import { twiddlesOf } from '../../../math/simd/twiddles.ts';
import { BAND_POINTS } from './bandSpectrum.ts';
import { canonicalDwellTimeS } from './canonicalFid.ts';
import { BAND_FIRST_INDEX, canonicalBandSpectrum, emptySpectrum } from './canonicalSpectrum.ts';

/** How a signal differs from that of the basis. */
export interface LineChange {
  /** Positive: to higher ppm. */
  readonly shiftPpm: number;
  /** Further full width at half maximum. */
  readonly lorentzianHz: number;
  readonly gaussianHz: number;
}

/** e^{−(π·fwhm·t)²/(4 ln 2)} = e^{−gamma·t²}. */
export const gammaOf = (gaussianHz: number): number => (Math.PI * gaussianHz) ** 2 / (4 * Math.LN2);

/** One signal of the model: canonical, 512 points. */
export interface CanonicalSignal {
  readonly name: string;
  readonly fid: ComplexSignal;
}

export interface BandModel {
  readonly names: readonly string[];
  readonly spectrometerFrequencyMHz: number;
  /** Moves and broadens the signals and transforms them; what follows is about these. @param changes one a signal */
  readonly change: (changes: readonly LineChange[]) => void;
  /**
   * Products of the spectra's real parts with each other and with data.
   * @param data real part, 512 points
   * @returns Gram matrix M × M, row-major; products M
   */
  readonly products: (data: Float64Array) => { readonly gram: Float64Array; readonly products: Float64Array };
  /** Σ a_m X_m as a spectrum. @param out where it goes, 512 points; new arrays where not given */
  readonly sum: (amplitudes: ArrayLike<number>, out?: ComplexSignal) => ComplexSignal;
  /** X_m, real part. */
  readonly column: (signal: number) => Float64Array;
  /** All of them at once; good until the next change. */
  readonly columns: () => readonly Float64Array[];
  /** Σ a_m x_m(t), canonical, 512 points. */
  readonly sumInTime: (amplitudes: ArrayLike<number>) => ComplexSignal;
  /** The same of the signals as the basis has them. */
  readonly unchangedInTime: (amplitudes: ArrayLike<number>) => ComplexSignal;
  /** Spectra of two sums of signals that are changed as told; what `change` set stays as it is. @param changes one a signal */
  readonly sumsUnder: (
    changes: readonly LineChange[],
    first: ArrayLike<number>,
    second: ArrayLike<number>,
  ) => readonly [ComplexSignal, ComplexSignal];
}

const even = (n: number): number => n + (n % 2);
const POINT_BYTES = 32;

const isSame = (a: LineChange, b: LineChange): boolean =>
  a.shiftPpm === b.shiftPpm && a.lorentzianHz === b.lorentzianHz && a.gaussianHz === b.gaussianHz;

/** A change as the kernels take it. */
function broadeningOf({ shiftPpm, lorentzianHz, gaussianHz }: LineChange, f0: number) {
  return { shiftHz: -shiftPpm * f0, lorentzianHz, gamma: gammaOf(gaussianHz) };
}

/** @param signals of a basis on the canonical grid at this frequency */
export function makeBandModel(
  signals: readonly CanonicalSignal[],
  spectrometerFrequencyMHz: number,
  usesSimd = true,
): BandModel {
  const instance = usesSimd ? newInstance() : null;
  return instance === null
    ? new PlainBandModel(signals, spectrometerFrequencyMHz)
    : new SimdBandModel(signals, spectrometerFrequencyMHz, new SimdMemory(instance));
}

/** Where everything lies. [bytes] */
interface Layout {
  readonly signals: number;
  readonly changed: number;
  /** Real parts of M spectra, the data's behind them, and a place for what an odd number leaves over. */
  readonly real: number;
  readonly imaginary: number;
  readonly gram: number;
  readonly sum: number;
  readonly twiddles: number;
  readonly turns: number;
  readonly work: readonly [number, number];
  readonly start: number;
  /** Two sums in time, one changed signal, and both spectra: real parts, then imaginary. */
  readonly pair: readonly [number, number];
  readonly scratch: number;
  readonly pairSpectra: number;
}

const SIGNAL_BYTES = 16 * CANONICAL_POINTS;
const COLUMN_BYTES = 8 * BAND_POINTS;

class SimdBandModel implements BandModel {
  readonly names: readonly string[];
  readonly #memory: SimdMemory;
  readonly #layout: Layout;
  readonly #dwellTimeS: number;
  /** Of the Gram matrix: the signals', the data's, made even. */
  readonly #width: number;

  constructor(
    signals: readonly CanonicalSignal[],
    readonly spectrometerFrequencyMHz: number,
    memory: SimdMemory,
  ) {
    this.names = signals.map(({ name }) => name);
    this.#memory = memory;
    this.#dwellTimeS = canonicalDwellTimeS(spectrometerFrequencyMHz);
    const count = signals.length;
    this.#width = even(count + 1);
    const columns = this.#width + 1;
    const size = CANONICAL_TRANSFORM_POINTS;
    this.#layout = {
      signals: memory.reserve(SIGNAL_BYTES * count),
      changed: memory.reserve(SIGNAL_BYTES * count),
      real: memory.reserveZeros(BAND_POINTS * columns),
      imaginary: memory.reserveZeros(BAND_POINTS * columns),
      gram: memory.reserve(8 * this.#width ** 2),
      sum: memory.reserve(Math.max(2 * COLUMN_BYTES, SIGNAL_BYTES)),
      twiddles: memory.reserve(12 * size),
      turns: memory.reserve(16 * BAND_POINTS),
      work: [memory.reserve(POINT_BYTES * size), memory.reserve(POINT_BYTES * size)],
      start: memory.reserve(8 * START_NUMBERS),
      pair: [memory.reserve(SIGNAL_BYTES), memory.reserve(SIGNAL_BYTES)],
      scratch: memory.reserve(SIGNAL_BYTES),
      pairSpectra: memory.reserve(4 * COLUMN_BYTES),
    };
    signals.forEach(({ fid }, m) => this.#placeSignal(m, fid));
    memory.write(this.#layout.twiddles, twiddlesOf(size));
    const scale = Float64Array.from({ length: 2 * BAND_POINTS }, (_, i) => (i % 2 === 0 ? this.#dwellTimeS : 0));
    memory.write(this.#layout.turns, scale);
  }

  /** With its first point halved: nothing that changes a signal changes it at time 0. */
  #placeSignal(m: number, { re, im }: ComplexSignal): void {
    const at = this.#layout.signals + SIGNAL_BYTES * m;
    this.#memory.write(at, re);
    this.#memory.write(at + SIGNAL_BYTES / 2, im);
    const { numbers } = this.#memory;
    for (const first of [at / 8, at / 8 + CANONICAL_POINTS]) numbers[first] = (numbers[first] as number) / 2;
  }

  #broaden(from: number, to: number, change: LineChange): void {
    const { start } = this.#layout;
    const { kernels, numbers } = this.#memory;
    const half = SIGNAL_BYTES / 2;
    const broadening = broadeningOf(change, this.spectrometerFrequencyMHz);
    const growth = writeStart(broadening, this.#dwellTimeS, numbers, start / 8);
    kernels.broaden(from, from + half, to, to + half, CANONICAL_POINTS, start, growth);
  }

  change = (changes: readonly LineChange[]): void => {
    const { signals, changed } = this.#layout;
    this.names.forEach((_, m) =>
      this.#broaden(signals + SIGNAL_BYTES * m, changed + SIGNAL_BYTES * m, changes[m] as LineChange),
    );
    for (let m = 0; m < this.names.length; m += 2) this.#transformPair(m);
  };

  #transformPair(m: number): void {
    const { changed, real, imaginary, twiddles, turns, work } = this.#layout;
    const { kernels } = this.#memory;
    const half = SIGNAL_BYTES / 2;
    // The last of an odd number is transformed twice; where its twin goes, the data come later.
    const a = changed + SIGNAL_BYTES * m;
    const b = changed + SIGNAL_BYTES * Math.min(m + 1, this.names.length - 1);
    const size = CANONICAL_TRANSFORM_POINTS;
    const left = kernels.transform(a, a + half, b, b + half, CANONICAL_POINTS, size, twiddles, work[0], work[1]);
    const to = real + COLUMN_BYTES * m;
    kernels.putBins(left, size, BAND_FIRST_INDEX, BAND_POINTS, turns, to, to + COLUMN_BYTES, imaginary - real);
  }

  products: BandModel['products'] = (data) => {
    const { real, gram } = this.#layout;
    const memory = this.#memory;
    const count = this.names.length;
    const width = this.#width;
    memory.write(real + COLUMN_BYTES * count, data);
    if (width > count + 1) memory.zero(real + COLUMN_BYTES * (count + 1), BAND_POINTS);
    memory.zero(gram, width ** 2);
    memory.kernels.addGram(real, width, COLUMN_BYTES, gram, 1);
    const found = memory.numbers.subarray(gram / 8, gram / 8 + width ** 2);
    const out = new Float64Array(count * count);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) {
        const value = found[i * width + j] as number;
        out[i * count + j] = value;
        out[j * count + i] = value;
      }
    }
    return { gram: out, products: found.slice(count * width, count * width + count) };
  };

  sum: BandModel['sum'] = (amplitudes, out = emptySpectrum()) => {
    const { real, imaginary, sum } = this.#layout;
    const memory = this.#memory;
    memory.zero(sum, 2 * BAND_POINTS);
    for (let m = 0; m < this.names.length; m++) {
      const a = amplitudes[m] as number;
      if (a === 0) continue;
      memory.kernels.addScaled(real + COLUMN_BYTES * m, a, sum, BAND_POINTS);
      memory.kernels.addScaled(imaginary + COLUMN_BYTES * m, a, sum + COLUMN_BYTES, BAND_POINTS);
    }
    out.re.set(memory.numbers.subarray(sum / 8, sum / 8 + BAND_POINTS));
    out.im.set(memory.numbers.subarray(sum / 8 + BAND_POINTS, sum / 8 + 2 * BAND_POINTS));
    return out;
  };

  column: BandModel['column'] = (m) => this.#memory.read(this.#layout.real + COLUMN_BYTES * m, BAND_POINTS);

  columns: BandModel['columns'] = () => {
    // Views: nothing is reserved any more, so the memory stays where it is.
    const first = this.#layout.real / 8;
    return split(this.#memory.numbers.subarray(first, first + BAND_POINTS * this.names.length), BAND_POINTS);
  };

  /** Σ a_m x_m(t) of the signals from address `from` on goes to address `to`, first point halved. */
  #addUp(from: number, amplitudes: ArrayLike<number>, to: number): void {
    const memory = this.#memory;
    memory.zero(to, 2 * CANONICAL_POINTS);
    for (let m = 0; m < this.names.length; m++) {
      const a = amplitudes[m] as number;
      if (a !== 0) memory.kernels.addScaled(from + SIGNAL_BYTES * m, a, to, 2 * CANONICAL_POINTS);
    }
  }

  #inTime(from: number, amplitudes: ArrayLike<number>): ComplexSignal {
    const { sum } = this.#layout;
    this.#addUp(from, amplitudes, sum);
    const re = this.#memory.read(sum, CANONICAL_POINTS);
    const im = this.#memory.read(sum + SIGNAL_BYTES / 2, CANONICAL_POINTS);
    re[0] = 2 * (re[0] as number);
    im[0] = 2 * (im[0] as number);
    return { re, im };
  }

  sumInTime: BandModel['sumInTime'] = (amplitudes) => this.#inTime(this.#layout.changed, amplitudes);

  unchangedInTime: BandModel['unchangedInTime'] = (amplitudes) => this.#inTime(this.#layout.signals, amplitudes);

  sumsUnder: BandModel['sumsUnder'] = (changes, first, second) => {
    const { pair, pairSpectra, twiddles, turns, work } = this.#layout;
    const memory = this.#memory;
    const { kernels } = memory;
    this.#placeSums(changes, [first, second]);
    const half = SIGNAL_BYTES / 2;
    const [a, b] = pair;
    const size = CANONICAL_TRANSFORM_POINTS;
    const left = kernels.transform(a, a + half, b, b + half, CANONICAL_POINTS, size, twiddles, work[0], work[1]);
    const imaginary = 2 * COLUMN_BYTES;
    kernels.putBins(
      left,
      size,
      BAND_FIRST_INDEX,
      BAND_POINTS,
      turns,
      pairSpectra,
      pairSpectra + COLUMN_BYTES,
      imaginary,
    );
    const spectrumAt = (at: number): ComplexSignal => ({
      re: memory.read(at, BAND_POINTS),
      im: memory.read(at + imaginary, BAND_POINTS),
    });
    return [spectrumAt(pairSpectra), spectrumAt(pairSpectra + COLUMN_BYTES)];
  };

  /** What all signals share is done once, to their sums. */
  #placeSums(changes: readonly LineChange[], weights: readonly [ArrayLike<number>, ArrayLike<number>]): void {
    const { signals, pair, scratch } = this.#layout;
    const memory = this.#memory;
    const common = changes[0];
    if (common !== undefined && changes.every((change) => isSame(change, common))) {
      pair.forEach((to, k) => {
        this.#addUp(signals, weights[k] as ArrayLike<number>, to);
        this.#broaden(to, to, common);
      });
      return;
    }
    for (const to of pair) memory.zero(to, 2 * CANONICAL_POINTS);
    changes.forEach((change, m) => {
      this.#broaden(signals + SIGNAL_BYTES * m, scratch, change);
      pair.forEach((to, k) => {
        const a = weights[k]?.[m] as number;
        if (a !== 0) memory.kernels.addScaled(scratch, a, to, 2 * CANONICAL_POINTS);
      });
    });
  }
}

/** A signal of the model, changed. */
function changedSignal({ re, im }: ComplexSignal, change: LineChange, f0: number): ComplexSignal {
  const { shiftHz, lorentzianHz, gamma } = broadeningOf(change, f0);
  const dwell = canonicalDwellTimeS(f0);
  const out = { re: new Float64Array(re.length), im: new Float64Array(re.length) };
  for (let n = 0; n < re.length; n++) {
    const t = n * dwell;
    const size = Math.exp(-Math.PI * lorentzianHz * t - gamma * t * t);
    const c = size * Math.cos(2 * Math.PI * shiftHz * t);
    const s = size * Math.sin(2 * Math.PI * shiftHz * t);
    out.re[n] = (re[n] as number) * c - (im[n] as number) * s;
    out.im[n] = (re[n] as number) * s + (im[n] as number) * c;
  }
  return out;
}

function weightedSum(signals: readonly ComplexSignal[], weights: ArrayLike<number>): ComplexSignal {
  const points = signals[0]?.re.length ?? 0;
  const out = { re: new Float64Array(points), im: new Float64Array(points) };
  signals.forEach(({ re, im }, m) => {
    const a = weights[m] as number;
    for (let i = 0; i < points; i++) {
      out.re[i] = (out.re[i] as number) + a * (re[i] as number);
      out.im[i] = (out.im[i] as number) + a * (im[i] as number);
    }
  });
  return out;
}

/** The model in plain TypeScript: where the runtime has no SIMD, and as the other's oracle. */
class PlainBandModel implements BandModel {
  readonly names: readonly string[];
  readonly #signals: readonly CanonicalSignal[];
  #changed: ComplexSignal[] = [];
  #spectra: ComplexSignal[] = [];

  constructor(
    signals: readonly CanonicalSignal[],
    readonly spectrometerFrequencyMHz: number,
  ) {
    this.names = signals.map(({ name }) => name);
    this.#signals = signals;
  }

  change = (changes: readonly LineChange[]): void => {
    const f0 = this.spectrometerFrequencyMHz;
    this.#changed = this.#signals.map(({ fid }, m) => changedSignal(fid, changes[m] as LineChange, f0));
    this.#spectra = this.#changed.map((fid) => canonicalBandSpectrum(fid, f0));
  };

  products: BandModel['products'] = (data) => {
    const columns = this.#spectra.map(({ re }) => re);
    const product = (a: Float64Array, b: Float64Array): number =>
      a.reduce((sum, v, i) => sum + v * (b[i] as number), 0);
    return {
      gram: Float64Array.from(columns.flatMap((a) => columns.map((b) => product(a, b)))),
      products: Float64Array.from(columns, (column) => product(column, data)),
    };
  };

  sum: BandModel['sum'] = (amplitudes, out = emptySpectrum()) => {
    const { re, im } = weightedSum(this.#spectra, amplitudes);
    out.re.set(re);
    out.im.set(im);
    return out;
  };
  column: BandModel['column'] = (m) => (this.#spectra[m] as ComplexSignal).re.slice();
  columns: BandModel['columns'] = () => this.#spectra.map(({ re }) => re);
  sumInTime: BandModel['sumInTime'] = (amplitudes) => weightedSum(this.#changed, amplitudes);

  unchangedInTime: BandModel['unchangedInTime'] = (amplitudes) =>
    weightedSum(
      this.#signals.map(({ fid }) => fid),
      amplitudes,
    );

  sumsUnder: BandModel['sumsUnder'] = (changes, first, second) => {
    const f0 = this.spectrometerFrequencyMHz;
    const changed = this.#signals.map(({ fid }, m) => changedSignal(fid, changes[m] as LineChange, f0));
    return [
      canonicalBandSpectrum(weightedSum(changed, first), f0),
      canonicalBandSpectrum(weightedSum(changed, second), f0),
    ];
  };
}
