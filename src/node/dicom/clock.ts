// Time as the DICOM node needs it, so that a test of retries need not wait for hours.

export interface Clock {
  /** [ms since 1970] */
  readonly nowMs: () => number;
  /** @returns takes the timer away */
  readonly after: (delayMs: number, work: () => void) => () => void;
}

export const SYSTEM_CLOCK: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, work) => {
    const timer = setTimeout(work, delayMs);
    return () => clearTimeout(timer);
  },
};
