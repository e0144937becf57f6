// Pulse-acquire: 90° – acquisition.
import { delay, pulse, Y_PHASE } from './pulseSequence.ts';
import type { PulseSequence } from './pulseSequence.ts';

/** One hard 90° pulse and acquisition at once. */
export function pulseAcquire(): PulseSequence {
  return {
    family: 'PULSE-ACQUIRE',
    description: 'Hard 90° pulse, acquisition without delay',
    echoTimeS: 0,
    parameters: {},
    steps: [pulse(90, Y_PHASE), delay(0, -1)],
    receiverPhaseRad: 0,
  };
}
