// Studies by name outside the worklist: those that a search of the palette finds.
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { searchQuery } from '../features/worklist/index.ts';
import type { StudySummaryView } from '../../ipc/contract.ts';
import { request } from './api/client.ts';

/** More than this nobody reads; another letter narrows it. */
const MOST_FOUND = 30;

export const useKnownStudies = defineStore('knownStudies', () => {
  const found = shallowRef<readonly StudySummaryView[]>([]);
  let turn = 0;

  /** Looks for studies as the worklist's search does: patient, date, region… @param search empty: none */
  async function find(search: string): Promise<void> {
    const mine = ++turn;
    if (search.trim() === '') {
      found.value = [];
      return;
    }
    try {
      const { ids } = await request('worklist:query', searchQuery(search));
      const rows = await request('worklist:rows', { ids: ids.slice(0, MOST_FOUND) });
      if (mine === turn) found.value = rows;
    } catch {
      if (mine === turn) found.value = []; // the worklist itself says what is wrong with the database
    }
  }

  return { found, find };
});
