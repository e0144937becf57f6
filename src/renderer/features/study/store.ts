// Layout of the study view: preset, sizes, the tab in front.
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { request } from '../../app/api/client.ts';
import { useUndo } from '../../app/undo.ts';
import { useNotices } from '../notices/index.ts';
import { DEFAULT_LAYOUT, parseLayout, type Layout, type Preset, type SignalTab } from './model.ts';

const SAVE_AFTER_MS = 500;

export const useStudyLayout = defineStore('studyLayout', () => {
  const notices = useNotices();
  const layout = ref<Layout>(DEFAULT_LAYOUT);
  const tab = ref<SignalTab>('spectrum');
  let timer: ReturnType<typeof setTimeout> | null = null;

  /** @throws RequestError */
  async function load(): Promise<void> {
    layout.value = parseLayout((await request('settings:get', { key: 'layout' })).value);
  }

  function save(): void {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(
      () => void notices.attempt(() => request('settings:set', { key: 'layout', value: JSON.stringify(layout.value) })),
      SAVE_AFTER_MS,
    );
  }

  function setPreset(preset: Preset): void {
    layout.value = { ...layout.value, preset };
    save();
  }

  function setSizes(name: string, sizes: readonly number[]): void {
    layout.value = { ...layout.value, sizes: { ...layout.value.sizes, [name]: sizes } };
    save();
  }

  function resetSizes(): void {
    layout.value = { ...layout.value, sizes: DEFAULT_LAYOUT.sizes };
    save();
  }

  useUndo().track(
    'layout',
    () => layout.value,
    (before) => {
      layout.value = before;
      save();
    },
  );

  return { layout, tab, load, setPreset, setSizes, resetSizes };
});
