// "auto": several methods estimate, each result is scored, the best is taken, and why is said in a sentence.
// Rule: a method that failed, or whose offsets are no numbers, is out. Of the others, "no correction" among them, that with the
// highest metabolite similarity is taken; those within 0.002 of it count as equal, and of equals that is taken which stands first
// in the list, "no correction" last. Creatine's width, SNR and drift are told beside it but decide nothing: between good methods
// they differ by less than noise moves them.
import { CancelledError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { FpcEstimate, FpcMethod, FpcMethodId, TransientSet } from './method.ts';
import { correctionScores, scoresToJson } from './scores.ts';
import type { FpcScores } from './scores.ts';

/** What a method came to. */
export type FpcCandidate =
  | { readonly method: FpcMethod; readonly estimate: FpcEstimate; readonly scores: FpcScores }
  | { readonly method: FpcMethod; readonly failure: string };

export interface FpcChoice {
  /** null: no method does better than none. */
  readonly chosen: FpcMethodId | null;
  readonly estimate: FpcEstimate;
  /** One sentence. */
  readonly reason: string;
  /** Of the transients as they are. */
  readonly uncorrected: FpcScores;
  readonly candidates: readonly FpcCandidate[];
}

/** Similarities nearer than this are equal. */
const EQUAL_SIMILARITY = 0.002;

/** An estimate that changes nothing. */
export function noCorrection(set: TransientSet): FpcEstimate {
  const offsets = set.signals.map(() => ({ shiftHz: 0, phaseRad: 0, weight: 1 }));
  return { offsets, frame: 'relative', details: {}, warnings: [] };
}

/** Scores an estimate; one that can't be scored has failed. */
export function judged(method: FpcMethod, set: TransientSet, estimate: FpcEstimate): FpcCandidate {
  const sound = estimate.offsets.every((o) => [o.shiftHz, o.phaseRad, o.weight].every(Number.isFinite));
  if (!sound || estimate.offsets.length !== set.signals.length) {
    return { method, failure: 'It gave offsets that are no numbers.' };
  }
  try {
    return { method, estimate, scores: correctionScores(set, estimate.offsets) };
  } catch (error) {
    return failed(method, error);
  }
}

/** A method that threw. @throws CancelledError, which is no failure of the method */
export function failed(method: FpcMethod, error: unknown): FpcCandidate {
  if (error instanceof CancelledError) throw error;
  return { method, failure: error instanceof Error ? error.message : String(error) };
}

interface Entry {
  readonly method: FpcMethod | null;
  readonly estimate: FpcEstimate;
  readonly scores: FpcScores;
}

function reasonFor(best: Entry, uncorrected: FpcScores, tried: number): string {
  const similarity = (s: FpcScores): string => s.metaboliteSimilarity.toFixed(3);
  if (best.method === null) {
    return `Nothing was corrected: none of ${tried} methods left the transients more alike between 1.85 and 4.1 ppm (similarity ${similarity(uncorrected)}).`;
  }
  const width = best.scores.creatineWidthHz;
  const line = width === null ? '' : ` and a creatine line of ${width.toFixed(1)} Hz`;
  return `${best.method.title} was taken: of ${tried} methods it left the transients most alike between 1.85 and 4.1 ppm (similarity ${similarity(best.scores)}, ${similarity(uncorrected)} before)${line}.`;
}

/**
 * Takes the best of some candidates by the rule above.
 * @throws ProcessingError where the transients themselves can't be scored
 */
export function selectBest(set: TransientSet, candidates: readonly FpcCandidate[]): FpcChoice {
  const none = noCorrection(set);
  const uncorrected = correctionScores(set, none.offsets);
  const entries: Entry[] = [
    ...candidates.flatMap((c) => ('failure' in c ? [] : [c])),
    { method: null, estimate: none, scores: uncorrected },
  ];
  const highest = Math.max(...entries.map((e) => e.scores.metaboliteSimilarity));
  const best = entries.find((e) => e.scores.metaboliteSimilarity >= highest - EQUAL_SIMILARITY) as Entry;
  return {
    chosen: best.method?.id ?? null,
    estimate: best.estimate,
    reason: reasonFor(best, uncorrected, candidates.length),
    uncorrected,
    candidates,
  };
}

/** The choice for provenance and views: every method's scores or why it failed. */
export function choiceToJson({ chosen, reason, uncorrected, candidates }: FpcChoice): JsonObject {
  return {
    chosen,
    reason,
    uncorrected: scoresToJson(uncorrected),
    candidates: candidates.map((c) => ({
      method: c.method.id,
      ...('failure' in c ? { failure: c.failure } : { scores: scoresToJson(c.scores) }),
    })),
  };
}
