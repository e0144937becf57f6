// Comparisons of corrections on request, with what was compared last kept in memory.
import { CancelledError } from '../core/domain/errors.ts';
import type { ProvenanceStamp } from '../core/domain/provenance.ts';
import type { CorrectionComparison } from '../core/pipeline/correctionComparison.ts';
import { correctionInput, stepsBeforeCorrection } from '../core/pipeline/correctionComparisonInput.ts';
import { defaultRecipeFor, readStored, recipeById } from '../core/pipeline/index.ts';
import type { ImportDeps } from '../core/pipeline/index.ts';
import type { Cancellation } from '../core/ports/cancellation.ts';
import type { ProgressListener } from '../core/ports/progress.ts';
import type { StudyStore } from '../core/ports/studyStore.ts';
import type { CorrectionPlace } from '../ipc/contract.ts';
import type { CorrectionRunner } from '../node/workers/correctionRunner.ts';
import type { PipelineRunner } from '../node/workers/pipelineRunner.ts';
import { ByteCache } from './byteCache.ts';

/** Two comparisons of 512 transients by fourteen methods. */
const KEPT_BYTES = 64 * 2 ** 20;
/** Reading, and the steps before the correction. */
const PREPARING_SHARE = 0.25;

export interface CorrectionPorts {
  readonly store: StudyStore;
  readonly parse: ImportDeps['parse'];
  readonly pipeline: PipelineRunner;
  readonly compare: CorrectionRunner;
  readonly stamp: ProvenanceStamp;
}

export interface Corrections {
  /**
   * All methods on the transients of a place; those compared last are there at once.
   * @throws ReaderError, ProcessingError, UsageError, StudyDbError, CancelledError
   */
  readonly compare: (
    place: CorrectionPlace,
    cancellation: Cancellation,
    onProgress: ProgressListener,
  ) => Promise<CorrectionComparison>;
}

function bytesOf({ methods }: CorrectionComparison): number {
  return methods.reduce((sum, { outcome }) => {
    if (outcome === null) return sum;
    const { transients, similarity, mean, keptMean } = outcome.spectra;
    const curves = [transients, similarity, mean, keptMean].reduce((bytes, a) => bytes + a.byteLength, 0);
    return sum + curves + 100 * outcome.offsets.length;
  }, 1000);
}

/** @param ports database, workers, and who signs the provenance */
export function createCorrections({ store, parse, pipeline, compare, stamp }: CorrectionPorts): Corrections {
  const kept = new ByteCache<CorrectionComparison>(KEPT_BYTES, bytesOf);

  const make = async (
    { datasetId, waterDatasetId, recipeId, voxel, condition }: CorrectionPlace,
    cancellation: Cancellation,
    onProgress: ProgressListener,
  ): Promise<CorrectionComparison> => {
    const scan = await readStored(store, store.getDataset(datasetId), { parse });
    const water =
      waterDatasetId === null
        ? scan.water
        : (await readStored(store, store.getDataset(waterDatasetId), { parse })).dataset;
    cancellation.throwIfCancelled();
    const recipe = recipeId === null ? defaultRecipeFor(scan.dataset) : recipeById(recipeId);
    const before = await pipeline.preprocess(scan.dataset, water, stepsBeforeCorrection(recipe), {
      stamp,
      cancellation,
      onProgress: ({ fraction, message }) => onProgress({ fraction: PREPARING_SHARE * fraction, message }),
    });
    return compare(correctionInput(before.dataset, recipe, voxel, condition), {
      stamp,
      cancellation,
      onProgress: ({ fraction, message }) =>
        onProgress({ fraction: PREPARING_SHARE + (1 - PREPARING_SHARE) * fraction, message }),
    });
  };

  return {
    compare: async (place, cancellation, onProgress) => {
      const { datasetId, waterDatasetId, recipeId, voxel, condition } = place;
      const key = JSON.stringify([datasetId, waterDatasetId, recipeId, voxel, condition]);
      const attempt = (): Promise<CorrectionComparison> => kept.get(key, () => make(place, cancellation, onProgress));
      return attempt().catch((error: unknown) => {
        // Another asked for the same and took it back: that ends its work, not this one's.
        if (error instanceof CancelledError && !cancellation.isCancelled()) return attempt();
        throw error;
      });
    },
  };
}
