// The studies of the database, and how they come in and go.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { listen, request } from '../../app/api/client.ts';
import type { ImportResultView, StudySummaryView } from '../../../ipc/contract.ts';
import { useNotices } from '../notices/index.ts';
import { useSession } from '../session/index.ts';
import { failureLines, importSentence, searchStudies, sortStudies, type Sorting, type SortKey } from './model.ts';

export const useWorklist = defineStore('worklist', () => {
  const notices = useNotices();
  const session = useSession();
  const studies = shallowRef<readonly StudySummaryView[]>([]);
  const loaded = ref(false);
  const importing = ref<string | null>(null);
  const search = ref('');
  const sorting = ref<Sorting>({ key: 'studyDate', descending: true });
  const rows = computed(() => sortStudies(searchStudies(studies.value, search.value), sorting.value));

  async function load(): Promise<void> {
    const list = await notices.attempt(() => request('study:list', {}));
    if (list !== null) studies.value = list;
    loaded.value = true;
  }

  function sortBy(key: SortKey): void {
    const same = sorting.value.key === key;
    sorting.value = { key, descending: same ? !sorting.value.descending : key === 'studyDate' };
  }

  /** Says what an import brought, and opens the study where it is just one. */
  async function report(result: ImportResultView): Promise<void> {
    const lines = failureLines(result);
    if (lines.length > 0) {
      notices.say(
        'error',
        lines.length === 1 ? 'One file was not imported.' : `${lines.length} files were not imported.`,
        lines,
      );
    }
    const sentence = importSentence(result);
    if (sentence !== null) notices.say('done', sentence);
    await load();
    const only = result.studies.length === 1 ? result.studies[0] : undefined;
    if (only === undefined) return;
    // Files added to the open study appear in it; another study is opened.
    if (only.studyId === session.studyId) await notices.attempt(() => session.refresh());
    else await notices.attempt(() => session.open(only.studyId));
  }

  async function openDemo(): Promise<void> {
    importing.value = 'Importing the demo study…';
    try {
      const result = await notices.attempt(() => request('import:demo', {}));
      if (result !== null) await report(result);
    } finally {
      importing.value = null;
    }
  }

  async function remove(studyId: string): Promise<void> {
    const answer = await notices.attempt(() => request('study:delete', { studyId }));
    if (answer?.deleted !== true) return;
    if (session.studyId === studyId) session.close();
    notices.say('done', 'The study was deleted from the database. The original files were not touched.');
    await load();
  }

  /** Starts to listen; called once by the frame. */
  function connect(): () => void {
    const stops = [
      listen('studies:changed', ({ studyId }) => {
        void load();
        if (studyId !== null && studyId === session.studyId) void session.refresh().catch(() => session.close());
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  return {
    studies,
    loaded,
    importing,
    search,
    sorting,
    rows,
    load,
    sortBy,
    openDemo,
    report,
    remove,
    connect,
  };
});
