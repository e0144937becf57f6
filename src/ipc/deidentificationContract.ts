// What a de-identification took out, as it crosses to the page.
import { z } from 'zod';
import { REMOVAL_ACTIONS, type DeidentificationReport } from '../core/domain/deidentification.ts';

export const deidentificationSchema = z.object({
  files: z
    .array(
      z.object({
        name: z.string(),
        removals: z.array(z.object({ place: z.string(), action: z.enum(REMOVAL_ACTIONS) })).readonly(),
        notes: z.array(z.string()).readonly(),
      }),
    )
    .readonly(),
  notes: z.array(z.string()).readonly(),
}) satisfies z.ZodType<DeidentificationReport>;
