// Cancellation: long work polls it; a shared flag or an AbortSignal stands behind it.

export interface Cancellation {
  readonly isCancelled: () => boolean;
  /** @throws CancelledError if cancelled */
  readonly throwIfCancelled: () => void;
  /**
   * Lets other work of this thread have its turn, such as the message that cancels. Absent where the cancellation comes
   * from another thread.
   */
  readonly letOthersRun?: () => Promise<void>;
}
