// The models part of the contract: the cards of the networks that come with the program, and their self-tests.
import { z } from 'zod';
import { MODEL_TASKS, NETWORK_DESIGNS, NETWORK_INPUTS } from '../core/domain/modelCard.ts';
import { jsonSchema } from './commonSchemas.ts';

const tokenSchema = z.uuid();
const modelId = z.string().max(200);
const range = z.tuple([z.number(), z.number()]).readonly();

const tensorSchema = z.object({
  name: z.string(),
  dtype: z.literal('float32'),
  shape: z.array(z.number().nullable()),
  meaning: z.string(),
});

const quantificationSchema = z.object({
  method: z.string(),
  design: z.enum(NETWORK_DESIGNS),
  input: z.enum(NETWORK_INPUTS),
  metabolites: z.array(z.string()),
  sums: z.array(z.string()),
  parameters: z.array(z.string()),
  basis: z.object({ id: z.string(), sha256: z.string() }).nullable(),
  trainedAmounts: z.record(z.string(), z.object({ mean: z.number(), range })),
  calibration: z.record(
    z.string(),
    z.object({ factor: z.number(), floor: z.number(), misfit: z.number().exactOptional() }),
  ),
  inDistribution: z.object({ latentLimit: z.number().nullable(), residualLimit: z.number().nullable() }),
});

/** As in core/domain/modelCard.ts. */
export const modelCardSchema = z.object({
  id: modelId,
  title: z.string(),
  version: z.number().int(),
  file: z.string(),
  sha256: z.string(),
  licence: z.string(),
  citation: z.string(),
  task: z.enum(MODEL_TASKS),
  inputs: z.array(tensorSchema),
  outputs: z.array(tensorSchema),
  protocol: z.object({
    nucleus: z.string(),
    fieldT: range.nullable(),
    sequences: z.array(z.string()).nullable(),
    echoTimeMs: range.nullable(),
    limits: z.record(z.string(), range),
  }),
  training: z.object({
    recipe: z.string(),
    presetFiles: z.array(z.string()),
    basisSha256: z.record(z.string(), z.string()),
    seeds: z.record(z.string(), z.number()),
    epochs: z.number(),
    hardware: z.string(),
    minutes: z.number(),
    command: z.string(),
  }),
  quantification: quantificationSchema.exactOptional(),
  metrics: jsonSchema,
  limits: z.array(z.string()),
});

/** A card, or why there is none that can be read. */
const listedModelSchema = z.object({
  id: modelId,
  card: modelCardSchema.nullable(),
  problem: z.string().nullable(),
});

const fallbacks = z.array(z.object({ provider: z.string(), reason: z.string() }));

const providerSchema = z.object({
  /** "cpu", "cuda" … */
  executionProvider: z.string(),
  /** Better providers, and why they were not taken. */
  fallbacks,
});

const verdictSchema = z.object({
  id: modelId,
  ok: z.boolean(),
  /** Why not, in one sentence. */
  reason: z.string().nullable(),
  /** What runs it here: "cpu", "cuda" …; null where it can't be run. */
  executionProvider: z.string().nullable(),
  /** Better providers, and why they were not taken. */
  fallbacks,
});

/** Requests about networks (see contract.ts, which lists all channels). */
export const MODEL_CHANNELS = {
  'models:list': { request: z.object({}), response: z.object({ models: z.array(listedModelSchema) }) },
  /** What runs the networks here; null before the first one was opened, when nothing has been chosen yet. */
  'models:provider': { request: z.object({}), response: z.object({ chosen: providerSchema.nullable() }) },
  /** Checks every hash and runs every stored self-test; progress comes as events. */
  'models:verify': {
    request: z.object({ token: tokenSchema }),
    response: z.object({ verdicts: z.array(verdictSchema) }),
  },
} as const;

export const MODEL_EVENTS = {
  /** Networks are run by another provider than before, or by one for the first time. */
  'models:provider-chosen': providerSchema,
  'models:progress': z.object({ token: tokenSchema, id: modelId, done: z.number().int(), all: z.number().int() }),
} as const;

export type ModelCardView = z.infer<typeof modelCardSchema>;
export type ListedModelView = z.infer<typeof listedModelSchema>;
export type ChosenProviderView = z.infer<typeof providerSchema>;
export type ModelVerdictView = z.infer<typeof verdictSchema>;
