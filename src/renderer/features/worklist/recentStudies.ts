// The studies that were open lately as rows of the worklist, newest first: for its line of them, menu and palette.
import { defineStore } from 'pinia';
import { shallowRef, watch } from 'vue';
import type { WorklistRowView } from '../../../ipc/contract.ts';
import { request } from '../../app/api/client.ts';
import { useRecent } from '../session/index.ts';
import { useWorklist } from './store.ts';

export const useRecentStudies = defineStore('recentStudyRows', () => {
  const recent = useRecent();
  const worklist = useWorklist();
  const rows = shallowRef<readonly WorklistRowView[]>([]);
  let turn = 0;

  // Names and dates are read again when studies come, go or change; a list without names is none.
  watch(
    () => [recent.ids, worklist.revision],
    async () => {
      const mine = ++turn;
      const ids = [...recent.ids];
      const found = ids.length === 0 ? [] : await request('worklist:rows', { ids }).catch(() => []);
      if (mine === turn) rows.value = found;
    },
    { immediate: true },
  );

  return { rows };
});
