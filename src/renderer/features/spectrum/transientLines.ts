// All transients of a scan as lines for one plot: transformed once, turned and shifted as the view asks.
import { fidToSpectrum } from '../../../core/math/fft.ts';
import type { SignalView } from '../../../ipc/contract.ts';
import { visibleIndices } from '../../charts/spectrumScale.ts';
import { drawnAxis, phaseTurn, pivotOf, prepareFid, writePart, type CurveView } from './model.ts';
import type { Window } from './nucleusView.ts';

type Axis = Pick<SignalView, 'dwellTimeS' | 'spectrometerFrequencyMHz' | 'nucleus' | 'referencePpm'>;

/** Spectra of transients before phase and shift, in single precision: a screen shows no more. */
export interface TransientSpectra {
  readonly axis: Axis;
  readonly spectra: readonly { readonly re: Float32Array; readonly im: Float32Array }[];
}

/** FIDs one after another. */
export interface TransientFids {
  readonly re: Float32Array;
  readonly im: Float32Array;
  readonly count: number;
}

/** The spectrum of one transient among several. */
export function transientSpectrum(
  fids: TransientFids,
  index: number,
  axis: Axis,
  { broadeningHz, zeroFill }: Pick<CurveView, 'broadeningHz' | 'zeroFill'>,
): TransientSpectra['spectra'][number] {
  const points = fids.re.length / fids.count;
  const part = (values: Float32Array): SignalView['re'] =>
    Float64Array.from(values.subarray(index * points, (index + 1) * points));
  const fid = { re: part(fids.re), im: part(fids.im), dwellTimeS: axis.dwellTimeS };
  const { re, im } = fidToSpectrum(prepareFid(fid, broadeningHz, zeroFill));
  return { re: Float32Array.from(re), im: Float32Array.from(im) };
}

export interface TransientLines {
  /** Falling. */
  readonly ppm: Float64Array;
  readonly lines: readonly Float32Array[];
}

/**
 * The part of the axis in which lines are made: blocks as wide as what is shown, so that panning within them makes none anew,
 * with the window that heights are compared in.
 */
export function madeWindow(shown: Window, usual: Window): Window {
  const block = 2 ** Math.ceil(Math.log2(shown[0] - shown[1]));
  const [left, right] = [Math.ceil(shown[0] / block) * block, Math.floor(shown[1] / block) * block];
  return [Math.max(left, usual[0]), Math.min(right, usual[1])];
}

/** The chosen part of every transient within a window; null where there is none. @param window ppm, high first */
export function transientLines(
  { axis, spectra }: TransientSpectra,
  view: CurveView,
  window: Window,
): TransientLines | null {
  const points = spectra[0]?.re.length ?? 0;
  if (points < 2) return null;
  const whole = drawnAxis(points, axis, view.shiftPpm);
  const { start, end } = visibleIndices(whole, window);
  const ppm = whole.subarray(start, end);
  const turn = phaseTurn(ppm, view, pivotOf(view, axis));
  const lines = spectra.map(({ re, im }) => {
    const y = new Float32Array(ppm.length);
    writePart(y, { re: re.subarray(start, end), im: im.subarray(start, end) }, view.part, turn);
    return y;
  });
  return { ppm, lines };
}

/** Lines whose heights are looked at to find how high one stands. */
const LOOKED_AT = 16;

/** How high one of the lines stands within a window. @param window ppm, high first */
export function lineHeight({ ppm, lines }: TransientLines, window: Window): number {
  const every = Math.max(1, Math.floor(lines.length / LOOKED_AT));
  let [low, high] = [Infinity, -Infinity];
  for (let l = 0; l < lines.length; l += every) {
    lines[l]?.forEach((v, i) => {
      const at = ppm[i] as number;
      if (at > window[0] || at < window[1]) return;
      low = Math.min(low, v);
      high = Math.max(high, v);
    });
  }
  return high > low ? high - low : 0;
}
