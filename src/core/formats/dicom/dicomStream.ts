// The only file that touches dicom-parser: it walks the elements, and here it is kept within bounds. The library stops
// at no count of elements; a budget of reads bounds time and memory, whatever the bytes are.
import type { ByteStream, Element } from 'dicom-parser';
import dicomParser from 'dicom-parser';
import { knownVr } from './dicomTags.ts';

/** An element as the parser leaves it: its place in the file, and the items of a sequence. */
export type DicomElement = Element;

/** Two-byte reads a file may take: an element takes three to five, so over a million elements. */
const READ_BUDGET = 5_000_000;

function guardedStream(bytes: Uint8Array, position: number, littleEndian: boolean): ByteStream {
  const parser = littleEndian ? dicomParser.littleEndianByteArrayParser : dicomParser.bigEndianByteArrayParser;
  const stream = new dicomParser.ByteStream(parser, bytes, position);
  const readUint16 = stream.readUint16.bind(stream);
  let left = READ_BUDGET;
  stream.readUint16 = () => {
    if (--left < 0) throw new RangeError('too many DICOM elements');
    return readUint16();
  };
  return stream;
}

/** What could be parsed of a run of elements. */
export interface ParsedElements {
  readonly elements: Record<string, Element>;
  /** Where the parser stopped. [bytes] */
  readonly end: number;
  /** Whether everything up to the end was sound. */
  readonly complete: boolean;
}

/**
 * Walks the elements of a data set; stops at the first damage and keeps what came before.
 * @param start first byte of the first element
 * @param whileTag elements are kept as long as this holds for their key ("xggggeeee")
 */
export function readElements(
  bytes: Uint8Array,
  start: number,
  encoding: { readonly explicit: boolean; readonly littleEndian: boolean },
  whileTag: (key: string) => boolean = () => true,
): ParsedElements {
  const elements: Record<string, Element> = {};
  let end = start;
  try {
    const stream = guardedStream(bytes, start, encoding.littleEndian);
    while (stream.position < bytes.length) {
      const element = encoding.explicit
        ? dicomParser.readDicomElementExplicit(stream, stream.warnings)
        : dicomParser.readDicomElementImplicit(stream, undefined, knownVr as (key: string) => string);
      if (!whileTag(element.tag)) break;
      elements[element.tag] = element;
      end = stream.position;
    }
  } catch {
    return { elements, end, complete: false };
  }
  return { elements, end, complete: end <= bytes.length };
}

/**
 * Items of a sequence whose encoding the file does not say (private ones, and those of VR UN): implicit, little endian
 * (PS3.5, 6.2.2 note 2). Damage gives the items before it.
 */
export function readItems(bytes: Uint8Array, element: DicomElement): readonly DicomElement[] {
  const end = Math.min(element.dataOffset + element.length, bytes.length);
  if (end - element.dataOffset < 8) return [];
  const sequence: Element = { tag: element.tag, length: end - element.dataOffset, dataOffset: element.dataOffset };
  try {
    const stream = guardedStream(bytes.subarray(0, end), element.dataOffset, true);
    dicomParser.readSequenceItemsImplicit(stream, sequence, knownVr as (key: string) => string);
  } catch {
    return sequence.items ?? [];
  }
  return sequence.items ?? [];
}
