// The mean spectrum of a region of a grid: its voxels' spectra brought to one frequency and phase by spectral registration
// (Near, Magn Reson Med 2015;73:44, doi:10.1002/mrm.25094), so that the field's course over the region broadens no line.
import { signalAt } from '../domain/complexArray.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import { ProcessingError } from '../domain/errors.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { pointCount, voxelCount } from '../domain/mrsDataset.ts';
import { meanSignal } from '../math/meanSignal.ts';
import { standardDeviation } from '../math/robustStatistics.ts';
import { isZeroSignal, ppmWindow, signalsPerVoxel } from './signal.ts';
import { registerTransients } from './spectralRegistration.ts';
import type { RegistrationOptions, TransientOffset } from './spectralRegistration.ts';
import { alignSignals } from './transientOffsets.ts';

export interface RegionMean {
  readonly mean: ComplexSignal;
  /** Voxels that were averaged: those with any signal. */
  readonly used: readonly number[];
  /** What was taken out of each of them before averaging. */
  readonly offsets: readonly TransientOffset[];
  /** Spread of the offsets in frequency. [Hz] */
  readonly shiftSdHz: number;
}

/** The field within one person's brain hardly differs by more after shimming. [ppm] */
const MAXIMUM_SHIFT_PPM = 0.3;
/** Of ¹H spectra: from above the lipids to below the water, where the large singlets are. [ppm] */
const COMPARED_PPM: readonly [number, number] = [1.8, 4.2];
const ITERATIONS = 3;

function registrationOptions(dataset: MrsDataset): RegistrationOptions {
  const { dwellTimeS, spectrometerFrequencyMHz, nucleus } = dataset;
  const window = ppmWindow(pointCount(dataset), dwellTimeS, spectrometerFrequencyMHz, COMPARED_PPM);
  return {
    reference: 'median',
    iterations: ITERATIONS,
    maximumShiftHz: MAXIMUM_SHIFT_PPM * spectrometerFrequencyMHz,
    dwellTimeS,
    window: nucleus === '1H' && window.end - window.start >= 8 ? window : null,
  };
}

/**
 * Mean of a region.
 * @param dataset one signal a voxel: coils combined, transients averaged
 * @param voxels numbers over x, y, z, C order
 * @throws ProcessingError for voxels outside the grid, several signals a voxel, or a region without any signal
 */
export function regionMean(dataset: MrsDataset, voxels: readonly number[]): RegionMean {
  const count = voxelCount(dataset);
  const outside = voxels.find((v) => v < 0 || v >= count);
  if (outside !== undefined) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `The grid has ${count} voxels; the region names number ${outside + 1}.`,
    );
  }
  const each = signalsPerVoxel(dataset);
  if (each !== 1) {
    throw new ProcessingError('PROCESSING_FAILED', `A region’s mean needs one signal a voxel; there are ${each}.`);
  }
  const used = [...new Set(voxels)].filter((v) => !isZeroSignal(signalAt(dataset.data, v)));
  if (used.length === 0) {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      'No voxel of this region has any signal, so it has no mean spectrum.',
    );
  }
  const signals = used.map((v) => signalAt(dataset.data, v));
  const offsets = registerTransients(signals, registrationOptions(dataset));
  return {
    mean: meanSignal(alignSignals(signals, offsets, dataset.dwellTimeS)),
    used,
    offsets,
    shiftSdHz: standardDeviation(offsets.map((o) => o.shiftHz)),
  };
}
