// The export of the open study: what is chosen, how far it is, what came of it.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { ExportFormat } from '../../../core/domain/studyExport.ts';
import type { ExportResultView } from '../../../ipc/contract.ts';
import { listen, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import { useNotices } from '../notices/index.ts';
import { useSession } from '../session/index.ts';
import { exportedIds } from './model.ts';

interface RunningExport {
  readonly token: string;
  readonly fraction: number;
  readonly message: string;
  readonly cancelling: boolean;
}

export const useExporting = defineStore('exporting', () => {
  const session = useSession();
  const notices = useNotices();
  const open = ref(false);
  const skipped = shallowRef<ReadonlySet<string>>(new Set());
  const format = ref<ExportFormat>('as-imported');
  const deidentify = ref(true);
  const running = shallowRef<RunningExport | null>(null);
  const result = shallowRef<ExportResultView | null>(null);
  let shownToken: string | null = null;

  const chosen = computed(() =>
    exportedIds(session.detail?.datasets ?? [], skipped.value, format.value, deidentify.value),
  );

  /** Opens the dialog on the open study; names are to be taken out, whatever was chosen before. */
  function ask(): void {
    if (session.study === null || running.value !== null) return;
    skipped.value = new Set();
    deidentify.value = true;
    result.value = null;
    open.value = true;
  }

  function toggle(id: string): void {
    const others = new Set(skipped.value);
    if (!others.delete(id)) others.add(id);
    skipped.value = others;
  }

  async function start(): Promise<void> {
    const studyId = session.studyId;
    if (studyId === null || running.value !== null || chosen.value.length === 0) return;
    const token = crypto.randomUUID();
    running.value = { token, fraction: 0, message: t('exporting.choosing'), cancelling: false };
    const asked = { token, studyId, datasetIds: chosen.value, format: format.value, deidentify: deidentify.value };
    const answer = await notices.attempt(() => request('export:study', asked));
    if (running.value.cancelling && answer === null) notices.say('done', t('exporting.stopped'));
    running.value = null;
    shownToken = token;
    result.value = answer;
  }

  async function cancel(): Promise<void> {
    const now = running.value;
    if (now === null) {
      open.value = false;
      return;
    }
    running.value = { ...now, cancelling: true };
    await notices.attempt(() => request('export:cancel', { token: now.token }));
  }

  async function show(): Promise<void> {
    const token = shownToken;
    if (token !== null) await notices.attempt(() => request('export:show', { token }));
  }

  /** Starts to listen; called once by the frame. */
  function connect(): () => void {
    return listen('export:progress', ({ token, fraction, message }) => {
      if (running.value?.token === token) running.value = { ...running.value, fraction, message };
    });
  }

  return { open, skipped, format, deidentify, running, result, chosen, ask, toggle, start, cancel, show, connect };
});
