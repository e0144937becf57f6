// Channels of the report: preview, draft, signature, versions, export, texts for conclusions; and the reference ranges.
import { z } from 'zod';
import { RANGE_FIELDS, RANGE_QUANTITIES, RANGE_TISSUES } from '../core/domain/referenceRange.ts';
import { passwordSchema } from './accessContract.ts';
import { savedFileSchema } from './commonSchemas.ts';
import { languageSchema } from './frameContract.ts';

const id = z.string().min(1).max(64);
const sha256 = z.string().length(64);

/** Longest conclusion. [characters] */
export const CONCLUSION_LENGTH = 8000;
const conclusion = z.string().max(CONCLUSION_LENGTH);

export const reportFormatSchema = z.enum(['pdf', 'html', 'csv', 'json', 'dicom-pdf', 'dicom-sc']);
export const paperSchema = z.enum(['a4', 'letter']);

/** Regions of a grid, and voxels of one: more than any scan has. */
const [MAX_REGIONS, MAX_VOXELS] = [50, 100_000];
const axisSchema = z.object({
  bandwidthHz: z.number().positive().nullable(),
  direction: z.union([z.literal(1), z.literal(-1)]).nullable(),
});

/** What is drawn on the images, and wanted on the page. */
export const drawnSchema = z.object({
  shift: z
    .object({
      ppm: z.number(),
      carrierPpm: z.number().nullable(),
      axes: z.tuple([axisSchema, axisSchema, axisSchema]).readonly(),
    })
    .exactOptional(),
  regions: z
    .array(
      z.object({ name: z.string().min(1).max(60), voxels: z.array(z.number().int().min(0)).min(1).max(MAX_VOXELS) }),
    )
    .max(MAX_REGIONS)
    .exactOptional(),
});

/** Which report, and how it is laid out. */
const pageFields = {
  analysisId: id,
  voxel: z.number().int().min(0),
  /** A page on the correction of frequency and phase, where one is on record; absent: none. */
  withCorrection: z.boolean().exactOptional(),
  /** @default en */
  language: languageSchema.exactOptional(),
  /** @default a4 */
  paper: paperSchema.exactOptional(),
  drawn: drawnSchema.exactOptional(),
};

const signerSchema = z.object({ name: z.string().max(64), role: z.string().max(64) });

export const signedVersionSchema = z.object({
  id,
  analysisId: id,
  voxel: z.number().int(),
  version: z.number().int(),
  language: z.string(),
  conclusion: z.string(),
  signer: signerSchema,
  signedAt: z.string(),
  contentSha256: sha256,
  pdfSha256: sha256,
});

const templateSchema = z.object({ id, title: z.string(), text: z.string() });

/** As typed; the host checks it. */
const rangeTextSchema = z.record(z.enum(RANGE_FIELDS), z.string().max(2000));

export const referenceRangeSchema = z.object({
  id,
  changedAt: z.string(),
  metabolite: z.string(),
  quantity: z.enum(RANGE_QUANTITIES),
  denominator: z.string().nullable(),
  nucleus: z.string(),
  fieldT: z.number(),
  echoTimeMinMs: z.number(),
  echoTimeMaxMs: z.number(),
  sequence: z.string().nullable(),
  region: z.string(),
  tissue: z.enum(RANGE_TISSUES).nullable(),
  ageMinYears: z.number().nullable(),
  ageMaxYears: z.number().nullable(),
  mean: z.number(),
  sd: z.number(),
  n: z.number().int(),
  citation: z.string(),
});

const rangeProblemSchema = z.object({
  field: z.enum(RANGE_FIELDS),
  code: z.enum(['empty', 'number', 'positive', 'order', 'denominator', 'choice', 'long']),
  words: z.string(),
});

export const REPORT_CHANNELS = {
  /** The report of one analysis (of one voxel for MRSI) as a complete HTML page, with the study's draft. */
  'report:preview': { request: z.object(pageFields), response: z.object({ html: z.string() }) },
  /** Asks where to save and writes the file; of a signed version what was signed. Saved false if the user cancelled. */
  'report:export': {
    request: z.object({ ...pageFields, format: reportFormatSchema, versionId: id.exactOptional() }),
    response: savedFileSchema,
  },
  /** Opens the system's dialog for printing. */
  'report:print': {
    request: z.object({ ...pageFields, versionId: id.exactOptional() }),
    response: z.object({ printed: z.boolean() }),
  },
  /** Draft and signed versions of a study, oldest first; locked where the newest version holds and no draft is open. */
  'report:state': {
    request: z.object({ studyId: id }),
    response: z.object({
      draft: z.object({ conclusion: z.string(), changedAt: z.string() }).nullable(),
      versions: z.array(signedVersionSchema),
      isLocked: z.boolean(),
    }),
  },
  'report:save-draft': {
    request: z.object({ studyId: id, conclusion }),
    response: z.object({ changedAt: z.string() }),
  },
  /** Prints and keeps what is signed; the study is locked afterwards. */
  'report:sign': {
    /** The password is asked for where login is required; the signer's name is the user's then. */
    request: z.object({ ...pageFields, signer: signerSchema, conclusion, password: passwordSchema.exactOptional() }),
    response: signedVersionSchema,
  },
  /** Opens a draft of the next version. */
  'report:amend': { request: z.object({ studyId: id }), response: z.object({ conclusion: z.string() }) },
  /** A signed version's page, as it was signed. */
  'report:version': { request: z.object({ versionId: id }), response: z.object({ html: z.string() }) },
  'report:templates': { request: z.object({}), response: z.array(templateSchema) },
  'report:save-template': {
    request: z.object({ id: id.nullable(), title: z.string().min(1).max(80), text: conclusion }),
    response: templateSchema,
  },
  'report:delete-template': { request: z.object({ id }), response: z.object({}) },
  'ranges:list': { request: z.object({}), response: z.array(referenceRangeSchema) },
  /** Adds a range, or changes the one with this id; where something is wrong with it nothing is stored. */
  'ranges:save': {
    request: z.object({ id: id.nullable(), text: rangeTextSchema }),
    response: z.object({ saved: referenceRangeSchema.nullable(), problems: z.array(rangeProblemSchema) }),
  },
  'ranges:delete': { request: z.object({ id }), response: z.object({}) },
  /** Reads a CSV that the user chooses; null where none was. */
  'ranges:import': {
    request: z.object({}),
    response: z.object({ added: z.number().int(), known: z.number().int(), refusals: z.array(z.string()) }).nullable(),
  },
  'ranges:export': { request: z.object({}), response: savedFileSchema },
} as const;

export type ReportFormat = z.infer<typeof reportFormatSchema>;
export type ReportPaper = z.infer<typeof paperSchema>;
export type SignedVersionView = z.infer<typeof signedVersionSchema>;
export type ReferenceRangeView = z.infer<typeof referenceRangeSchema>;
export type RangeProblemView = z.infer<typeof rangeProblemSchema>;
export type ConclusionTemplateView = z.infer<typeof templateSchema>;
