// Files that were given together → studies: which file is a scan, which an image, which belongs to whom.
// A file that can't be read becomes a failure in words and never keeps the others out.
import type { ErrorRecord } from '../domain/errors.ts';
import { AppError, CancelledError, ReaderError, toErrorRecord } from '../domain/errors.ts';
import type { MrsDataset, PatientInfo } from '../domain/mrsDataset.ts';
import { UNKNOWN_PATIENT } from '../domain/mrsDataset.ts';
import { describeNiftiImage } from '../formats/niftiImage.ts';
import type { ReadOptions } from '../formats/readOptions.ts';
import { sniffFormat } from '../formats/registry.ts';
import type { NewDataset, NewStudy } from '../ports/studyStore.ts';
import { describeCompanion, describeDataset, describeImage } from './describeDataset.ts';
import { guessRole } from './guessRole.ts';

/** A file's base name and content. */
export interface SourceFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ImportDeps {
  /** Reads one scan from its files (formats' readMrs, in this thread or a worker). */
  readonly parse: (files: readonly SourceFile[], options?: ReadOptions) => Promise<MrsDataset>;
}

export interface ImportFailure {
  readonly fileName: string;
  readonly error: ErrorRecord;
}

export interface PlannedStudy {
  readonly study: NewStudy;
  readonly datasets: readonly NewDataset[];
}

export interface ImportPlan {
  readonly studies: readonly PlannedStudy[];
  readonly failures: readonly ImportFailure[];
}

export interface ImportOptions extends ReadOptions {
  /** Title of the study; told from the scans where not given. */
  readonly title?: string;
}

/** One file as it was recognised. */
interface Recognised {
  readonly dataset: NewDataset;
  /** null where it is no scan. */
  readonly scan: MrsDataset | null;
}

const stem = (name: string): string => name.replace(/\.nii\.gz$/i, '').replace(/\.[^.]+$/, '');
/** Formats whose header or control file lies beside the data; it is kept with the study, for reading the data again. */
const NEED_COMPANIONS: readonly string[] = ['lcmodel-raw', 'philips-sdat'];
const COMPANION_FORMATS: readonly string[] = ['lcmodel-control', 'philips-spar'];

const isCompanion = (file: SourceFile): boolean => COMPANION_FORMATS.includes(sniffFormat(file.bytes, file.name));

function companion(file: SourceFile): Recognised {
  const description = describeCompanion(sniffFormat(file.bytes, file.name));
  return { dataset: { role: 'unknown', fileName: file.name, bytes: file.bytes, description }, scan: null };
}

function recogniseTruth(file: SourceFile): Recognised {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decodeUtf8(file.bytes));
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
  const dataset: NewDataset = {
    role: 'truth',
    fileName: file.name,
    bytes: file.bytes,
    description: describeCompanion('truth-json'),
  };
  return { dataset, scan: null };
}

/** UTF-8 without TextDecoder, which core's library doesn't have. @throws URIError where it is not UTF-8 */
function decodeUtf8(bytes: Uint8Array): string {
  const escaped: string[] = [];
  for (const b of bytes) escaped.push('%' + b.toString(16).padStart(2, '0'));
  return decodeURIComponent(escaped.join(''));
}

const isNifti = (name: string): boolean => /\.nii(\.gz)?$/i.test(name);

async function recognise(
  file: SourceFile,
  companions: readonly SourceFile[],
  options: ReadOptions,
  deps: ImportDeps,
): Promise<Recognised> {
  if (/(^|[-_.])truth\.json$/i.test(file.name)) return recogniseTruth(file);
  try {
    const scan = await deps.parse([file, ...companions], options);
    return {
      dataset: {
        role: guessRole(scan, file.name),
        fileName: file.name,
        bytes: file.bytes,
        description: describeDataset(scan),
      },
      scan,
    };
  } catch (error) {
    // Real-valued NIfTI is no failed scan but a structural image.
    const isImage = error instanceof AppError && error.code === 'NOT_COMPLEX' && isNifti(file.name);
    if (!isImage) throw error;
  }
  const description = describeImage(describeNiftiImage(file.bytes, file.name));
  return { dataset: { role: 'image', fileName: file.name, bytes: file.bytes, description }, scan: null };
}

/** What two scans of one patient have in common; null where the file names no patient. */
function patientKey(patient: PatientInfo): string | null {
  if (patient.id !== null) return `id:${patient.id}`;
  return patient.name === null ? null : `name:${patient.name} ${patient.birthDate ?? ''}`;
}

/** Recognised files by patient; what names no patient goes with the only patient there is. */
function groupByPatient(items: readonly Recognised[]): Recognised[][] {
  const byKey = new Map<string, Recognised[]>();
  const unnamed: Recognised[] = [];
  for (const item of items) {
    const key = item.scan === null ? null : patientKey(item.scan.patient);
    if (key === null) unnamed.push(item);
    else byKey.set(key, [...(byKey.get(key) ?? []), item]);
  }
  const groups = [...byKey.values()];
  const only = groups[0];
  if (groups.length === 1 && only !== undefined) return [[...only, ...unnamed]];
  return unnamed.length === 0 ? groups : [...groups, unnamed];
}

/** Details that several scans of a patient give, each from the first that has it. */
function mergedPatient(scans: readonly MrsDataset[]): PatientInfo {
  return scans.reduce<PatientInfo>(
    (merged, { patient }) => ({
      name: merged.name ?? patient.name,
      id: merged.id ?? patient.id,
      sex: merged.sex ?? patient.sex,
      birthDate: merged.birthDate ?? patient.birthDate,
      ageYears: merged.ageYears ?? patient.ageYears,
      weightKg: merged.weightKg ?? patient.weightKg,
    }),
    UNKNOWN_PATIENT,
  );
}

function firstOf<T>(scans: readonly MrsDataset[], pick: (scan: MrsDataset) => T | null): T | null {
  for (const scan of scans) {
    const value = pick(scan);
    if (value !== null) return value;
  }
  return null;
}

const ROLE_ORDER = ['metabolite', 'water', 'image', 'truth', 'unknown'] as const;

function planStudy(items: readonly Recognised[], title: string | undefined): PlannedStudy {
  const ordered = [...items].sort((a, b) => ROLE_ORDER.indexOf(a.dataset.role) - ROLE_ORDER.indexOf(b.dataset.role));
  const scans = ordered.flatMap((i) => (i.scan === null ? [] : [i.scan]));
  const acquiredAt = firstOf(scans, (s) => s.acquisition.acquiredAt);
  const region = firstOf(scans, (s) => s.acquisition.region);
  const named = ordered[0]?.dataset.fileName ?? '';
  return {
    study: {
      patient: mergedPatient(scans),
      title: title ?? region ?? stem(named),
      studyDate: acquiredAt === null ? null : acquiredAt.slice(0, 10),
      region,
    },
    datasets: ordered.map((i) => i.dataset),
  };
}

/**
 * Recognises files that were given together (one drop, one folder) and groups them into studies by patient.
 * @param files base names and contents
 * @param deps the reader
 * @param options values for what headers lack, and a title
 * @returns studies ready for the store, and a failure in words for each file that could not be read
 * @throws CancelledError
 */
export async function planImport(
  files: readonly SourceFile[],
  deps: ImportDeps,
  options: ImportOptions = {},
): Promise<ImportPlan> {
  const { title, ...readOptions } = options;
  const companions = files.filter(isCompanion);
  const recognised: Recognised[] = [];
  const failures: ImportFailure[] = [];
  const attempt = async (file: SourceFile, recognition: () => Promise<Recognised>): Promise<void> => {
    try {
      recognised.push(await recognition());
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      failures.push({ fileName: file.name, error: toErrorRecord(error) });
    }
  };
  for (const file of files.filter((f) => !companions.includes(f))) {
    await attempt(file, () => recognise(file, companions, readOptions, deps));
  }
  const areNeeded = recognised.some((r) => NEED_COMPANIONS.includes(r.dataset.description.format));
  for (const file of companions) {
    // Without its data, the reader says what is missing.
    await attempt(file, () => (areNeeded ? Promise.resolve(companion(file)) : recognise(file, [], readOptions, deps)));
  }
  // Images or a truth file without any scan would be a study that can't be opened.
  const hasScan = recognised.some((r) => r.scan !== null);
  if (!hasScan) {
    for (const { dataset } of recognised) {
      failures.push({ fileName: dataset.fileName, error: noScanError(dataset) });
    }
    return { studies: [], failures };
  }
  return { studies: groupByPatient(recognised).map((items) => planStudy(items, title)), failures };
}

function noScanError(dataset: NewDataset): ErrorRecord {
  const kind = dataset.role === 'image' ? 'an image (real numbers)' : 'the truth of a simulated study';
  return toErrorRecord(
    new ReaderError(
      'NOT_COMPLEX',
      `${dataset.fileName} is ${kind}, not a spectroscopy scan; give it together with the scan it belongs to.`,
    ),
  );
}
