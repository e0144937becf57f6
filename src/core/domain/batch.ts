// A batch: many studies by one set-up, and how each of them stands.

/** "interrupted": the program ended while it ran. */
export const BATCH_STATES = ['running', 'done', 'cancelled', 'interrupted'] as const;
export type BatchState = (typeof BATCH_STATES)[number];

export const BATCH_ITEM_STATES = ['waiting', 'running', 'done', 'failed', 'cancelled', 'interrupted'] as const;
export type BatchItemState = (typeof BATCH_ITEM_STATES)[number];

/** null: what suits each scan; for the method, the recipe's own. */
export interface BatchSettings {
  readonly recipeId: string | null;
  readonly method: string | null;
  /** Further methods on the same preprocessed spectra. */
  readonly alsoBy: readonly string[];
  readonly basisId: string | null;
}
