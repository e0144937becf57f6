// The pulses a sequence is played with: ideal (hard) or shaped, and what each step becomes with them.
import type { SpatialRequest } from '../../domain/basisRequest.ts';
import type { RfWaveform } from '../pulses/rfWaveform.ts';
import { NO_SLICES, pulse, X_PHASE } from './pulseSequence.ts';
import type { HardPulse, ShapedPulse, SliceAxis } from './pulseSequence.ts';

export interface SequencePulses {
  /** 90° pulse; null: ideal. */
  readonly excitation: RfWaveform | null;
  /** 180° pulse; null: ideal. */
  readonly refocusing: RfWaveform | null;
  /** Shift at which slices are centred. [ppm] */
  readonly carrierPpm: number;
  readonly spatial: SpatialRequest;
}

export const IDEAL_PULSES: SequencePulses = {
  excitation: null,
  refocusing: null,
  carrierPpm: 3,
  spatial: NO_SLICES,
};

/** An editing pulse: a waveform, or ideal, turning every spin within a band by 180°. */
export interface EditingPulse {
  readonly waveform: RfWaveform | null;
  readonly centrePpm: number;
  readonly widthHz: number;
}

function shaped(waveform: RfWaveform, phaseRad: number, carrierPpm: number, axis: SliceAxis | null): ShapedPulse {
  return { kind: 'shapedPulse', waveform, phaseRad, carrierPpm, axis, role: 'localisation' };
}

/** The 90° pulse of a sequence. */
export function excite(pulses: SequencePulses, phaseRad: number, axis: SliceAxis | null): HardPulse | ShapedPulse {
  const { excitation, carrierPpm } = pulses;
  return excitation === null ? pulse(90, phaseRad) : shaped(excitation, phaseRad, carrierPpm, axis);
}

/** A 180° pulse of a sequence. */
export function refocus(pulses: SequencePulses, axis: SliceAxis | null): HardPulse | ShapedPulse {
  const { refocusing, carrierPpm } = pulses;
  return refocusing === null ? pulse(180, X_PHASE) : shaped(refocusing, X_PHASE, carrierPpm, axis);
}

/** An editing pulse; it has no slice. */
export function edit({ waveform, centrePpm, widthHz }: EditingPulse): HardPulse | ShapedPulse {
  if (waveform === null) return pulse(180, X_PHASE, { centrePpm, widthHz });
  return { ...shaped(waveform, X_PHASE, centrePpm, null), role: 'editing' };
}

const ms = (seconds: number): string => `${Number((seconds * 1000).toFixed(2))} ms`;

/** @returns e.g. "slr 180° pulses of 5.2 ms, 1200 Hz" for the basis card */
export function pulseWords(waveform: RfWaveform | null, angle: string): string {
  if (waveform === null) return `hard ${angle} pulses`;
  return `${waveform.name} ${angle} pulses of ${ms(waveform.durationS)}, ${waveform.bandwidthHz.toFixed(0)} Hz`;
}

/** Facts of shaped pulses for the basis card; nothing for ideal ones. */
export function pulseParameters(pulses: SequencePulses): Record<string, number | string> {
  const facts: Record<string, number | string> = {};
  for (const role of ['excitation', 'refocusing'] as const) {
    const waveform = pulses[role];
    if (waveform === null) continue;
    facts[`${role}Pulse`] = waveform.name;
    facts[`${role}DurationS`] = waveform.durationS;
    facts[`${role}BandwidthHz`] = Number(waveform.bandwidthHz.toPrecision(6));
  }
  if (Object.keys(facts).length > 0) {
    facts['carrierPpm'] = pulses.carrierPpm;
    facts['spatialPointsPerAxis'] = pulses.spatial.points;
    facts['spatialExtentSlices'] = pulses.spatial.extent;
  }
  return facts;
}
