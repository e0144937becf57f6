// PRESS (Bottomley 1987, Ann N Y Acad Sci 508:333, doi:10.1111/j.1749-6632.1987.tb32915.x):
// 90° – TE1/2 – 180° – (TE1+TE2)/2 – 180° – TE2/2 – acquisition; the crushers keep p = −1 → +1 → −1.
import { checkTimes, Y_PHASE } from './pulseSequence.ts';
import type { PulseSequence } from './pulseSequence.ts';
import { excite, IDEAL_PULSES, pulseParameters, pulseWords, refocus } from './sequencePulses.ts';
import type { SequencePulses } from './sequencePulses.ts';
import { named, timeline } from './timeline.ts';

/**
 * PRESS.
 * @param te1S,te2S echo times of the two spin echoes; TE = TE1 + TE2
 * @throws ModelError where one is negative or too short for the pulses
 */
export function press(te1S: number, te2S: number, pulses: SequencePulses = IDEAL_PULSES): PulseSequence {
  checkTimes('PRESS', { TE1: te1S, TE2: te2S });
  const echoTimeS = te1S + te2S;
  return {
    family: 'PRESS',
    description: `PRESS with ${pulseWords(pulses.excitation, '90°')} and ${pulseWords(pulses.refocusing, '180°')}`,
    echoTimeS,
    parameters: { te1S, te2S, ...pulseParameters(pulses) },
    steps: timeline(
      named('PRESS', echoTimeS),
      [
        { label: '90° pulse', atS: 0, pulse: excite(pulses, Y_PHASE, 'z'), thenOrder: -1 },
        { label: 'first 180° pulse', atS: te1S / 2, pulse: refocus(pulses, 'x'), thenOrder: 1 },
        { label: 'second 180° pulse', atS: te1S + te2S / 2, pulse: refocus(pulses, 'y'), thenOrder: -1 },
      ],
      echoTimeS,
    ),
    spatial: pulses.spatial,
    receiverPhaseRad: 0,
    idealAmplitude: 1,
  };
}
