// Pulses of real-valued shape: on resonance all steps turn about one axis, so that the flip angle is 2π Σ ν1 Δt.
import type { RfWaveform } from './rfWaveform.ts';

/** Steps of a designed amplitude-modulated pulse. */
export const AMPLITUDE_STEPS = 256;

/** What every designer of a shape is given. */
export interface DesignTarget {
  readonly durationS: number;
  /** Full width at half effect. [Hz] */
  readonly bandwidthHz: number;
  readonly flipRad: number;
}

/** Samples a shape at the middle of each step. @param shape of t/duration, −½ to ½ */
export function sampleShape(shape: (t: number) => number, steps = AMPLITUDE_STEPS): Float64Array {
  return Float64Array.from({ length: steps }, (_, i) => shape((i + 0.5) / steps - 0.5));
}

/**
 * A pulse of a signed shape with its B1 scaled so that the on-resonance flip is exact. Negative steps get phase π.
 * @param signed relative B1 of each step
 * @returns a pulse centred at ½, with bandwidthHz as given
 */
export function calibratedByIntegral(name: string, signed: Float64Array, target: DesignTarget): RfWaveform {
  const stepS = target.durationS / signed.length;
  const scale = target.flipRad / (2 * Math.PI * stepS * signed.reduce((sum, v) => sum + v, 0));
  return {
    name,
    durationS: target.durationS,
    amplitudeHz: signed.map((v) => Math.abs(scale * v)),
    phaseRad: signed.map((v) => (scale * v < 0 ? Math.PI : 0)),
    gradient: null,
    bandwidthHz: target.bandwidthHz,
    centreFraction: 0.5,
  };
}
