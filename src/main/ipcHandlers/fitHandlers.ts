// Fit jobs: the workflow of the command line, run as a job with progress and cancellation.
import type { JsonObject } from '../../core/domain/json.ts';
import type { Recipe } from '../../core/domain/recipe.ts';
import { recipeById } from '../../core/pipeline/index.ts';
import { analyseDataset } from '../../core/pipeline/studyWorkflow.ts';
import { recipeSha256 } from '../../node/files/hashing.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { HandlerContext } from './context.ts';

/** @returns the recipe with the user's fit options over its own; its hash tells it from the shipped one */
export function recipeWithOptions(recipe: Recipe, options: JsonObject): Recipe {
  if (Object.keys(options).length === 0) return recipe;
  const { quantification } = recipe;
  return { ...recipe, quantification: { ...quantification, options: { ...quantification.options, ...options } } };
}

export function fitHandlers({ services }: HandlerContext): Pick<HostHandlers, 'fit:start' | 'job:cancel'> {
  const { store, jobs, pipeline, parse, fitRunner, stamp } = services;
  return {
    'fit:start': async (request) => {
      const { studyId } = store.getDataset(request.datasetId);
      const recipe = recipeWithOptions(recipeById(request.recipeId), request.options as JsonObject);
      const basis = await services.basis(request.basisId);
      const { datasetId, waterDatasetId, voxels } = request;
      const jobId = jobs.start('fit', studyId, async (cancellation, onProgress) => {
        const analysis = await analyseDataset(
          { store, datasetId, waterDatasetId, basis, recipe, voxels },
          {
            parse,
            fitRunner,
            preprocess: pipeline.preprocess,
            hashRecipe: recipeSha256,
            stamp,
            cancellation,
            onProgress,
          },
        );
        return { analysisId: analysis.id, basisIds: [] };
      });
      return { jobId };
    },
    'job:cancel': ({ jobId }) => {
      jobs.cancel(jobId);
      return {};
    },
  };
}
