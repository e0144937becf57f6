// The AMARES method's public face: peaks with prior knowledge, without a basis set.
import type { BasisSet } from '../../domain/basisSet.ts';
import { UsageError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FitInput, FitOutput } from '../../ports/fitRunner.ts';
import { fitAmares } from './fit.ts';
import { parseAmaresOptions } from './options.ts';
import type { PriorKnowledge } from './priorKnowledge.ts';
import { readPriorKnowledge } from './readPriorKnowledge.ts';
import { buildAmaresResult } from './result.ts';
import { DEFAULT_PRIOR_KNOWLEDGE, SHIPPED_PRIOR_KNOWLEDGE } from './shippedPriorKnowledge.ts';

export { DEFAULT_AMARES_OPTIONS, parseAmaresOptions } from './options.ts';
export type { AmaresOptions } from './options.ts';
export type { PriorKnowledge } from './priorKnowledge.ts';
export { priorKnowledgeFromCsv } from './readCsv.ts';
export { PRIOR_KNOWLEDGE_SCHEMA, readPriorKnowledge } from './readPriorKnowledge.ts';
export { DEFAULT_PRIOR_KNOWLEDGE, SHIPPED_PRIOR_KNOWLEDGE } from './shippedPriorKnowledge.ts';

/** The prior knowledge that the option names or holds. */
function knowledgeFor(option: JsonValue, nucleus: string): PriorKnowledge {
  const shipped = Object.keys(SHIPPED_PRIOR_KNOWLEDGE).join(', ');
  const id = option === 'auto' ? DEFAULT_PRIOR_KNOWLEDGE[nucleus] : option;
  if (id === undefined) {
    throw new UsageError(
      `AMARES needs prior knowledge for ${nucleus}: name one that comes with the program (${shipped}) or give a file's content.`,
    );
  }
  const named = typeof id === 'string';
  if (named && !Object.hasOwn(SHIPPED_PRIOR_KNOWLEDGE, id)) {
    throw new UsageError(`There is no prior knowledge "${id.slice(0, 60)}"; there is ${shipped}.`);
  }
  const knowledge = readPriorKnowledge(named ? (SHIPPED_PRIOR_KNOWLEDGE[id] as JsonObject) : id);
  if (knowledge.nucleus !== null && knowledge.nucleus !== nucleus) {
    throw new UsageError(`The prior knowledge is for ${knowledge.nucleus}, but the scan is of ${nucleus}.`);
  }
  return knowledge;
}

/**
 * Fits one voxel; the basis is not looked at. `elapsedMs` of the result is 0: the caller, who has a clock, sets it.
 * @throws UsageError (options, prior knowledge), ProcessingError, CancelledError
 */
export function fitWithAmares(
  input: FitInput,
  _basis: BasisSet,
  options: JsonObject,
  cancellation: Cancellation,
): FitOutput {
  const parsed = parseAmaresOptions(options);
  const knowledge = knowledgeFor(parsed.priorKnowledge, input.nucleus);
  const state = fitAmares(input, knowledge, parsed, cancellation);
  return { voxel: input.voxel, ...buildAmaresResult(input, state, knowledge, parsed) };
}
