// Offsets of the transients of a set: taken out, added, and the weighted mean of what is aligned by them.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { alignSignals, wrapped } from '../transientOffsets.ts';
import type { FrequencyPhaseOffset } from '../transientOffsets.ts';
import type { TransientOffset, TransientSet } from './method.ts';

/** The transients without their offsets, in their order. */
export function alignedSignals(set: TransientSet, offsets: readonly TransientOffset[]): ComplexSignal[] {
  return alignSignals(set.signals, offsets, set.dwellTimeS);
}

/** Weighted mean of signals; weights need not add up to anything. */
export function weightedMean(signals: readonly ComplexSignal[], weights: readonly number[]): ComplexSignal {
  const points = signals[0]?.re.length ?? 0;
  const mean = { re: new Float64Array(points), im: new Float64Array(points) };
  const total = weights.reduce((sum, w) => sum + w, 0);
  if (total === 0) return mean;
  signals.forEach(({ re, im }, k) => {
    const w = (weights[k] as number) / total;
    for (let i = 0; i < points; i++) {
      mean.re[i] = (mean.re[i] as number) + w * (re[i] as number);
      mean.im[i] = (mean.im[i] as number) + w * (im[i] as number);
    }
  });
  return mean;
}

/** Offsets of signals that were aligned by the first offsets before: both together. */
export function added(first: readonly TransientOffset[], second: readonly FrequencyPhaseOffset[]): TransientOffset[] {
  return first.map((o, k) => {
    const { shiftHz, phaseRad } = second[k] as FrequencyPhaseOffset;
    return { weight: o.weight, shiftHz: o.shiftHz + shiftHz, phaseRad: wrapped(o.phaseRad + phaseRad) };
  });
}
