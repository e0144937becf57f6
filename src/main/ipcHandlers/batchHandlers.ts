// Batches: each study's scan with the recipe, methods and basis set that were chosen or suit it.
import { bestBasis } from '../../core/basis/matching.ts';
import type { BatchSettings } from '../../core/domain/batch.ts';
import { ModelError, ProcessingError, UsageError } from '../../core/domain/errors.ts';
import { firstScan, waterReferenceOf } from '../../core/domain/studyScans.ts';
import { AUTO_METHOD, methodForScan, recipeById, recipeForScan } from '../../core/pipeline/index.ts';
import type { Recipe } from '../../core/domain/recipe.ts';
import { needsBasis } from '../../core/quantification/index.ts';
import type { DatasetDescription } from '../../core/ports/studyStore.ts';
import { placedCards } from '../../node/files/basisCards.ts';
import type { FitStudy } from '../batches.ts';
import { createBatches } from '../batches.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { BaseServices } from '../services.ts';
import { protocolScan } from '../quantificationMethods.ts';
import { studiesTable } from '../studiesTable.ts';
import { basisTarget } from './basisHandlers.ts';
import type { HandlerContext } from './context.ts';
import { preparedFit } from './fitHandlers.ts';

/** What goes for a basis set where no method takes one. */
const NO_BASIS_ID = 'none';

/** The set that fits the scan best. @throws ModelError where none is close enough */
async function suitableBasis(
  { basisFolders }: Pick<BaseServices, 'basisFolders'>,
  description: DatasetDescription,
  recipe: Recipe,
): Promise<string> {
  const target = basisTarget(description, recipe);
  const cards = (await placedCards(basisFolders)).map(({ card }) => card);
  const best = target === null ? null : bestBasis(cards, target);
  if (best !== null && best.closeEnough) return best.basis.id;
  const reasons = (best?.warnings ?? []).map(({ message }) => message).join(' ');
  throw new ModelError('MODEL_MISMATCH', `No basis set here is close enough to this scan; simulate one. ${reasons}`.trim()); // prettier-ignore
}

/** What "auto" becomes for this scan; each method once. */
async function methodsFor(
  { networks }: Pick<BaseServices, 'networks'>,
  description: DatasetDescription,
  named: readonly [string, ...string[]],
  own: string,
): Promise<[string, ...string[]]> {
  const scan = protocolScan(description);
  const resolved = named.map((method) =>
    scan === null ? Promise.resolve(method === AUTO_METHOD ? own : method) : methodForScan(method, scan, own, networks),
  );
  return [...new Set(await Promise.all(resolved))] as [string, ...string[]];
}

/** The work on one study of a batch. */
export function studyFit(services: BaseServices): FitStudy {
  return async (studyId, { recipeId, method, alsoBy, basisId }: BatchSettings, cancellation, onProgress) => {
    cancellation.throwIfCancelled();
    const files = services.store.listDatasets(studyId);
    const scan = firstScan(files);
    if (scan === null) throw new ProcessingError('PROCESSING_FAILED', 'This study holds no spectroscopy scan.');
    const recipe = recipeId === null ? recipeForScan(scan.description) : recipeById(recipeId);
    const own = recipe.quantification.method;
    const [main, ...others] = await methodsFor(services, scan.description, [method ?? own, ...alsoBy], own);
    const takesBasis = [main, ...others].some(needsBasis);
    const basis = takesBasis ? (basisId ?? (await suitableBasis(services, scan.description, recipe))) : NO_BASIS_ID;
    const fit = await preparedFit(services, {
      datasetId: scan.id,
      waterDatasetId: waterReferenceOf(files, scan)?.id ?? null,
      basisId: basis,
      recipeId: recipe.id,
      method: main,
      options: {},
      alsoBy: others.map((other) => ({ method: other, options: {} })),
      voxels: null,
    });
    const { records, problems } = await fit(cancellation, onProgress);
    return { analysisIds: records.map(({ id }) => id), problems };
  };
}

type Channels =
  'batch:start' | 'batch:list' | 'batch:open' | 'batch:retry' | 'batch:give-up' | 'batch:remove' | 'host:batch-table';

export function batchHandlers({ services, emit }: HandlerContext): Pick<HostHandlers, Channels> {
  const { store, jobs, threads } = services;
  const batches = createBatches({ store, jobs, emit, fitStudy: studyFit(services), atOnce: threads });
  return {
    'batch:start': ({ studyIds, settings }) => batches.start(studyIds, settings),
    'batch:list': () => store.listBatches(),
    'batch:open': ({ batchId }) => {
      const { items, ...batch } = store.getBatch(batchId);
      return {
        ...batch,
        jobId: batches.jobOf(batchId),
        items: items.map(({ analysisIds, ...item }) => ({ ...item, resultCount: analysisIds.length })),
      };
    },
    'batch:retry': ({ batchId }) => ({ jobId: batches.retry(batchId) }),
    'batch:give-up': ({ batchId }) => {
      batches.giveUp(batchId);
      return {};
    },
    'batch:remove': ({ batchId }) => {
      if (batches.jobOf(batchId) !== null) throw new UsageError('This batch is running; cancel it first.');
      store.deleteBatch(batchId);
      return {};
    },
    'host:batch-table': async ({ batchId, patients, format }) => {
      const results = store
        .getBatch(batchId)
        .items.flatMap(({ studyId, analysisIds }) =>
          store.listAnalyses(studyId).filter(({ id }) => analysisIds.includes(id)),
        );
      return studiesTable(store, results, patients, format);
    },
  };
}
