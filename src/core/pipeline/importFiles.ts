// Files that were given together → studies: which files are one scan, which an image, which belongs to whom.
// A file that can't be read becomes a failure in words and never keeps the others out.
import { contentOf, identityOf, sizeOf } from '../domain/fileContent.ts';
import { nameWithoutExtension } from '../domain/fileNames.ts';
import { CancelledError, ReaderError, toErrorRecord } from '../domain/errors.ts';
import type { ErrorRecord } from '../domain/errors.ts';
import type { ImportItem, ImportStudyPreview } from '../domain/importPreview.ts';
import type { MrsDataset, PatientInfo } from '../domain/mrsDataset.ts';
import { UNKNOWN_PATIENT } from '../domain/mrsDataset.ts';
import { expandZips } from '../formats/expandZips.ts';
import type { FileGroup } from '../formats/fileGroup.ts';
import { groupFiles } from '../formats/groupFiles.ts';
import type { ReadOptions } from '../formats/readOptions.ts';
import { sniffFile } from '../formats/registry.ts';
import { describeCompanion } from './describeDataset.ts';
import type {
  ImportDeps,
  ImportFailure,
  ImportOptions,
  ImportPlan,
  PlannedDataset,
  PlannedStudy,
  SourceFile,
} from './importPlan.ts';
import { joinStudies } from './joinStudies.ts';
import { imageWarnings, waterWarnings } from './pairing.ts';
import { recogniseGroup } from './recogniseGroup.ts';
import type { Recognised } from './recognised.ts';

export { applyChoices } from './applyChoices.ts';
export type * from './importPlan.ts';

/** Details that several files of a patient give, each from the first that has it. */
function mergedPatient(items: readonly Recognised[]): PatientInfo {
  return items.reduce<PatientInfo>(
    (merged, { belonging: { patient } }) => ({
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

function firstRegion(items: readonly Recognised[]): string | null {
  const scans = items.flatMap(({ scan }) => scan ?? []);
  return scans.find((s: MrsDataset) => s.acquisition.region !== null)?.acquisition.region ?? null;
}

/** Header and control files, each once, with the items that need it. */
function companionDatasets(items: readonly Recognised[]): PlannedDataset[] {
  const found = new Map<object, PlannedDataset>();
  for (const { id, companions } of items) {
    for (const file of companions) {
      const itemIds = [...(found.get(identityOf(file))?.itemIds ?? []), id];
      const description = describeCompanion(sniffFile(file));
      const planned: PlannedDataset = {
        role: 'unknown',
        fileName: file.name,
        ...contentOf(file),
        description,
        itemIds,
      };
      found.set(identityOf(file), planned);
    }
  }
  return [...found.values()];
}

const ROLE_ORDER = ['metabolite', 'water', 'image', 'truth', 'unknown'] as const;

/** An image keeps what does not fit between it and the scans: it is to be seen whenever the image is. */
function plannedDataset(item: Recognised, items: readonly Recognised[]): PlannedDataset {
  const { description } = item.dataset;
  const warnings = [...description.warnings, ...imageWarnings(item, items)];
  return { ...item.dataset, description: { ...description, warnings }, itemIds: [item.id] };
}

function previewItem(item: Recognised): ImportItem {
  const { id, title, fileCount, formatTitle, possibleRoles, summary, warnings, dataset, companions } = item;
  const sizeBytes = companions.reduce((sum, file) => sum + sizeOf(file), sizeOf(dataset));
  return { id, title, fileCount, sizeBytes, formatTitle, role: dataset.role, possibleRoles, summary, warnings };
}

function planStudy(
  found: readonly Recognised[],
  title: string | undefined,
): { readonly planned: PlannedStudy; readonly preview: ImportStudyPreview } {
  const items = [...found].sort((a, b) => ROLE_ORDER.indexOf(a.dataset.role) - ROLE_ORDER.indexOf(b.dataset.role));
  const patient = mergedPatient(items);
  const region = firstRegion(items);
  const dated = items.find(({ belonging }) => belonging.date !== null);
  const study = {
    patient,
    title: title ?? region ?? nameWithoutExtension(items[0]?.dataset.fileName ?? ''),
    studyDate: dated?.belonging.date ?? null,
    region,
  };
  const datasets = [...items.map((item) => plannedDataset(item, items)), ...companionDatasets(items)];
  const preview = {
    title: study.title,
    patient: patient.name ?? patient.id,
    studyDate: study.studyDate,
    items: items.map(previewItem),
    warnings: [...items.flatMap((item) => imageWarnings(item, items)), ...waterWarnings(items)],
  };
  return { planned: { study, datasets }, preview };
}

function noScanError({ title, dataset }: Recognised): ErrorRecord {
  const kind = dataset.role === 'image' ? 'an image (real numbers)' : 'the truth of a simulated study';
  return toErrorRecord(
    new ReaderError(
      'NOT_COMPLEX',
      `${title} is ${kind}, not a spectroscopy scan; give it together with the scan it belongs to.`,
    ),
  );
}

/** Shares of the time that unpacking, and with it grouping, take. */
const UNPACKED_SHARE = 0.05;
const GROUPING_SHARE = 0.1;

interface Recognition {
  readonly items: readonly Recognised[];
  readonly failures: readonly ImportFailure[];
}

/** Groups that are read at a time, and what their files may hold together; a larger one is read alone. [bytes] */
const READ_AT_ONCE = 4;
const READ_BYTES = 64 * 2 ** 20;

const bytesOfGroup = ({ files, companions }: FileGroup): number =>
  [...files, ...companions].reduce((sum, file) => sum + sizeOf(file), 0);

/** Runs of groups that are small enough to be read together, in their order. */
function runsOf(groups: readonly FileGroup[]): FileGroup[][] {
  const runs: FileGroup[][] = [];
  let bytes = 0;
  for (const group of groups) {
    const size = bytesOfGroup(group);
    const last = runs.at(-1);
    if (last === undefined || last.length >= READ_AT_ONCE || bytes + size > READ_BYTES) {
      runs.push([group]);
      bytes = size;
    } else {
      last.push(group);
      bytes += size;
    }
  }
  return runs;
}

async function recogniseAll(
  groups: readonly FileGroup[],
  options: ReadOptions,
  deps: ImportDeps,
): Promise<Recognition> {
  const recogniseOne = async (group: FileGroup, index: number): Promise<Recognised | ImportFailure> => {
    deps.cancellation?.throwIfCancelled();
    const fraction = GROUPING_SHARE + ((1 - GROUPING_SHARE) * index) / groups.length;
    deps.onProgress?.({ fraction, message: `Reading ${group.name}` });
    try {
      return await recogniseGroup(group, `item-${index + 1}`, options, deps);
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      return { fileName: group.files[0]?.name ?? group.name, error: toErrorRecord(error) };
    }
  };
  const found: (Recognised | ImportFailure)[] = [];
  for (const run of runsOf(groups)) {
    const first = found.length;
    found.push(...(await Promise.all(run.map((group, i) => recogniseOne(group, first + i)))));
  }
  return {
    items: found.filter((one): one is Recognised => 'id' in one),
    failures: found.filter((one): one is ImportFailure => !('id' in one)),
  };
}

/**
 * Recognises files that were given together (one drop, one folder, zips) and puts them into studies.
 * @param files with the paths they have inside what was given
 * @param deps the reader, and who is told of progress and may cancel
 * @param options values for what headers lack, and a title
 * @returns studies ready for the store, a preview of them, and a failure in words for each file that could not be read
 * @throws CancelledError
 */
export async function planImport(
  files: readonly SourceFile[],
  deps: ImportDeps,
  options: ImportOptions = {},
): Promise<ImportPlan> {
  const { title, allowsImagesAlone = false, ...readOptions } = options;
  const onZip = (name: string): void => {
    deps.cancellation?.throwIfCancelled();
    deps.onProgress?.({ fraction: 0, message: `Unpacking ${name}` });
  };
  const unpacked = expandZips(files, onZip);
  const recognising = `Recognising ${unpacked.files.length} ${unpacked.files.length === 1 ? 'file' : 'files'}`;
  deps.onProgress?.({ fraction: UNPACKED_SHARE, message: recognising });
  const groups = groupFiles(unpacked.files).filter(({ kind }) => kind !== 'ignored');
  const { items, failures } = await recogniseAll(groups, readOptions, deps);
  const joined = joinStudies(items);
  // Images or a truth file without any scan would be a study that can't be opened.
  const isWhole = (study: readonly Recognised[]): boolean =>
    allowsImagesAlone || study.some(({ scan }) => scan !== null);
  const studies = joined.filter(isWhole).map((study) => planStudy(study, title));
  const lonely = joined.filter((study) => !isWhole(study)).flat();
  const allFailures = [
    ...unpacked.failures.map(({ fileName, error }) => ({ fileName, error: toErrorRecord(error) })),
    ...failures,
    ...lonely.map((item) => ({ fileName: item.dataset.fileName, error: noScanError(item) })),
  ];
  return {
    studies: studies.map(({ planned }) => planned),
    failures: allFailures,
    preview: {
      studies: studies.map(({ preview }) => preview),
      failures: allFailures.map(({ fileName, error }) => ({ fileName, message: error.message })),
    },
  };
}
