// Looks for lines that a fit has left over where nuisance lines stand: residual water and lipids.
import { ppmToHz } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { fft, nextPowerOfTwo } from '../../math/fft.ts';
import type { NuisanceLine } from './jointFit.ts';

/** Where nuisance lines of proton spectra stand. [ppm] */
export const NUISANCE_PPM: readonly (readonly [number, number])[] = [
  [4.25, 5.1],
  [0.6, 1.75],
];
/** Widths of the matched filters. [Hz] */
const FILTERS_HZ = [4, 12, 36] as const;
/** Height over the rms of noise at which a line is one: 1 in 10⁴ of some 300 independent points is taken wrongly. */
const THRESHOLD = 3.6;

export interface NuisanceSearch {
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  /** SD of the real and of the imaginary part, each. */
  readonly noiseSd: number;
  /** Shift of the transient that the residual is of. [Hz] */
  readonly shiftHz: number;
}

/** The strongest line of a residual in the regions of nuisances, or null where nothing stands out of the noise. */
export function strongestNuisance(residual: ComplexSignal, search: NuisanceSearch): NuisanceLine | null {
  const { dwellTimeS, spectrometerFrequencyMHz, noiseSd, shiftHz } = search;
  const points = residual.re.length;
  const size = nextPowerOfTwo(2 * points);
  const regions = NUISANCE_PPM.map(([low, high]) => ({
    lowHz: ppmToHz(high, spectrometerFrequencyMHz) + shiftHz,
    highHz: ppmToHz(low, spectrometerFrequencyMHz) + shiftHz,
  }));
  let best: NuisanceLine | null = null;
  let bestRatio = THRESHOLD;
  for (const widthHz of FILTERS_HZ) {
    const decay = Float64Array.from({ length: points }, (_, n) => Math.exp(-Math.PI * widthHz * n * dwellTimeS));
    const padded = { re: new Float64Array(size), im: new Float64Array(size) };
    let energy = 0;
    for (let n = 0; n < points; n++) {
      const w = decay[n] as number;
      energy += w * w;
      padded.re[n] = w * (residual.re[n] as number);
      padded.im[n] = w * (residual.im[n] as number);
    }
    const spectrum = fft(padded);
    const noise = noiseSd * Math.sqrt(2 * energy);
    for (const { lowHz, highHz } of regions) {
      const first = Math.ceil(lowHz * size * dwellTimeS);
      const last = Math.min(Math.floor(highHz * size * dwellTimeS), first + size - 1);
      for (let j = first; j <= last; j++) {
        const bin = ((j % size) + size) % size;
        const ratio = Math.hypot(spectrum.re[bin] as number, spectrum.im[bin] as number) / noise;
        if (ratio <= bestRatio) continue;
        bestRatio = ratio;
        best = { frequencyHz: j / (size * dwellTimeS), widthHz, lowHz, highHz };
      }
    }
  }
  return best;
}
