// Gzip by Node's own zlib, six times as fast as core's: what comes out as it must is handed on unpacked; anything doubtful
// stays as it is, for core to check and to say in words.
import { gunzipSync } from 'node:zlib';
import { isGzip } from '../../core/formats/gzip.ts';
import type { GivenFile } from '../../core/formats/inputFile.ts';

/** Larger contents are unpacked by core, which looks at how they grow. [bytes] */
const MOST_BYTES = 1e8;
/** Of a gzip file: header and trailer. [bytes] */
const LEAST_BYTES = 18;

/** @returns the file with its content unpacked where it is a sound, not too large gzip file in memory; else the file itself */
export function unpackedFile(file: GivenFile): GivenFile {
  const { bytes } = file;
  if (bytes === undefined || bytes.length < LEAST_BYTES || !isGzip(bytes)) return file;
  const claimed = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0, true);
  if (claimed > MOST_BYTES) return file;
  try {
    const content = gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
    // The trailer's size tells of bytes behind the stream, which zlib passes over.
    if (content.length !== claimed) return file;
    return { ...file, bytes: new Uint8Array(content.buffer, content.byteOffset, content.byteLength) };
  } catch {
    return file;
  }
}
