// A scanner's own file, or the zip of several, with its headers cleaned in place, under names that say nothing of the patient.
import type { Removal } from '../domain/deidentification.ts';
import type { GivenFile, InputFile } from '../formats/inputFile.ts';
import { inMemory, pathOf } from '../formats/inputFile.ts';
import { deidentifyBytes, formatsOf } from '../formats/deidentify/deidentifyBytes.ts';
import type { Pseudonymisation } from '../formats/deidentify/pseudonymisation.ts';
import type { Secrets } from '../formats/deidentify/secrets.ts';
import type { FormatId } from '../formats/formatTable.ts';
import { listFormats } from '../formats/formatTable.ts';
import { isZip, packZip, readZip } from '../formats/zipArchive.ts';

export interface CleanOriginal {
  /** The stored file first, then its header files. */
  readonly files: readonly [InputFile, ...InputFile[]];
  readonly removals: readonly Removal[];
  readonly notes: readonly string[];
}

/**
 * Formats whose headers are known well enough to be cleaned; the free texts of exchange formats (LCModel, jMRUI, plain text)
 * are anybody's.
 */
const KEPT: ReadonlySet<string> = new Set<FormatId>([
  'siemens-twix',
  'siemens-rda',
  'dicom',
  'dicom-image',
  'ge-pfile',
  'philips-sdat',
  'philips-data',
  'philips-list',
  'bruker',
  'varian',
]);
export const isKeptFormat = (format: string): boolean => KEPT.has(format);

/** Names that Bruker's and Varian's scanners give to every file of a kind. */
const SCANNERS_NAMES =
  /^(fid|ser|2dseq|fid_proc\.64|fid\.refscan|rawdata\.job\d+|acqp|acqus|method|visu_pars|reco|procpar)$/i;
const SCANNERS_FOLDERS = /^(pdata|\d{1,3})$/;

/** The files of a stored dataset: of a zip its members. */
export function membersOf({ name, bytes }: InputFile): readonly InputFile[] {
  return isZip(bytes) ? readZip(bytes, name) : [{ name, bytes }];
}

const extensionOf = (format: FormatId): string => listFormats().find((f) => f.id === format)?.extensions[0] ?? '';

/** Names by format alone: "metabolite-1.rda", or in an archive "0001.dcm" and the names that every scanner gives. */
function newPaths(files: readonly InputFile[], stem: string, isArchive: boolean): string[] {
  const formats = formatsOf(files);
  return files.map((file, i) => {
    const format = formats[i] as FormatId;
    if (!isArchive) return `${stem}${extensionOf(format)}`;
    const folders = pathOf(file)
      .split('/')
      .slice(0, -1)
      .filter((part) => SCANNERS_FOLDERS.test(part));
    // Varian's data have no mark but the procpar beside them.
    const isVarianData = format === 'unknown' && formats.includes('varian-procpar');
    const name = isVarianData
      ? 'fid'
      : SCANNERS_NAMES.test(file.name)
        ? file.name
        : format === 'dicom'
          ? `${String(i + 1).padStart(4, '0')}.dcm`
          : `${stem}${extensionOf(format)}`;
    return [...folders, name].join('/');
  });
}

function merged(items: readonly Removal[]): Removal[] {
  const seen = new Map(items.map(({ place, action }) => [`${action}: ${place}`, { place, action }]));
  return [...seen].sort(([a], [b]) => a.localeCompare(b)).map(([, removal]) => removal);
}

/**
 * Cleans a dataset's files where every one of them can be; whether the result still reads the same is for the caller to prove.
 * @param main as it is stored: a file, or a zip of several
 * @param companions its header files
 * @param stem of the new names
 * @param secrets what all files of the study name
 * @returns null where one of the files can't be cleaned, or still holds a name or UID anywhere
 */
export function cleanOriginal(
  main: GivenFile,
  companions: readonly GivenFile[],
  stem: string,
  by: Pseudonymisation,
  secrets: Secrets,
): CleanOriginal | null {
  const stored = inMemory(main);
  const isArchive = isZip(stored.bytes);
  const members = membersOf(stored);
  const headers = companions.map(inMemory);
  const paths = [...newPaths(members, stem, isArchive), ...newPaths(headers, stem, false)];
  if (new Set(paths).size < paths.length) return null;
  const named = [...members, ...headers].map(({ bytes }, i) => {
    const path = paths[i] as string;
    return { name: path.replace(/^.*\//, ''), path, bytes };
  });
  const { files, removed, warnings } = deidentifyBytes(named, by, secrets);
  if (files.length < named.length || files.some(({ bytes }) => secrets.standsIn(bytes))) return null;
  const clean = files.map(({ bytes }, i) => ({ ...(named[i] as (typeof named)[number]), bytes }));
  const data = clean.slice(0, members.length);
  const [first] = data;
  if (first === undefined) return null;
  const file = isArchive ? { name: `${stem}.zip`, bytes: packZip(data) } : { name: first.name, bytes: first.bytes };
  const others = clean.slice(members.length).map(({ name, bytes }) => ({ name, bytes }));
  return { files: [file, ...others], removals: merged(removed), notes: warnings.map(({ message }) => message) };
}
