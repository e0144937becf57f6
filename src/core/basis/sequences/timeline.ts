// From pulses at their instants to steps: the delays are what the pulses' lengths leave over.
import { ModelError } from '../../domain/errors.ts';
import { delay } from './pulseSequence.ts';
import type { HardPulse, SequenceStep, ShapedPulse } from './pulseSequence.ts';

export interface TimedPulse {
  /** For messages: "second 180° pulse". */
  readonly label: string;
  /** When the pulse acts (its centre); the excitation acts at 0. [s] */
  readonly atS: number;
  readonly pulse: HardPulse | ShapedPulse;
  /** Coherence order kept after the pulse; null keeps all. */
  readonly thenOrder: number | null;
}

function lengths(pulse: HardPulse | ShapedPulse): { readonly beforeS: number; readonly afterS: number } {
  if (pulse.kind === 'pulse') return { beforeS: 0, afterS: 0 };
  const { durationS, centreFraction } = pulse.waveform;
  return { beforeS: durationS * centreFraction, afterS: durationS * (1 - centreFraction) };
}

/** Rounding of sums of times. [s] */
const ROUNDING_S = 1e-9;

/**
 * Steps of a sequence.
 * @param sequence e.g. "PRESS with TE 30 ms", for messages
 * @param pulses in order of time
 * @param endS start of acquisition
 * @throws ModelError where pulses overlap each other or acquisition
 */
export function timeline(sequence: string, pulses: readonly TimedPulse[], endS: number): SequenceStep[] {
  return pulses.flatMap((timed, i): SequenceStep[] => {
    const next = pulses[i + 1];
    const freeAtS = timed.atS + lengths(timed.pulse).afterS;
    const busyAtS = next === undefined ? endS : next.atS - lengths(next.pulse).beforeS;
    const gapS = busyAtS - freeAtS;
    if (gapS < -ROUNDING_S) {
      const missing = Number((-gapS * 1000).toFixed(2));
      throw new ModelError(
        'MODEL_INVALID',
        `${sequence} is too short for its pulses: between the ${timed.label} and the ${next?.label ?? 'acquisition'} ` +
          `${missing} ms are missing.`,
        { sequence, missingMs: missing },
      );
    }
    return [timed.pulse, delay(Math.max(0, gapS), timed.thenOrder)];
  });
}

/** @returns "PRESS with TE 30 ms" */
export function named(family: string, echoTimeS: number): string {
  return `${family} with TE ${Number((echoTimeS * 1000).toFixed(3))} ms`;
}
