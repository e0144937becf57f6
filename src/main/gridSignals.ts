// Spectra of a grid after preprocessing: all of a slice, small; and the mean of a region.
import { signalAt } from '../core/domain/complexArray.ts';
import { ppmAxis, ppmRangeIndices } from '../core/domain/axes.ts';
import { ProcessingError } from '../core/domain/errors.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import { pointCount, voxelCount } from '../core/domain/mrsDataset.ts';
import { zeroFrequencyPpm } from '../core/domain/zeroFrequency.ts';
import { extremesOf } from '../core/math/extremes.ts';
import { fidToSpectrum } from '../core/math/fft.ts';
import { regionMean } from '../core/preprocessing/regionMean.ts';
import { signalsPerVoxel } from '../core/preprocessing/signal.ts';
import type { GridSpectraView, RegionMeanView } from '../ipc/contract.ts';
import type { DeepReadonly } from './registrar.ts';

/** @returns the numbers of a slice's voxels, C order over the grid @throws ProcessingError outside the grid */
function voxelsOfSlice(dataset: MrsDataset, slice: number): number[] {
  const slices = dataset.data.shape[2] ?? 1;
  if (slice >= slices) {
    throw new ProcessingError('PROCESSING_FAILED', `The grid has ${slices} slices; number ${slice + 1} was asked for.`);
  }
  return Array.from({ length: voxelCount(dataset) / slices }, (_, i) => i * slices + slice);
}

/**
 * @param dataset after preprocessing; of several signals a voxel the first is taken
 * @param range of the spectra, in either order [ppm]
 * @param points of each
 */
export function gridSpectra(
  dataset: MrsDataset,
  slice: number,
  range: readonly [number, number],
  points: number,
): DeepReadonly<GridSpectraView> {
  const voxels = voxelsOfSlice(dataset, slice);
  const { dwellTimeS, spectrometerFrequencyMHz } = dataset;
  const axis = ppmAxis(pointCount(dataset), dwellTimeS, spectrometerFrequencyMHz, zeroFrequencyPpm(dataset));
  const { start, end } = ppmRangeIndices(axis, range[0], range[1]);
  if (end <= start) throw new ProcessingError('PROCESSING_FAILED', 'The spectra have no points in this range of ppm.');
  const even = 2 * Math.floor(points / 2);
  const values = new Float64Array(voxels.length * even);
  const each = signalsPerVoxel(dataset);
  voxels.forEach((voxel, i) => {
    const { re } = fidToSpectrum(signalAt(dataset.data, voxel * each));
    // The axis falls; the values rise with ppm.
    values.set(extremesOf(re.subarray(start, end).slice().reverse(), even), i * even);
  });
  return { voxels, points: even, values };
}

/** @param dataset after preprocessing @throws ProcessingError, see regionMean */
export function regionSignal(dataset: MrsDataset, voxels: readonly number[]): DeepReadonly<RegionMeanView> {
  const { mean, used, shiftSdHz } = regionMean(dataset, voxels);
  return {
    re: mean.re,
    im: mean.im,
    dwellTimeS: dataset.dwellTimeS,
    spectrometerFrequencyMHz: dataset.spectrometerFrequencyMHz,
    nucleus: dataset.nucleus,
    referencePpm: zeroFrequencyPpm(dataset),
    used: [...used],
    shiftSdHz,
  };
}
