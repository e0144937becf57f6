// What runs the networks on this computer: chosen with the first network, and told as soon as it is.
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { listen, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import type { ChosenProviderView } from '../../../ipc/contract.ts';
import { fallbackWords, providerName } from './model.ts';

export const useProvider = defineStore('provider', () => {
  const chosen = shallowRef<ChosenProviderView | null>(null);

  /** For a line: "CPU", or that nothing was to be chosen yet. */
  const short = computed(() =>
    chosen.value === null ? t('models.noneRun') : providerName(chosen.value.executionProvider),
  );
  /** Why it is no better one, a sentence each. */
  const reasons = computed(() => (chosen.value === null ? [] : fallbackWords(chosen.value)));

  /** Starts to listen; called once by the frame. */
  function connect(): () => void {
    const stop = listen('models:provider-chosen', (told) => (chosen.value = told));
    // What was chosen before this page was loaded.
    void request('models:provider', {}).then(
      (answer) => (chosen.value ??= answer.chosen),
      () => undefined,
    );
    return stop;
  }

  return { chosen, short, reasons, connect };
});
