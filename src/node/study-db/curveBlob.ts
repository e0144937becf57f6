// A fit's curves as one BLOB: bit-exact float64, bytes grouped by significance, deflated.
// Layout: "LSC1", uint32 LE length of a JSON header {points, components}, the header, then zlib data of the float64
// values (ppm, data, fit, baseline, residual, components), little-endian as on every supported platform.
import { deflateSync, inflateSync } from 'node:zlib';
import { BugError } from '../../core/domain/errors.ts';
import type { FitCurves } from '../../core/domain/quantification.ts';

const MAGIC = new TextEncoder().encode('LSC1');
const FIXED_CURVES = 5;
const BYTES = Float64Array.BYTES_PER_ELEMENT;
/** Level 1: mantissas are near random, so that higher levels take longer and gain below one per cent. */
const DEFLATE_LEVEL = 1;

interface Header {
  readonly points: number;
  readonly components: readonly string[];
}

/** @param curves all of one length */
export function encodeCurves(curves: FitCurves): Uint8Array {
  const { ppm, data, fit, baseline, residual, components } = curves;
  const arrays = [ppm, data, fit, baseline, residual, ...components.map((component) => component.curve)];
  const points = ppm.length;
  if (arrays.some((array) => array.length !== points)) throw new BugError('Curves of one fit differ in length.');
  const values = new Float64Array(points * arrays.length);
  arrays.forEach((array, i) => values.set(array, i * points));
  const head: Header = { points, components: components.map((component) => component.name) };
  const headBytes = new TextEncoder().encode(JSON.stringify(head));
  const packed = deflateSync(groupBytes(new Uint8Array(values.buffer)), { level: DEFLATE_LEVEL });
  const start = MAGIC.length + 4;
  const blob = new Uint8Array(start + headBytes.length + packed.length);
  blob.set(MAGIC, 0);
  new DataView(blob.buffer).setUint32(MAGIC.length, headBytes.length, true);
  blob.set(headBytes, start);
  blob.set(packed, start + headBytes.length);
  return blob;
}

/** Reads what encodeCurves wrote. @throws Error where the bytes are not that */
export function decodeCurves(blob: Uint8Array): FitCurves {
  if (MAGIC.some((byte, i) => blob[i] !== byte)) throw new Error('not a curve blob');
  const start = MAGIC.length + 4;
  const headLength = new DataView(blob.buffer, blob.byteOffset).getUint32(MAGIC.length, true);
  const head = JSON.parse(new TextDecoder().decode(blob.subarray(start, start + headLength))) as Header;
  const bytes = ungroupBytes(inflateSync(blob.subarray(start + headLength)));
  if (bytes.length !== head.points * (FIXED_CURVES + head.components.length) * BYTES) {
    throw new Error('curve blob of an unexpected size');
  }
  const curve = (i: number): Float64Array =>
    new Float64Array(bytes.buffer.slice(i * head.points * BYTES, (i + 1) * head.points * BYTES));
  return {
    ppm: curve(0),
    data: curve(1),
    fit: curve(2),
    baseline: curve(3),
    residual: curve(4),
    components: head.components.map((name, i) => ({ name, curve: curve(FIXED_CURVES + i) })),
  };
}

/** All first bytes, then all second bytes …: signs and exponents repeat, and compress once they stand together. */
function groupBytes(bytes: Uint8Array): Uint8Array {
  const count = bytes.length / BYTES;
  const grouped = new Uint8Array(bytes.length);
  for (let b = 0; b < BYTES; b++) {
    const plane = b * count;
    for (let i = 0; i < count; i++) grouped[plane + i] = bytes[i * BYTES + b] as number;
  }
  return grouped;
}

function ungroupBytes(grouped: Uint8Array): Uint8Array<ArrayBuffer> {
  const count = grouped.length / BYTES;
  const bytes = new Uint8Array(grouped.length);
  for (let b = 0; b < BYTES; b++) {
    const plane = b * count;
    for (let i = 0; i < count; i++) bytes[i * BYTES + b] = grouped[plane + i] as number;
  }
  return bytes;
}
