// Titles of recipes in the window's language: every shipped one has one, a user's own keeps its words.
import { afterEach, describe, expect, it } from 'vitest';
import { RECIPES } from '../../src/core/pipeline/index.ts';
import { i18n } from '../../src/renderer/app/i18n/index.ts';
import { recipeTitle } from '../../src/renderer/app/recipeTitle.ts';

afterEach(() => void (i18n.global.locale.value = 'en'));

describe('the title of a recipe', () => {
  it.each(RECIPES.map((recipe) => [recipe.id, recipe] as const))('of %s is told in each language', (_id, recipe) => {
    expect(recipeTitle(recipe)).toBe(recipe.title);
    const titles = (['en', 'de', 'cs'] as const).map((language) => {
      i18n.global.locale.value = language;
      return recipeTitle(recipe);
    });
    expect(new Set(titles).size).toBe(3);
  });

  it('stays as it was written where it is a user’s own, under a shipped id too', () => {
    i18n.global.locale.value = 'de';
    expect(recipeTitle({ id: 'ours-7t', title: 'Ours at 7 T' })).toBe('Ours at 7 T');
    expect(recipeTitle({ id: 'svs-default', title: 'Ours at 7 T' })).toBe('Ours at 7 T');
    expect(recipeTitle({ id: '', title: '' })).toBe('');
  });
});
