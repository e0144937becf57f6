// A signal of two basis sets brought together as the comparison did it, so that what is left is what differs.
import type { BasisSpectraView, SignalView } from '../../../ipc/contract.ts';
import type { ComparisonRow } from './model.ts';

export type LineMatch = Pick<ComparisonRow, 'shiftHz' | 'lorentzianHz' | 'gaussianHz' | 'phaseRad' | 'amplitudeRatio'>;

const AS_IT_IS: LineMatch = { shiftHz: 0, lorentzianHz: 0, gaussianHz: 0, phaseRad: 0, amplitudeRatio: 1 };

/** A·s(t)·e^{i(φ + 2πft)}·e^{−πLt}·e^{−(πGt)²/(4 ln 2)}; L and G are widths (FWHM) in Hz. */
function modified(signal: SignalView, match: LineMatch): SignalView {
  const { shiftHz, lorentzianHz, gaussianHz, phaseRad, amplitudeRatio } = match;
  const re = new Float64Array(signal.re.length);
  const im = new Float64Array(signal.re.length);
  for (let i = 0; i < re.length; i++) {
    const t = i * signal.dwellTimeS;
    const decay = Math.PI * lorentzianHz * t + (Math.PI * gaussianHz * t) ** 2 / (4 * Math.LN2);
    const factor = amplitudeRatio * Math.exp(-decay);
    const angle = phaseRad + 2 * Math.PI * shiftHz * t;
    const [c, s] = [factor * Math.cos(angle), factor * Math.sin(angle)];
    re[i] = (signal.re[i] as number) * c - (signal.im[i] as number) * s;
    im[i] = (signal.re[i] as number) * s + (signal.im[i] as number) * c;
  }
  return { ...signal, re, im };
}

/** Sums over samples become integrals over time, so that sets of different dwell times have one scale. */
function signalOf(set: BasisSpectraView, name: string): SignalView | null {
  const signal = set.signals.find((s) => s.name === name);
  if (signal === undefined) return null;
  const { dwellTimeS, spectrometerFrequencyMHz, referencePpm } = set;
  return {
    re: signal.re.map((v) => v * dwellTimeS),
    im: signal.im.map((v) => v * dwellTimeS),
    dwellTimeS,
    spectrometerFrequencyMHz,
    referencePpm,
    nucleus: '1H',
    warnings: [],
  };
}

/**
 * The same signal of two sets, the first one shifted, phased, scaled and broadened to match the second.
 * @param match null leaves both as they are; a negative width in it is added to the second
 * @returns null where a set doesn't have the signal
 */
export function matchedSignals(
  first: BasisSpectraView,
  second: BasisSpectraView,
  name: string,
  match: LineMatch | null,
): readonly [SignalView, SignalView] | null {
  const [a, b] = [signalOf(first, name), signalOf(second, name)];
  if (a === null || b === null) return null;
  if (match === null) return [a, b];
  const { lorentzianHz, gaussianHz } = match;
  const toFirst = { ...match, lorentzianHz: Math.max(0, lorentzianHz), gaussianHz: Math.max(0, gaussianHz) };
  const toSecond = {
    ...AS_IT_IS,
    lorentzianHz: Math.max(0, -lorentzianHz),
    gaussianHz: Math.max(0, -gaussianHz),
  };
  return [modified(a, toFirst), modified(b, toSecond)];
}
