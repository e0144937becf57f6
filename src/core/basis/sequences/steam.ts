// STEAM (Frahm 1987, J Magn Reson 72:502, doi:10.1016/0022-2364(87)90154-5):
// 90° – TE/2 – 90° – TM – 90° – TE/2 – acquisition; the gradients keep p = +1 → 0 → −1. Homonuclear zero-quantum coherence
// has p = 0 and survives, as it does on the scanner. The stimulated echo has half the signal of a spin echo.
import { checkTimes, Y_PHASE } from './pulseSequence.ts';
import type { PulseSequence } from './pulseSequence.ts';
import { excite, IDEAL_PULSES, pulseParameters, pulseWords } from './sequencePulses.ts';
import type { SequencePulses } from './sequencePulses.ts';
import { named, timeline } from './timeline.ts';

/**
 * STEAM.
 * @param echoTimeS TE
 * @param mixingTimeS TM
 * @throws ModelError where a time is negative or too short for the pulses
 */
export function steam(echoTimeS: number, mixingTimeS: number, pulses: SequencePulses = IDEAL_PULSES): PulseSequence {
  checkTimes('STEAM', { TE: echoTimeS, TM: mixingTimeS });
  const secondS = echoTimeS / 2;
  const thirdS = secondS + mixingTimeS;
  return {
    family: 'STEAM',
    description: `STEAM with three ${pulseWords(pulses.excitation, '90°')}`,
    echoTimeS,
    parameters: { echoTimeS, mixingTimeS, ...pulseParameters(pulses) },
    steps: timeline(
      named('STEAM', echoTimeS),
      [
        { label: 'first 90° pulse', atS: 0, pulse: excite(pulses, Y_PHASE, 'x'), thenOrder: 1 },
        { label: 'second 90° pulse', atS: secondS, pulse: excite(pulses, Y_PHASE, 'y'), thenOrder: 0 },
        { label: 'third 90° pulse', atS: thirdS, pulse: excite(pulses, Y_PHASE, 'z'), thenOrder: -1 },
      ],
      thirdS + echoTimeS / 2,
    ),
    spatial: pulses.spatial,
    // The third pulse about the same axis turns the stored −Mz to −x.
    receiverPhaseRad: Math.PI,
    idealAmplitude: 0.5,
  };
}
