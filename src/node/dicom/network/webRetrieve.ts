// Fetches by WADO-RS (PS3.18, 10.4), instance by instance: a study of a thousand takes no more memory than a few, every one is
// stored before the next is asked for, and progress and cancellation are exact.
import type { ReceivedInstance } from '../../../core/domain/dicomNode.ts';
import { CancelledError } from '../../../core/domain/errors.ts';
import type { FetchProgress, FetchRequest, StorageVerdict } from '../../../core/ports/dicomNetwork.ts';
import { boundaryOf, partsOf } from './multipartRelated.ts';
import { readPart10 } from './part10.ts';
import { INSTANCE_SYNTAXES } from './transferSyntaxes.ts';
import type { WebClient } from './webClient.ts';
import { WEB_LINES } from './webClient.ts';
import { uidInPath, webInstances, webSeries } from './webQuery.ts';

/** As the archive keeps it; without the parameter it is written anew in explicit little endian (PS3.18, 8.7.3.5.2). */
const AS_STORED = 'multipart/related; type="application/dicom"; transfer-syntax=*';
const UNCOMPRESSED = 'multipart/related; type="application/dicom"';
/** Largest instance: raw data of long acquisitions. [bytes] */
const MAX_INSTANCE_BYTES = 2 ** 30;
const OK = 200;

interface Place {
  readonly study: string;
  readonly series: string;
  readonly instance: string;
}

/** @returns the file; null where the service doesn't give it */
async function fileOf(client: WebClient, place: Place, accept: string): Promise<Buffer | null> {
  const uids = [place.study, place.series, place.instance].map(uidInPath);
  const path = `/studies/${uids[0]}/series/${uids[1]}/instances/${uids[2]}`;
  const answer = await client.ask({ method: 'GET', path, accept, maxBytes: MAX_INSTANCE_BYTES });
  if (answer.status !== OK) return null;
  const boundary = boundaryOf(answer.contentType);
  const parts = boundary === null ? [answer.body] : partsOf(answer.body, boundary);
  return parts.find((part) => readPart10(part)?.sopInstanceUid === place.instance) ?? null;
}

/** @returns null where the service doesn't give the instance, or only compressed */
async function instanceAt(client: WebClient, place: Place, archive: string): Promise<ReceivedInstance | null> {
  const isReadable = (file: Buffer | null): boolean =>
    file !== null && INSTANCE_SYNTAXES.includes(readPart10(file)?.transferSyntaxUid ?? '');
  let file = await fileOf(client, place, AS_STORED);
  if (!isReadable(file)) file = await fileOf(client, place, UNCOMPRESSED);
  const sopClassUid = file === null ? null : (readPart10(file)?.sopClassUid ?? null);
  if (file === null || sopClassUid === null) return null;
  // A copy with memory of its own, which can be handed to another thread.
  const bytes = new Uint8Array(file);
  return { sopClassUid, sopInstanceUid: place.instance, bytes, callingAeTitle: archive, transferSyntaxUid: null };
}

async function placesOf(client: WebClient, { studyInstanceUid, seriesInstanceUids }: FetchRequest): Promise<Place[]> {
  const series =
    seriesInstanceUids ?? (await webSeries(client, studyInstanceUid)).map(({ seriesInstanceUid }) => seriesInstanceUid);
  const places: Place[] = [];
  for (const uid of series) {
    const instances = await webInstances(client, studyInstanceUid, uid);
    places.push(...instances.map((instance) => ({ study: studyInstanceUid, series: uid, instance })));
  }
  return places;
}

/**
 * @param archive what stands for the sender's AE title
 * @param store takes each instance before another one is asked for
 * @throws NetworkError; CancelledError (what was stored by then stays)
 */
export async function webFetch(
  client: WebClient,
  request: FetchRequest,
  archive: string,
  store: (instance: ReceivedInstance) => Promise<StorageVerdict>,
  onProgress: (progress: FetchProgress) => void,
  signal: AbortSignal,
): Promise<FetchProgress> {
  const places = await placesOf(client, request);
  let progress: FetchProgress = { done: 0, failed: 0, total: places.length };
  onProgress(progress);
  let next = 0;
  let isOver = false;
  const line = async (): Promise<void> => {
    try {
      for (let place = places[next++]; place !== undefined && !isOver; place = places[next++]) {
        if (signal.aborted) throw new CancelledError();
        const instance = await instanceAt(client, place, archive);
        const isStored = instance !== null && (await store(instance)) === 'stored';
        const { done, failed, total } = progress;
        progress = isStored ? { done: done + 1, failed, total } : { done, failed: failed + 1, total };
        onProgress(progress);
      }
    } finally {
      isOver ||= signal.aborted;
    }
  };
  const lines = Array.from({ length: WEB_LINES }, () =>
    line().catch((error: unknown) => {
      isOver = true;
      throw error;
    }),
  );
  const failed = (await Promise.allSettled(lines)).find((end) => end.status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return progress;
}
