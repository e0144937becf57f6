// An association that this node opens: Service Class User of another one (PS3.8, 7.1; PS3.7, 9.3).
import { connect, isIP } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { DimseAccess } from '../../../core/domain/dicomNode.ts';
import { CancelledError, NetworkError } from '../../../core/domain/errors.ts';
import { byteBudget } from './byteBudget.ts';
import { COMMAND } from './commandSet.ts';
import { DimseAssociation } from './dimseAssociation.ts';
import { Association } from './dimseLibrary.ts';
import type { AssociationState, DimseRequest, DimseResponse, PresentationContext } from './dimseLibrary.ts';
import {
  brokenOff,
  connectionFailure,
  hungUpWithTls,
  nonsense,
  refusesCertificate,
  rejection,
  silence,
} from './failures.ts';
import { PduGate } from './pduGate.ts';
import type { GateFault } from './pduGate.ts';
import type { StoreHandler } from './storeIntake.ts';
import { MIN_TLS, readTlsFiles } from './tlsFiles.ts';

/** Who is asked, and who asks. */
export interface ScuTarget {
  readonly name: string;
  readonly dimse: DimseAccess;
  readonly ownAeTitle: string;
}

export interface WantedContext {
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
  /** The peer sends, and we store (C-GET): we are the provider there (PS3.7, D.3.3.4). */
  readonly isProvidedHere?: boolean;
}

/**
 * An archive that stores or reads from tape takes longer than one that searches, and while it sends elsewhere (C-MOVE) some
 * say nothing before the end. [ms]
 */
export const SCU_TIMEOUTS = {
  connectMs: 10_000,
  answerMs: 30_000,
  storeMs: 120_000,
  getMs: 120_000,
  moveMs: 900_000,
  pduMs: 60_000,
  cancelMs: 3000,
} as const;
/** What C-GET may hold of instances that are coming. [bytes] */
const BUDGET_BYTES = 2 ** 31;
const ACCEPTED = 0;
const PENDING: ReadonlySet<number> = new Set([0xff00, 0xff01]);

const noStore: StoreHandler = () => Promise.resolve('failed');

/** 16 characters at most, printable ASCII, not all blanks, no backslash (PS3.5, table 6.2-1): longer ones would shift the message. */
const AE_TITLE = /^(?=.*[^ ])[\x20-\x5b\x5d-\x7e]{1,16}$/;
const MAX_PORT = 65_535;

/** @throws NetworkError for what can stand in no association request */
function requireUsable({ name, dimse, ownAeTitle }: ScuTarget): void {
  const wrong = [dimse.aeTitle, ownAeTitle].find((title) => !AE_TITLE.test(title));
  if (wrong !== undefined)
    throw new NetworkError(`"${wrong}" can't be an AE title: 1 to 16 letters, digits and signs.`);
  const isPort = Number.isInteger(dimse.port) && dimse.port > 0 && dimse.port <= MAX_PORT;
  if (!isPort) throw new NetworkError(`The port of ${name} has to be a number from 1 to ${MAX_PORT}.`);
}

/** A line to the node, with TLS where its settings say so. Names in certificates are looked at where the system's list is trusted. */
async function openLine({ name, dimse }: ScuTarget, signal: AbortSignal): Promise<Socket> {
  const { host, port, tls } = dimse;
  const material = tls === null ? null : await readTlsFiles(tls);
  if (signal.aborted) throw new CancelledError();
  const socket =
    material === null
      ? connect({ host, port })
      : connectTls({
          host,
          port,
          ...material,
          minVersion: MIN_TLS,
          ...(isIP(host) === 0 ? { servername: host } : {}),
          // A file of its own says which certificate is meant; DICOM's ones seldom bear the host's name (PS3.15, B.1).
          ...(material.ca === undefined ? {} : { checkServerIdentity: () => undefined }),
        });
  // Messages are small and waited for: held back to be joined, each would cost 40 ms.
  socket.setNoDelay(true);
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      socket.removeListener('error', fail);
      socket.removeListener('close', close);
      act();
    };
    const drop = (error: Error): void =>
      settle(() => {
        socket.on('error', () => undefined);
        socket.destroy();
        reject(error);
      });
    const fail = (cause: Error): void => drop(connectionFailure({ name, host, port }, cause));
    const close = (): void => drop(brokenOff(name));
    const cancel = (): void => drop(new CancelledError());
    const timer = setTimeout(() => drop(silence(name, SCU_TIMEOUTS.connectMs)), SCU_TIMEOUTS.connectMs);
    socket.once('error', fail);
    socket.once('close', close);
    signal.addEventListener('abort', cancel, { once: true });
    socket.once(material === null ? 'connect' : 'secureConnect', () => settle(() => resolve(socket)));
  });
}

/** What is waited for: the association, an answer, or the release. */
interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class ScuAssociation extends DimseAssociation {
  readonly #target: ScuTarget;
  #waiting: Waiting | null = null;
  #failure: Error | null = null;
  #isAccepted = false;
  #timer: NodeJS.Timeout | null = null;
  #timeoutMs: number = SCU_TIMEOUTS.answerMs;
  #state: AssociationState | null = null;

  private constructor(target: ScuTarget, socket: Socket, store: StoreHandler) {
    const gate = new PduGate({
      socket,
      role: 'requestor',
      commands: [
        COMMAND.storeRequest,
        COMMAND.storeResponse,
        COMMAND.echoResponse,
        COMMAND.findResponse,
        COMMAND.getResponse,
        COMMAND.moveResponse,
      ],
      budget: byteBudget(BUDGET_BYTES),
      associationMs: SCU_TIMEOUTS.answerMs,
      pduMs: SCU_TIMEOUTS.pduMs,
      idleMs: null,
      onEnd: (fault) => this.#ended(fault),
    });
    super(gate, async (instance) => {
      this.#touch(null);
      const verdict = await store(instance);
      this.#touch(this.#timeoutMs);
      return verdict;
    });
    this.#target = target;
    this.on('associationAccepted', () => this.#accept());
    this.on('associationRejected', (reason: { source: number; reason: number }) => {
      this.#fail(rejection(target.name, target.ownAeTitle, target.dimse.aeTitle, reason));
      gate.end();
    });
    this.on('associationReleaseResponse', () => {
      gate.end();
      this.#settle();
    });
  }

  /**
   * @param contexts what is wanted; some may be refused (`accepts`)
   * @param store takes the instances of a C-GET
   * @throws NetworkError, CancelledError
   */
  static async open(
    target: ScuTarget,
    contexts: readonly WantedContext[],
    signal: AbortSignal,
    store: StoreHandler = noStore,
  ): Promise<ScuAssociation> {
    requireUsable(target);
    const socket = await openLine(target, signal);
    const made = new ScuAssociation(target, socket, store);
    const state = new Association(target.ownAeTitle, target.dimse.aeTitle);
    for (const { abstractSyntax, transferSyntaxes, isProvidedHere } of contexts) {
      const id = state.addPresentationContext(abstractSyntax);
      for (const uid of transferSyntaxes) state.addTransferSyntaxToPresentationContext(id, uid);
      if (isProvidedHere === true) state.getPresentationContext(id).setProviderRole(true);
    }
    made.#state = state;
    const cancel = (): void => made.cut(new CancelledError());
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await made.#wait(SCU_TIMEOUTS.answerMs, () => made.sendAssociationRequest(state));
    } finally {
      signal.removeEventListener('abort', cancel);
    }
    return made;
  }

  protected override get sender(): string {
    return this.#target.dimse.aeTitle;
  }

  /** The accepted context of a service, with this transfer syntax where one is given; null: refused. */
  accepted(abstractSyntax: string, transferSyntaxUid?: string): PresentationContext | null {
    const found = this.#contexts().find(
      (context) =>
        context.getResult() === ACCEPTED &&
        context.getAbstractSyntaxUid() === abstractSyntax &&
        (transferSyntaxUid === undefined || context.getAcceptedTransferSyntaxUid() === transferSyntaxUid),
    );
    return found ?? null;
  }

  /**
   * Sends a request and waits for its last answer.
   * @param onPending every answer before the last, with its identifier's bytes
   * @param timeoutMs without an answer or an instance [ms]
   * @returns the last answer
   * @throws NetworkError
   */
  async ask(
    request: DimseRequest,
    timeoutMs: number = SCU_TIMEOUTS.answerMs,
    onPending: (response: DimseResponse, identifier: Buffer) => void = () => undefined,
  ): Promise<DimseResponse> {
    let last: DimseResponse | null = null;
    request.on('response', (response: DimseResponse) => {
      if (!PENDING.has(response.getStatus())) {
        last = response;
        this.#settle();
        return;
      }
      this.#touch(timeoutMs);
      onPending(response, Buffer.concat(this.gate.takeDataSet() ?? []));
    });
    await this.#wait(timeoutMs, () => this.sendRequests(request));
    if (last === null) throw brokenOff(this.#target.name);
    return last;
  }

  /** Asks the peer to stop (C-CANCEL), and cuts the line where it goes on. */
  stop(request: Parameters<ScuAssociation['sendCancel']>[0], error: Error): void {
    if (this.#failure !== null) return;
    this.sendCancel(request);
    setTimeout(() => this.cut(error), SCU_TIMEOUTS.cancelMs).unref();
  }

  /** Ends in order. A peer that doesn't answer any more has what it was sent all the same. */
  async release(): Promise<void> {
    if (this.#failure !== null) return;
    try {
      await this.#wait(SCU_TIMEOUTS.cancelMs, () => this.sendAssociationReleaseRequest());
    } catch {
      this.gate.abort();
    }
  }

  /** Ends at once (A-ABORT). */
  cut(error: Error): void {
    this.#fail(error);
    this.gate.abort();
  }

  override associationRequested(): void {
    this.gate.refuse('unexpected', 'malformed');
  }

  override associationReleaseRequested(): void {
    this.sendAssociationReleaseResponse();
    this.#fail(brokenOff(this.#target.name));
    this.gate.end();
  }

  #contexts(): PresentationContext[] {
    return this.#state?.getPresentationContexts().map(({ context }) => context) ?? [];
  }

  #accept(): void {
    this.#isAccepted = true;
    const ids = this.#contexts()
      .filter((context) => context.getResult() === ACCEPTED)
      .map((context) => context.getPresentationContextId());
    this.gate.openContexts(ids);
    this.#settle();
  }

  #wait(timeoutMs: number, act: () => void): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#timeoutMs = timeoutMs;
      this.#touch(timeoutMs);
      act();
    });
  }

  /** Begins the time for the next answer anew; null: we are at work, not the peer. */
  #touch(timeoutMs: number | null): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (timeoutMs === null || this.#waiting === null) return;
    this.#timer = setTimeout(() => this.cut(silence(this.#target.name, timeoutMs)), timeoutMs);
  }

  #settle(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#touch(null);
    waiting?.resolve();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#touch(null);
    waiting?.reject(this.#failure);
  }

  #ended(fault: GateFault | null): void {
    const { name, dimse } = this.#target;
    const cause = this.gate.socketError;
    if (fault === 'malformed') this.#fail(nonsense(name, this.gate.detail));
    else if (fault === 'silent') this.#fail(silence(name, SCU_TIMEOUTS.pduMs));
    else if (this.#isAccepted) this.#fail(brokenOff(name));
    else if (dimse.tls !== null && !refusesCertificate(cause)) this.#fail(hungUpWithTls(name));
    else if (cause !== null) this.#fail(connectionFailure({ name, ...dimse }, cause));
    else this.#fail(brokenOff(name));
  }
}
