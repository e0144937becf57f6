// A file that a writer made, still in memory.

export interface WrittenFile {
  /** Relative path with forward slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
}
