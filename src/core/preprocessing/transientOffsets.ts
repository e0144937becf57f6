// Offsets of transients in frequency and phase, whatever found them: taking them out, and the frame that they are counted from.
import type { ComplexSignal } from '../domain/complexArray.ts';
import { median } from '../math/robustStatistics.ts';
import { rotateSignal } from '../math/rotation.ts';

/** aligned(t) = transient(t)·e^{−i(2π·shiftHz·t + phaseRad)}. */
export interface FrequencyPhaseOffset {
  readonly shiftHz: number;
  readonly phaseRad: number;
}

/** An angle within ±π. */
export function wrapped(angleRad: number): number {
  return Math.atan2(Math.sin(angleRad), Math.cos(angleRad));
}

/** Takes an offset out of a signal. @returns a new signal */
export function withoutOffset(
  signal: ComplexSignal,
  { shiftHz, phaseRad }: FrequencyPhaseOffset,
  dwellTimeS: number,
): ComplexSignal {
  return rotateSignal(signal, -shiftHz * dwellTimeS, -phaseRad);
}

/** Signals without their offsets, in their order. */
export function alignSignals(
  signals: readonly ComplexSignal[],
  offsets: readonly FrequencyPhaseOffset[],
  dwellTimeS: number,
): ComplexSignal[] {
  return signals.map((signal, k) => withoutOffset(signal, offsets[k] as FrequencyPhaseOffset, dwellTimeS));
}

/** Moves the frame to the median shift and the mean phase, so that alignment does not move the spectrum as a whole. */
export function centred<O extends FrequencyPhaseOffset>(offsets: readonly O[]): O[] {
  const shift = median(offsets.map((o) => o.shiftHz));
  const sin = offsets.reduce((sum, o) => sum + Math.sin(o.phaseRad), 0);
  const cos = offsets.reduce((sum, o) => sum + Math.cos(o.phaseRad), 0);
  const phase = Math.atan2(sin, cos);
  return offsets.map((o) => ({ ...o, shiftHz: o.shiftHz - shift, phaseRad: wrapped(o.phaseRad - phase) }));
}
