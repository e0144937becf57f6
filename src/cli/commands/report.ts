// lineshape report: the page as HTML, PDF or DICOM, and its numbers as CSV or JSON, from files or from the study database.
import type { Command } from 'commander';
import { ProcessingError, UsageError } from '../../core/domain/errors.ts';
import type { ReferenceRange } from '../../core/domain/referenceRange.ts';
import { buildReportModel, csvInputOf } from '../../core/pipeline/index.ts';
import type { ReportLanguage, ReportModel } from '../../core/reports/index.ts';
import { csvReport } from '../../core/reports/index.ts';
import { atomicWrite } from '../../node/files/atomicWrite.ts';
import { requireFolderOf } from '../outputFolder.ts';
import { addQuantifyOptions, quantifyScans } from '../quantifyScans.ts';
import type { QuantifyOptions, ScanResult } from '../quantifyScans.ts';
import type { ReportVolume } from '../reportExtras.ts';
import { readReportImage, readReportRanges, voxelOnImage } from '../reportExtras.ts';
import { formatOf, languageOf, paperOf, reportFile } from '../reportFiles.ts';
import type { ReportFormat } from '../reportFiles.ts';
import { csvInputs, reportOf } from '../resultDocuments.ts';
import type { Session } from '../session.ts';
import { withSession } from '../session.ts';
import { recordInStudyDb, withStudyDb } from '../studyDatabase.ts';
import { printJson, printText } from '../terminal.ts';

interface Options extends QuantifyOptions {
  readonly out: string;
  readonly format?: string;
  readonly paper: string;
  readonly language: string;
  readonly conclusion?: string;
  readonly db?: string;
  readonly analysis?: string;
  readonly image?: string;
  readonly ranges?: string;
}

/** CSV text, or a page's model with what tells its study from others. */
type Content = { readonly csv: string } | { readonly model: ReportModel; readonly studyId: string };

interface Wanted {
  readonly format: ReportFormat;
  readonly language: ReportLanguage;
}

/** Besides the scan's result. */
interface PageParts {
  readonly now: string;
  readonly language: ReportLanguage;
  readonly image: ReportVolume | null;
  readonly referenceRanges: readonly ReferenceRange[];
}

function pageOf(results: readonly ScanResult[], options: Options, { image, ...parts }: PageParts): ReportModel {
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
  const images = image === null ? [] : voxelOnImage(image, result.scan.dataset, voxel.voxel);
  return reportOf(result, analysis, voxel, { ...parts, images, conclusion: options.conclusion ?? '' });
}

async function fromDatabase(options: Options, { format, language }: Wanted, session: Session): Promise<Content> {
  const { db, analysis, conclusion } = options;
  if (db === undefined || analysis === undefined)
    throw new UsageError('A stored report needs both --db and --analysis.');
  if (options.image !== undefined || options.ranges !== undefined) {
    throw new UsageError('A stored report takes images and reference ranges from its database: leave out --image and --ranges.'); // prettier-ignore
  }
  return withStudyDb(db, 'read', async (store) => {
    if (format === 'csv') return { csv: csvReport([csvInputOf(store, analysis)]) };
    const record = store.getAnalysis(analysis);
    const first = record.voxels.find((v) => v.result.status !== 'refused');
    const voxel = options.voxels === undefined ? (first?.voxel ?? 0) : Number(options.voxels);
    const choices = { language, ...(conclusion === undefined ? {} : { conclusion }) };
    const model = await buildReportModel(store, { analysisId: analysis, voxel }, session.deps, choices);
    return { model, studyId: record.studyId };
  });
}

async function fromFiles(inputs: string[], options: Options, wanted: Wanted, session: Session): Promise<Content> {
  if (inputs.length === 0) throw new UsageError('Name a scan, or a stored analysis with --db and --analysis.');
  // Read before the fit: what is wrong with them is said at once.
  const image = options.image === undefined ? null : await readReportImage(options.image);
  const referenceRanges = await readReportRanges(options.ranges);
  const results = await quantifyScans(inputs, options, session);
  if (wanted.format === 'csv') return { csv: csvReport(results.flatMap(csvInputs)) };
  const parts = { now: session.stamp.now(), language: wanted.language, image, referenceRanges };
  const model = pageOf(results, options, parts);
  return { model, studyId: model.hashes.input };
}

export function addReportCommand(program: Command): void {
  addQuantifyOptions(
    program.command('report').description('write the report page').argument('[in...]', 'scans: files or folders'),
  )
    .requiredOption('-o, --out <file>', 'output: .html, .pdf, .csv, .json or .dcm')
    .option('--format <kind>', 'html, pdf, csv, json, dicom-pdf, dicom-sc or dicom-sr; otherwise by the file name')
    .option('--paper <size>', 'a4 or letter', 'a4')
    .option('--language <code>', 'of the page: en, de or cs', 'en')
    .option('--conclusion <text>', 'text of the conclusion; of a stored study otherwise its draft')
    .option('--image <path>', 'structural image to draw the voxel on: NIfTI, or the folder of a DICOM series')
    .option('--ranges <file>', 'table of reference ranges (CSV); otherwise the published ones')
    .option('--db <path>', 'study database')
    .option('--analysis <id>', 'stored analysis (see "study show")')
    .action(async (inputs: string[], options: Options) => {
      const format = formatOf(options.out, options.format);
      const [paper, language] = [paperOf(options.paper), languageOf(options.language)];
      requireFolderOf(options.out);
      await withSession(options, async (session) => {
        const isStored = options.db !== undefined || options.analysis !== undefined;
        const wanted = { format, language };
        const content = isStored
          ? await fromDatabase(options, wanted, session)
          : await fromFiles(inputs, options, wanted, session);
        session.deps.cancellation.throwIfCancelled();
        const { out } = options;
        await atomicWrite(
          out,
          'csv' in content ? content.csv : await reportFile(content.model, { format, paper, studyId: content.studyId }),
        );
      });
      if (options.db !== undefined && options.analysis !== undefined) {
        const details = { analysisId: options.analysis, format };
        await recordInStudyDb(options.db, { kind: 'export', action: 'report', studyId: null, details });
      }
      if (options.json === true) printJson({ written: [options.out] });
      else printText(options.out);
    });
}
