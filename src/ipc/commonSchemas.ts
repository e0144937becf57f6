// Schemas that every part of the contract uses.
import { z } from 'zod';

export const jsonSchema = z.record(z.string(), z.json());
export const warningSchema = z.object({ code: z.string(), message: z.string() });
export const errorSchema = z.object({ code: z.string(), message: z.string(), details: jsonSchema });
