// lineshape report: the page as HTML, PDF or CSV, from files or from the study database.
import { basename, extname } from 'node:path';
import type { Command } from 'commander';
import { ProcessingError, UsageError } from '../../core/domain/errors.ts';
import { buildReportModel, csvInputOf } from '../../core/pipeline/index.ts';
import { csvReport, htmlReport } from '../../core/reports/index.ts';
import { atomicWrite } from '../../node/files/atomicWrite.ts';
import { printHtml } from '../../node/files/electronPrinter.ts';
import { requireFolderOf } from '../outputFolder.ts';
import { addQuantifyOptions, quantifyScans } from '../quantifyScans.ts';
import type { QuantifyOptions, ScanResult } from '../quantifyScans.ts';
import { csvInputs, reportOf } from '../resultDocuments.ts';
import type { Session } from '../session.ts';
import { withSession } from '../session.ts';
import { withStudyDb } from '../studyDatabase.ts';
import { printJson, printText } from '../terminal.ts';

interface Options extends QuantifyOptions {
  readonly out: string;
  readonly db?: string;
  readonly analysis?: string;
}

type Kind = '.html' | '.pdf' | '.csv';

function kindOf(path: string): Kind {
  const kind = extname(path).toLowerCase();
  if (kind === '.html' || kind === '.pdf' || kind === '.csv') return kind;
  throw new UsageError(`The report ${basename(path)} must end with .html, .pdf or .csv, which names its kind.`);
}

function pageOf(results: readonly ScanResult[], now: string): string {
  const [result] = results;
  const [analysis] = result?.analyses ?? [];
  if (result === undefined || analysis === undefined || results.length > 1) {
    throw new UsageError('A page shows one scan; for several scans write a .csv.');
  }
  const fitted = analysis.voxels.filter((v) => v.result.status !== 'refused');
  const voxel = fitted[0] ?? analysis.voxels[0];
  if (voxel === undefined) throw new ProcessingError('PROCESSING_FAILED', 'There is no fitted voxel to report.');
  if (fitted.length > 1) {
    throw new UsageError(
      `A page shows one voxel, and ${fitted.length} were fitted; name one with --voxels, or write a .csv.`,
    );
  }
  return htmlReport(reportOf(result, analysis, voxel, now));
}

async function fromDatabase(options: Options, kind: Kind, session: Session): Promise<string> {
  const { db, analysis } = options;
  if (db === undefined || analysis === undefined)
    throw new UsageError('A stored report needs both --db and --analysis.');
  return withStudyDb(db, 'read', async (store) => {
    if (kind === '.csv') return csvReport([csvInputOf(store, analysis)]);
    const first = store.getAnalysis(analysis).voxels.find((v) => v.result.status !== 'refused');
    const voxel = options.voxels === undefined ? (first?.voxel ?? 0) : Number(options.voxels);
    return htmlReport(await buildReportModel(store, analysis, voxel, session.deps));
  });
}

async function fromFiles(inputs: string[], options: Options, kind: Kind, session: Session): Promise<string> {
  if (inputs.length === 0) throw new UsageError('Name a scan, or a stored analysis with --db and --analysis.');
  const results = await quantifyScans(inputs, options, session);
  return kind === '.csv' ? csvReport(results.flatMap(csvInputs)) : pageOf(results, session.stamp.now());
}

/** @throws ProcessingError where no Electron or Chromium is at hand */
async function pdfOf(html: string): Promise<Uint8Array> {
  const { bytes, reason } = await printHtml(html, { kind: 'pdf' });
  if (bytes === null)
    throw new ProcessingError('WRITE_FAILED', `The PDF can't be made here: ${reason} Write an .html instead.`);
  return bytes;
}

export function addReportCommand(program: Command): void {
  addQuantifyOptions(
    program.command('report').description('write the report page').argument('[in...]', 'scans: files or folders'),
  )
    .requiredOption('-o, --out <file>', 'output: .html, .pdf or .csv')
    .option('--db <path>', 'study database')
    .option('--analysis <id>', 'stored analysis (see "study show")')
    .action(async (inputs: string[], options: Options) => {
      const kind = kindOf(options.out);
      requireFolderOf(options.out);
      await withSession(options, async (session) => {
        const isStored = options.db !== undefined || options.analysis !== undefined;
        const text = isStored
          ? await fromDatabase(options, kind, session)
          : await fromFiles(inputs, options, kind, session);
        session.deps.cancellation.throwIfCancelled();
        await atomicWrite(options.out, kind === '.pdf' ? await pdfOf(text) : text);
      });
      if (options.json === true) printJson({ written: [options.out] });
      else printText(options.out);
    });
}
