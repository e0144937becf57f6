// The part of the contract about scans in space: what a header says of a scan's place, the spectra of a grid, and regions.
import { z } from 'zod';

const id = z.string().min(1).max(64);
const floats = z.instanceof(Float64Array);
const vector = z.tuple([z.number(), z.number(), z.number()]);
/** Voxels of the largest grid that is drawn. */
const MAX_VOXELS = 100_000;
/** Spectra of one answer. */
const MAX_SPECTRA = 1024;

export const placementSchema = z.object({
  saturationBands: z.array(z.object({ centreMm: vector, normal: vector, thicknessMm: z.number() })),
  /** Of a grid: index → RAS mm of the one voxel that was excited. */
  excitedBox: z.array(z.number()).length(16).nullable(),
  carrierPpm: z.number().nullable(),
});

export const gridSpectraSchema = z.object({
  /** Numbers over the grid, C order, as they were asked for. */
  voxels: z.array(z.number().int()),
  /** Values of one spectrum: real part after preprocessing, lowest and highest of neighbouring points in turn. */
  points: z.number().int(),
  /** One spectrum after another, rising ppm. */
  values: floats,
});

export const regionMeanSchema = z.object({
  re: floats,
  im: floats,
  dwellTimeS: z.number(),
  spectrometerFrequencyMHz: z.number(),
  nucleus: z.string(),
  referencePpm: z.number(),
  /** Voxels that were averaged; those without any signal are left out. */
  used: z.array(z.number().int()),
  /** Spread of their frequencies before they were aligned. [Hz] */
  shiftSdHz: z.number(),
});

const regionRequest = z.object({
  datasetId: id,
  waterDatasetId: id.nullable(),
  voxels: z.array(z.number().int().min(0)).min(1).max(MAX_VOXELS),
});

/** Requests (see contract.ts, which lists all channels). */
export const MRSI_CHANNELS = {
  'scan:placement': { request: z.object({ datasetId: id }), response: placementSchema },
  /** Whether an image and a scan were measured in one frame of reference: a table that moved, or another visit, makes another. */
  'image:frame': {
    request: z.object({ datasetId: id, imageId: id }),
    response: z.object({ frame: z.enum(['same', 'other', 'unknown']) }),
  },
  /** The spectra of some voxels of a grid, small; a slice is asked for piece by piece, so that each is seen at once. */
  'mrsi:spectra': {
    request: z.object({
      datasetId: id,
      waterDatasetId: id.nullable(),
      voxels: z.array(z.number().int().min(0)).min(1).max(MAX_SPECTRA),
      ppm: z.tuple([z.number(), z.number()]),
      points: z.number().int().min(2).max(1024),
    }),
    response: gridSpectraSchema,
  },
  /** The mean of a region's spectra, aligned in frequency and phase. */
  'mrsi:region-mean': { request: regionRequest, response: regionMeanSchema },
  /** Adds that mean to the study as a scan of its own, to be fitted; the same again gives the same. */
  'mrsi:keep-region': {
    request: regionRequest.extend({ name: z.string().min(1).max(60) }),
    response: z.object({ datasetId: id }),
  },
} as const;

export type PlacementView = z.infer<typeof placementSchema>;
export type GridSpectraView = z.infer<typeof gridSpectraSchema>;
export type RegionMeanView = z.infer<typeof regionMeanSchema>;
