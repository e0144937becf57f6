// After a crash: the page goes back to where it was; a program that was killed offers to.
import { defineStore } from 'pinia';
import { ref, watch } from 'vue';
import { useNotices } from '../features/notices/index.ts';
import { parsePlace, useSession, type Place } from '../features/session/index.ts';
import { request } from './api/client.ts';
import { t } from './i18n/index.ts';

export const useRestoring = defineStore('restoring', () => {
  const session = useSession();
  const notices = useNotices();
  /** What is offered to be opened again; null: nothing. */
  const offered = ref<Place | null>(null);

  async function goTo(place: Place): Promise<void> {
    offered.value = null;
    if (place.studyId !== null) {
      const { studyId } = place;
      await notices.attempt(() => session.open(studyId));
    }
    session.page = place.page === 'study' && session.studyId === null ? 'worklist' : place.page;
  }

  function remember(): void {
    const place: Place = { page: session.page, studyId: session.studyId };
    void request('settings:set', { key: 'session', value: JSON.stringify(place) }).catch(() => undefined);
  }

  /** Once, when the page has loaded. @throws RequestError */
  async function start(): Promise<void> {
    const { after } = await request('window:restoration', {});
    const place = after === null ? null : parsePlace((await request('settings:get', { key: 'session' })).value);
    // What is open from now on is remembered; what was, has been read.
    watch(() => [session.page, session.studyId], remember, { immediate: after !== 'program-crash' });
    if (place === null) return;
    if (after === 'program-crash') {
      if (place.studyId !== null) offered.value = place;
      return;
    }
    await goTo(place);
    notices.say('caution', t('app.restored'));
  }

  return { offered, start, goTo };
});
