// Puts the DICOM node together: receiver, inbox, rules, queries, fetches and the queue of what is sent.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { DicomNodeSettings, RemoteNode } from '../../core/domain/dicomNode.ts';
import { CancelledError, toErrorRecord, UsageError } from '../../core/domain/errors.ts';
import type { ImportDeps } from '../../core/pipeline/importFiles.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { DicomNetwork, FetchProgress, FetchRequest } from '../../core/ports/dicomNetwork.ts';
import type { WaitingInstance } from '../../core/ports/dicomStore.ts';
import type { ProgressListener } from '../../core/ports/progress.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import { sha256Hex } from '../files/hashing.ts';
import type { Clock } from './clock.ts';
import { SYSTEM_CLOCK } from './clock.ts';
import type { DicomService, DicomServiceHost, FetchOutcome, UnreadableInstances } from './dicomService.ts';
import { InboxWork } from './inboxWork.ts';
import { checkNodeSettings } from './nodeSettings.ts';
import { offerSeries } from './offeredSeries.ts';
import { Receiving } from './receiving.ts';
import { SendQueue } from './sendQueue.ts';

export interface DicomServiceOptions {
  readonly store: StudyStore;
  readonly network: DicomNetwork;
  readonly host: DicomServiceHost;
  /** Reads one scan from its files, in a worker. */
  readonly parse: ImportDeps['parse'];
  /** The system's unless given. */
  readonly clock?: Clock;
}

/** Matches of a search that are shown; more are cut off, and said. */
const MOST_MATCHES = 500;
/** What a fetch may take of its progress bar; reading what came takes the rest. */
const FETCHING_SHARE = 0.9;

interface FetchEnd {
  readonly progress: FetchProgress;
  readonly error: unknown;
}

class RunningService implements DicomService {
  readonly #store: StudyStore;
  readonly #network: DicomNetwork;
  readonly #receiving: Receiving;
  readonly #inbox: InboxWork;
  readonly #queue: SendQueue;
  readonly #waitingForQuiet = new Set<() => void>();
  #isClosed = false;

  constructor({ store, network, host, parse, clock = SYSTEM_CLOCK }: DicomServiceOptions) {
    this.#store = store;
    this.#network = network;
    // What goes on in the background is in nobody's name, whoever asked for it first.
    const outside = AsyncLocalStorage.snapshot();
    const own: Clock = { nowMs: clock.nowMs, after: (ms, work) => outside(() => clock.after(ms, work)) };
    const onIdle = (): void => this.#lookForQuiet();
    this.#queue = new SendQueue({
      ...{ store, network, clock: own, onIdle },
      onTransfer: (transfer) => host.onEvent({ kind: 'transfer', transfer }),
    });
    this.#receiving = new Receiving({
      ...{ store, network, clock: own, inBackground: outside },
      onState: (state) => host.onEvent({ kind: 'receiver', state }),
      onArrival: () => this.#inbox.arrived(),
      onAssociationEnd: () => this.#inbox.wake(),
    });
    this.#inbox = new InboxWork({
      ...{ store, parse, host, clock: own, receiving: this.#receiving, onIdle },
      onQueued: (transfer) => {
        host.onEvent({ kind: 'transfer', transfer });
        this.#wakeQueue();
      },
    });
    this.#wakeInbox = () => outside(() => this.#inbox.wake());
    this.#wakeQueue = () => outside(() => this.#queue.wake());
  }

  readonly #wakeInbox: () => void;
  readonly #wakeQueue: () => void;

  async start(): Promise<void> {
    this.#store.requeueAbandoned();
    this.#wakeInbox();
    this.#wakeQueue();
    await this.#receiving.apply(this.#store.dicomSettings());
  }

  receiverState(): ReturnType<DicomService['receiverState']> {
    return this.#receiving.state;
  }

  async configure(settings: DicomNodeSettings): Promise<ReturnType<DicomService['receiverState']>> {
    checkNodeSettings(settings);
    this.#store.setDicomSettings(settings);
    await this.#receiving.apply(settings);
    this.#wakeInbox();
    return this.#receiving.state;
  }

  async echo(node: RemoteNode): Promise<number> {
    return this.#network.echo(node, this.#ownAeTitle());
  }

  async findStudies(
    nodeId: string,
    query: Parameters<DicomService['findStudies']>[1],
    cancellation: Cancellation,
  ): ReturnType<DicomService['findStudies']> {
    const node = this.#store.getNode(nodeId);
    const found = await this.#network.findStudies(node, this.#ownAeTitle(), query, MOST_MATCHES, cancellation);
    this.#auditQuery(node, 'studies', found.matches.length);
    return found;
  }

  async offeredSeries(
    nodeId: string,
    studyInstanceUid: string,
    cancellation: Cancellation,
  ): ReturnType<DicomService['offeredSeries']> {
    const node = this.#store.getNode(nodeId);
    const matches = await this.#network.findSeries(node, this.#ownAeTitle(), studyInstanceUid, cancellation);
    this.#auditQuery(node, 'series', matches.length);
    const here = this.#store.seriesHere(studyInstanceUid);
    return offerSeries(matches, here, this.#store.framesOfReference(studyInstanceUid));
  }

  async findScheduled(
    nodeId: string,
    query: Parameters<DicomService['findScheduled']>[1],
    cancellation: Cancellation,
  ): ReturnType<DicomService['findScheduled']> {
    const node = this.#store.getNode(nodeId);
    const found = await this.#network.findScheduled(node, this.#ownAeTitle(), query, MOST_MATCHES, cancellation);
    this.#auditQuery(node, 'scheduled', found.matches.length);
    return found;
  }

  async fetch(
    nodeId: string,
    request: FetchRequest,
    cancellation: Cancellation,
    onProgress: ProgressListener,
  ): Promise<FetchOutcome> {
    const node = this.#store.getNode(nodeId);
    if (node.fetchBy === 'c-move' && this.#receiving.state.state !== 'listening') {
      const how = `${node.name} sends what is fetched to this computer as a transfer of its own (C-MOVE)`;
      throw new UsageError(`${how}: switch receiving on first, or fetch by C-GET or WADO-RS.`);
    }
    const { studyInstanceUid } = request;
    this.#inbox.beginFetch(studyInstanceUid);
    const end = await this.#fetchFrom(node, request, cancellation, onProgress);
    return this.#endFetch(node, request, end, onProgress);
  }

  /** @returns how far it came, and what ended it; null: nothing did */
  async #fetchFrom(
    node: RemoteNode,
    request: FetchRequest,
    cancellation: Cancellation,
    onProgress: ProgressListener,
  ): Promise<FetchEnd> {
    let [progress, furthest]: [FetchProgress, number] = [{ done: 0, failed: 0, total: null }, 0];
    const tell = (now: FetchProgress): void => {
      progress = now;
      const { fraction, message } = fetchProgress(now);
      // An archive tells how much there is series by series: the bar waits, and never goes back.
      furthest = Math.max(furthest, fraction);
      onProgress({ fraction: furthest, message });
    };
    const { receiver } = this.#receiving;
    try {
      progress = await this.#network.fetch(node, this.#ownAeTitle(), request, receiver, tell, cancellation);
      return { progress, error: null };
    } catch (error) {
      return { progress, error };
    }
  }

  /** What had come is imported however the fetch ended. */
  async #endFetch(
    node: RemoteNode,
    { studyInstanceUid }: FetchRequest,
    { progress, error }: FetchEnd,
    onProgress: ProgressListener,
  ): Promise<FetchOutcome> {
    onProgress({ fraction: FETCHING_SHARE, message: 'Reading what came' });
    const imported = await this.#inbox.endFetch(studyInstanceUid);
    const details = {
      ...{ nodeId: node.id, calledAeTitle: node.dimse?.aeTitle ?? null, by: node.fetchBy },
      ...{ instances: progress.done, failed: progress.failed },
      ...{ studyInstanceUidSha256: sha256Hex(studyInstanceUid), ended: error === null ? 'whole' : 'broken off' },
    };
    const here = this.#store.studyOfInstanceUid(studyInstanceUid);
    this.#store.recordAudit({ kind: 'import', action: 'fetched', studyId: here, details });
    if (error instanceof CancelledError) throw error;
    const problems = [...imported.problems];
    if (error !== null) {
      if (imported.studyIds.length === 0) throw error;
      problems.unshift(toErrorRecord(error).message);
    }
    if (progress.failed > 0) problems.push(`${progress.failed} instances could not be fetched from ${node.name}.`);
    const studyIds = imported.studyIds.length === 0 && here !== null ? [here] : imported.studyIds;
    return { studyIds, instances: progress.done, problems };
  }

  send(request: Parameters<DicomService['send']>[0]): ReturnType<DicomService['send']> {
    const { studyId, analysisId, nodeIds, kinds, objects, requestedBy } = request;
    if (objects.length === 0) throw new UsageError('There is nothing to send.');
    const nodes = nodeIds.map((id) => this.#store.getNode(id));
    const transfers = nodes.map((node) =>
      this.#store.queueTransfer({ studyId, analysisId, node, kinds, objects, requestedBy }),
    );
    this.#wakeQueue();
    return transfers;
  }

  unreadableInstances(): readonly UnreadableInstances[] {
    const waiting = this.#store.waitingStudies().flatMap(({ instances }) => instances);
    const bySeries = new Map<string, WaitingInstance[]>();
    for (const instance of waiting.filter(({ problem }) => problem !== null)) {
      const key = `${instance.seriesInstanceUid} ${instance.problem ?? ''}`;
      bySeries.set(key, [...(bySeries.get(key) ?? []), instance]);
    }
    return [...bySeries.values()].map((instances) => ({
      ids: instances.map(({ id }) => id),
      callingAeTitle: instances[0]?.callingAeTitle ?? '',
      sizeBytes: instances.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      receivedAt: instances.reduce((newest, one) => (one.receivedAt > newest ? one.receivedAt : newest), ''),
      reason: instances[0]?.problem ?? '',
    }));
  }

  dropInstances(ids: readonly string[]): void {
    const unreadable = new Set(this.unreadableInstances().flatMap((one) => one.ids));
    this.#store.dropWaiting(ids.filter((id) => unreadable.has(id)));
  }

  retry(transferId: string): ReturnType<DicomService['retry']> {
    const transfer = this.#store.retryTransfer(transferId);
    this.#wakeQueue();
    return transfer;
  }

  giveUp(transferId: string): ReturnType<DicomService['giveUp']> {
    return this.#store.giveUpTransfer(transferId);
  }

  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#waitingForQuiet.add(resolve);
      this.#lookForQuiet();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#receiving.close();
    await this.#inbox.close();
    await this.#queue.close();
    await this.#network.close();
    this.#lookForQuiet();
  }

  #ownAeTitle(): string {
    return this.#store.dicomSettings().aeTitle;
  }

  /** What was searched for names patients, and stays out. */
  #auditQuery(node: RemoteNode, level: 'studies' | 'series' | 'scheduled', matches: number): void {
    const details = { nodeId: node.id, calledAeTitle: node.dimse?.aeTitle ?? null, level, matches };
    this.#store.recordAudit({ kind: 'view', action: 'query', studyId: null, details });
  }

  #lookForQuiet(): void {
    if (this.#waitingForQuiet.size === 0) return;
    if (!this.#isClosed && !(this.#inbox.isIdle && this.#queue.isIdle)) return;
    const waiting = [...this.#waitingForQuiet];
    this.#waitingForQuiet.clear();
    waiting.forEach((resolve) => resolve());
  }
}

function fetchProgress({ done, failed, total }: FetchProgress): Parameters<ProgressListener>[0] {
  const fraction = total === null || total === 0 ? 0 : (FETCHING_SHARE * (done + failed)) / total;
  return { fraction, message: total === null ? `${done} instances` : `${done} of ${total} instances` };
}

/**
 * @returns the node, which does nothing until it is started
 */
export function createDicomService(options: DicomServiceOptions): DicomService {
  return new RunningService(options);
}
