// Schemas that every part of the contract uses.
import { z } from 'zod';

export const jsonSchema = z.record(z.string(), z.json());
export const warningSchema = z.object({ code: z.string(), message: z.string() });
/** Of a file that was to be saved: saved false where the user cancelled the dialog; the base name only. */
export const savedFileSchema = z.object({ saved: z.boolean(), fileName: z.string().nullable() });
export const errorSchema = z.object({ code: z.string(), message: z.string(), details: jsonSchema });
