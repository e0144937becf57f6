// Scattering transform of order 2 (Andén & Mallat 2014, doi:10.1109/TSP.2014.2326991) of two real signals at once:
// every path is |…|x ⋆ ψ1| ⋆ ψ2| ⋆ φ. The numbers are those of kymatio's Scattering1D(J=7, shape=1024, Q=(8, 1)).
import type { ComplexVector } from '../../../math/fft.ts';
import { pairTransforms } from '../../../math/simd/pairTransforms.ts';
import type { PairTransform, SignalPair } from '../../../math/simd/pairTransforms.ts';
import { WindowAverages } from './windowAverages.ts';
import { AVERAGING_LOG2, PADDED_POINTS, SCATTERING_POINTS, scatteringBank } from './scatteringBank.ts';
import type { Filter, ScatteringBank } from './scatteringBank.ts';

/** Spectra of two signals of `points` points: the bins from `first` on. */
interface Spectra {
  readonly points: number;
  readonly first: number;
  readonly pair: SignalPair;
}

export class PairScattering {
  readonly paths: number;
  readonly #bank: ScatteringBank;
  readonly #averages: WindowAverages;
  /** By log2 of the thinning. */
  readonly #transforms: readonly PairTransform[];
  readonly #whole: PairTransform;

  constructor() {
    const lengths = Array.from({ length: AVERAGING_LOG2 }, (_, log2) => PADDED_POINTS >> log2);
    // The whole signals' spectra outlive the transforms of their length that follow: they have arrays of their own.
    const [whole, ...transforms] = pairTransforms([PADDED_POINTS, ...lengths]);
    this.#whole = whole as PairTransform;
    this.#transforms = transforms;
    this.#bank = scatteringBank();
    this.#averages = new WindowAverages(this.#bank.paths);
    this.paths = this.#bank.paths;
  }

  /**
   * @param signals two real signals, 1024 points
   * @param out both signals' coefficients from `offset` on: 2 × paths × windows
   */
  put(signals: readonly [Float64Array, Float64Array], out: Float32Array, offset: number): void {
    const { firsts, windows } = this.#bank;
    const spectra = this.#wholeSpectra(signals);
    this.#averages.put(spectra, windows[0] as Filter, out, offset, 0);
    for (const first of firsts) {
      const envelopes = this.#envelopeSpectra(spectra, first.filter, first.log2);
      this.#averages.put(envelopes, windows[first.log2] as Filter, out, offset, first.path);
      for (const second of first.seconds) {
        const beats = this.#envelopeSpectra(envelopes, second.filter, second.log2);
        this.#averages.put(beats, windows[second.log2] as Filter, out, offset, second.path);
      }
    }
  }

  /** Continues signals by their mirror images at both ends, to twice their length. */
  #wholeSpectra(signals: readonly [Float64Array, Float64Array]): Spectra {
    const { input, output, run } = this.#whole;
    const last = SCATTERING_POINTS - 1;
    for (let i = 0; i < PADDED_POINTS; i++) {
      const n = i - SCATTERING_POINTS / 2;
      const from = n < 0 ? -n : n > last ? 2 * last - n : n;
      input[0].re[i] = signals[0][from] as number;
      input[1].re[i] = signals[1][from] as number;
    }
    run(0, PADDED_POINTS);
    return { points: PADDED_POINTS, first: 0, pair: output };
  }

  /** Filters signals given by their spectra, thins them, and transforms their moduli. */
  #envelopeSpectra(spectra: Spectra, filter: Filter, log2: number): Spectra {
    const { points, input, output, run } = this.#transforms[log2] as PairTransform;
    for (let s = 0; s < 2; s++) foldInto(input[s] as ComplexVector, spectra, s, filter);
    run(0, points);
    for (let s = 0; s < 2; s++) moduliInto(input[s] as ComplexVector, output[s] as ComplexVector, 1 / spectra.points);
    const [first, last] = this.#bank.spans[log2] as readonly [number, number];
    run(first, last - first + 1);
    return { points, first, pair: output };
  }
}

/**
 * One signal's spectrum times a filter, what falls together after thinning summed; real and imaginary part exchanged, so that the
 * forward transform is the inverse one, exchanged too.
 */
function foldInto({ re, im }: ComplexVector, spectra: Spectra, signal: number, { first, values }: Filter): void {
  re.fill(0);
  im.fill(0);
  const from = spectra.pair[signal] as ComplexVector;
  const wrap = spectra.points - 1;
  const thinned = re.length - 1;
  for (let i = 0; i < values.length; i++) {
    const weight = values[i] as number;
    // Lengths are powers of two.
    const k = (first + i - spectra.first) & wrap;
    const at = (first + i) & thinned;
    re[at] = (re[at] as number) + weight * (from.im[k] as number);
    im[at] = (im[at] as number) + weight * (from.re[k] as number);
  }
}

function moduliInto(out: ComplexVector, { re, im }: ComplexVector, scale: number): void {
  out.im.fill(0);
  for (let n = 0; n < re.length; n++) {
    const a = re[n] as number;
    const b = im[n] as number;
    out.re[n] = scale * Math.sqrt(a * a + b * b);
  }
}
