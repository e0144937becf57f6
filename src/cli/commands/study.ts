// lineshape study: the study database.
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { DeidentificationReport } from '../../core/domain/deidentification.ts';
import { fromErrorRecord, UsageError } from '../../core/domain/errors.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import { EXPORT_FORMATS } from '../../core/domain/studyExport.ts';
import type { ExportFormat } from '../../core/domain/studyExport.ts';
import { deidentificationReport } from '../../core/formats/deidentify.ts';
import { planImport, storeImport } from '../../core/pipeline/index.ts';
import { deidentifyImport } from '../../core/pipeline/deidentifyImport.ts';
import type { DeidentifyDeps } from '../../core/pipeline/deidentifyImport.ts';
import { EXPORT_JOBS, exportIntoFolder } from '../../node/files/exportFolder.ts';
import { readInputFiles } from '../../node/files/readInputFiles.ts';
import { pseudonymOf } from '../../node/study-db/pseudonyms.ts';
import { addCommonOptions, addHeaderOptions, readOptionsOf } from '../options.ts';
import type { CommonOptions, HeaderOptions } from '../options.ts';
import { VERSION, withSession } from '../session.ts';
import { recordInStudyDb, requireStudyDb, withStudyDb } from '../studyDatabase.ts';
import { printJson, printText, say, textTable } from '../terminal.ts';
import { addStudyCareCommands } from './studyCare.ts';
import { addStudyUsersCommands } from './studyUsers.ts';

interface DbOptions extends CommonOptions {
  readonly db: string;
}

function printRemoved({ files }: DeidentificationReport): void {
  const removed = files.flatMap(({ name, removals }) => removals.map((removal) => ({ file: name, ...removal })));
  printText(['Taken out:', ...deidentificationReport(removed).map((line) => `  ${line}`)].join('\n'));
}

interface ImportOptions extends DbOptions, HeaderOptions {
  readonly title?: string;
  readonly deidentify?: boolean;
}

async function importStudies(paths: string[], options: ImportOptions): Promise<void> {
  const files = await readInputFiles(paths);
  const readOptions = readOptionsOf(options);
  const summary = await withSession(options, ({ deps }) =>
    withStudyDb(options.db, 'write', async (store) => {
      const title = options.title === undefined ? {} : { title: options.title };
      const plan = await planImport(files, deps, { ...readOptions, ...title });
      if (options.deidentify !== true) return { ...storeImport(plan, store), report: null };
      const by: DeidentifyDeps['pseudonymOf'] = (patient, content) => pseudonymOf(store, patient, content);
      const clean = await deidentifyImport(plan, { parse: deps.parse, pseudonymOf: by });
      return { ...storeImport(clean, store), report: clean.report };
    }),
  );
  const [failure] = summary.failures;
  // Nothing readable at all is a failure of the command; one bad file among good ones is said, not fatal.
  if (summary.studies.length === 0 && failure !== undefined) throw fromErrorRecord(failure.error);
  for (const { error } of summary.failures) say(`Not imported: ${error.message}`);
  const studies = summary.studies.map(({ outcome, isNew }) => ({ ...outcome, isNew }));
  const { failures, report } = summary;
  if (options.json === true) printJson({ studies, failures, ...(report === null ? {} : { report }) });
  else {
    for (const { study, datasets, alreadyKnown } of studies) {
      printText(`${study.id}  ${study.title}: ${datasets.length} new, ${alreadyKnown.length} already there`);
    }
    if (report !== null) printRemoved(report);
  }
}

async function list(options: DbOptions): Promise<void> {
  const studies = await withStudyDb(options.db, 'read', (store) => store.listStudies());
  if (options.json === true) printJson({ studies });
  else if (studies.length === 0) printText('The database holds no study; import one with "lineshape study import".');
  else {
    const rows = studies.map((s) => [s.id, s.title, s.state, String(s.datasetCount), String(s.resultCount)]);
    printText(textTable(['Study', 'Title', 'State', 'Files', 'Results'], rows));
  }
}

async function show(studyId: string, options: DbOptions): Promise<void> {
  requireStudyDb(options.db);
  const detail = await withStudyDb(options.db, 'read', (store) => ({
    study: store.getStudy(studyId),
    datasets: store.listDatasets(studyId),
    analyses: store.listAnalyses(studyId),
    reports: store.listReports(studyId),
    exports: store.listJobs().filter((job) => job.studyId === studyId && EXPORT_JOBS.includes(job.kind)),
  }));
  await recordInStudyDb(options.db, { kind: 'view', action: 'study', studyId, details: {} });
  if (options.json === true) {
    printJson(detail);
    return;
  }
  const { study, datasets, analyses, exports } = detail;
  printText(`${study.title} (${study.state}), ${study.sequence ?? 'sequence not stated'}, imported ${study.createdAt}`);
  const files = datasets.map((d) => [d.id, d.role, d.fileName, d.sha256.slice(0, 12)]);
  printText(textTable(['Dataset', 'Role', 'File', 'SHA-256'], files));
  if (analyses.length > 0) {
    const rows = analyses.map((a) => [a.id, a.method, a.recipeId, a.basisId, a.status, a.createdAt]);
    printText(textTable(['Analysis', 'Method', 'Recipe', 'Basis', 'Status', 'Time'], rows));
  }
  if (exports.length > 0) {
    const rows = exports.map((job) => [job.createdAt, job.state, job.message ?? '']);
    printText(textTable(['Export', 'State', 'What'], rows));
  }
}

interface ExportOptions extends DbOptions {
  readonly out: string;
  readonly format: string;
  readonly identified?: boolean;
}

/** @throws UsageError where there is no such format */
function exportFormatOf(text: string): ExportFormat {
  const found = EXPORT_FORMATS.find((format) => format === text);
  if (found !== undefined) return found;
  throw new UsageError(`--format takes ${EXPORT_FORMATS.join(', ')}, not "${text}".`);
}

async function exportOne(studyId: string, options: ExportOptions): Promise<void> {
  const format = exportFormatOf(options.format);
  if (existsSync(options.out)) throw new UsageError(`The folder ${options.out} exists already; name a new one.`);
  requireStudyDb(options.db);
  // A pseudonym's key is made at its first use, and the export is noted.
  const deidentify = options.identified !== true;
  const summary = await withStudyDb(options.db, 'write', (store) =>
    withSession(options, ({ deps: { parse, cancellation, onProgress } }) => {
      const request = { studyId, datasetIds: null, format, deidentify };
      const watch = onProgress === undefined ? {} : { onProgress };
      return exportIntoFolder(store, request, options.out, { parse, version: VERSION, cancellation, ...watch });
    }),
  );
  const { files, report, notes } = summary;
  for (const note of [...notes, ...(report?.notes ?? [])]) say(`Note: ${note}`);
  if (options.json === true) {
    printJson({ folder: options.out, format, files, report });
    return;
  }
  printText(`${files.length} files written to ${options.out}`);
  if (report !== null) printRemoved(report);
}

async function remove(studyId: string, options: DbOptions & { yes?: boolean }): Promise<void> {
  if (options.yes !== true) throw new UsageError('Deleting a study can not be undone; add --yes to do it.');
  requireStudyDb(options.db);
  const erase = (store: StudyStore): void => {
    store.getStudy(studyId);
    store.deleteStudy(studyId);
  };
  await withStudyDb(options.db, 'write', erase, { role: 'physicist' });
  if (options.json === true) printJson({ deleted: studyId });
  else printText(`Study ${studyId} was deleted.`);
}

export function addStudyCommand(program: Command): void {
  const study = program.command('study').description('the study database');
  const withDb = (command: Command): Command =>
    addCommonOptions(command.requiredOption('--db <path>', 'study database'));
  const add = (name: string, description: string): Command => withDb(study.command(name).description(description));
  addHeaderOptions(
    add('import', 'import scans and images that belong together').argument('<path...>', 'files or folders'),
  )
    .option('--title <text>', 'title of the study')
    .option('--deidentify', 'take out names, numbers and dates before storing')
    .action(importStudies);
  add('list', 'list the studies').action(list);
  add('show', 'what a study holds').argument('<study>', 'id').action(show);
  add('export', 'files, results.csv and study.json of a study, without names, numbers and dates, and what was removed')
    .argument('<study>', 'id')
    .requiredOption('-o, --out <dir>', 'new folder')
    .option('--format <name>', EXPORT_FORMATS.join(', '), 'as-imported')
    .option('--identified', 'with the patient’s name, which the database notes')
    .action(exportOne);
  add('delete', 'delete a study with its results')
    .argument('<study>', 'id')
    .option('--yes', 'really delete')
    .action(remove);
  addStudyCareCommands(add);
  addStudyUsersCommands(study, withDb);
}
