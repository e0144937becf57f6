// De-identification on the command line, and the names (never the values) of what was taken out.
import type { MrsDataset } from '../core/domain/mrsDataset.ts';
import { deidentifyDataset } from '../core/formats/index.ts';
import { say } from './terminal.ts';

/**
 * @param dataset as it was read
 * @returns it without what identifies the patient, and the names of what was taken out
 */
export function deidentifiedScan(dataset: MrsDataset): { readonly dataset: MrsDataset; readonly removed: string[] } {
  const { dataset: clean, removed } = deidentifyDataset(dataset, null);
  return { dataset: clean, removed: removed.map(({ place }) => place) };
}

/** Says on stderr what was taken out of a file. */
export function sayRemoved(fileName: string, removed: readonly string[]): void {
  say(removed.length === 0 ? `${fileName}: nothing to take out` : `${fileName}: taken out: ${removed.join(', ')}`);
}
