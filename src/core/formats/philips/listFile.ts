// The Philips .list file: text that says what each vector of the .data file beside it is ("DATA DESCRIPTION FILE").
// General attributes stand in lines ". mix echo loca name : values", vectors in a table under "# typ mix dyn …" whose
// columns differ between releases, so they are taken by their names.
import { ReaderError } from '../../domain/errors.ts';
import { latin1Text } from '../../math/fortranText.ts';

/** @returns whether the bytes begin as a .list file does, or are its table */
export function isPhilipsList(bytes: Uint8Array): boolean {
  const text = latin1Text(bytes.subarray(0, 16384));
  return /DATA DESCRIPTION FILE/i.test(text) || /START OF DATA VECTOR INDEX/i.test(text);
}

/** Attributes of a vector that tell it from others. */
export const VECTOR_ATTRIBUTES = [
  'mix',
  'dyn',
  'card',
  'echo',
  'loca',
  'chan',
  'extr1',
  'extr2',
  'kx',
  'ky',
  'kz',
  'aver',
] as const;
export type VectorAttribute = (typeof VECTOR_ATTRIBUTES)[number];

/** One vector of the .data file. */
export interface ListVector {
  /** STD data, NOI noise, REJ rejected, PHX phase correction, … */
  readonly type: string;
  readonly attributes: Readonly<Record<VectorAttribute, number>>;
  /** Length and place in the .data file. [bytes] */
  readonly size: number;
  readonly offset: number;
}

/** A general attribute, as "number_of_signal_averages" or "t_oversample_factor", of one mix. */
export interface ListAttribute {
  readonly name: string;
  readonly mix: number;
  readonly values: readonly number[];
}

export interface ListFile {
  readonly attributes: readonly ListAttribute[];
  readonly vectors: readonly ListVector[];
  /** "Gyroscan SW release", null where absent. */
  readonly softwareRelease: string | null;
}

/** Columns of the table where no line names them (release 2.5 and later). */
const USUAL_COLUMNS =
  'typ mix dyn card echo loca chan extr1 extr2 kx ky kz aver sign rf grad enc rtop rr size offset'.split(' ');

/** Half a million vectors; a spectroscopy scan has some ten thousand. [bytes] */
const MAX_LIST_BYTES = 2 ** 26;

const VECTOR_TYPE = /^[A-Z]{3}$/;

function parseAttribute(line: string): ListAttribute | null {
  const colon = line.indexOf(':');
  if (colon < 0) return null;
  const left = line.slice(1, colon).trim().split(/\s+/);
  const mix = Number(left[0]);
  const values = line
    .slice(colon + 1)
    .trim()
    .split(/\s+/)
    .map(Number);
  if (left.length < 4 || !Number.isInteger(mix) || values.some((v) => !Number.isFinite(v))) return null;
  return { name: left.slice(3).join(' '), mix, values };
}

/** Reads lines of the table by the columns' names. */
class VectorTable {
  private columns: readonly string[] = USUAL_COLUMNS;
  private readonly fileName: string;

  constructor(fileName: string) {
    this.fileName = fileName;
  }

  setColumns(names: readonly string[]): void {
    if (names.includes('size') && names.includes('offset')) this.columns = names;
  }

  read(words: readonly string[], lineNumber: number): ListVector {
    const value = (name: string): number => {
      const column = this.columns.indexOf(name);
      return column < 0 ? 0 : Number(words[column]);
    };
    const attributes = Object.fromEntries(VECTOR_ATTRIBUTES.map((name) => [name, value(name)])) as Record<
      VectorAttribute,
      number
    >;
    const vector = { type: words[0] as string, attributes, size: value('size'), offset: value('offset') };
    const sound = (n: number): boolean => Number.isSafeInteger(n);
    if (!Object.values(attributes).every(sound) || !sound(vector.size) || !sound(vector.offset)) {
      throw new ReaderError(
        'FORMAT_INVALID',
        `${this.fileName}: line ${lineNumber} is no line of its table of ${this.columns.length} columns.`,
      );
    }
    return vector;
  }
}

/**
 * Parses a .list file.
 * @param fileName its base name, for messages
 * @throws ReaderError FILE_EMPTY, DIMENSIONS_ABSURD, FORMAT_INVALID where a line of the table is damaged or none is there
 */
export function parseListFile(bytes: Uint8Array, fileName: string): ListFile {
  if (bytes.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  if (bytes.length > MAX_LIST_BYTES) {
    throw new ReaderError('DIMENSIONS_ABSURD', `${fileName} has ${bytes.length} bytes, too many for a .list file.`);
  }
  const attributes: ListAttribute[] = [];
  const vectors: ListVector[] = [];
  const table = new VectorTable(fileName);
  let softwareRelease: string | null = null;
  latin1Text(bytes)
    .split(/\r\n?|\n/)
    .forEach((raw, i) => {
      const line = raw.trim();
      if (line.startsWith('.')) {
        const attribute = parseAttribute(line);
        if (attribute !== null) attributes.push(attribute);
      } else if (line.startsWith('#')) {
        const words = line.slice(1).trim().split(/\s+/);
        if (words[0] === 'typ') table.setColumns(words);
        if (/^#\s*Gyroscan SW release/i.test(line)) softwareRelease = line.slice(line.indexOf(':') + 1).trim();
      } else if (line !== '') {
        const words = line.split(/\s+/);
        if (VECTOR_TYPE.test(words[0] as string)) vectors.push(table.read(words, i + 1));
      }
    });
  if (vectors.length === 0) {
    throw new ReaderError('FORMAT_INVALID', `${fileName} lists no data vectors.`);
  }
  return { attributes, vectors, softwareRelease };
}
