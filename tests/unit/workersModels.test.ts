// Networks in the pool's threads: through the one inference thread, with the outcome of this thread, refused and cancelled in
// good order.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelledError, ModelError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import type { Recipe } from '../../src/core/domain/recipe.ts';
import { recipeById, runPreprocessing } from '../../src/core/pipeline/index.ts';
import type { RunContext } from '../../src/core/pipeline/index.ts';
import type { InferenceEngine } from '../../src/core/ports/inferenceEngine.ts';
import type { ModelLibrary } from '../../src/core/ports/modelLibrary.ts';
import { modelsFolder, resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { createInferenceEngine } from '../../src/node/inference/engine.ts';
import { createModelLibrary } from '../../src/node/inference/modelLibrary.ts';
import { cancellationSource, NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import type { WorkerTask } from '../../src/node/workers/messages.ts';
import { pipelineRunnerOn } from '../../src/node/workers/pipelineRunner.ts';
import { createWorkerPool } from '../../src/node/workers/workerPool.ts';
import { bundleWorker } from '../fixtures/bundleWorker.ts';
import { addNoise, BRAIN, datasetOf, synthesise } from './preprocessingSynthesis.ts';

let workerUrl: URL;
let engine: InferenceEngine;
let models: ModelLibrary;

beforeAll(async () => {
  workerUrl = await bundleWorker('src/node/workers/task.worker.ts');
  engine = createInferenceEngine({ workerUrl: await bundleWorker('src/node/workers/inference.worker.ts'), threads: 1 });
  models = createModelLibrary({ folder: modelsFolder(resourcesDir()), engine, providers: ['cpu'] });
});
afterAll(() => engine.close());

const context: RunContext = {
  stamp: { program: 'Lineshape', version: 'test', now: () => '2026-01-01T00:00:00.000Z' },
  cancellation: NEVER_CANCELLED,
  onProgress: () => undefined,
};
const recipe: Recipe = {
  ...recipeById('svs-default'),
  preprocessing: [
    { step: 'frequencyPhaseCorrection', options: { method: 'ma' } },
    { step: 'averaging', options: {} },
  ],
};

function scan(): MrsDataset {
  const fids = [0, 4, -3, 7].map((shiftHz, k) =>
    addNoise(synthesise(BRAIN, { shiftHz, phaseRad: 0.2 * k }), 0.05, k + 1),
  );
  return datasetOf(fids, [['DIM_DYN', fids.length]]);
}

async function inPool<T>(
  library: ModelLibrary | undefined,
  work: (preprocess: ReturnType<typeof pipelineRunnerOn>['preprocess']) => Promise<T>,
): Promise<T> {
  const pool = createWorkerPool<WorkerTask>({
    threads: 1,
    workerUrl,
    ...(library === undefined ? {} : { models: library }),
  });
  try {
    return await work(pipelineRunnerOn(pool).preprocess);
  } finally {
    await pool.close();
  }
}

describe('a pool with networks', () => {
  it('corrects by a network as this thread does', async () => {
    const there = await inPool(models, (preprocess) => preprocess(scan(), null, recipe, context));
    expect(there).toEqual(await runPreprocessing(scan(), null, recipe, { ...context, models }));
    expect(there.steps[0]?.details['methods']).toEqual(['ma']);
  });

  it('refuses a network in one sentence where it has none', async () => {
    const refused = inPool(undefined, (preprocess) => preprocess(scan(), null, recipe, context));
    await expect(refused).rejects.toThrow(ModelError);
    await expect(refused).rejects.toThrow(/needs its network/);
  });

  it('gives a network up at once when it is cancelled, and tells it so', async () => {
    const { card } = await models.open('ma');
    const source = cancellationSource();
    let isToldToStop = false;
    const stuck: ModelLibrary = {
      open: () =>
        Promise.resolve({
          card,
          executionProvider: 'cpu',
          run: async (_inputs, cancellation = NEVER_CANCELLED) => {
            source.cancel();
            while (!cancellation.isCancelled()) await new Promise((resolve) => setTimeout(resolve, 5));
            isToldToStop = true;
            throw new CancelledError();
          },
        }),
    };
    await inPool(stuck, async (preprocess) => {
      const running = preprocess(scan(), null, recipe, { ...context, cancellation: source.cancellation });
      await expect(running).rejects.toThrow(CancelledError);
      await expect.poll(() => isToldToStop).toBe(true);
      // The thread has survived, and does the next task.
      const plain = { ...recipe, preprocessing: recipe.preprocessing.slice(1) };
      expect((await preprocess(scan(), null, plain, context)).dataset.dimensions).toEqual([]);
    });
  });
});
