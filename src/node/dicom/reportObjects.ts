// A report of the study database as the DICOM objects that are sent: page, picture, structured report, ratio maps. One switch,
// which window and command line use alike.
import type { JsonValue } from '../../core/domain/json.ts';
import type { SentKind } from '../../core/domain/dicomNode.ts';
import { ProcessingError } from '../../core/domain/errors.ts';
import type { ProvenanceStamp } from '../../core/domain/provenance.ts';
import type { DicomReportHeader } from '../../core/formats/write/dicomReport.ts';
import { writeDicomCapture, writeDicomPdf } from '../../core/formats/write/dicomReport.ts';
import { writeDicomStructuredReport } from '../../core/formats/write/dicomStructuredReport.ts';
import type { ImportDeps } from '../../core/pipeline/importFiles.ts';
import { buildReportModel, readStored, takenOverHeader } from '../../core/pipeline/index.ts';
import type { DrawnOnImages } from '../../core/pipeline/placeOnImage.ts';
import type { SentObject } from '../../core/ports/dicomNetwork.ts';
import type { SignedReport } from '../../core/ports/reportStore.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import type { Paper, ReportLanguage, ReportModel } from '../../core/reports/index.ts';
import { htmlReport, reportContent } from '../../core/reports/index.ts';
import type { MappedAnalysis, MapObjectKind } from '../files/mapDicom.ts';
import { ratioMapObjects } from '../files/mapDicom.ts';
import { pngPixels } from '../files/pngPixels.ts';
import { dicomReportHeader } from '../files/reportDicom.ts';
import { structuredReportContent } from '../files/structuredReportContent.ts';
import type { AmendedVersion } from '../files/structuredReportContent.ts';
import { readPart10 } from './network/part10.ts';

/** What the objects of a report are made of; what costs time is made when a kind asks for it. */
export interface SendableReport {
  readonly header: DicomReportHeader;
  /** The page. */
  readonly html: string;
  /** As it was signed; null: the page is printed. */
  readonly pdf: Uint8Array | null;
  /** The report's JSON document; of a signed version what was signed. */
  readonly document: JsonValue;
  /** The signed version that this one amends. */
  readonly amended: AmendedVersion | null;
  readonly mapped: () => Promise<MappedAnalysis>;
}

/** Prints a complete, static page. */
export interface PagePrinter {
  readonly pdf: (html: string) => Promise<Uint8Array>;
  /** PNG. */
  readonly picture: (html: string) => Promise<Uint8Array>;
}

type FilesOf = (report: SendableReport, printer: PagePrinter) => Promise<readonly Uint8Array[]>;

const mapsAs =
  (kind: MapObjectKind): FilesOf =>
  async ({ mapped }) =>
    ratioMapObjects(await mapped(), kind).flatMap(({ files }) => files);

const FILES_OF: Readonly<Record<SentKind, FilesOf>> = {
  'report-pdf': async ({ header, html, pdf }, printer) => [writeDicomPdf(pdf ?? (await printer.pdf(html)), header)],
  'report-capture': async ({ header, html }, printer) => [
    writeDicomCapture(pngPixels(await printer.picture(html)), header),
  ],
  'structured-report': ({ header, document, amended }) =>
    Promise.resolve([writeDicomStructuredReport(header, structuredReportContent(document, header, amended))]),
  'maps-mr': mapsAs('image'),
  'maps-parametric': mapsAs('parametricMap'),
};

/** A whole file with what its meta information says of it. */
export function sentObject(bytes: Uint8Array): SentObject {
  const { sopClassUid, sopInstanceUid, transferSyntaxUid } = readPart10(bytes) ?? {};
  if (!sopClassUid || !sopInstanceUid || !transferSyntaxUid) {
    throw new ProcessingError('PROCESSING_FAILED', 'A file that is to be sent is no complete DICOM file.');
  }
  return { sopClassUid, sopInstanceUid, transferSyntaxUid, bytes };
}

/**
 * @param kinds in their order; maps of a single voxel are none
 * @throws ProcessingError where nothing is left to send, or what printing, maps and structured report throw
 */
export async function reportObjects(
  report: SendableReport,
  kinds: readonly SentKind[],
  printer: PagePrinter,
): Promise<SentObject[]> {
  const objects: SentObject[] = [];
  for (const kind of kinds) objects.push(...(await FILES_OF[kind](report, printer)).map(sentObject));
  if (objects.length > 0) return objects;
  throw new ProcessingError('PROCESSING_FAILED', 'This scan is a single voxel: there are no ratio maps of it to send.');
}

/** Which report of an analysis, and how it looks. */
export interface StoredReportChoice {
  readonly analysisId: string;
  /** Index over x, y, z, C order; null: the first that was fitted. */
  readonly voxel: number | null;
  readonly language: ReportLanguage;
  readonly paper: Paper;
  /** A signed version; absent: the one that holds now, else the draft. */
  readonly versionId?: string;
  /** A draft's page on the correction of frequency and phase. */
  readonly withCorrection?: boolean;
  /** What is drawn on a draft's images. */
  readonly drawn?: DrawnOnImages;
}

interface StoredReportDeps {
  readonly store: StudyStore;
  readonly parse: ImportDeps['parse'];
  readonly stamp: ProvenanceStamp;
}

/** The version that is signed now, where it is of this analysis. */
function signedVersion(store: StudyStore, studyId: string, analysisId: string): SignedReport | null {
  const newest = store.listSignedReports(studyId).at(-1);
  if (newest?.analysisId !== analysisId || store.getStudy(studyId).state !== 'signed') return null;
  return store.getSignedReport(newest.id);
}

/**
 * A study may have been given to another patient since an older version was signed: its page names the one before.
 * @throws ProcessingError
 */
function refuseAnotherPatient({ json, version }: SignedReport, { patient }: ReportModel): void {
  const signedFor = (JSON.parse(json) as Partial<Pick<ReportModel, 'patient'>>).patient;
  if (signedFor === undefined || (signedFor.id === patient.id && signedFor.name === patient.name)) return;
  throw new ProcessingError(
    'PROCESSING_FAILED',
    `Version ${version} was signed for another name or number than the study’s patient has now; send the newest version.`,
  );
}

/**
 * A stored analysis as a report to send: as it was signed, else as a draft.
 * @throws ProcessingError where nothing of it was fitted; StudyDbError NOT_FOUND
 */
export async function storedReport(
  choice: StoredReportChoice,
  { store, parse, stamp }: StoredReportDeps,
): Promise<SendableReport> {
  const { voxel, language, paper, versionId, withCorrection = false, drawn = {} } = choice;
  const asked = versionId === undefined ? null : store.getSignedReport(versionId);
  const analysisId = asked?.analysisId ?? choice.analysisId;
  const analysis = store.getAnalysis(analysisId);
  const { studyId } = analysis;
  const signed = asked ?? signedVersion(store, studyId, analysisId);
  const fitted = analysis.voxels.find(({ result }) => result.status !== 'refused');
  const shown = signed?.voxel ?? voxel ?? fitted?.voxel;
  if (shown === undefined) throw new ProcessingError('PROCESSING_FAILED', 'The analysis has no result to report.');
  const model = await buildReportModel(store, { analysisId, voxel: shown }, { parse, stamp }, { language, drawn });
  if (signed !== null) refuseAnotherPatient(signed, model);
  const version = signed?.version ?? model.version;
  const identity = { studyId, version, signedAt: signed?.signedAt ?? null };
  const amended = store.listSignedReports(studyId).find((one) => one.version === version - 1) ?? null;
  return {
    header: dicomReportHeader(model, identity),
    html: signed?.html ?? htmlReport(model, { paper, withCorrection }),
    pdf: signed?.pdf ?? null,
    document: signed === null ? (reportContent(model) as JsonValue) : (JSON.parse(signed.json) as JsonValue),
    amended: signed === null ? null : amended,
    mapped: () => mappedAnalysis(analysisId, { store, parse, stamp }),
  };
}

/** An analysis with its scan, for maps. */
export async function mappedAnalysis(
  analysisId: string,
  { store, parse, stamp }: StoredReportDeps,
): Promise<MappedAnalysis> {
  const { datasetId, studyId, voxels, inputSha256, createdAt, appVersion } = store.getAnalysis(analysisId);
  const { dataset } = await readStored(store, store.getDataset(datasetId), { parse });
  const { patient, region } = store.getStudy(studyId);
  const software = [stamp.program, appVersion] as const;
  const scan = { ...dataset, header: takenOverHeader(dataset, patient, store.studyRequest(studyId)) };
  return { ...{ scan, voxels, patient, studyId, region, inputSha256, software }, analysedAt: createdAt };
}
