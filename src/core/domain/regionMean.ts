// A region's mean spectrum that was added to a study: how such a scan is known from others.

/** Format in the description of such a scan. */
export const REGION_MEAN_FORMAT = 'region-mean';

/** Name of the step in its provenance; the details list the voxels. */
export const REGION_MEAN_METHOD = 'Mean of a region';

interface Described {
  readonly description: { readonly format: string };
}

/** Whether a scan is the mean of a region of another; no scan's water reference belongs to it. */
export const isRegionMean = ({ description }: Described): boolean => description.format === REGION_MEAN_FORMAT;
