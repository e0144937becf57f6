// UIDs of what this program writes as DICOM: "2.25." and the decimal form of a UUID (PS3.5, B.2).
import { createHash, randomUUID } from 'node:crypto';

const uidOfHex = (hex: string): string => `2.25.${BigInt(`0x${hex}`).toString()}`;

/** @returns another UID at every call */
export const newDicomUid = (): string => uidOfHex(randomUUID().replaceAll('-', ''));

/**
 * The same UID for the same words, so that the same object made twice is one object: 128 bits of their SHA-256.
 * @param words what the UID stands for, none of them containing a line end
 */
export function derivedDicomUid(...words: readonly string[]): string {
  return uidOfHex(
    createHash('sha256')
      .update(`lineshape-${words.join('\n')}`)
      .digest('hex')
      .slice(0, 32),
  );
}
