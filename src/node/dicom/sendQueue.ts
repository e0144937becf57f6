// Sends what is queued, node by node, until the other side has it or the last retry has failed.
import type { RemoteNode, TransferRecord } from '../../core/domain/dicomNode.ts';
import { AppError, CancelledError, toErrorRecord } from '../../core/domain/errors.ts';
import type { DicomNetwork, SentVerdict } from '../../core/ports/dicomNetwork.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import { cancellationSource } from '../workers/cancellation.ts';
import type { Clock } from './clock.ts';

const MINUTE_MS = 60_000;
/** Between the attempts of a transfer; then every so often, until a day is over. [ms] */
const FIRST_RETRIES_MS = [1, 5, 15, 60].map((minutes) => minutes * MINUTE_MS);
const LATER_RETRY_MS = 4 * 60 * MINUTE_MS;
/** What the database refused to note, for a full disk, is tried again after that. [ms] */
const PAUSE_MS = MINUTE_MS;
const GIVES_UP_AFTER_MS = 24 * 60 * MINUTE_MS;

/**
 * @param attempts that have failed since the transfer was queued or tried again by hand
 * @returns how long to wait for the next one; null: it was the last [ms]
 */
export function retryDelayMs(attempts: number): number | null {
  const delays = [...FIRST_RETRIES_MS];
  for (let total = delays.reduce((sum, delay) => sum + delay, 0); ;) {
    total += LATER_RETRY_MS;
    if (total > GIVES_UP_AFTER_MS) break;
    delays.push(LATER_RETRY_MS);
  }
  return delays[attempts - 1] ?? null;
}

export interface SendQueuePorts {
  readonly store: StudyStore;
  readonly network: Pick<DicomNetwork, 'send'>;
  readonly clock: Clock;
  readonly onTransfer: (transfer: TransferRecord) => void;
  /** Something ended: whoever waits for quiet may look again. */
  readonly onIdle: () => void;
}

export class SendQueue {
  readonly #ports: SendQueuePorts;
  readonly #busyNodes = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  readonly #cancel = cancellationSource();
  #stopTimer: () => void = () => undefined;
  #isClosed = false;
  #isPaused = false;

  constructor(ports: SendQueuePorts) {
    this.#ports = ports;
  }

  /** Nothing is being sent, and nothing is due. */
  get isIdle(): boolean {
    return this.#running.size === 0 && (this.#isClosed || this.#isPaused || this.#due().length === 0);
  }

  /** Begins what is due: one transfer a node at a time, so that a dead one keeps no other waiting. */
  wake(): void {
    if (this.#isClosed || this.#isPaused) return;
    for (const transfer of this.#due()) {
      if (this.#busyNodes.has(transfer.nodeId)) continue;
      this.#busyNodes.add(transfer.nodeId);
      const run = this.#attempt(transfer).finally(() => {
        this.#busyNodes.delete(transfer.nodeId);
        this.#running.delete(run);
        this.wake();
        this.#ports.onIdle();
      });
      this.#running.add(run);
    }
    this.#setTimer();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer();
    this.#cancel.cancel();
    await Promise.allSettled(this.#running);
  }

  #due(): TransferRecord[] {
    return this.#ports.store.dueTransfers(new Date(this.#ports.clock.nowMs()).toISOString());
  }

  #setTimer(): void {
    this.#stopTimer();
    const next = this.#ports.store.nextTransferAt();
    if (next === null) return;
    const delay = Date.parse(next) - this.#ports.clock.nowMs();
    // What is due already waits for its node, whose end wakes the queue.
    if (delay > 0) this.#stopTimer = this.#ports.clock.after(delay, () => this.wake());
  }

  async #attempt(queued: TransferRecord): Promise<void> {
    const { store, onTransfer } = this.#ports;
    try {
      onTransfer(store.beginAttempt(queued.id));
      const { verdicts, message, isFinal } = await this.#send(queued);
      const retryAt = isFinal ? null : this.#retryAt(queued.id);
      onTransfer(store.endAttempt(queued.id, verdicts, message, retryAt));
    } catch (error) {
      // The study was deleted meanwhile, or another program is sending it.
      if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') this.#pause();
    }
  }

  #pause(): void {
    this.#isPaused = true;
    this.#stopTimer();
    this.#stopTimer = this.#ports.clock.after(PAUSE_MS, () => {
      this.#isPaused = false;
      if (this.#running.size === 0) this.#requeue();
      this.wake();
    });
  }

  /** An end that could not be noted left its transfer as sending. */
  #requeue(): void {
    try {
      this.#ports.store.requeueAbandoned();
    } catch {
      // The database still refuses, as the next attempt will find.
    }
  }

  async #send(
    transfer: TransferRecord,
  ): Promise<{ verdicts: Map<string, SentVerdict>; message: string | null; isFinal: boolean }> {
    const { store, network } = this.#ports;
    const none = new Map<string, SentVerdict>();
    let node: RemoteNode;
    try {
      node = store.getNode(transfer.nodeId);
    } catch {
      return { verdicts: none, message: `${transfer.nodeName} is no longer among the DICOM nodes.`, isFinal: true };
    }
    try {
      const objects = store.unsentObjects(transfer.id);
      const { aeTitle } = store.dicomSettings();
      const answers = objects.length === 0 ? [] : await network.send(node, aeTitle, objects, this.#cancel.cancellation);
      const verdicts = new Map(objects.map(({ sopInstanceUid }, i) => [sopInstanceUid, answers[i] ?? null]));
      const message = answers.find((verdict) => verdict !== null) ?? null;
      return { verdicts, message, isFinal: false };
    } catch (error) {
      const message = error instanceof CancelledError ? transfer.message : toErrorRecord(error).message;
      return { verdicts: none, message, isFinal: false };
    }
  }

  /** An attempt that the program's end broke off is made again at once. */
  #retryAt(transferId: string): string | null {
    const { store, clock } = this.#ports;
    const delay = this.#isClosed ? 0 : retryDelayMs(store.attemptsOfRound(transferId));
    return delay === null ? null : new Date(clock.nowMs() + delay).toISOString();
  }
}
