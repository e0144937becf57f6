// Fetches studies and series by C-GET and C-MOVE (PS3.4, C.4.2 and C.4.3).
import { CancelledError } from '../../../core/domain/errors.ts';
import type { FetchProgress, FetchRequest } from '../../../core/ports/dicomNetwork.ts';
import type { DicomItem } from '../../../core/formats/write/dicomEncoder.ts';
import { CGetRequest, CMoveRequest } from './dimseLibrary.ts';
import type { DimseResponse } from './dimseLibrary.ts';
import { notOffered, queryFailure } from './failures.ts';
import { encodeIdentifier, retrieveIdentifier } from './queryIdentifiers.ts';
import { RawDataset } from './rawDataset.ts';
import { ScuAssociation, SCU_TIMEOUTS } from './scuAssociation.ts';
import type { ScuTarget } from './scuAssociation.ts';
import { STORAGE_CLASSES } from './storageClasses.ts';
import type { StoreHandler } from './storeIntake.ts';
import { INSTANCE_SYNTAXES, QUERY_SYNTAXES } from './transferSyntaxes.ts';

const STUDY_ROOT_MOVE = '1.2.840.10008.5.1.4.1.2.2.2';
const STUDY_ROOT_GET = '1.2.840.10008.5.1.4.1.2.2.3';
/** Some sub-operations failed (PS3.4, C.4.2.1.5): the counts say how many. */
const SOME_FAILED = 0xb000;

/** Counters of sub-operations; of C-MOVE and C-GET alike (PS3.7, 9.1.3 and 9.1.4). */
interface Counted {
  getRemaining(): number | undefined;
  getCompleted(): number | undefined;
  getFailures(): number | undefined;
  getWarnings(): number | undefined;
}

function progressOf(response: DimseResponse, before: FetchProgress): FetchProgress {
  const counted = response as unknown as Counted;
  const done = (counted.getCompleted() ?? 0) + (counted.getWarnings() ?? 0);
  const failed = counted.getFailures() ?? 0;
  const remaining = counted.getRemaining();
  const total = remaining === undefined ? null : before.done + before.failed + done + failed + remaining;
  return { done: before.done + done, failed: before.failed + failed, total };
}

interface Retrieval {
  readonly target: ScuTarget;
  readonly association: ScuAssociation;
  readonly service: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FetchProgress) => void;
}

/** One C-GET or C-MOVE request. @returns what was fetched until its end */
async function retrieve(
  { target, association, service, signal, onProgress }: Retrieval,
  identifier: DicomItem,
  before: FetchProgress,
): Promise<FetchProgress> {
  const context = association.accepted(service);
  if (context === null) throw notOffered(target.name, service === STUDY_ROOT_GET ? 'C-GET' : 'C-MOVE');
  const syntax = context.getAcceptedTransferSyntaxUid() as string;
  const request = service === STUDY_ROOT_GET ? new CGetRequest() : new CMoveRequest();
  if (request instanceof CMoveRequest) {
    request.getCommandDataset().setElement('MoveDestination', target.ownAeTitle);
  }
  request.setDataset(new RawDataset(encodeIdentifier(identifier, syntax), syntax));
  const cancel = (): void => association.stop(request, new CancelledError());
  signal.addEventListener('abort', cancel, { once: true });
  const timeoutMs = service === STUDY_ROOT_GET ? SCU_TIMEOUTS.getMs : SCU_TIMEOUTS.moveMs;
  let progress = before;
  try {
    const last = await association.ask(request, timeoutMs, (response) => {
      progress = progressOf(response, before);
      onProgress(progress);
    });
    if (signal.aborted) throw new CancelledError();
    const status = last.getStatus();
    if (status !== 0 && status !== SOME_FAILED) throw queryFailure(target.name, target.ownAeTitle, status);
    const end = progressOf(last, before);
    // Archives may leave the counters out of their last answer (PS3.7, 9.1.4.1.7): then those before it count.
    const isCounted = end.done + end.failed > before.done + before.failed;
    progress = isCounted || progress === before ? end : progress;
    return progress;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

async function retrieveAll(
  retrieval: Omit<Retrieval, 'association'>,
  request: FetchRequest,
  store: StoreHandler | undefined,
): Promise<FetchProgress> {
  const contexts = [
    { abstractSyntax: retrieval.service, transferSyntaxes: QUERY_SYNTAXES },
    ...(store === undefined ? [] : STORAGE_CLASSES).map((abstractSyntax) => ({
      abstractSyntax,
      transferSyntaxes: INSTANCE_SYNTAXES,
      isProvidedHere: true,
    })),
  ];
  const association = await ScuAssociation.open(retrieval.target, contexts, retrieval.signal, store);
  // A series at a time: not every archive takes a list of them (PS3.4, C.4.2.2.1).
  const series = request.seriesInstanceUids?.map((uid) => [uid]) ?? [null];
  let progress: FetchProgress = { done: 0, failed: 0, total: null };
  try {
    for (const uids of series) {
      if (retrieval.signal.aborted) throw new CancelledError();
      const identifier = retrieveIdentifier(request.studyInstanceUid, uids);
      progress = await retrieve({ ...retrieval, association }, identifier, progress);
    }
    return { ...progress, total: progress.done + progress.failed };
  } finally {
    await association.release();
  }
}

/**
 * By C-GET: instances come in the same association.
 * @throws NetworkError, CancelledError
 */
export function getInstances(
  target: ScuTarget,
  request: FetchRequest,
  store: StoreHandler,
  onProgress: (progress: FetchProgress) => void,
  signal: AbortSignal,
): Promise<FetchProgress> {
  return retrieveAll({ target, service: STUDY_ROOT_GET, signal, onProgress }, request, store);
}

/**
 * By C-MOVE to this node's own AE title: instances come to the listening receiver.
 * @throws NetworkError, CancelledError
 */
export function moveInstances(
  target: ScuTarget,
  request: FetchRequest,
  onProgress: (progress: FetchProgress) => void,
  signal: AbortSignal,
): Promise<FetchProgress> {
  return retrieveAll({ target, service: STUDY_ROOT_MOVE, signal, onProgress }, request, undefined);
}
