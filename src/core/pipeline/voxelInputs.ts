// Which voxels of a preprocessed scan are fitted, and what goes to the fit of each.
import { ppmAxis, ppmRangeIndices } from '../domain/axes.ts';
import { signalAt, shapeSize } from '../domain/complexArray.ts';
import type { ComplexSignal } from '../domain/complexArray.ts';
import { ProcessingError } from '../domain/errors.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { voxelCount } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import { zeroFrequencyPpm } from '../domain/zeroFrequency.ts';
import { wordTable } from '../domain/wordTable.ts';
import type { Vec3 } from '../geometry/index.ts';
import { fidToSpectrum } from '../math/fft.ts';
import type { Cancellation } from '../ports/cancellation.ts';
import type { FitInput } from '../ports/fitRunner.ts';
import { isDenoised, noiseSdBeforeDenoising } from '../preprocessing/denoisingRecord.ts';
import { fidNoiseSd } from './fidNoise.ts';

export interface VoxelInputs {
  readonly inputs: readonly FitInput[];
  /** Left out, and why in words. */
  readonly refused: readonly { readonly voxel: number; readonly reason: string }[];
  /** Voxels along x, y, z. */
  readonly grid: Vec3;
  /** What is doubtful about a voxel's spectrum, whatever its fit says. */
  readonly warnings: ReadonlyMap<number, readonly Warning[]>;
}

/** A voxel is fitted by itself only if its spectrum stands this far above the noise where its nucleus shows signal. */
const LEAST_PEAK_OVER_NOISE = 5;

/** Where a spectrum is looked at for signal, by nucleus; others are looked at as a whole. [ppm] */
const SIGNAL_PPM: Readonly<Record<string, readonly [number, number]>> = wordTable({
  '1H': [1.8, 3.4],
  '31P': [-18, 8],
});

/** Methylene and methyl of fat. [ppm] */
const LIPID_PPM: readonly [number, number] = [0.8, 1.7];
/** Skull and scalp show lipids many times the metabolites; a tumour's reach about their height. */
const LIPID_DOMINATES = 3;

/** FID of one voxel; further dimensions must be gone by now, else their first element is taken with a warning. */
function voxelFid(dataset: MrsDataset, voxel: number): ComplexSignal {
  const perVoxel = shapeSize(dataset.data.shape.slice(3, -1));
  return signalAt(dataset.data, voxel * perVoxel);
}

/** Largest magnitude of a spectrum in a window. */
type PeakIn = (ppm: readonly [number, number]) => number;

/** @returns the spectrum's peaks by window; the axis is made once for all voxels */
function peakFinder(dataset: MrsDataset): (fid: ComplexSignal) => PeakIn {
  const points = dataset.data.shape[dataset.data.shape.length - 1] as number;
  const axis = ppmAxis(points, dataset.dwellTimeS, dataset.spectrometerFrequencyMHz, zeroFrequencyPpm(dataset));
  return (fid) => {
    const { re, im } = fidToSpectrum(fid);
    return ([from, to]) => {
      const { start, end } = ppmRangeIndices(axis, from, to);
      let peak = 0;
      for (let i = start; i < end; i++) peak = Math.max(peak, Math.hypot(re[i] as number, im[i] as number));
      return peak;
    };
  };
}

function lipidWarning(dataset: MrsDataset, peakIn: PeakIn): Warning | null {
  if (dataset.nucleus !== '1H') return null;
  const part = peakIn(LIPID_PPM) / peakIn(SIGNAL_PPM['1H'] as readonly [number, number]);
  if (!(part > LIPID_DOMINATES)) return null;
  const message = `Lipid stands ${part.toFixed(1)} times as high as the metabolites: the voxel lies at or outside the brain’s edge.`;
  return { code: 'lipid-dominated', message };
}

/** Voxels after which a cancellation is looked for: some 10 ms' worth. */
const VOXELS_AT_A_TIME = 64;

/** What one voxel's fit needs; its FID is copied only when it is asked for, so that a large scan is held once. */
function fitInput(dataset: MrsDataset, voxel: number, noiseSd: number, editOff: MrsDataset | undefined): FitInput {
  const { dwellTimeS, spectrometerFrequencyMHz, nucleus } = dataset;
  return {
    voxel,
    get fid() {
      return voxelFid(dataset, voxel);
    },
    dwellTimeS,
    spectrometerFrequencyMHz,
    nucleus,
    noiseSd,
    ...(isDenoised(dataset) ? { isDenoised: true } : {}),
    ...(editOff === undefined ? {} : { editOff: voxelFid(editOff, voxel) }),
  };
}

/**
 * What each voxel's fit needs to know of it.
 * @param voxels index over x, y, z, C order; null: all with signal
 * @param editOff edit-off spectra beside a dataset of difference spectra
 * @throws ProcessingError where a voxel does not exist; CancelledError
 */
export async function voxelInputs(
  dataset: MrsDataset,
  voxels: readonly number[] | null,
  cancellation: Cancellation,
  editOff?: MrsDataset,
): Promise<VoxelInputs> {
  const total = voxelCount(dataset);
  const [nx = 1, ny = 1, nz = 1] = dataset.data.shape;
  const chosen = voxels ?? Array.from({ length: total }, (_, i) => i);
  const peaksOf = peakFinder(dataset);
  const noiseBefore = noiseSdBeforeDenoising(dataset);
  const inputs: FitInput[] = [];
  const refused: { voxel: number; reason: string }[] = [];
  const warnings = new Map<number, Warning[]>();
  for (const [done, voxel] of chosen.entries()) {
    if (done > 0 && done % VOXELS_AT_A_TIME === 0) await cancellation.letOthersRun?.();
    cancellation.throwIfCancelled();
    if (voxel >= total) {
      throw new ProcessingError('PROCESSING_FAILED', `Voxel ${voxel} was asked for, but the scan has only ${total}.`);
    }
    const fid = voxelFid(dataset, voxel);
    // Of a spectrum that was denoised before, by a program that didn't keep its noise, no other can be told.
    const noiseSd = noiseBefore?.[voxel] ?? fidNoiseSd(fid, dataset);
    const peakIn = peaksOf(fid);
    const signal = peakIn(SIGNAL_PPM[dataset.nucleus] ?? [-Infinity, Infinity]);
    // A single voxel, or one named by the user, is always fitted; in a grid, air and noise are not.
    if (voxels === null && total > 1 && !(signal > LEAST_PEAK_OVER_NOISE * noiseSd * Math.sqrt(fid.re.length))) {
      refused.push({ voxel, reason: 'No metabolite signal above the noise in this voxel.' });
      continue;
    }
    const lipid = total > 1 ? lipidWarning(dataset, peakIn) : null;
    if (lipid !== null) warnings.set(voxel, [lipid]);
    inputs.push(fitInput(dataset, voxel, noiseSd, editOff));
  }
  return { inputs, refused, grid: [nx, ny, nz], warnings };
}
