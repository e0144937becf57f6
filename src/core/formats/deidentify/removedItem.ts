// What a de-identification took out: by name and place, never the values.

export interface RemovedItem {
  /** Base name of the file in the output, "" for a dataset in memory. */
  readonly file: string;
  /** Name of the attribute or header line, and where it stands: "Patient's Name (0010,0010)". */
  readonly place: string;
  readonly action: 'removed' | 'emptied' | 'replaced' | 'shifted';
}

/** One thing is listed once for each file, however often it stood there. */
export class RemovedList {
  private readonly seen = new Map<string, RemovedItem>();
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  add(place: string, action: RemovedItem['action']): void {
    this.seen.set(`${place}|${action}`, { file: this.file, place, action });
  }

  items(): RemovedItem[] {
    return [...this.seen.values()];
  }
}

/**
 * A report for the user: what was taken out, and of how many files.
 * @returns one line for each name and action, in alphabetical order
 */
export function deidentificationReport(removed: readonly RemovedItem[]): string[] {
  const files = new Map<string, Set<string>>();
  for (const { file, place, action } of removed) {
    const line = `${place}: ${action}`;
    files.set(line, (files.get(line) ?? new Set()).add(file));
  }
  return [...files.entries()]
    .map(([line, names]) => (names.size > 1 ? `${line} (${names.size} files)` : line))
    .sort((a, b) => a.localeCompare(b));
}
