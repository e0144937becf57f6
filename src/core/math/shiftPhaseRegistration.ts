// Least-squares frequency and phase between two complex signals: min_{f,φ} Σ|r(t) − s(t)e^{i(2πft+φ)}|².
// The phase is eliminated in closed form: with q = r̄·s and c(f) = Σ q(t)e^{2πift}, the best φ is −arg c(f), and
// what remains is to maximise |c(f)|², coarsely by FFT, then by Newton with analytic derivatives.
import { fft, nextPowerOfTwo } from './fft.ts';
import type { ComplexVector } from './fft.ts';

export interface Registration {
  /** Frequency to add to the signal. [cycles per sample] */
  readonly shiftCycles: number;
  /** Phase to add to the signal. [rad] */
  readonly phaseRad: number;
  /** |c| / (‖r‖‖s‖): 1 where the signals are equal but for amplitude, shift and phase. */
  readonly correlation: number;
}

interface Objective {
  readonly cr: number;
  readonly ci: number;
  /** d|c|²/dω and d²|c|²/dω² with ω = 2πf in rad per sample. */
  readonly slope: number;
  readonly curvature: number;
}

/** c(ω) and the derivatives of |c|²; samples are counted from the middle, which decouples frequency from phase. */
function evaluate(q: ComplexVector, omega: number, middle: number): Objective {
  const n = q.re.length;
  const stepRe = Math.cos(omega);
  const stepIm = Math.sin(omega);
  let er = 1;
  let ei = 0;
  let c0r = 0;
  let c0i = 0;
  let c1r = 0;
  let c1i = 0;
  let c2r = 0;
  let c2i = 0;
  for (let k = 0; k < n; k++) {
    if (k % 64 === 0) {
      er = Math.cos(omega * (k - middle));
      ei = Math.sin(omega * (k - middle));
    }
    const t = k - middle;
    const zr = (q.re[k] as number) * er - (q.im[k] as number) * ei;
    const zi = (q.re[k] as number) * ei + (q.im[k] as number) * er;
    c0r += zr;
    c0i += zi;
    c1r += t * zr;
    c1i += t * zi;
    c2r += t * t * zr;
    c2i += t * t * zi;
    const next = er * stepRe - ei * stepIm;
    ei = er * stepIm + ei * stepRe;
    er = next;
  }
  // c' = iΣtz and c'' = −Σt²z
  const slope = 2 * (c0i * c1r - c0r * c1i);
  const curvature = 2 * (c1r * c1r + c1i * c1i - (c0r * c2r + c0i * c2i));
  return { cr: c0r, ci: c0i, slope, curvature };
}

const energy = (x: ComplexVector, n: number): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += (x.re[i] as number) ** 2 + (x.im[i] as number) ** 2;
  return sum;
};

/** Largest |c(f)| on the zero-filled FFT grid with |f| ≤ maximum. @returns f in cycles per sample, and the grid step */
function coarseSearch(q: ComplexVector, maximumCycles: number): { readonly shift: number; readonly step: number } {
  const size = nextPowerOfTwo(4 * q.re.length);
  const padded = { re: new Float64Array(size), im: new Float64Array(size) };
  padded.re.set(q.re);
  padded.im.set(q.im);
  const spectrum = fft(padded);
  const reach = Math.min(Math.floor(maximumCycles * size), size / 2 - 1);
  let best = 0;
  let bestPower = -1;
  for (let j = -reach; j <= reach; j++) {
    // The forward transform has e^{−2πi…}: bin −j holds c(+j).
    const bin = (size - j) % size;
    const power = (spectrum.re[bin] as number) ** 2 + (spectrum.im[bin] as number) ** 2;
    if (power > bestPower) {
      bestPower = power;
      best = j;
    }
  }
  return { shift: best / size, step: 1 / size };
}

/**
 * Frequency and phase that bring `signal` onto `reference`.
 * @param reference,signal complex signals; the first `points` samples are compared
 * @param points samples used
 * @param maximumCycles largest |frequency| searched, cycles per sample
 */
export function registerShiftAndPhase(
  reference: ComplexVector,
  signal: ComplexVector,
  points: number,
  maximumCycles: number,
): Registration {
  const q = { re: new Float64Array(points), im: new Float64Array(points) };
  for (let i = 0; i < points; i++) {
    const rr = reference.re[i] as number;
    const ri = reference.im[i] as number;
    const sr = signal.re[i] as number;
    const si = signal.im[i] as number;
    q.re[i] = rr * sr + ri * si;
    q.im[i] = rr * si - ri * sr;
  }
  const norm = Math.sqrt(energy(reference, points) * energy(signal, points));
  if (norm === 0) return { shiftCycles: 0, phaseRad: 0, correlation: 0 };
  const coarse = coarseSearch(q, maximumCycles);
  const middle = (points - 1) / 2;
  const reach = 2 * Math.PI * coarse.step;
  const start = 2 * Math.PI * coarse.shift;
  let omega = start;
  let at = evaluate(q, omega, middle);
  for (let iteration = 0; iteration < 20; iteration++) {
    // Newton where |c|² is concave, else a gradient step; never farther than the neighbouring grid points.
    const raw = at.curvature < 0 ? -at.slope / at.curvature : Math.sign(at.slope) * reach * 0.25;
    const next = Math.min(Math.max(omega + raw, start - reach), start + reach);
    const step = next - omega;
    omega = next;
    at = evaluate(q, omega, middle);
    if (Math.abs(step) * points < 1e-9) break;
  }
  // With time counted from the middle, c = |c|e^{i(ψ)} and φ at t = 0 is −ψ − ω·middle.
  const phase = -Math.atan2(at.ci, at.cr) - omega * middle;
  return {
    shiftCycles: omega / (2 * Math.PI),
    phaseRad: Math.atan2(Math.sin(phase), Math.cos(phase)),
    correlation: Math.hypot(at.cr, at.ci) / norm,
  };
}
