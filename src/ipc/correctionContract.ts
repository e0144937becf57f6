// The part of the contract about corrections of frequency and phase: all methods on the transients of one voxel, before and
// after.
import { z } from 'zod';
import { FPC_METHOD_IDS } from '../core/domain/correctionMethods.ts';

const id = z.string().min(1).max(64);
const floats = z.instanceof(Float32Array);
const doubles = z.instanceof(Float64Array);

/** "none": the transients as they were measured. */
const method = z.enum(['none', ...FPC_METHOD_IDS]);

/** Which transients are corrected. */
const placeSchema = z.object({
  datasetId: id,
  waterDatasetId: id.nullable(),
  /** Its steps up to the correction are run first; null: the recipe that suits the scan. */
  recipeId: z.string().max(200).nullable(),
  /** Index over x, y, z, C order. */
  voxel: z.number().int().min(0).max(1e6),
  /** Of an edited scan: 0 or 1. */
  condition: z.number().int().min(0).max(1e4),
});

/** Of the corrected transients; null where creatine's line does not stand free. */
const scoresSchema = z.object({
  similarityIndex: z.number(),
  metaboliteSimilarity: z.number(),
  creatineWidthHz: z.number().nullable(),
  snr: z.number().nullable(),
  driftHz: z.number(),
  driftDeg: z.number(),
});

const methodSchema = z.object({
  id: method,
  title: z.string(),
  citation: z.string(),
  isNetwork: z.boolean(),
  /** Why it could not correct these transients, in words. */
  failure: z.string().nullable(),
  outcome: z
    .object({
      scores: scoresSchema,
      /** Of the estimate for all transients. */
      elapsedMs: z.number(),
      /** What the outlier rejection would take out after it. */
      rejected: z.array(z.object({ transient: z.number().int(), reason: z.string() })),
      warnings: z.array(z.string()),
    })
    .nullable(),
});

const tableSchema = z.object({
  transients: z.number().int(),
  conditions: z.number().int(),
  methods: z.array(methodSchema),
  chosen: method,
  reason: z.string(),
  /** Which methods "auto" chooses among. */
  candidates: z.array(method),
});

/** Row k of `transients` and `similarity` is the transient k · step. */
const curvesSchema = z.object({
  /** Falling. */
  ppm: floats,
  step: z.number().int(),
  rows: z.number().int(),
  /** Real parts, rows × points. */
  transients: floats,
  mean: floats,
  /** Without rejected transients. */
  keptMean: floats,
  /** Normalised scalar products over 2.5–3.5 ppm, rows × rows. */
  similarity: floats,
  /** Found offsets of every transient. */
  shiftHz: doubles,
  phaseDeg: doubles,
  weight: doubles,
});

/** Requests about corrections (see contract.ts, which lists all channels). */
export const CORRECTION_CHANNELS = {
  /** Compares all methods as a job; once it has ended, the other two answer at once. */
  'correction:start': { request: placeSchema, response: z.object({ jobId: id }) },
  'correction:table': { request: placeSchema, response: tableSchema },
  /** What is drawn of one method; null where it failed. */
  'correction:curves': { request: placeSchema.extend({ method }), response: curvesSchema.nullable() },
} as const;

export type CorrectionPlace = z.infer<typeof placeSchema>;
export type CorrectionMethodId = z.infer<typeof method>;
export type CorrectionMethodView = z.infer<typeof methodSchema>;
export type CorrectionTableView = z.infer<typeof tableSchema>;
export type CorrectionCurvesView = z.infer<typeof curvesSchema>;
