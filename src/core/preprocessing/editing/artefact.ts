// How much of the choline line is left in a difference spectrum: no editing pulse for GABA touches it, so what stands at
// 3.2 ppm is the subtraction's artefact.
import { ppmAxis, ppmRangeIndices } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { fidToSpectrum } from '../../math/fft.ts';

/** The line as far as its half height on either side; edited GABA reaches up to 3.12 ppm. [ppm] */
const WINDOW_PPM = [3.13, 3.29] as const;

interface Axis {
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
}

/** Real part about the straight line through the window's ends. */
function lineAbove(fid: ComplexSignal, axis: Axis): Float64Array {
  const ppm = ppmAxis(fid.re.length, axis.dwellTimeS, axis.spectrometerFrequencyMHz);
  const { start, end } = ppmRangeIndices(ppm, WINDOW_PPM[0], WINDOW_PPM[1]);
  const values = fidToSpectrum(fid).re.slice(start, end);
  const n = values.length;
  const first = values[0] ?? 0;
  const last = values[n - 1] ?? 0;
  return values.map((v, i) => v - first - ((last - first) * i) / Math.max(1, n - 1));
}

/**
 * Peak-to-peak height left at 3.2 ppm over the height of the line in ON, onto which OFF was moved.
 * @param difference,on phased FIDs, referenced to ppm
 */
export function cholineResidual(difference: ComplexSignal, on: ComplexSignal, axis: Axis): number {
  const left = lineAbove(difference, axis);
  const line = lineAbove(on, axis);
  const height = line.reduce((most, v) => Math.max(most, v), 0);
  const low = left.reduce((least, v) => Math.min(least, v), 0);
  const high = left.reduce((most, v) => Math.max(most, v), 0);
  return height > 0 ? (high - low) / height : 0;
}
