// The receiving side: every instance into the inbox before its sender hears of success, the state that is shown, and what
// the audit trail says of senders.
import type { DicomNodeSettings, ReceivedInstance, ReceiverState } from '../../core/domain/dicomNode.ts';
import { AppError, toErrorRecord } from '../../core/domain/errors.ts';
import { dicomIdentity, parseDicom } from '../../core/formats/dicom/index.ts';
import type {
  DicomNetwork,
  InstanceReceiver,
  Receiver,
  ReceiverEvent,
  StorageVerdict,
} from '../../core/ports/dicomNetwork.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import { Arrivals } from './arrivals.ts';
import type { Clock } from './clock.ts';

/** Where listening was not possible, it is tried again after that. [ms] */
const LISTENS_AGAIN_MS = 30_000;
/** Of the same caller, refusals are entered in the audit trail so often at most. [ms] */
const REFUSALS_EVERY_MS = 60_000;
const MOST_REMEMBERED_CALLERS = 1000;
/** The state is told so often at most. [ms] */
const STATE_EVERY_MS = 200;

export interface ReceivingPorts {
  readonly store: StudyStore;
  readonly network: Pick<DicomNetwork, 'listen'>;
  readonly clock: Clock;
  readonly onState: (state: ReceiverState) => void;
  /** Runs work in nobody's name: the network's thread may have been started by a reader's search. */
  readonly inBackground: <T>(work: () => T) => T;
  readonly onArrival: () => void;
  readonly onAssociationEnd: () => void;
}

type Opened = Extract<ReceiverEvent, { kind: 'opened' }>;
type Refused = Extract<ReceiverEvent, { kind: 'refused' }>;

export class Receiving {
  readonly arrivals = new Arrivals();
  /** Takes instances of fetches too. */
  readonly receiver: InstanceReceiver = {
    store: (instance) => Promise.resolve().then(() => this.#ports.inBackground(() => this.#store(instance))),
  };
  /** StudyInstanceUIDs of which an instance came with another content than before, and took its place. */
  readonly replaced = new Set<string>();
  readonly #ports: ReceivingPorts;
  readonly #senders = new Map<number, Opened>();
  /** When each refused caller was last entered, and how often it came since. */
  readonly #refusals = new Map<string, { atMs: number; more: number }>();
  #listening: Receiver | null = null;
  #state: ReceiverState['state'] = 'off';
  #message: string | null = null;
  #received = 0;
  #refused = 0;
  #stopRetry: () => void = () => undefined;
  #stopTelling: (() => void) | null = null;
  #isClosed = false;

  constructor(ports: ReceivingPorts) {
    this.#ports = ports;
  }

  get state(): ReceiverState {
    return {
      ...{ state: this.#state, message: this.#message, associations: this.arrivals.openCount },
      ...{ receivedInstances: this.#received, refusedAssociations: this.#refused },
      waitingInstances: this.#ports.store.waitingCount(),
    };
  }

  /** Where it listens; null: it doesn't. */
  get port(): number | null {
    return this.#listening?.port ?? null;
  }

  /** Listens by the settings, or stops. A failure is in the state, and tried again. */
  async apply(settings: DicomNodeSettings): Promise<void> {
    await this.#stop();
    if (this.#isClosed) return;
    if (!settings.isReceiving) {
      this.#setState('off', null);
      return;
    }
    this.#setState('starting', null);
    try {
      this.#listening = await this.#ports.network.listen(settings, this.receiver, (event) =>
        this.#ports.inBackground(() => this.#onEvent(event)),
      );
      this.#setState('listening', null);
    } catch (error) {
      this.#failed(toErrorRecord(error).message);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#stop();
    this.#stopTelling?.();
  }

  async #stop(): Promise<void> {
    this.#stopRetry();
    const listening = this.#listening;
    this.#listening = null;
    await listening?.close();
    this.arrivals.allClosed();
    this.#senders.clear();
  }

  #failed(message: string): void {
    this.#setState('failed', message);
    this.#stopRetry();
    this.#stopRetry = this.#ports.clock.after(
      LISTENS_AGAIN_MS,
      () => void this.apply(this.#ports.store.dicomSettings()),
    );
  }

  #setState(state: ReceiverState['state'], message: string | null): void {
    this.#state = state;
    this.#message = message;
    this.#ports.onState(this.state);
  }

  /** At once where nothing was told lately, else a moment later. */
  #tellSoon(): void {
    if (this.#stopTelling !== null || this.#isClosed) return;
    this.#stopTelling = this.#ports.clock.after(STATE_EVERY_MS, () => {
      this.#stopTelling = null;
      if (!this.#isClosed) this.#ports.onState(this.state);
    });
  }

  /** Committed when it returns; PS3.4, B.2.3. */
  #store(instance: ReceivedInstance): StorageVerdict {
    const uids = uidsOf(instance);
    if (uids === null) return 'cannot-understand';
    try {
      const verdict = this.#ports.store.keepReceived(instance, uids);
      if (verdict === 'replaced') this.replaced.add(uids.studyInstanceUid);
      if (verdict !== 'known') this.#received++;
      this.arrivals.arrived(uids.studyInstanceUid, instance.callingAeTitle);
      this.#ports.onArrival();
      this.#tellSoon();
      return 'stored';
    } catch (error) {
      return error instanceof AppError && error.code === 'DISK_FULL' ? 'out-of-resources' : 'failed';
    }
  }

  #onEvent(event: ReceiverEvent): void {
    if (event.kind === 'listening') this.#setState('listening', null);
    else if (event.kind === 'failed') {
      // The network listens again by itself, and says so.
      this.arrivals.allClosed();
      this.#setState('failed', event.message);
    } else if (event.kind === 'opened') this.#opened(event);
    else if (event.kind === 'closed') this.#closed(event);
    else this.#refuse(event);
    this.#tellSoon();
  }

  #opened(event: Opened): void {
    this.#senders.set(event.association, event);
    this.arrivals.opened(event.association, event.callingAeTitle);
  }

  /** An echo alone is not entered: some senders ask every few seconds. */
  #closed({ association, how, stored, refused }: Extract<ReceiverEvent, { kind: 'closed' }>): void {
    const sender = this.#senders.get(association);
    this.#senders.delete(association);
    this.arrivals.closed(association, how);
    this.#ports.onAssociationEnd();
    if (sender === undefined || stored + refused === 0) return;
    const { callingAeTitle, address } = sender;
    this.#audit('import', 'association', { callingAeTitle, address, how, stored, refused });
  }

  #refuse({ callingAeTitle, address, reason }: Refused): void {
    this.#refused++;
    const now = this.#ports.clock.nowMs();
    const caller = `${callingAeTitle} ${address} ${reason}`;
    const before = this.#refusals.get(caller);
    if (before !== undefined && now - before.atMs < REFUSALS_EVERY_MS) {
      before.more++;
      return;
    }
    if (this.#refusals.size >= MOST_REMEMBERED_CALLERS) this.#refusals.clear();
    this.#refusals.set(caller, { atMs: now, more: 0 });
    this.#audit('login', 'associationRefused', { callingAeTitle, address, reason, moreBefore: before?.more ?? 0 });
  }

  /** A trail that can't be written now, for a full disk, doesn't end the receiver. */
  #audit(kind: 'import' | 'login', action: string, details: Record<string, string | number>): void {
    try {
      this.#ports.store.recordAudit({ kind, action, studyId: null, details });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
}

/** @returns null where it isn't DICOM, names no study or series, or another instance than the sender said */
function uidsOf({
  bytes,
  sopInstanceUid,
}: ReceivedInstance): { studyInstanceUid: string; seriesInstanceUid: string } | null {
  try {
    const identity = dicomIdentity(parseDicom(bytes, 'instance'));
    const { studyInstanceUid, seriesInstanceUid } = identity;
    if (studyInstanceUid === null || seriesInstanceUid === null) return null;
    return identity.sopInstanceUid === sopInstanceUid ? { studyInstanceUid, seriesInstanceUid } : null;
  } catch {
    return null;
  }
}
