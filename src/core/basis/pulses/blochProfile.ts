// What a pulse does to one spin-½ at each offset, relaxation neglected: SU(2) propagation in Cayley–Klein parameters
// (Pauly et al., IEEE Trans Med Imaging 1991;10:53, doi:10.1109/42.75611). U = [[a, −b̄], [b, ā]] is the product over
// the steps of exp(−2πi Δt (ν Iz + ν1 (cos φ Ix + sin φ Iy))), so that a positive offset ν meets a rising phase φ.
import type { RfWaveform } from './rfWaveform.ts';

/** The rotation of a whole pulse: U = [[a, −b̄], [b, ā]]. */
export interface CayleyKlein {
  readonly aRe: number;
  readonly aIm: number;
  readonly bRe: number;
  readonly bIm: number;
}

/**
 * Rotation of one spin by a pulse.
 * @param offsetHz distance from the slice's centre in Hz at nominal gradient; scaled by the gradient of each step
 * @param shiftHz resonance offset that no gradient scales, such as a chemical shift
 */
export function pulseRotation(pulse: RfWaveform, offsetHz: number, shiftHz = 0): CayleyKlein {
  const { amplitudeHz, phaseRad, gradient } = pulse;
  const steps = amplitudeHz.length;
  const halfStep = (Math.PI * pulse.durationS) / steps;
  let aRe = 1;
  let aIm = 0;
  let bRe = 0;
  let bIm = 0;
  for (let k = 0; k < steps; k++) {
    const nu = (gradient === null ? offsetHz : offsetHz * (gradient[k] as number)) + shiftHz;
    const nu1 = amplitudeHz[k] as number;
    const effective = Math.hypot(nu, nu1);
    const half = halfStep * effective;
    const c = Math.cos(half);
    const s = effective === 0 ? 0 : Math.sin(half) / effective;
    const phase = phaseRad[k] as number;
    // Of this step: p = c − i s ν, q = −i s ν1 e^{iφ}
    const pIm = -s * nu;
    const qRe = s * nu1 * Math.sin(phase);
    const qIm = -s * nu1 * Math.cos(phase);
    const aReNext = c * aRe - pIm * aIm - (qRe * bRe + qIm * bIm);
    const aImNext = c * aIm + pIm * aRe - (qRe * bIm - qIm * bRe);
    const bReNext = qRe * aRe - qIm * aIm + c * bRe + pIm * bIm;
    const bImNext = qRe * aIm + qIm * aRe + c * bIm - pIm * bRe;
    aRe = aReNext;
    aIm = aImNext;
    bRe = bReNext;
    bIm = bImNext;
  }
  return { aRe, aIm, bRe, bIm };
}

/** Profiles over the offsets, each of their length. */
export interface PulseProfile {
  readonly offsetsHz: Float64Array;
  /** Mx + iMy after the pulse, of equilibrium Mz = 1. */
  readonly mxyRe: Float64Array;
  readonly mxyIm: Float64Array;
  /** Mz after the pulse, of Mz = 1: −1 is full inversion. */
  readonly mz: Float64Array;
  /** |b|²: the fraction of transverse magnetisation that the pulse refocuses between crushers. */
  readonly refocused: Float64Array;
}

/**
 * Simulates a pulse over offsets.
 * @param offsetsHz along the slice at nominal gradient: relative position times `pulse.bandwidthHz`
 * @param shiftHz chemical shift from the pulse's carrier, the same at every position
 */
export function pulseProfile(pulse: RfWaveform, offsetsHz: ArrayLike<number>, shiftHz = 0): PulseProfile {
  const n = offsetsHz.length;
  const profile = {
    offsetsHz: Float64Array.from(offsetsHz),
    mxyRe: new Float64Array(n),
    mxyIm: new Float64Array(n),
    mz: new Float64Array(n),
    refocused: new Float64Array(n),
  };
  for (let i = 0; i < n; i++) {
    const { aRe, aIm, bRe, bIm } = pulseRotation(pulse, offsetsHz[i] as number, shiftHz);
    const refocused = bRe * bRe + bIm * bIm;
    profile.mxyRe[i] = 2 * (aRe * bRe + aIm * bIm);
    profile.mxyIm[i] = 2 * (aRe * bIm - aIm * bRe);
    profile.mz[i] = 1 - 2 * refocused;
    profile.refocused[i] = refocused;
  }
  return profile;
}
