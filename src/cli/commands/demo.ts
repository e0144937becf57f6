// lineshape demo: the demo study through the app's own workflow, its numbers beside the truth, its page in a folder.
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ModelError, ProcessingError } from '../../core/domain/errors.ts';
import type { JsonObject } from '../../core/domain/json.ts';
import type { VoxelQuantification } from '../../core/domain/quantification.ts';
import {
  analyseDataset,
  buildReportModel,
  csvInputOf,
  defaultRecipeFor,
  importIntoStore,
  readStored,
  waterFor,
} from '../../core/pipeline/index.ts';
import type { AnalysisRecord, DatasetRecord, StudyStore } from '../../core/ports/studyStore.ts';
import { csvReport, figureSvg, htmlReport } from '../../core/reports/index.ts';
import { atomicWrite } from '../../node/files/atomicWrite.ts';
import { printHtml } from '../../node/files/electronPrinter.ts';
import { readInputFiles, readWhole } from '../../node/files/readInputFiles.ts';
import { openStudyDb } from '../../node/study-db/openStudyDb.ts';
import { chooseBasis } from '../basisChoice.ts';
import { addCommonOptions } from '../options.ts';
import type { CommonOptions } from '../options.ts';
import { resultTable } from '../resultDocuments.ts';
import type { Session } from '../session.ts';
import { withSession } from '../session.ts';
import { plainJson } from '../jsonDocuments.ts';
import { printJson, printText, say } from '../terminal.ts';
import { demoTruth } from '../demoTruth.ts';
import type { DemoTruth } from '../demoTruth.ts';

interface Options extends CommonOptions {
  readonly out: string;
}

const FIGURE = { width: 900, height: 460, title: 'Demo study, single voxel (simulated)' } as const;
/** Ratios are compared with the truth where their CRLB is below this. [%] */
const SURE_CRLB_PERCENT = 10;
const MRSI_NAMES = ['tNAA', 'tCho', 'mI', 'Glx'] as const;

/** The study's own files; its description for readers is not part of it. */
async function demoFiles(resources: string): Promise<{ name: string; bytes: Uint8Array }[]> {
  const folder = join(resources, 'demo');
  const names = await readdir(folder).catch(() => [] as string[]);
  const wanted = names.filter((n) => /\.nii\.gz$|^truth\.json$/.test(n)).sort();
  if (!wanted.includes('truth.json')) {
    throw new ModelError(
      'MODEL_MISSING',
      'The demo study (resources/demo) is missing; please install the program again.',
    );
  }
  return (await readInputFiles(wanted.map((n) => join(folder, n)))).map(readWhole);
}

/** A new database each time, so that every run shows the same. */
async function freshStore(folder: string, now: () => string): Promise<{ store: StudyStore; path: string }> {
  const path = join(folder, 'demo.db');
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new ProcessingError('WRITE_FAILED', `The folder ${folder} can't be made.`, {}, error);
  });
  for (const suffix of ['', '-wal', '-shm']) await rm(path + suffix, { force: true });
  return { store: openStudyDb(path, { now }), path };
}

async function fitDataset(store: StudyStore, record: DatasetRecord, session: Session): Promise<AnalysisRecord> {
  const { dataset } = await readStored(store, record, session.deps);
  const basis = await chooseBasis(
    { basis: undefined, removeMarker: false, readOptions: {} },
    dataset,
    session.resources,
  );
  const water = waterFor(store.listDatasets(record.studyId), record);
  return analyseDataset(
    {
      store,
      datasetId: record.id,
      waterDatasetId: water?.id ?? null,
      basis,
      recipe: defaultRecipeFor(dataset),
      voxels: null,
      basisWarnings: basis.warnings,
    },
    session.deps,
  );
}

function isGrid(record: DatasetRecord): boolean {
  return record.description.grid.some((n) => n > 1);
}

/** Median |difference| in % of the ratios that are sure, over the voxels of a grid. */
function gridAgreement(voxels: readonly VoxelQuantification[], truth: DemoTruth): string[] {
  return MRSI_NAMES.map((name) => {
    const differences = voxels
      .flatMap(({ voxel, result }) => {
        const estimate = result.combined.find((c) => c.name === name);
        const expected = truth.voxels.get(voxel)?.get(name);
        const ratio = estimate?.ratioToTCr ?? null;
        const isSure = (estimate?.crlbPercent ?? Infinity) < SURE_CRLB_PERCENT;
        if (ratio === null || expected === undefined || expected === 0 || !isSure) return [];
        return [Math.abs(100 * (ratio / expected - 1))];
      })
      .sort((a, b) => a - b);
    const median = differences[Math.floor(differences.length / 2)];
    return `${name}/tCr: ${differences.length} voxels with CRLB < ${SURE_CRLB_PERCENT} %, median difference from the truth ${median === undefined ? '–' : median.toFixed(1)} %`;
  });
}

interface DemoOutcome {
  readonly single: AnalysisRecord;
  readonly grid: AnalysisRecord | null;
  readonly truth: DemoTruth;
  readonly written: readonly string[];
  readonly left: readonly string[];
}

async function writePage(
  store: StudyStore,
  single: AnalysisRecord,
  ids: string[],
  folder: string,
  session: Session,
): Promise<{ written: string[]; left: string[] }> {
  const voxel = single.voxels[0];
  if (voxel === undefined) throw new ProcessingError('PROCESSING_FAILED', 'The demo scan gave no result.');
  const html = htmlReport(await buildReportModel(store, { analysisId: single.id, voxel: voxel.voxel }, session.deps));
  const written: string[] = [];
  const left: string[] = [];
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    session.deps.cancellation.throwIfCancelled();
    await atomicWrite(join(folder, name), content);
    written.push(join(folder, name));
  };
  await write('report.html', html);
  await write('results.csv', csvReport(ids.map((id) => csvInputOf(store, id))));
  session.deps.onProgress({ fraction: 1, message: 'Printing the report' });
  const print = async (name: string, content: string, options: Parameters<typeof printHtml>[1]): Promise<void> => {
    const { bytes, reason } = await printHtml(content, options);
    if (bytes !== null) return write(name, bytes);
    // An older run's file would pass for this one's.
    await rm(join(folder, name), { force: true });
    left.push(`${name} was left out: ${reason}`);
  };
  await print('report.pdf', html, { kind: 'pdf' });
  if (voxel.curves !== null) {
    const { width, height } = FIGURE;
    await print('fit.png', figurePage(figureSvg(voxel.curves, FIGURE)), {
      kind: 'png',
      widthPx: width,
      heightPx: height,
    });
  }
  return { written, left };
}

const figurePage = (svg: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Fit</title><style>html,body{margin:0;background:#fff;overflow:hidden}svg{display:block}</style></head><body>${svg}</body></html>`;

async function runDemo(folder: string, session: Session): Promise<DemoOutcome> {
  const files = await demoFiles(session.resources());
  const truth = demoTruth(files.find((f) => f.name === 'truth.json') as (typeof files)[number]);
  const { store, path } = await freshStore(folder, session.stamp.now);
  try {
    const { studies, failures } = await importIntoStore(files, store, session.deps, {
      title: 'Demo study (simulated)',
    });
    const [failure] = failures;
    const [imported] = studies;
    if (failure !== undefined || imported === undefined) {
      throw new ProcessingError(
        'PROCESSING_FAILED',
        `The demo study could not be imported: ${failure?.error.message ?? 'no scan was found.'}`,
      );
    }
    const scans = imported.outcome.datasets.filter((d) => d.role === 'metabolite');
    const singleRecord = scans.find((d) => !isGrid(d));
    const gridRecord = scans.find(isGrid);
    if (singleRecord === undefined)
      throw new ProcessingError('PROCESSING_FAILED', 'The demo study has no single-voxel scan.');
    const single = await fitDataset(store, singleRecord, session);
    const grid = gridRecord === undefined ? null : await fitDataset(store, gridRecord, session);
    const ids = grid === null ? [single.id] : [single.id, grid.id];
    const { written, left } = await writePage(store, single, ids, folder, session);
    return { single, grid, truth, written: [...written, path], left };
  } finally {
    store.close();
  }
}

function documentOf({ single, grid, truth, written, left }: DemoOutcome): JsonObject {
  const document = {
    schema: 'lineshape.demo/1',
    single: { analysis: single.id, basis: single.basisId, result: single.voxels[0]?.result, warnings: single.warnings },
    truth: Object.fromEntries(truth.single),
    grid:
      grid === null
        ? null
        : {
            analysis: grid.id,
            fitted: grid.voxels.filter((v) => v.result.status !== 'refused').length,
            agreement: gridAgreement(grid.voxels, truth),
          },
    written,
    left,
  };
  return plainJson(document);
}

function printOutcome({ single, grid, truth, written, left }: DemoOutcome): void {
  const voxel = single.voxels[0] as VoxelQuantification;
  printText(`\nSingle voxel, ratios to tCr beside the simulation's truth\n${resultTable(voxel, truth.single)}`);
  for (const { message } of [...single.warnings, ...voxel.result.warnings]) printText(`Warning: ${message}`);
  if (grid !== null) {
    const fitted = grid.voxels.filter((v) => v.result.status !== 'refused').length;
    printText(`\nSpectroscopic imaging: ${fitted} of ${grid.voxels.length} voxels hold signal and were fitted`);
    printText(gridAgreement(grid.voxels, truth).join('\n'));
  }
  printText(`\nWritten:\n${written.map((w) => `  ${w}`).join('\n')}`);
  for (const line of left) printText(line);
}

export function addDemoCommand(program: Command): void {
  const command = program
    .command('demo')
    .description('analyse the demo study: table beside its truth, report.html, report.pdf, results.csv, fit.png')
    .requiredOption('-o, --out <dir>', 'folder for the results');
  addCommonOptions(command).action(async (options: Options) => {
    const isNew = !existsSync(options.out);
    let outcome: DemoOutcome;
    try {
      outcome = await withSession(options, (session) => runDemo(options.out, session));
    } catch (error) {
      if (isNew) await rm(options.out, { recursive: true, force: true });
      throw error;
    }
    if (options.json === true) printJson(documentOf(outcome));
    else printOutcome(outcome);
    say('Done.');
  });
}
