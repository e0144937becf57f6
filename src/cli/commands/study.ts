// lineshape study: the study database.
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { fromErrorRecord, ReaderError, UsageError } from '../../core/domain/errors.ts';
import { planImport, storeImport } from '../../core/pipeline/index.ts';
import { deidentifyImport } from '../../core/pipeline/deidentifyImport.ts';
import type { DeidentifyDeps } from '../../core/pipeline/deidentifyImport.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import { writeOutputs } from '../../node/files/outputFolder.ts';
import type { OutputFiles } from '../../node/files/outputFolder.ts';
import { readInputFiles } from '../../node/files/readInputFiles.ts';
import { openStudyDb } from '../../node/study-db/openStudyDb.ts';
import { pseudonymOf } from '../../node/study-db/pseudonyms.ts';
import { addCommonOptions, addHeaderOptions, readOptionsOf } from '../options.ts';
import type { CommonOptions, HeaderOptions } from '../options.ts';
import { withSession } from '../session.ts';
import { deidentifiedExport, identifiedExport } from '../studyExport.ts';
import { printJson, printText, say, textTable } from '../terminal.ts';

interface DbOptions extends CommonOptions {
  readonly db: string;
}

const now = (): string => new Date().toISOString();

function withStore<T>(path: string, readOnly: boolean, work: (store: StudyStore) => T): T {
  const store = openStudyDb(path, { now, readOnly });
  try {
    return work(store);
  } finally {
    store.close();
  }
}

interface ImportOptions extends DbOptions, HeaderOptions {
  readonly title?: string;
  readonly deidentify?: boolean;
}

async function importStudies(paths: string[], options: ImportOptions): Promise<void> {
  const files = await readInputFiles(paths);
  const readOptions = readOptionsOf(options);
  const summary = await withSession(options, async ({ deps }) => {
    const store = openStudyDb(options.db, { now });
    try {
      const title = options.title === undefined ? {} : { title: options.title };
      const plan = await planImport(files, deps, { ...readOptions, ...title });
      if (options.deidentify !== true) return storeImport(plan, store);
      const by: DeidentifyDeps['pseudonymOf'] = (patient, content) => pseudonymOf(store, patient, content);
      return storeImport(await deidentifyImport(plan, { parse: deps.parse, pseudonymOf: by }), store);
    } finally {
      store.close();
    }
  });
  const [failure] = summary.failures;
  // Nothing readable at all is a failure of the command; one bad file among good ones is said, not fatal.
  if (summary.studies.length === 0 && failure !== undefined) throw fromErrorRecord(failure.error);
  for (const { error } of summary.failures) say(`Not imported: ${error.message}`);
  const studies = summary.studies.map(({ outcome, isNew }) => ({ ...outcome, isNew }));
  if (options.json === true) printJson({ studies, failures: summary.failures });
  else {
    for (const { study, datasets, alreadyKnown } of studies) {
      printText(`${study.id}  ${study.title}: ${datasets.length} new, ${alreadyKnown.length} already there`);
    }
  }
}

function list(options: DbOptions): void {
  const studies = withStore(options.db, true, (store) => store.listStudies());
  if (options.json === true) printJson({ studies });
  else if (studies.length === 0) printText('The database holds no study; import one with "lineshape study import".');
  else {
    const rows = studies.map((s) => [s.id, s.title, s.state, String(s.datasetCount), String(s.resultCount)]);
    printText(textTable(['Study', 'Title', 'State', 'Files', 'Results'], rows));
  }
}

function show(studyId: string, options: DbOptions): void {
  const detail = withStore(options.db, true, (store) => ({
    study: store.getStudy(studyId),
    datasets: store.listDatasets(studyId),
    analyses: store.listAnalyses(studyId),
    reports: store.listReports(studyId),
  }));
  if (options.json === true) {
    printJson(detail);
    return;
  }
  const { study, datasets, analyses } = detail;
  printText(`${study.title} (${study.state}), ${study.sequence ?? 'sequence not stated'}, imported ${study.createdAt}`);
  const files = datasets.map((d) => [d.id, d.role, d.fileName, d.sha256.slice(0, 12)]);
  printText(textTable(['Dataset', 'Role', 'File', 'SHA-256'], files));
  if (analyses.length > 0) {
    const rows = analyses.map((a) => [a.id, a.method, a.recipeId, a.basisId, a.status, a.createdAt]);
    printText(textTable(['Analysis', 'Method', 'Recipe', 'Basis', 'Status', 'Time'], rows));
  }
}

async function exportStudy(studyId: string, options: DbOptions & { out: string; identified?: boolean }): Promise<void> {
  if (existsSync(options.out)) throw new UsageError(`The folder ${options.out} exists already; name a new one.`);
  if (!existsSync(options.db)) throw new ReaderError('NOT_FOUND', 'The study database does not exist.');
  // A pseudonym's key is made at its first use.
  const store = openStudyDb(options.db, { now, readOnly: options.identified === true });
  let files: OutputFiles;
  try {
    files =
      options.identified === true
        ? identifiedExport(store, studyId)
        : await withSession(options, ({ deps }) => deidentifiedExport(store, studyId, deps.parse));
  } finally {
    store.close();
  }
  await writeOutputs(options.out, files);
  if (options.json === true) printJson({ folder: options.out, files: [...files.keys()] });
  else printText(`${files.size} files written to ${options.out}`);
}

function remove(studyId: string, options: DbOptions & { yes?: boolean }): void {
  if (options.yes !== true) throw new UsageError('Deleting a study can not be undone; add --yes to do it.');
  if (!existsSync(options.db)) throw new ReaderError('NOT_FOUND', 'The study database does not exist.');
  withStore(options.db, false, (store) => {
    store.getStudy(studyId);
    store.deleteStudy(studyId);
  });
  if (options.json === true) printJson({ deleted: studyId });
  else printText(`Study ${studyId} was deleted.`);
}

export function addStudyCommand(program: Command): void {
  const study = program.command('study').description('the study database');
  const add = (name: string, description: string): Command =>
    addCommonOptions(study.command(name).description(description).requiredOption('--db <path>', 'study database'));
  addHeaderOptions(
    add('import', 'import scans and images that belong together').argument('<path...>', 'files or folders'),
  )
    .option('--title <text>', 'title of the study')
    .option('--deidentify', 'take out names, numbers and dates before storing')
    .action(importStudies);
  add('list', 'list the studies').action(list);
  add('show', 'what a study holds').argument('<study>', 'id').action(show);
  add('export', 'files, results.csv and study.json of a study, without names, numbers and dates')
    .argument('<study>', 'id')
    .requiredOption('-o, --out <dir>', 'new folder')
    .option('--identified', 'the raw files as they were imported, with the patient’s name')
    .action(exportStudy);
  add('delete', 'delete a study with its results')
    .argument('<study>', 'id')
    .option('--yes', 'really delete')
    .action(remove);
}
