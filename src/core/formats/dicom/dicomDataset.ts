// Typed, lazy access to one DICOM data set (a file or one item of a sequence): values are decoded when asked for, big
// elements are views of the file's bytes, nothing is copied.
import { ReaderError } from '../../domain/errors.ts';
import { latin1Text } from '../../math/fortranText.ts';
import type { DicomElement } from './dicomStream.ts';
import { readItems } from './dicomStream.ts';
import { decodeDicomText } from './dicomText.ts';
import type { DicomTag, Vr } from './dicomTags.ts';
import { dicomTag } from './dicomTags.ts';

export type DicomElements = Readonly<Record<string, DicomElement>>;

/** What all data sets of one file share. */
export interface DicomSource {
  readonly bytes: Uint8Array;
  /** Base name, for messages. */
  readonly fileName: string;
  readonly littleEndian: boolean;
  /** Values of (0008,0005). */
  characterSets: readonly string[];
}

const NUMBER_BYTES: Partial<Record<Vr, number>> = { FD: 8, FL: 4, OD: 8, OF: 4, OW: 2, SL: 4, SS: 2, UL: 4, US: 2 };
/** Text whose characters are ASCII whatever the file's character set. */
const ASCII_VRS: ReadonlySet<Vr> = new Set(['AE', 'AS', 'CS', 'DA', 'DS', 'DT', 'IS', 'TM', 'UI']);
/** Text in which a backslash is a character. */
const SINGLE_VALUED: ReadonlySet<Vr> = new Set(['LT', 'ST', 'UT']);

const trimmed = (text: string): string => text.replace(/^[ \0]+|[\s\0]+$/g, '');

export class DicomDataset {
  private readonly source: DicomSource;
  private readonly elements: DicomElements;
  /** Sequences asked for before: functional groups are, once per frame. */
  private readonly sequences = new Map<string, readonly DicomDataset[]>();

  constructor(source: DicomSource, elements: DicomElements) {
    this.source = source;
    this.elements = elements;
  }

  /** @returns whether the attribute is there with a value */
  has(tag: DicomTag): boolean {
    const element = this.elements[tag.key];
    return element !== undefined && (element.length > 0 || (element.items?.length ?? 0) > 0);
  }

  /** Keys ("xggggeeee") of every attribute, in the file's order. */
  keys(): string[] {
    return Object.keys(this.elements);
  }

  private vrOf(tag: DicomTag): Vr {
    const found = this.elements[tag.key]?.vr;
    return found === undefined || found === 'UN' ? tag.vr : (found as Vr);
  }

  /**
   * A value's bytes as a view of the file.
   * @returns null where the attribute is absent or empty
   * @throws ReaderError FILE_TRUNCATED where the file ends before the value does
   */
  bytes(tag: DicomTag): Uint8Array | null {
    const element = this.elements[tag.key];
    if (element === undefined || element.length === 0) return null;
    const end = element.dataOffset + element.length;
    if (!(end <= this.source.bytes.length)) {
      const missing = end - this.source.bytes.length;
      throw new ReaderError(
        'FILE_TRUNCATED',
        `${this.source.fileName} is cut short: ${missing} bytes of its DICOM data are missing.`,
        { tag: tag.key, missingBytes: missing },
      );
    }
    return this.source.bytes.subarray(element.dataOffset, end);
  }

  /** Every value of a text attribute, trimmed; empty where absent. */
  strings(tag: DicomTag): string[] {
    const bytes = this.bytes(tag);
    if (bytes === null) return [];
    const vr = this.vrOf(tag);
    const text = ASCII_VRS.has(vr) ? latin1Text(bytes) : decodeDicomText(bytes, this.source.characterSets);
    return (SINGLE_VALUED.has(vr) ? [text] : text.split('\\')).map(trimmed);
  }

  /** One value of a text attribute, null where absent or blank. */
  string(tag: DicomTag, index = 0): string | null {
    const value = this.strings(tag)[index];
    return value === undefined || value === '' ? null : value;
  }

  /** Every finite number of a numeric or decimal-text attribute; a damaged one gives NaN in its place. */
  numbers(tag: DicomTag): number[] {
    const bytes = this.bytes(tag);
    if (bytes === null) return [];
    const vr = this.vrOf(tag);
    const size = NUMBER_BYTES[vr];
    if (size === undefined) return this.strings(tag).map((text) => (text === '' ? NaN : Number(text)));
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => this.numberAt(view, i * size, vr));
  }

  private numberAt(view: DataView, at: number, vr: Vr): number {
    const le = this.source.littleEndian;
    switch (vr) {
      case 'FD':
      case 'OD':
        return view.getFloat64(at, le);
      case 'FL':
      case 'OF':
        return view.getFloat32(at, le);
      case 'SL':
        return view.getInt32(at, le);
      case 'SS':
        return view.getInt16(at, le);
      case 'UL':
        return view.getUint32(at, le);
      default:
        return view.getUint16(at, le);
    }
  }

  /** One number, null where absent or not finite. */
  number(tag: DicomTag, index = 0): number | null {
    const value = this.numbers(tag)[index];
    return value === undefined || !Number.isFinite(value) ? null : value;
  }

  /** Exactly `count` finite numbers, null otherwise (positions, orientations, spacings). */
  vector(tag: DicomTag, count: number): number[] | null {
    const values = this.numbers(tag);
    return values.length === count && values.every(Number.isFinite) ? values : null;
  }

  /**
   * A big element of 32-bit floats as a reader of single values: nothing is copied.
   * @returns null where the attribute is absent
   */
  floats(tag: DicomTag): { readonly count: number; at(i: number): number } | null {
    const bytes = this.bytes(tag);
    if (bytes === null) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const le = this.source.littleEndian;
    return { count: Math.floor(bytes.length / 4), at: (i) => view.getFloat32(4 * i, le) };
  }

  /** Items of a sequence, empty where absent. Private sequences of implicit files are parsed here, when asked for. */
  sequence(tag: DicomTag): readonly DicomDataset[] {
    const element = this.elements[tag.key];
    if (element === undefined) return [];
    const known = this.sequences.get(tag.key);
    if (known !== undefined) return known;
    const items = (element.items ?? readItems(this.source.bytes, element)).flatMap((item) =>
      item.dataSet === undefined ? [] : [new DicomDataset(this.source, item.dataSet.elements)],
    );
    this.sequences.set(tag.key, items);
    return items;
  }

  /** First item of a sequence, or of sequences within sequences; null where one of them is absent or empty. */
  item(...path: readonly DicomTag[]): DicomDataset | null {
    return path.reduce<DicomDataset | null>((at, tag) => at?.sequence(tag)[0] ?? null, this);
  }

  /**
   * An attribute of a private block, found by the block's creator (PS3.5, 7.8.1).
   * @param group odd group number
   * @param creator the creator's name; compared without regard to case and outer blanks
   * @param low last two hexadecimal digits of the element number
   * @returns null where this data set has no such block
   */
  privateTag(group: number, creator: string, low: number, vr: Vr): DicomTag | null {
    const wanted = creator.trim().toLowerCase();
    for (let block = 0x10; block <= 0xff; block++) {
      const name = dicomTag(group, block, 'LO');
      if (this.elements[name.key] === undefined || this.string(name)?.toLowerCase() !== wanted) continue;
      const tag = dicomTag(group, block * 0x100 + low, vr);
      // Creators can reserve several blocks; the one that has the element counts.
      if (this.elements[tag.key] !== undefined) return tag;
    }
    return null;
  }
}
