// A group of files → what it is in a study: read once, described, checked, and packed as the one file that is stored.
import { fieldStrengthT } from '../domain/axes.ts';
import { ReaderError } from '../domain/errors.ts';
import { bytesOf, contentOf, sizeOf } from '../domain/fileContent.ts';
import type { ImportRole } from '../domain/importPreview.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { UNKNOWN_PATIENT } from '../domain/mrsDataset.ts';
import type { JsonObject } from '../domain/json.ts';
import type { FileGroup } from '../formats/fileGroup.ts';
import { formatTitle } from '../formats/formatTable.ts';
import { describeImageSeries } from '../formats/imageSeries/index.ts';
import type { InputFile } from '../formats/inputFile.ts';
import { folderOf, inMemory } from '../formats/inputFile.ts';
import { isLcmodelControl, parseLcmodelControl } from '../formats/lcmodelControl.ts';
import { describeNiftiImage } from '../formats/niftiImage.ts';
import { checkPlausibility } from '../formats/plausibility.ts';
import type { ReadOptions } from '../formats/readOptions.ts';
import { packZip } from '../formats/zipArchive.ts';
import { latin1Text } from '../math/fortranText.ts';
import type { DatasetDescription } from '../ports/studyStore.ts';
import { describeCompanion, describeDataset, describeImage } from './describeDataset.ts';
import { guessRole } from './guessRole.ts';
import type { ImportDeps, SourceFile } from './importPlan.ts';
import type { Belonging, Recognised } from './recognised.ts';
import { summariseImage, summariseScan } from './summarise.ts';

/** A file in memory gets its own: what lies in an archive's would take the whole archive along to a worker. */
function ownMemory({ name, bytes, source }: SourceFile): SourceFile {
  if (source !== undefined) return { name, source };
  return { name, bytes: bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice() };
}

/** The file that stands for the group in the study database: itself, or a zip of several. */
function storedFile(group: FileGroup): SourceFile {
  const [first, ...more] = group.files;
  if (first === undefined) throw new ReaderError('FILE_EMPTY', `${group.name} holds no file.`);
  if (more.length === 0) return ownMemory(first);
  return { name: `${group.name.replace(/[^\p{L}\p{N}._ -]+/gu, '_')}.zip`, bytes: packZip(group.files.map(inMemory)) };
}

/** A header value of DICOM's that readers keep under a user key: {Value, Description}. */
function userText(header: JsonObject, key: string): string | null {
  const found = header[key];
  const value = typeof found === 'object' && found !== null && !Array.isArray(found) ? found['Value'] : found;
  return typeof value === 'string' && value !== '' ? value : null;
}

function belongingOf(group: FileGroup, scan: MrsDataset | null): Belonging {
  const { identity, files } = group;
  const date = scan?.acquisition.acquiredAt ?? identity?.date ?? null;
  const uid = (key: 'StudyInstanceUID' | 'FrameOfReferenceUID'): string | null =>
    scan === null ? null : userText(scan.header, key);
  return {
    patient: scan?.patient ?? identity?.patient ?? UNKNOWN_PATIENT,
    studyInstanceUid: identity?.studyInstanceUid ?? uid('StudyInstanceUID'),
    frameOfReferenceUid: identity?.frameOfReferenceUid ?? uid('FrameOfReferenceUID'),
    date: date === null ? null : date.slice(0, 10),
    fieldT: scan === null ? null : fieldStrengthT(scan.spectrometerFrequencyMHz, scan.nucleus),
    folder: files[0] === undefined ? '' : folderOf(files[0]),
  };
}

function titleOf(group: FileGroup): string {
  return group.files.length > 1 ? `${group.name}, ${group.files.length} files` : group.name;
}

/** "Siemens DICOM" where the file names its maker. */
function titleOfFormat(group: FileGroup, scan: MrsDataset | null): string {
  const title = formatTitle(group.format) ?? group.format;
  const [maker] = (scan?.acquisition.manufacturer ?? '').trim().split(/\s+/);
  if (group.format !== 'dicom' || maker === undefined || maker === '') return title;
  return `${maker.charAt(0).toUpperCase()}${maker.slice(1).toLowerCase()} ${title}`;
}

interface Finding {
  readonly role: Exclude<ImportRole, 'skip'>;
  readonly possibleRoles: readonly ImportRole[];
  readonly description: DatasetDescription;
  readonly summary: string;
  /** Without its samples. */
  readonly scan: MrsDataset | null;
}

/** An LCModel control file says of each data file it names which of the two it is. */
function isWaterByControl({ files, companions }: FileGroup): boolean {
  const [control] = companions;
  if (control === undefined || !isLcmodelControl(bytesOf(control))) return false;
  const { filraw, filh2o } = parseLcmodelControl(latin1Text(bytesOf(control)), control.name);
  const names = [filh2o, filraw].map((path) => (path ?? '').replace(/^.*[\\/]/, '').toLowerCase());
  const name = files[0]?.name.toLowerCase();
  return name === names[0] && name !== names[1];
}

async function findScan(
  group: FileGroup,
  stored: SourceFile,
  options: ReadOptions,
  deps: ImportDeps,
): Promise<Finding> {
  const scan = await deps.parse([stored, ...group.companions.map(ownMemory)], options);
  const warnings = [...group.warnings, ...scan.warnings].filter(
    (w, i, all) => all.findIndex((other) => other.code === w.code && other.message === w.message) === i,
  );
  const checked = { ...scan, warnings: [...warnings, ...checkPlausibility(scan, null)] };
  const description = describeDataset(checked);
  const nothing = new Float64Array(0);
  return {
    role: isWaterByControl(group) ? 'water' : guessRole(scan, group.name),
    possibleRoles: scan.nucleus === '1H' ? ['metabolite', 'water', 'skip'] : ['metabolite', 'skip'],
    description,
    summary: summariseScan(description),
    scan: { ...checked, data: { ...scan.data, re: nothing, im: nothing } },
  };
}

function findImage(group: FileGroup): Finding {
  const files = group.files.map(inMemory);
  const [file] = files as [InputFile];
  const isNifti = group.format === 'nifti-image';
  const image = isNifti ? describeNiftiImage(file.bytes, file.name) : describeImageSeries(files, group.name);
  const description = { ...describeImage(image), warnings: [...group.warnings, ...image.warnings] };
  return {
    role: 'image',
    possibleRoles: ['image', 'skip'],
    description,
    summary: summariseImage(description),
    scan: null,
  };
}

/** The truth of a study has some kilobytes. [bytes] */
const MAX_TRUTH_BYTES = 8 * 2 ** 20;

/** UTF-8 without TextDecoder, which core's library doesn't have. @throws URIError where it is not UTF-8 */
function decodeUtf8(bytes: Uint8Array): string {
  const escaped: string[] = [];
  for (const b of bytes) escaped.push('%' + b.toString(16).padStart(2, '0'));
  return decodeURIComponent(escaped.join(''));
}

function findTruth(file: SourceFile): Finding {
  if (sizeOf(file) > MAX_TRUTH_BYTES) {
    throw new ReaderError('DIMENSIONS_ABSURD', `${file.name} is far too long for the truth of a simulated study.`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(decodeUtf8(bytesOf(file)));
  } catch {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${file.name} was expected to be JSON (the truth of a simulated study), but it can't be parsed.`,
    );
  }
  if (typeof parsed !== 'object' || parsed === null) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${file.name} was expected to hold a JSON object (the truth of a simulated study).`,
    );
  }
  const description = describeCompanion('truth-json');
  return { role: 'truth', possibleRoles: ['truth', 'skip'], description, summary: 'True concentrations', scan: null };
}

/**
 * Reads and describes a group that is not refused.
 * @param id unique within the import
 * @throws ReaderError, UnsupportedDataError, CancelledError; for a refused group its own error
 */
export async function recogniseGroup(
  group: FileGroup,
  id: string,
  options: ReadOptions,
  deps: ImportDeps,
): Promise<Recognised> {
  if (group.error !== null) throw group.error;
  const stored = storedFile(group);
  const finding =
    group.kind === 'scan'
      ? await findScan(group, stored, options, deps)
      : group.kind === 'image'
        ? findImage(group)
        : findTruth(stored);
  const { role, description, possibleRoles, summary, scan } = finding;
  return {
    id,
    title: titleOf(group),
    fileCount: group.files.length + group.companions.length,
    formatTitle: titleOfFormat(group, scan),
    possibleRoles,
    summary,
    dataset: { role, fileName: stored.name, ...contentOf(stored), description },
    companions: group.companions.map(ownMemory),
    scan,
    belonging: belongingOf(group, scan),
    warnings: description.warnings,
  };
}
