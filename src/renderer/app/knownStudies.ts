// Studies by name outside the worklist: those open lately for menu and palette, and those a search finds.
import { defineStore } from 'pinia';
import { shallowRef, watch } from 'vue';
import { useRecent } from '../features/session/index.ts';
import { useWorklist } from '../features/worklist/index.ts';
import type { StudySummaryView } from '../../ipc/contract.ts';
import { request } from './api/client.ts';

/** More than this nobody reads; another letter narrows it. */
const MOST_FOUND = 30;

export const useKnownStudies = defineStore('knownStudies', () => {
  const recentIds = useRecent();
  const worklist = useWorklist();
  const recent = shallowRef<readonly StudySummaryView[]>([]);
  const found = shallowRef<readonly StudySummaryView[]>([]);
  let turn = 0;

  // Names and dates are read again when studies come, go or change; a list without names is none.
  watch(
    () => [recentIds.ids, worklist.revision],
    async () => {
      const ids = [...recentIds.ids];
      recent.value = ids.length === 0 ? [] : await request('worklist:rows', { ids }).catch(() => []);
    },
    { immediate: true },
  );

  /** Looks for studies as the worklist's search does: patient, date, region… @param search empty: none */
  async function find(search: string): Promise<void> {
    const mine = ++turn;
    if (search.trim() === '') {
      found.value = [];
      return;
    }
    try {
      const { ids } = await request('worklist:query', {
        search: search.slice(0, 400),
        states: [],
        grades: [],
        fieldsT: [],
        from: null,
        to: null,
        withMrsi: false,
        sortBy: 'studyDate',
        descending: true,
      });
      const rows = await request('worklist:rows', { ids: ids.slice(0, MOST_FOUND) });
      if (mine === turn) found.value = rows;
    } catch {
      if (mine === turn) found.value = []; // the worklist itself says what is wrong with the database
    }
  }

  return { recent, found, find };
});
