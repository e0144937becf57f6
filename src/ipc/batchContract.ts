// The batch part of the contract: many studies by one set-up, how far each is, what failed and why.
import { z } from 'zod';
import { BATCH_ITEM_STATES, BATCH_STATES } from '../core/domain/batch.ts';
import { savedFileSchema } from './commonSchemas.ts';
import { patientSchema } from './studySchemas.ts';
import { MAX_STUDIES, patientNamingSchema } from './worklistContract.ts';

const id = z.string().min(1).max(64);
const choice = z.string().min(1).max(200).nullable();

/** null: what suits each scan; for the method, the recipe's own. */
export const batchSettingsSchema = z.object({
  recipeId: choice,
  method: choice,
  alsoBy: z.array(z.string().min(1).max(64)).max(64),
  basisId: choice,
});

const batchFields = {
  id,
  settings: batchSettingsSchema,
  state: z.enum(BATCH_STATES),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
};

/** How a study of a batch stands. */
const itemStateSchema = z.object({
  studyId: id,
  state: z.enum(BATCH_ITEM_STATES),
  message: z.string().nullable(),
  analysisId: id.nullable(),
  resultCount: z.number().int(),
});

const itemSchema = itemStateSchema.extend({
  patient: patientSchema,
  title: z.string(),
  studyDate: z.string().nullable(),
});

const count = z.number().int();
const batchRequest = z.object({ batchId: id });

/** Requests about batches (see contract.ts, which lists all channels). */
export const BATCH_CHANNELS = {
  /** Starts at once; progress and ends come as events, and the batch stays in the database. */
  'batch:start': {
    request: z.object({ studyIds: z.array(id).min(1).max(MAX_STUDIES), settings: batchSettingsSchema }),
    response: z.object({ batchId: id, jobId: id }),
  },
  /** Newest first. */
  'batch:list': {
    request: z.object({}),
    response: z.array(
      z.object({
        ...batchFields,
        counts: z.object({
          waiting: count,
          running: count,
          done: count,
          failed: count,
          cancelled: count,
          interrupted: count,
        }),
      }),
    ),
  },
  /** With the job that runs it, where one does. */
  'batch:open': {
    request: batchRequest,
    response: z.object({ ...batchFields, jobId: id.nullable(), items: z.array(itemSchema) }),
  },
  /** Goes on where it was interrupted; otherwise runs again what is not done. */
  'batch:retry': { request: batchRequest, response: z.object({ jobId: id }) },
  /** What was interrupted counts as cancelled. */
  'batch:give-up': { request: batchRequest, response: z.object({}) },
  /** Forgets the batch; its results stay with their studies. */
  'batch:remove': { request: batchRequest, response: z.object({}) },
  /** Asks where to save the ratios of all results as one CSV table, and writes it. */
  'batch:save-ratios': {
    request: z.object({ batchId: id, patients: patientNamingSchema }),
    response: savedFileSchema,
  },
} as const;

export const BATCH_EVENTS = {
  /** A study of the batch began or ended; null: the batch as a whole. */
  'batch:changed': z.object({ batchId: id, item: itemStateSchema.nullable() }),
  'batch:progress': z.object({ batchId: id, studyId: id, fraction: z.number(), message: z.string() }),
} as const;

export type BatchSettingsView = z.infer<typeof batchSettingsSchema>;
export type BatchSummaryView = z.infer<(typeof BATCH_CHANNELS)['batch:list']['response']>[number];
export type BatchView = z.infer<(typeof BATCH_CHANNELS)['batch:open']['response']>;
export type BatchItemView = z.infer<typeof itemSchema>;
export type BatchItemStateView = z.infer<typeof itemStateSchema>;
