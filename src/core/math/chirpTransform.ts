// Fourier sums at any evenly spaced frequencies in O(N log N), by Bluestein's identity 2jn = j² + n² − (j − n)²
// (Bluestein 1970, doi:10.1109/TAU.1970.1162132): a scan's samples at the frequencies of another sampling, and back.
import { fft, ifft, nextPowerOfTwo } from './fft.ts';
import type { ComplexVector } from './fft.ts';

/** What is computed: X_j = Σ_n x_n e^{−2πi (first + j·step)·n}, j = 0 … count − 1. */
export interface ChirpFrequencies {
  /** [cycles per sample] */
  readonly first: number;
  /** [cycles per sample] */
  readonly step: number;
  readonly count: number;
}

export interface ChirpTransform {
  /** @param x at most `points` samples; missing ones count as zero */
  readonly apply: (x: ComplexVector) => ComplexVector;
}

const cosSin = (cycles: number): readonly [number, number] => {
  // Whole turns are taken off first: squares of indices make large angles, whose rounding would show.
  const angle = 2 * Math.PI * (cycles - Math.round(cycles));
  return [Math.cos(angle), Math.sin(angle)];
};

/** Factors of the identity: X = after · (kernel ∗ (before · x)), the convolution by transforms of `size` points. */
export interface ChirpTables {
  readonly size: number;
  /** Of each sample. */
  readonly before: ComplexVector;
  /** Transform of the chirp. */
  readonly kernel: ComplexVector;
  /** Of each frequency. */
  readonly after: ComplexVector;
}

/** @param points samples of the signals */
export function chirpTables(points: number, { first, step, count }: ChirpFrequencies): ChirpTables {
  const size = nextPowerOfTwo(points + count - 1);
  const before = { re: new Float64Array(points), im: new Float64Array(points) };
  const after = { re: new Float64Array(count), im: new Float64Array(count) };
  const chirp = { re: new Float64Array(size), im: new Float64Array(size) };
  for (let n = 0; n < points; n++) {
    const [c, s] = cosSin(first * n + (step * n * n) / 2);
    before.re[n] = c;
    before.im[n] = -s;
  }
  for (let j = 0; j < count; j++) {
    const [c, s] = cosSin((step * j * j) / 2);
    after.re[j] = c;
    after.im[j] = -s;
  }
  for (let k = -(points - 1); k < count; k++) {
    const [c, s] = cosSin((step * k * k) / 2);
    const at = k < 0 ? size + k : k;
    chirp.re[at] = c;
    chirp.im[at] = s;
  }
  return { size, before, kernel: fft(chirp), after };
}

/**
 * Prepares the transform of signals of one length.
 * @param points samples of the signals
 * @param frequencies where the sums are evaluated; a negative `step` and `first` give e^{+2πi…}
 */
export function chirpTransform(points: number, frequencies: ChirpFrequencies): ChirpTransform {
  const { size, before, kernel, after } = chirpTables(points, frequencies);
  const { count } = frequencies;
  return {
    apply: (x) => {
      const work = { re: new Float64Array(size), im: new Float64Array(size) };
      multiplyInto(work, x, before);
      const f = fft(work);
      multiplyInto(f, f, kernel);
      const y = ifft(f);
      const out = { re: new Float64Array(count), im: new Float64Array(count) };
      multiplyInto(out, { re: y.re.subarray(0, count), im: y.im.subarray(0, count) }, after);
      return out;
    },
  };
}

/** out = a·b over the length of `a`; `out` may be `a`. */
function multiplyInto(out: ComplexVector, a: ComplexVector, b: ComplexVector): void {
  for (let i = 0; i < a.re.length; i++) {
    const ar = a.re[i] as number;
    const ai = a.im[i] as number;
    const br = b.re[i] as number;
    const bi = b.im[i] as number;
    out.re[i] = ar * br - ai * bi;
    out.im[i] = ar * bi + ai * br;
  }
}
