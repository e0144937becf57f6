// The maps part of the contract: a grid's results as NIfTI. Where to is asked by the main process in the system's dialog: the
// page names no folder, and is told the base name only.
import { z } from 'zod';

const id = z.string().min(1).max(64);

export const mapExportSchema = z.object({ folderName: z.string(), fileCount: z.number().int() });

/** Requests about maps (see contract.ts, which lists all channels). */
export const MAP_CHANNELS = {
  /** Asks for a folder and writes all maps of an analysis into a new one there; null where the user cancelled. */
  'maps:export': { request: z.object({ analysisId: id }), response: mapExportSchema.nullable() },
} as const;

export type MapExportView = z.infer<typeof mapExportSchema>;
