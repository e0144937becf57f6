// Batches that run, ran or were interrupted: the list, the one on screen with its studies, and what is done to it.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { BatchItemStateView, BatchSummaryView, BatchView, PatientNaming } from '../../../ipc/contract.ts';
import { listen, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import { useJobs, type JobEnd } from '../jobs/index.ts';
import { useNotices } from '../notices/index.ts';
import { useSession } from '../session/index.ts';
import { countsOf, countWords, overallFraction, undone, withItems } from './model.ts';
import { useBatchSetup } from './setupStore.ts';

/** Ends that come in quick succession make one reading. [ms] */
const READ_AFTER_MS = 250;
/** What changes in a batch is shown so often at most. [ms] */
const SHOW_AFTER_MS = 100;

export interface ItemProgress {
  readonly fraction: number;
  readonly message: string;
}

export const useBatches = defineStore('batches', () => {
  const notices = useNotices();
  const jobs = useJobs();
  const session = useSession();
  const setup = useBatchSetup();
  const list = shallowRef<readonly BatchSummaryView[]>([]);
  const batch = shallowRef<BatchView | null>(null);
  const chosenId = ref<string | null>(null);
  const progress = shallowRef<ReadonlyMap<string, ItemProgress>>(new Map());
  const starting = ref(false);
  const loaded = ref(false);
  const followed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let readsWhole = false;
  let showTimer: ReturnType<typeof setTimeout> | null = null;
  /** What came in and is not on screen yet, by study. */
  const late = { items: new Map<string, BatchItemStateView>(), progress: new Map<string, ItemProgress>() };

  const counts = computed(() => countsOf(batch.value?.items ?? []));
  const fraction = computed(() => {
    const shares = new Map([...progress.value].map(([id, { fraction: share }]) => [id, share]));
    return overallFraction(batch.value?.items ?? [], shares);
  });
  const running = computed(() => batch.value?.jobId !== null && batch.value !== null);

  function forgetLate(): void {
    late.items.clear();
    late.progress.clear();
  }

  /** Reads the list; the newest is on screen where the one that was is gone. @returns whether it could be read */
  async function loadList(): Promise<boolean> {
    const found = await notices.attempt(() => request('batch:list', {}));
    if (found === null) return false;
    list.value = found;
    if (!found.some(({ id }) => id === chosenId.value)) chosenId.value = found[0]?.id ?? null;
    return true;
  }

  async function load(): Promise<void> {
    if (!(await loadList())) return;
    const id = chosenId.value;
    const opened = id === null ? null : await notices.attempt(() => request('batch:open', { batchId: id }));
    if (id !== chosenId.value) return;
    if (opened?.id !== batch.value?.id) forgetLate();
    batch.value = opened;
    loaded.value = true;
    // One that was begun before the window was loaded anew.
    if (opened !== null && opened.jobId !== null) void follow(opened.jobId, opened.id);
  }

  async function choose(batchId: string): Promise<void> {
    if (batchId !== chosenId.value) progress.value = new Map();
    chosenId.value = batchId;
    await load();
  }

  /** Shows a job in the status line, and says how it ended. */
  async function follow(jobId: string, batchId: string): Promise<void> {
    if (followed.has(jobId)) return;
    followed.add(jobId);
    const end = await jobs.follow(jobId, t('batch.title'));
    await load();
    tellEnd(end, batchId);
  }

  function tellEnd({ state, error }: JobEnd, batchId: string): void {
    const ended = list.value.find(({ id }) => id === batchId);
    if (state === 'failed' && error !== null) notices.say('error', error.message);
    else if (ended !== undefined) {
      const isWhole = undone(ended.counts) === 0;
      notices.say(isWhole ? 'done' : 'caution', `${t(`batch.ended.${state}`)} ${countWords(ended.counts)}.`);
    }
  }

  async function start(): Promise<void> {
    if (starting.value || setup.studyIds.length === 0) return;
    starting.value = true;
    const begun = await notices.attempt(() =>
      request('batch:start', { studyIds: [...setup.studyIds], settings: setup.settings }),
    );
    starting.value = false;
    if (begun === null) return;
    void follow(begun.jobId, begun.batchId);
    await choose(begun.batchId);
  }

  async function retry(): Promise<void> {
    const id = batch.value?.id;
    if (id === undefined || undone(counts.value) === 0) return;
    progress.value = new Map();
    const begun = await notices.attempt(() => request('batch:retry', { batchId: id }));
    if (begun === null) return;
    void follow(begun.jobId, id);
    await load();
  }

  async function cancel(): Promise<void> {
    const jobId = batch.value?.jobId;
    if (jobId !== null && jobId !== undefined) await notices.attempt(() => jobs.cancel(jobId));
  }

  async function remove(): Promise<void> {
    const id = batch.value?.id;
    if (id === undefined) return;
    await notices.attempt(() => request('batch:remove', { batchId: id }));
    await load();
  }

  async function saveRatios(patients: PatientNaming): Promise<void> {
    const id = batch.value?.id;
    if (id === undefined) return;
    const answer = await notices.attempt(() => request('batch:save-ratios', { batchId: id, patients }));
    if (answer?.saved === true) notices.say('done', t('batch.savedAs', { file: answer.fileName ?? '' }));
  }

  /** Opens a study with its result of this batch. */
  async function openResult(studyId: string, analysisId: string | null): Promise<void> {
    await notices.attempt(() => session.open(studyId));
    const result = session.detail?.analyses.find(({ id }) => id === analysisId);
    if (session.studyId !== studyId || result === undefined) return;
    session.selectDataset(result.datasetId);
    session.selectAnalysis(result.id);
  }

  /** Reads again what has changed: the list, or with a batch as a whole its studies too. */
  function readSoon(whole: boolean): void {
    readsWhole ||= whole;
    timer ??= setTimeout(() => {
      timer = null;
      const reading = readsWhole ? load() : loadList();
      readsWhole = false;
      void reading;
    }, READ_AFTER_MS);
  }

  /** Puts what came in lately on screen at once: hundreds of studies may end within a second. */
  function show(): void {
    showTimer = null;
    const shares = new Map([...progress.value, ...late.progress]);
    for (const id of late.items.keys()) shares.delete(id);
    progress.value = shares;
    if (batch.value !== null && late.items.size > 0) batch.value = withItems(batch.value, late.items);
    forgetLate();
  }

  const showSoon = (): void => void (showTimer ??= setTimeout(show, SHOW_AFTER_MS));

  /** @param item a study of it that began or ended: the others are not read again, for they may be thousands */
  function onChanged(batchId: string, item: BatchItemStateView | null): void {
    if (item !== null && batchId === batch.value?.id) {
      late.progress.delete(item.studyId);
      late.items.set(item.studyId, item);
      showSoon();
    }
    readSoon(item === null);
  }

  function onProgress(batchId: string, studyId: string, share: ItemProgress): void {
    if (batchId !== batch.value?.id) return;
    late.progress.set(studyId, share);
    showSoon();
  }

  /** Starts to listen; called once by the frame. */
  function connect(): () => void {
    const stops = [
      listen('batch:changed', ({ batchId, item }) => onChanged(batchId, item)),
      listen('batch:progress', ({ batchId, studyId, fraction: share, message }) =>
        onProgress(batchId, studyId, { fraction: share, message }),
      ),
    ];
    return () => stops.forEach((stop) => stop());
  }

  return {
    list,
    batch,
    chosenId,
    progress,
    starting,
    loaded,
    counts,
    fraction,
    running,
    load,
    choose,
    start,
    retry,
    cancel,
    remove,
    saveRatios,
    openResult,
    connect,
  };
});
