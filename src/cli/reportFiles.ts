// What `lineshape report` writes: the kind that a format or a file name asks for, and its bytes.
import { basename, extname } from 'node:path';
import { ProcessingError, UsageError } from '../core/domain/errors.ts';
import { writeDicomCapture, writeDicomPdf } from '../core/formats/write/dicomReport.ts';
import { writeDicomStructuredReport } from '../core/formats/write/dicomStructuredReport.ts';
import type { Paper, ReportLanguage, ReportModel } from '../core/reports/index.ts';
import {
  htmlReport,
  isReportLanguage,
  jsonReport,
  PAPERS,
  REPORT_LANGUAGES,
  reportContent,
} from '../core/reports/index.ts';
import { printHtml } from '../node/files/electronPrinter.ts';
import { pngPixels } from '../node/files/pngPixels.ts';
import { dicomReportHeader } from '../node/files/reportDicom.ts';
import { structuredReportContent } from '../node/files/structuredReportContent.ts';

const FORMATS = ['html', 'pdf', 'csv', 'json', 'dicom-pdf', 'dicom-sc', 'dicom-sr'] as const;
export type ReportFormat = (typeof FORMATS)[number];
/** What a file's ending names; .dcm stands for the PDF within DICOM. */
const BY_ENDING: Readonly<Record<string, ReportFormat>> = {
  ...{ '.html': 'html', '.pdf': 'pdf', '.csv': 'csv', '.json': 'json', '.dcm': 'dicom-pdf' },
};

/** Whole pages at 96 dots an inch. [CSS px] */
const SIZES: Readonly<Record<Paper, { readonly widthPx: number; readonly heightPx: number }>> = {
  a4: { widthPx: 794, heightPx: 1123 },
  letter: { widthPx: 816, heightPx: 1056 },
};

/** @throws UsageError where neither option nor file name says the format */
export function formatOf(path: string, given: string | undefined): ReportFormat {
  if (given !== undefined) {
    const format = FORMATS.find((name) => name === given);
    if (format !== undefined) return format;
    throw new UsageError(`The format "${given}" is unknown; choose one of ${FORMATS.join(', ')}.`);
  }
  const format = BY_ENDING[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  throw new UsageError(
    `The report ${basename(path)} must end with ${Object.keys(BY_ENDING).join(', ')}, which names its kind, or be given a --format.`,
  );
}

/** @throws UsageError */
export function paperOf(given: string): Paper {
  const paper = PAPERS.find((name) => name === given);
  if (paper !== undefined) return paper;
  throw new UsageError(`The paper "${given}" is unknown; choose ${PAPERS.join(' or ')}.`);
}

/** @throws UsageError */
export function languageOf(given: string): ReportLanguage {
  if (isReportLanguage(given)) return given;
  throw new UsageError(`The report is not written in "${given}"; choose one of ${REPORT_LANGUAGES.join(', ')}.`);
}

/** A page as PDF or PNG. @throws ProcessingError where no Electron or Chromium is at hand */
export async function printedPage(html: string, kind: 'pdf' | 'png', paper: Paper): Promise<Uint8Array> {
  const { bytes, reason } = await printHtml(html, { kind, paper, ...SIZES[paper] });
  if (bytes !== null) return bytes;
  const what = kind === 'pdf' ? 'PDF' : 'picture';
  throw new ProcessingError('WRITE_FAILED', `The ${what} can't be made here: ${reason} Write an .html instead.`);
}

/**
 * A page in one of the formats that show one; CSV is a table of many voxels and none of them.
 * @param studyId what tells the study from others where its files name no StudyInstanceUID
 * @throws ProcessingError where the page can't be printed here
 */
export async function reportFile(
  model: ReportModel,
  { format, paper, studyId }: { readonly format: ReportFormat; readonly paper: Paper; readonly studyId: string },
): Promise<string | Uint8Array> {
  if (format === 'json') return jsonReport(model);
  const header = dicomReportHeader(model, { studyId, signedAt: null, version: model.version });
  if (format === 'dicom-sr') {
    return writeDicomStructuredReport(header, structuredReportContent(reportContent(model), header));
  }
  const html = htmlReport(model, { paper });
  if (format === 'html') return html;
  if (format === 'pdf') return printedPage(html, 'pdf', paper);
  if (format === 'dicom-pdf') return writeDicomPdf(await printedPage(html, 'pdf', paper), header);
  return writeDicomCapture(pngPixels(await printedPage(html, 'png', paper)), header);
}
