// Products with a Hankel matrix H[i][j] = s[i + j] in O(N log N): a correlation done by FFT.
import { fft, ifft, nextPowerOfTwo } from './fft.ts';
import type { ComplexVector } from './fft.ts';

/** A Hankel matrix of `rows` × `columns`, with its products by vectors. */
export interface HankelOperator {
  readonly rows: number;
  readonly columns: number;
  /** H·x. @param x `columns` elements */
  readonly multiply: (x: ComplexVector) => ComplexVector;
  /** Hᴴ·y. @param y `rows` elements */
  readonly multiplyAdjoint: (y: ComplexVector) => ComplexVector;
}

/**
 * Hankel operator of a signal.
 * @param signal N samples
 * @param rows L; the matrix has N − L + 1 columns
 */
export function hankelOperator(signal: ComplexVector, rows: number): HankelOperator {
  const n = signal.re.length;
  const columns = n - rows + 1;
  // A circular correlation of length ≥ N is enough: wrapped terms fall outside the rows that are read.
  const size = nextPowerOfTwo(n);
  const padded = { re: new Float64Array(size), im: new Float64Array(size) };
  padded.re.set(signal.re);
  padded.im.set(signal.im);
  const transform = fft(padded);
  // Σ_j s[i+j]x[j] has the transform S_k·X_{−k}, and X_{−k} = conj(FFT(x̄)_k).
  const correlate = (x: ComplexVector, conjugateSignal: boolean, length: number): ComplexVector => {
    const input = { re: new Float64Array(size), im: new Float64Array(size) };
    input.re.set(x.re);
    // Hᴴy = conj(H^T ȳ): the conjugated input makes one routine serve both products.
    for (let i = 0; i < x.im.length; i++) input.im[i] = (conjugateSignal ? 1 : -1) * (x.im[i] as number);
    const f = fft(input);
    for (let k = 0; k < size; k++) {
      const sr = transform.re[k] as number;
      const si = transform.im[k] as number;
      const xr = f.re[k] as number;
      const xi = -(f.im[k] as number);
      f.re[k] = sr * xr - si * xi;
      f.im[k] = sr * xi + si * xr;
    }
    const y = ifft(f);
    const out = { re: y.re.slice(0, length), im: y.im.slice(0, length) };
    if (conjugateSignal) for (let i = 0; i < length; i++) out.im[i] = -(out.im[i] as number);
    return out;
  };
  return {
    rows,
    columns,
    multiply: (x) => correlate(x, false, rows),
    multiplyAdjoint: (y) => correlate(y, true, columns),
  };
}
