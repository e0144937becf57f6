// The fit-settings part of the contract: which methods there are with their options, and prior knowledge from a file.
import { z } from 'zod';
import {
  CORRECTION_CHOICES,
  DENOISING_CHOICES,
  DENOISING_METHOD_IDS,
  FPC_METHOD_IDS,
} from '../core/domain/correctionMethods.ts';
import { jsonSchema } from './commonSchemas.ts';

const id = z.string().min(1).max(64);

export const METHOD_GROUPS = ['fit', 'network', 'ours'] as const;

export const fitMethodSchema = z.object({
  id: z.string(),
  /** Model fits, published networks, and what this program adds to them. */
  group: z.enum(METHOD_GROUPS),
  /** Id of the network that would be taken for the scan; null for fits, and where none knows the scan. */
  modelId: z.string().nullable(),
  /** Why it can't be used for the scan, in one sentence; null where it can. */
  obstacle: z.string().nullable(),
  /** false: no basis set is chosen: it fits single lines, or its network brings the set that it was trained with. */
  needsBasis: z.boolean(),
  /** It fits single lines, whose scale to water is unknown. */
  fitsSingleLines: z.boolean(),
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

export const correctionSchema = z.enum(CORRECTION_CHOICES);
export const denoisingSchema = z.enum(DENOISING_CHOICES);

/** A method of correction or denoising. */
const processingMethodSchema = z.object({
  id: z.string(),
  title: z.string(),
  citation: z.string(),
  isNetwork: z.boolean(),
  /** false: its network is not installed. */
  isAvailable: z.boolean(),
});

/** Requests about fit settings (see contract.ts, which lists all channels). */
export const FIT_CHANNELS = {
  /** With a dataset: which networks know such scans. */
  'fit:methods': {
    request: z.object({ datasetId: id.exactOptional() }),
    response: z.object({
      methods: z.array(fitMethodSchema),
      priorKnowledge: z.array(shippedKnowledgeSchema),
      corrections: z.array(processingMethodSchema.extend({ id: z.enum(FPC_METHOD_IDS) })),
      denoisers: z.array(processingMethodSchema.extend({ id: z.enum(DENOISING_METHOD_IDS) })),
    }),
  },
  /** Asks for a file and reads it for this scan; null where the user cancelled. */
  'fit:prior-knowledge': { request: z.object({ datasetId: id }), response: priorKnowledgeSchema.nullable() },
} as const;

export type FitMethodView = z.infer<typeof fitMethodSchema>;
export type ProcessingMethodView = z.infer<typeof processingMethodSchema>;
export type ShippedKnowledgeView = z.infer<typeof shippedKnowledgeSchema>;
export type PriorKnowledgeView = z.infer<typeof priorKnowledgeSchema>;
