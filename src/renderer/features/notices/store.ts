// What the user must be told: errors and cautions stay until closed, confirmations go by themselves.
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { errorSentence, RequestError } from '../../app/api/client.ts';
import { passes, type Notice, type NoticeKind } from './model.ts';

/** What passes is on screen for so long. [ms] */
const STAYS_MS = 4000;

export const useNotices = defineStore('notices', () => {
  const notices = shallowRef<readonly Notice[]>([]);
  const staying = computed(() => notices.value.filter((notice) => !passes(notice)));
  /** The newest of those that go by themselves. */
  const passing = computed(() => notices.value.findLast(passes) ?? null);
  let nextId = 1;

  function dismiss(id: number): void {
    notices.value = notices.value.filter((n) => n.id !== id);
  }

  function say(kind: NoticeKind, text: string, lines: readonly string[] = []): void {
    // The same sentence twice says no more than once.
    if (notices.value.some((n) => n.text === text && n.lines.join() === lines.join())) return;
    const notice = { id: nextId++, kind, text, lines };
    notices.value = [...notices.value, notice];
    if (passes(notice)) setTimeout(() => dismiss(notice.id), STAYS_MS);
  }

  /** Runs a task; a failure is shown in its own words. @returns its value, or null after a failure */
  async function attempt<T>(task: () => Promise<T>): Promise<T | null> {
    try {
      return await task();
    } catch (error) {
      // The form to log in by says so itself.
      if (!(error instanceof RequestError && error.code === 'LOGGED_OUT')) say('error', errorSentence(error));
      return null;
    }
  }

  return { notices, staying, passing, say, dismiss, attempt };
});
