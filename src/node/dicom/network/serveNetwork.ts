// The network thread's side: carries out calls, with every socket of the program in this thread (PS3.7, PS3.8, PS3.18).
import type { MessagePort } from 'node:worker_threads';
import type { ReceivedInstance, RemoteNode } from '../../../core/domain/dicomNode.ts';
import { NetworkError, toErrorRecord } from '../../../core/domain/errors.ts';
import type { FetchProgress, StorageVerdict } from '../../../core/ports/dicomNetwork.ts';
import { byteBudget } from './byteBudget.ts';
import { echo } from './echoScu.ts';
import { Listener, RECEIVER_TIMEOUTS } from './listener.ts';
import type { ReceiverTimeouts } from './listener.ts';
import type { FromNetwork, NetworkCall, ToNetwork } from './networkMessages.ts';
import { findScheduled, findSeries, findStudies } from './queryScu.ts';
import { getInstances, moveInstances } from './retrieveScu.ts';
import type { ScuTarget } from './scuAssociation.ts';
import { send } from './storeScu.ts';
import { WebClient } from './webClient.ts';
import { webEcho, webSeries, webStudies } from './webQuery.ts';
import { webFetch } from './webRetrieve.ts';
import { webSend } from './webStore.ts';

/** What receivers may hold of instances that are coming or being stored, all senders together. [bytes] */
const RECEIVING_BUDGET_BYTES = 2 ** 31;

/** How the thread is started. */
export interface NetworkStart {
  readonly receiverTimeouts?: ReceiverTimeouts;
  readonly receivingBudgetBytes?: number;
}

type RemoteCall = Exclude<NetworkCall, { kind: 'listen' }>;

function dimseTarget(node: RemoteNode, ownAeTitle: string): ScuTarget {
  if (node.dimse === null) throw new NetworkError(`${node.name} has no AE title, host and port.`);
  return { name: node.name, dimse: node.dimse, ownAeTitle };
}

/** Fetching and sending go the way that was chosen; searches the way of fetching where there are two. */
function goesOverWeb({ kind, node }: RemoteCall): boolean {
  if (kind === 'fetch') return node.fetchBy === 'wado-rs';
  if (kind === 'send') return node.sendBy === 'stow-rs';
  if (kind === 'echo' || kind === 'findScheduled') return node.dimse === null;
  return node.dimse === null || (node.fetchBy === 'wado-rs' && node.web !== null);
}

export class NetworkServer {
  readonly #port: MessagePort;
  readonly #timeouts: ReceiverTimeouts;
  readonly #budget;
  readonly #running = new Map<number, AbortController>();
  readonly #verdicts = new Map<number, (verdict: StorageVerdict) => void>();
  #nextInstance = 1;

  constructor(port: MessagePort, start: NetworkStart) {
    this.#port = port;
    this.#timeouts = start.receiverTimeouts ?? RECEIVER_TIMEOUTS;
    this.#budget = byteBudget(start.receivingBudgetBytes ?? RECEIVING_BUDGET_BYTES);
    port.on('message', (message: ToNetwork) => this.#receive(message));
  }

  #receive(message: ToNetwork): void {
    if (message.type === 'cancel') this.#running.get(message.id)?.abort();
    else if (message.type === 'verdict') {
      this.#verdicts.get(message.instance)?.(message.verdict);
      this.#verdicts.delete(message.instance);
    } else void this.#answer(message.id, message.call);
  }

  #send(message: FromNetwork, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  async #answer(id: number, call: NetworkCall): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      this.#send({ type: 'result', id, value: await this.#run(id, call, controller.signal) });
    } catch (error) {
      this.#send({ type: 'error', id, error: toErrorRecord(error) });
    } finally {
      this.#running.delete(id);
    }
  }

  #run(id: number, call: NetworkCall, signal: AbortSignal): Promise<unknown> {
    if (call.kind === 'listen') return this.#listen(id, call, signal);
    return goesOverWeb(call) ? this.#overWeb(id, call, signal) : this.#overDimse(id, call, signal);
  }

  async #overDimse(id: number, call: RemoteCall, signal: AbortSignal): Promise<unknown> {
    const target = dimseTarget(call.node, call.ownAeTitle);
    const onProgress = this.#progressOf(id);
    switch (call.kind) {
      case 'echo':
        return echo(target, signal);
      case 'findStudies':
        return findStudies(target, call.query, call.limit, signal);
      case 'findSeries':
        return findSeries(target, call.studyInstanceUid, signal);
      case 'findScheduled':
        return findScheduled(target, call.query, call.limit, signal);
      case 'send':
        return send(target, call.objects, signal);
      case 'fetch':
        if (call.node.fetchBy === 'c-move') return moveInstances(target, call.request, onProgress, signal);
        return getInstances(target, call.request, (instance) => this.#store(id, instance), onProgress, signal);
    }
  }

  async #overWeb(id: number, call: RemoteCall, signal: AbortSignal): Promise<unknown> {
    const client = await WebClient.open(call.node, signal);
    const store = (instance: ReceivedInstance): Promise<StorageVerdict> => this.#store(id, instance);
    try {
      switch (call.kind) {
        case 'echo':
          return await webEcho(client);
        case 'findStudies':
          return await webStudies(client, call.query, call.limit);
        case 'findSeries':
          return await webSeries(client, call.studyInstanceUid);
        case 'findScheduled':
          throw new NetworkError(
            `${call.node.name} offers its worklist over DICOM only; enter AE title, host and port.`,
          );
        case 'send':
          return await webSend(client, call.objects);
        case 'fetch': {
          const archive = call.node.dimse?.aeTitle ?? call.node.name;
          return await webFetch(client, call.request, archive, store, this.#progressOf(id), signal);
        }
      }
    } finally {
      client.close();
    }
  }

  #progressOf(id: number): (progress: FetchProgress) => void {
    return (progress) => this.#send({ type: 'progress', id, progress });
  }

  /** Lasts until it is cancelled: an event says when it listens, and where. */
  async #listen(
    id: number,
    { settings }: Extract<NetworkCall, { kind: 'listen' }>,
    signal: AbortSignal,
  ): Promise<null> {
    const listener = await Listener.open({
      settings,
      store: (instance) => this.#store(id, instance),
      onEvent: (event) => this.#send({ type: 'event', id, event }),
      budget: this.#budget,
      timeouts: this.#timeouts,
    });
    if (!signal.aborted) {
      this.#send({ type: 'event', id, event: { kind: 'listening', port: listener.port } });
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    }
    await listener.close();
    return null;
  }

  #store(id: number, received: ReceivedInstance): Promise<StorageVerdict> {
    return new Promise((resolve) => {
      const instance = this.#nextInstance++;
      this.#verdicts.set(instance, resolve);
      this.#send({ type: 'store', id, instance, received }, [received.bytes.buffer as ArrayBuffer]);
    });
  }
}
