// Studies fetched from an archive: searched, their series chosen, fetched as a job that says how far it is.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { ChannelRequest, OfferedSeriesView, StudyMatchView } from '../../../ipc/contract.ts';
import { errorSentence, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import { useJobs } from '../jobs/index.ts';
import { useNotices } from '../notices/index.ts';
import { useSession } from '../session/index.ts';
import { suggestedIds } from './model.ts';

export type StudyQueryFields = ChannelRequest<'dicom:find-studies'>['query'];

export const ANY_STUDY: StudyQueryFields = {
  ...{ patientName: '', patientId: '', accessionNumber: '' },
  ...{ from: null, to: null, modality: 'MR' },
};

interface SeriesOfStudy {
  /** null while they are asked for. */
  readonly series: readonly OfferedSeriesView[] | null;
  readonly chosen: ReadonlySet<string>;
  readonly problem: string | null;
}

export const useFetching = defineStore('dicomFetching', () => {
  const jobs = useJobs();
  const notices = useNotices();
  const session = useSession();
  const open = ref(false);
  const nodeId = ref('');
  const query = ref<StudyQueryFields>(ANY_STUDY);
  const matches = shallowRef<readonly StudyMatchView[] | null>(null);
  const isCut = ref(false);
  const problem = ref<string | null>(null);
  const chosen = shallowRef<ReadonlySet<string>>(new Set());
  const seriesOf = shallowRef<ReadonlyMap<string, SeriesOfStudy>>(new Map());
  const searching = ref<string | null>(null);
  const jobId = ref<string | null>(null);
  /** What a fetch brought: the study to open. */
  const brought = shallowRef<readonly string[]>([]);

  const job = computed(() => jobs.jobs.find((one) => one.jobId === jobId.value) ?? null);
  const running = computed(() => jobId.value !== null);

  /** Opens the dialog; what was searched for before still stands there. @param archives those there are */
  function ask(archives: readonly { readonly id: string }[]): void {
    if (!archives.some(({ id }) => id === nodeId.value)) {
      nodeId.value = archives[0]?.id ?? '';
      matches.value = null;
    }
    problem.value = null;
    open.value = true;
  }

  function forgetMatches(): void {
    matches.value = null;
    [chosen.value, seriesOf.value, brought.value] = [new Set(), new Map(), []];
  }

  async function cancelSearch(): Promise<void> {
    const token = searching.value;
    if (token !== null) await notices.attempt(() => request('dicom:cancel', { token }));
  }

  /** The form stays as it is, whatever comes of it. */
  async function search(): Promise<void> {
    if (searching.value !== null || nodeId.value === '') return;
    const token = crypto.randomUUID();
    searching.value = token;
    problem.value = null;
    forgetMatches();
    try {
      const asked = { token, nodeId: nodeId.value, query: query.value };
      const answer = await request('dicom:find-studies', asked);
      matches.value = answer?.matches ?? null;
      isCut.value = answer?.isCut ?? false;
    } catch (error) {
      problem.value = errorSentence(error);
    } finally {
      searching.value = null;
    }
  }

  const setSeries = (uid: string, part: Partial<SeriesOfStudy>): void => {
    const before = seriesOf.value.get(uid) ?? { series: null, chosen: new Set<string>(), problem: null };
    seriesOf.value = new Map(seriesOf.value).set(uid, { ...before, ...part });
  };

  /** Asks for a study's series, once. */
  async function readSeries(uid: string): Promise<void> {
    const known = seriesOf.value.get(uid);
    if (known !== undefined && known.problem === null) return;
    setSeries(uid, { series: null, problem: null });
    try {
      const asked = { token: crypto.randomUUID(), nodeId: nodeId.value, studyInstanceUid: uid };
      const series = (await request('dicom:offered-series', asked)) ?? [];
      setSeries(uid, { series, chosen: new Set(suggestedIds(series)) });
    } catch (error) {
      setSeries(uid, { series: [], problem: errorSentence(error) });
    }
  }

  function toggleStudy(uid: string): void {
    const next = new Set(chosen.value);
    if (!next.delete(uid)) next.add(uid);
    chosen.value = next;
    if (next.has(uid)) void readSeries(uid);
  }

  function toggleSeries(uid: string, seriesUid: string): void {
    const next = new Set(seriesOf.value.get(uid)?.chosen);
    if (!next.delete(seriesUid)) next.add(seriesUid);
    setSeries(uid, { chosen: next });
  }

  /** What is asked for: studies whose series are not known yet are fetched as they are suggested once they are. */
  const wanted = computed(() =>
    [...chosen.value].flatMap((uid): ChannelRequest<'dicom:fetch'>['studies'] => {
      const known = seriesOf.value.get(uid);
      const ids = [...(known?.chosen ?? [])];
      if (known !== undefined && known.problem !== null) return [{ studyInstanceUid: uid, seriesInstanceUids: null }];
      return ids.length === 0 ? [] : [{ studyInstanceUid: uid, seriesInstanceUids: ids }];
    }),
  );
  const isReading = computed(() => [...chosen.value].some((uid) => (seriesOf.value.get(uid)?.series ?? null) === null));

  async function fetchChosen(): Promise<void> {
    if (running.value || wanted.value.length === 0) return;
    problem.value = null;
    brought.value = [];
    try {
      const studies = wanted.value;
      const started = await request('dicom:fetch', { nodeId: nodeId.value, studies });
      jobId.value = started.jobId;
      await follow(started.jobId, studies.length);
    } catch (error) {
      problem.value = errorSentence(error);
    } finally {
      jobId.value = null;
    }
  }

  async function follow(id: string, count: number): Promise<void> {
    const end = await jobs.follow(id, t('dicom.fetch.job', { count }));
    const studyIds = end.studyIds ?? [];
    brought.value = studyIds;
    if (end.state === 'failed') problem.value = end.error?.message ?? null;
    if (end.state === 'failed' && !open.value) notices.say('error', end.error?.message ?? '');
    if (end.state === 'cancelled') notices.say('note', t('dicom.fetch.cancelled'));
    if (end.state !== 'done') return;
    const problems = end.problems ?? [];
    notices.say(problems.length > 0 ? 'caution' : 'done', t('dicom.fetch.done', { count: studyIds.length }), problems);
    [chosen.value, seriesOf.value] = [new Set(), new Map()];
  }

  /** The studies that came are in the worklist; the first one is opened. */
  async function openBrought(): Promise<void> {
    const [first] = brought.value;
    if (first === undefined) return;
    open.value = false;
    await notices.attempt(() => session.open(first));
  }

  async function cancelFetch(): Promise<void> {
    const id = jobId.value;
    if (id !== null) await notices.attempt(() => jobs.cancel(id));
  }

  return {
    ...{ open, nodeId, query, matches, isCut, problem, chosen, seriesOf, searching, job, running, brought },
    ...{ wanted, isReading, ask, search, cancelSearch, forgetMatches, toggleStudy, toggleSeries, readSeries },
    ...{ fetchChosen, cancelFetch, openBrought },
  };
});
