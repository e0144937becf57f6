// What a de-identification took out: by name and place, never the values.
import type { DeidentificationReport, Removal } from '../../domain/deidentification.ts';

export interface RemovedItem extends Removal {
  /** Base name of the file in the output, "" for a dataset in memory. */
  readonly file: string;
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

/** The same, file by file, as text to be kept beside the files. */
export function deidentificationText({ files, notes }: DeidentificationReport): string {
  const lines = [
    'De-identification by Lineshape',
    '',
    'What was taken out of each file is named here, never its values. The patient has a pseudonym, dates are moved by a',
    'number of days that stays in the study database, and UIDs are replaced; sex, age and weight stay.',
    ...notes,
  ];
  for (const { name, removals, notes: own } of files) {
    lines.push('', name, ...own.map((note) => `  ${note}`));
    if (removals.length === 0) lines.push('  nothing to take out');
    for (const { place, action } of removals) lines.push(`  ${action}: ${place}`);
  }
  return `${lines.join('\n')}\n`;
}
