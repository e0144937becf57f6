// The user's settings: read once, written at each change.
import { defineStore } from 'pinia';
import { computed, ref, watchEffect } from 'vue';
import { request } from '../../app/api/client.ts';
import type { ChannelResponse } from '../../../ipc/contract.ts';
import { effectiveTheme, parseConvention, parseTheme, type ImageConvention, type Theme } from './model.ts';

export const useSettings = defineStore('settings', () => {
  const theme = ref<Theme>('dark');
  const convention = ref<ImageConvention>('radiological');
  const info = ref<ChannelResponse<'app:info'> | null>(null);
  const systemDark = ref(true);

  const drawnTheme = computed(() => effectiveTheme(theme.value, systemDark.value));
  watchEffect(() => {
    document.documentElement.dataset['theme'] = drawnTheme.value;
  });

  /** @throws RequestError */
  async function load(): Promise<void> {
    const query = window.matchMedia('(prefers-color-scheme: dark)');
    systemDark.value = query.matches;
    query.addEventListener('change', (event) => (systemDark.value = event.matches));
    const [storedTheme, storedConvention, appInfo] = await Promise.all([
      request('settings:get', { key: 'theme' }),
      request('settings:get', { key: 'imageConvention' }),
      request('app:info', {}),
    ]);
    theme.value = parseTheme(storedTheme.value);
    convention.value = parseConvention(storedConvention.value);
    info.value = appInfo;
  }

  /** @throws RequestError */
  async function setTheme(value: Theme): Promise<void> {
    theme.value = value;
    await request('settings:set', { key: 'theme', value });
  }

  /** @throws RequestError */
  async function setConvention(value: ImageConvention): Promise<void> {
    convention.value = value;
    await request('settings:set', { key: 'imageConvention', value });
  }

  function toggleTheme(): Promise<void> {
    return setTheme(drawnTheme.value === 'dark' ? 'light' : 'dark');
  }

  return { theme, convention, info, drawnTheme, load, setTheme, setConvention, toggleTheme };
});
