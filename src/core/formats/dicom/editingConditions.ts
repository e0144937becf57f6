// Which of two editing conditions has its pulse on GABA's coupling partner at 1.9 ppm: that pulse also saturates NAA at
// 2.01 ppm (Mescher et al., NMR Biomed 1998;11:266, doi:10.1002/(SICI)1099-1492(199810)11:6<266::AID-NBM530>3.0.CO;2-J).
import { WATER_PPM } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { pointCount } from '../../domain/mrsDataset.ts';

/** Where NAA's singlet is looked for: its shift, and what drift and a wrong reference bring. [ppm] */
const NAA_WINDOW_PPM = [1.9, 2.12] as const;
/** Where choline and creatine, which neither condition touches, are looked for. [ppm] */
const CONTROL_WINDOW_PPM = [2.9, 3.3] as const;
/** Editing pulses that reach NAA. [ppm] */
const REACHES_NAA_PPM = [1.6, 2.3] as const;
/** NAA in one condition over NAA in the other, below which the first is taken as suppressed; on a real scan 0.18. */
const SUPPRESSED_BELOW = 0.5;
/** Damping before the transform, so that lines are wider than the steps between the frequencies looked at. [Hz] */
const DAMPING_HZ = 5;
const STEP_PPM = 0.02;

/** Sum of all transients, damped. */
function summed(datasets: readonly MrsDataset[]): ComplexSignal {
  const [first] = datasets as [MrsDataset];
  const points = pointCount(first);
  const sum = { re: new Float64Array(points), im: new Float64Array(points) };
  for (let i = 0; i < points; i++) {
    const weight = Math.exp(-Math.PI * DAMPING_HZ * first.dwellTimeS * i);
    for (const { data } of datasets) {
      sum.re[i] = (sum.re[i] as number) + weight * (data.re[i] as number);
      sum.im[i] = (sum.im[i] as number) + weight * (data.im[i] as number);
    }
  }
  return sum;
}

/** Largest magnitude of a signal's spectrum in a window of shifts. */
function peak(signal: ComplexSignal, dataset: MrsDataset, window: readonly [number, number]): number {
  let best = 0;
  for (let ppm = window[0]; ppm <= window[1]; ppm += STEP_PPM) {
    const hz = (WATER_PPM - ppm) * dataset.spectrometerFrequencyMHz;
    let [re, im] = [0, 0];
    for (let i = 0; i < signal.re.length; i++) {
      const angle = -2 * Math.PI * hz * dataset.dwellTimeS * i;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      re += c * (signal.re[i] as number) - s * (signal.im[i] as number);
      im += c * (signal.im[i] as number) + s * (signal.re[i] as number);
    }
    best = Math.max(best, Math.hypot(re, im));
  }
  return best;
}

/** NAA's line over choline's and creatine's, which no condition touches; with unsuppressed water both are its foot. */
function relativeNaa(datasets: readonly MrsDataset[]): number {
  const [first] = datasets as [MrsDataset];
  const signal = summed(datasets);
  return peak(signal, first, NAA_WINDOW_PPM) / peak(signal, first, CONTROL_WINDOW_PPM);
}

/**
 * Names two sets of transients ON and OFF by their NAA signal.
 * @param pulsePpm frequency of the editing pulse in the ON condition
 * @returns null where the pulse doesn't reach NAA, for other nuclei than ¹H and where the signal doesn't decide
 */
export function conditionsFromNaa(
  first: readonly MrsDataset[],
  second: readonly MrsDataset[],
  pulsePpm: number | null,
): readonly [string, string] | null {
  if (pulsePpm === null || pulsePpm < REACHES_NAA_PPM[0] || pulsePpm > REACHES_NAA_PPM[1]) return null;
  if (first[0]?.nucleus !== '1H') return null;
  const ratio = relativeNaa(first) / relativeNaa(second);
  if (ratio < SUPPRESSED_BELOW) return ['ON', 'OFF'];
  return ratio > 1 / SUPPRESSED_BELOW ? ['OFF', 'ON'] : null;
}
