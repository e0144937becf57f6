// Pulse-acquire: 90° – acquisition. With a shaped pulse the acquisition begins at its end.
import { Y_PHASE } from './pulseSequence.ts';
import type { PulseSequence } from './pulseSequence.ts';
import { excite, IDEAL_PULSES, pulseParameters, pulseWords } from './sequencePulses.ts';
import type { SequencePulses } from './sequencePulses.ts';
import { timeline } from './timeline.ts';

/** One 90° pulse and acquisition at once. */
export function pulseAcquire(pulses: SequencePulses = IDEAL_PULSES): PulseSequence {
  const { excitation } = pulses;
  const endS = excitation === null ? 0 : excitation.durationS * (1 - excitation.centreFraction);
  return {
    family: 'PULSE-ACQUIRE',
    description: `Pulse-acquire with ${pulseWords(excitation, '90°')}, acquisition without delay`,
    echoTimeS: 0,
    parameters: pulseParameters(pulses),
    steps: timeline(
      'Pulse-acquire',
      [{ label: '90° pulse', atS: 0, pulse: excite(pulses, Y_PHASE, 'z'), thenOrder: -1 }],
      endS,
    ),
    spatial: pulses.spatial,
    receiverPhaseRad: 0,
    idealAmplitude: 1,
  };
}
