// Several methods on one scan: its preprocessing is done once, whatever fits its outcome.
import type { AnalysisDeps } from './analyse.ts';

/**
 * @param preprocess for one scan with its water reference: what differs is the recipe
 * @returns the same, which answers recipes of the same preprocessing with the same outcome
 */
export function preprocessedOnce(preprocess: AnalysisDeps['preprocess']): AnalysisDeps['preprocess'] {
  const done = new Map<string, ReturnType<AnalysisDeps['preprocess']>>();
  return (dataset, water, recipe, context) => {
    const key = JSON.stringify(recipe.preprocessing);
    const known = done.get(key) ?? preprocess(dataset, water, recipe, context);
    done.set(key, known);
    return known;
  };
}
