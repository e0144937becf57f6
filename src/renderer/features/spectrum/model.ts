// From a FID to what the viewer draws: apodisation, zero-filling, FFT, phase and shift.
import { ppmAxis } from '../../../core/domain/axes.ts';
import { fidToSpectrum, nextPowerOfTwo } from '../../../core/math/fft.ts';
import type { SignalView } from '../../../ipc/contract.ts';
import type { Adjustment } from '../../charts/useSpectrumPointer.ts';
import { pivotPpm, usualWindow, type Window } from './nucleusView.ts';
import type { SpectrumPart, SpectrumView } from './view.ts';

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

/** What the curve of a signal depends on. */
export type CurveView = Pick<
  SpectrumView,
  'part' | 'phase0Deg' | 'phase1DegPerPpm' | 'pivotPpm' | 'shiftPpm' | 'broadeningHz' | 'zeroFill'
>;

/** The part of a view that its curve depends on. */
export function curveViewOf(view: CurveView): CurveView {
  const { part, phase0Deg, phase1DegPerPpm, pivotPpm: pivot, shiftPpm, broadeningHz, zeroFill } = view;
  return { part, phase0Deg, phase1DegPerPpm, pivotPpm: pivot, shiftPpm, broadeningHz, zeroFill };
}

type Axis = Pick<SignalView, 'dwellTimeS' | 'spectrometerFrequencyMHz' | 'nucleus' | 'referencePpm'>;

/** Where first-order phase is zero: as chosen, else the nucleus's usual line. [ppm] */
export function pivotOf({ pivotPpm: chosen }: Pick<SpectrumView, 'pivotPpm'>, { nucleus, referencePpm }: Axis): number {
  return chosen ?? pivotPpm(nucleus, referencePpm);
}

/** The axis that a spectrum of so many points is drawn over. @returns falling ppm values */
export function drawnAxis(points: number, axis: Axis, shiftPpm: number): Float64Array {
  return ppmAxis(points, axis.dwellTimeS, axis.spectrometerFrequencyMHz, axis.referencePpm + shiftPpm);
}

/** Cosine and sine of φ0 + φ1·(ppm − pivot) at each point. */
export interface PhaseTurn {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

/** @param ppm where the points are drawn */
export function phaseTurn(ppm: Float64Array, view: CurveView, pivot: number): PhaseTurn {
  const angle = (at: number): number => DEG * (view.phase0Deg + view.phase1DegPerPpm * (at - pivot));
  return { cos: ppm.map((at) => Math.cos(angle(at))), sin: ppm.map((at) => Math.sin(angle(at))) };
}

interface Spectrum {
  readonly re: Float64Array | Float32Array;
  readonly im: Float64Array | Float32Array;
}

/** Writes the chosen part of a turned spectrum into `y`: S·exp(i(φ0 + φ1·(ppm − pivot))). */
export function writePart(
  y: Float64Array | Float32Array,
  { re, im }: Spectrum,
  part: SpectrumPart,
  turn: PhaseTurn,
): void {
  for (let i = 0; i < y.length; i++) {
    const [a, b] = [re[i] as number, im[i] as number];
    if (part === 'power') y[i] = a * a + b * b;
    else if (part === 'magnitude') y[i] = Math.hypot(a, b);
    else if (part === 'real') y[i] = a * (turn.cos[i] as number) - b * (turn.sin[i] as number);
    else y[i] = a * (turn.sin[i] as number) + b * (turn.cos[i] as number);
  }
}

/**
 * The curve that is drawn.
 * @param signal FID with its axis
 * @param view broadening, filling, phase, shift and part
 * @returns ppm axis and the chosen part
 */
export function spectrumCurve(signal: Omit<SignalView, 'warnings'>, view: CurveView): SpectrumCurve {
  const spectrum = fidToSpectrum(prepareFid(signal, view.broadeningHz, view.zeroFill));
  const ppm = drawnAxis(spectrum.re.length, signal, view.shiftPpm);
  const y = new Float64Array(ppm.length);
  writePart(y, spectrum, view.part, phaseTurn(ppm, view, pivotOf(view, signal)));
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

/** Half a degree a pixel, one degree a key press. */
const DEGREES = { pixels: 0.5, steps: 1 } as const;
/** A sixth of a degree per ppm a pixel, half a degree a key press. */
const DEGREES_PER_PPM = { pixels: 1 / 6, steps: 0.5 } as const;
/** A key press shifts by this. [ppm] */
const SHIFT_STEP_PPM = 0.002;
const MOST_PHASE1 = 360;
const MOST_SHIFT_PPM = 5;

const limited = (value: number, most: number): number => Math.min(most, Math.max(-most, value));
/** Without the last places that adding steps leaves. */
const tidy = (value: number): number => Number(value.toFixed(6));

/** Phase after an adjustment: to the right φ0, upwards φ1. */
export function adjustedPhase(
  view: Pick<SpectrumView, 'phase0Deg' | 'phase1DegPerPpm'>,
  { unit, x, y }: Pick<Adjustment, 'unit' | 'x' | 'y'>,
): Pick<SpectrumView, 'phase0Deg' | 'phase1DegPerPpm'> {
  return {
    phase0Deg: tidy(wrapDegrees(view.phase0Deg + DEGREES[unit] * x)),
    phase1DegPerPpm: tidy(limited(view.phase1DegPerPpm + DEGREES_PER_PPM[unit] * y, MOST_PHASE1)),
  };
}

/** Shift after an adjustment: the curve follows the hand, on an axis that falls to the right. */
export function adjustedShift({ shiftPpm }: Pick<SpectrumView, 'shiftPpm'>, by: Adjustment): number {
  const step = by.unit === 'pixels' ? by.span / by.width : SHIFT_STEP_PPM;
  return tidy(limited(shiftPpm - step * by.x, MOST_SHIFT_PPM));
}

/** The window of a signal: what the reader zoomed to on its nucleus's axis, else the usual one. */
export function shownWindow(view: SpectrumView, signal: SignalView): Window {
  if (view.range !== null && view.nucleus === signal.nucleus) return view.range;
  return usualWindow(signal.nucleus, axisLimits(signal));
}
