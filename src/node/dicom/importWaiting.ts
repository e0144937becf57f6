// Received instances of a study → datasets, by the same path as files. A series that grows is read anew as a whole.
import { toErrorRecord } from '../../core/domain/errors.ts';
import type { Warning } from '../../core/domain/provenance.ts';
import { dicomIdentity, parseDicom } from '../../core/formats/dicom/index.ts';
import type { InputFile } from '../../core/formats/inputFile.ts';
import type { ImportDeps, ImportPlan, PlannedStudy } from '../../core/pipeline/importFiles.ts';
import { planImport } from '../../core/pipeline/importFiles.ts';
import type { Cancellation } from '../../core/ports/cancellation.ts';
import type { WaitingInstance, WaitingStudy } from '../../core/ports/dicomStore.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import { dicomFilesOf } from '../study-db/dicomInstances.ts';

type Store = Pick<
  StudyStore,
  | 'readWaiting'
  | 'studyOfInstanceUid'
  | 'datasetsOfSeries'
  | 'getDataset'
  | 'openRawFile'
  | 'importReceived'
  | 'waitingStudies'
>;

export interface ImportWaitingDeps {
  readonly store: Store;
  readonly parse: ImportDeps['parse'];
  /** Asked before every file; what was not imported still waits. */
  readonly cancellation: Cancellation;
}

export interface ImportWaitingOptions {
  /** Whether an administrator's rule is to be applied. */
  readonly byRule: boolean;
  /** What is to be said of everything that is imported. */
  readonly warnings: readonly Warning[];
}

export interface ImportedWaiting {
  /** Studies that were made or grew. */
  readonly studyIds: readonly string[];
  /** A sentence each. */
  readonly problems: readonly string[];
}

/** Image series of larger studies are imported one by one, as an import holds what it reads in memory. [bytes] */
const WHOLE_UP_TO_BYTES = 256 * 2 ** 20;
/** MR Image, Enhanced MR Image, Enhanced MR Color Image, Legacy Converted Enhanced MR Image. PS3.4, B.5. */
const IMAGE_CLASSES: ReadonlySet<string> = new Set(
  ['4', '4.1', '4.3', '4.4'].map((end) => `1.2.840.10008.5.1.4.1.1.${end}`),
);

/** PS3.5, 9.1. [characters] */
const LONGEST_UID = 64;

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** Scans first: images find their study by them. */
function portionsOf({ instances }: WaitingStudy): WaitingInstance[][] {
  const bytes = instances.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (bytes <= WHOLE_UP_TO_BYTES) return [[...instances]];
  const scans = instances.filter(({ sopClassUid }) => !IMAGE_CLASSES.has(sopClassUid));
  const images = instances.filter(({ sopClassUid }) => IMAGE_CLASSES.has(sopClassUid));
  const series = [...groupBy(images, ({ seriesInstanceUid }) => seriesInstanceUid).values()];
  return [scans, ...series].filter((portion) => portion.length > 0);
}

/** A UID is the sender's text, and becomes a path within the stored archive. */
const fileNameOf = ({ sopInstanceUid }: WaitingInstance): string =>
  `${sopInstanceUid.replace(/^\.|[^0-9A-Za-z.]|\.(?=\.)/g, '_').slice(0, LONGEST_UID)}.dcm`;

/** What of these series is in the study already, as it was stored; the newest of each instance. */
function earlierFiles(store: Store, studyId: string, series: readonly string[]): Map<string, InputFile> {
  const files = new Map<string, InputFile>();
  for (const datasetId of store.datasetsOfSeries(studyId, series)) {
    const record = store.getDataset(datasetId);
    const { fileName, role, description } = record;
    for (const file of dicomFilesOf({ fileName, role, description, ...store.openRawFile(datasetId) })) {
      const { sopInstanceUid, seriesInstanceUid } = dicomIdentity(parseDicom(file.bytes, file.name));
      if (sopInstanceUid !== null && series.includes(seriesInstanceUid ?? '')) files.set(sopInstanceUid, file);
    }
  }
  return files;
}

function filesOf(store: Store, portion: readonly WaitingInstance[], studyId: string | null): InputFile[] {
  const series = [...new Set(portion.map(({ seriesInstanceUid }) => seriesInstanceUid))];
  const files = studyId === null ? new Map<string, InputFile>() : earlierFiles(store, studyId, series);
  for (const instance of portion) {
    const { sopInstanceUid } = instance;
    // One that takes an earlier one's place keeps its name, so that order and archive stay as they were.
    const name = files.get(sopInstanceUid)?.name ?? fileNameOf(instance);
    files.set(sopInstanceUid, { name, bytes: store.readWaiting(instance.id) });
  }
  return [...files.values()];
}

function problemsOf({ failures }: ImportPlan, portion: readonly WaitingInstance[]): Map<string, string> {
  const seriesOfFile = new Map(portion.map((instance) => [fileNameOf(instance), instance.seriesInstanceUid]));
  return new Map(
    [...failures].reverse().map(({ fileName, error }) => [seriesOfFile.get(fileName) ?? '', error.message]),
  );
}

function withWarnings({ study, datasets }: PlannedStudy, warnings: readonly Warning[]): PlannedStudy {
  const warned = datasets.map((dataset) => ({
    ...dataset,
    description: { ...dataset.description, warnings: [...dataset.description.warnings, ...warnings] },
  }));
  return { study, datasets: warnings.length === 0 ? datasets : warned };
}

async function importPortion(
  { studyInstanceUid }: WaitingStudy,
  portion: readonly WaitingInstance[],
  { store, parse, cancellation }: ImportWaitingDeps,
  { byRule, warnings }: ImportWaitingOptions,
): Promise<ImportedWaiting> {
  const home = store.studyOfInstanceUid(studyInstanceUid);
  const files = filesOf(store, portion, home);
  const plan = await planImport(files, { parse, cancellation }, { allowsImagesAlone: home !== null });
  const problems = problemsOf(plan, portion);
  const outcomes = store.importReceived({
    ...{ studyInstanceUid, byRule, problems },
    studies: plan.studies.map((planned) => withWarnings(planned, warnings)),
    instanceIds: portion.map(({ id }) => id),
  });
  const changed = outcomes.filter(({ datasets }) => datasets.length > 0);
  return { studyIds: changed.map(({ study }) => study.id), problems: [...new Set(problems.values())] };
}

/**
 * Imports what waits of a study; what no reader takes stays in the inbox with the reason.
 * @throws StudyDbError (full disk, read-only …), CancelledError: what was not imported still waits
 */
export async function importWaiting(
  study: WaitingStudy,
  deps: ImportWaitingDeps,
  options: ImportWaitingOptions,
): Promise<ImportedWaiting> {
  const [studyIds, problems]: [string[], string[]] = [[], []];
  for (const portion of portionsOf(study)) {
    const imported = await importPortion(study, portion, deps, options);
    studyIds.push(...imported.studyIds);
    problems.push(...imported.problems);
  }
  return { studyIds: [...new Set(studyIds)], problems: [...new Set(problems)] };
}

/** Why an import that was broken off by something else than the database is not tried again by itself. */
export const failureText = (error: unknown): string => `It could not be imported: ${toErrorRecord(error).message}`;
