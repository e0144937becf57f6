// PRESS (Bottomley 1987, Ann N Y Acad Sci 508:333, doi:10.1111/j.1749-6632.1987.tb32915.x) with ideal pulses:
// 90° – TE1/2 – 180° – (TE1+TE2)/2 – 180° – TE2/2 – acquisition; the crushers keep p = −1 → +1 → −1.
import { checkTimes, delay, pulse, X_PHASE, Y_PHASE } from './pulseSequence.ts';
import type { PulseSequence } from './pulseSequence.ts';

/**
 * PRESS with hard pulses (no chemical-shift displacement, no finite pulse length).
 * @param te1S,te2S echo times of the two spin echoes; TE = TE1 + TE2
 * @throws ModelError where one is negative
 */
export function press(te1S: number, te2S: number): PulseSequence {
  checkTimes('PRESS', { TE1: te1S, TE2: te2S });
  return {
    family: 'PRESS',
    description: 'PRESS with hard 90° and 180° pulses',
    echoTimeS: te1S + te2S,
    parameters: { te1S, te2S },
    steps: [
      pulse(90, Y_PHASE),
      delay(te1S / 2, -1),
      pulse(180, X_PHASE),
      delay((te1S + te2S) / 2, 1),
      pulse(180, X_PHASE),
      delay(te2S / 2, -1),
    ],
    receiverPhaseRad: 0,
  };
}
