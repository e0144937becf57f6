// Calibrates pulses whose flip angle doesn't follow from the integral of B1: the least B1 that does what is asked on
// resonance, by simulation. For inversion that means 99 % of the magnetisation.
import { ModelError } from '../../domain/errors.ts';
import { pulseEffect } from './pulseBandwidth.ts';
import type { RfWaveform } from './rfWaveform.ts';

/** Inverted fraction, (1 − Mz)/2, that counts as inversion. */
export const INVERTED_FRACTION = 0.99;
/** Geometric step of the search, and how far above the least possible B1 it goes. */
const GROWTH = 1.02;
const FARTHEST = 200;

/** The pulse with its B1 scaled. */
export function withB1(pulse: RfWaveform, scale: number): RfWaveform {
  return { ...pulse, amplitudeHz: pulse.amplitudeHz.map((v) => v * scale) };
}

/**
 * The pulse at the least B1 that reaches a flip angle on resonance, whatever axes it turns about.
 * @param pulse of any B1
 * @param flipRad 180° asks for an inverted fraction of 99 %
 * @param margin factor above the least B1; more where the inverted fraction falls short there
 * @throws ModelError MODEL_INVALID where no B1 reaches it
 */
export function leastB1(pulse: RfWaveform, flipRad: number, margin = 1): RfWaveform {
  const wanted = Math.min(Math.sin(flipRad / 2) ** 2, INVERTED_FRACTION);
  const inverted = (scale: number): number => pulseEffect(withB1(pulse, scale), 'editing', 0);
  // No pulse turns by more than the integral of |B1|, so that nothing below this can reach the flip angle.
  const stepS = pulse.durationS / pulse.amplitudeHz.length;
  const least = flipRad / (2 * Math.PI * stepS * pulse.amplitudeHz.reduce((sum, v) => sum + v, 0));
  let low = 0.8 * least;
  let high = low;
  while (inverted(high) < wanted) {
    low = high;
    high *= GROWTH;
    if (high > FARTHEST * least) {
      throw new ModelError(
        'MODEL_INVALID',
        `The pulse ${pulse.name} reaches no flip angle of ${Math.round((180 * flipRad) / Math.PI)}° on resonance at any B1.`,
      );
    }
  }
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (inverted(middle) < wanted) low = middle;
    else high = middle;
  }
  let scale = high * margin;
  while (inverted(scale) < wanted) scale *= GROWTH;
  return withB1(pulse, scale);
}
