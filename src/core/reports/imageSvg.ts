// A greyscale slice with the voxel's outline as inline SVG; the pixels travel as an 8-bit BMP in a data URI.
import { escapeMarkup } from './escape.ts';
import type { ReportImage } from './reportModel.ts';

const FILE_HEADER_BYTES = 14;
const INFO_HEADER_BYTES = 40;
const PALETTE_BYTES = 4 * 256;

/** An uncompressed 8-bit BMP with a grey palette: the one image format that needs no compressor. */
function greyBmp(image: Pick<ReportImage, 'pixels' | 'width' | 'height'>): Uint8Array {
  const stride = Math.ceil(image.width / 4) * 4;
  const offset = FILE_HEADER_BYTES + INFO_HEADER_BYTES + PALETTE_BYTES;
  const bytes = new Uint8Array(offset + stride * image.height);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, offset, true);
  view.setUint32(14, INFO_HEADER_BYTES, true);
  view.setInt32(18, image.width, true);
  // Negative height: rows from the top.
  view.setInt32(22, -image.height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 8, true);
  view.setUint32(46, 256, true);
  for (let i = 0; i < 256; i++) bytes.fill(i, 54 + 4 * i, 57 + 4 * i);
  for (let r = 0; r < image.height; r++) {
    bytes.set(image.pixels.subarray(r * image.width, (r + 1) * image.width), offset + r * stride);
  }
  return bytes;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 (RFC 4648) without Buffer or btoa, which core doesn't have. */
export function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i] as number, bytes[i + 1], bytes[i + 2]];
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    parts.push(
      ALPHABET.charAt(word >> 18) +
        ALPHABET.charAt((word >> 12) & 63) +
        (b === undefined ? '=' : ALPHABET.charAt((word >> 6) & 63)) +
        (c === undefined ? '=' : ALPHABET.charAt(word & 63)),
    );
  }
  return parts.join('');
}

/**
 * Draws a slice with the voxel on it.
 * @param image pixels, outline and orientation letters
 * @param heightPx height on the page in CSS pixels
 * @param label for those who hear the page
 */
export function imageSvg(image: ReportImage, heightPx: number, label: string): string {
  const height = image.height * image.pixelAspect;
  const scale = height / heightPx;
  const points = image.outline.map(([px, py]) => `${px.toFixed(2)},${(py * image.pixelAspect).toFixed(2)}`).join(' ');
  const text = (letter: string, tx: number, ty: number): string =>
    `<text x="${tx.toFixed(1)}" y="${ty.toFixed(1)}" text-anchor="middle" font-size="${(11 * scale).toFixed(2)}" fill="#FFFFFF">${escapeMarkup(letter)}</text>`;
  const [left, right, top, bottom] = image.letters;
  const pad = 8 * scale;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${image.width} ${height.toFixed(2)}" width="${(image.width / scale).toFixed(0)}" height="${heightPx}" role="img" aria-label="${escapeMarkup(label)}" font-family="Arial, sans-serif">`,
    `<rect width="${image.width}" height="${height.toFixed(2)}" fill="#000000"/>`,
    `<image href="data:image/bmp;base64,${base64(greyBmp(image))}" width="${image.width}" height="${height.toFixed(2)}" preserveAspectRatio="none"/>`,
    // A dark halo under a white line: the outline is seen on bright and dark tissue, and on a fax.
    `<polygon points="${points}" fill="none" stroke="#000000" stroke-width="${(3.5 * scale).toFixed(2)}"/>`,
    `<polygon points="${points}" fill="none" stroke="#FFFFFF" stroke-width="${(1.5 * scale).toFixed(2)}"/>`,
    text(left, pad, height / 2),
    text(right, image.width - pad, height / 2),
    text(top, image.width / 2, 12 * scale),
    text(bottom, image.width / 2, height - 5 * scale),
    '</svg>',
  ].join('');
}
