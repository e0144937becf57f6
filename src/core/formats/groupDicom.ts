// DICOM files → series of spectra, series of slices of one orientation and echo, and what is neither. Files are told by
// their headers; where they lie and what they are called does not count.
import type { AppError } from '../domain/errors.ts';
import { toErrorRecord, fromErrorRecord, UnsupportedDataError } from '../domain/errors.ts';
import type { Warning } from '../domain/provenance.ts';
import { acquisitionFields, patientFields } from './dicom/dicomFields.ts';
import type { DicomFile, DicomKind } from './dicom/index.ts';
import { dicomIdentity, dicomTag, functionalGroup, kindOfDicom, parseDicom, TAG } from './dicom/index.ts';
import { csaNumber, csaVector } from './dicom/siemensCsaHeader.ts';
import { rawDataAdvice, SIEMENS_CSA_NON_IMAGE } from './dicom/dicomKind.ts';
import { RAW_DATA_STORAGE } from './dicom/gePfileInside.ts';
import { isGeStamps } from './dicom/dicomSpectroscopy.ts';
import { readSiemensCsa } from './dicom/siemensCsa.ts';
import type { FileGroup, GroupIdentity } from './fileGroup.ts';
import { fileGroup } from './fileGroup.ts';
import type { InputFile } from './inputFile.ts';
import { folderOf } from './inputFile.ts';

/** SOP class of DICOMDIR, the table of contents of a medium. */
const MEDIA_DIRECTORY = '1.2.840.10008.1.3.10';
const SIEMENS_SPECTRUM = dicomTag(0x7fe1, 0x1010, 'OB');
/** Direction cosines of one series in decimal text differ by less. */
const SAME_DIRECTION = 1e-3;

type Kind = DicomKind | 'directory' | 'broken';

/** One file as its header tells it; the parsed header is not kept. */
interface Member {
  readonly file: InputFile;
  readonly kind: Kind;
  /** Files with equal keys (and orientations) belong together. */
  readonly key: string;
  readonly orientation: readonly number[];
  readonly sopInstanceUid: string | null;
  readonly order: number;
  readonly identity: GroupIdentity | null;
  readonly error: AppError | null;
  /** Why a file of another kind isn't read, where more can be said than of its kind. */
  readonly advice: string | null;
}

function identityOf(file: DicomFile): GroupIdentity {
  const { studyInstanceUid, frameOfReferenceUid, seriesDescription } = dicomIdentity(file);
  return {
    patient: patientFields(file),
    studyInstanceUid,
    frameOfReferenceUid,
    date: acquisitionFields(file).acquiredAt,
    seriesDescription,
  };
}

const rounded = (values: readonly number[] | null): readonly string[] | null =>
  values?.map((v) => v.toFixed(2)) ?? null;

/** Echo time and place of Siemens' private spectra, whose public attributes are silent. */
function csaFacts(file: DicomFile): unknown {
  if (file.dataset.string(TAG.sopClassUid) !== SIEMENS_CSA_NON_IMAGE) return null;
  try {
    const { image } = readSiemensCsa(file);
    return [csaNumber(image, 'EchoTime'), rounded(csaVector(image, 'VoiPosition', 3))];
  } catch {
    return null; // a damaged header is the reader's to name
  }
}

/** Files of one scan have the same series, size, times and voxel. */
function spectroscopyKey(file: DicomFile): string {
  const { dataset } = file;
  const { echoTimeS, sequence } = acquisitionFields(file);
  const sizes = [TAG.spectroscopyData, SIEMENS_SPECTRUM].map((tag) => dataset.bytes(tag)?.length ?? 0);
  const slabs = dataset
    .sequence(TAG.volumeLocalizationSequence)
    .map((slab) => rounded(slab.vector(TAG.midSlabPosition, 3)));
  const { seriesInstanceUid, sopClassUid, sopInstanceUid } = dicomIdentity(file);
  if (isGeStamps(file)) return JSON.stringify([seriesInstanceUid, sopClassUid]);
  // Raw data are whole scans.
  const own = sopClassUid === RAW_DATA_STORAGE ? sopInstanceUid : null;
  return JSON.stringify([seriesInstanceUid, sopClassUid, own, echoTimeS, sequence, sizes, slabs, csaFacts(file)]);
}

/** Slices of one volume have the same series, size, echo and kind of value (magnitude, phase). */
function imageKey(file: DicomFile): string {
  const { dataset } = file;
  const { echoTimeS } = acquisitionFields(file);
  const size = [dataset.number(TAG.rows), dataset.number(TAG.columns), dataset.number(TAG.numberOfFrames)];
  const type = dataset.strings(TAG.imageType).slice(2);
  return JSON.stringify([dicomIdentity(file).seriesInstanceUid, echoTimeS, size, type]);
}

function describeMember(input: InputFile, file: DicomFile): Member {
  const { sopClassUid, sopInstanceUid, seriesInstanceUid, instanceNumber, patientId } = dicomIdentity(file);
  const kind: Kind = sopClassUid === MEDIA_DIRECTORY ? 'directory' : kindOfDicom(file);
  const isImage = kind === 'mr-image';
  const plane = isImage ? (functionalGroup(file, TAG.planeOrientationSequence) ?? file.dataset) : null;
  const ownKey = kind === 'spectroscopy' ? spectroscopyKey(file) : isImage ? imageKey(file) : seriesInstanceUid;
  return {
    file: input,
    kind,
    // A file that names no series stands alone; two patients never share a scan, whatever their UIDs say.
    key: `${kind} ${JSON.stringify(patientId)} ${seriesInstanceUid === null ? (sopInstanceUid ?? input.path ?? input.name) : ''} ${ownKey}`,
    orientation: plane?.vector(TAG.imageOrientationPatient, 6) ?? [],
    sopInstanceUid,
    order: instanceNumber ?? 0,
    identity: identityOf(file),
    error: null,
    advice: kind === 'other' ? rawDataAdvice(file) : null,
  };
}

function memberOf(input: InputFile): Member {
  try {
    return describeMember(input, parseDicom(input.bytes, input.name));
  } catch (error) {
    const key = `broken ${input.path ?? input.name}`;
    const known = fromErrorRecord(toErrorRecord(error));
    return {
      file: input,
      kind: 'broken',
      key,
      orientation: [],
      sopInstanceUid: null,
      order: 0,
      identity: null,
      error: known,
      advice: null,
    };
  }
}

const isNear = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((v, i) => Math.abs(v - (b[i] as number)) <= SAME_DIRECTION);

/** Members by key, and within it by orientation. */
function gather(members: readonly Member[]): [Member, ...Member[]][] {
  const byKey = new Map<string, [Member, ...Member[]][]>();
  for (const member of members) {
    const alike = byKey.get(member.key) ?? [];
    const group = alike.find(([first]) => isNear(first.orientation, member.orientation));
    if (group === undefined) alike.push([member]);
    else group.push(member);
    byKey.set(member.key, alike);
  }
  return [...byKey.values()].flat();
}

/** The same instance given twice counts once. */
function withoutCopies(group: readonly Member[], warnings: Warning[]): Member[] {
  const seen = new Set<string>();
  const kept = group.filter(({ sopInstanceUid }) => {
    const isNew = sopInstanceUid === null || !seen.has(sopInstanceUid);
    if (sopInstanceUid !== null) seen.add(sopInstanceUid);
    return isNew;
  });
  const copies = group.length - kept.length;
  if (copies > 0) {
    const message = `${copies} of the series' files are copies of others; each is read once.`;
    warnings.push({ code: 'duplicate-files', message });
  }
  return kept;
}

const IN_WORDS: Readonly<Record<Exclude<Kind, 'spectroscopy' | 'mr-image' | 'broken'>, string>> = {
  screenshot: 'a DICOM screenshot (Secondary Capture), not measured data',
  report: 'a DICOM report or document, not measured data',
  directory: 'a DICOMDIR, the table of contents of a medium; give the folder it stands in',
  other: 'a DICOM file of another kind, neither MR spectroscopy nor an MR image',
};

function refused(group: readonly [Member, ...Member[]]): FileGroup {
  const [{ kind, file, error, identity, advice }] = group;
  const files = group.map((m) => m.file) as [InputFile, ...InputFile[]];
  if (kind === 'broken' || kind === 'spectroscopy' || kind === 'mr-image') {
    return fileGroup('refused', 'dicom', files, { error, identity });
  }
  const more = files.length > 1 ? ` (and ${files.length - 1} more of its series)` : '';
  const words = `${file.name}${more} ${advice ?? `is ${IN_WORDS[kind]}`}.`;
  return fileGroup('refused', 'dicom', files, {
    error: new UnsupportedDataError('UNSUPPORTED', words, { kind }),
    identity,
  });
}

function seriesName(identity: GroupIdentity | null, files: readonly [InputFile, ...InputFile[]]): string {
  const [first] = files;
  if (files.length === 1) return first.name;
  return identity?.seriesDescription ?? (folderOf(first).replace(/^.*\//, '') || first.name);
}

function groupOf(group: readonly [Member, ...Member[]]): FileGroup {
  const [{ kind }] = group;
  if (kind !== 'spectroscopy' && kind !== 'mr-image') return refused(group);
  const warnings: Warning[] = [];
  const members = withoutCopies(group, warnings).sort((a, b) => a.order - b.order);
  const files = members.map((m) => m.file) as [InputFile, ...InputFile[]];
  const identity = (members[0] as Member).identity;
  const isImage = kind === 'mr-image';
  const name = seriesName(identity, files);
  return fileGroup(isImage ? 'image' : 'scan', isImage ? 'dicom-image' : 'dicom', files, { name, identity, warnings });
}

/** A localiser's slices of three orientations stand in one series: they are three images. */
function orientationWarning(group: readonly Member[], all: readonly (readonly Member[])[]): Warning[] {
  const count = all.filter(([first]) => first?.key === group[0]?.key).length;
  if (count < 2) return [];
  const message = `The series holds slices of ${count} orientations; each orientation is an image of its own.`;
  return [{ code: 'image-orientations', message }];
}

/** @param files all DICOM */
export function groupDicom(files: readonly InputFile[]): FileGroup[] {
  const gathered = gather(files.map(memberOf));
  const groups = gathered.map((members) => {
    const group = groupOf(members);
    return { ...group, warnings: [...orientationWarning(members, gathered), ...group.warnings] };
  });
  // A table of contents beside the files it lists says nothing of its own.
  const hasContent = groups.some((g) => g.kind !== 'refused');
  return groups.map((g) => (hasContent && g.error?.details['kind'] === 'directory' ? { ...g, kind: 'ignored' } : g));
}
