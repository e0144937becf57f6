// Truncated Gaussian pulse, B1(t) ∝ exp(−t²/2σ²) (Bauer, Freeman, Frenkiel, Keeler, Shaka, J Magn Reson 1984;58:442).
import { calibratedByIntegral, sampleShape } from './amplitudePulse.ts';
import type { DesignTarget } from './amplitudePulse.ts';
import type { PulseRole } from './pulseBandwidth.ts';
import type { RfWaveform } from './rfWaveform.ts';
import { solveBandwidth } from './solveBandwidth.ts';

/** σ in pulse durations: from a pulse that is over long before its ends to one cut at 88 % of its height. */
const SIGMA_RANGE = [0.05, 1] as const;

/** @throws ModelError MODEL_INVALID where no width gives the bandwidth */
export function gaussianPulse(target: DesignTarget, role: PulseRole): RfWaveform {
  const build = (sigma: number): RfWaveform =>
    calibratedByIntegral(
      'gaussian',
      sampleShape((t) => Math.exp(-0.5 * (t / sigma) ** 2)),
      target,
    );
  return solveBandwidth({ shape: 'gaussian', role, range: SIGMA_RANGE, build }, target.bandwidthHz);
}
