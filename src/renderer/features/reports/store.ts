// The report of the chosen analysis: preview and export.
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import { useNotices } from '../notices/index.ts';
import { useSession } from '../session/index.ts';

export type ReportFormat = 'pdf' | 'html' | 'csv';

export const useReports = defineStore('reports', () => {
  const session = useSession();
  const notices = useNotices();
  const html = ref<string | null>(null);
  const failure = ref<string | null>(null);
  const exporting = ref<ReportFormat | null>(null);
  /** Whether the page on the correction of frequency and phase is added. */
  const withCorrection = ref(false);
  let turn = 0;

  async function loadPreview(): Promise<void> {
    const mine = ++turn;
    failure.value = null;
    if (session.analysisId === null) {
      html.value = null;
      return;
    }
    try {
      const answer = await request('report:preview', {
        analysisId: session.analysisId,
        voxel: session.voxel,
        withCorrection: withCorrection.value,
      });
      if (mine === turn) html.value = answer.html;
    } catch (error) {
      if (mine !== turn) return;
      html.value = null;
      failure.value = errorSentence(error);
    }
  }

  async function save(format: ReportFormat): Promise<void> {
    const analysisId = session.analysisId;
    if (analysisId === null) {
      notices.say('caution', 'There is no result to report yet: run the fit first.');
      return;
    }
    if (exporting.value !== null) return;
    exporting.value = format;
    const answer = await notices.attempt(() =>
      request('report:export', { analysisId, voxel: session.voxel, format, withCorrection: withCorrection.value }),
    );
    exporting.value = null;
    if (answer?.saved !== true) return;
    notices.say('done', `The report was saved as ${answer.fileName ?? format.toUpperCase()}.`);
    await notices.attempt(() => session.refresh());
  }

  return { html, failure, exporting, withCorrection, loadPreview, save };
});
