// What a series fit is given: the FIDs of one voxel along one dimension, and the quantity that varies along it.
import { ppmAxis, ppmRangeIndices } from '../../domain/axes.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ProcessingError } from '../../domain/errors.ts';
import { fidToSpectrum } from '../../math/fft.ts';
import { estimateNoiseSd } from '../shared/noise.ts';

export interface SeriesInput {
  readonly voxel: number;
  /** One a point, all of one length. */
  readonly fids: readonly ComplexSignal[];
  /** What varies from point to point: echo time, b-value, time … */
  readonly x: readonly number[];
  readonly xName: string;
  readonly xUnit: string;
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  readonly nucleus: string;
}

/** A line counts as signal that stands this far above the noise; the largest of a thousand noise samples stands 4 above. */
const LEAST_PEAK_OVER_NOISE = 5;
/** Where lines are looked for. [ppm] */
const LINES_PPM: readonly [number, number] = [0.2, 4.2];

/** Whether the points differ in x, as a model over them needs. */
export const variesInX = ({ x }: Pick<SeriesInput, 'x'>): boolean => x.some((v) => v !== x[0]);

/** Noise SD of a sample's real channel, the same at all points: the mean of their variances is surer than each. */
export function seriesNoiseSd({ fids, dwellTimeS, spectrometerFrequencyMHz }: SeriesInput): number {
  const variances = fids.map((fid) => estimateNoiseSd(fid, dwellTimeS, spectrometerFrequencyMHz) ** 2);
  return Math.sqrt(variances.reduce((s, v) => s + v, 0) / Math.max(1, variances.length));
}

/** Whether any line of a FID stands above noise of the given SD per channel and sample. */
export function hasLines(fid: ComplexSignal, noiseSd: number, input: SeriesInput): boolean {
  const n = fid.re.length;
  const spectrum = fidToSpectrum(fid);
  const axis = ppmAxis(n, input.dwellTimeS, input.spectrometerFrequencyMHz);
  const { start, end } = ppmRangeIndices(axis, LINES_PPM[0], LINES_PPM[1]);
  let peak = 0;
  for (let i = start; i < end; i++) {
    peak = Math.max(peak, Math.hypot(spectrum.re[i] as number, spectrum.im[i] as number));
  }
  return peak > LEAST_PEAK_OVER_NOISE * noiseSd * Math.sqrt(n);
}

/** @throws ProcessingError where this is no series that can be fitted */
export function checkSeries({ fids, x }: SeriesInput): void {
  const refuse = (message: string): never => {
    throw new ProcessingError('PROCESSING_FAILED', message);
  };
  if (fids.length < 2) {
    refuse(`A series needs at least two points, and this one has ${fids.length}; fit it with "quantify".`);
  }
  const points = fids[0]?.re.length ?? 0;
  if (fids.some((f) => f.re.length !== points))
    refuse('The FIDs of a series must all have the same number of samples.');
  if (points < 64) refuse(`The spectra have only ${points} points; at least 64 are needed for a fit.`);
  if (x.length !== fids.length) {
    refuse(`The series has ${fids.length} points, but ${x.length} values were given for them.`);
  }
  if (!x.every((v) => isFinite(v))) refuse('One of the values of the points of the series is not a number.');
}
