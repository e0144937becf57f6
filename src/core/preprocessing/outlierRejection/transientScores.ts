// How far each transient is from its group: the rms of its difference to the median transient, as a robust z-score.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { median, robustZScores } from '../../math/robustStatistics.ts';
import { signalSupport, spectrumWindow } from '../signal.ts';

/** A difference this much above the median difference is the least that can count, however alike the rest are. */
const LEAST_EXCESS = 0.15;
/** The same for shifts: smaller ones widen no line visibly. [Hz] */
const LEAST_SHIFT_HZ = 1.5;

function medianOf(signals: readonly ComplexSignal[]): ComplexSignal {
  const column = new Float64Array(signals.length);
  const part = (name: 're' | 'im'): Float64Array =>
    Float64Array.from({ length: signals[0]?.re.length ?? 0 }, (_, i) => {
      signals.forEach((s, k) => (column[k] = s[name][i] as number));
      return median(column);
    });
  return { re: part('re'), im: part('im') };
}

/**
 * z-scores of the transients' residuals.
 * @param signals aligned transients of one group
 * @param window spectral window compared, or null for the FIDs themselves where they carry signal
 */
export function residualScores(
  signals: readonly ComplexSignal[],
  window: { readonly start: number; readonly end: number } | null,
): Float64Array {
  const points = signalSupport(signals);
  const compared =
    window === null
      ? signals.map(({ re, im }) => ({ re: re.subarray(0, points), im: im.subarray(0, points) }))
      : signals.map((s) => spectrumWindow(s, window));
  const centre = medianOf(compared);
  const rms = compared.map(({ re, im }) => {
    let sum = 0;
    for (let i = 0; i < re.length; i++) {
      sum += ((re[i] as number) - (centre.re[i] as number)) ** 2 + ((im[i] as number) - (centre.im[i] as number)) ** 2;
    }
    return Math.sqrt(sum / Math.max(1, re.length));
  });
  // At the usual limit of 3.5 SD the floor of the spread stands for an excess of LEAST_EXCESS.
  return robustZScores(rms, (LEAST_EXCESS * median(rms)) / 3.5);
}

/** z-scores of frequency offsets. @param shiftsHz one per transient */
export function shiftScores(shiftsHz: readonly number[]): Float64Array {
  return robustZScores(shiftsHz, LEAST_SHIFT_HZ);
}
