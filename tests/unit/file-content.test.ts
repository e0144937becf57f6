// Large files: read by pieces from disk, never whole unless asked for, and said in words when they are gone or changed.
import { appendFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ByteSource } from '../../src/core/domain/fileContent.ts';
import {
  bytesOf,
  bytesSource,
  contentOf,
  headOf,
  identityOf,
  LARGE_FILE_BYTES,
  piecesOf,
  sizeOf,
} from '../../src/core/domain/fileContent.ts';
import { inMemory } from '../../src/core/formats/inputFile.ts';
import { FileSource } from '../../src/node/files/fileSource.ts';
import { sha256Hex, sha256OfContent } from '../../src/node/files/hashing.ts';
import { readInputFiles, readWhole } from '../../src/node/files/readInputFiles.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const folder = makeTempFolder();
const path = join(folder, 'scan.dat');
/** Two blocks of a FileSource and a part of a third. */
const SIZE = 2 * 2 ** 20 + 12345;
const bytes = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >> 8)) & 0xff);

writeFileSync(path, bytes);
afterAll(() => rmSync(folder, { recursive: true }));

const open = (at = path): FileSource => new FileSource(at, statSync(at));
/** A source that gives at most so many bytes at once, in memory that it uses again. */
function stingy(most: number): ByteSource {
  const buffer = new Uint8Array(most);
  return {
    name: 'stingy',
    size: SIZE,
    read: (offset, length) => {
      const piece = bytes.subarray(offset, offset + Math.min(length, most));
      buffer.set(piece);
      return buffer.subarray(0, piece.length);
    },
  };
}

describe('content', () => {
  it.each([
    ['in memory', { bytes }],
    ['on disk', { source: open() }],
    ['in a source that reuses its memory', { source: stingy(1000) }],
  ])('%s is the same whole, by pieces and by its hash', (_, content) => {
    expect(sizeOf(content)).toBe(SIZE);
    expect(Buffer.compare(bytesOf(content), bytes)).toBe(0);
    expect(sha256OfContent(content)).toBe(sha256Hex(bytes));
    const pieces = [...piecesOf(content, 700_000)].map((piece) => piece.length);
    expect(pieces.reduce((a, b) => a + b, 0)).toBe(SIZE);
    expect(Buffer.compare(headOf(content, 100).subarray(0, 100), bytes.subarray(0, 100))).toBe(0);
  });

  it('keeps its identity in copies of its description', () => {
    for (const content of [{ bytes }, { source: bytesSource('a', bytes) }]) {
      const copy = { name: 'a', ...content };
      expect(identityOf(contentOf({ ...copy }))).toBe(identityOf(content));
    }
  });

  it('beyond 2 GB is refused whole, in words', () => {
    const source: ByteSource = { name: 'huge.nii', size: 2 ** 31, read: () => new Uint8Array(0) };
    expect(() => inMemory({ name: 'huge.nii', source })).toThrow(/^huge\.nii is larger than 2 GB.*\.$/);
  });
});

describe('a file on disk', () => {
  it.each([
    [0, 0],
    [0, 10],
    [2 ** 20 - 5, 10],
    [2 ** 20, 2 ** 20],
    [100, 2 * 2 ** 20],
    [SIZE - 7, 100],
    [SIZE, 5],
    [-3, 8],
  ])('gives bytes from %i on, %i of them', (offset, length) => {
    const expected = bytes.subarray(Math.max(0, offset), Math.max(0, offset + length));
    expect(Buffer.compare(open().read(offset, length), expected)).toBe(0);
  });

  it('that has changed, shrunk or gone is not read any further, and said so in a sentence', () => {
    const other = join(folder, 'other.dat');
    writeFileSync(other, bytes);
    const source = open(other);
    source.read(0, 10);
    appendFileSync(other, 'more');
    expect(() => source.read(2 ** 20, 10)).toThrow(/^other\.dat was changed after it was opened.*\.$/);
    truncateSync(other, 100);
    expect(() => source.read(2 ** 20, 10)).toThrow(/^other\.dat was changed/);
    rmSync(other);
    expect(() => source.read(2 ** 20, 10)).toThrow('other.dat does not exist.');
  });
});

describe('input files', () => {
  it('of 32 MiB and more are handed on unread, smaller ones with their bytes', async () => {
    const [small, large] = ['small.dat', 'zlarge.dat'].map((name) => join(folder, name)) as [string, string];
    for (const [file, size] of [
      [small, LARGE_FILE_BYTES - 1],
      [large, LARGE_FILE_BYTES],
    ] as const) {
      writeFileSync(file, '');
      truncateSync(file, size);
    }
    const files = await readInputFiles([small, large]);
    expect(files.map(({ name, source }) => [name, source instanceof FileSource])).toEqual([
      ['small.dat', false],
      ['zlarge.dat', true],
    ]);
    expect(files.map(readWhole).map((file) => file.bytes.length)).toEqual([LARGE_FILE_BYTES - 1, LARGE_FILE_BYTES]);
    rmSync(small);
    rmSync(large);
  });
});
