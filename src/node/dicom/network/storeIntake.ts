// One C-STORE request from its data set to its status, the same where this node is called (Storage SCP) and where it asked
// (C-GET): checked, made a file byte for byte, handed on, and answered once it is stored (PS3.4, B.2.3; PS3.7, 9.1.1).
import type { ReceivedInstance } from '../../../core/domain/dicomNode.ts';
import { TAG, dicomTag } from '../../../core/formats/dicom/dicomTags.ts';
import { readElements } from '../../../core/formats/dicom/dicomStream.ts';
import { filePrefix } from '../../../core/formats/write/dicomEncoder.ts';
import type { StorageVerdict } from '../../../core/ports/dicomNetwork.ts';
import { encodingOf } from './transferSyntaxes.ts';

/** Statuses of the Storage Service Class (PS3.4, table B.2-1; PS3.7, annex C). */
export const STORE_STATUS = {
  stored: 0x0000,
  'out-of-resources': 0xa700,
  'cannot-understand': 0xc000,
  failed: 0x0110,
  mismatch: 0xa900,
} as const;

export interface StoreCommand {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly callingAeTitle: string;
}

export type StoreHandler = (instance: ReceivedInstance) => Promise<StorageVerdict>;

const SOP_INSTANCE_KEY = dicomTag(0x0008, 0x0018, 'UI').key;
/** SOP class and instance stand in the first elements of a data set. [bytes] */
const HEAD_BYTES = 65_536;

/** Prefix and data set in one piece of memory of their own, which can go to another thread as it is. */
function fileOf(command: StoreCommand, dataSet: readonly Buffer[]): Uint8Array<ArrayBuffer> {
  const prefix = filePrefix(command.sopClassUid, command.sopInstanceUid, command.transferSyntaxUid);
  const length = dataSet.reduce((sum, piece) => sum + piece.length, prefix.length);
  const file = new Uint8Array(length);
  file.set(prefix);
  let at = prefix.length;
  for (const piece of dataSet) {
    file.set(piece, at);
    at += piece.length;
  }
  return file;
}

function uidsOf(dataSet: readonly Buffer[], transferSyntaxUid: string): (string | null)[] {
  const head = Buffer.concat(dataSet).subarray(0, HEAD_BYTES);
  const { elements } = readElements(head, 0, encodingOf(transferSyntaxUid), (key) => key <= SOP_INSTANCE_KEY);
  return [TAG.sopClassUid, TAG.sopInstanceUid].map(({ key }) => {
    const element = elements[key];
    if (element === undefined) return null;
    const value = head.subarray(element.dataOffset, element.dataOffset + element.length);
    return value.toString('latin1').replace(/[\0 ]+$/, '');
  });
}

/** The first pieces, so much of them as holds the head. */
function headOf(dataSet: readonly Buffer[]): Buffer[] {
  const head: Buffer[] = [];
  for (let i = 0, length = 0; i < dataSet.length && length < HEAD_BYTES; i++) {
    const piece = (dataSet[i] as Buffer).subarray(0, HEAD_BYTES - length);
    head.push(piece);
    length += piece.length;
  }
  return head;
}

/**
 * @param dataSet as it came, in pieces, which are taken; null: larger than this node has room for
 * @returns the status for the sender
 */
export async function takeInstance(
  command: StoreCommand,
  dataSet: Buffer[] | null,
  store: StoreHandler,
): Promise<number> {
  if (dataSet === null) return STORE_STATUS['out-of-resources'];
  const [sopClassUid, sopInstanceUid] = uidsOf(headOf(dataSet), command.transferSyntaxUid);
  if (sopClassUid === null || sopInstanceUid === null) return STORE_STATUS['cannot-understand'];
  if (sopClassUid !== command.sopClassUid || sopInstanceUid !== command.sopInstanceUid) return STORE_STATUS.mismatch;
  const { transferSyntaxUid, callingAeTitle } = command;
  // The pieces go once the file is made of them: storing it takes its time, and memory for one is enough.
  const bytes = fileOf(command, dataSet.splice(0));
  try {
    const sop = { sopClassUid: command.sopClassUid, sopInstanceUid: command.sopInstanceUid };
    return STORE_STATUS[await store({ ...sop, bytes, callingAeTitle, transferSyntaxUid })];
  } catch {
    return STORE_STATUS.failed;
  }
}
