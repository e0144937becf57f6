// Siemens raw data: the header buffers of each measurement, and the patient's name in the table of VD, VE and XA files.
import { bytesSource } from '../../domain/fileContent.ts';
import { readTwixTable } from '../siemens/twixLayout.ts';
import { latin1Text } from '../../math/fortranText.ts';
import type { Pseudonymisation } from './pseudonymisation.ts';
import type { RemovedList } from './removedItem.ts';
import type { Secrets } from './secrets.ts';
import { blankTextHeader, collectTextSecrets, GRAMMARS } from './textHeaders.ts';

/** Table entries of VD and later: 152 bytes from byte 8, of which 24 to 87 hold the patient's name (mapVBVD). */
const ENTRY_BYTES = 152;
const NAME_AT = 24;
const NAME_BYTES = 64;
const TABLE_AT = 8;

interface Regions {
  readonly headers: readonly Uint8Array[];
  readonly names: readonly Uint8Array[];
}

/** @throws ReaderError where the file is no sound twix file */
function regionsOf(bytes: Uint8Array, fileName: string): Regions {
  const table = readTwixTable(bytesSource(fileName, bytes));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headers = table.entries.map(({ start }) => {
    const length = start + 4 <= bytes.length ? view.getUint32(start, true) : 0;
    return bytes.subarray(start, Math.min(start + length, bytes.length));
  });
  const names =
    table.version === 'vb'
      ? []
      : table.entries.map((_, i) => {
          const at = TABLE_AT + i * ENTRY_BYTES + NAME_AT;
          return bytes.subarray(at, at + NAME_BYTES);
        });
  return { headers, names };
}

export function collectTwixSecrets(bytes: Uint8Array, fileName: string, secrets: Secrets): void {
  const { headers, names } = regionsOf(bytes, fileName);
  for (const name of names) secrets.addName(latin1Text(name).split('\0')[0] as string);
  for (const header of headers) collectTextSecrets(header, GRAMMARS.twix, secrets);
}

/** Blanks the headers in place. */
export function blankTwix(
  bytes: Uint8Array,
  fileName: string,
  secrets: Secrets,
  by: Pseudonymisation,
  removed: RemovedList,
): void {
  const { headers, names } = regionsOf(bytes, fileName);
  for (const name of names) name.fill(0);
  if (names.length > 0) removed.add('name in the table of measurements', 'emptied');
  for (const header of headers) blankTextHeader(header, GRAMMARS.twix, secrets, by, removed);
}
