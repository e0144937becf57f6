// The transfer syntaxes that this node speaks: those without compression (PS3.5, annex A), best first.
import type { DicomEncoding } from '../../../core/formats/write/dicomEncoder.ts';

export const EXPLICIT_LITTLE_ENDIAN_UID = '1.2.840.10008.1.2.1';
export const IMPLICIT_LITTLE_ENDIAN_UID = '1.2.840.10008.1.2';
export const EXPLICIT_BIG_ENDIAN_UID = '1.2.840.10008.1.2.2';

/** Of instances: each is stored as it came. Big endian is retired, but old archives keep it, and the reader reads it. */
export const INSTANCE_SYNTAXES: readonly string[] = [
  EXPLICIT_LITTLE_ENDIAN_UID,
  IMPLICIT_LITTLE_ENDIAN_UID,
  EXPLICIT_BIG_ENDIAN_UID,
];

/** Of queries and their answers. */
export const QUERY_SYNTAXES: readonly string[] = [EXPLICIT_LITTLE_ENDIAN_UID, IMPLICIT_LITTLE_ENDIAN_UID];

/** How a data set of this syntax is encoded. */
export function encodingOf(transferSyntaxUid: string): DicomEncoding {
  return {
    explicit: transferSyntaxUid !== IMPLICIT_LITTLE_ENDIAN_UID,
    littleEndian: transferSyntaxUid !== EXPLICIT_BIG_ENDIAN_UID,
  };
}
