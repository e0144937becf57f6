// What the user must be told: errors stay until closed, confirmations go by themselves.
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { errorSentence } from '../../app/api/client.ts';

export type NoticeKind = 'error' | 'caution' | 'done';

export interface Notice {
  readonly id: number;
  readonly kind: NoticeKind;
  readonly text: string;
  readonly lines: readonly string[];
}

const DONE_STAYS_MS = 6000;

export const useNotices = defineStore('notices', () => {
  const notices = ref<readonly Notice[]>([]);
  let nextId = 1;

  function dismiss(id: number): void {
    notices.value = notices.value.filter((n) => n.id !== id);
  }

  function say(kind: NoticeKind, text: string, lines: readonly string[] = []): void {
    // The same sentence twice says no more than once.
    if (notices.value.some((n) => n.text === text && n.lines.join() === lines.join())) return;
    const id = nextId++;
    notices.value = [...notices.value, { id, kind, text, lines }];
    if (kind === 'done') setTimeout(() => dismiss(id), DONE_STAYS_MS);
  }

  /** Runs a task; a failure is shown in its own words. @returns its value, or null after a failure */
  async function attempt<T>(task: () => Promise<T>): Promise<T | null> {
    try {
      return await task();
    } catch (error) {
      say('error', errorSentence(error));
      return null;
    }
  }

  return { notices, say, dismiss, attempt };
});
