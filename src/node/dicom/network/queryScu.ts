// Searches by C-FIND: studies, series and the modality worklist (PS3.4, C.4.1 and K.4.1).
import type {
  ScheduledStep,
  SeriesMatch,
  StudyMatch,
  StudyQuery,
  WorklistItemQuery,
} from '../../../core/domain/dicomNode.ts';
import { CancelledError } from '../../../core/domain/errors.ts';
import type { DicomDataset } from '../../../core/formats/dicom/dicomDataset.ts';
import type { DicomItem } from '../../../core/formats/write/dicomEncoder.ts';
import { CFindRequest } from './dimseLibrary.ts';
import { notOffered, queryFailure } from './failures.ts';
import { instanceFacts, scheduledStep, seriesMatch, studyMatch, withFacts } from './answers.ts';
import {
  answerTexts,
  encodeIdentifier,
  instanceIdentifier,
  QUERY_TAG,
  readIdentifier,
  seriesIdentifier,
  studyIdentifier,
  worklistIdentifier,
} from './queryIdentifiers.ts';
import { RawDataset } from './rawDataset.ts';
import { ScuAssociation } from './scuAssociation.ts';
import type { ScuTarget } from './scuAssociation.ts';
import { QUERY_SYNTAXES } from './transferSyntaxes.ts';

export const STUDY_ROOT_FIND = '1.2.840.10008.5.1.4.1.2.2.1';
export const WORKLIST_FIND = '1.2.840.10008.5.1.4.31';
const CANCELLED = 0xfe00;
/** Series of a study, and series that are asked for an instance each: no study has more that matter. */
const MAX_SERIES = 1000;
const MAX_ASKED_SERIES = 100;

interface Found {
  readonly answers: readonly DicomDataset[];
  readonly isCut: boolean;
}

/** One C-FIND in an open association, ended after `limit` answers. */
async function find(
  association: ScuAssociation,
  target: ScuTarget,
  service: string,
  identifier: DicomItem,
  limit: number,
): Promise<Found> {
  const context = association.accepted(service);
  if (context === null) throw notOffered(target.name, service === WORKLIST_FIND ? 'a worklist' : 'searches');
  const syntax = context.getAcceptedTransferSyntaxUid() as string;
  const request = new CFindRequest();
  request.setAffectedSopClassUid(service);
  request.setDataset(new RawDataset(encodeIdentifier(identifier, syntax), syntax));
  const answers: DicomDataset[] = [];
  let isCut = false;
  const enough = new CancelledError();
  const onAnswer = (_response: unknown, bytes: Buffer): void => {
    if (answers.length < limit) answers.push(readIdentifier(bytes, syntax));
    else if (!isCut) {
      isCut = true;
      association.stop(request, enough);
    }
  };
  try {
    const status = (await association.ask(request, undefined, onAnswer)).getStatus();
    if (status !== 0 && !(isCut && status === CANCELLED)) throw queryFailure(target.name, target.ownAeTitle, status);
  } catch (error) {
    // The archive went on in spite of the C-CANCEL and was cut: what was wanted is here.
    if (error !== enough) throw error;
  }
  return { answers, isCut };
}

/** Opens an association for one service, and ends it in order whatever happens. */
async function during<T>(
  target: ScuTarget,
  service: string,
  signal: AbortSignal,
  act: (association: ScuAssociation) => Promise<T>,
): Promise<T> {
  const contexts = [{ abstractSyntax: service, transferSyntaxes: QUERY_SYNTAXES }];
  const association = await ScuAssociation.open(target, contexts, signal);
  const cancel = (): void => association.cut(new CancelledError());
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await act(association);
  } finally {
    signal.removeEventListener('abort', cancel);
    await association.release();
  }
}

/** @throws NetworkError, CancelledError */
export async function findStudies(
  target: ScuTarget,
  query: StudyQuery,
  limit: number,
  signal: AbortSignal,
): Promise<{ readonly matches: readonly StudyMatch[]; readonly isCut: boolean }> {
  return during(target, STUDY_ROOT_FIND, signal, async (association) => {
    const { answers, isCut } = await find(association, target, STUDY_ROOT_FIND, studyIdentifier(query), limit);
    return { matches: answers.flatMap((answer) => studyMatch(answerTexts(answer)) ?? []), isCut };
  });
}

function stepOf(answer: DicomDataset): ScheduledStep {
  const step = answer.item(QUERY_TAG.scheduledSteps);
  return scheduledStep(answerTexts(answer), step === null ? null : answerTexts(step));
}

/** @throws NetworkError, CancelledError */
export async function findScheduled(
  target: ScuTarget,
  query: WorklistItemQuery,
  limit: number,
  signal: AbortSignal,
): Promise<{ readonly matches: readonly ScheduledStep[]; readonly isCut: boolean }> {
  return during(target, WORKLIST_FIND, signal, async (association) => {
    const { answers, isCut } = await find(association, target, WORKLIST_FIND, worklistIdentifier(query), limit);
    return { matches: answers.map(stepOf), isCut };
  });
}

/**
 * Series of a study. SOP class and frame of reference are no attributes of a series that an archive has to tell: where it
 * doesn't, one instance of the series is asked for them.
 * @throws NetworkError, CancelledError
 */
export async function findSeries(
  target: ScuTarget,
  studyInstanceUid: string,
  signal: AbortSignal,
): Promise<readonly SeriesMatch[]> {
  const list = await during(target, STUDY_ROOT_FIND, signal, async (association) => {
    const identifier = seriesIdentifier(studyInstanceUid);
    const { answers } = await find(association, target, STUDY_ROOT_FIND, identifier, MAX_SERIES);
    return answers.flatMap((answer) => seriesMatch(answerTexts(answer), studyInstanceUid) ?? []);
  });
  const isKnown = (series: SeriesMatch): boolean => series.sopClassUid !== null && series.frameOfReferenceUid !== null;
  const asked = list.filter((series) => !isKnown(series)).slice(0, MAX_ASKED_SERIES);
  const facts = new Map<string, ReturnType<typeof instanceFacts>>();
  for (const series of asked) {
    const found = await oneInstance(target, series, signal);
    if (found !== null) facts.set(series.seriesInstanceUid, found);
  }
  return list.map((series) => {
    const found = facts.get(series.seriesInstanceUid);
    return found === undefined ? series : withFacts(series, found);
  });
}

/** An association of its own each: an archive that goes on with a thousand instances in spite of a C-CANCEL is cut. */
async function oneInstance(
  target: ScuTarget,
  { studyInstanceUid, seriesInstanceUid }: SeriesMatch,
  signal: AbortSignal,
): Promise<ReturnType<typeof instanceFacts> | null> {
  try {
    return await during(target, STUDY_ROOT_FIND, signal, async (association) => {
      const identifier = instanceIdentifier(studyInstanceUid, seriesInstanceUid);
      const { answers } = await find(association, target, STUDY_ROOT_FIND, identifier, 1);
      return answers[0] === undefined ? null : instanceFacts(answerTexts(answers[0]));
    });
  } catch (error) {
    if (signal.aborted) throw error;
    // Not every archive answers at this level; then these two stay unknown.
    return null;
  }
}
