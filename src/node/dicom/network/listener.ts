// Listens for associations on one address and port, with or without TLS.
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { once } from 'node:events';
import type { DicomNodeSettings } from '../../../core/domain/dicomNode.ts';
import { NetworkError } from '../../../core/domain/errors.ts';
import type { ReceiverEvent } from '../../../core/ports/dicomNetwork.ts';
import type { ByteBudget } from './byteBudget.ts';
import { callerRefusal, plainAddress } from './callers.ts';
import { COMMAND } from './commandSet.ts';
import { PduGate } from './pduGate.ts';
import { StorageScp } from './storageScp.ts';
import type { StoreHandler } from './storeIntake.ts';
import { MIN_TLS, readTlsFiles } from './tlsFiles.ts';

/** Of one receiver; further callers are told that it is busy. */
export const MAX_ASSOCIATIONS = 32;
/** Lines without an association yet are cut beyond this, whoever holds them. */
const MAX_LINES = 4 * MAX_ASSOCIATIONS;
const TLS_HANDSHAKE_MS = 10_000;
/** Open associations may end by themselves for so long when listening ends. [ms] */
const CLOSE_GRACE_MS = 3000;

/** How long a caller may be silent. */
export interface ReceiverTimeouts {
  readonly associationMs: number;
  readonly pduMs: number;
  readonly idleMs: number;
}

export const RECEIVER_TIMEOUTS: ReceiverTimeouts = { associationMs: 30_000, pduMs: 60_000, idleMs: 300_000 };

export interface ListenerOptions {
  readonly settings: DicomNodeSettings;
  readonly store: StoreHandler;
  readonly onEvent: (event: ReceiverEvent) => void;
  readonly budget: ByteBudget;
  readonly timeouts: ReceiverTimeouts;
}

export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #gates = new Set<PduGate>();
  readonly #lines = new Set<Socket>();
  #associations = 0;
  #nextAssociation = 1;

  private constructor(options: ListenerOptions, server: Server) {
    this.#options = options;
    this.#server = server;
    server.maxConnections = MAX_LINES;
    server.on('connection', (socket: Socket) => {
      this.#lines.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#lines.delete(socket));
    });
    server.on('tlsClientError', (_error, socket) => this.#refused('', socket.remoteAddress, 'certificate'));
    server.on(options.settings.tls === null ? 'connection' : 'secureConnection', (socket: Socket) =>
      this.#accept(socket),
    );
  }

  /**
   * @throws NetworkError where the address can't be used or a certificate can't be read
   */
  static async open(options: ListenerOptions): Promise<Listener> {
    const { tls, address, port } = options.settings;
    const server =
      tls === null
        ? createServer()
        : createTlsServer({
            ...(await readTlsFiles(tls)),
            requestCert: tls.requiresClientCertificate,
            rejectUnauthorized: tls.requiresClientCertificate,
            minVersion: MIN_TLS,
            handshakeTimeout: TLS_HANDSHAKE_MS,
          });
    const listener = new Listener(options, server);
    try {
      server.listen({ host: address, port, exclusive: true });
      await once(server, 'listening');
    } catch (cause) {
      throw new NetworkError(listenFailure(cause, address, port), {}, cause);
    }
    // Once it listens, what fails is one line's (too many open files), and that caller tries again.
    server.on('error', () => undefined);
    return listener;
  }

  get port(): number {
    const bound = this.#server.address();
    return bound !== null && typeof bound === 'object' ? bound.port : this.#options.settings.port;
  }

  /** Takes no new line; open associations may end for a moment, then they are cut. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const cut = setTimeout(() => {
      for (const gate of this.#gates) gate.abort();
      for (const line of this.#lines) setTimeout(() => line.destroy(), CLOSE_GRACE_MS).unref();
    }, CLOSE_GRACE_MS);
    for (const line of this.#lines) if (this.#associations === 0) line.destroy();
    await closed;
    clearTimeout(cut);
  }

  #refused(callingAeTitle: string, address: string | undefined, reason: RefusedReason): void {
    this.#options.onEvent({ kind: 'refused', callingAeTitle, address: plainAddress(address ?? ''), reason });
  }

  #accept(socket: Socket): void {
    const { settings, store, onEvent, budget, timeouts } = this.#options;
    const address = plainAddress(socket.remoteAddress ?? '');
    const association = this.#nextAssociation++;
    let state: 'new' | 'open' | 'refused' = 'new';
    socket.setNoDelay(true);
    const gate = new PduGate({
      socket,
      role: 'acceptor',
      commands: [COMMAND.storeRequest, COMMAND.echoRequest, COMMAND.cancelRequest],
      budget,
      ...timeouts,
      onEnd: (fault) => {
        this.#gates.delete(gate);
        if (state === 'open') {
          this.#associations--;
          onEvent({ kind: 'closed', association, ...scp.summary(fault) });
        } else if (state === 'new' && fault === 'malformed') this.#refused('', address, 'malformed');
      },
    });
    this.#gates.add(gate);
    const scp = new StorageScp({
      gate,
      store,
      refusalOf: ({ calledAeTitle, callingAeTitle }) => {
        if (this.#associations >= MAX_ASSOCIATIONS) return 'busy';
        if (calledAeTitle !== settings.aeTitle.trim()) return 'called';
        return callerRefusal(settings.callers, callingAeTitle, address);
      },
      onOpened: (callingAeTitle) => {
        state = 'open';
        this.#associations++;
        onEvent({ kind: 'opened', association, callingAeTitle, address });
      },
      onRefused: (callingAeTitle, reason) => {
        state = 'refused';
        this.#refused(callingAeTitle, address, reason);
      },
    });
  }
}

type RefusedReason = Extract<ReceiverEvent, { kind: 'refused' }>['reason'];

function listenFailure(cause: unknown, address: string, port: number): string {
  const code = (cause as NodeJS.ErrnoException).code;
  const place = `${address}:${port}`;
  if (code === 'EADDRINUSE') return `Another program listens at ${place} already; choose another port.`;
  if (code === 'EACCES') return `The system does not permit listening at ${place}; choose a port above 1023.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `This computer has no interface with the address ${address}.`;
  return `Listening at ${place} is not possible (${code ?? 'unknown reason'}).`;
}
