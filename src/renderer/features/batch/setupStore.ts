// A batch to be begun: which studies, by which recipe, methods and basis set.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { BasisListView, BatchSettingsView, ChannelResponse, FitMethodView } from '../../../ipc/contract.ts';
import { request } from '../../app/api/client.ts';
import { recipeTitle } from '../../app/recipeTitle.ts';
import { useNotices } from '../notices/index.ts';
import { EVERY_STUDY, useWorklist } from '../worklist/index.ts';
import { parseSettings, usableSettings, WHAT_SUITS, type SetupNames, type Source } from './model.ts';

export const useBatchSetup = defineStore('batchSetup', () => {
  const notices = useNotices();
  const worklist = useWorklist();
  const recipes = shallowRef<ChannelResponse<'recipe:list'>['recipes']>([]);
  const methods = shallowRef<readonly FitMethodView[]>([]);
  const bases = shallowRef<BasisListView['cards']>([]);
  const settings = ref<BatchSettingsView>(WHAT_SUITS);
  const wanted = ref<Source | null>(null);
  const newIds = shallowRef<readonly string[]>([]);

  const chosenIds = computed(() => worklist.ids.filter((id) => worklist.selection.chosen.has(id)));
  /** What is chosen in the worklist, unless another source is asked for. */
  const source = computed<Source>(() => {
    if (wanted.value === 'chosen' && chosenIds.value.length === 0) return 'listed';
    return wanted.value ?? (chosenIds.value.length > 0 ? 'chosen' : 'listed');
  });
  const idsOf = computed<Readonly<Record<Source, readonly string[]>>>(() => ({
    chosen: chosenIds.value,
    listed: worklist.ids,
    new: newIds.value,
  }));
  const studyIds = computed(() => idsOf.value[source.value]);

  /** What the set-up of a batch calls its recipe and basis set; what is gone is called by its id. */
  const names = computed<SetupNames>(() => ({
    recipe: (id) => {
      const found = recipes.value.find((recipe) => recipe.id === id);
      return found === undefined ? id : recipeTitle(found);
    },
    basis: (id) => bases.value.find((card) => card.id === id)?.title ?? id,
  }));

  async function loadNew(): Promise<void> {
    const answer = await notices.attempt(() => request('worklist:query', { ...EVERY_STUDY, states: ['new'] }));
    if (answer !== null) newIds.value = answer.ids;
  }

  /** Reads what there is to choose from, and what was chosen last. */
  async function load(): Promise<void> {
    await notices.attempt(async () => {
      const [{ recipes: list }, { methods: all }, { cards }, { value }] = await Promise.all([
        request('recipe:list', { datasetId: null }),
        request('fit:methods', {}),
        request('basis:list', { datasetId: null }),
        request('settings:get', { key: 'batch' }),
      ]);
      [recipes.value, methods.value, bases.value] = [list, all, cards];
      const usable = all.filter(({ obstacle }) => obstacle === null);
      settings.value = usableSettings(parseSettings(value), {
        recipes: list.map(({ id }) => id),
        methods: usable.map(({ id }) => id),
        bases: cards.map(({ id }) => id),
      });
    });
    await loadNew();
  }

  function change(part: Partial<BatchSettingsView>): void {
    settings.value = { ...settings.value, ...part };
    const value = JSON.stringify(settings.value);
    void notices.attempt(() => request('settings:set', { key: 'batch', value }));
  }

  return { recipes, methods, bases, names, settings, wanted, source, idsOf, studyIds, load, loadNew, change };
});
