// An independent, slow simulator to test the fast one with: single spins ½ in the full product space, propagators by
// scaling and squaring of a Taylor series, no blocks, no eigenvectors, no coherence filter, detection by the trace.
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';

interface Matrix {
  readonly n: number;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

const zero = (n: number): Matrix => ({ n, re: new Float64Array(n * n), im: new Float64Array(n * n) });

function multiply(a: Matrix, b: Matrix): Matrix {
  const out = zero(a.n);
  const { n } = a;
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++)
      for (let j = 0; j < n; j++) {
        out.re[i * n + j]! += a.re[i * n + k]! * b.re[k * n + j]! - a.im[i * n + k]! * b.im[k * n + j]!;
        out.im[i * n + j]! += a.re[i * n + k]! * b.im[k * n + j]! + a.im[i * n + k]! * b.re[k * n + j]!;
      }
  return out;
}

function add(a: Matrix, b: Matrix, factor: number): Matrix {
  return { n: a.n, re: a.re.map((v, i) => v + factor * b.re[i]!), im: a.im.map((v, i) => v + factor * b.im[i]!) };
}

function adjoint(a: Matrix): Matrix {
  const out = zero(a.n);
  for (let i = 0; i < a.n; i++)
    for (let j = 0; j < a.n; j++) {
      out.re[i * a.n + j] = a.re[j * a.n + i]!;
      out.im[i * a.n + j] = -a.im[j * a.n + i]!;
    }
  return out;
}

/** exp(−i·angle·h) */
function propagator(h: Matrix, angle: number): Matrix {
  const norm = Math.max(...h.re.map(Math.abs), ...h.im.map(Math.abs)) * h.n * Math.abs(angle);
  const squarings = Math.max(0, Math.ceil(Math.log2(norm + 1e-300)) + 4);
  const scaled = angle / 2 ** squarings;
  const x: Matrix = { n: h.n, re: h.im.map((v) => v * scaled), im: h.re.map((v) => -v * scaled) };
  let term = zero(h.n);
  for (let i = 0; i < h.n; i++) term.re[i * h.n + i] = 1;
  let out = term;
  for (let k = 1; k <= 14; k++) {
    term = multiply(term, x);
    term = { n: h.n, re: term.re.map((v) => v / k), im: term.im.map((v) => v / k) };
    out = add(out, term, 1);
  }
  for (let k = 0; k < squarings; k++) out = multiply(out, out);
  return out;
}

/** Ix, Iy or Iz of spin i among n. */
function operator(axis: 'x' | 'y' | 'z', spin: number, count: number): Matrix {
  const out = zero(2 ** count);
  const bit = 1 << (count - 1 - spin);
  for (let s = 0; s < out.n; s++) {
    const up = (s & bit) === 0;
    if (axis === 'z') out.re[s * out.n + s] = up ? 0.5 : -0.5;
    else if (axis === 'x') out.re[(s ^ bit) * out.n + s] = 0.5;
    else out.im[(s ^ bit) * out.n + s] = up ? 0.5 : -0.5;
  }
  return out;
}

/**
 * PRESS with ideal pulses, sampled.
 * @param offsetsHz one per proton
 * @param couplings [i, j, J in Hz]
 * @param echoTimesS TE1, TE2
 * @returns FID, 1 per proton at t = 0 without coupling
 */
export function pressByMatrixExponentials(
  offsetsHz: readonly number[],
  couplings: readonly (readonly [number, number, number])[],
  echoTimesS: readonly [number, number],
  sampling: { readonly points: number; readonly dwellTimeS: number },
): ComplexSignal {
  const count = offsetsHz.length;
  const total = (axis: 'x' | 'y' | 'z'): Matrix =>
    offsetsHz.reduce((m, _, i) => add(m, operator(axis, i, count), 1), zero(2 ** count));
  let h = zero(2 ** count);
  offsetsHz.forEach((hz, i) => (h = add(h, operator('z', i, count), 2 * Math.PI * hz)));
  for (const [i, j, jHz] of couplings)
    for (const axis of ['x', 'y', 'z'] as const)
      h = add(h, multiply(operator(axis, i, count), operator(axis, j, count)), 2 * Math.PI * jHz);
  const [te1, te2] = echoTimesS;
  const refocus = propagator(total('x'), Math.PI);
  let rho = total('z');
  const apply = (u: Matrix): void => {
    rho = multiply(multiply(u, rho), adjoint(u));
  };
  apply(propagator(total('y'), Math.PI / 2));
  apply(propagator(h, te1 / 2));
  apply(refocus);
  apply(propagator(h, (te1 + te2) / 2));
  apply(refocus);
  apply(propagator(h, te2 / 2));
  const [fx, fy] = [total('x'), total('y')];
  const step = propagator(h, sampling.dwellTimeS);
  const re = new Float64Array(sampling.points);
  const im = new Float64Array(sampling.points);
  const norm = 4 / 2 ** count;
  for (let n = 0; n < sampling.points; n++) {
    const x = multiply(fx, rho);
    const y = multiply(fy, rho);
    for (let s = 0; s < x.n; s++) {
      re[n]! += norm * x.re[s * x.n + s]!;
      im[n]! += norm * y.re[s * y.n + s]!;
    }
    apply(step);
  }
  return { re, im };
}
