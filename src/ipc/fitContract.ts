// The fit-settings part of the contract: which methods there are with their options, and prior knowledge from a file.
import { z } from 'zod';
import { jsonSchema } from './commonSchemas.ts';

const id = z.string().min(1).max(64);

export const fitMethodSchema = z.object({
  id: z.string(),
  /** false: it fits single lines, and no basis set is chosen. */
  needsBasis: z.boolean(),
  /** Every option with its default; `fit:start` takes those that differ. */
  defaults: jsonSchema,
});

/** Prior knowledge that comes with the program. */
export const shippedKnowledgeSchema = z.object({
  id: z.string(),
  title: z.string(),
  nucleus: z.string(),
  /** Taken for its nucleus where nothing is chosen. */
  isUsual: z.boolean(),
});

export const priorKnowledgeSchema = z.object({
  fileName: z.string(),
  title: z.string(),
  /** null where the file does not say. */
  nucleus: z.string().nullable(),
  peaks: z.array(z.string()),
  /** What goes into AMARES's option `priorKnowledge`. */
  knowledge: jsonSchema,
});

/** Requests about fit settings (see contract.ts, which lists all channels). */
export const FIT_CHANNELS = {
  'fit:methods': {
    request: z.object({}),
    response: z.object({ methods: z.array(fitMethodSchema), priorKnowledge: z.array(shippedKnowledgeSchema) }),
  },
  /** Asks for a file and reads it for this scan; null where the user cancelled. */
  'fit:prior-knowledge': { request: z.object({ datasetId: id }), response: priorKnowledgeSchema.nullable() },
} as const;

export type FitMethodView = z.infer<typeof fitMethodSchema>;
export type ShippedKnowledgeView = z.infer<typeof shippedKnowledgeSchema>;
export type PriorKnowledgeView = z.infer<typeof priorKnowledgeSchema>;
