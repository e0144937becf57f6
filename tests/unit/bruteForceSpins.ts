// An independent, slow simulator to test the fast one with: single spins ½ in the full product space, propagators by
// scaling and squaring of a Taylor series, no blocks, no eigenvectors, detection by the trace.
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
    for (let k = 0; k < n; k++) {
      const [re, im] = [a.re[i * n + k]!, a.im[i * n + k]!];
      if (re === 0 && im === 0) continue;
      for (let j = 0; j < n; j++) {
        out.re[i * n + j]! += re * b.re[k * n + j]! - im * b.im[k * n + j]!;
        out.im[i * n + j]! += re * b.im[k * n + j]! + im * b.re[k * n + j]!;
      }
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
  const largest = h.re.reduce((m, v, at) => Math.max(m, Math.abs(v), Math.abs(h.im[at]!)), 0);
  const norm = largest * h.n * Math.abs(angle);
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

/** A step of a sequence as the slow simulator plays it. */
export type SlowStep =
  | { readonly kind: 'hard'; readonly axis: 'x' | 'y'; readonly flipRad: number }
  | { readonly kind: 'delay'; readonly durationS: number; readonly order: number | null }
  | {
      readonly kind: 'shaped';
      readonly durationS: number;
      /** γB1/2π [Hz] and phase [rad] of equal steps. */
      readonly amplitudeHz: readonly number[];
      readonly phaseRad: readonly number[];
      readonly carrierHz: number;
      /** Constant offset of all spins during the pulse. */
      readonly gradientHz: number;
      /** Divisions of each step, over which the rotating field is taken as constant. */
      readonly divisions: number;
    };

/** A hard pulse on one spin: the spins' rotations commute, and one alone is nearly all zeros. */
const turn = (axis: 'x' | 'y', spin: number, count: number, flipRad: number): Matrix =>
  propagator(operator(axis, spin, count), flipRad);

interface Operators {
  readonly x: Matrix;
  readonly y: Matrix;
  readonly z: Matrix;
  readonly h: Matrix;
}

function operators(offsetsHz: readonly number[], couplings: readonly (readonly [number, number, number])[]): Operators {
  const count = offsetsHz.length;
  const total = (axis: 'x' | 'y' | 'z'): Matrix =>
    offsetsHz.reduce((m, _, i) => add(m, operator(axis, i, count), 1), zero(2 ** count));
  let h = zero(2 ** count);
  offsetsHz.forEach((hz, i) => (h = add(h, operator('z', i, count), 2 * Math.PI * hz)));
  for (const [i, j, jHz] of couplings)
    for (const axis of ['x', 'y', 'z'] as const)
      h = add(h, multiply(operator(axis, i, count), operator(axis, j, count)), 2 * Math.PI * jHz);
  return { x: total('x'), y: total('y'), z: total('z'), h };
}

/** Keeps the elements of one coherence order, as crusher gradients do. */
function filtered(rho: Matrix, order: number | null, z: Matrix): Matrix {
  if (order === null) return rho;
  const keep = (_: number, at: number): boolean => {
    const row = Math.floor(at / rho.n);
    const column = at % rho.n;
    return Math.round(z.re[row * rho.n + row]! - z.re[column * rho.n + column]!) === order;
  };
  return {
    n: rho.n,
    re: rho.re.map((v, at) => (keep(v, at) ? v : 0)),
    im: rho.im.map((v, at) => (keep(v, at) ? v : 0)),
  };
}

/** Propagator of a shaped pulse in the frame of the simulation: its field turns with the carrier, in phase at the centre. */
function shapedPropagator({ x, y, z, h }: Operators, step: Extract<SlowStep, { kind: 'shaped' }>): Matrix {
  const samples = step.amplitudeHz.length;
  const dt = step.durationS / samples / step.divisions;
  let u = zero(h.n);
  for (let i = 0; i < h.n; i++) u.re[i * h.n + i] = 1;
  for (let k = 0; k < samples * step.divisions; k++) {
    const sample = Math.floor(k / step.divisions);
    const phase = step.phaseRad[sample]! + 2 * Math.PI * step.carrierHz * ((k + 0.5) * dt - step.durationS / 2);
    const b1 = 2 * Math.PI * step.amplitudeHz[sample]!;
    let now = add(h, z, 2 * Math.PI * step.gradientHz);
    now = add(add(now, x, b1 * Math.cos(phase)), y, b1 * Math.sin(phase));
    u = multiply(propagator(now, dt), u);
  }
  return u;
}

/**
 * Any sequence, sampled.
 * @param offsetsHz one per proton
 * @param couplings [i, j, J in Hz]
 * @returns FID, 1 per proton at t = 0 without coupling
 */
export function sequenceByMatrixExponentials(
  offsetsHz: readonly number[],
  couplings: readonly (readonly [number, number, number])[],
  steps: readonly SlowStep[],
  sampling: { readonly points: number; readonly dwellTimeS: number },
): ComplexSignal {
  const all = operators(offsetsHz, couplings);
  let rho = all.z;
  const apply = (u: Matrix): void => {
    rho = multiply(multiply(u, rho), adjoint(u));
  };
  for (const step of steps) {
    if (step.kind === 'hard') offsetsHz.forEach((_, i) => apply(turn(step.axis, i, offsetsHz.length, step.flipRad)));
    else if (step.kind === 'shaped') apply(shapedPropagator(all, step));
    else {
      apply(propagator(all.h, step.durationS));
      rho = filtered(rho, step.order, all.z);
    }
  }
  const step = propagator(all.h, sampling.dwellTimeS);
  const re = new Float64Array(sampling.points);
  const im = new Float64Array(sampling.points);
  const norm = 4 / 2 ** offsetsHz.length;
  for (let n = 0; n < sampling.points; n++) {
    const x = multiply(all.x, rho);
    const y = multiply(all.y, rho);
    for (let s = 0; s < x.n; s++) {
      re[n]! += norm * x.re[s * x.n + s]!;
      im[n]! += norm * y.re[s * y.n + s]!;
    }
    apply(step);
  }
  return { re, im };
}

/** PRESS with ideal pulses and no coherence filter, sampled. @param echoTimesS TE1, TE2 */
export function pressByMatrixExponentials(
  offsetsHz: readonly number[],
  couplings: readonly (readonly [number, number, number])[],
  [te1, te2]: readonly [number, number],
  sampling: { readonly points: number; readonly dwellTimeS: number },
): ComplexSignal {
  const refocus = { kind: 'hard', axis: 'x', flipRad: Math.PI } as const;
  const wait = (durationS: number) => ({ kind: 'delay', durationS, order: null }) as const;
  const excite = { kind: 'hard', axis: 'y', flipRad: Math.PI / 2 } as const;
  const steps = [excite, wait(te1 / 2), refocus, wait((te1 + te2) / 2), refocus, wait(te2 / 2)];
  return sequenceByMatrixExponentials(offsetsHz, couplings, steps, sampling);
}

/** A spin echo with ideal pulses and no coherence filter, sampled. */
export function spinEchoByMatrixExponentials(
  offsetsHz: readonly number[],
  couplings: readonly (readonly [number, number, number])[],
  echoTimeS: number,
  sampling: { readonly points: number; readonly dwellTimeS: number },
): ComplexSignal {
  const wait = { kind: 'delay', durationS: echoTimeS / 2, order: null } as const;
  const steps = [
    { kind: 'hard', axis: 'y', flipRad: Math.PI / 2 },
    wait,
    { kind: 'hard', axis: 'x', flipRad: Math.PI },
    wait,
  ] as const;
  return sequenceByMatrixExponentials(offsetsHz, couplings, steps, sampling);
}
