// GE P-files: of the exam, series and image parts of the header only the fields that a reader needs stay (sequence, place,
// times); everything else there, names and packed UIDs among it, is set to zero in place.
import type { PartStart, PfileLayout, TextField } from '../ge/pfileLayout.ts';
import { PFILE_LAYOUTS } from '../ge/pfileLayout.ts';
import { pfileRevision } from '../ge/pfileHeader.ts';
import { latin1Text } from '../../math/fortranText.ts';
import type { Pseudonymisation } from './pseudonymisation.ts';
import type { RemovedList } from './removedItem.ts';
import type { Secrets } from './secrets.ts';

interface Parts {
  readonly layout: PfileLayout;
  readonly exam: number;
  readonly series: number;
  readonly image: number;
  readonly data: number;
}

/** Parts of the header in their places; null for a revision that isn't known or starts that aren't in order. */
function partsOf(bytes: Uint8Array): Parts | null {
  const found = pfileRevision(bytes);
  const layout = found === null ? undefined : PFILE_LAYOUTS.find((l) => l.fits(found.revision));
  if (found === null || layout === undefined) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = (start: PartStart): number =>
    typeof start === 'number' ? start : view.getInt32(start.pointerAt, found.littleEndian);
  const parts = {
    layout,
    exam: at(layout.exam.start),
    series: at(layout.series.start),
    image: at(layout.image.start),
    data: at(layout.dataStart),
  };
  const inside = [parts.exam, parts.series, parts.image].every((start) => start >= 0 && start < parts.data);
  return inside && parts.data <= bytes.length ? parts : null;
}

const field = (bytes: Uint8Array, start: number, [at, length]: TextField): string =>
  latin1Text(bytes.subarray(start + at, start + at + length)).split('\0')[0] as string;

/** Adds names and numbers of the exam part to the secrets of the study. */
export function collectPfileSecrets(bytes: Uint8Array, secrets: Secrets): void {
  const parts = partsOf(bytes);
  if (parts === null) return;
  const { exam } = parts.layout;
  secrets.addName(field(bytes, parts.exam, exam.patientName));
  secrets.addDate(field(bytes, parts.exam, exam.birthDate));
  for (const text of [exam.patientId, exam.hospital, exam.serialNumber]) secrets.add(field(bytes, parts.exam, text));
}

const WORD = 4;
const words = (...at: readonly number[]): TextField[] => at.map((a) => [a, WORD]);

/** Fields that a reader needs, with their first byte in the file. */
function keptFields({ layout: { exam, series, image }, ...parts }: Parts): TextField[] {
  const from = (start: number, fields: readonly TextField[]): TextField[] =>
    fields.map(([at, length]) => [start + at, length]);
  return [
    ...from(parts.exam, [...words(exam.fieldStrength), [exam.patientSex, 2], exam.software]),
    ...from(parts.series, [series.description, ...words(series.position, series.entry)]),
    ...from(parts.image, [
      ...words(image.fieldOfView, image.sliceSpacing, image.repetitionTime, image.inversionTime, image.echoTime),
      ...words(image.excitations, image.user24),
      [image.topLeft, 3 * WORD],
      [image.topRight, 3 * WORD],
      [image.bottomRight, 3 * WORD],
      [image.echoCount, 2],
      [image.flipAngle, 2],
      [image.frequencyDirection, 2],
      image.sequence,
      image.coil,
      [image.user, 23 * WORD],
    ]),
  ];
}

/** First byte of the exam part's fields; some revisions count them from the start of the file. */
function firstExamByte({ layout: { exam }, ...parts }: Parts): number {
  return parts.exam + Math.min(exam.hospital[0], exam.patientId[0], exam.fieldStrength, exam.systemId[0]);
}

/** Zeroes a region but for the fields kept. */
function wipe(bytes: Uint8Array, start: number, end: number, kept: readonly TextField[]): void {
  const saved = kept.map(([at, length]) => ({ at, value: bytes.slice(at, at + length) }));
  bytes.fill(0, start, end);
  for (const { at, value } of saved) bytes.set(value, at);
}

/**
 * Blanks a P-file's header in place; its scan date is blanked too (its notation has no century).
 * @returns false where the header isn't understood, so that the file must not be passed on
 */
export function blankPfile(bytes: Uint8Array, secrets: Secrets, by: Pseudonymisation, removed: RemovedList): boolean {
  const parts = partsOf(bytes);
  if (parts === null) return false;
  wipe(bytes, firstExamByte(parts), parts.data, keptFields(parts));
  const [dateAt, dateBytes] = parts.layout.raw.scanDate;
  bytes.fill(0x20, dateAt, dateAt + dateBytes - 1);
  secrets.scrubBytes(bytes, 0, parts.data, by.uidFor);
  for (const place of ['exam header', 'series header', 'image header'])
    removed.add(`texts and UIDs of the ${place}`, 'removed');
  removed.add('scan date', 'emptied');
  return true;
}
