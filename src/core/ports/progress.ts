// Progress of long work, at most ten reports a second per job (the sender throttles).

export interface ProgressReport {
  /** 0 to 1. */
  readonly fraction: number;
  /** What is being done, in words: "Aligning 64 transients". */
  readonly message: string;
}

export type ProgressListener = (report: ProgressReport) => void;
