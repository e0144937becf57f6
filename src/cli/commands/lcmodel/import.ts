// lineshape lcmodel import: results that LCModel made elsewhere, as quantify prints them, and into a study.
import type { Command } from 'commander';
import { AppError, ReaderError, UsageError } from '../../../core/domain/errors.ts';
import type { JsonObject } from '../../../core/domain/json.ts';
import type { VoxelQuantification } from '../../../core/domain/quantification.ts';
import type { ForeignRun } from '../../../core/pipeline/lcmodelImport.ts';
import {
  foreignRecipe,
  foreignStep,
  foreignWarnings,
  readForeignRun,
  storeForeignRun,
} from '../../../core/pipeline/lcmodelImport.ts';
import type { AnalysisRecord, DatasetRecord, StudyStore } from '../../../core/ports/studyStore.ts';
import { lcmodelFileSets } from '../../../core/quantification/lcmodel/index.ts';
import { recipeSha256, sha256OfFiles } from '../../../node/files/hashing.ts';
import { readLcmodelOutputs } from '../../../node/lcmodel/readOutputs.ts';
import { plainJson, quantificationsDocument, WRITTEN_BY } from '../../jsonDocuments.ts';
import { positiveNumber } from '../../options.ts';
import { resultDocument, resultTable } from '../../resultDocuments.ts';
import { PROGRAM, VERSION } from '../../session.ts';
import { requireStudyDb, withStudyDb } from '../../studyDatabase.ts';
import { printJson, printText, say } from '../../terminal.ts';

interface Options {
  readonly json?: boolean;
  readonly frequencyMhz?: string;
  readonly db?: string;
  readonly study?: string;
  readonly dataset?: string;
}

const STAMP = { program: PROGRAM, version: VERSION, now: (): string => new Date().toISOString() };

/** Every run among the files. One that can't be read is said, unless there is no other. */
async function readRuns(paths: readonly string[], frequencyMHz: number | null): Promise<ForeignRun[]> {
  if (paths.includes('')) throw new UsageError('One of the file names given is empty.');
  const files = await readLcmodelOutputs(paths);
  const runs: ForeignRun[] = [];
  const failures: AppError[] = [];
  for (const set of lcmodelFileSets(files)) {
    try {
      runs.push(readForeignRun(set, files, frequencyMHz, sha256OfFiles));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      failures.push(error);
    }
  }
  if (runs.length === 0 && failures[0] !== undefined) throw failures[0];
  for (const { message } of failures) say(`Not read: ${message}`);
  return runs;
}

/** A run's spectra in the order of its files; without a scan there is no grid to number them by. */
const spectraOf = (run: ForeignRun): VoxelQuantification[] =>
  run.voxels.map(({ result, curves }, voxel) => ({ voxel, result, curves }));

function documentOf(run: ForeignRun): JsonObject {
  const warnings = foreignWarnings(run);
  const voxels = spectraOf(run);
  const recipe = foreignRecipe(run);
  const document = {
    schema: 'lineshape.quantification/1',
    input: { file: run.files.map(({ name }) => name).join(', '), sha256: run.sha256 },
    basis: run.basis,
    results: voxels.map((voxel, i) => ({
      ...(resultDocument({ voxels, warnings }, voxel) as object),
      place: run.voxels[i]?.place ?? null,
    })),
    water: null,
    recipes: [{ method: 'lcmodel', sha256: recipeSha256(recipe), recipe }],
    warnings,
    provenance: [foreignStep(run, STAMP)],
    program: WRITTEN_BY,
  };
  return plainJson(document);
}

function printRun(run: ForeignRun): void {
  printText(`${run.name}, LCModel version ${run.voxels[0]?.result.version ?? 'not stated'}, basis ${run.basis.id}`);
  const spectra = spectraOf(run);
  // Over a grid most warnings are of every voxel.
  const warnings = [...foreignWarnings(run), ...spectra.flatMap(({ result }) => result.warnings)];
  for (const message of new Set(warnings.map((w) => w.message))) say(`Warning: ${message}`);
  spectra.forEach((voxel, i) => {
    const place = run.voxels[i]?.place;
    if (place) printText(`\nRow ${place.row}, column ${place.column}${place.slice ? `, slice ${place.slice}` : ''}`);
    printText(resultTable(voxel));
  });
}

/** The scan of the study that the results are of. @throws UsageError where there are several and none was named */
function datasetOf(store: StudyStore, studyId: string, datasetId: string | undefined): DatasetRecord {
  store.getStudy(studyId);
  const datasets = store.listDatasets(studyId);
  if (datasetId !== undefined) {
    const found = datasets.find(({ id }) => id === datasetId);
    if (found === undefined) throw new ReaderError('NOT_FOUND', `The study has no dataset ${datasetId}.`);
    return found;
  }
  const [only, ...others] = datasets.filter(({ role }) => role === 'metabolite');
  if (only === undefined) throw new UsageError('The study holds no metabolite scan to put the results beside.');
  if (others.length === 0) return only;
  throw new UsageError(
    `The study holds ${others.length + 1} metabolite scans; say with --dataset which one the results are of.`,
  );
}

async function storeRuns(runs: readonly ForeignRun[], options: Options): Promise<AnalysisRecord | null> {
  const { db, study, dataset } = options;
  if (study === undefined) return null;
  const [run] = runs;
  if (run === undefined || runs.length > 1) {
    throw new UsageError(
      `The files are of ${runs.length} runs of LCModel (${runs.map(({ name }) => name).join(', ')}); name those of one for the study.`,
    );
  }
  if (db === undefined) throw new UsageError('--study needs the study database: name it with --db.');
  requireStudyDb(db);
  return withStudyDb(db, 'write', (store) =>
    storeForeignRun(store, datasetOf(store, study, dataset), run, { stamp: STAMP, hashRecipe: recipeSha256 }),
  );
}

async function importResults(paths: string[], options: Options): Promise<void> {
  const given = options.frequencyMhz;
  const runs = await readRuns(paths, given === undefined ? null : positiveNumber('--frequency-mhz', given));
  const stored = await storeRuns(runs, options);
  if (options.json === true) {
    const document = quantificationsDocument(runs.map(documentOf));
    printJson(stored === null ? document : { ...document, analysis: { id: stored.id, studyId: stored.studyId } });
    return;
  }
  runs.forEach(printRun);
  if (stored !== null) printText(`Stored as analysis ${stored.id} of study ${stored.studyId}.`);
}

export function addImportCommand(lcmodel: Command): void {
  lcmodel
    .command('import')
    .description('read results that LCModel made elsewhere')
    .argument('<path...>', '.coord, .table, .print or .csv files, or folders of them')
    .option('--json', 'print exactly one JSON document on stdout')
    .option('--frequency-mhz <f>', 'spectrometer frequency, for results that don’t say it')
    .option('--db <path>', 'study database')
    .option('--study <id>', 'store the results beside those of this study’s scan')
    .option('--dataset <id>', 'which scan of the study, where it holds several')
    .action(importResults);
}
