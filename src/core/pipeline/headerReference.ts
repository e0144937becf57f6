// Tells the fit of single lines which shift the scan's header puts at zero frequency: a fit sees samples, not headers.
import { carrierPpm } from '../domain/axes.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { QuantificationSpec } from '../domain/recipe.ts';
import { zeroFrequencyPpm } from '../domain/zeroFrequency.ts';

/**
 * @returns the options of the recipe's method; with `referencePpm` where AMARES is to find it by itself and the header says
 * another shift than the nucleus's usual one
 */
export function withHeaderReference({ method, options }: QuantificationSpec, dataset: MrsDataset): JsonObject {
  const { referencePpm = 'auto' } = options;
  const told = zeroFrequencyPpm(dataset);
  const counts = method === 'amares' && referencePpm === 'auto' && told !== carrierPpm(dataset.nucleus);
  return counts ? { ...options, referencePpm: told } : options;
}
