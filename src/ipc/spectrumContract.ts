// The part of the contract about the spectrum viewer: figures of a spectrum, and the transients of a scan many at a time.
import { z } from 'zod';

const id = z.string().min(1).max(64);

/** One voxel of one scan, prepared with the water reference given. */
const spectrumPlace = {
  datasetId: id,
  waterDatasetId: id.nullable(),
  voxel: z.number().int().min(0).max(1e6),
};

/** How many transients cross in one answer, so that none keeps the window waiting. */
export const MOST_TRANSIENTS = 32;

const lineSchema = z.object({ fwhmHz: z.number(), fwhmPpm: z.number() });

/** Requests about the spectrum viewer (see contract.ts, which lists all channels). */
export const SPECTRUM_CHANNELS = {
  /** Signal-to-noise by each definition, widths of the lines by which quality is told, of the processed spectrum. */
  'spectrum:figures': {
    request: z.object(spectrumPlace),
    response: z.object({
      snr: z.array(
        z.object({
          definition: z.string(),
          label: z.string(),
          /** null: see the reason. */
          value: z.number().nullable(),
          reason: z.string().nullable(),
        }),
      ),
      /** null where there is no such line. */
      lines: z.object({ tNAA: lineSchema.nullable(), tCr: lineSchema.nullable(), water: lineSchema.nullable() }),
      /** The water reference, prepared with the scan; null without one. */
      water: z
        .object({
          /** |s(0)|, brought to the scan's scale as far as the files tell it. */
          height: z.number(),
          /** Whether the files tell how the receiver gains of scan and reference compare. */
          gain: z.enum(['told', 'unknown', 'different']),
          /** Why its scale may not be the scan's, in words. */
          doubts: z.array(z.string()),
        })
        .nullable(),
    }),
  },
  /** Some of a scan's transients, coils combined or one of them. */
  'spectrum:transients': {
    request: z.object({
      ...spectrumPlace,
      coil: z.union([z.literal('combined'), z.number().int().min(0).max(4096)]),
      /** The first, and how many; fewer come where the scan ends. */
      from: z.number().int().min(0).max(1e5),
      count: z.number().int().min(1).max(MOST_TRANSIENTS),
    }),
    response: z.object({
      /** FIDs one after another, count × points. */
      re: z.instanceof(Float32Array),
      im: z.instanceof(Float32Array),
      count: z.number().int(),
      /** Of the scan. */
      total: z.number().int(),
    }),
  },
} as const;

export type SpectrumFiguresView = z.infer<(typeof SPECTRUM_CHANNELS)['spectrum:figures']['response']>;
export type TransientsView = z.infer<(typeof SPECTRUM_CHANNELS)['spectrum:transients']['response']>;
