// How a fit is looked at: components as a stack or overlay, which are hidden, what is zoomed to, what is pointed at. Kept with
// the study, except what is pointed at.
import { defineStore } from 'pinia';
import { ref, watch } from 'vue';
import { useUndo } from '../../app/undo.ts';
import { useSession } from '../session/index.ts';
import { parseFitView, type ComponentMode, type FitView } from './fitView.ts';

export const useFitView = defineStore('fitView', () => {
  const session = useSession();
  const view = ref<FitView>(parseFitView(null));
  /** A stack has room only where the fit has the window's height: the arrangement decides. */
  const mode = ref<ComponentMode>('overlay');
  /** Components that the pointer or the focus is on; of a sum all its members. */
  const highlighted = ref<ReadonlySet<string>>(new Set());

  function change(part: Partial<FitView>): void {
    view.value = { ...view.value, ...part };
    session.remember('fit', view.value);
  }

  function toggle(name: string): void {
    const { hidden } = view.value;
    change({ hidden: hidden.includes(name) ? hidden.filter((n) => n !== name) : [...hidden, name] });
  }

  /** @param all names of the fit's components */
  function showOnly(names: readonly string[], all: readonly string[]): void {
    change({ hidden: all.filter((name) => !names.includes(name)) });
  }

  function highlight(names: readonly string[]): void {
    if (names.length === highlighted.value.size && names.every((name) => highlighted.value.has(name))) return;
    highlighted.value = new Set(names);
  }

  useUndo().track('fit', () => view.value, change);
  watch(
    () => session.studyId,
    () => {
      view.value = parseFitView(session.viewState['fit']);
      highlight([]);
    },
    { immediate: true, flush: 'sync' },
  );

  return { view, mode, highlighted, change, toggle, showOnly, highlight };
});
