// A data set in the default transfer syntax, Implicit VR Little Endian (PS3.5, 10.1 and A.1), for nodes that take no other.
// Values stay byte for byte: both syntaxes are little-endian, and only the headers of elements differ.
import type { DicomElements } from '../dicom/dicomDataset.ts';
import { itemsOf, takeApart } from '../dicom/dicomElements.ts';
import type { TakenApart } from '../dicom/dicomElements.ts';
import type { DicomItem } from './dicomEncoder.ts';
import { encodeElements } from './dicomEncoder.ts';

/** Group lengths count bytes of the other encoding, and nobody needs them (PS3.5, 7.2). */
const isGroupLength = (key: string): boolean => key.endsWith('0000');

function itemOf(file: TakenApart, elements: DicomElements): DicomItem {
  return Object.entries(elements)
    .filter(([key]) => !isGroupLength(key))
    .map(([key, element]) => {
      const items = element.items === undefined && element.vr !== 'SQ' ? null : itemsOf(file, element);
      const value =
        items?.map((item) => itemOf(file, item)) ??
        file.bytes.subarray(element.dataOffset, element.dataOffset + element.length);
      return { key, vr: element.vr ?? 'UN', value };
    });
}

/**
 * @param bytes a whole file, Explicit VR Little Endian
 * @returns its data set without meta information; null where the file is cut, or in another syntax
 */
export function implicitDataSet(bytes: Uint8Array): Uint8Array | null {
  const file = takeApart(bytes);
  if (file === null || !file.isComplete || !file.encoding.explicit || !file.encoding.littleEndian) return null;
  const elements = Object.fromEntries(Object.entries(file.elements).filter(([key]) => !key.startsWith('x0002')));
  return encodeElements(itemOf(file, elements), { explicit: false, littleEndian: true });
}
