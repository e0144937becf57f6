// The bandwidth of a pulse as simulated: full width at half effect. The effect is |Mxy| for excitation, and |b|² for
// refocusing (the refocused fraction) and editing (the inverted fraction, (1 − Mz)/2).
import { ModelError } from '../../domain/errors.ts';
import { pulseRotation } from './blochProfile.ts';
import type { RfWaveform } from './rfWaveform.ts';

export type PulseRole = 'excitation' | 'refocusing' | 'editing';

/** Scanning step in units of 1/duration: lobes of a profile are about one unit wide. */
const SCAN_STEP = 0.1;

/** Effect of the pulse at one offset, 0 to 1. */
export function pulseEffect(pulse: RfWaveform, role: PulseRole, offsetHz: number): number {
  const { bRe, bIm } = pulseRotation(pulse, offsetHz);
  const b2 = bRe * bRe + bIm * bIm;
  return role === 'excitation' ? 2 * Math.sqrt(b2 * Math.max(0, 1 - b2)) : b2;
}

/** Offset on one side of the centre at which the effect falls through `level`; Infinity where it never does. */
function crossing(pulse: RfWaveform, role: PulseRole, level: number, side: 1 | -1): number {
  const stepHz = SCAN_STEP / pulse.durationS;
  // Beyond half the step rate the profile repeats itself.
  const limitHz = pulse.amplitudeHz.length / (2 * pulse.durationS);
  let inside = 0;
  let outside = stepHz;
  while (pulseEffect(pulse, role, side * outside) >= level) {
    inside = outside;
    outside += stepHz;
    if (outside > limitHz) return Infinity;
  }
  while (outside - inside > 1e-7 * outside) {
    const middle = (inside + outside) / 2;
    if (pulseEffect(pulse, role, side * middle) >= level) inside = middle;
    else outside = middle;
  }
  return (inside + outside) / 2;
}

/** Whether the steps read the same backwards, in amplitude, phase and gradient. */
export function isSymmetric(pulse: Pick<RfWaveform, 'amplitudeHz' | 'phaseRad' | 'gradient'>): boolean {
  const { amplitudeHz, phaseRad, gradient } = pulse;
  const n = amplitudeHz.length;
  const largest = amplitudeHz.reduce((m, v) => Math.max(m, v), 0);
  for (let i = 0; i < n / 2; i++) {
    const j = n - 1 - i;
    const a = amplitudeHz[i] as number;
    const b = amplitudeHz[j] as number;
    const turn = (phaseRad[i] as number) - (phaseRad[j] as number);
    // Files carry about four digits, hence 1e-3 of the largest B1.
    if (Math.hypot(a * Math.cos(turn) - b, a * Math.sin(turn)) > 1e-3 * largest) return false;
    if (gradient !== null && Math.abs((gradient[i] as number) - (gradient[j] as number)) > 1e-3) return false;
  }
  return true;
}

/**
 * Full width at half of the effect that the pulse has at its centre.
 * @returns [Hz], at nominal gradient; Infinity where the profile doesn't fall within the pulse's own sampling
 * @throws ModelError MODEL_INVALID for a pulse without effect at its centre
 */
export function measureBandwidth(pulse: RfWaveform, role: PulseRole): number {
  const centre = pulseEffect(pulse, role, 0);
  if (!(centre > 1e-6)) {
    throw new ModelError(
      'MODEL_INVALID',
      `The pulse ${pulse.name} has no effect on resonance, so it has no bandwidth.`,
    );
  }
  const right = crossing(pulse, role, centre / 2, 1);
  // A pulse that reads the same backwards acts alike at ±ν: transposing its rotation turns one into the other.
  return right + (isSymmetric(pulse) ? right : crossing(pulse, role, centre / 2, -1));
}
