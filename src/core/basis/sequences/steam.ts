// STEAM (Frahm 1987, J Magn Reson 72:502, doi:10.1016/0022-2364(87)90154-5) with ideal pulses:
// 90° – TE/2 – 90° – TM – 90° – TE/2 – acquisition; the gradients keep p = +1 → 0 → −1. Homonuclear zero-quantum coherence
// has p = 0 and survives, as it does on the scanner. The stimulated echo has half the signal of a spin echo.
import { checkTimes, delay, pulse, Y_PHASE } from './pulseSequence.ts';
import type { PulseSequence } from './pulseSequence.ts';

/**
 * STEAM with hard pulses.
 * @param echoTimeS TE
 * @param mixingTimeS TM
 * @throws ModelError where a time is negative
 */
export function steam(echoTimeS: number, mixingTimeS: number): PulseSequence {
  checkTimes('STEAM', { TE: echoTimeS, TM: mixingTimeS });
  return {
    family: 'STEAM',
    description: 'STEAM with three hard 90° pulses',
    echoTimeS,
    parameters: { echoTimeS, mixingTimeS },
    steps: [
      pulse(90, Y_PHASE),
      delay(echoTimeS / 2, 1),
      pulse(90, Y_PHASE),
      delay(mixingTimeS, 0),
      pulse(90, Y_PHASE),
      delay(echoTimeS / 2, -1),
    ],
    // The third pulse about the same axis turns the stored −Mz to −x.
    receiverPhaseRad: Math.PI,
  };
}
