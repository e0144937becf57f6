// Spin echo (Hahn 1950, Phys Rev 80:580, doi:10.1103/PhysRev.80.580): 90° – TE/2 – 180° – TE/2 – acquisition; the crushers
// keep p = +1 → −1.
import { checkTimes, Y_PHASE } from './pulseSequence.ts';
import type { PulseSequence } from './pulseSequence.ts';
import { excite, IDEAL_PULSES, pulseParameters, pulseWords, refocus } from './sequencePulses.ts';
import type { SequencePulses } from './sequencePulses.ts';
import { named, timeline } from './timeline.ts';

/**
 * Hahn echo.
 * @param echoTimeS TE
 * @throws ModelError where TE is negative or too short for the pulses
 */
export function spinEcho(echoTimeS: number, pulses: SequencePulses = IDEAL_PULSES): PulseSequence {
  checkTimes('Spin echo', { TE: echoTimeS });
  return {
    family: 'SPIN-ECHO',
    description: `Spin echo with ${pulseWords(pulses.excitation, '90°')} and ${pulseWords(pulses.refocusing, '180°')}`,
    echoTimeS,
    parameters: { echoTimeS, ...pulseParameters(pulses) },
    steps: timeline(
      named('A spin echo', echoTimeS),
      [
        { label: '90° pulse', atS: 0, pulse: excite(pulses, Y_PHASE, 'z'), thenOrder: 1 },
        { label: '180° pulse', atS: echoTimeS / 2, pulse: refocus(pulses, 'x'), thenOrder: -1 },
      ],
      echoTimeS,
    ),
    spatial: pulses.spatial,
    receiverPhaseRad: 0,
    idealAmplitude: 1,
  };
}
