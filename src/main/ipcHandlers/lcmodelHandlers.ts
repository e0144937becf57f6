// LCModel in the study host: which one is set, its trial, its runs as jobs, and results that it made elsewhere.
import { ProcessingError, UsageError } from '../../core/domain/errors.ts';
import type { JsonObject } from '../../core/domain/json.ts';
import { recipeById } from '../../core/pipeline/index.ts';
import { analyseDatasetWithLcmodel, lcmodelRecipe } from '../../core/pipeline/lcmodelAnalysis.ts';
import { readForeignRun, storeForeignRun } from '../../core/pipeline/lcmodelImport.ts';
import { controlAssignments, lcmodelFileSets, parseLcmodelSettings } from '../../core/quantification/lcmodel/index.ts';
import type { ChannelRequest } from '../../ipc/contract.ts';
import { recipeSha256, sha256OfFiles } from '../../node/files/hashing.ts';
import { requireExecutable } from '../../node/lcmodel/failures.ts';
import { lcmodelRunner, readInstallation, writeInstallation } from '../../node/lcmodel/installation.ts';
import { probeLcmodel } from '../../node/lcmodel/probe.ts';
import { readLcmodelOutputs } from '../../node/lcmodel/readOutputs.ts';
import { cancellationSource } from '../../node/workers/cancellation.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { JobWork } from '../jobs.ts';
import type { Services } from '../services.ts';
import type { HandlerContext } from './context.ts';

type Own = Pick<
  HostHandlers,
  | 'lcmodel:installation'
  | 'lcmodel:forget'
  | 'lcmodel:set-time-limit'
  | 'lcmodel:test'
  | 'lcmodel:run'
  | 'host:set-lcmodel'
  | 'host:import-lcmodel'
>;

/** @throws ProcessingError where none is set, or the one set is not there any more */
function requireInstallation(store: Services['store']): { readonly executable: string; readonly timeLimitS: number } {
  const { executable, timeLimitS } = readInstallation(store);
  if (executable === null) {
    throw new ProcessingError('PROCESSING_FAILED', 'No LCModel is set: choose your own on the settings page.', {
      reason: 'notSet',
    });
  }
  requireExecutable(executable);
  return { executable, timeLimitS };
}

function settingsOf({ settings, control }: ChannelRequest<'lcmodel:run'>): JsonObject {
  const namelist = controlAssignments(control);
  const all = { ...(settings as JsonObject), ...(Object.keys(namelist).length === 0 ? {} : { namelist }) };
  parseLcmodelSettings(all);
  return all;
}

async function startRun(services: Services, request: ChannelRequest<'lcmodel:run'>): Promise<{ jobId: string }> {
  const { store, jobs, parse, pipeline, stamp, threads } = services;
  const { datasetId, waterDatasetId, voxels } = request;
  const { studyId } = store.getDataset(datasetId);
  const run = lcmodelRunner(requireInstallation(store), threads);
  const basis = await services.basis(request.basisId);
  const recipe = lcmodelRecipe(recipeById(request.recipeId), settingsOf(request), basis);
  const work: JobWork = async (cancellation, onProgress) => {
    const { id } = await analyseDatasetWithLcmodel({ store, datasetId, waterDatasetId, basis, recipe, voxels }, run, {
      parse,
      preprocess: pipeline.preprocess,
      hashRecipe: recipeSha256,
      stamp,
      cancellation,
      onProgress,
    });
    return { analysisId: id, basisIds: [] };
  };
  return { jobId: jobs.start('lcmodel', studyId, work, request) };
}

async function importResults(
  { store, stamp }: Services,
  datasetId: string,
  paths: readonly string[],
): Promise<{ analysisId: string }> {
  const dataset = store.getDataset(datasetId);
  const files = await readLcmodelOutputs(paths);
  const [set, ...others] = lcmodelFileSets(files);
  if (set === undefined || others.length > 0) {
    const names = [set, ...others].map((s) => s?.name).join(', ');
    throw new UsageError(
      `The files are of ${others.length + 1} runs of LCModel (${names}); choose the files of the one that analysed this scan.`,
    );
  }
  const run = readForeignRun(set, files, dataset.description.spectrometerFrequencyMHz, sha256OfFiles);
  const { id } = storeForeignRun(store, dataset, run, { stamp, hashRecipe: recipeSha256 });
  return { analysisId: id };
}

export function lcmodelHandlers({ services, emit }: HandlerContext): Own {
  const { store } = services;
  return {
    'lcmodel:installation': () => readInstallation(store),
    'lcmodel:forget': () => {
      writeInstallation(store, { executable: null });
      return readInstallation(store);
    },
    'lcmodel:set-time-limit': ({ timeLimitS }) => {
      writeInstallation(store, { timeLimitS });
      return readInstallation(store);
    },
    'lcmodel:test': () => probeLcmodel(requireInstallation(store).executable, cancellationSource().cancellation),
    'lcmodel:run': (request) => startRun(services, request),
    'host:set-lcmodel': ({ path }) => {
      requireExecutable(path);
      writeInstallation(store, { executable: path });
      return readInstallation(store);
    },
    'host:import-lcmodel': async ({ datasetId, paths }) => {
      const stored = await importResults(services, datasetId, paths);
      emit('studies:changed', { studyId: store.getDataset(datasetId).studyId });
      return stored;
    },
  };
}
