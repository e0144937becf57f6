// A band of a signal at a lower sampling rate: moved to zero frequency, low-pass filtered by a Kaiser-windowed sinc and taken
// at every `factor`-th sample (Oppenheim & Schafer, Discrete-Time Signal Processing, 3rd ed. 2010, sections 4.6 and 7.5).
import type { ComplexVector } from './fft.ts';

/** What is kept. */
export interface DecimatedBand {
  /** Middle of the band. [cycles per sample] */
  readonly centre: number;
  /** Half width of what passes unchanged. [cycles per sample] */
  readonly halfWidth: number;
  /** Samples that become one. */
  readonly factor: number;
}

/** Attenuation of what would fold onto the band. [dB] */
const STOP_BAND_DB = 80;

/** I₀, by its series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > 1e-17 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

/** Taps from the middle on; the filter is even. @returns the first is the middle's */
function lowPass({ halfWidth, factor }: DecimatedBand): Float64Array {
  // What folds onto the band's edge stands at 1/factor − halfWidth; the cut lies half-way.
  const transition = 1 / factor - 2 * halfWidth;
  const reach = Math.ceil((STOP_BAND_DB - 8) / (2.285 * 2 * Math.PI * transition) / 2);
  const beta = 0.1102 * (STOP_BAND_DB - 8.7);
  const cut = 1 / (2 * factor);
  const taps = Float64Array.from({ length: reach + 1 }, (_, i) => {
    const sinc = i === 0 ? 2 * cut : Math.sin(2 * Math.PI * cut * i) / (Math.PI * i);
    return (sinc * besselI0(beta * Math.sqrt(1 - (i / (reach + 1)) ** 2))) / besselI0(beta);
  });
  const area = taps.reduce((sum, v, i) => sum + (i === 0 ? v : 2 * v), 0);
  // Sums over the fewer samples are as large as those over all.
  return taps.map((v) => (v * factor) / area);
}

/**
 * Prepares the decimation of signals of one length. Sums over a decimated signal, and so its spectrum within the band, are those
 * of the signal, but for a broad part from its first samples: what the filter would put before the start is left out.
 * @param points samples of the signals
 * @param band 1/factor must exceed twice the half width
 * @returns a function of a signal of `points` samples; it gives ⌈points/factor⌉
 */
export function decimation(points: number, band: DecimatedBand): (signal: ComplexVector) => ComplexVector {
  const taps = lowPass(band);
  const reach = taps.length - 1;
  const { factor, centre } = band;
  const count = Math.ceil(points / factor);
  const turn = { re: new Float64Array(points), im: new Float64Array(points) };
  for (let n = 0; n < points; n++) {
    const cycles = centre * n;
    const angle = -2 * Math.PI * (cycles - Math.round(cycles));
    turn.re[n] = Math.cos(angle);
    turn.im[n] = Math.sin(angle);
  }
  return ({ re, im }) => {
    // Zeros on both sides, so that the filter needs no care at the ends.
    const movedRe = new Float64Array(points + 2 * reach);
    const movedIm = new Float64Array(points + 2 * reach);
    for (let n = 0; n < points; n++) {
      const [x, y, c, s] = [re[n] as number, im[n] as number, turn.re[n] as number, turn.im[n] as number];
      movedRe[n + reach] = x * c - y * s;
      movedIm[n + reach] = x * s + y * c;
    }
    const out = { re: new Float64Array(count), im: new Float64Array(count) };
    for (let k = 0; k < count; k++) {
      const middle = k * factor + reach;
      let sumRe = (taps[0] as number) * (movedRe[middle] as number);
      let sumIm = (taps[0] as number) * (movedIm[middle] as number);
      for (let i = 1; i <= reach; i++) {
        const tap = taps[i] as number;
        sumRe += tap * ((movedRe[middle - i] as number) + (movedRe[middle + i] as number));
        sumIm += tap * ((movedIm[middle - i] as number) + (movedIm[middle + i] as number));
      }
      out.re[k] = sumRe;
      out.im[k] = sumIm;
    }
    return out;
  };
}
