// Analyses that find the noise in the data themselves are given the data without denoising: from denoised data they would
// state bounds that no measurement supports.
import type { Warning } from '../domain/provenance.ts';
import type { Recipe } from '../domain/recipe.ts';

/**
 * A recipe without its step of denoising.
 * @param who leaves it out, as the beginning of a sentence
 * @returns the recipe itself, and no warning, where it has none
 */
export function undenoised(
  recipe: Recipe,
  who: string,
): { readonly recipe: Recipe; readonly warnings: readonly Warning[] } {
  const preprocessing = recipe.preprocessing.filter(({ step }) => step !== 'denoising');
  if (preprocessing.length === recipe.preprocessing.length) return { recipe, warnings: [] };
  const message = `${who} measures the noise in the data itself, so that the data were not denoised for it.`;
  return { recipe: { ...recipe, preprocessing }, warnings: [{ code: 'denoising-left-out', message }] };
}
