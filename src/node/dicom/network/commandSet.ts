// Command sets of DIMSE messages (PS3.7, 6.3.1 and annex E), checked before the library reads them: implicit
// little endian, every length within the set, the fields there that the message can't do without; only group 0000 passes.
import { MalformedPdu } from './associateItems.ts';

export const COMMAND = {
  storeRequest: 0x0001,
  storeResponse: 0x8001,
  getResponse: 0x8010,
  findResponse: 0x8020,
  moveResponse: 0x8021,
  echoRequest: 0x0030,
  echoResponse: 0x8030,
  cancelRequest: 0x0fff,
} as const;

/** Value of Command Data Set Type where no data set follows. */
const NO_DATA_SET = 0x0101;
const HEADER_BYTES = 8;
const RESPONSE_BIT = 0x8000;

export interface CommandSet {
  readonly field: number;
  readonly hasDataSet: boolean;
  /** Its elements of group 0000, which come first. */
  readonly bytes: Buffer;
}

/** Elements of group 0000 by number, as views. */
function elementsOf(bytes: Buffer): { readonly elements: Map<number, Buffer>; readonly end: number } {
  const elements = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length;) {
    if (at + HEADER_BYTES > bytes.length) throw new MalformedPdu('command element cut');
    // Orthanc 1.10 puts the list of what failed (0008,0058) behind the command of its C-GET answers instead of after it.
    if (bytes.readUInt16LE(at) !== 0) return { elements, end: at };
    const start = at + HEADER_BYTES;
    const end = start + bytes.readUInt32LE(at + 4);
    if (end > bytes.length) throw new MalformedPdu('command element longer than its set');
    elements.set(bytes.readUInt16LE(at + 2), bytes.subarray(start, end));
    at = end;
  }
  return { elements, end: bytes.length };
}

function requireNumber(elements: ReadonlyMap<number, Buffer>, element: number): number {
  const value = elements.get(element);
  if (value?.length !== 2) throw new MalformedPdu('command field missing');
  return value.readUInt16LE(0);
}

function requireUids(elements: ReadonlyMap<number, Buffer>, ...numbers: readonly number[]): void {
  for (const number of numbers) {
    const value = elements.get(number)?.toString('latin1').replace(/\0+$/, '').trim() ?? '';
    if (!/^[0-9.]{1,64}$/.test(value)) throw new MalformedPdu('command without UID');
  }
}

/**
 * Reads what has to be known of a command set, and makes sure of the rest.
 * @throws MalformedPdu
 */
export function readCommandSet(bytes: Buffer): CommandSet {
  const { elements, end } = elementsOf(bytes);
  const field = requireNumber(elements, 0x0100);
  const isResponse = (field & RESPONSE_BIT) !== 0;
  if (isResponse || field === COMMAND.cancelRequest) requireNumber(elements, 0x0120);
  else requireNumber(elements, 0x0110);
  if (isResponse) requireNumber(elements, 0x0900);
  // Affected SOP Class UID is optional in answers, and an instance's belongs to C-STORE alone (PS3.7, 9.3).
  if (field === COMMAND.storeRequest) requireUids(elements, 0x0002, 0x1000);
  return { field, hasDataSet: requireNumber(elements, 0x0800) !== NO_DATA_SET, bytes: bytes.subarray(0, end) };
}
