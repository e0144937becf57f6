// The polynomials of a Shinnar–Le Roux pulse: B(z), a linear-phase FIR filter by weighted least squares, and A(z), the
// minimum-phase one with |A|² + |B|² = 1 on the unit circle, by the cepstrum (Pauly, Le Roux, Nishimura, Macovski,
// IEEE Trans Med Imaging 1991;10:53, doi:10.1109/42.75611).
import { choleskyFactor, choleskySolve } from '../../math/cholesky.ts';
import { fft, ifft } from '../../math/fft.ts';

export interface FilterBands {
  /** Even number of taps. */
  readonly taps: number;
  /** Edges in radians per tap. */
  readonly passEdge: number;
  readonly stopEdge: number;
  /** Weight of the stop band's squared error; the pass band's is 1. */
  readonly stopWeight: number;
}

/** Tap coefficients from those of cos((k + ½)ω), k = 0 … taps/2 − 1. */
function unfold(half: Float64Array): Float64Array {
  const n = half.length;
  return Float64Array.from({ length: 2 * n }, (_, i) => (half[i < n ? n - 1 - i : i - n] as number) / 2);
}

/** ∫ cos(mω) dω from 0 to `edge`. */
function cosineIntegral(m: number, edge: number): number {
  return m === 0 ? edge : Math.sin(m * edge) / m;
}

/** ∫ D(ω) cos(mω) dω from 0 to `edge`, where D rises from 0 as ½(1 − cos(πω/shoulder)) and stays at 1. */
function shoulderIntegral(m: number, edge: number, shoulder: number): number {
  const turn = Math.PI / shoulder;
  const rise = cosineIntegral(m + turn, shoulder) + cosineIntegral(m - turn, shoulder);
  return cosineIntegral(m, edge) - cosineIntegral(m, shoulder) / 2 - rise / 4;
}

/**
 * Least-squares linear-phase low-pass filters of two pass bands: 1, and one that rises from 0 at ω = 0 to 1 within the
 * filter's resolution. Taking some of the second from the first lifts the centre above all ripples. The integrals are
 * exact, so that the filters change smoothly with the edges.
 * @returns taps of each, symmetric; null where the edges leave the filter undetermined
 */
export function leastSquaresLowPass(bands: FilterBands): { flat: Float64Array; shoulders: Float64Array } | null {
  const { taps, passEdge, stopEdge, stopWeight } = bands;
  const n = taps / 2;
  const weighted = Float64Array.from(
    { length: taps },
    (_, m) => cosineIntegral(m, passEdge) + stopWeight * (cosineIntegral(m, Math.PI) - cosineIntegral(m, stopEdge)),
  );
  const normal = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < n; k++) {
      // 2 cos((j+½)ω) cos((k+½)ω) = cos((j−k)ω) + cos((j+k+1)ω)
      normal[j * n + k] = ((weighted[Math.abs(j - k)] as number) + (weighted[j + k + 1] as number)) / 2;
    }
  }
  // The transition band is free, which leaves the matrix close to singular; the ridge is far below the ripple.
  const factor = choleskyFactor(normal, n, 1e-11);
  if (factor === null) return null;
  const solve = (integral: (m: number) => number): Float64Array =>
    unfold(
      choleskySolve(
        factor,
        n,
        Float64Array.from({ length: n }, (_, k) => integral(k + 0.5)),
      ),
    );
  const shoulder = Math.min(passEdge, (2 * Math.PI) / taps);
  return {
    flat: solve((m) => cosineIntegral(m, passEdge)),
    shoulders: solve((m) => shoulderIntegral(m, passEdge, shoulder)),
  };
}

/** |H(ω)| on an FFT grid. */
export function gain(taps: Float64Array, gridSize: number): Float64Array {
  const re = new Float64Array(gridSize);
  re.set(taps);
  const spectrum = fft({ re, im: new Float64Array(gridSize) });
  return spectrum.re.map((v, i) => Math.hypot(v, spectrum.im[i] as number));
}

/**
 * Minimum-phase A(z) with |A|² = 1 − |B|².
 * @param b taps of B, |B| < 1 everywhere
 * @returns as many taps, real, the largest first
 */
export function minimumPhaseComplement(b: Float64Array): Float64Array {
  // Close to a full inversion A has a zero next to the unit circle and its cepstrum is long, hence the fine grid.
  const size = 64 * b.length;
  const logGain = gain(b, size).map((g) => 0.5 * Math.log(Math.max(1 - g * g, 1e-15)));
  const cepstrum = ifft({ re: logGain, im: new Float64Array(size) }).re;
  const folded = cepstrum.map((c, i) => (i === 0 || i === size / 2 ? c : i < size / 2 ? 2 * c : 0));
  const log = fft({ re: folded, im: new Float64Array(size) });
  const a = ifft({
    re: log.re.map((v, i) => Math.exp(v) * Math.cos(log.im[i] as number)),
    im: log.re.map((v, i) => Math.exp(v) * Math.sin(log.im[i] as number)),
  });
  return a.re.slice(0, b.length);
}

/**
 * Inverse SLR transform: peels off one hard pulse after another.
 * @returns flip angle of each step. [rad]
 */
export function inverseSlr(aTaps: Float64Array, bTaps: Float64Array): Float64Array {
  const n = aTaps.length;
  const a = aTaps.slice();
  const b = bTaps.slice();
  const angles = new Float64Array(n);
  for (let j = n - 1; j >= 0; j--) {
    const angle = 2 * Math.atan2(b[0] as number, a[0] as number);
    const c = Math.cos(angle / 2);
    const s = Math.sin(angle / 2);
    angles[j] = angle;
    // [A; z⁻¹B] of the shorter pulse; b shifts down by one tap.
    for (let k = 0; k <= j; k++) {
      const ak = a[k] as number;
      const bk = b[k] as number;
      a[k] = c * ak + s * bk;
      if (k > 0) b[k - 1] = c * bk - s * ak;
    }
    b[j] = 0;
  }
  return angles;
}
