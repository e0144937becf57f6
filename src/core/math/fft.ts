// Discrete Fourier transforms of any length: fft.js for powers of two, Bluestein's chirp-z for the rest.
// Forward is unnormalised, X_k = Σ x_n e^{−2πi kn/N}; inverse divides by N. Interleaving happens only in here.
import FFT from 'fft.js';

export interface ComplexVector {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

interface Plan {
  readonly fft: FFT;
  readonly input: number[];
  readonly output: number[];
}

const plans = new Map<number, Plan>();

function planFor(n: number): Plan {
  let plan = plans.get(n);
  if (plan === undefined) {
    const fft = new FFT(n);
    plan = { fft, input: fft.createComplexArray() as number[], output: fft.createComplexArray() as number[] };
    plans.set(n, plan);
  }
  return plan;
}

const isPowerOfTwo = (n: number): boolean => n > 1 && (n & (n - 1)) === 0;

/** Smallest power of two not below n. */
export function nextPowerOfTwo(n: number): number {
  let p = 1;
  while (p < n) p *= 2;
  return p;
}

function transformPowerOfTwo(x: ComplexVector, inverse: boolean): ComplexVector {
  const n = x.re.length;
  const { fft, input, output } = planFor(n);
  for (let i = 0; i < n; i++) {
    input[2 * i] = x.re[i] as number;
    input[2 * i + 1] = x.im[i] as number;
  }
  if (inverse) fft.inverseTransform(output, input);
  else fft.transform(output, input);
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    re[i] = output[2 * i] as number;
    im[i] = output[2 * i + 1] as number;
  }
  return { re, im };
}

/** Bluestein 1970: kn = (k² + n² − (k − n)²)/2 turns the DFT into a convolution with a chirp. */
function transformAnyLength(x: ComplexVector, inverse: boolean): ComplexVector {
  const n = x.re.length;
  const m = nextPowerOfTwo(2 * n - 1);
  const sign = inverse ? 1 : -1;
  const chirpRe = new Float64Array(n);
  const chirpIm = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    // i² mod 2n keeps the angle small, so that large n loses no accuracy.
    const angle = (sign * Math.PI * ((i * i) % (2 * n))) / n;
    chirpRe[i] = Math.cos(angle);
    chirpIm[i] = Math.sin(angle);
  }
  const a = { re: new Float64Array(m), im: new Float64Array(m) };
  const b = { re: new Float64Array(m), im: new Float64Array(m) };
  for (let i = 0; i < n; i++) {
    const cr = chirpRe[i] as number;
    const ci = chirpIm[i] as number;
    const xr = x.re[i] as number;
    const xi = x.im[i] as number;
    a.re[i] = xr * cr - xi * ci;
    a.im[i] = xr * ci + xi * cr;
    b.re[i] = cr;
    b.im[i] = -ci;
    if (i > 0) {
      b.re[m - i] = cr;
      b.im[m - i] = -ci;
    }
  }
  const fa = transformPowerOfTwo(a, false);
  const fb = transformPowerOfTwo(b, false);
  for (let i = 0; i < m; i++) {
    const ar = fa.re[i] as number;
    const ai = fa.im[i] as number;
    const br = fb.re[i] as number;
    const bi = fb.im[i] as number;
    fa.re[i] = ar * br - ai * bi;
    fa.im[i] = ar * bi + ai * br;
  }
  const c = transformPowerOfTwo(fa, true);
  const re = new Float64Array(n);
  const im = new Float64Array(n);
  const scale = inverse ? 1 / n : 1;
  for (let i = 0; i < n; i++) {
    const cr = chirpRe[i] as number;
    const ci = chirpIm[i] as number;
    const yr = c.re[i] as number;
    const yi = c.im[i] as number;
    re[i] = scale * (yr * cr - yi * ci);
    im[i] = scale * (yr * ci + yi * cr);
  }
  return { re, im };
}

/** Forward DFT. @param x complex signal of any length ≥ 1 @returns spectrum in natural order (zero frequency first) */
export function fft(x: ComplexVector): ComplexVector {
  const n = x.re.length;
  if (n <= 1) return { re: x.re.slice(), im: x.im.slice() };
  return isPowerOfTwo(n) ? transformPowerOfTwo(x, false) : transformAnyLength(x, false);
}

/** Inverse DFT, divided by the length. @param x spectrum in natural order */
export function ifft(x: ComplexVector): ComplexVector {
  const n = x.re.length;
  if (n <= 1) return { re: x.re.slice(), im: x.im.slice() };
  return isPowerOfTwo(n) ? transformPowerOfTwo(x, true) : transformAnyLength(x, true);
}

function rotate(x: Float64Array, by: number): Float64Array {
  const out = new Float64Array(x.length);
  out.set(x.subarray(by), 0);
  out.set(x.subarray(0, by), x.length - by);
  return out;
}

/** Moves zero frequency to the centre (index ⌊n/2⌋). */
export function fftShift(x: ComplexVector): ComplexVector {
  const by = Math.ceil(x.re.length / 2);
  return { re: rotate(x.re, by), im: rotate(x.im, by) };
}

/** Undoes fftShift. */
export function ifftShift(x: ComplexVector): ComplexVector {
  const by = Math.floor(x.re.length / 2);
  return { re: rotate(x.re, by), im: rotate(x.im, by) };
}

/** FID → centred spectrum of rising frequency (falling ppm). */
export function fidToSpectrum(fid: ComplexVector): ComplexVector {
  return fftShift(fft(fid));
}

/** Centred spectrum → FID. */
export function spectrumToFid(spectrum: ComplexVector): ComplexVector {
  return ifft(ifftShift(spectrum));
}
