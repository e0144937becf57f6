// Long work of the main process: what runs, how far it is, how it ended.
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { listen, request } from '../../app/api/client.ts';
import type { EventPayload } from '../../../ipc/contract.ts';

export interface Job {
  readonly jobId: string;
  readonly title: string;
  readonly fraction: number;
  readonly message: string;
  readonly cancelling: boolean;
  readonly visible: boolean;
}

export type JobEnd = EventPayload<'job:finished'>;

/** Shorter work shows no progress: it would only flicker. */
const SHOW_AFTER_MS = 300;

export const useJobs = defineStore('jobs', () => {
  const jobs = ref<readonly Job[]>([]);
  const waiting = new Map<string, (end: JobEnd) => void>();
  const followed = new Map<string, Promise<JobEnd>>();
  const endedEarly = new Map<string, JobEnd>();

  function change(jobId: string, part: Partial<Job>): void {
    jobs.value = jobs.value.map((job) => (job.jobId === jobId ? { ...job, ...part } : job));
  }

  function onFinished(end: JobEnd): void {
    jobs.value = jobs.value.filter((job) => job.jobId !== end.jobId);
    const resolve = waiting.get(end.jobId);
    waiting.delete(end.jobId);
    followed.delete(end.jobId);
    if (resolve === undefined) endedEarly.set(end.jobId, end);
    else resolve(end);
  }

  /** Starts to listen; called once by the frame. */
  function connect(): () => void {
    const stops = [
      listen('job:progress', ({ jobId, fraction, message }) => change(jobId, { fraction, message })),
      listen('job:finished', onFinished),
    ];
    return () => stops.forEach((stop) => stop());
  }

  /** Follows a job to its end, for as many as ask. @param title what the user started */
  function follow(jobId: string, title: string): Promise<JobEnd> {
    const known = followed.get(jobId);
    if (known !== undefined) return known;
    const early = endedEarly.get(jobId);
    if (early !== undefined) {
      endedEarly.delete(jobId);
      return Promise.resolve(early);
    }
    const job: Job = { jobId, title, fraction: 0, message: '', cancelling: false, visible: false };
    jobs.value = [...jobs.value, job];
    setTimeout(() => change(jobId, { visible: true }), SHOW_AFTER_MS);
    const end = new Promise<JobEnd>((resolve) => waiting.set(jobId, resolve));
    followed.set(jobId, end);
    return end;
  }

  async function cancel(jobId: string): Promise<void> {
    change(jobId, { cancelling: true });
    await request('job:cancel', { jobId });
  }

  const current = computed(() => jobs.value.find((job) => job.visible) ?? null);
  return { jobs, current, connect, follow, cancel };
});
