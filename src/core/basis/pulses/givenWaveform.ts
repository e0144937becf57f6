// A pulse from an RF waveform of a file: B1 scaled to the flip angle, bandwidth and centre measured by simulation.
import type { WaveformData } from '../../domain/basisRequest.ts';
import { ModelError } from '../../domain/errors.ts';
import { pulseRotation } from './blochProfile.ts';
import { leastB1, withB1 } from './flipSearch.ts';
import { isSymmetric, measureBandwidth } from './pulseBandwidth.ts';
import type { PulseRole } from './pulseBandwidth.ts';
import type { RfWaveform } from './rfWaveform.ts';

/** Most steps that a waveform may have. */
export const MOST_STEPS = 100_000;
/** Sine of the largest phase deviation of a pulse that turns about one axis; files carry about four digits. */
const ONE_AXIS = 5e-3;
/** Steps below this B1, relative to the largest, have no phase worth looking at. */
const SILENT = 1e-3;

function invalid(message: string): never {
  throw new ModelError('MODEL_INVALID', message);
}

function checkWaveform(waveform: WaveformData): void {
  const { name, amplitude, phaseRad, gradient } = waveform;
  const steps = amplitude.length;
  if (steps < 2 || steps > MOST_STEPS) invalid(`The pulse ${name} has ${steps} steps, not 2 to ${MOST_STEPS}.`);
  if (phaseRad.length !== steps || (gradient !== null && gradient.length !== steps)) {
    invalid(`The pulse ${name} has not as many phases or gradient values as amplitudes.`);
  }
  if (![amplitude, phaseRad, gradient ?? []].every((column) => column.every(Number.isFinite))) {
    invalid(`The pulse ${name} holds values that are not numbers.`);
  }
  if (amplitude.every((v) => v === 0)) invalid(`The pulse ${name} has no amplitude other than zero.`);
}

/** Signed B1 about the axis of the strongest step where all steps share it, else null. */
function aboutOneAxis(pulse: RfWaveform): Float64Array | null {
  const { amplitudeHz, phaseRad } = pulse;
  const largest = amplitudeHz.reduce((m, v) => Math.max(m, v), 0);
  const axis = phaseRad[amplitudeHz.indexOf(largest)] as number;
  const signed = new Float64Array(amplitudeHz.length);
  for (let i = 0; i < signed.length; i++) {
    const turn = (phaseRad[i] as number) - axis;
    const b1 = amplitudeHz[i] as number;
    if (b1 > SILENT * largest && Math.abs(Math.sin(turn)) > ONE_AXIS) return null;
    signed[i] = b1 * Math.cos(turn);
  }
  return signed;
}

function calibrated(pulse: RfWaveform, flipRad: number): RfWaveform {
  const signed = aboutOneAxis(pulse);
  if (signed === null) return leastB1(pulse, flipRad);
  const integral = Math.abs(signed.reduce((sum, v) => sum + v, 0));
  if (integral < 1e-3 * pulse.amplitudeHz.reduce((sum, v) => sum + v, 0)) {
    invalid(`The pulse ${pulse.name} has no effect on resonance, so its flip angle can't be set.`);
  }
  return withB1(pulse, flipRad / (2 * Math.PI * (pulse.durationS / signed.length) * integral));
}

/**
 * Instant from which delays are counted, by the slope of phase over offset about the centre. After an excitation at t₀
 * the phase of Mxy = 2āb rises by 2π(T − t₀) per Hz; a refocusing one turns M∓ by −b², whose phase rises by 2π(T − 2t₀).
 */
function centreFraction(pulse: RfWaveform, role: PulseRole): number {
  if (role === 'editing' || isSymmetric(pulse)) return 0.5;
  const phase = (offsetHz: number): number => {
    const { aRe, aIm, bRe, bIm } = pulseRotation(pulse, offsetHz);
    return role === 'excitation'
      ? Math.atan2(aRe * bIm - aIm * bRe, aRe * bRe + aIm * bIm)
      : Math.atan2(2 * bRe * bIm, bRe * bRe - bIm * bIm);
  };
  // Close enough that the phase can't wrap: |slope| is at most 2πT, that is π/5 over this interval.
  const stepHz = 0.05 / pulse.durationS;
  const turn = phase(stepHz) - phase(-stepHz);
  const delay = Math.atan2(Math.sin(turn), Math.cos(turn)) / (2 * Math.PI * 2 * stepHz * pulse.durationS);
  const fraction = role === 'excitation' ? 1 - delay : (1 - delay) / 2;
  return Math.min(1, Math.max(0, fraction));
}

/**
 * @param waveform of any scale; negative amplitudes are read as phase π
 * @returns the pulse with bandwidthHz as simulated: full width at half effect
 * @throws ModelError MODEL_INVALID for a broken waveform, or one that can't reach the flip angle
 */
export function waveformPulse(
  waveform: WaveformData,
  target: { readonly durationS: number; readonly flipRad: number },
  role: PulseRole,
): RfWaveform {
  checkWaveform(waveform);
  const raw = {
    name: waveform.name,
    durationS: target.durationS,
    amplitudeHz: Float64Array.from(waveform.amplitude, (v) => Math.abs(v) / target.durationS),
    phaseRad: Float64Array.from(waveform.phaseRad, (v, i) => ((waveform.amplitude[i] as number) < 0 ? v + Math.PI : v)),
    gradient: waveform.gradient === null ? null : Float64Array.from(waveform.gradient),
    bandwidthHz: 0,
    centreFraction: 0.5,
  };
  const pulse = calibrated(raw, target.flipRad);
  const bandwidthHz = measureBandwidth(pulse, role);
  if (!Number.isFinite(bandwidthHz)) {
    invalid(
      `The pulse ${pulse.name} of ${pulse.amplitudeHz.length} steps is too coarse for its bandwidth to be found.`,
    );
  }
  return { ...pulse, bandwidthHz, centreFraction: centreFraction(pulse, role) };
}
