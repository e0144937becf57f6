// Unpacking of a large zip file with constant memory, entry by entry, each checked against its CRC-32.
// Layout: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end).
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import zlib from 'node:zlib';
import { SetUpError } from './commands.mjs';

const END_SIGNATURE = 0x06054b50;
const END_SIZE = 22;
const MAX_COMMENT = 0xffff;
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_HEADER_SIZE = 30;
const ZIP64_MARK = 0xffffffff;

/**
 * Unpacks the wanted entries of a zip file.
 * @param {string} zipFile path of the archive (no zip64, no encryption)
 * @param {(name: string) => string | null} targetOf an entry's name → the path to write, or null to leave it out
 * @throws {SetUpError} where the archive is damaged or of a kind that this reader does not know
 */
export async function unpackZip(zipFile, targetOf) {
  const file = await open(zipFile, 'r');
  try {
    for (const entry of await readDirectory(file, zipFile)) {
      const target = targetOf(entry.name);
      if (target === null) continue;
      if (entry.name.endsWith('/')) await mkdir(target, { recursive: true });
      else await unpackEntry(file, zipFile, entry, target);
    }
  } finally {
    await file.close();
  }
}

async function readBytes(file, position, length) {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

async function readDirectory(file, zipFile) {
  const { size } = await file.stat();
  const tailLength = Math.min(size, END_SIZE + MAX_COMMENT);
  const tail = await readBytes(file, size - tailLength, tailLength);
  let end = tail.length - END_SIZE;
  while (end >= 0 && tail.readUInt32LE(end) !== END_SIGNATURE) end--;
  if (end < 0) throw new SetUpError(`${zipFile} is not a zip file or is cut short.`);
  const count = tail.readUInt16LE(end + 10);
  const start = tail.readUInt32LE(end + 16);
  if (start === ZIP64_MARK) throw new SetUpError(`${zipFile} is a zip64 archive, which this reader does not know.`);
  const directory = await readBytes(file, start, tail.readUInt32LE(end + 12));
  const entries = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (directory.readUInt32LE(at) !== CENTRAL_SIGNATURE) throw new SetUpError(`${zipFile} is damaged.`);
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedSize: directory.readUInt32LE(at + 20),
      mode: (directory.readUInt32LE(at + 38) >>> 16) & 0o777,
      localOffset: directory.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

async function unpackEntry(file, zipFile, entry, target) {
  const header = await readBytes(file, entry.localOffset, LOCAL_HEADER_SIZE);
  // Name and extra field may have other lengths here than in the central directory.
  const start = entry.localOffset + LOCAL_HEADER_SIZE + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (entry.method !== 0 && entry.method !== 8) {
    throw new SetUpError(`${zipFile}: ${entry.name} has the unknown compression method ${entry.method}.`);
  }
  await mkdir(path.dirname(target), { recursive: true });
  let crc = 0;
  const checksum = async function* (source) {
    for await (const chunk of source) {
      crc = zlib.crc32(chunk, crc);
      yield chunk;
    }
  };
  const packed =
    entry.packedSize === 0
      ? Readable.from([])
      : createReadStream(zipFile, { start, end: start + entry.packedSize - 1 });
  const stages = entry.method === 8 ? [packed, zlib.createInflateRaw()] : [packed];
  await pipeline(...stages, checksum, createWriteStream(target));
  if (crc !== entry.crc) throw new SetUpError(`${zipFile}: ${entry.name} does not match its checksum.`);
  if (entry.mode) await chmod(target, entry.mode);
}
