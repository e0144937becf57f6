// A pulse sequence as data: hard pulses and delays with the coherence order that survives each delay. New sequences are
// new lists of steps; the engine (simulateMetabolite.ts) knows nothing of them.
import { ModelError } from '../../domain/errors.ts';

export type SequenceStep =
  | { readonly kind: 'pulse'; readonly flipRad: number; readonly phaseRad: number }
  | {
      readonly kind: 'delay';
      readonly durationS: number;
      /** Order p kept by the crusher gradients and phase cycle; null keeps all. */
      readonly coherenceOrder: number | null;
    };

export interface PulseSequence {
  /** Family as matching.ts compares it: "PRESS", "STEAM" … */
  readonly family: string;
  readonly description: string;
  readonly echoTimeS: number;
  /** Timing and pulse facts for the basis card. */
  readonly parameters: Readonly<Record<string, number | string>>;
  readonly steps: readonly SequenceStep[];
  /** Chosen so that an uncoupled line is real and positive at the start of acquisition. */
  readonly receiverPhaseRad: number;
}

export const X_PHASE = 0;
export const Y_PHASE = Math.PI / 2;

/** A hard pulse. @param flipDeg flip angle [°] @param phaseRad X_PHASE or Y_PHASE */
export function pulse(flipDeg: number, phaseRad: number): SequenceStep {
  return { kind: 'pulse', flipRad: (flipDeg * Math.PI) / 180, phaseRad };
}

/** A delay that keeps one coherence order. */
export function delay(durationS: number, coherenceOrder: number | null): SequenceStep {
  return { kind: 'delay', durationS, coherenceOrder };
}

/** @throws ModelError where a time is negative or not finite */
export function checkTimes(sequence: string, timesS: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(timesS)) {
    if (!Number.isFinite(value) || value < 0) {
      throw new ModelError('MODEL_INVALID', `${sequence} needs a ${name} of 0 s or more, and ${value} s was given.`, {
        sequence,
        name,
        value,
      });
    }
  }
}
