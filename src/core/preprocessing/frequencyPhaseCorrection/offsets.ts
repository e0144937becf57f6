// Offsets of transients: applying them, and the frame that they are counted from.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { median } from '../../math/robustStatistics.ts';
import { rotateSignal } from '../../math/rotation.ts';
import type { TransientOffset, TransientSet } from './method.ts';

/** An angle within ±π. */
export function wrapped(angleRad: number): number {
  return Math.atan2(Math.sin(angleRad), Math.cos(angleRad));
}

/** Takes an offset out of a signal. @returns a new signal */
export function withoutOffset(
  signal: ComplexSignal,
  offset: Pick<TransientOffset, 'shiftHz' | 'phaseRad'>,
  dwellTimeS: number,
): ComplexSignal {
  return rotateSignal(signal, -offset.shiftHz * dwellTimeS, -offset.phaseRad);
}

/** The transients without their offsets, in their order. */
export function alignedSignals(set: TransientSet, offsets: readonly TransientOffset[]): ComplexSignal[] {
  return set.signals.map((signal, k) => withoutOffset(signal, offsets[k] as TransientOffset, set.dwellTimeS));
}

/** Moves the frame to the median shift and the mean phase, so that alignment does not move the spectrum as a whole. */
export function centred(offsets: readonly TransientOffset[]): TransientOffset[] {
  const shift = median(offsets.map((o) => o.shiftHz));
  const sin = offsets.reduce((sum, o) => sum + Math.sin(o.phaseRad), 0);
  const cos = offsets.reduce((sum, o) => sum + Math.cos(o.phaseRad), 0);
  const phase = Math.atan2(sin, cos);
  return offsets.map((o) => ({ ...o, shiftHz: o.shiftHz - shift, phaseRad: wrapped(o.phaseRad - phase) }));
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
export function added(
  first: readonly TransientOffset[],
  second: readonly Pick<TransientOffset, 'shiftHz' | 'phaseRad'>[],
): TransientOffset[] {
  return first.map((o, k) => {
    const { shiftHz, phaseRad } = second[k] as TransientOffset;
    return { weight: o.weight, shiftHz: o.shiftHz + shiftHz, phaseRad: wrapped(o.phaseRad + phaseRad) };
  });
}
