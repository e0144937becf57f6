// The reports of several studies as files: how they are laid out, how far it is, what came of it.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { ChannelRequest, ReportsResultView } from '../../../ipc/contract.ts';
import { listen, request } from '../../app/api/client.ts';
import { i18n, t } from '../../app/i18n/index.ts';
import { useNotices } from '../notices/index.ts';
import { useReports } from '../reports/index.ts';

export type ReportsFormat = ChannelRequest<'export:reports'>['format'];
export const REPORTS_FORMATS: readonly ReportsFormat[] = ['pdf', 'html'];

export const useReportsExport = defineStore('reportsExport', () => {
  const notices = useNotices();
  const reports = useReports();
  const open = ref(false);
  const studyIds = shallowRef<readonly string[]>([]);
  const format = ref<ReportsFormat>('pdf');
  const running = shallowRef<{ readonly token: string; readonly fraction: number; readonly message: string } | null>(
    null,
  );
  const cancelling = ref(false);
  const result = shallowRef<ReportsResultView | null>(null);
  let shownToken: string | null = null;

  const count = computed(() => studyIds.value.length);

  /** Opens the dialog for these studies. */
  async function ask(ids: readonly string[]): Promise<void> {
    if (running.value !== null || ids.length === 0) return;
    studyIds.value = [...ids];
    result.value = null;
    await reports.loadPaper();
    open.value = true;
  }

  async function start(): Promise<void> {
    if (running.value !== null || count.value === 0) return;
    const token = crypto.randomUUID();
    running.value = { token, fraction: 0, message: t('exporting.choosing') };
    cancelling.value = false;
    const stopListening = listen('export:progress', (now) => {
      if (now.token === token) running.value = now;
    });
    const layout = { language: i18n.global.locale.value, paper: reports.paper };
    const asked = { token, studyIds: [...studyIds.value], format: format.value, ...layout };
    result.value = await notices.attempt(() => request('export:reports', asked));
    stopListening();
    running.value = null;
    shownToken = token;
  }

  /** Stops what runs, else closes the dialog. */
  async function cancel(): Promise<void> {
    const now = running.value;
    if (now === null) {
      open.value = false;
      return;
    }
    cancelling.value = true;
    await notices.attempt(() => request('export:cancel', { token: now.token }));
  }

  async function show(): Promise<void> {
    const token = shownToken;
    if (token !== null) await notices.attempt(() => request('export:show', { token }));
  }

  return { open, count, format, running, cancelling, result, ask, start, cancel, show };
});
