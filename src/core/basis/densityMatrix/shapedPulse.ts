// Pulses of finite length with everything acting at once: U = Π exp(−i(2π Σ(νᵢ + G)Iᵢz + 2π Σ J Iᵢ·Iⱼ + ω₁·F) dt).
// Rotations of the single spins by their effective fields are exact and are split from the couplings symmetrically
// (Strang 1968, SIAM J Numer Anal 5:506, doi:10.1137/0705041), in steps short enough for SPLITTING_ERROR.
import type { RfWaveform } from '../pulses/rfWaveform.ts';
import { applyCouplings, couplingPropagator, couplingSteps, mixRows } from './couplingSteps.ts';
import type { CouplingPropagator } from './couplingSteps.ts';
import { composeSu2, IDENTITY_ROTATION, spinRepresentation, su2 } from './rotation.ts';
import type { ComplexMatrix, DensityOperator, Su2 } from './rotation.ts';
import type { SpinSpace } from './spinSpace.ts';
import type { Particle } from './subsystems.ts';

/** Bound on the splitting's error. The estimate adds up every step's in phase, so the true error is below it. */
const SPLITTING_ERROR = 4e-3;

/** How a pulse meets a spin space. */
export interface PulseSetting {
  readonly waveform: RfWaveform;
  /** Offset of the pulse's carrier, NIfTI-MRS sign as the particles' offsets. [Hz] */
  readonly carrierHz: number;
  /** Offset by the nominal slice gradient at the position looked at; 0 without a slice. [Hz] */
  readonly gradientHz: number;
}

const TWO_PI = 2 * Math.PI;

/**
 * Longest time between two coupling steps: the Strang error T·dt²·(2π)³·J·Δν·ν/24, because a field common to all spins
 * commutes with the couplings, so that what counts is the difference Δν of their shifts times the whole field ν.
 */
function longestStepS(space: SpinSpace, { waveform, carrierHz, gradientHz }: PulseSetting): number {
  const offsetsHz = space.particles.map((p) => p.offsetHz - carrierHz);
  const spreadHz = Math.max(...offsetsHz) - Math.min(...offsetsHz);
  const gradient = waveform.gradient?.reduce((m, g) => Math.max(m, Math.abs(g)), 0) ?? 1;
  const b1Hz = waveform.amplitudeHz.reduce((m, a) => Math.max(m, Math.abs(a)), 0);
  const fieldHz = Math.hypot(b1Hz, Math.max(...offsetsHz.map(Math.abs)) + Math.abs(gradientHz) * gradient);
  const couplingHz = space.couplingsHz.reduce((m, j) => Math.max(m, Math.abs(j)), 0);
  return Math.sqrt((24 * SPLITTING_ERROR) / (waveform.durationS * TWO_PI ** 3 * couplingHz * spreadHz * fieldHz));
}

/** A spin's rotation over some samples of a pulse, or over a part of one. */
function rotationOf(particle: Particle, setting: PulseSetting, from: number, to: number, stepS: number): Su2 {
  const { waveform, carrierHz, gradientHz } = setting;
  let rotation = IDENTITY_ROTATION;
  for (let k = from; k < to; k++) {
    const b1 = TWO_PI * (waveform.amplitudeHz[k] as number) * stepS;
    const phase = waveform.phaseRad[k] as number;
    const offsetHz = particle.offsetHz - carrierHz + gradientHz * (waveform.gradient?.[k] ?? 1);
    const step = su2(b1 * Math.cos(phase), b1 * Math.sin(phase), TWO_PI * offsetHz * stepS);
    rotation = composeSu2(step, rotation);
  }
  return rotation;
}

function identity(dimension: number): ComplexMatrix {
  const re = new Float64Array(dimension * dimension);
  for (let i = 0; i < dimension; i++) re[i * dimension + i] = 1;
  return { re, im: new Float64Array(dimension * dimension) };
}

/** Rows of one particle's levels, group by group, for mixRows. */
function levelRows(space: SpinSpace, i: number): Int32Array {
  const size = (space.particles[i] as Particle).twiceSpin + 1;
  const stride = space.strides[i] as number;
  const rows: number[] = [];
  for (let state = 0; state < space.dimension; state++) {
    if (Math.floor(state / stride) % size !== 0) continue;
    for (let level = 0; level < size; level++) rows.push(state + level * stride);
  }
  return Int32Array.from(rows);
}

/** One step between two coupling evolutions: samples [from, to), each for `sampleS` (part of a long sample, or whole). */
interface Step {
  readonly from: number;
  readonly to: number;
  readonly sampleS: number;
}

function planSteps(waveform: RfWaveform, longestS: number): Step[] {
  const samples = waveform.amplitudeHz.length;
  const sampleS = waveform.durationS / samples;
  if (sampleS > longestS) {
    const parts = Math.ceil(sampleS / longestS);
    return Array.from({ length: samples * parts }, (_, k) => {
      const from = Math.floor(k / parts);
      return { from, to: from + 1, sampleS: sampleS / parts };
    });
  }
  const perStep = Math.min(Math.floor(longestS / sampleS), samples);
  return Array.from({ length: Math.ceil(samples / perStep) }, (_, k) => ({
    from: k * perStep,
    to: Math.min(samples, (k + 1) * perStep),
    sampleS,
  }));
}

/** Gradient area of the samples before and after the pulse's centre, in seconds of nominal gradient. */
function gradientAreasS({ gradient, durationS, amplitudeHz, centreFraction }: RfWaveform): [number, number] {
  const n = amplitudeHz.length;
  let before = 0;
  let total = 0;
  for (let k = 0; k < n; k++) {
    const area = (gradient?.[k] ?? 1) * (durationS / n);
    total += area;
    before += area * Math.min(1, Math.max(0, centreFraction * n - k));
  }
  return [before, total - before];
}

/**
 * Turns U from the frame of the pulse's carrier to that of the simulation, with the pulse's phase counted at its centre, and
 * takes out the precession by the slice gradient before and after the centre, which the sequence's rephasing lobes undo.
 */
function toSimulationFrame(space: SpinSpace, u: ComplexMatrix, setting: PulseSetting): void {
  const { waveform, carrierHz, gradientHz } = setting;
  const [areaBefore, areaAfter] = gradientAreasS(waveform);
  const beforeTurns = carrierHz * waveform.durationS * waveform.centreFraction - gradientHz * areaBefore;
  const afterTurns = carrierHz * waveform.durationS * (1 - waveform.centreFraction) - gradientHz * areaAfter;
  const { twiceM } = space;
  const n = space.dimension;
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const angle = -Math.PI * (afterTurns * (twiceM[row] as number) + beforeTurns * (twiceM[column] as number));
      const c = Math.cos(angle);
      const s = Math.sin(angle);
      const at = row * n + column;
      const re = u.re[at] as number;
      const im = u.im[at] as number;
      u.re[at] = re * c - im * s;
      u.im[at] = re * s + im * c;
    }
  }
}

/** Coupling evolution by duration; only few durations occur. */
function couplingCache(space: SpinSpace): (durationS: number) => CouplingPropagator {
  const steps = couplingSteps(space);
  const known = new Map<number, CouplingPropagator>();
  return (durationS) => {
    const key = Math.round(durationS * 1e15);
    const propagator = known.get(key) ?? couplingPropagator(steps, durationS);
    known.set(key, propagator);
    return propagator;
  };
}

/**
 * Propagator of a pulse with phase 0, from its start to its end.
 * @param checkpoint called between steps; it may throw to cancel
 * @returns dimension × dimension, but for a global phase
 */
export function pulsePropagator(space: SpinSpace, setting: PulseSetting, checkpoint: () => void): ComplexMatrix {
  const n = space.dimension;
  const steps = planSteps(setting.waveform, longestStepS(space, setting));
  const durations = steps.map(({ from, to, sampleS }) => (to - from) * sampleS);
  const couplings = couplingCache(space);
  const rows = space.particles.map((_, i) => levelRows(space, i));
  const largest = Math.max(...space.particles.map((p) => p.twiceSpin + 1));
  const scratch = new Float64Array(2 * n * largest);
  const u = identity(n);
  applyCouplings(u, n, couplings((durations[0] as number) / 2), false, scratch);
  steps.forEach(({ from, to, sampleS }, k) => {
    if (k % 8 === 0) checkpoint();
    space.particles.forEach((particle, i) => {
      const matrix = spinRepresentation(particle.twiceSpin, rotationOf(particle, setting, from, to, sampleS));
      mixRows(u, n, rows[i] as Int32Array, particle.twiceSpin + 1, matrix, scratch);
    });
    const betweenS = ((durations[k] as number) + (durations[k + 1] ?? 0)) / 2;
    applyCouplings(u, n, couplings(betweenS), k % 2 === 0, scratch);
  });
  toSimulationFrame(space, u, setting);
  return u;
}

/** Multiplies ρ by the phases of a turn about z: exp(−iφFz) ρ exp(iφFz), in place. */
function turnAboutZ(twiceM: Float64Array, rho: DensityOperator, phaseRad: number): void {
  const n = twiceM.length;
  if (phaseRad === 0) return;
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const angle = (-phaseRad * ((twiceM[row] as number) - (twiceM[column] as number))) / 2;
      const c = Math.cos(angle);
      const s = Math.sin(angle);
      const at = row * n + column;
      const re = rho.re[at] as number;
      const im = rho.im[at] as number;
      rho.re[at] = re * c - im * s;
      rho.im[at] = re * s + im * c;
    }
  }
}

/** States i with M(i) − M(column) = p, for every column. */
function partners(twiceM: Float64Array, coherenceOrder: number | null): Int32Array[] {
  const states = Array.from(twiceM, (m, state) => [m, state] as const);
  return Array.from(twiceM, (mColumn) =>
    Int32Array.from(
      states.filter(([m]) => coherenceOrder === null || m - mColumn === 2 * coherenceOrder).map(([, state]) => state),
    ),
  );
}

function transposed(x: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[j * n + i] = x[i * n + j] as number;
  return out;
}

/** UρU†, only the elements of one coherence order (all with null). */
function sandwich(
  u: ComplexMatrix,
  rho: DensityOperator,
  twiceM: Float64Array,
  coherenceOrder: number | null,
): DensityOperator {
  const n = twiceM.length;
  const tr = transposed(u.re, n);
  const ti = transposed(u.im, n);
  // (Uρ)ᵀ, so that every inner loop runs along memory; ρ is mostly zeros, as one coherence order survived the delay.
  const hr = new Float64Array(n * n);
  const hi = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      const xr = rho.re[k * n + j] as number;
      const xi = rho.im[k * n + j] as number;
      if (xr === 0 && xi === 0) continue;
      for (let i = 0, a = j * n, b = k * n; i < n; i++, a++, b++) {
        const ur = tr[b] as number;
        const ui = ti[b] as number;
        hr[a] = (hr[a] as number) + ur * xr - ui * xi;
        hi[a] = (hi[a] as number) + ur * xi + ui * xr;
      }
    }
  }
  const out = { re: new Float64Array(n * n), im: new Float64Array(n * n) };
  const kept = partners(twiceM, coherenceOrder);
  for (let column = 0; column < n; column++) {
    const states = kept[column] as Int32Array;
    for (let j = 0; j < n; j++) {
      const ur = u.re[column * n + j] as number;
      const ui = -(u.im[column * n + j] as number);
      for (const i of states) {
        const xr = hr[j * n + i] as number;
        const xi = hi[j * n + i] as number;
        const at = i * n + column;
        out.re[at] = (out.re[at] as number) + xr * ur - xi * ui;
        out.im[at] = (out.im[at] as number) + xr * ui + xi * ur;
      }
    }
  }
  return out;
}

/**
 * Applies a pulse's propagator with a phase.
 * @param u of phase 0 (pulsePropagator)
 * @param coherenceOrder order that the following delay keeps; null: all
 * @returns the new density operator
 */
export function applyPropagator(
  space: SpinSpace,
  rho: DensityOperator,
  u: ComplexMatrix,
  phaseRad: number,
  coherenceOrder: number | null,
): DensityOperator {
  const { twiceM } = space;
  const turned = { re: rho.re.slice(), im: rho.im.slice() };
  turnAboutZ(twiceM, turned, -phaseRad);
  const out = sandwich(u, turned, twiceM, coherenceOrder);
  turnAboutZ(twiceM, out, phaseRad);
  return out;
}
