// What a rule can be made of: recipes, methods, basis sets, and how they are called.
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { BasisListView, ChannelResponse, FitMethodView } from '../../../ipc/contract.ts';
import { request } from '../../app/api/client.ts';
import { recipeTitle } from '../../app/recipeTitle.ts';
import { useNotices } from '../notices/index.ts';
import type { RuleNames } from './model.ts';
import { useDicomNodes } from './nodesStore.ts';

export const useRuleNames = defineStore('dicomRuleNames', () => {
  const notices = useNotices();
  const nodes = useDicomNodes();
  const recipes = shallowRef<ChannelResponse<'recipe:list'>['recipes']>([]);
  const methods = shallowRef<readonly FitMethodView[]>([]);
  const bases = shallowRef<BasisListView['cards']>([]);

  /** What is gone is called by its id. */
  const names = computed<RuleNames>(() => ({
    node: (id) => nodes.nodes.find((node) => node.id === id)?.name ?? id,
    recipe: (id) => {
      const found = recipes.value.find((recipe) => recipe.id === id);
      return found === undefined ? id : recipeTitle(found);
    },
    basis: (id) => bases.value.find((card) => card.id === id)?.title ?? id,
  }));

  async function load(): Promise<void> {
    await notices.attempt(async () => {
      const [{ recipes: list }, { methods: all }, { cards }] = await Promise.all([
        request('recipe:list', { datasetId: null }),
        request('fit:methods', {}),
        request('basis:list', { datasetId: null }),
      ]);
      [recipes.value, methods.value, bases.value] = [list, all, cards];
    });
  }

  return { recipes, methods, bases, names, load };
});
