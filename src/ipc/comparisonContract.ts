// The comparison part of the contract: two analyses of one spectrum side by side, and two methods over many spectra.
import { z } from 'zod';
import { jsonSchema, savedFileSchema } from './commonSchemas.ts';
import { doubtSchema, resultStatusSchema, shownCurvesSchema, shownEstimateFields } from './quantityContract.ts';

const id = z.string().min(1).max(64);
/** More studies than a database of this kind holds. */
const MAX_STUDIES = 100_000;
/** A figure or a table of many spectra; far above what either needs. */
const MAX_CONTENT = 64_000_000;

const quantity = z.enum(['ratio', 'amplitude', 'concentration']);

const estimateSchema = z.object({
  ...shownEstimateFields,
  concentrations: z.array(z.object({ value: z.number(), unit: z.string(), sd: z.number().nullable() })).exactOptional(),
});

/** One analysis's part of a spectrum's comparison. */
const sideSchema = z.object({
  method: z.string(),
  version: z.string().nullable(),
  basisId: z.string(),
  recipe: jsonSchema,
  /** null where the voxel was not fitted. */
  result: z
    .object({
      status: resultStatusSchema,
      reason: z.string().nullable(),
      metabolites: z.array(estimateSchema),
      combined: z.array(estimateSchema),
      /** Of networks only. */
      doubt: doubtSchema.exactOptional(),
    })
    .nullable(),
  curves: shownCurvesSchema,
});

const studyIds = z.array(id).max(MAX_STUDIES);

/** A method, or one set-up of it, that analyses of some studies were made with. */
const methodSchema = z.object({
  key: z.string(),
  method: z.string(),
  /** null: any set-up, the newest analysis of each scan. */
  recipeId: z.string().nullable(),
  /** Options that are not the recipe's own, in words; empty for none. */
  changed: z.string(),
  studies: z.number().int(),
});

const scopeSchema = z.discriminatedUnion('kind', [
  /** All voxels of two analyses of one scan. */
  z.object({ kind: z.literal('grid'), a: id, b: id }),
  /** Studies; `a` and `b` are keys of comparison:methods. */
  z.object({ kind: z.literal('studies'), studyIds, a: z.string().max(200), b: z.string().max(200) }),
]);

const agreementSchema = z.object({
  /** What both have fitted. A study's number is its place by time of import, from 1: it names no one. */
  spectra: z.array(
    z.object({
      studyId: id,
      studyNumber: z.number().int(),
      datasetId: id,
      voxel: z.number().int(),
      analysisA: id,
      analysisB: id,
      statusA: resultStatusSchema,
      statusB: resultStatusSchema,
    }),
  ),
  rows: z.array(
    z.object({
      name: z.string(),
      isSum: z.boolean(),
      points: z.array(
        z.object({
          /** Index into `spectra`. */
          spectrum: z.number().int(),
          a: z.number(),
          b: z.number(),
          crlbPercentA: z.number().nullable(),
          crlbPercentB: z.number().nullable(),
        }),
      ),
    }),
  ),
  onlyA: z.number().int(),
  onlyB: z.number().int(),
});

/** Requests about comparisons (see contract.ts, which lists all channels). */
export const COMPARISON_CHANNELS = {
  'comparison:voxel': {
    request: z.object({ a: id, b: id, voxel: z.number().int().min(0) }),
    response: z.object({ a: sideSchema, b: sideSchema }),
  },
  'comparison:methods': { request: z.object({ studyIds }), response: z.array(methodSchema) },
  'comparison:agreement': { request: z.object({ scope: scopeSchema, quantity }), response: agreementSchema },
  /** Asks where to save a table or a figure, and writes it; saved false where the user cancelled. PNG as base64. */
  'comparison:save': {
    request: z.object({
      format: z.enum(['csv', 'svg', 'png']),
      suggestedName: z.string().regex(/^[\w][\w -]{0,80}$/),
      content: z.string().max(MAX_CONTENT),
    }),
    response: savedFileSchema,
  },
} as const;

export type ComparedQuantityView = z.infer<typeof quantity>;
export type ComparedEstimateView = z.infer<typeof estimateSchema>;
export type ComparedSideView = z.infer<typeof sideSchema>;
export type VoxelComparisonView = z.infer<(typeof COMPARISON_CHANNELS)['comparison:voxel']['response']>;
export type ComparedMethodView = z.infer<typeof methodSchema>;
export type ComparisonScope = z.infer<typeof scopeSchema>;
export type AgreementView = z.infer<typeof agreementSchema>;
