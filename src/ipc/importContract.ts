// The import part of the contract: files are looked at first (inspect), shown in a dialog, and stored only when the user
// says so (commit). What was read waits in the study host under a token that the page made.
import { z } from 'zod';
import { IMPORT_ROLES, type ImportChoices, type ImportPreview } from '../core/domain/importPreview.ts';
import { errorSchema, warningSchema } from './commonSchemas.ts';
import { deidentificationSchema } from './deidentificationContract.ts';

/** Paths in one request: a whole examination as single DICOM files, dropped without its folder. */
const MAX_PATHS = 50_000;

const itemId = z.string().min(1).max(200);
const tokenSchema = z.uuid();
const roleSchema = z.enum(IMPORT_ROLES);

export const importPreviewSchema = z.object({
  studies: z
    .array(
      z.object({
        title: z.string(),
        patient: z.string().nullable(),
        studyDate: z.string().nullable(),
        items: z
          .array(
            z.object({
              id: itemId,
              title: z.string(),
              fileCount: z.number().int(),
              sizeBytes: z.number(),
              formatTitle: z.string(),
              role: roleSchema,
              possibleRoles: z.array(roleSchema).readonly(),
              summary: z.string(),
              warnings: z.array(warningSchema).readonly(),
            }),
          )
          .readonly(),
        warnings: z.array(warningSchema).readonly(),
      }),
    )
    .readonly(),
  failures: z.array(z.object({ fileName: z.string(), message: z.string() })).readonly(),
}) satisfies z.ZodType<ImportPreview>;

export const importChoicesSchema = z.object({
  roles: z.record(itemId, roleSchema),
  deidentify: z.boolean(),
}) satisfies z.ZodType<ImportChoices>;

export const importResultSchema = z.object({
  studies: z.array(z.object({ studyId: z.string(), title: z.string(), isNew: z.boolean() })),
  failures: z.array(z.object({ fileName: z.string(), error: errorSchema })),
  /** What was taken out before it was stored; null where nothing was to be. */
  deidentification: deidentificationSchema.nullable(),
});

/** What was found; null where the user cancelled the system's dialog or the reading. */
const inspectionSchema = z.object({ token: tokenSchema, preview: importPreviewSchema }).nullable();

/** Requests about imports (see contract.ts, which lists all channels). */
export const IMPORT_CHANNELS = {
  /**
   * Opens the system's dialog, for files or for a folder (only macOS has one for both), and reads what was chosen;
   * progress comes as events.
   */
  'import:inspect': {
    request: z.object({ token: tokenSchema, what: z.enum(['files', 'folder']) }),
    response: inspectionSchema,
  },
  /** Paths of dropped files, made by the preload from the drop's File objects: the renderer never sees one. */
  'import:inspect-paths': {
    request: z.object({ token: tokenSchema, paths: z.array(z.string().max(4096)).min(1).max(MAX_PATHS) }),
    response: inspectionSchema,
  },
  /** Stops a reading; nothing happens where it has ended. */
  'import:cancel': { request: z.object({ token: tokenSchema }), response: z.object({}) },
  /** Stores what was read and forgets it. */
  'import:commit': {
    request: z.object({ token: tokenSchema, choices: importChoicesSchema }),
    response: importResultSchema,
  },
  /** Forgets what was read; nothing was stored. */
  'import:discard': { request: z.object({ token: tokenSchema }), response: z.object({}) },
  'import:demo': { request: z.object({}), response: importResultSchema },
} as const;

export const IMPORT_EVENTS = {
  'import:progress': z.object({ token: tokenSchema, fraction: z.number(), message: z.string() }),
  /** Files given on the command line or by the file manager were read and there is something to ask. */
  'import:inspected': z.object({ token: tokenSchema, preview: importPreviewSchema }),
  /** A reading that the page did not ask for ended without a question: imported, cancelled or failed. */
  'import:ended': z.object({ token: tokenSchema }),
  /** Files given on the command line or by the file manager were imported. */
  'import:finished': importResultSchema,
} as const;

export type ImportResultView = z.infer<typeof importResultSchema>;
export type InspectionView = NonNullable<z.infer<typeof inspectionSchema>>;
