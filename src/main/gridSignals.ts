// Spectra of a grid after preprocessing: some of its voxels, small; and the mean of a region.
import { signalAt } from '../core/domain/complexArray.ts';
import { ppmAxis, ppmRangeIndices } from '../core/domain/axes.ts';
import { ProcessingError } from '../core/domain/errors.ts';
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import { pointCount } from '../core/domain/mrsDataset.ts';
import { zeroFrequencyPpm } from '../core/domain/zeroFrequency.ts';
import { extremesOf } from '../core/math/extremes.ts';
import { fidToSpectrum } from '../core/math/fft.ts';
import { regionMean } from '../core/preprocessing/regionMean.ts';
import { signalsPerVoxel } from '../core/preprocessing/signal.ts';
import type { GridSpectraView, RegionMeanView } from '../ipc/contract.ts';
import type { DeepReadonly } from './registrar.ts';

/**
 * @param dataset voxels after preprocessing, in a row; of several signals a voxel the first is taken
 * @param voxels their numbers in the grid
 * @param range of the spectra, in either order [ppm]
 * @param points of each
 */
export function gridSpectra(
  dataset: MrsDataset,
  voxels: readonly number[],
  range: readonly [number, number],
  points: number,
): DeepReadonly<GridSpectraView> {
  const { dwellTimeS, spectrometerFrequencyMHz } = dataset;
  const axis = ppmAxis(pointCount(dataset), dwellTimeS, spectrometerFrequencyMHz, zeroFrequencyPpm(dataset));
  const { start, end } = ppmRangeIndices(axis, range[0], range[1]);
  if (end <= start) throw new ProcessingError('PROCESSING_FAILED', 'The spectra have no points in this range of ppm.');
  const even = 2 * Math.floor(points / 2);
  const values = new Float64Array(voxels.length * even);
  const each = signalsPerVoxel(dataset);
  voxels.forEach((_, i) => {
    const { re } = fidToSpectrum(signalAt(dataset.data, i * each));
    // The axis falls; the values rise with ppm.
    values.set(extremesOf(re.subarray(start, end).slice().reverse(), even), i * even);
  });
  return { voxels: [...voxels], points: even, values };
}

/**
 * @param dataset the region's voxels after preprocessing, in a row
 * @param voxels their numbers in the grid, each once
 * @throws ProcessingError, see regionMean
 */
export function regionSignal(dataset: MrsDataset, voxels: readonly number[]): DeepReadonly<RegionMeanView> {
  const inRow = voxels.map((_, i) => i);
  const { mean, used, shiftSdHz } = regionMean(dataset, inRow);
  return {
    re: mean.re,
    im: mean.im,
    dwellTimeS: dataset.dwellTimeS,
    spectrometerFrequencyMHz: dataset.spectrometerFrequencyMHz,
    nucleus: dataset.nucleus,
    referencePpm: zeroFrequencyPpm(dataset),
    used: used.map((i) => voxels[i] as number),
    shiftSdHz,
  };
}
