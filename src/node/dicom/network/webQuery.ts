// Searches by QIDO-RS (PS3.18, 10.6): studies, series and instances.
import type { SeriesMatch, StudyMatch, StudyQuery } from '../../../core/domain/dicomNode.ts';
import { NetworkError } from '../../../core/domain/errors.ts';
import type { DicomTag } from '../../../core/formats/dicom/dicomTags.ts';
import { TAG } from '../../../core/formats/dicom/dicomTags.ts';
import { instanceFacts, seriesMatch, studyMatch, withFacts } from './answers.ts';
import { jsonDatasets, jsonText, jsonTexts } from './dicomJson.ts';
import type { JsonDataset } from './dicomJson.ts';
import type { AnswerTexts } from './queryIdentifiers.ts';
import { dateRange, QUERY_TAG } from './queryIdentifiers.ts';
import type { WebClient } from './webClient.ts';
import { webFailure } from './webClient.ts';

const ACCEPT = 'application/dicom+json';
/** A list of some ten thousand studies. [bytes] */
const MAX_LIST_BYTES = 64 * 2 ** 20;
/** Instances asked for at once. */
const PAGE = 500;
const NO_CONTENT = 204;
const OK = 200;

const UID = /^[0-9.]{1,64}$/;

/** @throws NetworkError where a path can't hold it */
export function uidInPath(uid: string): string {
  if (!UID.test(uid)) throw new NetworkError('A UID that is to be fetched is none.');
  return uid;
}

async function list(
  client: WebClient,
  path: string,
  wanted: Readonly<Record<string, string>>,
  included: readonly DicomTag[],
): Promise<readonly JsonDataset[]> {
  const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== ''));
  for (const tag of included) query.append('includefield', tag.key.slice(1).toUpperCase());
  // Blanks as %20 and ^ as it is, as browsers write an address: not every service reads the form encoding.
  const search = query.toString().replaceAll('+', '%20').replaceAll('%5E', '^');
  const request = { method: 'GET', path: `${path}?${search}`, accept: ACCEPT, maxBytes: MAX_LIST_BYTES } as const;
  const { status, body } = await client.ask(request);
  if (status === NO_CONTENT) return [];
  if (status !== OK) throw webFailure(client.name, status);
  const found = jsonDatasets(body.toString('utf8'));
  if (found === null) throw new NetworkError(`${client.name} answered with something that is no DICOM JSON.`);
  return found;
}

/** @throws NetworkError, CancelledError */
export async function webEcho(client: WebClient): Promise<number> {
  const startMs = performance.now();
  await list(client, '/studies', { limit: '1' }, []);
  return performance.now() - startMs;
}

const textsOf =
  (found: JsonDataset): AnswerTexts =>
  (tag) =>
    jsonTexts(found, tag);

/** @throws NetworkError, CancelledError */
export async function webStudies(
  client: WebClient,
  query: StudyQuery,
  limit: number,
): Promise<{ readonly matches: readonly StudyMatch[]; readonly isCut: boolean }> {
  const found = await list(
    client,
    '/studies',
    {
      PatientName: query.patientName.trim(),
      PatientID: query.patientId.trim(),
      AccessionNumber: query.accessionNumber.trim(),
      StudyDate: dateRange(query.from, query.to),
      ModalitiesInStudy: query.modality ?? '',
      // One more tells whether there are more.
      limit: String(limit + 1),
    },
    [TAG.studyDescription, TAG.patientBirthDate, TAG.patientSex, QUERY_TAG.studySeries, QUERY_TAG.studyInstances],
  );
  const matches = found.flatMap((one) => studyMatch(textsOf(one)) ?? []);
  return { matches: matches.slice(0, limit), isCut: matches.length > limit };
}

const seriesPath = (study: string, series: string): string =>
  `/studies/${uidInPath(study)}/series/${uidInPath(series)}`;

/** SOP class and frame of reference, where the list of series doesn't tell, are asked of one instance. */
async function withInstanceFacts(client: WebClient, series: SeriesMatch): Promise<SeriesMatch> {
  if (series.sopClassUid !== null && series.frameOfReferenceUid !== null) return series;
  const path = `${seriesPath(series.studyInstanceUid, series.seriesInstanceUid)}/instances`;
  const [one] = await list(client, path, { limit: '1' }, [TAG.sopClassUid, QUERY_TAG.frameOfReferenceUid]);
  if (one === undefined) return series;
  return withFacts(series, instanceFacts(textsOf(one)));
}

/** @throws NetworkError, CancelledError */
export async function webSeries(client: WebClient, studyInstanceUid: string): Promise<readonly SeriesMatch[]> {
  const path = `/studies/${uidInPath(studyInstanceUid)}/series`;
  const included = [TAG.seriesDescription, QUERY_TAG.seriesInstances, QUERY_TAG.frameOfReferenceUid];
  const found = (await list(client, path, {}, included)).flatMap(
    (one) => seriesMatch(textsOf(one), studyInstanceUid) ?? [],
  );
  const complete: SeriesMatch[] = [];
  for (const series of found) complete.push(await withInstanceFacts(client, series));
  return complete;
}

/** @returns the SOP Instance UIDs of a series @throws NetworkError, CancelledError */
export async function webInstances(client: WebClient, study: string, series: string): Promise<readonly string[]> {
  const uids = new Set<string>();
  for (;;) {
    const before = uids.size;
    const page = { limit: String(PAGE), offset: String(before) };
    const found = await list(client, `${seriesPath(study, series)}/instances`, page, []);
    for (const one of found) {
      const uid = jsonText(one, TAG.sopInstanceUid);
      if (uid !== null) uids.add(uid);
    }
    // Also a service that doesn't know pages, and answers with the same ones again, comes to an end.
    if (found.length < PAGE || uids.size === before) return [...uids];
  }
}
