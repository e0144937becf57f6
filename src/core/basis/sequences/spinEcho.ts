// Spin echo: 90° – TE/2 – 180° – TE/2 – acquisition, ideal pulses; the crushers keep p = +1 → −1.
import { checkTimes, delay, pulse, X_PHASE, Y_PHASE } from './pulseSequence.ts';
import type { PulseSequence } from './pulseSequence.ts';

/**
 * Hahn echo with hard pulses.
 * @param echoTimeS TE
 * @throws ModelError where TE is negative
 */
export function spinEcho(echoTimeS: number): PulseSequence {
  checkTimes('Spin echo', { TE: echoTimeS });
  return {
    family: 'SPIN-ECHO',
    description: 'Spin echo with hard 90° and 180° pulses',
    echoTimeS,
    parameters: { echoTimeS },
    steps: [pulse(90, Y_PHASE), delay(echoTimeS / 2, 1), pulse(180, X_PHASE), delay(echoTimeS / 2, -1)],
    receiverPhaseRad: 0,
  };
}
