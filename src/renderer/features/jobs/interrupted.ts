// What an end of the program interrupted: single jobs and batches, each to be taken up again with one press.
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { BatchSummaryView, InterruptedJobView, InterruptedKind } from '../../../ipc/contract.ts';
import { request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import { useNotices } from '../notices/index.ts';
import { patientName } from '../session/index.ts';
import { useJobs } from './store.ts';

export interface InterruptedEntry {
  readonly kind: InterruptedKind | 'batch';
  /** Of the job, or of the batch. */
  readonly id: string;
  /** Whose study, or how much of a batch is left; empty where neither is known. */
  readonly of: string;
  readonly createdAt: string;
  readonly canResume: boolean;
}

const ofJob = ({ jobId, kind, study, createdAt, canResume }: InterruptedJobView): InterruptedEntry => {
  const of = study === null ? '' : `${patientName(study)}, ${study.title}`;
  return { kind, id: jobId, of, createdAt, canResume };
};

const ofBatch = ({ id, createdAt, counts }: BatchSummaryView): InterruptedEntry => {
  const of = t('jobs.interrupted.left', { count: counts.interrupted });
  return { kind: 'batch', id, of, createdAt, canResume: true };
};

/** "Fit of Test Person, Brain": what is taken up again. */
export function entryTitle({ kind, of }: Pick<InterruptedEntry, 'kind' | 'of'>): string {
  const what = t(`jobs.interrupted.kinds.${kind}`);
  return of === '' ? what : `${what}: ${of}`;
}

export const useInterrupted = defineStore('interrupted', () => {
  const jobs = useJobs();
  const notices = useNotices();
  const entries = shallowRef<readonly InterruptedEntry[]>([]);
  const busy = ref(false);

  async function load(): Promise<void> {
    const [single, batches] = await Promise.all([request('job:interrupted', {}), request('batch:list', {})]);
    const all = [...single.map(ofJob), ...batches.filter(({ state }) => state === 'interrupted').map(ofBatch)];
    entries.value = all.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }

  /** Follows what was taken up again to its end; a batch's page says itself how it ended. */
  async function follow(jobId: string, entry: InterruptedEntry): Promise<void> {
    const title = entryTitle(entry);
    const { state, error, problems } = await jobs.follow(jobId, title);
    if (entry.kind === 'batch') return;
    if (state === 'failed' && error !== null) notices.say('error', error.message);
    else if (state === 'done') {
      const lines = problems ?? [];
      notices.say(lines.length > 0 ? 'caution' : 'done', t('jobs.interrupted.resumed', { title }), lines);
    }
  }

  /** Begins one again. @throws RequestError */
  async function begin(entry: InterruptedEntry): Promise<void> {
    const answer =
      entry.kind === 'batch'
        ? await request('batch:retry', { batchId: entry.id })
        : await request('job:resume', { jobId: entry.id });
    void follow(answer.jobId, entry);
  }

  /** Does something to each in turn; what fails is told and keeps no other out. */
  async function each(chosen: readonly InterruptedEntry[], act: (entry: InterruptedEntry) => Promise<unknown>) {
    if (busy.value) return;
    busy.value = true;
    for (const entry of chosen) await notices.attempt(() => act(entry));
    busy.value = false;
    await notices.attempt(load);
  }

  const resume = (chosen: readonly InterruptedEntry[]): Promise<void> =>
    each(
      chosen.filter(({ canResume }) => canResume),
      begin,
    );
  const giveUp = (entry: InterruptedEntry): Promise<void> =>
    each([entry], ({ kind, id }) =>
      kind === 'batch' ? request('batch:give-up', { batchId: id }) : request('job:give-up', { jobId: id }),
    );

  return { entries, busy, load, resume, giveUp };
});
