// Every channel between the renderer and the main process: name, request schema, response schema. The only list (those
// about basis sets, imports and exports are spelled out in basisContract.ts, importContract.ts and exportContract.ts).
import { z } from 'zod';
import { ACCESS_CHANNELS, ACCESS_EVENTS } from './accessContract.ts';
import { BASIS_CHANNELS } from './basisContract.ts';
import { BATCH_CHANNELS, BATCH_EVENTS } from './batchContract.ts';
import { errorSchema, jsonSchema as json, warningSchema } from './commonSchemas.ts';
import { COMPARISON_CHANNELS } from './comparisonContract.ts';
import { CORRECTION_CHANNELS } from './correctionContract.ts';
import { DICOM_CHANNELS, DICOM_EVENTS } from './dicomContract.ts';
import { EXPORT_CHANNELS, EXPORT_EVENTS } from './exportContract.ts';
import { correctionSchema, denoisingSchema, FIT_CHANNELS } from './fitContract.ts';
import { FRAME_CHANNELS, FRAME_EVENTS } from './frameContract.ts';
import { IMPORT_CHANNELS, IMPORT_EVENTS } from './importContract.ts';
import { MAP_CHANNELS } from './mapContract.ts';
import { estimateFields, estimateQuantities, resultQuantities, resultStatusSchema } from './quantityContract.ts';
import { JOB_CHANNELS } from './jobContract.ts';
import { LCMODEL_CHANNELS } from './lcmodelContract.ts';
import { METHODS_CHANNELS } from './methodsContract.ts';
import { MODEL_CHANNELS, MODEL_EVENTS } from './modelContract.ts';
import { REPORT_CHANNELS, reportFormatSchema } from './reportContract.ts';
import { SPECTRUM_CHANNELS } from './spectrumContract.ts';
import { MRSI_CHANNELS } from './mrsiContract.ts';
import { studyStateSchema, studySummarySchema } from './studySchemas.ts';
import { WORKLIST_CHANNELS } from './worklistContract.ts';

const id = z.string().min(1).max(64);
const text = z.string().max(4000);
/** A study's view, with the regions drawn in it. */
const viewText = z.string().max(400_000);
const floats = z.instanceof(Float64Array);

export const datasetDescriptionSchema = z.object({
  format: z.string(),
  grid: z.array(z.number()),
  dimensions: z.array(z.object({ tag: z.string(), length: z.number().int() })),
  points: z.number().int().nullable(),
  dwellTimeS: z.number().nullable(),
  spectrometerFrequencyMHz: z.number().nullable(),
  nucleus: z.string().nullable(),
  fieldT: z.number().nullable(),
  echoTimeS: z.number().nullable(),
  repetitionTimeS: z.number().nullable(),
  sequence: z.string().nullable(),
  manufacturer: z.string().nullable(),
  scannerModel: z.string().nullable(),
  region: z.string().nullable(),
  affine: z.array(z.number()).nullable(),
  warnings: z.array(warningSchema),
});

export const datasetRecordSchema = z.object({
  id,
  studyId: id,
  role: z.enum(['metabolite', 'water', 'image', 'truth', 'unknown']),
  sha256: z.string(),
  fileName: z.string(),
  sizeBytes: z.number(),
  description: datasetDescriptionSchema,
  importedAt: z.string(),
});

export const analysisSummarySchema = z.object({
  id,
  studyId: id,
  datasetId: id,
  method: z.string(),
  recipeId: z.string(),
  basisId: z.string(),
  status: z.string(),
  voxelCount: z.number().int(),
  createdAt: z.string(),
});

export const reportRecordSchema = z.object({
  id,
  studyId: id,
  analysisId: id,
  format: reportFormatSchema,
  sha256: z.string(),
  createdAt: z.string(),
});

export const studyDetailSchema = z.object({
  study: studySummarySchema,
  datasets: z.array(datasetRecordSchema),
  analyses: z.array(analysisSummarySchema),
  reports: z.array(reportRecordSchema),
});

const estimateSchema = z.object({ ...estimateFields, ...estimateQuantities });

export const quantificationResultSchema = z.object({
  method: z.string(),
  version: z.string(),
  status: resultStatusSchema,
  reason: z.string().nullable(),
  metabolites: z.array(estimateSchema),
  combined: z.array(estimateSchema),
  phase0Deg: z.number(),
  phase1DegPerPpm: z.number(),
  shiftHz: z.number(),
  lorentzianHz: z.number(),
  gaussianHz: z.number(),
  snr: z.object({ value: z.number(), definition: z.string() }),
  fwhmHz: z.number(),
  residualSd: z.number(),
  elapsedMs: z.number(),
  inDistribution: z.boolean(),
  executionProvider: z.string(),
  warnings: z.array(warningSchema),
  correlation: z.array(z.number()).nullable(),
  ...resultQuantities,
  diagnostics: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
});

export const curvesSchema = z.object({
  ppm: floats,
  data: floats,
  fit: floats,
  baseline: floats,
  residual: floats,
  components: z.array(z.object({ name: z.string(), curve: floats })),
});

export const provenanceSchema = z.object({
  time: z.string(),
  program: z.string(),
  version: z.string(),
  method: z.string(),
  details: json,
});

export const analysisDetailSchema = z.object({
  summary: analysisSummarySchema,
  waterDatasetId: id.nullable(),
  recipe: json,
  hashes: z.object({
    input: z.string(),
    water: z.string().nullable(),
    recipe: z.string(),
    basis: z.string(),
  }),
  appVersion: z.string(),
  provenance: z.array(provenanceSchema),
  warnings: z.array(warningSchema),
  voxels: z.array(z.object({ voxel: z.number().int(), result: quantificationResultSchema })),
});

export const recipeCardSchema = z.object({
  id: z.string(),
  title: z.string(),
  version: z.number().int(),
  /** What it fits with unless another method is chosen, and that method's options as it sets them. */
  method: z.string(),
  options: json,
  /** What it corrects transients with ("alignment": by the step of that name); null where it averages none. */
  correction: z.union([correctionSchema, z.literal('alignment')]).nullable(),
  /** What it denoises with; null where it prepares nothing. */
  denoising: denoisingSchema.nullable(),
});

/** Which signal of a dataset to show. `coil` and `transient` count only for stage "raw". */
export const signalRequestSchema = z.object({
  datasetId: id,
  stage: z.enum(['raw', 'processed']),
  waterDatasetId: id.nullable(),
  voxel: z.number().int().min(0).max(1e6),
  coil: z.union([z.literal('combined'), z.number().int().min(0).max(4096)]),
  transient: z.union([z.literal('mean'), z.number().int().min(0).max(1e5)]),
});

export const signalSchema = z.object({
  re: floats,
  im: floats,
  dwellTimeS: z.number(),
  spectrometerFrequencyMHz: z.number(),
  nucleus: z.string(),
  referencePpm: z.number(),
  warnings: z.array(warningSchema),
});

/** Keys of what the app remembers for the user. */
export const settingKeySchema = z.enum([
  'theme',
  'layout',
  'imageConvention',
  'viewDefaults',
  'language',
  'scale',
  /** Where the user is, and what was open lately. */
  'session',
  'worklist',
  'batch',
  'recentStudies',
  'reportPaper',
]);

/** Requests: the renderer asks, the main process answers. */
export const CHANNELS = {
  'app:info': {
    request: z.object({}),
    response: z.object({
      version: z.string(),
      electronVersion: z.string(),
      databaseName: z.string(),
      /** How the database's key is kept; `file`: beside it, protected by nothing but the folder's rights. */
      databaseProtection: z.object({
        methods: z.array(z.enum(['safeStorage', 'passphrase', 'file'])),
        backend: z.string().nullable(),
      }),
      threads: z.number().int(),
    }),
  },
  ...ACCESS_CHANNELS,
  'settings:get': { request: z.object({ key: settingKeySchema }), response: z.object({ value: text.nullable() }) },
  'settings:set': { request: z.object({ key: settingKeySchema, value: text }), response: z.object({}) },
  'view:get': { request: z.object({ studyId: id }), response: z.object({ value: viewText.nullable() }) },
  'view:set': { request: z.object({ studyId: id, value: viewText }), response: z.object({}) },
  'study:list': { request: z.object({}), response: z.array(studySummarySchema) },
  'study:open': { request: z.object({ studyId: id }), response: studyDetailSchema },
  'study:delete': { request: z.object({ studyId: id }), response: z.object({ deleted: z.boolean() }) },
  'study:set-state': {
    request: z.object({ studyId: id, state: studyStateSchema }),
    response: z.object({}),
  },
  ...WORKLIST_CHANNELS,
  ...BATCH_CHANNELS,
  ...IMPORT_CHANNELS,
  ...EXPORT_CHANNELS,
  ...DICOM_CHANNELS,
  'dataset:signal': { request: signalRequestSchema, response: signalSchema },
  ...SPECTRUM_CHANNELS,
  /** A structural image's NIfTI bytes, for NiiVue. */
  'image:read': {
    request: z.object({ datasetId: id }),
    response: z.object({ fileName: z.string(), bytes: z.instanceof(Uint8Array) }),
  },
  ...BASIS_CHANNELS,
  ...FIT_CHANNELS,
  /** With a dataset: which of them suits it; null for what is no scan. */
  'recipe:list': {
    request: z.object({ datasetId: id.nullable() }),
    response: z.object({ recipes: z.array(recipeCardSchema), suitable: z.string().nullable() }),
  },
  /** Starts preprocessing and fit; progress and end come as events. Voxels null = all with signal. */
  'fit:start': {
    request: z.object({
      datasetId: id,
      waterDatasetId: id.nullable(),
      basisId: z.string().max(200),
      recipeId: z.string().max(200),
      /** Absent: the recipe's own. */
      method: z.string().max(64).exactOptional(),
      /** Of the method. */
      options: json,
      /** Second opinions on the same preprocessed spectra, each stored as a result of its own. */
      alsoBy: z
        .array(z.object({ method: z.string().max(64), options: json }))
        .max(64)
        .exactOptional(),
      /** Absent: the recipe's own. */
      correction: correctionSchema.exactOptional(),
      denoising: denoisingSchema.exactOptional(),
      /** Ratios, amounts and quality, as in a recipe; absent: the recipe's own. */
      quantities: json.exactOptional(),
      /** Image of the study that tissue fractions are taken from: one label a tissue. */
      segmentationDatasetId: id.exactOptional(),
      voxels: z.array(z.number().int().min(0)).max(100000).nullable(),
    }),
    response: z.object({ jobId: id }),
  },
  ...LCMODEL_CHANNELS,
  ...MODEL_CHANNELS,
  ...JOB_CHANNELS,
  'analysis:open': { request: z.object({ analysisId: id }), response: analysisDetailSchema },
  'analysis:curves': {
    request: z.object({ analysisId: id, voxel: z.number().int().min(0) }),
    response: curvesSchema.nullable(),
  },
  ...COMPARISON_CHANNELS,
  ...METHODS_CHANNELS,
  ...CORRECTION_CHANNELS,
  ...MAP_CHANNELS,
  ...MRSI_CHANNELS,
  ...FRAME_CHANNELS,
  ...REPORT_CHANNELS,
} as const;

/** Events: the main process tells the renderer. */
export const EVENTS = {
  'job:progress': z.object({ jobId: id, fraction: z.number(), message: z.string() }),
  'job:finished': z.object({
    jobId: id,
    state: z.enum(['done', 'failed', 'cancelled']),
    /** What a fit stored. */
    analysisId: id.nullable(),
    /** What of the work could not be done, a sentence each, though the job as a whole was. */
    problems: z.array(z.string()).exactOptional(),
    /** What a simulation stored; empty for fits. */
    basisIds: z.array(z.string()),
    /** Studies that a fetch from an archive made or let grow. */
    studyIds: z.array(id).exactOptional(),
    error: errorSchema.nullable(),
  }),
  /** A study appeared or changed (import, fit, deletion): lists should be read again. */
  'studies:changed': z.object({ studyId: id.nullable() }),
  ...ACCESS_EVENTS,
  ...FRAME_EVENTS,
  ...BATCH_EVENTS,
  ...IMPORT_EVENTS,
  ...EXPORT_EVENTS,
  ...DICOM_EVENTS,
  ...MODEL_EVENTS,
  /** Something went wrong outside a request. */
  'app:error': errorSchema,
} as const;

export type ChannelName = keyof typeof CHANNELS;
export type EventName = keyof typeof EVENTS;
/** Channels that carry file paths; not on `window.lineshape.call` (see inspectDropped). */
export type PathChannel = 'import:inspect-paths';
/** Channels the page may call itself. */
export type PageChannel = Exclude<ChannelName, PathChannel>;
export type ChannelRequest<C extends ChannelName> = z.infer<(typeof CHANNELS)[C]['request']>;
export type ChannelResponse<C extends ChannelName> = z.infer<(typeof CHANNELS)[C]['response']>;
export type EventPayload<E extends EventName> = z.infer<(typeof EVENTS)[E]>;

/** What crosses back for a request: a value, or an error in words. */
export type IpcResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: z.infer<typeof errorSchema> };

/** What the preload puts on `window.lineshape`. */
export interface LineshapeApi {
  /** @returns the channel's response, or the error in words; never rejects */
  readonly call: {
    readonly [C in PageChannel]: (request: ChannelRequest<C>) => Promise<IpcResult<ChannelResponse<C>>>;
  };
  /** @returns a function that stops listening */
  readonly on: { readonly [E in EventName]: (listener: (payload: EventPayload<E>) => void) => () => void };
  /** Reads what was dropped, under a token of the page's; paths stay in the preload. */
  readonly inspectDropped: (
    token: string,
    files: readonly unknown[],
  ) => Promise<IpcResult<ChannelResponse<'import:inspect-paths'>>>;
}

export type StudySummaryView = z.infer<typeof studySummarySchema>;
export type DatasetView = z.infer<typeof datasetRecordSchema>;
export type StudyDetailView = z.infer<typeof studyDetailSchema>;
export type AnalysisDetailView = z.infer<typeof analysisDetailSchema>;
export type AnalysisSummaryView = z.infer<typeof analysisSummarySchema>;
export type QuantificationResultView = z.infer<typeof quantificationResultSchema>;
export type CurvesView = z.infer<typeof curvesSchema>;
export type SignalView = z.infer<typeof signalSchema>;
export type ErrorView = z.infer<typeof errorSchema>;
export type { AccessStateView, LocalUserView } from './accessContract.ts';
export type {
  BatchItemStateView,
  BatchItemView,
  BatchSettingsView,
  BatchSummaryView,
  BatchView,
} from './batchContract.ts';
export type { BasisCardView, BasisExportFormat, BasisListView, BasisSpectraView, PulseRole } from './basisContract.ts';
export type {
  AgreementView,
  ComparedEstimateView,
  ComparedMethodView,
  ComparedQuantityView,
  ComparedSideView,
  ComparisonScope,
  VoxelComparisonView,
} from './comparisonContract.ts';
export type {
  CorrectionCurvesView,
  CorrectionMethodId,
  CorrectionMethodView,
  CorrectionPlace,
  CorrectionTableView,
} from './correctionContract.ts';
export type {
  DicomStateView,
  FileChoice,
  ListedTransferView,
  OfferedSeriesView,
  OwnNodeView,
  ReceiverStateView,
  ReceivingRuleView,
  RemoteNodeView,
  ScheduledStepView,
  SendableView,
  StrandedView,
  StudyIdentityView,
  StudyMatchView,
  TlsFileUse,
  TransferView,
} from './dicomContract.ts';
export type { ExportResultView, ReportsResultView } from './exportContract.ts';
export type { FitMethodView, PriorKnowledgeView, ProcessingMethodView, ShippedKnowledgeView } from './fitContract.ts';
export type { FrameChannel, NativeMenu, NativeMenuCommand, NativeMenuItem, PlaceName } from './frameContract.ts';
export type { ImportResultView, InspectionView } from './importContract.ts';
export type { InterruptedJobView, InterruptedKind } from './jobContract.ts';
export type { LcmodelInstallationView, LcmodelProbeView } from './lcmodelContract.ts';
export type { MethodOfVoxelView, MethodsOfVoxelView } from './methodsContract.ts';
export type { MapExportView } from './mapContract.ts';
export type { GridSpectraView, PlacementView, RegionMeanView } from './mrsiContract.ts';
export type { ChosenProviderView, ListedModelView, ModelCardView, ModelVerdictView } from './modelContract.ts';
export type { SpectrumFiguresView, TransientsView } from './spectrumContract.ts';
export type { PatientNaming, WorklistQueryView, WorklistRowView } from './worklistContract.ts';
export type {
  ConclusionTemplateView,
  RangeProblemView,
  ReferenceRangeView,
  ReportFormat,
  ReportPaper,
  SignedVersionView,
} from './reportContract.ts';
