// What the report's side says and offers: formats, papers, times, texts that a conclusion can begin with.
import type { ShiftChoice } from '../../../core/geometry/index.ts';
import type { ChannelRequest, ReportFormat, ReportPaper, SignedVersionView } from '../../../ipc/contract.ts';

export interface FormatChoice {
  readonly format: ReportFormat;
  readonly text: string;
}

/** Names that are the same in every language. */
export const FORMATS: readonly FormatChoice[] = [
  { format: 'pdf', text: 'PDF' },
  { format: 'html', text: 'HTML' },
  { format: 'csv', text: 'CSV' },
  { format: 'json', text: 'JSON' },
  { format: 'dicom-pdf', text: 'DICOM PDF' },
  { format: 'dicom-sc', text: 'DICOM SC' },
];
/** Where there is room for a few only. */
export const USUAL_FORMATS: readonly FormatChoice[] = FORMATS.slice(0, 3);

/** @param value as remembered; anything unknown is A4 */
export const parsePaper = (value: string | null): ReportPaper => (value === 'letter' ? 'letter' : 'a4');

/** "2026-01-03T09:30:12.000Z" → "2026-01-03 09:30 UTC" */
export function timeText(iso: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(iso);
  return match === null ? iso : `${match[1]} ${match[2]}${iso.endsWith('Z') ? ' UTC' : ''}`;
}

/** "Dr. A. Reader, radiologist" */
export const signerText = ({ signer }: Pick<SignedVersionView, 'signer'>): string =>
  [signer.name, signer.role].filter((part) => part.trim() !== '').join(', ');

/**
 * A text put where the cursor is: on a line of its own, unless the conclusion is empty there.
 * @returns the new conclusion and where the cursor then stands
 */
export function insertText(
  conclusion: string,
  at: number,
  text: string,
): { readonly conclusion: string; readonly cursor: number } {
  const before = conclusion.slice(0, at);
  const after = conclusion.slice(at);
  const start = before === '' || before.endsWith('\n') ? before : `${before}\n`;
  const end = after === '' || after.startsWith('\n') ? after : `\n${after}`;
  return { conclusion: `${start}${text}${end}`, cursor: start.length + text.length };
}

type Drawn = NonNullable<ChannelRequest<'report:preview'>['drawn']>;

/**
 * What the report takes over from the images.
 * @param shift the displaced box, with whether it is shown
 * @param regions of the grid; those without a voxel are nothing to draw
 */
export function drawnOnImages(
  { shown, ppm, carrierPpm, axes }: ShiftChoice & { readonly shown: boolean },
  regions: readonly { readonly name: string; readonly voxels: readonly number[] }[],
): Drawn {
  const filled = regions.filter(({ voxels }) => voxels.length > 0);
  return {
    ...(shown ? { shift: { ppm, carrierPpm, axes } } : {}),
    ...(filled.length === 0 ? {} : { regions: filled.map(({ name, voxels }) => ({ name, voxels: [...voxels] })) }),
  };
}

/** As the contract has it. [characters] */
export const CONCLUSION_LIMIT = 8000;

/** Names of the texts that come with the program; title and text are in the locales. */
export const SHIPPED_TEXTS = ['unremarkable', 'limited', 'followUp', 'notReadable'] as const;
