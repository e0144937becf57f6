// Whose study it is, taken over from the worklist; reports sent to other DICOM nodes, and how far that is.
import type { JsonObject } from '../../core/domain/json.ts';
import { toErrorRecord } from '../../core/domain/errors.ts';
import { firstScan } from '../../core/domain/studyScans.ts';
import { readStored } from '../../core/pipeline/studyWorkflow.ts';
import type { ChannelRequest, SendableView, StudyIdentityView } from '../../ipc/contract.ts';
import { actingUser } from '../acting.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { DeepReadonly } from '../registrar.ts';
import type { ReportRequest, Services } from '../services.ts';
import { accountName } from '../../node/study-db/openStudyDb.ts';
import { reportOfStudy, studyWords } from '../studyReport.ts';
import type { HandlerContext } from './context.ts';

type Channels =
  | 'dicom:identity'
  | 'dicom:take-over'
  | 'dicom:sendable'
  | 'dicom:send'
  | 'dicom:transfers'
  | 'dicom:retry'
  | 'dicom:give-up';

/** Listed at once: what one looks at in a window. */
const MOST_TRANSFERS = 500;
/** Larger files are none of DICOM, and take long to read. [bytes] */
const LARGEST_HEADER = 64 * 2 ** 20;
/** As pseudonyms of this program look. */
const PSEUDONYM = /^Patient-[0-9a-f]{8}$/;

function textOf(header: JsonObject, key: string): string | null {
  const given = header[key];
  const value = typeof given === 'object' && given !== null && !Array.isArray(given) ? given['Value'] : given;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** What the header of the study's first scan says; empty where there is none that can be read. */
async function headerOf({ store, parse }: Services, studyId: string): Promise<JsonObject> {
  const scan = firstScan(store.listDatasets(studyId));
  if (scan === null || scan.sizeBytes > LARGEST_HEADER) return {};
  try {
    return (await readStored(store, scan, { parse })).dataset.header;
  } catch {
    return {}; // the study says itself that its scan can't be read
  }
}

async function identityOf(services: Services, studyId: string): Promise<DeepReadonly<StudyIdentityView>> {
  const { patient, state } = services.store.getStudy(studyId);
  const request = services.store.studyRequest(studyId);
  const header = await headerOf(services, studyId);
  const ownUid = textOf(header, 'StudyInstanceUID');
  return {
    patient,
    accessionNumber: request?.accessionNumber ?? textOf(header, 'AccessionNumber'),
    studyInstanceUid: ownUid ?? request?.studyInstanceUid ?? null,
    hasOwnUid: ownUid !== null,
    isSigned: state === 'signed',
  };
}

function sendable({ store }: Services, studyId: string): DeepReadonly<SendableView> {
  const study = store.getStudy(studyId);
  const { patient, title, studyDate } = study;
  const [row] = store.worklistRows([studyId]);
  const base = {
    ...{ studyId, title, patient, studyDate, isGrid: (row?.voxels ?? 1) > 1 },
    isNameless: patient.id === null ? patient.name === null : PSEUDONYM.test(patient.id),
  };
  try {
    const { versionId } = reportOfStudy(store, studyId);
    const version = versionId === null ? null : store.getSignedReport(versionId).version;
    return { ...base, obstacle: null, signedVersion: version };
  } catch (error) {
    return { ...base, obstacle: toErrorRecord(error).message, signedVersion: null };
  }
}

/** Which report of a study goes: as it is laid out in the window, else as it goes out where nobody has it open. */
function reportRequest(
  { store }: Services,
  studyId: string,
  { page, language, paper }: ChannelRequest<'dicom:send'>,
): ReportRequest {
  const layout = { language, paper };
  if (page !== null) {
    const { versionId, ...shown } = page;
    return { ...shown, ...layout, ...(versionId === null ? {} : { versionId }) };
  }
  const { analysisId, voxel, versionId } = reportOfStudy(store, studyId);
  return { analysisId, voxel, ...layout, ...(versionId === null ? {} : { versionId }) };
}

async function sendAll(services: Services, request: ChannelRequest<'dicom:send'>) {
  const { store, dicom } = services;
  const { nodeIds, kinds } = request;
  for (const nodeId of nodeIds) store.getNode(nodeId); // says so where one is gone
  const queued: ReturnType<typeof dicom.send>[number][] = [];
  const failures: { title: string; message: string }[] = [];
  for (const studyId of request.studyIds) {
    try {
      const report = reportRequest(services, studyId, request);
      const objects = await services.reportObjects(report, kinds);
      const requestedBy = actingUser()?.name ?? accountName();
      queued.push(...dicom.send({ studyId, analysisId: report.analysisId, nodeIds, kinds, objects, requestedBy }));
    } catch (error) {
      failures.push({ title: studyWords(store, studyId), message: toErrorRecord(error).message });
    }
  }
  return { queued, failures };
}

export function dicomReportHandlers({ services, emit }: HandlerContext): Pick<HostHandlers, Channels> {
  const { store, dicom } = services;
  return {
    'dicom:identity': ({ studyId }) => identityOf(services, studyId),
    'dicom:take-over': async ({ studyId, ...taken }) => {
      store.takeOverIdentity(studyId, taken);
      emit('studies:changed', { studyId });
      return identityOf(services, studyId);
    },
    'dicom:sendable': ({ studyIds }) => studyIds.map((studyId) => sendable(services, studyId)),
    'dicom:send': (request) => sendAll(services, request),
    'dicom:transfers': ({ studyId }) =>
      store
        .listTransfers(studyId, MOST_TRANSFERS)
        .map((transfer) => ({ ...transfer, title: studyWords(store, transfer.studyId) })),
    'dicom:retry': ({ transferId }) => dicom.retry(transferId),
    'dicom:give-up': ({ transferId }) => dicom.giveUp(transferId),
  };
}
