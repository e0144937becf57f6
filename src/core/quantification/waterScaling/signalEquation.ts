// What relaxation leaves of a signal: transverse exp(−TE/T2), longitudinal 1 − exp(−TR/T1) (Gasparovic 2006,
// doi:10.1002/mrm.20901; Near 2021, doi:10.1002/nbm.4257), for STEAM also exp(−TM/T1); or, on request, the steady state of
// Mz with ideal pulses at their times.
import type { ScanTiming } from '../../domain/quantitySettings.ts';

export type { ScanTiming };

/** Transverse part. */
export function transverseFactor(echoTimeS: number, t2S: number): number {
  return Math.exp(-echoTimeS / t2S);
}

/**
 * Times after excitation of the 180° pulses of one repetition, evenly spaced as echoes ask for: n pulses at (2k − 1)/2n
 * of the echo time (PRESS with TE1 = TE2; sLASER's and LASER's trains likewise).
 */
function inversionTimes(sequence: string | null, echoTimeS: number): number[] {
  const name = (sequence ?? '').toUpperCase();
  const count = /SLASER/.test(name) ? 4 : /LASER/.test(name) ? 6 : /PRESS/.test(name) ? 2 : /SPIN/.test(name) ? 1 : 0;
  return Array.from({ length: count }, (_, k) => ((2 * k + 1) / (2 * count)) * echoTimeS);
}

/** Mz before the next excitation, of M0: zero after excitation, inverted at each time, recovering with T1 between. */
function steadyState(timing: ScanTiming, repetitionTimeS: number, t1S: number): number {
  let mz = 0;
  let now = 0;
  const recover = (until: number): void => {
    mz = 1 + (mz - 1) * Math.exp(-(until - now) / t1S);
    now = until;
  };
  for (const at of inversionTimes(timing.sequence, timing.echoTimeS ?? 0)) {
    recover(at);
    mz = -mz;
  }
  if (isStimulatedEcho(timing)) {
    // The third pulse, at TE/2 + TM, leaves no Mz.
    now = (timing.echoTimeS ?? 0) / 2 + (timing.mixingTimeS ?? 0);
    mz = 0;
  }
  recover(repetitionTimeS);
  return mz;
}

/** Whether the signal is stored along z for a mixing time. */
export function isStimulatedEcho(timing: ScanTiming): boolean {
  return /STEAM/i.test(timing.sequence ?? '');
}

/**
 * Longitudinal part.
 * @param saturation see WaterScalingOptions
 */
export function longitudinalFactor(
  timing: ScanTiming,
  repetitionTimeS: number,
  t1S: number,
  saturation: 'consensus' | 'pulses',
): number {
  const storage = isStimulatedEcho(timing) ? Math.exp(-(timing.mixingTimeS ?? 0) / t1S) : 1;
  const recovery =
    saturation === 'pulses' ? steadyState(timing, repetitionTimeS, t1S) : 1 - Math.exp(-repetitionTimeS / t1S);
  return storage * recovery;
}
