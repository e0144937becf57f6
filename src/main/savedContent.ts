// What the page hands over to be saved as a file, checked: text as it is, an image only where it is one.
import { UsageError } from '../core/domain/errors.ts';
import type { ChannelRequest } from '../ipc/contract.ts';

const PNG_START = [0x89, 0x50, 0x4e, 0x47];

/** @param content text, or a PNG in base64 @throws UsageError where an image is none */
export function savedContent({
  format,
  content,
}: Pick<ChannelRequest<'comparison:save'>, 'format' | 'content'>): string | Uint8Array {
  if (format !== 'png') return content;
  const bytes = new Uint8Array(Buffer.from(content, 'base64'));
  if (PNG_START.some((byte, i) => bytes[i] !== byte)) throw new UsageError('The figure could not be made into a PNG.');
  return bytes;
}
