// multipart/related bodies as DICOMweb uses them (PS3.18, 8.6.1.2; RFC 2387, RFC 2046).
import { randomUUID } from 'node:crypto';

const LINE_END = Buffer.from('\r\n');
const HEADERS_END = Buffer.from('\r\n\r\n');

/** @returns the boundary that a content type names; null: it is no multipart */
export function boundaryOf(contentType: string): string | null {
  if (!/^multipart\/related\b/i.test(contentType)) return null;
  const found = /;\s*boundary=(?:"([^"]{1,200})"|([^;\s]{1,200}))/i.exec(contentType);
  return found?.[1] ?? found?.[2] ?? null;
}

/** @returns the parts' contents as views of the body; a part without end is left out */
export function partsOf(body: Buffer, boundary: string): Buffer[] {
  const mark = Buffer.from(`--${boundary}`);
  const parts: Buffer[] = [];
  let at = body.indexOf(mark);
  while (at >= 0) {
    const headers = body.indexOf(HEADERS_END, at);
    const end = headers < 0 ? -1 : body.indexOf(Buffer.concat([LINE_END, mark]), headers);
    if (end < 0) break;
    // A part without headers has its blank line at once.
    parts.push(body.subarray(headers + HEADERS_END.length, Math.max(end, headers + HEADERS_END.length)));
    at = end + LINE_END.length;
  }
  return parts;
}

/** A body of DICOM files in pieces, none of which is copied. */
export function dicomParts(files: readonly Uint8Array[]): {
  readonly contentType: string;
  readonly body: readonly Uint8Array[];
} {
  const boundary = `lineshape-${randomUUID()}`;
  const body = files.flatMap((file, i) => [
    Buffer.from(`${i === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`),
    file,
  ]);
  return {
    contentType: `multipart/related; type="application/dicom"; boundary=${boundary}`,
    body: [...body, Buffer.from(`\r\n--${boundary}--\r\n`)],
  };
}
