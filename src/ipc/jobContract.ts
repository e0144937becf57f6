// The job part of the contract: stopping long work, and taking up again what a crash interrupted.
import { z } from 'zod';
import { patientSchema } from './studySchemas.ts';

const id = z.string().min(1).max(64);
const jobRequest = z.object({ jobId: id });

export const INTERRUPTED_KINDS = ['fit', 'lcmodel', 'correction', 'simulate', 'import', 'fetch', 'other'] as const;

const interruptedSchema = z.object({
  jobId: id,
  kind: z.enum(INTERRUPTED_KINDS),
  /** The study that it worked on; null for work on none. */
  study: z.object({ id, title: z.string(), patient: patientSchema }).nullable(),
  createdAt: z.string(),
  /** false: it has to be begun anew by hand. */
  canResume: z.boolean(),
});

/** Requests about jobs (see contract.ts, which lists all channels). */
export const JOB_CHANNELS = {
  'job:cancel': { request: jobRequest, response: z.object({}) },
  /** What was interrupted by an end of the program, newest first; batches are told by batch:list. */
  'job:interrupted': { request: z.object({}), response: z.array(interruptedSchema) },
  /** Begins it again as it was asked, as a new job. */
  'job:resume': { request: jobRequest, response: jobRequest },
  /** Takes it off the list. */
  'job:give-up': { request: jobRequest, response: z.object({}) },
} as const;

export type InterruptedJobView = z.infer<typeof interruptedSchema>;
export type InterruptedKind = (typeof INTERRUPTED_KINDS)[number];
