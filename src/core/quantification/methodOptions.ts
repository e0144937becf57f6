// The options of every method: its defaults, and its strict reader as a check before anything is read or fitted.
import { UsageError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { methodOfNetworkId } from '../domain/networkMethods.ts';
import { wordTable } from '../domain/wordTable.ts';
import {
  DEFAULT_AMARES_OPTIONS,
  DEFAULT_PRIOR_KNOWLEDGE,
  parseAmaresOptions,
  readPriorKnowledge,
  SHIPPED_PRIOR_KNOWLEDGE,
} from './amares/index.ts';
import { DEFAULT_EDITED_GAUSSIAN_OPTIONS, parseEditedGaussianOptions } from './editedGaussian/index.ts';
import { NETWORK_METHOD_IDS } from './batchMethods.ts';
import { DEFAULT_HYBRID_OPTIONS, parseHybridOptions } from './hybrid/index.ts';
import { METHOD_IDS } from './index.ts';
import { DEFAULT_NLLS_OPTIONS, parseNllsOptions } from './nlls/index.ts';
import { DEFAULT_QUEST_OPTIONS, parseQuestOptions } from './quest/index.ts';
import { checkNoOptions } from './shared/networks/noOptions.ts';

interface MethodOptions {
  readonly defaults: object;
  /** @throws UsageError */
  readonly check: (options: JsonObject) => void;
}

/** Prior knowledge given whole is read too: a slip in it is told before the fit, not by every voxel. */
function checkAmaresOptions(json: JsonObject): void {
  const { priorKnowledge } = parseAmaresOptions(json);
  if (typeof priorKnowledge !== 'string') readPriorKnowledge(priorKnowledge);
}

const OPTIONS: Readonly<Record<string, MethodOptions>> = wordTable({
  nlls: { defaults: DEFAULT_NLLS_OPTIONS, check: parseNllsOptions },
  quest: { defaults: DEFAULT_QUEST_OPTIONS, check: parseQuestOptions },
  amares: { defaults: DEFAULT_AMARES_OPTIONS, check: checkAmaresOptions },
  'edited-gaussian': { defaults: DEFAULT_EDITED_GAUSSIAN_OPTIONS, check: parseEditedGaussianOptions },
  ...Object.fromEntries(NETWORK_METHOD_IDS.map((id) => [id, { defaults: {}, check: checkNoOptions(id) }])),
  hybrid: { defaults: DEFAULT_HYBRID_OPTIONS, check: parseHybridOptions },
});

function optionsOf(method: string): MethodOptions {
  const found = OPTIONS[methodOfNetworkId(method)];
  if (found === undefined) {
    throw new UsageError(`There is no method "${method}" in this version; there is ${METHOD_IDS.join(', ')}.`);
  }
  return found;
}

/** @returns every option of a method with its default @throws UsageError where there is no such method */
export function methodDefaults(method: string): JsonObject {
  return { ...optionsOf(method).defaults } as JsonObject;
}

/** @throws UsageError naming the unknown or wrong option, or where there is no such method */
export function checkMethodOptions(method: string, options: JsonObject): void {
  optionsOf(method).check(options);
}

/** What a list says of prior knowledge that comes with the program. */
export interface ShippedKnowledge {
  readonly id: string;
  readonly title: string;
  readonly nucleus: string;
  /** Taken for its nucleus where nothing is chosen. */
  readonly isUsual: boolean;
}

/** @returns one for each of SHIPPED_PRIOR_KNOWLEDGE */
export function shippedKnowledge(): ShippedKnowledge[] {
  return Object.entries(SHIPPED_PRIOR_KNOWLEDGE).map(([id, json]) => {
    const { title, nucleus } = readPriorKnowledge(json);
    return { id, title, nucleus: nucleus ?? '', isUsual: nucleus !== null && DEFAULT_PRIOR_KNOWLEDGE[nucleus] === id };
  });
}
