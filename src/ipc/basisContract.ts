// The basis part of the contract: what a simulation is asked for, and what is said of basis sets. Limits here only keep
// a message from growing without bound; what a basis set can be made of is checked, in words, by src/core/basis.
import { z } from 'zod';
import {
  LIPID_SETS,
  MACROMOLECULE_SETS,
  PULSE_SHAPES,
  SEQUENCE_FAMILIES,
  type BasisRequest,
} from '../core/domain/basisRequest.ts';
import { savedFileSchema, warningSchema } from './commonSchemas.ts';

/** Steps of a pulse waveform: vendors' pulses have up to some thousands. */
const MAX_WAVEFORM_STEPS = 100_000;
const MAX_POINTS = 65536;
const MAX_METABOLITES = 100;

const id = z.string().min(1).max(64);
const basisId = z.string().min(1).max(200);
const name = z.string().max(200);
const floats = z.instanceof(Float64Array);
const steps = z.array(z.number()).min(1).max(MAX_WAVEFORM_STEPS).readonly();
const ppmRange = z.tuple([z.number(), z.number()]);

export const waveformSchema = z.object({
  name,
  amplitude: steps,
  phaseRad: steps,
  gradient: steps.nullable(),
});

export const pulseRequestSchema = z.object({
  shape: z.enum(PULSE_SHAPES),
  durationS: z.number().exactOptional(),
  bandwidthHz: z.number().exactOptional(),
  flipDeg: z.number().exactOptional(),
  waveform: waveformSchema.exactOptional(),
});

/** What a pulse is for, which decides the effect that its profile shows. */
export const pulseRoleSchema = z.enum(['excitation', 'refocusing', 'editing']);

export const sequenceRequestSchema = z.object({
  family: z.enum(SEQUENCE_FAMILIES),
  echoTimeS: z.number(),
  te1S: z.number().exactOptional(),
  mixingTimeS: z.number().exactOptional(),
  excitation: pulseRequestSchema,
  refocusing: pulseRequestSchema,
  editing: z.object({ onPpm: z.number(), offPpm: z.number(), pulse: pulseRequestSchema }).exactOptional(),
  carrierPpm: z.number(),
  spatial: z.object({ points: z.number().int().max(1024), extent: z.number().max(100) }),
});

export const basisRequestSchema = z.object({
  title: name,
  spectrometerFrequencyMHz: z.number(),
  dwellTimeS: z.number(),
  points: z.number().int().max(MAX_POINTS),
  linewidthHz: z.number(),
  sequence: sequenceRequestSchema,
  metabolites: z.array(z.string().max(64)).max(MAX_METABOLITES).readonly(),
  macromolecules: z.enum(MACROMOLECULE_SETS),
  lipids: z.enum(LIPID_SETS),
}) satisfies z.ZodType<BasisRequest>;

export const basisCardSchema = z.object({
  id: z.string(),
  title: z.string(),
  /** With the program, or the user's own (imported or simulated), which alone can be removed. */
  source: z.enum(['shipped', 'user']),
  sequence: z.string().nullable(),
  echoTimeS: z.number().nullable(),
  /** Sub-spectrum of an edited sequence. */
  editing: z.enum(['on', 'off', 'difference']).nullable(),
  sequenceParameters: z.record(z.string(), z.union([z.number(), z.string()])),
  spectrometerFrequencyMHz: z.number(),
  fieldT: z.number().nullable(),
  dwellTimeS: z.number(),
  points: z.number().int(),
  linewidthHz: z.number().nullable(),
  metabolites: z.array(z.string()),
  macromolecules: z.array(z.string()),
  /** In words: how it was made. */
  simulation: z.string(),
  /** What it was simulated from, so that it can be repeated or changed; null for imported and older sets. */
  request: basisRequestSchema.nullable(),
  sha256: z.string(),
  /** Why it doesn't fit the dataset asked about; null if it does or none was named. */
  mismatch: z.string().nullable(),
  warnings: z.array(warningSchema),
});

/** Cards, the best for the dataset first. */
export const basisListSchema = z.object({
  cards: z.array(basisCardSchema),
  best: z.object({
    /** Null where no dataset was named, or none of the sets can be used for it. */
    basisId: z.string().nullable(),
    /** False where a dataset was named and even the best differs too much: simulate one. */
    closeEnough: z.boolean(),
    message: z.string().nullable(),
  }),
});

export const basisSpectraSchema = z.object({
  signals: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['metabolite', 'macromolecule', 'lipid', 'correction']),
      re: floats,
      im: floats,
    }),
  ),
  dwellTimeS: z.number(),
  spectrometerFrequencyMHz: z.number(),
  referencePpm: z.number(),
  points: z.number().int(),
});

export const basisExportFormatSchema = z.enum(['lineshape', 'lcmodel', 'lcmodel-raw', 'fsl-json', 'jmrui']);

/** Requests about basis sets (see contract.ts, which lists all channels). */
export const BASIS_CHANNELS = {
  'basis:list': {
    request: z.object({
      datasetId: id.nullable(),
      /** Chooses which sub-spectrum of an edited scan the basis is for; absent: the difference. */
      recipeId: z.string().max(200).exactOptional(),
    }),
    response: basisListSchema,
  },
  /** Opens the system's file dialog for a basis set of the user's; null if the user cancelled it. */
  'basis:import': {
    request: z.object({}),
    response: z.object({ id: z.string(), title: z.string(), warnings: z.array(warningSchema) }).nullable(),
  },
  'basis:spectra': { request: z.object({ basisId }), response: basisSpectraSchema },
  /** Signal by signal, line width and phase matched, within a shift range. [ppm] */
  'basis:compare': {
    request: z.object({ basisId, otherId: basisId, rangePpm: ppmRange }),
    response: z.object({
      /** Of the signals that both have; shift, widths, phase and factor turn the first into the other. */
      rows: z.array(
        z.object({
          name: z.string(),
          correlation: z.number(),
          shiftHz: z.number(),
          lorentzianHz: z.number(),
          gaussianHz: z.number(),
          phaseRad: z.number(),
          amplitudeRatio: z.number(),
        }),
      ),
      onlyFirst: z.array(z.string()),
      onlySecond: z.array(z.string()),
      warnings: z.array(warningSchema),
    }),
  },
  /** Starts a simulation; progress and end come as events, the end with the ids of the sets that were stored. */
  'basis:simulate': { request: z.object({ request: basisRequestSchema }), response: z.object({ jobId: id }) },
  /** What to simulate for a dataset, and what had to be assumed; null for what is no proton spectrum. */
  'basis:suggest': {
    request: z.object({ datasetId: id }),
    response: z.object({ request: basisRequestSchema, assumptions: z.array(z.string()) }).nullable(),
  },
  /** Opens the system's file dialog for a pulse waveform; null if the user cancelled it. */
  'basis:waveform': {
    request: z.object({}),
    response: z
      .object({ waveform: waveformSchema, durationS: z.number().nullable(), flipDeg: z.number().nullable() })
      .nullable(),
  },
  /** Effect of a pulse over frequency, for a preview. */
  'basis:pulse-profile': {
    request: z.object({ pulse: pulseRequestSchema, role: pulseRoleSchema }),
    response: z.object({
      offsetsHz: floats,
      /** 0 to 1: share of the magnetisation that the pulse excites, refocuses or inverts. */
      effect: floats,
      durationS: z.number(),
      bandwidthHz: z.number(),
      peakB1Hz: z.number(),
    }),
  },
  /** Removes one of the user's own sets. */
  'basis:remove': { request: z.object({ basisId }), response: z.object({}) },
  /** Asks where to save and writes a file, or a folder of files; saved false if the user cancelled the dialog. */
  'basis:export': {
    request: z.object({ basisId, format: basisExportFormatSchema }),
    response: savedFileSchema,
  },
} as const;

export type BasisCardView = z.infer<typeof basisCardSchema>;
export type BasisListView = z.infer<typeof basisListSchema>;
export type BasisSpectraView = z.infer<typeof basisSpectraSchema>;
export type BasisExportFormat = z.infer<typeof basisExportFormatSchema>;
export type PulseRole = z.infer<typeof pulseRoleSchema>;
