// Sends objects by STOW-RS (PS3.18, 10.5), all in one request; what became of each stands in the answer (PS3.18, annex I).
import { NetworkError } from '../../../core/domain/errors.ts';
import { dicomTag, TAG } from '../../../core/formats/dicom/dicomTags.ts';
import type { SentObject, SentVerdict } from '../../../core/ports/dicomNetwork.ts';
import { jsonCount, jsonDatasets, jsonItems, jsonText } from './dicomJson.ts';
import type { JsonDataset } from './dicomJson.ts';
import { storeVerdict } from './failures.ts';
import { dicomParts } from './multipartRelated.ts';
import { dataSetOf } from './part10.ts';
import type { WebClient } from './webClient.ts';
import { webFailure } from './webClient.ts';

const FAILED_SEQUENCE = dicomTag(0x0008, 0x1198, 'SQ');
const REFERENCED_SEQUENCE = dicomTag(0x0008, 0x1199, 'SQ');
const FAILURE_REASON = dicomTag(0x0008, 0x1197, 'US');
const MAX_ANSWER_BYTES = 2 ** 24;
/** All stored; some with warnings; some or all refused. Each comes with the list. */
const WITH_LIST: ReadonlySet<number> = new Set([200, 202, 409]);
const ALL_STORED = 200;

function verdictIn(answer: JsonDataset, name: string, status: number, sopInstanceUid: string): SentVerdict {
  const named = (item: JsonDataset): boolean => jsonText(item, TAG.referencedSopInstanceUid) === sopInstanceUid;
  if (jsonItems(answer, REFERENCED_SEQUENCE).some(named)) return null;
  const failed = jsonItems(answer, FAILED_SEQUENCE).find(named);
  const reason = failed === undefined ? null : jsonCount(failed, FAILURE_REASON);
  if (failed === undefined && status === ALL_STORED) return null;
  return (reason === null ? null : storeVerdict(name, reason)) ?? `${name} did not store it.`;
}

/**
 * @returns in the order of the objects
 * @throws NetworkError, CancelledError
 */
export async function webSend(client: WebClient, objects: readonly SentObject[]): Promise<readonly SentVerdict[]> {
  if (objects.length === 0) return [];
  for (const { bytes } of objects) dataSetOf(bytes);
  const { contentType, body } = dicomParts(objects.map(({ bytes }) => bytes));
  const accept = 'application/dicom+json';
  const request = { method: 'POST', path: '/studies', accept, contentType, body, maxBytes: MAX_ANSWER_BYTES } as const;
  const { status, body: answer } = await client.ask(request);
  if (!WITH_LIST.has(status)) throw webFailure(client.name, status);
  const list = jsonDatasets(answer.toString('utf8'))?.[0];
  if (list === undefined) {
    if (status === ALL_STORED) return objects.map(() => null);
    throw new NetworkError(`${client.name} did not say what it stored.`, { status });
  }
  return objects.map(({ sopInstanceUid }) => verdictIn(list, client.name, status, sopInstanceUid));
}
