// Reports as DICOM objects in the study host: what is printed comes from the main process, of a signed version what was
// signed.
import type { SentKind } from '../core/domain/dicomNode.ts';
import { BugError, ProcessingError } from '../core/domain/errors.ts';
import type { JsonValue } from '../core/domain/json.ts';
import { writeDicomCapture, writeDicomPdf } from '../core/formats/write/dicomReport.ts';
import type { DicomReportHeader } from '../core/formats/write/dicomReport.ts';
import { writeDicomStructuredReport } from '../core/formats/write/dicomStructuredReport.ts';
import { readStored } from '../core/pipeline/studyWorkflow.ts';
import type { SentObject } from '../core/ports/dicomNetwork.ts';
import type { SignedReport } from '../core/ports/reportStore.ts';
import { htmlReport, reportContent } from '../core/reports/index.ts';
import type { ReportModel } from '../core/reports/index.ts';
import { readPart10 } from '../node/dicom/network/part10.ts';
import { ratioMapObjects } from '../node/files/mapDicom.ts';
import { pngPixels } from '../node/files/pngPixels.ts';
import { dicomReportHeader } from '../node/files/reportDicom.ts';
import { structuredReportContent } from '../node/files/structuredReportContent.ts';
import { modelOf } from './ipcHandlers/reportHandlers.ts';
import type { MainRequests } from './mainRequests.ts';
import type { BaseServices, ReportObjects, ReportRequest } from './services.ts';

/** A report and what it is made of. */
interface Prepared {
  readonly report: ReportRequest;
  readonly model: ReportModel;
  readonly signed: SignedReport | null;
  readonly header: DicomReportHeader;
  readonly studyId: string;
}

/** A whole DICOM file with what a sender announces of it. */
function sentObject(bytes: Uint8Array): SentObject {
  const { sopClassUid = null, sopInstanceUid = null, transferSyntaxUid = null } = readPart10(bytes) ?? {};
  if (sopClassUid === null || sopInstanceUid === null || transferSyntaxUid === null) {
    throw new BugError('A DICOM object was made without its meta information.');
  }
  return { sopClassUid, sopInstanceUid, transferSyntaxUid, bytes };
}

async function prepare(services: BaseServices, report: ReportRequest): Promise<Prepared> {
  const { store } = services;
  const signed = report.versionId === undefined ? null : store.getSignedReport(report.versionId);
  const asked = signed === null ? report : { ...report, analysisId: signed.analysisId, voxel: signed.voxel };
  const model = await modelOf(services)(asked);
  const { studyId } = store.getAnalysis(asked.analysisId);
  const about =
    signed === null
      ? { studyId, signedAt: null, version: model.version }
      : { studyId, signedAt: signed.signedAt, version: signed.version, contentSha256: signed.contentSha256 };
  return { report: asked, model, signed, studyId, header: dicomReportHeader(model, about) };
}

/** Of a draft its numbers as they are, of a signed version what was signed, which names the version that it amends. */
function structuredReport({ store }: BaseServices, { model, signed, header, studyId }: Prepared): Uint8Array {
  const document = signed === null ? reportContent(model) : (JSON.parse(signed.json) as JsonValue);
  const before = signed === null ? undefined : store.listSignedReports(studyId).find((v) => v.version === signed.version - 1); // prettier-ignore
  const amended = before === undefined ? null : { version: before.version, contentSha256: before.contentSha256 };
  return writeDicomStructuredReport(header, structuredReportContent(document as JsonValue, header, amended));
}

async function mapFiles(
  services: BaseServices,
  { report, model, studyId }: Prepared,
  kind: 'image' | 'parametricMap',
): Promise<readonly Uint8Array[]> {
  // prettier-ignore
  const { store, parse } = services;
  const analysis = store.getAnalysis(report.analysisId);
  const { dataset: scan } = await readStored(store, store.getDataset(analysis.datasetId), { parse });
  const header = model.scan.header;
  const maps = ratioMapObjects(
    {
      ...{ scan: { ...scan, header }, voxels: analysis.voxels, patient: model.patient, studyId },
      ...{ region: model.study.region, inputSha256: analysis.inputSha256, analysedAt: analysis.createdAt },
      software: [model.program, model.programVersion],
    },
    kind,
  );
  if (maps.length === 0) throw new ProcessingError('PROCESSING_FAILED', 'This result has no ratio maps to send.');
  return maps.flatMap(({ files }) => files);
}

/** @param print asks the main process for the printed page */
export function reportObjectsBy(services: BaseServices, print: MainRequests['print']): ReportObjects {
  const filesOf = async (prepared: Prepared, kind: SentKind): Promise<readonly Uint8Array[]> => {
    const { report, model, signed, header } = prepared;
    const { paper = 'a4', withCorrection = false } = report;
    const html = (): string => signed?.html ?? htmlReport(model, { paper, withCorrection });
    switch (kind) {
      case 'report-pdf':
        return [writeDicomPdf(signed?.pdf ?? (await print({ html: html(), paper, as: 'pdf' })), header)];
      case 'report-capture':
        return [writeDicomCapture(pngPixels(await print({ html: html(), paper, as: 'png' })), header)];
      case 'structured-report':
        return [structuredReport(services, prepared)];
      case 'maps-mr':
        return mapFiles(services, prepared, 'image');
      case 'maps-parametric':
        return mapFiles(services, prepared, 'parametricMap');
    }
  };
  return async (report, kinds) => {
    const prepared = await prepare(services, report);
    const objects: SentObject[] = [];
    for (const kind of kinds) objects.push(...(await filesOf(prepared, kind)).map(sentObject));
    return objects;
  };
}
