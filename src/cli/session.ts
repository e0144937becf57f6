// What one run of a command needs: stamp, cancellation by Ctrl+C, progress, and a worker pool that starts when needed.
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';
import type { BasisRequest } from '../core/domain/basisRequest.ts';
import type { BasisSet } from '../core/domain/basisSet.ts';
import { BugError } from '../core/domain/errors.ts';
import type { ProvenanceStamp } from '../core/domain/provenance.ts';
import { readMrs } from '../core/formats/index.ts';
import type { SeriesDeps, StudyDeps } from '../core/pipeline/index.ts';
import { simulateBasis } from '../node/basis/simulateBasis.ts';
import { recipeSha256 } from '../node/files/hashing.ts';
import { resourcesDir } from '../node/files/resourcePaths.ts';
import { createModelLibrary } from '../node/inference/modelLibrary.ts';
import { createNetworkShelf } from '../node/inference/networkShelf.ts';
import { cancellationSource } from '../node/workers/cancellation.ts';
import { fitRunnerOn } from '../node/workers/fitRunner.ts';
import type { WorkerTask } from '../node/workers/messages.ts';
import { pipelineRunnerOn } from '../node/workers/pipelineRunner.ts';
import { seriesRunnerOn } from '../node/workers/seriesRunner.ts';
import { createWorkerPool, defaultThreads } from '../node/workers/workerPool.ts';
import { commandEngine, modelsDir } from './inferenceSession.ts';
import { threadCountOf } from './options.ts';
import { progressReporter } from './terminal.ts';

declare const __APP_VERSION__: string;

export const PROGRAM = 'Lineshape';
export const VERSION: string = __APP_VERSION__;

export interface Session {
  readonly stamp: ProvenanceStamp;
  readonly deps: StudyDeps;
  /** As `deps.parse`, without holding up this thread. */
  readonly parseOnWorkers: StudyDeps['parse'];
  /** Resolves when somebody ends the command. */
  readonly ended: Promise<void>;
  /** All points of a series together, on one of the session's workers. */
  readonly fitSeries: SeriesDeps['fitSeries'];
  readonly threads: number;
  /** On the session's workers, with its cancellation and progress. @throws ModelError, CancelledError */
  readonly simulateBasis: (request: BasisRequest) => Promise<BasisSet[]>;
  /** Folder `resources`. @throws ModelError BASIS_MISSING */
  readonly resources: () => string;
}

/** The bundled worker lies beside the bundled command line: dist/workers/task.worker.js. */
function workerUrl(): URL {
  const url = new URL('../workers/task.worker.js', import.meta.url);
  if (!existsSync(fileURLToPath(url))) {
    throw new BugError('The worker file dist/workers/task.worker.js is missing; run "npm run build" again.');
  }
  return url;
}

function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/**
 * Runs a command's work: the first Ctrl+C cancels it in good order, the second ends the program at once.
 * @param options the command's `--threads`
 * @param work what the command does
 * @param options endsBySignal: the command goes on until it is ended, which is no cancellation then
 */
export async function withSession<T>(
  options: { readonly threads?: string },
  work: (session: Session) => Promise<T>,
  { endsBySignal = false }: { readonly endsBySignal?: boolean } = {},
): Promise<T> {
  const threads = threadCountOf(options.threads) ?? defaultThreads();
  const { cancellation, cancel } = cancellationSource();
  let pressed = 0;
  const { promise: ended, resolve: end } = withResolver();
  const onInterrupt = (): void => {
    if (++pressed > 1) process.exit(4);
    if (!endsBySignal) cancel();
    end();
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  const progress = progressReporter();
  const engine = commandEngine(threads);
  const models = createModelLibrary({ folder: modelsDir(), engine });
  const pool = createWorkerPool<WorkerTask>({ threads, workerUrl: workerUrl(), models });
  const pipeline = pipelineRunnerOn(pool);
  const stamp: ProvenanceStamp = { program: PROGRAM, version: VERSION, now: () => new Date().toISOString() };
  const deps: StudyDeps = {
    fitRunner: fitRunnerOn(pool),
    networks: createNetworkShelf(modelsDir(), resourcesDir),
    preprocess: pipeline.preprocess,
    parse: (files, readOptions) => Promise.resolve().then(() => readMrs(files, readOptions)),
    hashRecipe: recipeSha256,
    stamp,
    cancellation,
    onProgress: progress.onProgress,
  };
  try {
    const result = await work({
      stamp,
      deps,
      ended,
      parseOnWorkers: (files, readOptions) => pipeline.parse(files, readOptions),
      fitSeries: seriesRunnerOn(pool),
      threads,
      simulateBasis: (request) => simulateBasis(pool, request, cancellation, progress.onProgress),
      resources: () => resourcesDir(),
    });
    cancellation.throwIfCancelled();
    return result;
  } finally {
    progress.end();
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
    await pool.close();
    await engine.close();
  }
}
