// Which signals share one shift and one width. Creatine and phosphocreatine, or the cholines, are the same line to within
// a fit's noise: left free against each other they trade widths for amplitudes, and only make the fit slow and uncertain.
import type { ModelSignal } from './model.ts';

export type Grouping = 'common' | 'related' | 'perMetabolite';

/** Molecules that share the resonating moiety, pH and compartment: shifts and T2 alike (Wyss 2018, doi:10.1002/mrm.27067). */
const RELATED: readonly (readonly string[])[] = [
  ['Cr', 'PCr'],
  ['GPC', 'PCho', 'Cho'],
];

/** The group of each signal, numbered from 0 in order of first appearance. */
export function groupSignals(signals: readonly Pick<ModelSignal, 'name'>[], grouping: Grouping): Int32Array {
  const keyOf = (name: string): string => {
    const related = grouping === 'related' ? RELATED.findIndex((names) => names.includes(name)) : -1;
    return related < 0 ? name : `group ${related}`;
  };
  const numbers = new Map<string, number>();
  return Int32Array.from(signals, ({ name }) => {
    const key = keyOf(name);
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    return number;
  });
}
