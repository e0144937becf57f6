// Cancellation: long work polls it; a shared flag or an AbortSignal stands behind it.

export interface Cancellation {
  readonly isCancelled: () => boolean;
  /** @throws CancelledError if cancelled */
  readonly throwIfCancelled: () => void;
}
