// The export part of the contract. Where to is asked by the main process in the system's dialog: the page names no folder, and
// is told the base name only.
import { z } from 'zod';
import { EXPORT_FORMATS } from '../core/domain/studyExport.ts';
import { languageSchema } from './frameContract.ts';
import { paperSchema } from './reportContract.ts';
import { MAX_STUDIES } from './worklistContract.ts';
import { deidentificationSchema } from './deidentificationContract.ts';

const id = z.string().min(1).max(64);
/** Datasets of one study: more than any examination has. */
const MAX_DATASETS = 10_000;
const tokenSchema = z.uuid();

export const exportResultSchema = z.object({
  folderName: z.string(),
  fileCount: z.number().int(),
  /** null where the patient's identity stayed in the files. */
  report: deidentificationSchema.nullable(),
  notes: z.array(z.string()),
});

/** What came of the reports of several studies. */
export const reportsResultSchema = z.object({
  folderName: z.string(),
  fileCount: z.number().int(),
  /** Stopped by the user; what was written before stays. */
  stopped: z.boolean(),
  failures: z.array(z.object({ title: z.string(), message: z.string() })),
});

/** Requests about exports (see contract.ts, which lists all channels). */
export const EXPORT_CHANNELS = {
  /** Asks for a folder and writes a new one into it; progress comes as events. null where the user cancelled. */
  'export:study': {
    request: z.object({
      token: tokenSchema,
      studyId: id,
      datasetIds: z.array(id).min(1).max(MAX_DATASETS),
      format: z.enum(EXPORT_FORMATS),
      /** false: with what identifies the patient, which the database notes. */
      deidentify: z.boolean(),
    }),
    response: exportResultSchema.nullable(),
  },
  /** Asks for a folder and writes the report of each study into a new one in it; progress comes as events. null where the
   * user cancelled. */
  'export:reports': {
    request: z.object({
      token: tokenSchema,
      studyIds: z.array(id).min(1).max(MAX_STUDIES),
      format: z.enum(['pdf', 'html']),
      language: languageSchema,
      paper: paperSchema,
    }),
    response: reportsResultSchema.nullable(),
  },
  /** Stops an export; nothing happens where it has ended. */
  'export:cancel': { request: z.object({ token: tokenSchema }), response: z.object({}) },
  /** Shows the exported folder in the system's file manager. */
  'export:show': { request: z.object({ token: tokenSchema }), response: z.object({}) },
} as const;

export const EXPORT_EVENTS = {
  'export:progress': z.object({ token: tokenSchema, fraction: z.number(), message: z.string() }),
} as const;

export type ExportResultView = z.infer<typeof exportResultSchema>;
export type ReportsResultView = z.infer<typeof reportsResultSchema>;
