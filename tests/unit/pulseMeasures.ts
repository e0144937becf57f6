// What the tests of RF pulses share: designing a pulse, scaling it, and measuring its profile.
import { pulseProfile } from '../../src/core/basis/pulses/blochProfile.ts';
import { designPulse } from '../../src/core/basis/pulses/designPulse.ts';
import type { RfWaveform } from '../../src/core/basis/pulses/rfWaveform.ts';
import type { PulseRequest, PulseShape } from '../../src/core/domain/basisRequest.ts';

export type Role = 'excitation' | 'refocusing' | 'editing';

export function design(request: PulseRequest, role: Role): RfWaveform {
  const pulse = designPulse(request, role);
  if (pulse === null) throw new Error('No pulse.');
  return pulse;
}

export function shaped(
  shape: PulseShape,
  durationS: number,
  bandwidthHz: number,
  role: Role,
  flipDeg?: number,
): RfWaveform {
  return design({ shape, durationS, bandwidthHz, ...(flipDeg === undefined ? {} : { flipDeg }) }, role);
}

export function hardPulse(amplitudeHz: number[], phaseRad: number[], durationS: number): RfWaveform {
  return {
    name: 'test',
    durationS,
    amplitudeHz: Float64Array.from(amplitudeHz),
    phaseRad: Float64Array.from(phaseRad),
    gradient: null,
    bandwidthHz: 1,
    centreFraction: 0.5,
  };
}

export const scaled = (pulse: RfWaveform, by: number): RfWaveform => ({
  ...pulse,
  amplitudeHz: pulse.amplitudeHz.map((v) => v * by),
});

/** |Mxy| for excitation, else |b|². */
export function effects(pulse: RfWaveform, role: Role, offsetsHz: number[], shiftHz = 0): number[] {
  const profile = pulseProfile(pulse, offsetsHz, shiftHz);
  return role === 'excitation'
    ? offsetsHz.map((_, i) => Math.hypot(profile.mxyRe[i]!, profile.mxyIm[i]!))
    : [...profile.refocused];
}

/** Full width at half of the central effect on a fine grid, an independent measurement of the bandwidth. */
export function widthOnGrid(pulse: RfWaveform, role: Role): number {
  const stepHz = pulse.bandwidthHz / 2000;
  const [centre] = effects(pulse, role, [0]) as [number];
  let width = 0;
  for (const side of [-1, 1]) {
    let k = 0;
    while (effects(pulse, role, [side * k * stepHz])[0]! >= centre / 2) k++;
    width += (k - 0.5) * stepHz;
  }
  return width;
}
