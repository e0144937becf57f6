// Takes the reference singlet at 0 ppm out of basis signals: one damped exponential fitted and subtracted.
// Fit by variable projection (Golub and Pereyra, SIAM J Numer Anal 1973;10:413, doi:10.1137/0710036): frequency and
// linewidth by grid refinement, complex amplitude and a sloping background by linear least squares.
import { ppmToHz } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import type { Warning } from '../../domain/provenance.ts';
import { fft, nextPowerOfTwo } from '../../math/fft.ts';

/** The marker is looked for this far around 0 ppm. [ppm] */
const WINDOW_PPM = 0.1;
/** Linewidths a marker may have (FWHM). [Hz] */
const WIDTH_RANGE_HZ = [0.2, 20] as const;
/** A marker stands this many times above what the fit leaves over. */
const MIN_HEIGHT_OVER_RESIDUAL = 10;

interface Complex {
  re: number;
  im: number;
}

interface Window {
  readonly hz: readonly number[];
  readonly re: readonly number[];
  readonly im: readonly number[];
}

interface Fit {
  readonly hz: number;
  readonly widthHz: number;
  readonly amplitude: Complex;
  readonly residual: number;
  readonly height: number;
}

/** Samples up to which the signal is not zero-filled: a stored second half without energy is padding. */
function filledLength(fid: ComplexSignal): number {
  const n = fid.re.length;
  const energy = (from: number, to: number): number => {
    let e = 0;
    for (let i = from; i < to; i++) e += (fid.re[i] as number) ** 2 + (fid.im[i] as number) ** 2;
    return e;
  };
  return n % 2 === 0 && energy(n / 2, n) < 1e-8 * energy(0, n / 2) ? n / 2 : n;
}

function spectrumWindow(
  fid: ComplexSignal,
  length: number,
  dwellTimeS: number,
  centreHz: number,
  halfHz: number,
): Window {
  const n = 4 * nextPowerOfTwo(length);
  const padded = { re: new Float64Array(n), im: new Float64Array(n) };
  padded.re.set(fid.re.subarray(0, length));
  padded.im.set(fid.im.subarray(0, length));
  const spectrum = fft(padded);
  const step = 1 / (n * dwellTimeS);
  const out = { hz: [] as number[], re: [] as number[], im: [] as number[] };
  for (let k = Math.ceil((centreHz - halfHz) / step); k * step <= centreHz + halfHz; k++) {
    const at = ((k % n) + n) % n;
    out.hz.push(k * step);
    out.re.push(spectrum.re[at] as number);
    out.im.push(spectrum.im[at] as number);
  }
  return out;
}

/** DFT at `f` of exp((2πi·hz − π·width)·t), `length` samples: a geometric sum. */
function lineAt(f: number, hz: number, widthHz: number, length: number, dwellTimeS: number): Complex {
  const decay = Math.exp(-Math.PI * widthHz * dwellTimeS);
  const angle = 2 * Math.PI * (hz - f) * dwellTimeS;
  const last = Math.exp(-Math.PI * widthHz * dwellTimeS * length);
  const top = { re: 1 - last * Math.cos(angle * length), im: -last * Math.sin(angle * length) };
  const bottom = { re: 1 - decay * Math.cos(angle), im: -decay * Math.sin(angle) };
  const size = bottom.re ** 2 + bottom.im ** 2;
  return {
    re: (top.re * bottom.re + top.im * bottom.im) / size,
    im: (top.im * bottom.re - top.re * bottom.im) / size,
  };
}

/**
 * Complex least squares of window = a·line + (c0 + c1·x). The real background columns are orthonormalised first, so
 * that the amplitude is a plain projection.
 */
function solve(window: Window, hz: number, widthHz: number, length: number, dwellTimeS: number): Fit {
  const count = window.hz.length;
  const centre = ((window.hz[0] as number) + (window.hz[count - 1] as number)) / 2;
  const x = window.hz.map((f) => f - centre);
  const xx = Math.sqrt(x.reduce((s, v) => s + v * v, 0));
  const project = (values: number[]): number[] => {
    const mean = values.reduce((s, v) => s + v, 0) / count;
    const slope = values.reduce((s, v, i) => s + v * (x[i] as number), 0) / (xx * xx);
    return values.map((v, i) => v - mean - slope * (x[i] as number));
  };
  const line = window.hz.map((f) => lineAt(f, hz, widthHz, length, dwellTimeS));
  const lr = project(line.map((v) => v.re));
  const li = project(line.map((v) => v.im));
  const dr = project([...window.re]);
  const di = project([...window.im]);
  let norm = 0;
  const amplitude = { re: 0, im: 0 };
  for (let i = 0; i < count; i++) {
    const [a, b, c, d] = [lr[i] as number, li[i] as number, dr[i] as number, di[i] as number];
    norm += a * a + b * b;
    amplitude.re += a * c + b * d;
    amplitude.im += a * d - b * c;
  }
  amplitude.re /= norm;
  amplitude.im /= norm;
  let left = 0;
  for (let i = 0; i < count; i++) {
    const [a, b] = [lr[i] as number, li[i] as number];
    left += ((dr[i] as number) - (amplitude.re * a - amplitude.im * b)) ** 2;
    left += ((di[i] as number) - (amplitude.re * b + amplitude.im * a)) ** 2;
  }
  const peak = lineAt(hz, hz, widthHz, length, dwellTimeS);
  const height = Math.hypot(amplitude.re, amplitude.im) * Math.hypot(peak.re, peak.im);
  return { hz, widthHz, amplitude, residual: Math.sqrt(left / count), height };
}

/** Grid refinement: a 5 × 5 grid in frequency and log width, halved round its best point. */
function fitLine(window: Window, length: number, dwellTimeS: number, halfHz: number): Fit {
  const centre = ((window.hz[0] as number) + (window.hz[window.hz.length - 1] as number)) / 2;
  let best = solve(window, centre, 2, length, dwellTimeS);
  let spanHz = halfHz;
  let spanLog = Math.log(WIDTH_RANGE_HZ[1] / 2);
  const coarse = Math.max(5, 2 * Math.ceil(halfHz) + 1);
  for (let round = 0; round < 40; round++) {
    const from = best;
    const steps = round === 0 ? coarse : 5;
    for (let i = 0; i < steps; i++) {
      const hz = from.hz + spanHz * ((2 * i) / (steps - 1) - 1);
      for (let j = -2; j <= 2; j++) {
        const width = from.widthHz * Math.exp((spanLog * j) / 2);
        const bounded = Math.min(Math.max(width, WIDTH_RANGE_HZ[0]), WIDTH_RANGE_HZ[1]);
        const fit = solve(window, hz, bounded, length, dwellTimeS);
        if (fit.residual < best.residual) best = fit;
      }
    }
    spanHz = round === 0 ? (2 * halfHz) / (coarse - 1) : spanHz * 0.6;
    spanLog *= 0.6;
  }
  return best;
}

function subtract(fid: ComplexSignal, fit: Fit, length: number, dwellTimeS: number): ComplexSignal {
  const re = fid.re.slice();
  const im = fid.im.slice();
  for (let t = 0; t < length; t++) {
    const decay = Math.exp(-Math.PI * fit.widthHz * t * dwellTimeS);
    const angle = 2 * Math.PI * fit.hz * t * dwellTimeS;
    const c = decay * Math.cos(angle);
    const s = decay * Math.sin(angle);
    re[t] = (re[t] as number) - (fit.amplitude.re * c - fit.amplitude.im * s);
    im[t] = (im[t] as number) - (fit.amplitude.re * s + fit.amplitude.im * c);
  }
  return { re, im };
}

/**
 * Removes the marker from every signal that has one.
 * @param signals referenced signals (zero frequency at 4.65 ppm)
 */
export function removeMarker<S extends { readonly fid: ComplexSignal }>(
  signals: readonly S[],
  dwellTimeS: number,
  spectrometerFrequencyMHz: number,
): { readonly signals: readonly S[]; readonly warnings: readonly Warning[] } {
  const centreHz = ppmToHz(0, spectrometerFrequencyMHz);
  const halfHz = WINDOW_PPM * spectrometerFrequencyMHz;
  let removed = 0;
  const cleaned = signals.map((signal) => {
    const length = filledLength(signal.fid);
    const window = spectrumWindow(signal.fid, length, dwellTimeS, centreHz, halfHz);
    if (window.hz.length < 8) return signal;
    const fit = fitLine(window, length, dwellTimeS, halfHz);
    const inside = Math.abs(fit.hz - centreHz) <= halfHz && fit.widthHz < WIDTH_RANGE_HZ[1];
    if (!inside || !(fit.height > MIN_HEIGHT_OVER_RESIDUAL * fit.residual)) return signal;
    removed++;
    return { ...signal, fid: subtract(signal.fid, fit, length, dwellTimeS) };
  });
  const message = `A reference singlet at 0 ppm was taken out of ${removed} of ${signals.length} basis signals.`;
  return { signals: cleaned, warnings: [{ code: 'basis-marker-removed', message }] };
}
