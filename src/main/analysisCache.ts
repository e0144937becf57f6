// The analyses read last. They are append-only, so that a kept one never goes stale; reading one decodes all its curves.
import type { AnalysisRecord, StudyStore } from '../core/ports/studyStore.ts';

/** Enough for the one on screen and two that are compared. */
const KEPT = 3;

export interface AnalysisCache {
  /** @throws StudyDbError NOT_FOUND */
  readonly get: (analysisId: string) => AnalysisRecord;
  /** After a deletion, what was deleted must not be found. */
  readonly clear: () => void;
}

export function createAnalysisCache(store: Pick<StudyStore, 'getAnalysis'>): AnalysisCache {
  let kept: readonly AnalysisRecord[] = [];
  return {
    get: (analysisId) => {
      const record = kept.find(({ id }) => id === analysisId) ?? store.getAnalysis(analysisId);
      kept = [record, ...kept.filter(({ id }) => id !== analysisId)].slice(0, KEPT);
      return record;
    },
    clear: () => {
      kept = [];
    },
  };
}
