// lineshape lcmodel run: the user's own LCModel on a scan that our recipe prepared, its result as that of any method.
import type { Command } from 'commander';
import { UsageError } from '../../../core/domain/errors.ts';
import { analyseWithLcmodel } from '../../../core/pipeline/lcmodelAnalysis.ts';
import type { LcmodelOutcome } from '../../../core/pipeline/lcmodelAnalysis.ts';
import { csvReport, figureSvg } from '../../../core/reports/index.ts';
import { writeOutputs } from '../../../node/files/outputFolder.ts';
import { lcmodelOfEnvironment, LONGEST_TIME_LIMIT_S, readInstallation } from '../../../node/lcmodel/installation.ts';
import type { LcmodelInstallation } from '../../../node/lcmodel/installation.ts';
import { DEFAULT_TIME_LIMIT_S, runLcmodel } from '../../../node/lcmodel/runLcmodel.ts';
import type { LcmodelRun } from '../../../node/lcmodel/runLcmodel.ts';
import { requireExecutable } from '../../../node/lcmodel/failures.ts';
import { positiveNumber } from '../../options.ts';
import type { ScanResult } from '../../quantifyScans.ts';
import { csvInputs, quantificationDocument, resultTable } from '../../resultDocuments.ts';
import type { Session } from '../../session.ts';
import { withSession } from '../../session.ts';
import { requireStudyDb, withStudyDb } from '../../studyDatabase.ts';
import { jsonText, printJson, printText, say } from '../../terminal.ts';
import type { LcmodelScan, LcmodelScanOptions } from './scanForLcmodel.ts';
import { addLcmodelScanOptions, readLcmodelScan, settingsOf } from './scanForLcmodel.ts';

interface Options extends LcmodelScanOptions {
  readonly lcmodel?: string;
  readonly db?: string;
  readonly timeLimit?: string;
  readonly out?: string;
}

async function installationOfApp(path: string | undefined): Promise<LcmodelInstallation> {
  if (path === undefined) return { executable: lcmodelOfEnvironment(), timeLimitS: DEFAULT_TIME_LIMIT_S };
  requireStudyDb(path);
  return withStudyDb(path, 'read', readInstallation);
}

/** Which LCModel, and for how long: options first, then the environment, then what the app was told. */
async function installationOf(options: Options): Promise<{ readonly executable: string; readonly timeLimitS: number }> {
  const known = await installationOfApp(options.db);
  const executable = options.lcmodel ?? lcmodelOfEnvironment() ?? known.executable;
  if (executable === null) {
    throw new UsageError(
      'No LCModel is set: name your own with --lcmodel PATH or in LINESHAPE_LCMODEL, or give the app’s database with --db.',
    );
  }
  const limit = options.timeLimit;
  const timeLimitS = limit === undefined ? known.timeLimitS : positiveNumber('--time-limit', limit);
  if (timeLimitS > LONGEST_TIME_LIMIT_S) {
    throw new UsageError(`--time-limit takes at most ${LONGEST_TIME_LIMIT_S} s, not ${timeLimitS}.`);
  }
  requireExecutable(executable);
  return { executable, timeLimitS };
}

interface Done {
  readonly result: ScanResult;
  readonly outcome: LcmodelOutcome;
  readonly runs: readonly LcmodelRun[];
}

async function analyse(input: string, options: Options, session: Session): Promise<Done> {
  const installation = await installationOf(options);
  const prepared: LcmodelScan = await readLcmodelScan(input, options, session);
  let runs: readonly LcmodelRun[] = [];
  const outcome = await analyseWithLcmodel(
    prepared,
    async (spectra, basis, cancellation, onProgress) => {
      const request = { ...installation, ...spectra, basis: prepared.basisFile ?? basis, parallel: session.threads };
      runs = await runLcmodel({ ...request, keepFiles: options.out !== undefined }, cancellation, onProgress);
      return runs;
    },
    session.deps,
  );
  const { scan, waterScan: water, basis, recipe } = prepared;
  const warnings = [...outcome.warnings, ...basis.warnings];
  const analysis = { method: 'lcmodel', recipe, outcome, voxels: outcome.voxels, warnings };
  return {
    result: { scan, water, basis, analysedAt: session.stamp.now(), analyses: [analysis], refused: [] },
    outcome,
    runs,
  };
}

/** Results as `quantify` writes them, and all of LCModel's own files. */
function outputFiles({ result, runs }: Done): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>([
    ['results.csv', csvReport(csvInputs(result))],
    ['result.json', jsonText(quantificationDocument(result))],
  ]);
  const curves = runs.find((r) => r.curves !== null)?.curves;
  if (curves) files.set('fit.svg', figureSvg(curves, { width: 900, height: 460, title: result.scan.fileName }));
  for (const { voxel, files: own } of runs) {
    const folder = runs.length === 1 ? 'lcmodel' : `lcmodel/voxel-${voxel}`;
    for (const { path, bytes } of own) files.set(`${folder}/${path}`, bytes);
  }
  return files;
}

function printResult({ result, outcome }: Done): void {
  const [analysis] = result.analyses;
  printText(`${result.scan.fileName}, lcmodel, basis ${result.basis.id}`);
  for (const warning of analysis?.warnings ?? []) say(`Warning: ${warning.message}`);
  for (const voxel of outcome.voxels) {
    if (outcome.voxels.length > 1) printText(`\nVoxel ${voxel.voxel}`);
    for (const warning of voxel.result.warnings) say(`Warning: ${warning.message}`);
    if (voxel.result.status === 'refused') say(`Voxel ${voxel.voxel}: ${voxel.result.reason ?? 'refused'}`);
    else printText(resultTable(voxel));
  }
}

/** LCModel's own words, which belong to nobody's result document. */
function sayOutput(output: string): void {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== '');
  for (const line of lines) say(`LCModel: ${line.trim()}`);
}

async function run(input: string, options: Options): Promise<void> {
  settingsOf(options);
  const done = await withSession(options, (session) => analyse(input, options, session));
  if (options.out !== undefined) await writeOutputs(options.out, outputFiles(done));
  sayOutput(done.outcome.output);
  if (options.json === true) printJson(quantificationDocument(done.result));
  else printResult(done);
  if (options.out !== undefined) say(`Written to ${options.out}: results.csv, result.json, and LCModel's own files`);
}

export function addRunCommand(lcmodel: Command): void {
  const command = lcmodel
    .command('run')
    .description('run your own LCModel on a scan')
    .argument('<scan>', 'file or folder')
    .option('--lcmodel <path>', 'executable (default: LINESHAPE_LCMODEL)')
    .option('--db <path>', 'study database of the app, whose settings name LCModel and time limit')
    .option('--time-limit <s>', `for one spectrum (default ${DEFAULT_TIME_LIMIT_S})`)
    .option('-o, --out <dir>', 'folder for results.csv, result.json, fit.svg and LCModel’s own files');
  addLcmodelScanOptions(command).action(run);
}
