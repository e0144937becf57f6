// Fit jobs and their settings: the workflow of the command line, run as a job with progress and cancellation.
import { basename } from 'node:path';
import { UsageError } from '../../core/domain/errors.ts';
import type { JsonObject } from '../../core/domain/json.ts';
import { parseQuantityOptions } from '../../core/domain/quantityOptions.ts';
import type { Recipe } from '../../core/domain/recipe.ts';
import {
  imageVolumeNifti,
  readSegmentation,
  recipeById,
  recipeWithCorrections,
  recipeWithQuantities,
} from '../../core/pipeline/index.ts';
import type { ScanSegmentation } from '../../core/pipeline/index.ts';
import { analyseByMethods } from '../../core/pipeline/analyseByMethods.ts';
import type { AnalysesByMethods, AnalysisMethod } from '../../core/pipeline/analyseByMethods.ts';
import { DENOISING_METHOD_IDS, DENOISING_METHODS } from '../../core/preprocessing/denoising/index.ts';
import { CLASSICAL_METHODS } from '../../core/preprocessing/frequencyPhaseCorrection/index.ts';
import type { FpcMethod } from '../../core/preprocessing/frequencyPhaseCorrection/index.ts';
import { NETWORK_METHODS } from '../../core/preprocessing/frequencyPhaseCorrection/networks/index.ts';
import { needsBasis, NO_BASIS, readPriorKnowledge } from '../../core/quantification/index.ts';
import { checkMethodOptions, shippedKnowledge } from '../../core/quantification/methodOptions.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { ProgressListener } from '../../core/ports/progress.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import type { ChannelRequest } from '../../ipc/contract.ts';
import { recipeSha256 } from '../../node/files/hashing.ts';
import { modelIds } from '../../node/files/modelCards.ts';
import { readPriorKnowledgeFile } from '../../node/files/priorKnowledgeFile.ts';
import { modelsFolder } from '../../node/files/resourcePaths.ts';
import type { HostHandlers, HostResponse } from '../hostMessages.ts';
import { methodViews, protocolScan } from '../quantificationMethods.ts';
import type { JobWork } from '../jobs.ts';
import type { BaseServices } from '../services.ts';
import type { HandlerContext } from './context.ts';

type Channels = 'fit:methods' | 'fit:start' | 'host:read-prior-knowledge';

/**
 * The recipe with the method and options that the user chose; its hash tells it from the shipped one.
 * @param method undefined: the recipe's own; its options count for no other
 */
export function recipeWithOptions(recipe: Recipe, options: JsonObject, method?: string): Recipe {
  const own = recipe.quantification;
  const chosen = method ?? own.method;
  if (chosen === own.method && Object.keys(options).length === 0) return recipe;
  const ofRecipe = chosen === own.method ? own.options : {};
  return { ...recipe, quantification: { method: chosen, options: { ...ofRecipe, ...options } } };
}

/** The same preprocessing with another method, whose options are all its own. */
function recipeWithMethod(
  recipe: Recipe,
  { method, options }: NonNullable<ChannelRequest<'fit:start'>['alsoBy']>[number],
): Recipe {
  checkMethodOptions(method, options as JsonObject);
  return { ...recipe, quantification: { method, options: options as JsonObject } };
}

/** @throws UsageError where the method, a correction, an option or a quantity is not there or wrong: before a job is begun */
function chosenRecipe(request: ChannelRequest<'fit:start'>): Recipe {
  const { recipeId, options, method, segmentationDatasetId } = request;
  const recipe = recipeWithCorrections(recipeWithOptions(recipeById(recipeId), options as JsonObject, method), request);
  checkMethodOptions(recipe.quantification.method, recipe.quantification.options);
  const quantities = (request.quantities ?? {}) as JsonObject;
  const { tissue } = parseQuantityOptions(quantities, 'The fit’s set-up');
  if (tissue !== null && segmentationDatasetId !== undefined) {
    throw new UsageError('Tissue fractions and a segmentation contradict each other; give one of them.');
  }
  return recipeWithQuantities(recipe, quantities);
}

/**
 * The segmentation among the study's images.
 * @throws UsageError where it is no image of this study; ReaderError where it is no segmentation
 */
function storedSegmentation(store: StudyStore, studyId: string, datasetId: string): ScanSegmentation {
  const record = store.getDataset(datasetId);
  if (record.studyId !== studyId || record.role !== 'image') {
    throw new UsageError(`${record.fileName} is no image of this study, so that no tissue can be read from it.`);
  }
  const bytes = imageVolumeNifti(record.fileName, store.readRawFile(datasetId));
  return readSegmentation([{ name: record.fileName, bytes }], 'auto', `, SHA-256 ${record.sha256}`);
}

/** Each by the network of its own id. */
const NETWORKS: readonly string[] = [...NETWORK_METHODS.map(({ id }) => id), 'relstm', 'lstm'];

/** The methods of correction and denoising; those whose network is not installed are told as such. */
async function processingMethods(
  resources: string,
): Promise<Pick<HostResponse<'fit:methods'>, 'corrections' | 'denoisers'>> {
  const installed = await modelIds(modelsFolder(resources));
  const view = <Id extends string>({ id, title, citation }: Pick<FpcMethod, 'title' | 'citation'> & { id: Id }) => ({
    ...{ id, title, citation, isNetwork: NETWORKS.includes(id) },
    isAvailable: !NETWORKS.includes(id) || installed.includes(id),
  });
  return {
    corrections: [...CLASSICAL_METHODS, ...NETWORK_METHODS].map(view),
    denoisers: DENOISING_METHOD_IDS.map((id) => view(DENOISING_METHODS[id])),
  };
}

/** What the page is told of a file with prior knowledge. */
async function priorKnowledgeView(
  path: string,
  spectrometerFrequencyMHz: number,
): Promise<HostResponse<'host:read-prior-knowledge'>> {
  const knowledge = await readPriorKnowledgeFile(path, spectrometerFrequencyMHz);
  const { title, nucleus, peaks } = readPriorKnowledge(knowledge);
  return { fileName: basename(path), title, nucleus, peaks: peaks.map((p) => p.name), knowledge };
}

/** A recipe with the chosen basis set, where its method takes one. @throws ModelError where that is missing */
async function withBasis({ basis }: BaseServices, recipe: Recipe, basisId: string): Promise<AnalysisMethod> {
  return { recipe, basis: needsBasis(recipe.quantification.method) ? await basis(basisId) : NO_BASIS };
}

/** A fit that was checked and can be run. */
export type PreparedFit = (cancellation: Cancellation, onProgress: ProgressListener) => Promise<AnalysesByMethods>;

/**
 * Checks what is asked for before anything is begun.
 * @throws UsageError, ModelError, ReaderError: a choice is not there, or wrong for the scan
 */
export async function preparedFit(services: BaseServices, request: ChannelRequest<'fit:start'>): Promise<PreparedFit> {
  const { store, networks, parse, fitRunner, stamp } = services;
  const { studyId } = store.getDataset(request.datasetId);
  const recipe = chosenRecipe(request);
  const others = (request.alsoBy ?? []).map((other) => recipeWithMethod(recipe, other));
  const methods: [AnalysisMethod, ...AnalysisMethod[]] = [await withBasis(services, recipe, request.basisId)];
  for (const other of others) methods.push(await withBasis(services, other, request.basisId));
  const { datasetId, waterDatasetId, voxels, segmentationDatasetId } = request;
  const tissue =
    segmentationDatasetId === undefined
      ? {}
      : { segmentation: storedSegmentation(store, studyId, segmentationDatasetId) };
  const { preprocess } = services.pipeline;
  const deps = { parse, fitRunner, networks, preprocess, hashRecipe: recipeSha256, stamp };
  return (cancellation, onProgress) =>
    analyseByMethods(
      { store, datasetId, waterDatasetId, methods, voxels, ...tissue },
      { ...deps, cancellation, onProgress },
    );
}

export function fitHandlers({ services }: HandlerContext): Pick<HostHandlers, Channels> {
  const { store, jobs } = services;
  return {
    'fit:methods': async ({ datasetId }) => ({
      methods: await methodViews(
        services.networks,
        datasetId === undefined ? null : protocolScan(store.getDataset(datasetId).description),
      ),
      priorKnowledge: shippedKnowledge(),
      ...(await processingMethods(services.resources)),
    }),
    'fit:start': async (request) => {
      const { studyId } = store.getDataset(request.datasetId);
      const fit = await preparedFit(services, request);
      const work: JobWork = async (cancellation, onProgress) => {
        const { records, problems } = await fit(cancellation, onProgress);
        return { analysisId: records[0].id, basisIds: [], problems };
      };
      return { jobId: jobs.start('fit', studyId, work, request) };
    },
    'host:read-prior-knowledge': ({ path, datasetId }) => {
      const { fileName, description } = store.getDataset(datasetId);
      if (description.spectrometerFrequencyMHz === null)
        throw new UsageError(`${fileName} is not a spectroscopy scan.`);
      return priorKnowledgeView(path, description.spectrometerFrequencyMHz);
    },
  };
}
