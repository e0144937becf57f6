// Stands between a socket and the library, and is what the library takes for its socket. Whole, sound messages pass, one at a
// time; everything else ends the association (PS3.8, 9.2 and 9.3). Lengths are the peer's word: what they announce is
// refused beyond the limits, and memory is only taken for bytes that have come. Data sets stay here (`takeDataSet`): the
// library is told of each by an empty one.
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { MalformedPdu, readAssociate, withContextsInOrder } from './associateItems.ts';
import type { AssociateItems } from './associateItems.ts';
import type { ByteBudget } from './byteBudget.ts';
import { readCommandSet } from './commandSet.ts';
import { MAX_PDU_BYTES } from './dimseLibrary.ts';

export const PDU = {
  associateRequest: 0x01,
  associateAccept: 0x02,
  associateReject: 0x03,
  data: 0x04,
  releaseRequest: 0x05,
  releaseResponse: 0x06,
  abort: 0x07,
} as const;

const PDU_HEADER_BYTES = 6;
const PDV_HEADER_BYTES = 6;
/** An association message with 128 contexts of ten syntaxes has 100 kB. */
const MAX_ASSOCIATE_BYTES = 262_144;
const FIXED_PAYLOAD_BYTES = 4;
const MAX_COMMAND_BYTES = 16_384;
/** Of identifiers: what is asked and answered. */
const MAX_IDENTIFIER_BYTES = 1_048_576;
/** What a fragment takes besides its bytes: many small ones are no way around the budget. */
const FRAGMENT_BYTES = 256;
const COMMAND_BIT = 1;
const LAST_BIT = 2;
/** How long a peer has to take our last message before the line is cut. [ms] */
const LINGER_MS = 2000;
const PROVIDER_ABORT = 2;
const ABORT_REASONS = { 'not-specified': 0, unrecognized: 1, unexpected: 2, invalid: 6 } as const;

export type GateFault = 'malformed' | 'silent' | 'broken';

export interface GateOptions {
  readonly socket: Socket;
  readonly role: 'acceptor' | 'requestor';
  /** Messages that the peer may send, by command field. */
  readonly commands: readonly number[];
  /** What data sets of C-STORE requests may take, of all associations together. */
  readonly budget: ByteBudget;
  /** Until the association message has come. [ms] */
  readonly associationMs: number;
  /** From a message's first byte to its last. [ms] */
  readonly pduMs: number;
  /** Without any message; null: whoever waits for one sees to that. [ms] */
  readonly idleMs: number | null;
  /** Once, when the line is closed. null: in order. */
  readonly onEnd: (fault: GateFault | null) => void;
}

/** A command whose data set is coming. */
interface Expected {
  readonly contextId: number;
  readonly isStore: boolean;
}

const STORE_REQUEST = 0x0001;

export class PduGate extends EventEmitter {
  readonly #options: GateOptions;
  readonly #socket: Socket;
  #contexts: ReadonlySet<number> | null = null;
  #associate: AssociateItems | null = null;
  /** What has come of the next message. */
  #pieces: Buffer[] = [];
  #buffered = 0;
  /** PDVs of the last P-DATA-TF that were not looked at yet. */
  #pdvs: Buffer = Buffer.alloc(0);
  #command: Buffer[] = [];
  #commandBytes = 0;
  #commandContext: number | null = null;
  #expected: Expected | null = null;
  #data: Buffer[] = [];
  #dataBytes = 0;
  #charged = 0;
  #isTooLarge = false;
  #holds = 0;
  #isWorking = false;
  #isOver = false;
  #fault: GateFault | null = null;
  #socketError: Error | null = null;
  #detail: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #timerKind: 'association' | 'pdu' | 'idle' | null = null;

  constructor(options: GateOptions) {
    super();
    this.#options = options;
    this.#socket = options.socket;
    const socket = options.socket;
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('drain', () => this.#onDrain());
    socket.on('error', (error) => {
      this.#socketError = error;
      this.#end('broken');
    });
    socket.on('end', () => this.#end(this.#fault));
    socket.on('close', () => this.#close());
    this.#arm();
  }

  /** What the peer's A-ASSOCIATE-RQ or -AC says. */
  get associate(): AssociateItems | null {
    return this.#associate;
  }

  /** Why the line broke. */
  get socketError(): Error | null {
    return this.#socketError;
  }

  /** What was wrong with a malformed message, in this program's words. */
  get detail(): string | null {
    return this.#detail;
  }

  /** Contexts whose messages are let through from now on. */
  openContexts(ids: Iterable<number>): void {
    this.#contexts = new Set(ids);
  }

  /** The data set of the message that the library tells of just now; null: it was larger than is taken. */
  takeDataSet(): Buffer[] | null {
    const data = this.#isTooLarge ? null : this.#data;
    this.#data = [];
    this.#dataBytes = 0;
    return data;
  }

  /** Gives back what the data set took of the budget. Once it is stored, or nobody wants it. */
  releaseDataSet(): void {
    this.#options.budget.give(this.#charged);
    this.#charged = 0;
  }

  /** No further message passes, and nothing more is read, until `resume`. */
  hold(): void {
    this.#holds++;
    this.#socket.pause();
    this.#arm();
  }

  resume(): void {
    this.#holds--;
    if (this.#holds > 0 || this.#isOver) return;
    if (!this.#socket.writableNeedDrain) this.#socket.resume();
    this.#arm();
    this.#work();
  }

  /** Ends the association for what the peer did. */
  refuse(reason: keyof typeof ABORT_REASONS, fault: GateFault): void {
    if (this.#isOver) return;
    this.#fault = fault;
    this.#socket.write(
      Buffer.from([PDU.abort, 0, 0, 0, 0, FIXED_PAYLOAD_BYTES, 0, 0, PROVIDER_ABORT, ABORT_REASONS[reason]]),
    );
    this.#finish(fault);
  }

  /** Ends the association by our own wish (A-ABORT of the service user). */
  abort(): void {
    if (this.#isOver) return;
    this.#socket.write(Buffer.from([PDU.abort, 0, 0, 0, 0, FIXED_PAYLOAD_BYTES, 0, 0, 0, 0]));
    this.#finish(this.#fault);
  }

  // What the library calls of its socket.

  write(bytes: Buffer): boolean {
    if (this.#isOver) return false;
    const isTaken = this.#socket.write(bytes);
    // A peer that doesn't read our answers is not listened to any more either.
    if (!isTaken && this.#options.role === 'acceptor') this.#socket.pause();
    return isTaken;
  }

  /** After our last message. */
  end(): void {
    this.#finish(this.#fault);
  }

  destroy(): void {
    this.#end(this.#fault);
  }

  setTimeout(): void {
    // The library's timers are not used (LIBRARY_TIMEOUTS).
  }

  #finish(fault: GateFault | null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#fault = fault;
    this.#disarm();
    this.#forget();
    this.#socket.resume();
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
  }

  #end(fault: GateFault | null): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#fault = fault;
      this.#disarm();
      this.#forget();
    }
    this.#socket.destroy();
  }

  #close(): void {
    this.#end(this.#fault);
    this.releaseDataSet();
    this.emit('close');
    this.#options.onEnd(this.#fault);
  }

  #forget(): void {
    this.#pieces = [];
    this.#buffered = 0;
    this.#pdvs = Buffer.alloc(0);
    this.#command = [];
    this.#data = [];
  }

  #onDrain(): void {
    if (this.#holds === 0 && !this.#isOver) this.#socket.resume();
    this.emit('drain');
  }

  /** One timer, for what is waited for now; while a message is worked on, for nothing. */
  #arm(): void {
    const kind = this.#isOver || this.#holds > 0 ? null : this.#waitsFor();
    if (kind === this.#timerKind && kind !== 'idle') return;
    this.#disarm();
    const ms = kind === null ? null : this.#options[`${kind}Ms`];
    if (ms === null) return;
    this.#timerKind = kind;
    this.#timer = setTimeout(() => this.refuse('not-specified', 'silent'), ms);
  }

  #waitsFor(): 'association' | 'pdu' | 'idle' {
    if (this.#associate === null) return 'association';
    return this.#buffered > 0 ? 'pdu' : 'idle';
  }

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#timerKind = null;
  }

  #receive(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#pieces.push(bytes);
    this.#buffered += bytes.length;
    this.#work();
    this.#arm();
  }

  /** Lets messages pass while there are whole ones and nobody holds them up. */
  #work(): void {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      while (!this.#isOver && this.#holds === 0 && this.#step());
    } catch (error) {
      // Whatever else is thrown, too: one peer's message must not end the lines of all the others.
      this.#detail = error instanceof MalformedPdu ? error.message : `unforeseen: ${String(error)}`;
      this.refuse('invalid', 'malformed');
    } finally {
      this.#isWorking = false;
    }
  }

  /** @returns whether there was anything to do */
  #step(): boolean {
    if (this.#pdvs.length > 0) {
      this.#nextPdv();
      return true;
    }
    const pdu = this.#nextPdu();
    if (pdu === null) return false;
    // The next message has its own time.
    this.#disarm();
    this.#pass(pdu);
    return true;
  }

  #nextPdu(): Buffer | null {
    if (this.#buffered < PDU_HEADER_BYTES) return null;
    const head = this.#joined(PDU_HEADER_BYTES);
    const length = head.readUInt32BE(2);
    this.#checkHeader(head[0] as number, length);
    if (this.#buffered < PDU_HEADER_BYTES + length) return null;
    const whole = this.#joined(PDU_HEADER_BYTES + length);
    const pdu = whole.subarray(0, PDU_HEADER_BYTES + length);
    const rest = whole.subarray(pdu.length);
    this.#pieces = rest.length === 0 ? this.#pieces.slice(1) : [rest, ...this.#pieces.slice(1)];
    this.#buffered -= pdu.length;
    return pdu;
  }

  /** The first piece, which has at least so many bytes then. */
  #joined(bytes: number): Buffer {
    let first = this.#pieces[0] as Buffer;
    if (first.length >= bytes) return first;
    const parts: Buffer[] = [];
    let length = 0;
    while (length < bytes) {
      const piece = this.#pieces.shift() as Buffer;
      parts.push(piece);
      length += piece.length;
    }
    first = Buffer.concat(parts, length);
    this.#pieces.unshift(first);
    return first;
  }

  #checkHeader(type: number, length: number): void {
    const allowed = this.#allowedTypes();
    if (!allowed.includes(type)) throw new MalformedPdu(`message of type ${type}`);
    const isAssociate = type === PDU.associateRequest || type === PDU.associateAccept;
    if (type === PDU.data && (length === 0 || length > MAX_PDU_BYTES)) throw new MalformedPdu('length of data');
    if (isAssociate && length > MAX_ASSOCIATE_BYTES) throw new MalformedPdu('length of an association message');
    if (type !== PDU.data && !isAssociate && length !== FIXED_PAYLOAD_BYTES)
      throw new MalformedPdu('length of a message');
  }

  #allowedTypes(): readonly number[] {
    if (this.#associate === null) {
      if (this.#options.role === 'acceptor') return [PDU.associateRequest, PDU.abort];
      return [PDU.associateAccept, PDU.associateReject, PDU.abort];
    }
    return [PDU.data, PDU.releaseRequest, PDU.releaseResponse, PDU.abort];
  }

  #pass(pdu: Buffer): void {
    const type = pdu[0] as number;
    if (type === PDU.data) {
      this.#pdvs = pdu.subarray(PDU_HEADER_BYTES);
      return;
    }
    if (type === PDU.associateRequest || type === PDU.associateAccept) {
      const payload = pdu.subarray(PDU_HEADER_BYTES);
      this.#associate = readAssociate(payload);
      if (type === PDU.associateRequest) {
        this.emit('data', pduBytes(type, withContextsInOrder(payload, this.#associate)));
        return;
      }
    }
    this.emit('data', pdu);
    if (type === PDU.abort) this.#end('broken');
  }

  #nextPdv(): void {
    const bytes = this.#pdvs;
    if (bytes.length < PDV_HEADER_BYTES) throw new MalformedPdu('PDV cut');
    const end = 4 + bytes.readUInt32BE(0);
    if (end < PDV_HEADER_BYTES || end > bytes.length) throw new MalformedPdu('length of a PDV');
    this.#pdvs = bytes.subarray(end);
    const contextId = bytes[4] as number;
    if (this.#contexts?.has(contextId) !== true) throw new MalformedPdu('PDV of no accepted context');
    const control = bytes[5] as number;
    const value = bytes.subarray(PDV_HEADER_BYTES, end);
    const isLast = (control & LAST_BIT) !== 0;
    if ((control & COMMAND_BIT) !== 0) this.#commandFragment(contextId, value, isLast);
    else this.#dataFragment(contextId, value, isLast);
  }

  #commandFragment(contextId: number, value: Buffer, isLast: boolean): void {
    if (this.#expected !== null) throw new MalformedPdu('command within a data set');
    if ((this.#commandContext ?? contextId) !== contextId) throw new MalformedPdu('command in two contexts');
    this.#commandContext = contextId;
    if (value.length > 0) this.#command.push(value);
    this.#commandBytes += value.length;
    if (this.#commandBytes > MAX_COMMAND_BYTES) throw new MalformedPdu('command too long');
    if (!isLast) return;
    const { field, hasDataSet, bytes } = readCommandSet(Buffer.concat(this.#command));
    this.#command = [];
    this.#commandBytes = 0;
    this.#commandContext = null;
    if (!this.#options.commands.includes(field)) throw new MalformedPdu(`command ${field}`);
    this.#data = [];
    this.#dataBytes = 0;
    this.#isTooLarge = false;
    if (hasDataSet) this.#expected = { contextId, isStore: field === STORE_REQUEST };
    this.emit('data', dataPdu(contextId, bytes, COMMAND_BIT | LAST_BIT));
  }

  #dataFragment(contextId: number, value: Buffer, isLast: boolean): void {
    const expected = this.#expected;
    if (expected === null || expected.contextId !== contextId) throw new MalformedPdu('data set of no command');
    this.#keep(value, expected.isStore);
    if (!isLast) return;
    this.#expected = null;
    this.emit('data', dataPdu(contextId, Buffer.alloc(0), LAST_BIT));
  }

  #keep(value: Buffer, isStore: boolean): void {
    this.#dataBytes += value.length;
    if (!isStore && this.#dataBytes > MAX_IDENTIFIER_BYTES) throw new MalformedPdu('identifier too long');
    if (this.#isTooLarge || value.length === 0) return;
    const cost = value.length + FRAGMENT_BYTES;
    if (isStore && !this.#options.budget.take(cost)) {
      this.#isTooLarge = true;
      this.#data = [];
      this.releaseDataSet();
      return;
    }
    if (isStore) this.#charged += cost;
    // A copy: a small PDV would keep the whole message it came in.
    this.#data.push(value.length * 2 < MAX_PDU_BYTES ? Buffer.from(value) : value);
  }
}

function pduBytes(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(PDU_HEADER_BYTES);
  head[0] = type;
  head.writeUInt32BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

function dataPdu(contextId: number, value: Buffer, control: number): Buffer {
  const head = Buffer.alloc(PDV_HEADER_BYTES);
  head.writeUInt32BE(value.length + 2, 0);
  head[4] = contextId;
  head[5] = control;
  return pduBytes(PDU.data, Buffer.concat([head, value]));
}
