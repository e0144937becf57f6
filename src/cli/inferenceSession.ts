// What a command needs that runs networks: the engine on its worker thread, ended in good order, and where the networks lie.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BugError } from '../core/domain/errors.ts';
import type { InferenceEngine } from '../core/ports/inferenceEngine.ts';
import { modelsFolder, resourcesDir } from '../node/files/resourcePaths.ts';
import { createInferenceEngine } from '../node/inference/engine.ts';

/** The bundled worker lies beside the bundled command line. */
function inferenceWorkerUrl(): URL {
  const url = new URL('../workers/inference.worker.js', import.meta.url);
  if (!existsSync(fileURLToPath(url))) {
    throw new BugError('The worker file dist/workers/inference.worker.js is missing; run "npm run build" again.');
  }
  return url;
}

/** Folder of the networks that come with the program. @throws ModelError BASIS_MISSING without any resources */
export const modelsDir = (): string => modelsFolder(resourcesDir());

/** An engine whose thread starts when first needed; it must be closed before the process ends. */
export function commandEngine(threads: number | undefined): InferenceEngine {
  const workerUrl = inferenceWorkerUrl();
  return createInferenceEngine({ workerUrl, ...(threads === undefined ? {} : { threads }) });
}

/**
 * Runs work on an inference engine, whose thread starts when first needed.
 * @param threads of the runtime; one fewer than the processor has where not given
 */
export async function withInference<T>(
  threads: number | undefined,
  work: (engine: InferenceEngine) => Promise<T>,
): Promise<T> {
  const engine = commandEngine(threads);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}
