// A scan's place beyond its grid, as far as its header tells.
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { voxelCount } from '../domain/mrsDataset.ts';
import type { ScanPlacement } from '../domain/scanPlacement.ts';
import { excitedBoxOf, saturationBandsOf } from '../domain/scanPlacement.ts';
import { zeroFrequencyPpm } from '../domain/zeroFrequency.ts';

/** Which frame of reference a scan's place is told in. @returns its UID, or null where the header doesn't tell */
export function frameOfReferenceOf({ header }: Pick<MrsDataset, 'header'>): string | null {
  const entry = header['FrameOfReferenceUID'];
  const value = typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? entry['Value'] : null;
  return typeof value === 'string' && value !== '' ? value : null;
}

/** @returns what the header leaves open is null, never a usual value */
export function scanPlacementOf(dataset: MrsDataset): ScanPlacement {
  const offset = dataset.header['TxOffset'];
  const isKnown = typeof offset === 'number' && Number.isFinite(offset);
  return {
    saturationBands: saturationBandsOf(dataset.header),
    excitedBox: voxelCount(dataset) > 1 ? excitedBoxOf(dataset.header) : null,
    carrierPpm: isKnown ? zeroFrequencyPpm(dataset) + offset : null,
  };
}
