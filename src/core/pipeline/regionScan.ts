// A region's mean spectrum as a scan of its own, to be fitted, compared and exported as any other.
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { pointCount } from '../domain/mrsDataset.ts';
import type { ProvenanceStamp } from '../domain/provenance.ts';
import { provenanceEntry } from '../domain/provenance.ts';
import { REGION_MEAN_FORMAT, REGION_MEAN_METHOD } from '../domain/regionMean.ts';
import { writeNiftiMrs } from '../formats/niftiMrsWriter.ts';
import type { NewDataset } from '../ports/studyStore.ts';
import { regionMean } from '../preprocessing/regionMean.ts';
import { describeDataset } from './describeDataset.ts';

/** A region as the user drew it. */
export interface NamedRegion {
  readonly name: string;
  /** Numbers over the grid, C order. */
  readonly voxels: readonly number[];
  /** SHA-256 of the grid's file. */
  readonly sourceSha256: string;
}

/** A name that the user gives, as part of a file's. */
const fileStem = (name: string): string => name.replace(/[^\p{L}\p{N}._ -]+/gu, '_').trim() || 'region';

/** NIfTI-MRS keys that tell of the grid, not of its mean. */
const OF_THE_GRID: readonly string[] = ['VOI', 'kSpace'];

/**
 * The mean spectrum of a region as a dataset to be stored. It has no place: a region is no box.
 * @param processed the grid after preprocessing, one signal a voxel
 * @throws ProcessingError, see regionMean
 */
export function regionScan(processed: MrsDataset, region: NamedRegion, stamp: ProvenanceStamp): NewDataset {
  const { mean, used, shiftSdHz } = regionMean(processed, region.voxels);
  const details: JsonObject = {
    region: region.name,
    voxels: [...region.voxels],
    averaged: used.length,
    shiftSdHz,
    aligned: 'spectral registration',
    sourceSha256: region.sourceSha256,
  };
  const kept = Object.entries(processed.header).filter(([key]) => !OF_THE_GRID.includes(key));
  const dataset: MrsDataset = {
    ...processed,
    data: { re: mean.re, im: mean.im, shape: [1, 1, 1, pointCount(processed)] },
    dimensions: [],
    affine: null,
    header: Object.fromEntries(kept),
    acquisition: { ...processed.acquisition, region: region.name },
    provenance: [...processed.provenance, provenanceEntry(stamp, REGION_MEAN_METHOD, details)],
    warnings: [],
  };
  return {
    role: 'metabolite',
    fileName: `${fileStem(region.name)} (${used.length} voxels).nii.gz`,
    bytes: writeNiftiMrs(dataset),
    description: { ...describeDataset(dataset), format: REGION_MEAN_FORMAT },
  };
}

/** Whether a stored mean is that of a region. */
export function isMeanOf({ provenance }: Pick<MrsDataset, 'provenance'>, region: NamedRegion): boolean {
  const details = provenance.find(({ method }) => method === REGION_MEAN_METHOD)?.details;
  const voxels = details?.['voxels'];
  return (
    details?.['region'] === region.name &&
    details['sourceSha256'] === region.sourceSha256 &&
    Array.isArray(voxels) &&
    voxels.length === region.voxels.length &&
    region.voxels.every((v, i) => v === voxels[i])
  );
}
