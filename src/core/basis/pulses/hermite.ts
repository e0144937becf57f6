// Hermite pulses, a Gaussian times a second-order polynomial: B1(t) ∝ (1 − c x²) exp(−x²), x = t/τ, with c = 0.667 for
// 90° and 0.956 for 180° (Warren, J Chem Phys 1984;81:5437, doi:10.1063/1.447644).
import { calibratedByIntegral, sampleShape } from './amplitudePulse.ts';
import type { DesignTarget } from './amplitudePulse.ts';
import type { PulseRole } from './pulseBandwidth.ts';
import type { RfWaveform } from './rfWaveform.ts';
import { solveBandwidth } from './solveBandwidth.ts';

const EXCITATION_COEFFICIENT = 0.667;
const REFOCUSING_COEFFICIENT = 0.956;
/** τ in pulse durations; at 0.25 the pulse is cut where x = 2 (B1 at −3 to −5 % of its peak). */
const TAU_RANGE = [0.04, 0.25] as const;

/** @throws ModelError MODEL_INVALID where no width gives the bandwidth */
export function hermitePulse(target: DesignTarget, role: PulseRole): RfWaveform {
  const c = role === 'excitation' ? EXCITATION_COEFFICIENT : REFOCUSING_COEFFICIENT;
  const build = (tau: number): RfWaveform =>
    calibratedByIntegral(
      'hermite',
      sampleShape((t) => (1 - c * (t / tau) ** 2) * Math.exp(-((t / tau) ** 2))),
      target,
    );
  return solveBandwidth({ shape: 'hermite', role, range: TAU_RANGE, build }, target.bandwidthHz);
}
