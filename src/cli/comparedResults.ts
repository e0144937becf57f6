// What compare is given: result documents of `quantify --json`, folders of them, or a study's stored analyses → two series
// of results.
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { ReaderError, UsageError } from '../core/domain/errors.ts';
import { parseBoundedJson } from '../core/formats/boundedJson.ts';
import type { AnalysisRecord, StudyStore } from '../core/ports/studyStore.ts';
import type { KeyedResult } from '../core/quality/comparison.ts';
import { readInputFile } from '../node/files/readInputFiles.ts';

/** One method's results. */
export interface ResultSeries {
  readonly label: string;
  readonly method: string;
  readonly results: readonly KeyedResult[];
}

const estimate = z.object({
  name: z.string(),
  // JSON has no NaN: a method that could not tell has null there.
  amplitude: z
    .number()
    .nullable()
    .transform((value) => value ?? NaN),
  ratioToTCr: z.number().nullable(),
  concentrationMM: z.number().nullable(),
});

const document = z.object({
  schema: z.literal('lineshape.quantification/1'),
  input: z.object({ sha256: z.string() }),
  results: z.array(
    z.object({
      method: z.string(),
      status: z.enum(['converged', 'notConverged', 'refused']),
      voxel: z.number().optional(),
      metabolites: z.array(estimate),
      combined: z.array(estimate),
    }),
  ),
});

type ResultDocument = z.infer<typeof document>;

const documents = z.union([
  document.transform((one): ResultDocument[] => [one]),
  z
    .object({ schema: z.literal('lineshape.quantifications/1'), documents: z.array(document) })
    .transform((many) => many.documents),
]);

async function readDocument(path: string): Promise<ResultDocument[]> {
  const { bytes, name } = await readInputFile(path);
  let json: unknown;
  try {
    json = parseBoundedJson(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new ReaderError('FORMAT_INVALID', `${name} is not valid JSON.`, { file: name }, error);
  }
  const parsed = documents.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new ReaderError('FORMAT_INVALID', `${name} is not a result of "lineshape quantify --json".`, { file: name });
}

/** JSON files of a folder and its subfolders, in the order of their names. */
async function jsonFilesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.json$/i.test(entry.name) && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Of a file, its results; of a folder, those of all result documents in it, whatever other JSON lies beside them. */
async function readDocuments(path: string): Promise<ResultDocument[]> {
  const isFolder = await stat(path).then((found) => found.isDirectory(), () => false); // prettier-ignore
  if (!isFolder) return readDocument(path);
  const found: ResultDocument[] = [];
  for (const file of await jsonFilesOf(path)) {
    try {
      found.push(...(await readDocument(file)));
    } catch (error) {
      if (!(error instanceof ReaderError) || error.code !== 'FORMAT_INVALID') throw error;
    }
  }
  if (found.length > 0) return found;
  const name = basename(path);
  throw new ReaderError('FORMAT_INVALID', `The folder ${name} holds no result of "lineshape quantify --json".`, { file: name }); // prettier-ignore
}

/** A file that was given twice counts by its first result. */
function unique(results: readonly KeyedResult[]): KeyedResult[] {
  return [...new Map([...results].reverse().map((r) => [r.key, r])).values()].reverse();
}

function seriesOf(found: readonly ResultDocument[], method: string, file: string): ResultSeries {
  const results = found.flatMap(({ input, results: all }) =>
    all.filter((r) => r.method === method).map((result) => ({ key: `${input.sha256} ${result.voxel ?? 0}`, result })),
  );
  if (results.length === 0) {
    const known = [...new Set(found.flatMap((d) => d.results.map((r) => r.method)))].join(', ') || 'none';
    throw new UsageError(`${file} has no result of the method "${method}"; it has ${known}.`);
  }
  return { label: `${method} (${file})`, method, results: unique(results) };
}

/** @throws UsageError where the file has several methods and none is named */
function methodIn(found: readonly ResultDocument[], named: string | undefined, file: string): string {
  if (named !== undefined) return named;
  const methods = [...new Set(found.flatMap((d) => d.results.map((r) => r.method)))];
  const [only] = methods;
  if (only !== undefined && methods.length === 1) return only;
  const list = methods.join(', ') || 'none';
  throw new UsageError(
    `${file} has results of several methods (${list}); name one for each series with --methods A,B.`,
  );
}

/**
 * @param paths two files or folders, or one that holds both methods
 * @param methods of A and of B; may be left out where each file has one method
 * @throws ReaderError, UsageError
 */
export async function seriesOfFiles(
  paths: readonly string[],
  methods: readonly string[] | null,
): Promise<readonly [ResultSeries, ResultSeries]> {
  const [pathA, pathB = pathA] = paths as [string, string?];
  if (paths.length === 1 && methods === null) {
    throw new UsageError('Of one file, the two methods to compare are named with --methods A,B.');
  }
  if (paths.length === 1 && methods !== null && methods[0] === methods[1]) {
    throw new UsageError(`Of one file, two different methods are compared, not "${methods[0]}" with itself.`);
  }
  const a = await readDocuments(pathA);
  const b = paths.length === 1 ? a : await readDocuments(pathB);
  const [fileA, fileB] = [basename(pathA), basename(pathB)];
  return [seriesOf(a, methodIn(a, methods?.[0], fileA), fileA), seriesOf(b, methodIn(b, methods?.[1], fileB), fileB)];
}

/** The analyses of one method, the newest of every dataset; or the one analysis of that id. */
function analysesOf(store: StudyStore, studyId: string, wanted: string): AnalysisRecord[] {
  const all = store.listAnalyses(studyId);
  const byId = all.filter((a) => a.id === wanted);
  // In the order they were made, so that the last of a dataset is its newest.
  const newest = new Map(all.filter((a) => a.method === wanted).map((a) => [a.datasetId, a]));
  const chosen = byId.length > 0 ? byId : [...newest.values()];
  if (chosen.length === 0) {
    const known = [...new Set(all.map((a) => a.method))].join(', ') || 'none';
    throw new UsageError(`The study has no analysis by "${wanted}"; it has ${known}.`);
  }
  return chosen.map((a) => store.getAnalysis(a.id));
}

/** @param wanted two method ids or analysis ids @throws UsageError, StudyDbError */
export function seriesOfStudy(
  store: StudyStore,
  studyId: string,
  wanted: readonly string[],
): readonly [ResultSeries, ResultSeries] {
  const series = (name: string): ResultSeries => {
    const analyses = analysesOf(store, studyId, name);
    const results = analyses.flatMap(({ datasetId, voxels }) =>
      voxels.map(({ voxel, result }) => ({ key: `${datasetId} ${voxel}`, result })),
    );
    return { label: name, method: analyses[0]?.method ?? name, results };
  };
  return [series(wanted[0] as string), series(wanted[1] as string)];
}
