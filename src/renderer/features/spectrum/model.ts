// From a FID to what the viewer draws: apodisation, zero-filling, FFT, phase; and the view's parameters.
import { ppmAxis } from '../../../core/domain/axes.ts';
import { fidToSpectrum, nextPowerOfTwo } from '../../../core/math/fft.ts';
import type { SignalView } from '../../../ipc/contract.ts';
import { pivotPpm, usualWindow, type Window } from './nucleusView.ts';

export type SpectrumPart = 'real' | 'imaginary' | 'magnitude';
export type SignalSource = 'processed' | 'raw' | 'both';

export interface SpectrumView {
  readonly source: SignalSource;
  readonly part: SpectrumPart;
  /** Zero-order phase added to what is shown. [°] */
  readonly phase0Deg: number;
  /** First-order phase, zero at the pivot. [°/ppm] */
  readonly phase1DegPerPpm: number;
  /** Exponential line broadening. [Hz] */
  readonly broadeningHz: number;
  /** The FID is filled with zeros to at least this many times its length. */
  readonly zeroFill: 1 | 2 | 4;
  readonly coil: number | 'combined';
  readonly transient: number | 'mean';
  readonly showLabels: boolean;
  /** What the reader zoomed to, ppm at the left and right border; null: the nucleus's usual window. */
  readonly range: readonly [number, number] | null;
  /** Whose ppm axis `range` is on: a study may hold scans of several nuclei. */
  readonly nucleus: string;
}

export const DEFAULT_VIEW: SpectrumView = {
  source: 'processed',
  part: 'real',
  phase0Deg: 0,
  phase1DegPerPpm: 0,
  broadeningHz: 0,
  zeroFill: 2,
  coil: 'combined',
  transient: 'mean',
  showLabels: true,
  range: null,
  nucleus: '1H',
};

export interface SpectrumCurve {
  /** Falling. */
  readonly ppm: Float64Array;
  readonly y: Float64Array;
}

const DEG = Math.PI / 180;

/**
 * FID after line broadening and zero-filling: exp(−π·lb·t) gives a Lorentzian of lb Hz more at half maximum.
 * @returns a power-of-two number of points where zero-filled, the FID's own otherwise
 */
export function prepareFid(
  signal: Pick<SignalView, 're' | 'im' | 'dwellTimeS'>,
  broadeningHz: number,
  zeroFill: number,
): { readonly re: Float64Array; readonly im: Float64Array } {
  const points = signal.re.length;
  const filled = zeroFill <= 1 ? points : nextPowerOfTwo(points * zeroFill);
  const re = new Float64Array(filled);
  const im = new Float64Array(filled);
  const decay = Math.PI * broadeningHz * signal.dwellTimeS;
  for (let i = 0; i < points; i++) {
    const weight = Math.exp(-decay * i);
    re[i] = (signal.re[i] as number) * weight;
    im[i] = (signal.im[i] as number) * weight;
  }
  return { re, im };
}

/**
 * The curve that is drawn.
 * @param signal FID with its axis
 * @param view broadening, filling, phase and part
 * @returns ppm axis and the chosen part; S·exp(i(φ0 + φ1·(ppm − pivot)))
 */
export function spectrumCurve(signal: SignalView, view: SpectrumView): SpectrumCurve {
  const spectrum = fidToSpectrum(prepareFid(signal, view.broadeningHz, view.zeroFill));
  const points = spectrum.re.length;
  const ppm = ppmAxis(points, signal.dwellTimeS, signal.spectrometerFrequencyMHz, signal.referencePpm);
  const pivot = pivotPpm(signal.nucleus, signal.referencePpm);
  const y = new Float64Array(points);
  for (let i = 0; i < points; i++) {
    const re = spectrum.re[i] as number;
    const im = spectrum.im[i] as number;
    if (view.part === 'magnitude') {
      y[i] = Math.hypot(re, im);
      continue;
    }
    const phase = DEG * (view.phase0Deg + view.phase1DegPerPpm * ((ppm[i] as number) - pivot));
    const c = Math.cos(phase);
    const s = Math.sin(phase);
    y[i] = view.part === 'real' ? re * c - im * s : re * s + im * c;
  }
  return { ppm, y };
}

/**
 * Scale that brings a raw curve to a processed one's size in the visible range, so that both can be read together;
 * 1 where either is flat.
 */
export function matchingScale(raw: SpectrumCurve, processed: SpectrumCurve, range: readonly [number, number]): number {
  const span = (curve: SpectrumCurve): number => {
    let low = Infinity;
    let high = -Infinity;
    curve.y.forEach((v, i) => {
      const ppm = curve.ppm[i] as number;
      if (ppm > range[0] || ppm < range[1]) return;
      low = Math.min(low, v);
      high = Math.max(high, v);
    });
    return high - low;
  };
  const from = span(raw);
  const to = span(processed);
  return from > 0 && to > 0 && Number.isFinite(from) && Number.isFinite(to) ? to / from : 1;
}

/** Phase after a drag: half a degree a pixel, kept in −180…180. */
export function draggedPhase(phase0Deg: number, pixels: number): number {
  return wrapDegrees(phase0Deg + 0.5 * pixels);
}

/** Angle in (−180, 180]. */
export function wrapDegrees(deg: number): number {
  const turned = ((((deg + 180) % 360) + 360) % 360) - 180;
  return turned === -180 ? 180 : turned;
}

/** Ends of a signal's ppm axis, high first. */
export function axisLimits(signal: SignalView): readonly [number, number] {
  const axis = ppmAxis(signal.re.length, signal.dwellTimeS, signal.spectrometerFrequencyMHz, signal.referencePpm);
  return [axis[0] ?? 10, axis[axis.length - 1] ?? 0];
}

/** The window of a signal: what the reader zoomed to on its nucleus's axis, else the usual one. */
export function shownWindow(view: SpectrumView, signal: SignalView): Window {
  if (view.range !== null && view.nucleus === signal.nucleus) return view.range;
  return usualWindow(signal.nucleus, axisLimits(signal));
}

const isOneOf = <T>(value: unknown, allowed: readonly T[]): value is T =>
  (allowed as readonly unknown[]).includes(value);

const finite = (value: unknown, fallback: number, limit: number): number =>
  typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= limit ? value : fallback;

const index = <T extends string>(value: unknown, word: T): number | T =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : word;

/** A view from what was stored; anything unknown or absurd falls back to its default. */
export function parseView(stored: unknown): SpectrumView {
  const v = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>;
  const range = Array.isArray(v['range']) ? v['range'] : [];
  const left = finite(range[0], 0, 1000);
  const right = finite(range[1], 0, 1000);
  return {
    source: isOneOf(v['source'], ['processed', 'raw', 'both'] as const) ? v['source'] : DEFAULT_VIEW.source,
    part: isOneOf(v['part'], ['real', 'imaginary', 'magnitude'] as const) ? v['part'] : DEFAULT_VIEW.part,
    phase0Deg: finite(v['phase0Deg'], 0, 180),
    phase1DegPerPpm: finite(v['phase1DegPerPpm'], 0, 360),
    broadeningHz: finite(v['broadeningHz'], 0, 100),
    zeroFill: isOneOf(v['zeroFill'], [1, 2, 4] as const) ? v['zeroFill'] : DEFAULT_VIEW.zeroFill,
    coil: index(v['coil'], 'combined'),
    transient: index(v['transient'], 'mean'),
    showLabels: typeof v['showLabels'] === 'boolean' ? v['showLabels'] : true,
    range: left > right ? [left, right] : null,
    nucleus: typeof v['nucleus'] === 'string' ? v['nucleus'] : DEFAULT_VIEW.nucleus,
  };
}
