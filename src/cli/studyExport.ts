// A study of the database as a folder of files: without what identifies the patient, unless the user wants it.
import { fromErrorRecord } from '../core/domain/errors.ts';
import { csvInputOf } from '../core/pipeline/index.ts';
import { deidentifyImport } from '../core/pipeline/deidentifyImport.ts';
import type { ImportDeps } from '../core/pipeline/importFiles.ts';
import type { DatasetRecord, StudyStore } from '../core/ports/studyStore.ts';
import { csvReport } from '../core/reports/index.ts';
import type { OutputFiles } from '../node/files/outputFolder.ts';
import { pseudonymOf } from '../node/study-db/pseudonyms.ts';

/** A dataset as it is exported. */
interface Exported {
  readonly record: DatasetRecord;
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** Raw files under their own names; two of one name are told apart by their hash. */
function asImported(store: StudyStore, records: readonly DatasetRecord[]): Exported[] {
  const taken = new Set<string>();
  return records.map((record) => {
    const { fileName: name, sha256, id } = record;
    const fileName = taken.has(name) ? `${sha256.slice(0, 8)}-${name}` : name;
    taken.add(name);
    return { record, fileName, bytes: store.readRawFile(id) };
  });
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;

function resultsFile(store: StudyStore, studyId: string, names: ReadonlyMap<string, string>): [string, string][] {
  const analyses = store.listAnalyses(studyId);
  if (analyses.length === 0) return [];
  const inputs = analyses.map(({ id, datasetId }) => {
    const input = csvInputOf(store, id);
    return { ...input, fileName: names.get(datasetId) ?? input.fileName };
  });
  return [['results.csv', csvReport(inputs)]];
}

/** Raw files, results and what the database says of them, names and all. */
export function identifiedExport(store: StudyStore, studyId: string): OutputFiles {
  const datasets = store.listDatasets(studyId);
  const exported = asImported(store, datasets);
  const names = new Map(exported.map(({ record, fileName }) => [record.id, fileName]));
  const study = { study: store.getStudy(studyId), datasets, analyses: store.listAnalyses(studyId) };
  return new Map<string, string | Uint8Array>([
    ...exported.map(({ fileName, bytes }) => [fileName, bytes] as const),
    ...resultsFile(store, studyId, names),
    ['study.json', json(study)],
  ]);
}

/**
 * The same without names, numbers and dates: scans as NIfTI-MRS, images as NIfTI.
 * @param parse the reader
 * @throws the reason where one of the files can't be cleaned; then nothing is exported
 */
export async function deidentifiedExport(
  store: StudyStore,
  studyId: string,
  parse: ImportDeps['parse'],
): Promise<OutputFiles> {
  const records = store.listDatasets(studyId);
  const { patient, title, studyDate, region } = store.getStudy(studyId);
  const by = pseudonymOf(store, patient, store.readRawFile((records[0] as DatasetRecord).id));
  // Every dataset has its own id, and headers and control files everyone's.
  const all = records.map(({ id }) => id);
  const datasets = asImported(store, records).map(({ record, bytes }) => {
    const { id, role, fileName, description } = record;
    const isHeader = role === 'unknown' && description.points === null;
    return { role, fileName, bytes, description, itemIds: isHeader ? all : [id] };
  });
  const plan = {
    studies: [{ study: { patient, title, studyDate, region }, datasets }],
    failures: [],
    preview: { studies: [], failures: [] },
  };
  const { studies, failures } = await deidentifyImport(plan, { parse, pseudonymOf: () => by });
  const [failure] = failures;
  if (failure !== undefined) throw fromErrorRecord(failure.error);
  const clean = studies[0];
  const written = clean?.datasets ?? [];
  // A water reference that was inside a scan's file comes after the scan, which keeps the id.
  const names = new Map([...written].reverse().map(({ itemIds, fileName }) => [itemIds[0] as string, fileName]));
  const described = written.map(({ role, fileName, description }) => ({ role, fileName, description }));
  const study = { study: clean?.study ?? null, datasets: described, analyses: store.listAnalyses(studyId) };
  return new Map<string, string | Uint8Array>([
    ...written.map(({ fileName, bytes }) => [fileName, bytes] as const),
    ...resultsFile(store, studyId, names),
    ['study.json', json(study)],
  ]);
}
