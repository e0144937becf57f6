// The noise of an edited scan's OFF beside its difference.
import type { FitInput } from '../../ports/fitRunner.ts';

/**
 * Noise SD of `editOff` per real channel and time point, where it can't be measured there any more.
 * @returns null where it can: the spectra were not denoised
 */
export function editOffNoiseSd({ isDenoised, noiseSd }: FitInput): number | null {
  // Of ON and OFF together the difference has √2 times the noise of either.
  return isDenoised === true && noiseSd !== null ? noiseSd / Math.SQRT2 : null;
}
