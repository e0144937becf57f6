// What a file is that was given as a basis set and is none: one sentence for the user.
import { latin1Text } from '../../math/fortranText.ts';

const EXPECTED =
  'a basis set is an LCModel .BASIS file or a folder of .RAW, FSL-MRS .json, jMRUI or two-column text files';

const startsWith = (bytes: Uint8Array, ...start: readonly number[]): boolean =>
  start.every((value, i) => bytes[i] === value);

function isArchive(bytes: Uint8Array): boolean {
  return (
    startsWith(bytes, 0x50, 0x4b) || // zip
    startsWith(bytes, 0x1f, 0x8b) || // gzip
    startsWith(bytes, 0x42, 0x5a, 0x68) || // bzip2
    startsWith(bytes, 0xfd, 0x37, 0x7a, 0x58) || // xz
    startsWith(bytes, 0x37, 0x7a, 0xbc, 0xaf) || // 7z
    startsWith(bytes, 0x52, 0x61, 0x72, 0x21) // rar
  );
}

/** Part of the first bytes that no text has, from which on a file counts as binary. */
const BINARY_FRACTION = 0.05;
const HEAD_BYTES = 8192;

function isBinary(head: Uint8Array): boolean {
  const odd = head.filter((b) => (b < 32 && b !== 0 && (b < 9 || b > 13)) || b > 126).length;
  return odd > BINARY_FRACTION * head.length;
}

/** Content → sentence; the first that matches counts. */
const TEXTS: readonly (readonly [content: RegExp, is: string])[] = [
  [
    /^\s*(<!doctype|<html|<head|<\?xml)/i,
    'is a web page, not the basis file: the download saved the page that shows it',
  ],
  [/^version https:\/\/git-lfs/i, 'is a pointer of Git LFS, not the basis file itself: fetch it with "git lfs pull"'],
  [/points on ppm-axis/i, 'is a result of LCModel (.COORD), not a basis set'],
  [/[$&]LCMODL\b/i, 'is a control file of LCModel, not a basis set: give the file that it names as FILBAS'],
  [
    /[$&]NMALL\b/i,
    'is a control file of MakeBasis, not a basis set: give the folder with its .RAW files, or its .BASIS',
  ],
  [/[$&](SEQPAR|NMUSED)\b/i, 'is cut short: it begins as an LCModel basis file does, but no $BASIS1 group follows'],
];

/**
 * Says what a file is that no reader of basis sets takes.
 * @returns a sentence that begins with the file's name
 */
export function unreadableFile(name: string, bytes: Uint8Array): string {
  if (bytes.length === 0) return `${name} is empty.`;
  if (isArchive(bytes)) return `${name} is a compressed archive; unpack it and give the basis set inside.`;
  const head = bytes.subarray(0, HEAD_BYTES);
  const text = latin1Text(head);
  if (text.startsWith('MATLAB') || text.startsWith('\x89HDF')) {
    return `${name} is a MATLAB or HDF5 file, which can't be read as a basis set: export it as .BASIS, .RAW or FSL-MRS .json.`;
  }
  const found = TEXTS.find(([content]) => content.test(text.replaceAll('\0', '')));
  if (found !== undefined) return `${name} ${found[1]}.`;
  if (isBinary(head)) {
    return `${name} is binary or encrypted, where text is expected: ${EXPECTED}.`;
  }
  return `${name} is no basis set that can be read: ${EXPECTED}.`;
}

/** The sentence for a single .RAW file, which may be a scan or one signal of a set. */
export function singleRaw(name: string): string {
  return `${name} is one LCModel .RAW file, not a basis set: give the folder with one .RAW file a metabolite, or the .BASIS file made of them.`;
}
