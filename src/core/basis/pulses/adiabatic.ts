// Adiabatic full passages from their modulation functions: frequency integrated to phase, sweep width solved for the
// bandwidth, and B1 set a margin above the least that inverts (Tannús & Garwood, NMR Biomed 1997;10:423,
// doi:10.1002/(SICI)1099-1492(199712)10:8<423::AID-NBM488>3.0.CO;2-X).
import { ModelError } from '../../domain/errors.ts';
import { sampleShape } from './amplitudePulse.ts';
import type { DesignTarget } from './amplitudePulse.ts';
import { leastB1 } from './flipSearch.ts';
import type { PulseRole } from './pulseBandwidth.ts';
import type { RfWaveform } from './rfWaveform.ts';
import { refuseBandwidth, solveBandwidth } from './solveBandwidth.ts';

/** Modulation functions over τ = −1 … 1. */
export interface Modulation {
  readonly name: string;
  /** B1, at most 1. */
  readonly amplitude: (tau: number) => number;
  /** Frequency, −1 … 1, where it doesn't follow from the other two by offset-independent adiabaticity. */
  readonly frequency: ((tau: number) => number) | null;
  /** Slice gradient, at most 1; null: constant. */
  readonly gradient: ((tau: number) => number) | null;
  /** Time-bandwidth products at which the passage is adiabatic and can be sampled. */
  readonly products: readonly [number, number];
}

/** B1 above the least that inverts 99 % in the slice's centre, as scanners leave some for B1 inhomogeneity. */
export const ADIABATIC_MARGIN = 1.2;
const FEWEST_STEPS = 256;
/** Largest phase step at the ends of the sweep. [rad] */
const LARGEST_PHASE_STEP = 0.3;

/**
 * Frequency modulation that passes every offset with the same adiabaticity: F = G ∫ B1²/G dt, −1 … 1 at constant G = 1
 * ends (Tannús & Garwood, J Magn Reson A 1996;120:133).
 */
function offsetIndependentSweep(amplitude: Float64Array, gradient: Float64Array | null): Float64Array {
  const rate = amplitude.map((b1, i) => (b1 * b1) / (gradient === null ? 1 : (gradient[i] as number)));
  const total = rate.reduce((sum, v) => sum + v, 0);
  let before = 0;
  return rate.map((v, i) => {
    const swept = (2 * (before + v / 2)) / total - 1;
    before += v;
    return swept * (gradient === null ? 1 : (gradient[i] as number));
  });
}

/** φ at the middle of each step: 2π ∫ F dt, zero at the pulse's start. */
function phaseOf(frequencyHz: Float64Array, stepS: number): Float64Array {
  let before = 0;
  return frequencyHz.map((f) => {
    const phase = 2 * Math.PI * stepS * (before + f / 2);
    before += f;
    return phase;
  });
}

/**
 * @param role refocusing or editing; a full passage can't excite
 * @returns a pulse that inverts at least 99 % at its centre, at about 1.2 times the least B1 that does
 * @throws ModelError MODEL_INVALID for excitation, flips other than 180° and time-bandwidth products out of range
 */
export function adiabaticFullPassage(modulation: Modulation, target: DesignTarget, role: PulseRole): RfWaveform {
  const { durationS, bandwidthHz } = target;
  if (role === 'excitation' || Math.abs(target.flipRad - Math.PI) > 1e-9) {
    throw new ModelError(
      'MODEL_INVALID',
      `A ${modulation.name} pulse is an adiabatic full passage: it refocuses or inverts by 180° and does nothing else.`,
    );
  }
  const product = durationS * bandwidthHz;
  const [least, most] = modulation.products;
  if (!(product >= least && product <= most)) {
    refuseBandwidth({ shape: modulation.name, role }, durationS, [least / durationS, most / durationS], bandwidthHz);
  }
  const steps = Math.max(FEWEST_STEPS, 2 * Math.ceil((Math.PI * product * 1.1) / LARGEST_PHASE_STEP / 2));
  const sample = (f: (tau: number) => number): Float64Array => sampleShape((t) => f(2 * t), steps);
  const amplitude = sample(modulation.amplitude);
  const gradient = modulation.gradient === null ? null : sample(modulation.gradient);
  const sweep =
    modulation.frequency === null ? offsetIndependentSweep(amplitude, gradient) : sample(modulation.frequency);
  const build = (relativeWidth: number): RfWaveform => {
    const frequencyHz = sweep.map((f) => (f * relativeWidth * bandwidthHz) / 2);
    const phaseRad = phaseOf(frequencyHz, durationS / steps);
    const shape = { name: modulation.name, durationS, phaseRad, gradient, bandwidthHz, centreFraction: 0.5 };
    return leastB1({ ...shape, amplitudeHz: amplitude.map((v) => v / durationS) }, Math.PI, ADIABATIC_MARGIN);
  };
  return solveBandwidth({ shape: modulation.name, role, range: [0.6, 1.6], build }, bandwidthHz);
}
