// The parts of a DICOM file (PS3.10, 7.1) as bytes: what goes over the line is the data set behind the meta information.
import { DicomDataset } from '../../../core/formats/dicom/dicomDataset.ts';
import { readElements } from '../../../core/formats/dicom/dicomStream.ts';
import { dicomTag, TAG } from '../../../core/formats/dicom/dicomTags.ts';
import { EXPLICIT_LITTLE_ENDIAN } from '../../../core/formats/write/dicomEncoder.ts';
import { NetworkError } from '../../../core/domain/errors.ts';

/** Preamble and "DICM". [bytes] */
const PREFIX_BYTES = 132;
const SOP_INSTANCE = dicomTag(0x0002, 0x0003, 'UI');

export interface Part10 {
  readonly sopClassUid: string | null;
  readonly sopInstanceUid: string | null;
  readonly transferSyntaxUid: string | null;
  /** Where the data set begins. [bytes] */
  readonly start: number;
}

/** @returns null where the bytes are no DICOM file */
export function readPart10(bytes: Uint8Array): Part10 | null {
  if (bytes.length < PREFIX_BYTES || Buffer.from(bytes.subarray(128, PREFIX_BYTES)).toString('latin1') !== 'DICM') {
    return null;
  }
  const { elements, end } = readElements(bytes, PREFIX_BYTES, EXPLICIT_LITTLE_ENDIAN, (key) => key.startsWith('x0002'));
  const meta = new DicomDataset({ bytes, fileName: 'file', littleEndian: true, characterSets: [] }, elements);
  try {
    return {
      sopClassUid: meta.string(TAG.mediaStorageSopClassUid),
      sopInstanceUid: meta.string(SOP_INSTANCE),
      transferSyntaxUid: meta.string(TAG.transferSyntaxUid),
      start: end,
    };
  } catch {
    return null;
  }
}

/**
 * The data set of a file that is to be sent.
 * @throws NetworkError where the bytes are no DICOM file
 */
export function dataSetOf(bytes: Uint8Array): Uint8Array {
  const part10 = readPart10(bytes);
  if (part10 === null) throw new NetworkError('An object that was to be sent is no DICOM file.');
  return bytes.subarray(part10.start);
}
