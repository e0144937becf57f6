// What the study host works with: database, workers, jobs and what is kept in memory. No Electron.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BasisRequest } from '../core/domain/basisRequest.ts';
import type { BasisSet } from '../core/domain/basisSet.ts';
import type { SentKind } from '../core/domain/dicomNode.ts';
import type { ProvenanceStamp } from '../core/domain/provenance.ts';
import type { ImportDeps } from '../core/pipeline/importFiles.ts';
import type { Cancellation } from '../core/ports/cancellation.ts';
import type { SentObject } from '../core/ports/dicomNetwork.ts';
import type { FitRunner } from '../core/ports/fitRunner.ts';
import type { InferenceEngine } from '../core/ports/inferenceEngine.ts';
import type { NetworkShelf } from '../core/ports/networkShelf.ts';
import type { ProgressListener } from '../core/ports/progress.ts';
import type { StudyStore } from '../core/ports/studyStore.ts';
import type { ChannelRequest } from '../ipc/contract.ts';
import { createLogins } from '../node/access/logins.ts';
import type { Logins } from '../node/access/logins.ts';
import { simulateBasis } from '../node/basis/simulateBasis.ts';
import type { DicomService } from '../node/dicom/dicomService.ts';
import { bundledFolder, loadListedBasis } from '../node/files/basisLibrary.ts';
import { modelsFolder } from '../node/files/resourcePaths.ts';
import { createInferenceEngine } from '../node/inference/engine.ts';
import { createModelLibrary } from '../node/inference/modelLibrary.ts';
import { createNetworkShelf } from '../node/inference/networkShelf.ts';
import { openProtected } from '../node/study-db/openProtected.ts';
import { correctionRunnerOn } from '../node/workers/correctionRunner.ts';
import { fitRunnerOn } from '../node/workers/fitRunner.ts';
import type { WorkerTask } from '../node/workers/messages.ts';
import { pipelineRunnerOn } from '../node/workers/pipelineRunner.ts';
import type { PipelineRunner } from '../node/workers/pipelineRunner.ts';
import { createWorkerPool, defaultThreads } from '../node/workers/workerPool.ts';
import { actingUser } from './acting.ts';
import { announceProvider } from './announcedModels.ts';
import type { AnnouncedModels } from './announcedModels.ts';
import { createAnalysisCache } from './analysisCache.ts';
import type { AnalysisCache } from './analysisCache.ts';
import { createCorrections } from './corrections.ts';
import type { Corrections } from './corrections.ts';
import type { EventLog } from './eventLog.ts';
import type { HostStart } from './hostMessages.ts';
import type { Emit } from './emit.ts';
import { closeAbandonedBatches } from './batches.ts';
import { closeAbandonedJobs, createJobs } from './jobs.ts';
import type { Jobs } from './jobs.ts';
import { offerPublishedRanges } from './publishedRanges.ts';
import { startUpkeep } from './upkeep.ts';
import { createSignals } from './signals.ts';
import type { Signals } from './signals.ts';

/** A thread that had no work for so long is ended: a fit after a pause waits a fraction of a second for a new one. [ms] */
const THREAD_IDLE_MS = 60_000;

/** A report as it is laid out; of a signed version, that version. */
export type ReportRequest = ChannelRequest<'report:preview'> & { readonly versionId?: string };

/** Reports as DICOM objects: printed by the main process, of a signed version what was signed. */
export type ReportObjects = (report: ReportRequest, kinds: readonly SentKind[]) => Promise<readonly SentObject[]>;

/** With the DICOM node on top (dicomNode.ts). */
export interface Services extends BaseServices {
  readonly dicom: DicomService;
  readonly reportObjects: ReportObjects;
}

export interface BaseServices {
  readonly store: StudyStore;
  /** Of the local users. */
  readonly logins: Logins;
  readonly pipeline: PipelineRunner;
  readonly parse: ImportDeps['parse'];
  readonly fitRunner: FitRunner;
  readonly signals: Signals;
  readonly corrections: Corrections;
  readonly analyses: AnalysisCache;
  readonly jobs: Jobs;
  readonly stamp: ProvenanceStamp;
  readonly resources: string;
  /** Where basis sets lie: the program's, then the user's. */
  readonly basisFolders: readonly string[];
  readonly userBases: string;
  readonly threads: number;
  /** A basis set of those folders, read and checked once. @throws ModelError */
  readonly basis: (id: string) => Promise<BasisSet>;
  /** After a set was removed. */
  readonly forgetBasis: (id: string) => void;
  /** On the worker pool. @throws ModelError, CancelledError */
  readonly simulateBasis: (
    request: BasisRequest,
    cancellation: Cancellation,
    onProgress: ProgressListener,
  ) => Promise<BasisSet[]>;
  /** The networks that come with the program, on a thread of their own that starts when first needed. */
  readonly models: AnnouncedModels;
  /** What there is to choose a network for quantification from. */
  readonly networks: NetworkShelf;
  /** The thread that runs them. */
  readonly inference: InferenceEngine;
  /** Cancels jobs, ends the workers (that of the networks first finishes its run), closes the database. */
  readonly close: () => Promise<void>;
}

function basisLoader(folders: readonly string[]): Pick<BaseServices, 'basis' | 'forgetBasis'> {
  const loaded = new Map<string, Promise<BasisSet>>();
  return {
    basis: (id) => {
      const found = loaded.get(id);
      if (found !== undefined) return found;
      const loading = loadListedBasis(folders, id);
      loaded.set(id, loading);
      loading.catch(() => loaded.delete(id)); // tried again next time
      return loading;
    },
    forgetBasis: (id) => void loaded.delete(id),
  };
}

/**
 * Opens the database and makes the workers ready; they start when first needed.
 * @param start where everything is
 * @param emit tells the page
 * @param log of the main process
 * @throws StudyDbError in words where the database can't be opened
 */
export function createServices(start: HostStart, emit: Emit, log: EventLog): BaseServices {
  const now = (): string => new Date().toISOString();
  const store = openProtected(
    start.database,
    { key: start.databaseKey },
    {
      now,
      actor: { program: 'Lineshape', version: start.appVersion },
      userName: () => actingUser()?.name ?? null,
    },
  );
  offerPublishedRanges(store);
  const abandoned = closeAbandonedJobs(store);
  if (abandoned > 0) log.warn('jobs-abandoned', { count: abandoned });
  const batches = closeAbandonedBatches(store);
  if (batches > 0) log.warn('batches-abandoned', { count: batches });
  const threads = defaultThreads();
  const workerUrl = pathToFileURL(join(start.workers, 'task.worker.js'));
  const engine = createInferenceEngine({
    workerUrl: pathToFileURL(join(start.workers, 'inference.worker.js')),
    threads,
    idleMs: THREAD_IDLE_MS,
    runtimeFiles: start.inferenceRuntime ?? null,
  });
  const models = announceProvider(createModelLibrary({ folder: modelsFolder(start.resources), engine }), emit);
  const pool = createWorkerPool<WorkerTask>({ threads, workerUrl, idleMs: THREAD_IDLE_MS, models });
  const pipeline = pipelineRunnerOn(pool);
  const parse: ImportDeps['parse'] = (files, options) => pipeline.parse(files, options);
  const stamp: ProvenanceStamp = { program: 'Lineshape', version: start.appVersion, now };
  const jobs = createJobs({ store, emit, log });
  const upkeep = startUpkeep(
    pathToFileURL(join(start.workers, 'upkeep.worker.js')),
    { database: start.database, key: start.databaseKey },
    ({ damage, failure }) => {
      if (damage !== null) store.refuseWrites(damage);
      const error = damage ?? failure;
      if (error === null) return;
      log.warn('upkeep', { code: error.code });
      emit('app:error', error);
    },
    log,
  );
  const basisFolders = [bundledFolder(start.resources), start.userBases];
  return {
    store,
    logins: createLogins(store),
    pipeline,
    parse,
    fitRunner: fitRunnerOn(pool),
    signals: createSignals({ store, parse, pipeline, stamp }),
    corrections: createCorrections({ store, parse, pipeline, compare: correctionRunnerOn(pool), stamp }),
    analyses: createAnalysisCache(store),
    jobs,
    stamp,
    resources: start.resources,
    threads,
    basisFolders,
    userBases: start.userBases,
    ...basisLoader(basisFolders),
    models,
    networks: createNetworkShelf(modelsFolder(start.resources), () => start.resources),
    inference: engine,
    simulateBasis: (request, cancellation, onProgress) => simulateBasis(pool, request, cancellation, onProgress),
    close: async () => {
      await upkeep.close();
      await jobs.cancelAll();
      await pool.close();
      await engine.close();
      store.close();
    },
  };
}
