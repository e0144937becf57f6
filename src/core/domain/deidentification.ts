// What a de-identification took out, file by file, as plain data for screen, report and IPC: by name and place, never the
// values, and files by the names they have now.

export const REMOVAL_ACTIONS = ['removed', 'emptied', 'replaced', 'shifted'] as const;
export type RemovalAction = (typeof REMOVAL_ACTIONS)[number];

/** One thing that was taken out of a file. */
export interface Removal {
  /** Name of the attribute or header line, and where it stands: "Patient's Name (0010,0010)". */
  readonly place: string;
  readonly action: RemovalAction;
}

/** One file of the output. */
export interface CleanedFile {
  readonly name: string;
  readonly removals: readonly Removal[];
  /** What a person should know of it, each one sentence: made into another format, text in its picture. */
  readonly notes: readonly string[];
}

export interface DeidentificationReport {
  readonly files: readonly CleanedFile[];
  /** Of the whole: what was left out. */
  readonly notes: readonly string[];
}
