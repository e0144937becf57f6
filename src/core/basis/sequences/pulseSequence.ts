// A pulse sequence as data: pulses and delays with the coherence order that survives each delay. New sequences are new
// lists of steps; the engine (simulateMetabolite.ts) knows nothing of them.
import type { SequenceFamily, SpatialRequest } from '../../domain/basisRequest.ts';
import { ModelError } from '../../domain/errors.ts';
import type { RfWaveform } from '../pulses/rfWaveform.ts';

/** Axis of a slice gradient. Axes are averaged over independently, as their gradients are orthogonal. */
export type SliceAxis = 'x' | 'y' | 'z';

/** An instantaneous rotation. */
export interface HardPulse {
  readonly kind: 'pulse';
  readonly flipRad: number;
  readonly phaseRad: number;
  /** Only spins inside are turned: the ideal editing pulse; null turns all. */
  readonly band: { readonly centrePpm: number; readonly widthHz: number } | null;
}

/** A pulse of finite length: shift, coupling and slice gradient act during it. */
export interface ShapedPulse {
  readonly kind: 'shapedPulse';
  readonly waveform: RfWaveform;
  readonly phaseRad: number;
  readonly carrierPpm: number;
  /** Its slice gradient's axis; null: none. */
  readonly axis: SliceAxis | null;
  /** "localisation" pulses define the volume that amplitudes refer to; "editing" pulses act on some metabolites only. */
  readonly role: 'localisation' | 'editing';
}

export interface Delay {
  readonly kind: 'delay';
  readonly durationS: number;
  /** Order p kept by the crusher gradients and phase cycle; null keeps all. */
  readonly coherenceOrder: number | null;
}

export type SequenceStep = HardPulse | ShapedPulse | Delay;

export interface PulseSequence {
  /** Family as matching.ts compares it: "PRESS", "STEAM" … */
  readonly family: SequenceFamily;
  readonly description: string;
  readonly echoTimeS: number;
  /** Timing and pulse facts for the basis card. */
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly steps: readonly SequenceStep[];
  readonly spatial: SpatialRequest;
  /** Chosen so that an uncoupled line is real and positive at the start of acquisition, with ideal pulses. */
  readonly receiverPhaseRad: number;
  /** Signal of an uncoupled proton with ideal pulses; shaped pulses are scaled to it. */
  readonly idealAmplitude: number;
}

export const X_PHASE = 0;
export const Y_PHASE = Math.PI / 2;
/** Ideal pulses have no slices. */
export const NO_SLICES: SpatialRequest = { points: 1, extent: 1 };

/** A hard pulse. @param flipDeg flip angle [°] @param phaseRad X_PHASE or Y_PHASE */
export function pulse(flipDeg: number, phaseRad: number, band: HardPulse['band'] = null): HardPulse {
  return { kind: 'pulse', flipRad: (flipDeg * Math.PI) / 180, phaseRad, band };
}

/** A delay that keeps one coherence order. */
export function delay(durationS: number, coherenceOrder: number | null): Delay {
  return { kind: 'delay', durationS, coherenceOrder };
}

/** @throws ModelError where a time is negative or not finite */
export function checkTimes(sequence: string, timesS: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(timesS)) {
    if (!Number.isFinite(value) || value < 0) {
      throw new ModelError(
        'MODEL_INVALID',
        `${sequence} needs a ${name} of 0 ms or more, and ${Number((value * 1000).toFixed(4))} ms was given.`,
        { sequence, name, value },
      );
    }
  }
}
