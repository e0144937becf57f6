// The items of an A-ASSOCIATE-RQ or -AC, walked before the library reads them (PS3.8, 9.3.2 and 9.3.3): every length within
// its item, every identifier once. Throws MalformedPdu where the peer wrote anything else.

/** What a peer sent is no message of DICOM's upper layer. */
export class MalformedPdu extends Error {}

export interface ProposedContext {
  readonly id: number;
  /** As it stands in the message, header included. */
  readonly bytes: Buffer;
}

export interface AssociateItems {
  readonly protocolVersion: number;
  readonly calledAeTitle: string;
  readonly callingAeTitle: string;
  readonly applicationContext: string;
  readonly contexts: readonly ProposedContext[];
  /** Longest P-DATA-TF that the peer takes; 0: any. [bytes] */
  readonly maxPduBytes: number;
}

const FIXED_BYTES = 68;
const ITEM_HEADER_BYTES = 4;
const CONTEXT_HEADER_BYTES = 4;
const APPLICATION_CONTEXT_ITEM = 0x10;
const PROPOSED_CONTEXT_ITEM = 0x20;
const ACCEPTED_CONTEXT_ITEM = 0x21;
const ABSTRACT_SYNTAX_ITEM = 0x30;
const TRANSFER_SYNTAX_ITEM = 0x40;
const USER_INFORMATION_ITEM = 0x50;
const MAXIMUM_LENGTH_ITEM = 0x51;
const IMPLEMENTATION_CLASS_ITEM = 0x52;
const ASYNCHRONOUS_ITEM = 0x53;
const ROLE_ITEM = 0x54;
const IMPLEMENTATION_VERSION_ITEM = 0x55;
const IDENTITY_ITEM = 0x58;
const IDENTITY_ANSWER_ITEM = 0x59;
/** PS3.5, 9: a UID has at most 64 characters; one may be padded. */
const MAX_UID_BYTES = 65;
const UID = /^[0-9.]+$/;
/** A peer that takes less could not be sent a command set; with 6 the library would cut data sets for ever. [bytes] */
const MIN_PDU_BYTES = 1024;
/** PS3.8, 7.1.1.13: odd numbers from 1 to 255. */
const MAX_CONTEXTS = 128;

interface Item {
  readonly type: number;
  readonly value: Buffer;
  readonly whole: Buffer;
}

function itemsOf(bytes: Buffer): Item[] {
  const items: Item[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + ITEM_HEADER_BYTES > bytes.length) throw new MalformedPdu('item header cut');
    const end = at + ITEM_HEADER_BYTES + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) throw new MalformedPdu('item longer than what holds it');
    items.push({
      type: bytes[at] as number,
      value: bytes.subarray(at + ITEM_HEADER_BYTES, end),
      whole: bytes.subarray(at, end),
    });
    at = end;
  }
  return items;
}

const textOf = (bytes: Buffer): string => bytes.toString('latin1').replace(/[\0 ]+$/, '');

function requireUid(value: Buffer): void {
  if (value.length > MAX_UID_BYTES || !UID.test(textOf(value))) throw new MalformedPdu('no UID');
}

function checkSyntaxes(items: readonly Item[], isProposal: boolean): void {
  const abstracts = items.filter(({ type }) => type === ABSTRACT_SYNTAX_ITEM);
  const transfers = items.filter(({ type }) => type === TRANSFER_SYNTAX_ITEM);
  if (abstracts.length !== (isProposal ? 1 : 0)) throw new MalformedPdu('context without one abstract syntax');
  if (isProposal ? transfers.length === 0 : transfers.length !== 1) throw new MalformedPdu('transfer syntaxes');
  // The library reads the abstract syntax first.
  if (isProposal && items[0]?.type !== ABSTRACT_SYNTAX_ITEM) throw new MalformedPdu('order of a context');
  for (const { value } of [...abstracts, ...transfers]) requireUid(value);
}

function contextOf({ value, whole, type }: Item): ProposedContext {
  const isProposal = type === PROPOSED_CONTEXT_ITEM;
  if (value.length < CONTEXT_HEADER_BYTES) throw new MalformedPdu('context cut');
  const id = value[0] as number;
  if (id % 2 === 0) throw new MalformedPdu('even context identifier');
  // What a refused context says of its transfer syntax has no meaning (PS3.8, 9.3.3.2).
  const isRefused = !isProposal && value[2] !== 0;
  if (!isRefused) checkSyntaxes(itemsOf(value.subarray(CONTEXT_HEADER_BYTES)), isProposal);
  return { id, bytes: whole };
}

/** Lengths inside the user items that the library reads by their own fields. */
function checkUserItem({ type, value }: Item): void {
  const lengthAt = (at: number): number => {
    if (at + 2 > value.length) throw new MalformedPdu('user item cut');
    return value.readUInt16BE(at);
  };
  const needs = (length: number): void => {
    if (value.length !== length) throw new MalformedPdu('user item of wrong length');
  };
  if (type === MAXIMUM_LENGTH_ITEM || type === ASYNCHRONOUS_ITEM) needs(4);
  else if (type === ROLE_ITEM) {
    const length = lengthAt(0);
    needs(length + 4);
    requireUid(value.subarray(2, 2 + length));
  } else if (type === IDENTITY_ITEM) {
    const secondary = 4 + lengthAt(2);
    needs(secondary + 2 + lengthAt(secondary));
  } else if (type === IDENTITY_ANSWER_ITEM) needs(2 + lengthAt(0));
  else if (type === IMPLEMENTATION_CLASS_ITEM || type === IMPLEMENTATION_VERSION_ITEM) {
    if (value.length > MAX_UID_BYTES) throw new MalformedPdu('name too long');
  }
}

function maxPduBytesOf(user: readonly Item[]): number {
  user.forEach(checkUserItem);
  const stated = user.find(({ type }) => type === MAXIMUM_LENGTH_ITEM)?.value.readUInt32BE(0) ?? 0;
  if (stated !== 0 && stated < MIN_PDU_BYTES) throw new MalformedPdu('maximum length of no use');
  return stated;
}

function requireOnce(contexts: readonly ProposedContext[]): void {
  const ids = new Set(contexts.map(({ id }) => id));
  if (ids.size !== contexts.length || ids.size > MAX_CONTEXTS) throw new MalformedPdu('context identifier twice');
}

/**
 * Reads an A-ASSOCIATE-RQ or -AC.
 * @param payload what follows type and length
 * @throws MalformedPdu
 */
export function readAssociate(payload: Buffer): AssociateItems {
  if (payload.length < FIXED_BYTES) throw new MalformedPdu('association message cut');
  const items = itemsOf(payload.subarray(FIXED_BYTES));
  const contexts = items
    .filter(({ type }) => type === PROPOSED_CONTEXT_ITEM || type === ACCEPTED_CONTEXT_ITEM)
    .map(contextOf);
  requireOnce(contexts);
  const application = items.find(({ type }) => type === APPLICATION_CONTEXT_ITEM);
  const user = items.filter(({ type }) => type === USER_INFORMATION_ITEM);
  if (application === undefined || user.length > 1) throw new MalformedPdu('items of an association');
  return {
    protocolVersion: payload.readUInt16BE(0),
    calledAeTitle: textOf(payload.subarray(4, 20)).trim(),
    callingAeTitle: textOf(payload.subarray(20, 36)).trim(),
    applicationContext: textOf(application.value),
    contexts,
    maxPduBytes: maxPduBytesOf(user.flatMap(({ value }) => itemsOf(value))),
  };
}

/**
 * The same request with its contexts in ascending order: the library numbers those anew that come in another one.
 * @param payload of an A-ASSOCIATE-RQ that `readAssociate` has read
 */
export function withContextsInOrder(payload: Buffer, { contexts }: AssociateItems): Buffer {
  const others = itemsOf(payload.subarray(FIXED_BYTES)).filter(({ type }) => type !== PROPOSED_CONTEXT_ITEM);
  const [application, rest] = [
    others.filter(({ type }) => type === APPLICATION_CONTEXT_ITEM),
    others.filter(({ type }) => type !== APPLICATION_CONTEXT_ITEM),
  ];
  const sorted = [...contexts].sort((a, b) => a.id - b.id);
  return Buffer.concat([
    payload.subarray(0, FIXED_BYTES),
    ...application.map(({ whole }) => whole),
    ...sorted.map(({ bytes }) => bytes),
    ...rest.map(({ whole }) => whole),
  ]);
}
