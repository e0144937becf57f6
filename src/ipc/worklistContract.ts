// The worklist part of the contract: which studies in which order, their rows a screen at a time, and what is done to
// several at once.
import { z } from 'zod';
import { TRANSFER_STATES } from '../core/domain/dicomNode.ts';
import { WORKLIST_SORT_KEYS } from '../core/domain/worklistQuery.ts';
import { savedFileSchema } from './commonSchemas.ts';
import { studyStateSchema, studySummarySchema } from './studySchemas.ts';

const id = z.string().min(1).max(64);
/** More studies than a database of this kind holds. */
export const MAX_STUDIES = 100_000;
/** Rows of a screen, several times over. */
const MAX_ROWS = 500;

const studyIds = z.array(id).min(1).max(MAX_STUDIES);
const gradeSchema = z.enum(['good', 'average', 'borderline', 'fail']);
const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .nullable();
/** How patients are called in tables that leave the program. */
export const patientNamingSchema = z.enum(['pseudonym', 'number']);

const states = z.array(studyStateSchema).max(4);
const grades = z.array(z.enum([...gradeSchema.options, 'none'])).max(5);

export const worklistQuerySchema = z.object({
  search: z.string().max(400),
  meanings: z.array(z.object({ word: z.string().max(400), states, grades })).max(200),
  states,
  grades,
  fieldsT: z.array(z.number().positive()).max(40),
  from: date,
  to: date,
  withMrsi: z.boolean(),
  sortBy: z.enum(WORKLIST_SORT_KEYS),
  descending: z.boolean(),
});

const worklistRowSchema = studySummarySchema.extend({
  scanner: z.string().nullable(),
  voxels: z.number().int(),
  quality: gradeSchema.nullable(),
  importWarnings: z.number().int(),
  fitWarnings: z.number().int(),
  /** How what was sent of it to other DICOM nodes stands; null: nothing was. */
  sending: z
    .object({
      status: z.enum(['waiting', 'sent', 'failed']),
      transfers: z.array(
        z.object({
          nodeName: z.string(),
          state: z.enum(TRANSFER_STATES),
          at: z.string(),
          message: z.string().nullable(),
        }),
      ),
    })
    .nullable(),
});

/** Requests about the worklist (see contract.ts, which lists all channels). */
export const WORKLIST_CHANNELS = {
  'worklist:query': {
    request: worklistQuerySchema,
    response: z.object({ ids: z.array(id), total: z.number().int(), fieldsT: z.array(z.number()) }),
  },
  /** In the order of the ids; studies that are gone are left out. */
  'worklist:rows': {
    request: z.object({ ids: z.array(id).max(MAX_ROWS) }),
    response: z.array(worklistRowSchema),
  },
  'worklist:delete': { request: z.object({ studyIds }), response: z.object({ deleted: z.number().int() }) },
  /** Marks studies as reviewed, or back as what they were before; signed ones stay as they are. */
  'worklist:review': {
    request: z.object({ studyIds, reviewed: z.boolean() }),
    response: z.object({ changed: z.number().int(), signed: z.number().int() }),
  },
  /** Asks where to save the newest result of each scan by each method as one CSV table, and writes it. */
  'worklist:save-ratios': {
    request: z.object({ studyIds, patients: patientNamingSchema }),
    response: savedFileSchema,
  },
} as const;

export type WorklistQueryView = z.infer<typeof worklistQuerySchema>;
export type WorklistRowView = z.infer<typeof worklistRowSchema>;
export type PatientNaming = z.infer<typeof patientNamingSchema>;
