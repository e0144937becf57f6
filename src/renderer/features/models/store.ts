// The models page: which networks there are, which one is chosen, and what their self-tests came to.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { listen, request } from '../../app/api/client.ts';
import type { EventPayload, ListedModelView, ModelVerdictView } from '../../../ipc/contract.ts';
import { useNotices } from '../notices/index.ts';
import { useSession } from '../session/index.ts';
import { groupModels } from './model.ts';

export const useModels = defineStore('models', () => {
  const notices = useNotices();
  const session = useSession();
  const models = shallowRef<readonly ListedModelView[]>([]);
  const loaded = ref(false);
  const selectedId = ref<string | null>(null);
  /** null before the first verification of this run of the app. */
  const verdicts = shallowRef<readonly ModelVerdictView[] | null>(null);
  /** Of the running verification. */
  const progress = shallowRef<EventPayload<'models:progress'> | null>(null);
  const verifying = ref(false);

  const groups = computed(() => groupModels(models.value));
  const selected = computed(() => models.value.find((m) => m.id === selectedId.value) ?? null);
  const verdictOf = (id: string): ModelVerdictView | undefined => verdicts.value?.find((v) => v.id === id);

  async function load(): Promise<void> {
    const answer = await notices.attempt(() => request('models:list', {}));
    if (answer === null) return;
    models.value = answer.models;
    loaded.value = true;
    if (selected.value === null) selectedId.value = groups.value[0]?.models[0]?.id ?? null;
  }

  /** Opens the card of a network, from wherever its name stands. */
  function show(id: string): void {
    selectedId.value = id;
    session.page = 'models';
  }

  /** Checks every network; what was found before is forgotten first. */
  async function verify(): Promise<void> {
    if (verifying.value) return;
    const token = crypto.randomUUID();
    verifying.value = true;
    verdicts.value = null;
    const stop = listen('models:progress', (told) => {
      if (told.token === token) progress.value = told;
    });
    try {
      const answer = await notices.attempt(() => request('models:verify', { token }));
      verdicts.value = answer?.verdicts ?? null;
    } finally {
      stop();
      verifying.value = false;
      progress.value = null;
    }
  }

  return { models, loaded, selectedId, verdicts, progress, verifying, groups, selected, verdictOf, load, show, verify };
});
