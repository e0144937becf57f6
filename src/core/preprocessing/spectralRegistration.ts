// Spectral registration of one group of transients: each is brought to a common reference in frequency and phase by
// least squares in the time domain (Near, Magn Reson Med 2015;73:44, doi:10.1002/mrm.25094). Deviations: the phase is
// solved in closed form and a coarse search over the whole range comes first, so there is no start value to get wrong;
// a median or mean reference is refined from the aligned transients, so drift does not blur it.
import type { ComplexSignal } from '../domain/complexArray.ts';
import { median } from '../math/robustStatistics.ts';
import { registerShiftAndPhase } from '../math/shiftPhaseRegistration.ts';
import { meanSignal } from '../math/meanSignal.ts';
import { keepWindow, signalSupport } from './signal.ts';
import { alignSignals, centred } from './transientOffsets.ts';
import type { FrequencyPhaseOffset } from './transientOffsets.ts';

export type ReferenceKind = 'median' | 'mean' | 'first';

export interface RegistrationOptions {
  readonly reference: ReferenceKind;
  /** Passes over median or mean references. */
  readonly iterations: number;
  readonly maximumShiftHz: number;
  readonly dwellTimeS: number;
  /** Index range of the centred spectrum that is compared; null for all of it. */
  readonly window: { readonly start: number; readonly end: number } | null;
}

/** Offsets of one transient against the group's frame. */
export interface TransientOffset extends FrequencyPhaseOffset {
  /** Correlation with the reference after alignment, 0 to 1. */
  readonly correlation: number;
}

/** Sample-wise median of real and imaginary parts over aligned transients. */
export function medianSignal(signals: readonly ComplexSignal[]): ComplexSignal {
  const points = signals[0]?.re.length ?? 0;
  const column = new Float64Array(signals.length);
  const part = (name: 're' | 'im'): Float64Array =>
    Float64Array.from({ length: points }, (_, i) => {
      signals.forEach((s, k) => (column[k] = s[name][i] as number));
      return median(column);
    });
  return { re: part('re'), im: part('im') };
}

/** The transient whose magnitude course is nearest to the median magnitude: no phase or frequency enters. */
function mostTypical(signals: readonly ComplexSignal[], points: number): number {
  const magnitudes = signals.map(({ re, im }) =>
    Float64Array.from({ length: points }, (_, i) => Math.hypot(re[i] as number, im[i] as number)),
  );
  const middle = Float64Array.from({ length: points }, (_, i) => median(magnitudes.map((m) => m[i] as number)));
  let best = 0;
  let smallest = Infinity;
  magnitudes.forEach((m, k) => {
    const distance = m.reduce((sum, v, i) => sum + (v - (middle[i] as number)) ** 2, 0);
    if (distance < smallest) {
      smallest = distance;
      best = k;
    }
  });
  return best;
}

/** @returns the aligned signals' offsets to `reference` */
function registerAll(
  signals: readonly ComplexSignal[],
  reference: ComplexSignal,
  points: number,
  options: RegistrationOptions,
): TransientOffset[] {
  const filtered = options.window === null ? reference : keepWindow(reference, options.window);
  const limit = options.maximumShiftHz * options.dwellTimeS;
  return signals.map((signal) => {
    const found = registerShiftAndPhase(filtered, signal, points, limit);
    return {
      shiftHz: -found.shiftCycles / options.dwellTimeS,
      phaseRad: -found.phaseRad,
      correlation: found.correlation,
    };
  });
}

/** Offsets change less than this in a further pass: converged. [Hz] */
const CONVERGED_HZ = 1e-3;

/**
 * Offsets of the transients of one group.
 * @param signals transients of one length, not all zero
 */
export function registerTransients(signals: readonly ComplexSignal[], options: RegistrationOptions): TransientOffset[] {
  // A ppm window needs the full length, or its bins would not be those of the spectrum.
  const points = options.window === null ? signalSupport(signals) : (signals[0] as ComplexSignal).re.length;
  if (options.reference === 'first') {
    return registerAll(signals, signals[0] as ComplexSignal, points, options);
  }
  const start = signals[mostTypical(signals, points)] as ComplexSignal;
  let offsets = centred(registerAll(signals, start, points, options));
  const head = signals.map(({ re, im }) => ({ re: re.subarray(0, points), im: im.subarray(0, points) }));
  for (let pass = 0; pass < options.iterations; pass++) {
    const aligned = alignSignals(head, offsets, options.dwellTimeS);
    const reference = options.reference === 'median' ? medianSignal(aligned) : meanSignal(aligned);
    const next = centred(registerAll(signals, reference, points, options));
    const change = Math.max(...next.map((o, k) => Math.abs(o.shiftHz - (offsets[k] as TransientOffset).shiftHz)));
    offsets = next;
    if (change < CONVERGED_HZ) break;
  }
  return offsets;
}
