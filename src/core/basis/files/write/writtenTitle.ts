// The title a file gets: with the editing condition where neither title nor sequence tells it to a reader.
import type { BasisSet } from '../../../domain/basisSet.ts';
import { editingFromText } from '../editingCondition.ts';

const EDITING_WORDS = { on: 'edit-on', off: 'edit-off', difference: 'edit diff' } as const;

/** @returns the title, from which readers tell the editing condition */
export function writtenTitle(basis: BasisSet): string {
  const { title, sequence, editing } = basis;
  if (editing === null || editingFromText(title, sequence) === editing) return title;
  return `${title} (${EDITING_WORDS[editing]})`;
}
