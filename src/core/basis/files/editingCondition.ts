// Which sub-spectrum of an edited sequence a basis file is for, told from its title and sequence.
import type { EditingCondition } from '../../domain/basisRequest.ts';

const EDITED = /mega|hermes|hercules|edit/i;
const DIFFERENCE = /(?:^|[^a-z])diff(?:erence)?(?:[^a-z]|$)/i;
/** "on" alone is a common word, so it counts only in capitals or after "edit". */
const ON = /(?:^|[^A-Za-z])ON(?:[^A-Za-z]|$)|edit(?:ed|ing)?[-_ ]?on(?:[^A-Za-z]|$)/;
const OFF = /(?:^|[^A-Za-z])OFF(?:[^A-Za-z]|$)|edit(?:ed|ing)?[-_ ]?off(?:[^A-Za-z]|$)/;

/** @returns null where the sequence is not an edited one, or the texts don't say */
export function editingFromText(title: string | null, sequence: string | null): EditingCondition | null {
  const text = `${title ?? ''} ${sequence ?? ''}`;
  if (!EDITED.test(text)) return null;
  if (DIFFERENCE.test(text)) return 'difference';
  if (ON.test(text) !== OFF.test(text)) return ON.test(text) ? 'on' : 'off';
  return null;
}
