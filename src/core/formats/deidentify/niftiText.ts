// NIfTI files: free texts of the fixed header are blanked, the NIfTI-MRS extension is cleaned by the standard's privacy
// marks, other extensions (DICOM, AFNI, comments) are left out; the data stay bit by bit.
import { strFromU8, strToU8 } from 'fflate';
import type { JsonObject } from '../../domain/json.ts';
import { gzip, isGzip } from '../gzip.ts';
import { readNiftiHeader } from '../niftiHeader.ts';
import { parseHeaderJson } from '../niftiMrsHeader.ts';
import { MRS_EXTENSION_CODE } from '../niftiMrsLayout.ts';
import { concatBytes } from '../write/dicomEncoder.ts';
import type { RemovedList } from './removedItem.ts';

/** [first byte, length] of texts that nobody needs: data_type, db_name, descrip, aux_file (nifti1.h, nifti2.h). */
const FREE_TEXTS = { 1: [[4, 10], [14, 18], [148, 80], [228, 24]], 2: [[240, 80], [320, 24]] } as const; // prettier-ignore
const FIXED_BYTES = { 1: 348, 2: 540 } as const;

function extensionBytes(json: JsonObject, littleEndian: boolean): Uint8Array {
  const text = strToU8(JSON.stringify(json));
  const bytes = new Uint8Array(Math.ceil((text.length + 8) / 16) * 16);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, bytes.length, littleEndian);
  view.setInt32(4, MRS_EXTENSION_CODE, littleEndian);
  bytes.set(text, 8);
  return bytes;
}

/** The NIfTI-MRS header of a file; null where it has none. @throws ReaderError where it is damaged */
export function niftiMrsJson(file: Uint8Array, fileName: string): JsonObject | null {
  const extension = readNiftiHeader(file, fileName).extensions.find((e) => e.code === MRS_EXTENSION_CODE);
  return extension === undefined ? null : parseHeaderJson(strFromU8(extension.data), fileName);
}

/**
 * A NIfTI file without texts that identify; gzipped if it was.
 * @param clean what becomes of the NIfTI-MRS header
 * @throws ReaderError where the file is damaged
 */
export function cleanNifti(
  file: Uint8Array,
  fileName: string,
  clean: (json: JsonObject) => JsonObject,
  removed: RemovedList,
): Uint8Array {
  const { version, littleEndian, bytes, dataOffset, extensions } = readNiftiHeader(file, fileName);
  const json = niftiMrsJson(file, fileName);
  const fixed = bytes.slice(0, FIXED_BYTES[version] + 4);
  for (const [at, length] of FREE_TEXTS[version]) {
    if (fixed.subarray(at, at + length).some((b) => b !== 0)) removed.add('texts of the NIfTI header', 'emptied');
    fixed.fill(0, at, at + length);
  }
  if (extensions.some((e) => e.code !== MRS_EXTENSION_CODE)) removed.add('other NIfTI header extensions', 'removed');
  const extension = json === null ? new Uint8Array() : extensionBytes(clean(json), littleEndian);
  const view = new DataView(fixed.buffer);
  fixed.fill(0, FIXED_BYTES[version]);
  fixed[FIXED_BYTES[version]] = json === null ? 0 : 1;
  const offset = fixed.length + extension.length;
  if (version === 1) view.setFloat32(108, offset, littleEndian);
  else view.setBigInt64(168, BigInt(offset), littleEndian);
  const whole = concatBytes([fixed, extension, bytes.subarray(dataOffset)]);
  return isGzip(file) ? gzip(whole) : whole;
}
