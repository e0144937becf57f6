// The part of the contract about several methods on one spectrum: the newest result of each, with interval and doubt.
import { z } from 'zod';
import { doubtSchema } from './quantityContract.ts';

const id = z.string().min(1).max(64);
const floats = z.instanceof(Float64Array);

const estimateSchema = z.object({
  name: z.string(),
  amplitude: z.number(),
  crlbPercent: z.number().nullable(),
  crlbAbsolute: z.number().nullable(),
  ratioToTCr: z.number().nullable(),
  concentrationMM: z.number().nullable(),
  interval95: z.object({ low: z.number(), high: z.number() }).exactOptional(),
  ratios: z.array(z.object({ reference: z.string(), value: z.number(), sd: z.number().nullable() })).exactOptional(),
});

const methodSchema = z.object({
  analysisId: id,
  createdAt: z.string(),
  method: z.string(),
  version: z.string(),
  basisId: z.string(),
  status: z.enum(['converged', 'notConverged', 'refused']),
  reason: z.string().nullable(),
  metabolites: z.array(estimateSchema),
  combined: z.array(estimateSchema),
  inDistribution: z.boolean(),
  /** Of networks only. */
  doubt: doubtSchema.exactOptional(),
  executionProvider: z.string(),
  elapsedMs: z.number(),
  /** null where the method keeps none. */
  curves: z.object({ ppm: floats, data: floats, fit: floats, residual: floats }).nullable(),
});

/** Requests about the methods view (see contract.ts, which lists all channels). */
export const METHODS_CHANNELS = {
  /** The newest result of every method that a scan was analysed with, in one voxel; left out where it has none there. */
  'methods:voxel': {
    request: z.object({ datasetId: id, voxel: z.number().int().min(0) }),
    response: z.object({ methods: z.array(methodSchema) }),
  },
} as const;

export type MethodOfVoxelView = z.infer<typeof methodSchema>;
export type MethodsOfVoxelView = z.infer<(typeof METHODS_CHANNELS)['methods:voxel']['response']>;
