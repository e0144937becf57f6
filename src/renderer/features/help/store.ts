// The tour of the demo study: it goes where its steps are, and leaves everything as it was before.
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import { request } from '../../app/api/client.ts';
import { useUndo } from '../../app/undo.ts';
import { useAccess } from '../access/index.ts';
import { useNotices } from '../notices/index.ts';
import { useRecent, useSession, type Place } from '../session/index.ts';
import { useStudyLayout, type Preset } from '../study/index.ts';
import { TOUR_STEPS } from './model.ts';

interface Before {
  readonly place: Place;
  readonly preset: Preset;
  readonly recentIds: readonly string[];
  /** The demo study, where the tour brought it in itself. */
  readonly broughtIn: string | null;
}

export const useTour = defineStore('tour', () => {
  const access = useAccess();
  const session = useSession();
  const layout = useStudyLayout();
  const recent = useRecent();
  const notices = useNotices();
  const undo = useUndo();
  const at = ref<number | null>(null);
  const step = computed(() => (at.value === null ? null : (TOUR_STEPS[at.value] ?? null)));
  let before: Before | null = null;
  let starting = false;

  async function go(to: number): Promise<void> {
    const next = TOUR_STEPS[to];
    if (next === undefined) return;
    session.page = next.page;
    if (next.preset !== null) layout.setPreset(next.preset);
    at.value = to;
  }

  /** @throws RequestError */
  async function prepare(): Promise<void> {
    const place: Place = { page: session.page, studyId: session.studyId };
    const { preset } = layout.layout;
    const recentIds = recent.ids;
    const { studies, failures } = await request('import:demo', {});
    const demo = studies[0];
    if (demo === undefined) throw new Error(failures[0]?.error.message ?? '');
    before = { place, preset, recentIds, broughtIn: demo.isNew ? demo.studyId : null };
    await session.open(demo.studyId);
  }

  /** Goes to the demo study, bringing it in for the time of the tour where it is not there. */
  async function start(): Promise<void> {
    if (starting || at.value !== null) return;
    starting = true;
    try {
      await notices.attempt(prepare);
      if (before !== null) await go(0);
    } finally {
      starting = false;
    }
  }

  /** @throws RequestError */
  async function putBack({ place, preset, recentIds, broughtIn }: Before): Promise<void> {
    layout.setPreset(preset);
    if (place.studyId === null) session.close();
    else if (place.studyId !== session.studyId) await session.open(place.studyId);
    session.page = place.page;
    // Who may not delete studies keeps the demo.
    if (broughtIn !== null && access.may('physicist')) await request('study:delete', { studyId: broughtIn });
    recent.restore(recentIds);
    undo.forget();
  }

  /** Ends the tour wherever it is. */
  async function end(): Promise<void> {
    const was = before;
    at.value = null;
    before = null;
    if (was !== null) await notices.attempt(() => putBack(was));
  }

  const move = (by: number): Promise<void> => {
    const to = (at.value ?? 0) + by;
    return to >= TOUR_STEPS.length ? end() : go(Math.max(0, to));
  };

  return { at, step, start, move, end };
});
