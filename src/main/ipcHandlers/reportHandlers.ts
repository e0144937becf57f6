// Reports: the page for the preview, drafts, what is about to be signed, the content for a file, and the record of it.
import { tidyName } from '../../core/domain/access.ts';
import { AccessError, UsageError } from '../../core/domain/errors.ts';
import { nameWithoutExtension } from '../../core/domain/fileNames.ts';
import type { JsonValue } from '../../core/domain/json.ts';
import { buildReportModel, csvInputOf } from '../../core/pipeline/studyWorkflow.ts';
import type { ReportChoices } from '../../core/pipeline/studyWorkflow.ts';
import type { Signer } from '../../core/ports/reportStore.ts';
import type { ReportModel } from '../../core/reports/index.ts';
import { csvReport, htmlReport, jsonReport, reportContent } from '../../core/reports/index.ts';
import type { ChannelRequest } from '../../ipc/contract.ts';
import { canonicalJson, sha256Hex } from '../../node/files/hashing.ts';
import { dicomReportHeader } from '../../node/files/reportDicom.ts';
import { actingUser } from '../acting.ts';
import type { HostHandlers, ReportContent } from '../hostMessages.ts';
import type { Services } from '../services.ts';
import type { HandlerContext } from './context.ts';
import { reportFileName, reportOfStudy, studyWords } from '../studyReport.ts';
import { versionView } from './signedVersion.ts';

type Handled =
  | 'report:preview'
  | 'report:state'
  | 'report:save-draft'
  | 'report:amend'
  | 'report:version'
  | 'host:report'
  | 'host:record-report'
  | 'host:prepare-signing'
  | 'host:store-signed'
  | 'host:study-report'
  | 'host:study-title';

/**
 * Who signs: where login is required, the user, who gives the password again; else the name as given.
 * @throws UsageError without a name; AccessError LOGIN_REFUSED for a wrong password
 */
export async function confirmSigner(
  { store, logins }: Pick<Services, 'store' | 'logins'>,
  { name, role }: Signer,
  password: string | undefined,
): Promise<Signer> {
  const user = actingUser();
  const signedBy = user === null ? name : (await logins.check(user.name, password ?? '', 'sign')).fullName;
  if (user === null && store.accessRules().loginRequired) throw new AccessError('LOGGED_OUT', 'Log in before signing.');
  const signer = { name: tidyName(signedBy), role: tidyName(role) };
  if (signer.name.length < 2) throw new UsageError('The report can’t be signed without a name.');
  return signer;
}

export function modelOf({ store, parse, stamp }: Pick<Services, 'store' | 'parse' | 'stamp'>) {
  return (request: ChannelRequest<'report:preview'>, choices: ReportChoices = {}): Promise<ReportModel> => {
    const { language = 'en', drawn = {} } = request;
    return buildReportModel(store, request, { parse, stamp }, { language, drawn, ...choices });
  };
}

const pageOf = (
  model: ReportModel,
  { withCorrection = false, paper = 'a4' }: ChannelRequest<'report:preview'>,
): string => htmlReport(model, { withCorrection, paper });

/** Everything that is signed, but for the printed page. */
async function prepareSigning(services: Services, request: ChannelRequest<'report:sign'>) {
  const { store, stamp, analyses } = services;
  const { studyId } = analyses.get(request.analysisId);
  const signer = await confirmSigner(services, request.signer, request.password);
  const draft = await modelOf(services)(request, { conclusion: request.conclusion });
  const signedAt = stamp.now();
  const signature = { ...signer, signedAt };
  const content = { content: reportContent(draft), signature } as unknown as JsonValue;
  const contentSha256 = sha256Hex(canonicalJson(content));
  const model: ReportModel = { ...draft, signature: { ...signature, contentSha256 }, generatedAt: signedAt };
  const version = store.listSignedReports(studyId).length + 1;
  return {
    ...{ studyId, analysisId: request.analysisId, voxel: request.voxel, version, language: model.language },
    ...{ conclusion: model.conclusion, signer, signedAt, contentSha256, appVersion: stamp.version },
    html: pageOf(model, request),
    json: jsonReport(model),
  };
}

/** What goes into a file: of a signed version what was signed. */
async function contentOf(services: Services, request: ChannelRequest<'report:export'>): Promise<ReportContent> {
  const { store } = services;
  const signed = request.versionId === undefined ? null : store.getSignedReport(request.versionId);
  const asked = signed === null ? request : { ...request, analysisId: signed.analysisId, voxel: signed.voxel };
  const model = await modelOf(services)(asked);
  const suffix = request.format === 'csv' ? 'results' : signed === null ? 'report' : `report-v${signed.version}`;
  const texts = {
    csv: () => csvReport([csvInputOf(store, asked.analysisId)]),
    json: () => signed?.json ?? jsonReport(model),
    html: () => signed?.html ?? pageOf(model, asked),
  };
  const kind = request.format === 'csv' || request.format === 'json' ? request.format : 'html';
  const { studyId } = store.getAnalysis(asked.analysisId);
  return {
    text: texts[kind](),
    pdf: signed?.pdf ?? null,
    suggestedName: `${nameWithoutExtension(model.scan.fileName)}-${suffix}`,
    dicom: dicomReportHeader(model, {
      studyId,
      signedAt: signed?.signedAt ?? null,
      version: signed?.version ?? model.version,
    }),
  };
}

export function reportHandlers({ services, emit }: HandlerContext): Pick<HostHandlers, Handled> {
  const { store, analyses } = services;
  return {
    'report:preview': async (request) => ({ html: pageOf(await modelOf(services)(request), request) }),
    'report:state': ({ studyId }) => {
      const versions = store.listSignedReports(studyId).map(versionView);
      return {
        draft: store.getReportDraft(studyId),
        versions,
        isLocked: versions.length > 0 && store.getStudy(studyId).state === 'signed',
      };
    },
    'report:save-draft': ({ studyId, conclusion }) => ({
      changedAt: store.saveReportDraft(studyId, conclusion).changedAt,
    }),
    'report:amend': ({ studyId }) => {
      const { conclusion } = store.amendReport(studyId);
      emit('studies:changed', { studyId });
      return { conclusion };
    },
    'report:version': ({ versionId }) => ({ html: store.getSignedReport(versionId).html }),
    'host:report': (request) => contentOf(services, request),
    'host:study-report': async ({ studyId, ...layout }) => {
      const { analysisId, voxel, versionId } = reportOfStudy(store, studyId);
      const version = versionId === null ? {} : { versionId };
      const content = await contentOf(services, { analysisId, voxel, ...layout, ...version });
      return { ...content, analysisId, suggestedName: reportFileName(store, studyId) };
    },
    'host:study-title': ({ studyId }) => studyWords(store, studyId),
    'host:record-report': ({ analysisId, format, sha256 }) => {
      const { studyId } = analyses.get(analysisId);
      store.addReport({ studyId, analysisId, format, sha256 });
      return null;
    },
    'host:prepare-signing': (request) => prepareSigning(services, request),
    'host:store-signed': (report) => {
      const signed = store.signReport(report);
      emit('studies:changed', { studyId: report.studyId });
      return signed;
    },
  };
}
