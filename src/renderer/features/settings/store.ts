// The user's settings: read once, written at each change.
import { defineStore } from 'pinia';
import { computed, ref, watch, watchEffect } from 'vue';
import { request } from '../../app/api/client.ts';
import { languageOf, parseLanguageChoice, setLanguage, type LanguageChoice } from '../../app/i18n/index.ts';
import type { AccessStateView, ChannelResponse } from '../../../ipc/contract.ts';
import {
  effectiveTheme,
  parseConvention,
  parseScale,
  parseTheme,
  steppedScale,
  type ImageConvention,
  type Theme,
} from './model.ts';

export const useSettings = defineStore('settings', () => {
  const theme = ref<Theme>('dark');
  const convention = ref<ImageConvention>('radiological');
  const languageChoice = ref<LanguageChoice>('system');
  /** Of the window. [%] */
  const scale = ref(100);
  const info = ref<ChannelResponse<'app:info'> | null>(null);
  const systemDark = ref(true);

  const drawnTheme = computed(() => effectiveTheme(theme.value, systemDark.value));
  const language = computed(() => languageOf(languageChoice.value, navigator.languages));
  watchEffect(() => {
    document.documentElement.dataset['theme'] = drawnTheme.value;
  });
  watch(language, setLanguage, { immediate: true, flush: 'sync' });

  /** Tells menus, dialogs and the window what is set. @throws RequestError */
  async function apply(): Promise<void> {
    await Promise.all([
      request('window:set-language', { language: language.value }),
      request('window:set-scale', { percent: scale.value }),
    ]);
  }

  /** How the window looks before anyone has logged in; nothing is written. @throws RequestError */
  async function preview(look: AccessStateView['look']): Promise<void> {
    theme.value = parseTheme(look.theme);
    languageChoice.value = parseLanguageChoice(look.language);
    scale.value = parseScale(look.scale);
    await apply();
  }

  /** @throws RequestError */
  async function load(): Promise<void> {
    const query = window.matchMedia('(prefers-color-scheme: dark)');
    systemDark.value = query.matches;
    query.addEventListener('change', (event) => (systemDark.value = event.matches));
    const stored = (key: 'theme' | 'imageConvention' | 'language' | 'scale'): Promise<string | null> =>
      request('settings:get', { key }).then(({ value }) => value);
    const [storedTheme, storedConvention, storedLanguage, storedScale, appInfo] = await Promise.all([
      stored('theme'),
      stored('imageConvention'),
      stored('language'),
      stored('scale'),
      request('app:info', {}),
    ]);
    theme.value = parseTheme(storedTheme);
    convention.value = parseConvention(storedConvention);
    languageChoice.value = parseLanguageChoice(storedLanguage);
    scale.value = parseScale(storedScale);
    info.value = appInfo;
    await apply();
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

  /** @throws RequestError */
  async function chooseLanguage(value: LanguageChoice): Promise<void> {
    languageChoice.value = value;
    await apply();
    await request('settings:set', { key: 'language', value });
  }

  /** @param percent one of SCALES @throws RequestError */
  async function setScale(percent: number): Promise<void> {
    scale.value = percent;
    await apply();
    await request('settings:set', { key: 'scale', value: String(percent) });
  }

  const stepScale = (by: 1 | -1): Promise<void> => setScale(steppedScale(scale.value, by));
  const toggleTheme = (): Promise<void> => setTheme(drawnTheme.value === 'dark' ? 'light' : 'dark');

  return {
    theme,
    convention,
    languageChoice,
    language,
    scale,
    info,
    drawnTheme,
    preview,
    load,
    setTheme,
    setConvention,
    chooseLanguage,
    setScale,
    stepScale,
    toggleTheme,
  };
});
