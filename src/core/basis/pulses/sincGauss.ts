// Sinc pulse with Gaussian apodisation, B1(t) ∝ sinc(W t) exp(−t²/2σ²) (Bernstein, King, Zhou, Handbook of MRI Pulse
// Sequences, 2004, ch. 2.2). W is solved for; σ puts the pulse's ends at 5 % of the envelope.
import { calibratedByIntegral, sampleShape } from './amplitudePulse.ts';
import type { DesignTarget } from './amplitudePulse.ts';
import type { PulseRole } from './pulseBandwidth.ts';
import type { RfWaveform } from './rfWaveform.ts';
import { solveBandwidth } from './solveBandwidth.ts';

const END_LEVEL = 0.05;
/** σ in pulse durations. */
const SIGMA = 0.5 / Math.sqrt(-2 * Math.log(END_LEVEL));
/**
 * W times the duration, up to 30 zero crossings of eight steps each. Below zero there is no sinc and the envelope widens
 * instead, σ to 1 − W times its own: MEGA editing pulses (20 ms, 60 Hz) are narrower than the envelope alone.
 */
const SINC_RANGE = [-4, 30] as const;

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** @throws ModelError MODEL_INVALID where no number of lobes gives the bandwidth */
export function sincGaussPulse(target: DesignTarget, role: PulseRole): RfWaveform {
  const build = (width: number): RfWaveform =>
    calibratedByIntegral(
      'sinc-gauss',
      sampleShape((t) => sinc(Math.max(width, 0) * t) * Math.exp(-0.5 * (t / (SIGMA * (1 - Math.min(width, 0)))) ** 2)),
      target,
    );
  return solveBandwidth({ shape: 'sinc-gauss', role, range: SINC_RANGE, build }, target.bandwidthHz);
}
