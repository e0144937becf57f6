// The worklist's columns in the order of the screen, each with what it can be sorted by.
import type { SortKey } from './model.ts';

export interface Column {
  /** One head each, beside one another. */
  readonly keys: readonly SortKey[];
  /** CSS width; those without one share what is left. */
  readonly width: string;
  readonly number?: true;
}

export const COLUMNS: readonly Column[] = [
  { keys: ['patient'], width: 'auto' },
  { keys: ['studyDate'], width: '98px' },
  { keys: ['region'], width: 'auto' },
  { keys: ['sequence', 'fieldT', 'echoTimeS'], width: '172px' },
  { keys: ['scanner'], width: '128px' },
  { keys: ['state'], width: '132px' },
  { keys: ['quality'], width: '128px' },
  { keys: ['results'], width: '88px', number: true },
  { keys: ['warnings'], width: '90px', number: true },
];
