// The studies that were open lately, newest first; remembered by id, without what identifies a patient.
import { defineStore } from 'pinia';
import { ref, watch } from 'vue';
import { request } from '../../app/api/client.ts';
import { parseRecent, withNewest } from './model.ts';
import { useSession } from './store.ts';

export const useRecent = defineStore('recentStudies', () => {
  const session = useSession();
  const ids = ref<readonly string[]>([]);

  /** @throws RequestError */
  async function load(): Promise<void> {
    const { value } = await request('settings:get', { key: 'recentStudies' });
    ids.value = session.studyId === null ? parseRecent(value) : withNewest(parseRecent(value), session.studyId);
  }

  function write(): void {
    void request('settings:set', { key: 'recentStudies', value: JSON.stringify(ids.value) }).catch(() => undefined);
  }

  /** Puts an earlier list back. */
  function restore(earlier: readonly string[]): void {
    ids.value = earlier;
    write();
  }

  watch(
    () => session.studyId,
    (id) => {
      if (id === null) return;
      ids.value = withNewest(ids.value, id);
      write();
    },
  );

  return { ids, load, restore };
});
