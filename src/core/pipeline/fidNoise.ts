// The noise of one FID as the fit sees it, for all who ask before the fit.
import type { ComplexSignal } from '../domain/complexArray.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { zeroFrequencyPpm } from '../domain/zeroFrequency.ts';
import { estimateNoiseSd } from '../quantification/index.ts';

/** @returns noise SD per real channel and time point of one FID of the scan */
export function fidNoiseSd(fid: ComplexSignal, dataset: MrsDataset): number {
  const { dwellTimeS, spectrometerFrequencyMHz, nucleus } = dataset;
  return estimateNoiseSd(fid, dwellTimeS, spectrometerFrequencyMHz, nucleus, zeroFrequencyPpm(dataset));
}
