// The pixels of a PNG as Electron and Chromium write it: 8 bits, RGB or RGBA, not interlaced (ISO/IEC 15948).
import { inflateSync } from 'node:zlib';
import { ProcessingError } from '../../core/domain/errors.ts';
import type { RgbImage } from '../../core/formats/write/dicomReport.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Colour types of the header: channels a pixel. */
const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 6: 4 };
const LARGEST_EDGE = 20_000;

const refuse = (reason: string): ProcessingError =>
  new ProcessingError('PROCESSING_FAILED', `The picture of the page can't be read: ${reason}.`);

interface Header {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

function headerOf(view: DataView): Header {
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const channels = CHANNELS[view.getUint8(9)];
  const isPlain = view.getUint8(8) === 8 && view.getUint8(12) === 0 && channels !== undefined;
  if (!isPlain) throw refuse('it is not an 8-bit RGB image without interlacing');
  if (width < 1 || height < 1 || Math.max(width, height) > LARGEST_EDGE)
    throw refuse(`its size is ${width} × ${height}`);
  return { width, height, channels };
}

/** The value that a filter adds: of the left, the upper and the upper left neighbour (section 9). */
function predicted(filter: number, left: number, up: number, upLeft: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const estimate = left + up - upLeft;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - upLeft)];
  return a <= b && a <= c ? left : b <= c ? up : upLeft;
}

function unfilter(data: Uint8Array, { width, height, channels }: Header): Uint8Array {
  const stride = width * channels;
  if (data.length !== height * (stride + 1)) throw refuse('its pixels are not complete');
  const out = new Uint8Array(height * stride);
  for (let row = 0; row < height; row++) {
    const filter = data[row * (stride + 1)] as number;
    if (filter > 4) throw refuse('a filter in it is unknown');
    for (let i = 0; i < stride; i++) {
      const at = row * stride + i;
      const left = i >= channels ? (out[at - channels] as number) : 0;
      const up = row > 0 ? (out[at - stride] as number) : 0;
      const upLeft = i >= channels && row > 0 ? (out[at - stride - channels] as number) : 0;
      out[at] = (data[row * (stride + 1) + 1 + i] as number) + predicted(filter, left, up, upLeft);
    }
  }
  return out;
}

/** On white paper. */
function withoutAlpha(pixels: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return pixels;
  const rgb = new Uint8Array((pixels.length / 4) * 3);
  for (let from = 0, to = 0; from < pixels.length; from += 4, to += 3) {
    const alpha = (pixels[from + 3] as number) / 255;
    for (let c = 0; c < 3; c++) rgb[to + c] = Math.round(255 - alpha * (255 - (pixels[from + c] as number)));
  }
  return rgb;
}

/** @throws ProcessingError where the bytes are another kind of PNG, or none */
export function pngPixels(png: Uint8Array): RgbImage {
  if (SIGNATURE.some((byte, i) => png[i] !== byte)) throw refuse('it is no PNG');
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let header: Header | null = null;
  const parts: Uint8Array[] = [];
  for (let at = 8; at + 12 <= png.length;) {
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...png.subarray(at + 4, at + 8));
    const content = png.subarray(at + 8, at + 8 + length);
    if (content.length < length) throw refuse('it is cut short');
    if (kind === 'IHDR') header = headerOf(new DataView(content.buffer, content.byteOffset, length));
    if (kind === 'IDAT') parts.push(content);
    if (kind === 'IEND') break;
    at += 12 + length;
  }
  if (header === null || parts.length === 0) throw refuse('it holds no pixels');
  const pixels = unfilter(inflated(parts), header);
  return { width: header.width, height: header.height, pixels: withoutAlpha(pixels, header.channels) };
}

function inflated(parts: readonly Uint8Array[]): Uint8Array {
  try {
    return new Uint8Array(inflateSync(Buffer.concat(parts)));
  } catch {
    throw refuse('its pixels are damaged');
  }
}
