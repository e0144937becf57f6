// lineshape dicom send: DICOM files as they are, or the report of a stored study.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { SENT_KINDS } from '../../../core/domain/dicomNode.ts';
import type { SentKind, TransferRecord } from '../../../core/domain/dicomNode.ts';
import { NetworkError, UsageError } from '../../../core/domain/errors.ts';
import type { SentObject, SentVerdict } from '../../../core/ports/dicomNetwork.ts';
import type { StudyStore } from '../../../core/ports/studyStore.ts';
import { sentObject, storedReport, reportObjects } from '../../../node/dicom/reportObjects.ts';
import { readError } from '../../../node/files/readErrors.ts';
import { NEVER_CANCELLED } from '../../../node/workers/cancellation.ts';
import { loggedInName } from '../../databaseLogin.ts';
import { collect, oneOf } from '../../options.ts';
import { languageOf, paperOf, printedPage } from '../../reportFiles.ts';
import type { Session } from '../../session.ts';
import { withSession } from '../../session.ts';
import { requireStudyDb, withStudyDb } from '../../studyDatabase.ts';
import { printJson, printText } from '../../terminal.ts';
import type { NodeOptions } from './nodeOptions.ts';
import { addNodeOptions, addWayOptions, describedNode, isAdHoc, namedNode } from './nodeOptions.ts';
import type { DicomOptions } from './nodeSession.ts';
import { addDicomOptions, conversationOf, withNetwork, withService } from './nodeSession.ts';

interface SendOptions extends DicomOptions, NodeOptions {
  readonly study?: string;
  readonly analysis?: string;
  readonly what: readonly string[];
  readonly paper: string;
  readonly language: string;
}

/** @throws ReaderError where it can't be read, ProcessingError where it is no DICOM file */
async function fileObject(path: string): Promise<SentObject> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  return sentObject(new Uint8Array(bytes));
}

/** @throws NetworkError where the node has not taken all of them */
function requireAll(files: readonly { readonly file: string; readonly problem: SentVerdict }[], node: string): void {
  const refused = files.filter(({ problem }) => problem !== null);
  const [first] = refused;
  if (first === undefined) return;
  const message = `${node} has not taken ${refused.length} of ${files.length} files: ${first.problem ?? ''}`;
  throw new NetworkError(message, { sent: files.length - refused.length, refused: refused.length });
}

async function sendFiles(paths: readonly string[], options: SendOptions): Promise<void> {
  const { node, ownAeTitle } = await conversationOf(options);
  const objects = await Promise.all(paths.map(fileObject));
  const verdicts = await withNetwork((network) => network.send(node, ownAeTitle, objects, NEVER_CANCELLED));
  const files = paths.map((path, i) => ({ file: basename(path), problem: verdicts[i] ?? null }));
  requireAll(files, node.name);
  if (options.json === true) printJson({ node: node.name, sent: files.map(({ file }) => file) });
  else printText(`${files.length} ${files.length === 1 ? 'file' : 'files'} sent to ${node.name}`);
}

/** @throws UsageError where the study has no result */
function analysisOf(store: StudyStore, { analysis, study }: SendOptions): string {
  if (analysis !== undefined) return analysis;
  const studyId = study ?? '';
  const signed = store.listSignedReports(studyId).at(-1);
  const newest = store.listAnalyses(studyId).at(-1);
  const found = store.getStudy(studyId).state === 'signed' ? (signed?.analysisId ?? newest?.id) : newest?.id;
  if (found !== undefined) return found;
  throw new UsageError('The study has no result to report; quantify it first.');
}

async function objectsOf(
  store: StudyStore,
  analysisId: string,
  options: SendOptions,
  { parseOnWorkers, stamp }: Session,
): Promise<{ kinds: SentKind[]; objects: SentObject[] }> {
  const kinds =
    options.what.length === 0 ? [...DEFAULT_KINDS] : options.what.map((kind) => oneOf('--what', kind, SENT_KINDS));
  const [paper, language] = [paperOf(options.paper), languageOf(options.language)];
  const report = await storedReport(
    { analysisId, voxel: null, language, paper },
    { store, parse: parseOnWorkers, stamp },
  );
  const printer = {
    pdf: (html: string) => printedPage(html, 'pdf', paper),
    picture: (html: string) => printedPage(html, 'png', paper),
  };
  return { kinds, objects: await reportObjects(report, kinds, printer) };
}

const DEFAULT_KINDS: readonly SentKind[] = ['report-pdf'];

async function sendReport(store: StudyStore, options: SendOptions): Promise<TransferRecord> {
  const adHoc = isAdHoc(options);
  const node = adHoc ? await describedNode(options) : namedNode(store.listNodes(), options.peer);
  const analysisId = analysisOf(store, options);
  const { studyId } = store.getAnalysis(analysisId);
  return withSession(options, async (session) => {
    const { kinds, objects } = await objectsOf(store, analysisId, options, session);
    const settings = { isReceiving: false, ...(options.aet === undefined ? {} : { aeTitle: options.aet }) };
    return withService(store, session, { settings, node, onEvent: () => undefined }, async (service) => {
      const requestedBy = loggedInName() ?? 'command line';
      const [queued] = service.send({ studyId, analysisId, nodeIds: [node.id], kinds, objects, requestedBy });
      await service.settled();
      const id = queued?.id ?? '';
      const sent = store.listTransfers(studyId, 1000).find((transfer) => transfer.id === id);
      // Nobody could find a node of this command alone again.
      if (adHoc && sent !== undefined && sent.state !== 'sent') service.giveUp(id);
      return sent ?? (queued as TransferRecord);
    });
  });
}

function sayTransfer(
  { state, nodeName, objectCount, message, nextAttemptAt }: TransferRecord,
  options: SendOptions,
): void {
  if (state !== 'sent') {
    const later =
      !isAdHoc(options) && nextAttemptAt !== null ? ' It stays queued for "lineshape dicom serve" and the app.' : '';
    throw new NetworkError(`The report was not sent: ${message ?? `${nodeName} has not taken it.`}${later}`);
  }
  if (options.json === true) printJson({ node: nodeName, state, objects: objectCount });
  else printText(`${objectCount} ${objectCount === 1 ? 'object' : 'objects'} sent to ${nodeName}`);
}

export function addSendCommand(dicom: Command): void {
  addWayOptions(addNodeOptions(addDicomOptions(dicom.command('send'))))
    .description('send DICOM files, or the report of a stored study')
    .argument('[file...]', 'DICOM files, sent as they are')
    .option('--study <id>', 'the report of this study of --db: as signed, else its newest result')
    .option('--analysis <id>', 'the report of this stored analysis')
    .option(
      '--what <kind>',
      `${SENT_KINDS.join(', ')}; again for more (default: ${DEFAULT_KINDS.join(', ')})`,
      collect,
      [],
    )
    .option('--paper <size>', 'a4 or letter', 'a4')
    .option('--language <code>', 'of the report: en, de or cs', 'en')
    .action(async (files: string[], options: SendOptions) => {
      const { db, study, analysis } = options;
      const isStored = study !== undefined || analysis !== undefined;
      if (isStored === files.length > 0)
        throw new UsageError('Name DICOM files, or a --study or an --analysis of --db.');
      if (!isStored) {
        await sendFiles(files, options);
        return;
      }
      if (db === undefined) throw new UsageError('A stored report is in a study database: add --db.');
      requireStudyDb(db);
      sayTransfer(await withStudyDb(db, 'write', (store) => sendReport(store, options)), options);
    });
}
