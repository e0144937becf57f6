// The part of the contract about several methods on one spectrum: the newest result of each, with interval and doubt.
import { z } from 'zod';
import { doubtSchema, resultStatusSchema, shownCurvesSchema, shownEstimateFields } from './quantityContract.ts';

const id = z.string().min(1).max(64);

const estimateSchema = z.object(shownEstimateFields);

const methodSchema = z.object({
  analysisId: id,
  createdAt: z.string(),
  method: z.string(),
  version: z.string(),
  basisId: z.string(),
  status: resultStatusSchema,
  reason: z.string().nullable(),
  metabolites: z.array(estimateSchema),
  combined: z.array(estimateSchema),
  inDistribution: z.boolean(),
  /** Of networks only. */
  doubt: doubtSchema.exactOptional(),
  executionProvider: z.string(),
  elapsedMs: z.number(),
  curves: shownCurvesSchema,
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
