// Gzip files unpacked before they are read: the same scan as by core alone, and everything doubtful left to core.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { readMrs } from '../../src/core/formats/index.ts';
import { unpackedFile } from '../../src/node/files/unpackedFile.ts';

const name = 'svs_water.nii.gz';
const packed = new Uint8Array(readFileSync(join(import.meta.dirname, '../../resources/demo', name)));

it('gives the same scan as core’s own unpacking', () => {
  const file = unpackedFile({ name, bytes: packed });
  expect(file.bytes?.length).toBeGreaterThan(packed.length);
  expect(readMrs([file])).toEqual(readMrs([{ name, bytes: packed }]));
});

it('leaves what is cut, damaged, followed by more, too short or no gzip for core to judge', () => {
  const damaged = packed.slice();
  damaged[packed.length >> 1] = (damaged[packed.length >> 1] ?? 0) ^ 0xff;
  const followed = new Uint8Array([...packed, 1, 2, 3, 4]);
  const wrongSize = packed.slice();
  wrongSize[wrongSize.length - 4] = (wrongSize[wrongSize.length - 4] ?? 0) ^ 1;
  const others = [packed.slice(0, 5000), damaged, followed, wrongSize, packed.slice(0, 10), new Uint8Array([1, 2, 3])];
  for (const bytes of others) expect(unpackedFile({ name, bytes }).bytes).toBe(bytes);
});

it('reads a file of two members whole, or leaves it', () => {
  const two = new Uint8Array([...gzipSync(new Uint8Array(10)), ...gzipSync(new Uint8Array(20))]);
  expect(unpackedFile({ name, bytes: two }).bytes).toBe(two);
});
