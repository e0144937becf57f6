// A greyscale slice with the voxel's outline as inline SVG; the pixels travel as an 8-bit BMP in a data URI.
import { escapeMarkup } from './escape.ts';
import type { Pixel, ReportImage } from './reportModel.ts';

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

/** Lines that are seen on bright and dark tissue, and on a fax: white over a dark halo. */
export const OUTLINE_STYLES = {
  voxel: { width: 1.5, halo: 3.5, dashes: null },
  displaced: { width: 1.2, halo: 2.6, dashes: [5, 3] },
  region: { width: 0.9, halo: 2.2, dashes: null },
} as const;
export type OutlineStyle = keyof typeof OUTLINE_STYLES;

/** A path twice: its halo, then itself. @param scale of a CSS pixel in the drawing's units */
export function haloedPath(d: string, style: OutlineStyle, scale: number): string {
  const { width, halo, dashes } = OUTLINE_STYLES[style];
  const dash = dashes === null ? '' : ` stroke-dasharray="${dashes.map((v) => (v * scale).toFixed(2)).join(' ')}"`;
  const path = (colour: string, wide: number): string =>
    `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${(wide * scale).toFixed(2)}"${dash}/>`;
  return `${path('#000000', halo)}${path('#FFFFFF', width)}`;
}

/** Draws what lies on a slice, in the slice's pixels. */
class SliceLines {
  readonly #aspect: number;
  readonly #scale: number;

  constructor({ pixelAspect }: ReportImage, scale: number) {
    this.#aspect = pixelAspect;
    this.#scale = scale;
  }

  #place([x, y]: Pixel): string {
    return `${x.toFixed(2)} ${(y * this.#aspect).toFixed(2)}`;
  }

  polygon(corners: readonly Pixel[], style: OutlineStyle): string {
    if (corners.length === 0) return '';
    return haloedPath(`M${corners.map((corner) => this.#place(corner)).join('L')}Z`, style, this.#scale);
  }

  /** A region's edge, with its number in the middle. */
  region(segments: readonly (readonly [Pixel, Pixel])[], number: number): string {
    if (segments.length === 0) return '';
    const d = segments.map(([from, to]) => `M${this.#place(from)}L${this.#place(to)}`).join('');
    const points = segments.flat();
    const middle = (axis: 0 | 1): number => points.reduce((sum, p) => sum + p[axis], 0) / points.length;
    const size = (9 * this.#scale).toFixed(2);
    const halo = (2 * this.#scale).toFixed(2);
    return `${haloedPath(d, 'region', this.#scale)}<text x="${middle(0).toFixed(1)}" y="${(middle(1) * this.#aspect + 3 * this.#scale).toFixed(1)}" text-anchor="middle" font-size="${size}" fill="#FFFFFF" stroke="#000000" stroke-width="${halo}" paint-order="stroke">${number}</text>`;
  }
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
  const lines = new SliceLines(image, scale);
  const text = (letter: string, tx: number, ty: number): string =>
    `<text x="${tx.toFixed(1)}" y="${ty.toFixed(1)}" text-anchor="middle" font-size="${(11 * scale).toFixed(2)}" fill="#FFFFFF">${escapeMarkup(letter)}</text>`;
  const [left, right, top, bottom] = image.letters;
  const pad = 8 * scale;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${image.width} ${height.toFixed(2)}" width="${(image.width / scale).toFixed(0)}" height="${heightPx}" role="img" aria-label="${escapeMarkup(label)}" font-family="Arial, sans-serif">`,
    `<rect width="${image.width}" height="${height.toFixed(2)}" fill="#000000"/>`,
    `<image href="data:image/bmp;base64,${base64(greyBmp(image))}" width="${image.width}" height="${height.toFixed(2)}" preserveAspectRatio="none"/>`,
    ...(image.regions ?? []).map((segments, i) => lines.region(segments, i + 1)),
    lines.polygon(image.displaced ?? [], 'displaced'),
    lines.polygon(image.outline, 'voxel'),
    text(left, pad, height / 2),
    text(right, image.width - pad, height / 2),
    text(top, image.width / 2, 12 * scale),
    text(bottom, image.width / 2, height - 5 * scale),
    '</svg>',
  ].join('');
}
