// Patient and study as they cross to the page; contract.ts and the worklist's part of it share them.
import { z } from 'zod';

const id = z.string().min(1).max(64);

export const patientSchema = z.object({
  name: z.string().nullable(),
  id: z.string().nullable(),
  sex: z.string().nullable(),
  birthDate: z.string().nullable(),
  ageYears: z.number().nullable(),
  weightKg: z.number().nullable(),
});

export const studyStateSchema = z.enum(['new', 'fitted', 'reviewed', 'signed']);

export const studySummarySchema = z.object({
  id,
  patientId: id,
  title: z.string(),
  studyDate: z.string().nullable(),
  region: z.string().nullable(),
  state: studyStateSchema,
  createdAt: z.string(),
  patient: patientSchema,
  sequence: z.string().nullable(),
  fieldT: z.number().nullable(),
  echoTimeS: z.number().nullable(),
  repetitionTimeS: z.number().nullable(),
  datasetCount: z.number().int(),
  resultCount: z.number().int(),
});
