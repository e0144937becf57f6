// A method without a network: its estimate is at hand at once, so that steps that can't wait may use it.
import type { Cancellation } from '../../ports/cancellation.ts';
import type { FpcEstimate, FpcMethod, FpcMethodId, FpcOptions, TransientSet } from './method.ts';

export interface ClassicalMethod extends FpcMethod {
  /** @throws CancelledError, ProcessingError as `estimate` */
  readonly estimateNow: (set: TransientSet, options: FpcOptions, cancellation: Cancellation) => FpcEstimate;
}

export interface ClassicalDefinition {
  readonly id: FpcMethodId;
  readonly title: string;
  readonly citation: string;
  readonly estimateNow: ClassicalMethod['estimateNow'];
}

export function classicalMethod(definition: ClassicalDefinition): ClassicalMethod {
  return {
    ...definition,
    estimate: async (set, options, { cancellation }) => {
      await cancellation.letOthersRun?.();
      return definition.estimateNow(set, options, cancellation);
    },
  };
}
