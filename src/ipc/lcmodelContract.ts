// The LCModel part of the contract. Which program is run is chosen in the system's dialog by the main process: the page is
// shown its path, and can name none.
import { z } from 'zod';
import { jsonSchema } from './commonSchemas.ts';

const id = z.string().min(1).max(64);

const installationSchema = z.object({
  /** Path of the executable; null where none is set. */
  executable: z.string().nullable(),
  /** For one spectrum. */
  timeLimitS: z.number(),
});

const probeSchema = z.object({
  isLcmodel: z.boolean(),
  version: z.string().nullable(),
  /** Beginning of what it wrote. */
  said: z.string(),
  sentence: z.string(),
});

/** Requests about LCModel (see contract.ts, which lists all channels). */
export const LCMODEL_CHANNELS = {
  'lcmodel:installation': { request: z.object({}), response: installationSchema },
  /** Asks for the executable in the system's dialog and keeps it; null where the user cancelled. */
  'lcmodel:choose': { request: z.object({}), response: installationSchema.nullable() },
  'lcmodel:forget': { request: z.object({}), response: installationSchema },
  'lcmodel:set-time-limit': {
    request: z.object({ timeLimitS: z.number().min(1).max(86_400) }),
    response: installationSchema,
  },
  /** Runs the executable without data. */
  'lcmodel:test': { request: z.object({}), response: probeSchema },
  /** Starts preprocessing and LCModel; progress and end come as events. Voxels null = all with signal. */
  'lcmodel:run': {
    request: z.object({
      datasetId: id,
      waterDatasetId: id.nullable(),
      basisId: z.string().max(200),
      recipeId: z.string().max(200),
      /** Settings of core/quantification/lcmodel. */
      settings: jsonSchema,
      /** Further control parameters, each KEY=VALUE. */
      control: z.array(z.string().max(600)).max(200),
      voxels: z.array(z.number().int().min(0)).max(100_000).nullable(),
    }),
    response: z.object({ jobId: id }),
  },
  /** Asks for result files or a folder of them and stores them beside the scan's other results; null where cancelled. */
  'lcmodel:import': {
    request: z.object({ datasetId: id, what: z.enum(['files', 'folder']) }),
    response: z.object({ analysisId: id }).nullable(),
  },
} as const;

export type LcmodelInstallationView = z.infer<typeof installationSchema>;
export type LcmodelProbeView = z.infer<typeof probeSchema>;
