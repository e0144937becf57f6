// Schemas of what a result carries beyond the bare fit: amounts with their factors, ratios, intervals, quality. All optional:
// results stored by earlier versions lack them.
import { z } from 'zod';
import { QUALITY_QUANTITIES } from '../core/domain/qualityThresholds.ts';

const factorInputSchema = z.object({ name: z.string(), value: z.number(), unit: z.string(), source: z.string() });

const factorSchema = z.object({
  name: z.string(),
  operation: z.enum(['times', 'over']),
  value: z.number(),
  unit: z.string(),
  source: z.string(),
  inputs: z.array(factorInputSchema),
  assumedOne: z.boolean(),
});

const conventionSchema = z.enum(['molality', 'molarity', 'lcmodel']);

export const resultStatusSchema = z.enum(['converged', 'notConverged', 'refused']);

const floats = z.instanceof(Float64Array);
/** Of a result that others are shown beside; null where its method keeps none. */
export const shownCurvesSchema = z.object({ ppm: floats, data: floats, fit: floats, residual: floats }).nullable();

/** What every estimate has. */
export const estimateFields = {
  name: z.string(),
  amplitude: z.number(),
  crlbPercent: z.number().nullable(),
  crlbAbsolute: z.number().nullable(),
  ratioToTCr: z.number().nullable(),
  concentrationMM: z.number().nullable(),
} as const;

/** Further fields of an estimate. */
export const estimateQuantities = {
  concentrations: z
    .array(
      z.object({
        convention: conventionSchema,
        value: z.number(),
        unit: z.string(),
        sd: z.number().nullable(),
        factors: z.array(factorSchema),
        members: z.array(z.string()).nullable(),
      }),
    )
    .exactOptional(),
  interval95: z
    .object({
      low: z.number(),
      high: z.number(),
      method: z.enum(['profileLikelihood', 'monteCarlo', 'calibratedSpread']),
    })
    .exactOptional(),
  ratios: z.array(z.object({ reference: z.string(), value: z.number(), sd: z.number().nullable() })).exactOptional(),
} as const;

/** An estimate as it stands beside other methods': what decided its interval and its amounts is left out. */
export const shownEstimateFields = {
  ...estimateFields,
  interval95: z.object({ low: z.number(), high: z.number() }).exactOptional(),
  ratios: estimateQuantities.ratios,
} as const;

const waterScalingSchema = z.object({
  water: z.object({ amplitude: z.number(), sd: z.number(), fwhmHz: z.number().nullable(), method: z.string() }),
  conventions: z.array(z.object({ convention: conventionSchema, unit: z.string(), factors: z.array(factorSchema) })),
});

const quantitySchema = z.enum(QUALITY_QUANTITIES);

const gradeSchema = z.enum(['good', 'average', 'borderline', 'fail']);

const snrSchema = z.object({
  definition: z.enum(['lcmodel', 'naaDownfieldNoise', 'naaUpfieldNoise', 'consensus', 'timeDomain']),
  label: z.string(),
  value: z.number().nullable(),
  reason: z.string().nullable(),
});

const qualitySchema = z.object({
  snr: z.array(snrSchema),
  snrDenoised: z.array(snrSchema).exactOptional(),
  waterFwhmHz: z.number().nullable(),
  tCrFwhmHz: z.number().nullable(),
  drift: z
    .object({
      transients: z.number(),
      meanHz: z.number(),
      sdHz: z.number(),
      rangeHz: z.number(),
      slopeHzPerMin: z.number().nullable(),
      slopeSeHzPerMin: z.number().nullable(),
    })
    .nullable(),
  residualOverNoise: z.number().nullable(),
  whitenessP: z.number().nullable(),
  assessment: z.object({
    thresholds: z.string(),
    grade: gradeSchema.nullable(),
    figures: z.array(
      z.object({
        quantity: quantitySchema,
        value: z.number(),
        grade: gradeSchema,
        words: z.string(),
        source: z.string(),
      }),
    ),
    notMeasured: z.array(quantitySchema),
  }),
});

/** What a network's numbers come from, and whether it knows such spectra. */
export const doubtSchema = z.object({
  model: z.object({ id: z.string(), version: z.number().int(), sha256: z.string() }),
  checks: z.array(
    z.object({
      check: z.enum(['protocol', 'residual', 'latent', 'range', 'snr']),
      passed: z.boolean(),
      value: z.number().nullable(),
      limit: z.number().nullable(),
      message: z.string(),
    }),
  ),
  onlyStarts: z.literal(true).exactOptional(),
});

/** Further fields of a result. */
export const resultQuantities = {
  doubt: doubtSchema.exactOptional(),
  waterScaling: waterScalingSchema.exactOptional(),
  quality: qualitySchema.exactOptional(),
} as const;
