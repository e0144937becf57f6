// Import, analysis and report of a study through the study database: the one workflow of the app and the command line.
import type { BasisSet } from '../domain/basisSet.ts';
import { ProcessingError, StudyDbError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { isOfNetwork } from '../domain/methodValues.ts';
import type { MrsDataset, PatientInfo } from '../domain/mrsDataset.ts';
import type { ProvenanceStamp, Warning } from '../domain/provenance.ts';
import type { Recipe } from '../domain/recipe.ts';
import type { ReadOptions } from '../formats/readOptions.ts';
import { readScan, WATER_INSIDE } from '../formats/registry.ts';
import type {
  AnalysisRecord,
  DatasetDescription,
  DatasetRecord,
  ImportOutcome,
  StudyStore,
} from '../ports/studyStore.ts';
import type { StudyRequest } from '../ports/studyIdentity.ts';
import { buildReport } from '../reports/reportModel.ts';
import type { ReportInput, ReportModel } from '../reports/reportModel.ts';
import { regionRatios } from '../reports/regionRatios.ts';
import type { CsvInput } from '../reports/csvReport.ts';
import type { AnalysisDeps, AnalysisOutcome } from './analyse.ts';
import { analyse } from './analyse.ts';
import type { ImportDeps, ImportFailure, ImportOptions, ImportPlan, SourceFile } from './importFiles.ts';
import { imageVolumeNifti } from './imageVolume.ts';
import { planImport } from './importFiles.ts';
import { fitOfScan, methodsOfVoxel } from './methodsOfVoxel.ts';
import type { ScanSegmentation } from './segmentation.ts';
import { placeOnImage } from './placeOnImage.ts';
import type { DrawnOnImages } from './placeOnImage.ts';

export interface ImportSummary {
  readonly studies: readonly { readonly outcome: ImportOutcome; readonly isNew: boolean }[];
  readonly failures: readonly ImportFailure[];
}

/**
 * Imports files that were given together. Files that can't be read are reported; the others are stored.
 * @param files base names and contents
 * @param store where to
 * @throws StudyDbError (then the study in question was not written), CancelledError
 */
export async function importIntoStore(
  files: readonly SourceFile[],
  store: StudyStore,
  deps: ImportDeps,
  options: ImportOptions = {},
): Promise<ImportSummary> {
  return storeImport(await planImport(files, deps, options), store);
}

/**
 * Stores what was planned, one transaction a study.
 * @throws StudyDbError (then the study in question was not written)
 */
export function storeImport(plan: Pick<ImportPlan, 'studies' | 'failures'>, store: StudyStore): ImportSummary {
  const studies = plan.studies.map(({ study, datasets }) => {
    const outcome = store.importStudy(study, datasets);
    return { outcome, isNew: outcome.alreadyKnown.length === 0 };
  });
  return { studies, failures: plan.failures };
}

export interface AnalyseDatasetRequest {
  readonly store: StudyStore;
  readonly datasetId: string;
  readonly waterDatasetId: string | null;
  readonly basis: BasisSet;
  readonly recipe: Recipe;
  /** null: all voxels with signal. */
  readonly voxels: readonly number[] | null;
  /** What reading the basis had to correct or could not verify. */
  readonly basisWarnings?: readonly Warning[];
  /** Where tissue fractions are taken from. */
  readonly segmentation?: ScanSegmentation;
}

/** Formats whose header or control file lies beside the data; it is kept with the study, for reading the data again. */
const NEED_COMPANIONS: readonly string[] = ['lcmodel-raw', 'philips-sdat'];

export interface StudyDeps extends AnalysisDeps, Pick<ImportDeps, 'parse'> {
  /** SHA-256 of the recipe's canonical JSON. */
  readonly hashRecipe: (recipe: Recipe) => string;
}

/** What a file was imported with: values given by hand count only where it is silent. */
export function storedReadOptions(description: DatasetDescription): ReadOptions {
  const { spectrometerFrequencyMHz, dwellTimeS, echoTimeS, nucleus } = description;
  return {
    ...(spectrometerFrequencyMHz === null ? {} : { spectrometerFrequencyMHz }),
    ...(dwellTimeS === null ? {} : { dwellTimeS }),
    ...(echoTimeS === null ? {} : { echoTimeS }),
    ...(nucleus === null ? {} : { nucleus }),
  };
}

/**
 * Reads a stored scan again, with the header or control file that came with it, and the water signal its own file holds.
 * A file without a header was imported with values given by hand, which the description kept; a value in the file wins.
 */
export async function readStored(
  store: StudyStore,
  record: DatasetRecord,
  deps: ImportDeps,
): Promise<{ readonly dataset: MrsDataset; readonly water: MrsDataset | null }> {
  const { format } = record.description;
  const options = storedReadOptions(record.description);
  const companions = NEED_COMPANIONS.includes(format)
    ? store.listDatasets(record.studyId).filter((d) => d.role === 'unknown')
    : [];
  const files = [record, ...companions].map((d) => ({ name: d.fileName, ...store.openRawFile(d.id) }));
  // Four-column text holds both signals, and is small: it is read here.
  if (format === 'text') return readScan(files.slice(0, 1), options);
  const dataset = await deps.parse(files, options);
  const hasWater = dataset.warnings.some(({ code }) => code === WATER_INSIDE);
  return { dataset, water: hasWater ? await deps.parse(files, { ...options, part: 'water' }) : null };
}

/** A stored scan as it goes into an analysis. */
export interface StoredScan {
  readonly record: DatasetRecord;
  readonly waterRecord: DatasetRecord | null;
  readonly dataset: MrsDataset;
  /** Of the named dataset, else what the scan's own file holds. */
  readonly water: MrsDataset | null;
}

/** @throws ProcessingError where the dataset is no scan; what reading throws */
export async function readForAnalysis(
  { store, datasetId, waterDatasetId }: Pick<AnalyseDatasetRequest, 'store' | 'datasetId' | 'waterDatasetId'>,
  deps: ImportDeps,
): Promise<StoredScan> {
  const record = store.getDataset(datasetId);
  const waterRecord = waterDatasetId === null ? null : store.getDataset(waterDatasetId);
  if (record.role === 'image' || record.role === 'truth') {
    throw new ProcessingError(
      'PROCESSING_FAILED',
      `${record.fileName} is not a spectroscopy scan and can't be fitted.`,
    );
  }
  const scan = await readStored(store, record, deps);
  const water = waterRecord === null ? scan.water : (await readStored(store, waterRecord, deps)).dataset;
  return { record, waterRecord, dataset: scan.dataset, water };
}

/** What of an outcome is stored. */
interface StoredOutcome extends Pick<AnalysisOutcome, 'basis' | 'voxels' | 'warnings'> {
  readonly preprocessed: { readonly dataset: Pick<MrsDataset, 'provenance'> };
}

/** Appends an analysis with every hash that went in. @throws StudyDbError */
export function storeOutcome(
  { store, recipe }: Pick<AnalyseDatasetRequest, 'store' | 'recipe'>,
  { record, waterRecord }: Pick<StoredScan, 'record' | 'waterRecord'>,
  outcome: StoredOutcome,
  deps: Pick<StudyDeps, 'hashRecipe' | 'stamp'>,
): AnalysisRecord {
  return store.addAnalysis({
    studyId: record.studyId,
    datasetId: record.id,
    waterDatasetId: waterRecord?.id ?? null,
    method: recipe.quantification.method,
    recipe,
    basisId: outcome.basis.id,
    inputSha256: record.sha256,
    waterSha256: waterRecord?.sha256 ?? null,
    recipeSha256: deps.hashRecipe(recipe),
    basisSha256: outcome.basis.sha256,
    appVersion: deps.stamp.version,
    provenance: outcome.preprocessed.dataset.provenance,
    warnings: outcome.warnings,
    voxels: outcome.voxels,
  });
}

/**
 * Analyses a stored dataset and appends the result with every hash that went in.
 * @returns the stored record
 * @throws ModelError, ProcessingError, UsageError, StudyDbError, CancelledError; then nothing was stored
 */
export async function analyseDataset(request: AnalyseDatasetRequest, deps: StudyDeps): Promise<AnalysisRecord> {
  const { store, basis, recipe, voxels, segmentation } = request;
  const scan = await readForAnalysis(request, deps);
  const { dataset, water, record } = scan;
  const tissue = segmentation === undefined ? {} : { segmentation };
  const outcome = await analyse({ dataset, water, basis, recipe, voxels, ...tissue }, deps);
  deps.cancellation.throwIfCancelled();
  const warnings = [...outcome.warnings, ...(request.basisWarnings ?? [])];
  const analysis = storeOutcome(request, scan, { ...outcome, warnings }, deps);
  const { state } = store.getStudy(record.studyId);
  if (state === 'new') store.setStudyState(record.studyId, 'fitted');
  return analysis;
}

/** What is chosen for a report besides its result. */
export type ReportChoices = Pick<ReportInput, 'language' | 'signature'> & {
  /** Absent: the study's draft. */
  readonly conclusion?: string;
  /** Drawn on the images, and wanted on the page. */
  readonly drawn?: DrawnOnImages;
};

function reportImages(
  store: StudyStore,
  studyId: string,
  dataset: MrsDataset,
  voxel: number,
  drawn: DrawnOnImages,
): Pick<ReportInput, 'images' | 'displacedPpm'> {
  const image = store.listDatasets(studyId).find((d) => d.role === 'image');
  if (image === undefined) return { images: [] };
  return placeOnImage(imageVolumeNifti(image.fileName, store.readRawFile(image.id)), image.fileName, dataset, {
    voxel,
    ...drawn,
  });
}

/**
 * Everything the report of one voxel of a stored analysis says.
 * @param voxel index over x, y, z, C order
 * @param deps reader and stamp (its time becomes the time of printing)
 * @throws StudyDbError NOT_FOUND where the analysis has no such voxel
 */
export async function buildReportModel(
  store: StudyStore,
  { analysisId, voxel }: { readonly analysisId: string; readonly voxel: number },
  deps: ImportDeps & { readonly stamp: ProvenanceStamp },
  { drawn = {}, ...choices }: ReportChoices = {},
): Promise<ReportModel> {
  const analysis = store.getAnalysis(analysisId);
  const found = analysis.voxels.find((v) => v.voxel === voxel);
  if (found === undefined) {
    throw new StudyDbError('NOT_FOUND', `The analysis holds no result for voxel ${voxel}.`, { voxel });
  }
  const study = store.getStudy(analysis.studyId);
  const record = store.getDataset(analysis.datasetId);
  const water = analysis.waterDatasetId === null ? null : store.getDataset(analysis.waterDatasetId);
  const { dataset } = await readStored(store, record, deps);
  return buildReport({
    patient: study.patient,
    study: { title: study.title, date: study.studyDate, region: study.region },
    scan: reportScan(
      { ...dataset, header: takenOverHeader(dataset, study.patient, store.studyRequest(study.id)) },
      record,
      water,
    ),
    voxel,
    result: found.result,
    curves: found.curves,
    otherResults: methodsOfVoxel(store, record.id, voxel)
      .filter(({ analysis: other }) => other.method !== analysis.method)
      .map(({ result }) => result),
    recipe: analysis.recipe,
    basis: { id: analysis.basisId, title: analysis.basisId },
    hashes: {
      input: analysis.inputSha256,
      water: analysis.waterSha256,
      recipe: analysis.recipeSha256,
      basis: analysis.basisSha256,
    },
    provenance: analysis.provenance,
    warnings: analysis.warnings,
    program: deps.stamp.program,
    programVersion: analysis.appVersion,
    analysedAt: analysis.createdAt,
    generatedAt: deps.stamp.now(),
    ...reportImages(store, study.id, dataset, voxel, drawn),
    regions: (drawn.regions ?? []).map((region) => regionRatios(region, analysis.voxels)),
    conclusion: store.getReportDraft(study.id)?.conclusion ?? '',
    version: store.listSignedReports(study.id).length + 1,
    referenceRanges: store.listReferenceRanges(),
    ...choices,
  });
}

/**
 * A scan's header with what was taken over from the worklist: a UID only where the files name none. Whoever gave out the
 * number in the files did not give out another.
 */
export function takenOverHeader(
  { header: { IssuerOfPatientID: issuer, ...rest }, patient: inFiles }: MrsDataset,
  patient: PatientInfo,
  request: StudyRequest | null,
): JsonObject {
  const header = issuer === undefined || inFiles.id !== patient.id ? rest : { ...rest, IssuerOfPatientID: issuer };
  if (request === null) return header;
  const { accessionNumber, studyInstanceUid } = request;
  return {
    ...header,
    ...(studyInstanceUid === null || header['StudyInstanceUID'] !== undefined
      ? {}
      : { StudyInstanceUID: studyInstanceUid }),
    ...(accessionNumber === null ? {} : { AccessionNumber: accessionNumber }),
  };
}

/** What the report says of a scan, from the dataset and the description kept beside it. */
export function reportScan(
  dataset: MrsDataset,
  record: Pick<DatasetRecord, 'fileName' | 'description'>,
  water: Pick<DatasetRecord, 'fileName'> | null,
): ReportModel['scan'] {
  const { description } = record;
  return {
    fileName: record.fileName,
    waterFileName: water?.fileName ?? null,
    format: dataset.format,
    acquisition: dataset.acquisition,
    nucleus: dataset.nucleus,
    spectrometerFrequencyMHz: dataset.spectrometerFrequencyMHz,
    fieldT: description.fieldT,
    points: dataset.data.shape[dataset.data.shape.length - 1] ?? 0,
    dwellTimeS: dataset.dwellTimeS,
    dimensions: description.dimensions,
    grid: description.grid,
    affine: dataset.affine,
    header: dataset.header,
  };
}

/** A stored analysis as the CSV writer takes it. */
export function csvInputOf(store: StudyStore, analysisId: string): CsvInput {
  const analysis = store.getAnalysis(analysisId);
  const record = store.getDataset(analysis.datasetId);
  const fit = analysis.voxels.some(({ result }) => isOfNetwork(result)) ? fitOfScan(store, analysis) : null;
  const fitted = new Map(fit?.voxels.map(({ voxel, result }) => [voxel, result]));
  return {
    fileName: record.fileName,
    grid: record.description.grid,
    basisId: analysis.basisId,
    recipeId: analysis.recipe.id,
    programVersion: analysis.appVersion,
    hashes: {
      input: analysis.inputSha256,
      water: analysis.waterSha256,
      recipe: analysis.recipeSha256,
      basis: analysis.basisSha256,
    },
    voxels: analysis.voxels.map(({ voxel, result }) => {
      const held = fitted.get(voxel);
      return { voxel, result, ...(held === undefined ? {} : { fit: held }) };
    }),
  };
}
