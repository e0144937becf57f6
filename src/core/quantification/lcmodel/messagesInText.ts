// LCModel's messages as they stand in running text: in .print files, also unfinished ones, and on the console.
import type { LcmodelMessage, LcmodelMessageLevel } from './resultTypes.ts';

const LEVELS: Readonly<Record<string, LcmodelMessageLevel>> = {
  INFORMATION: 'info',
  WARNING: 'warning',
  'NON-FATAL ERROR': 'error',
  'FATAL ERROR': 'fatal',
  'ILLOGICAL STOP': 'illogical',
};
/** "FATAL ERROR  MYCONT  2.   (Check LCModel Manual)", or "***  FATAL ERROR  MYCONT  2," before a plot can be made. */
const MESSAGE =
  /^[ *]*(INFORMATION|WARNING|NON-FATAL ERROR|FATAL ERROR|ILLOGICAL STOP) +([A-Z][A-Z0-9_]{1,5}) *(\d+)(?:\. +\(Check LCModel Manual\)|,? *$)/gm;

/** @returns each message once, with its count, in the order of first appearance */
export function lcmodelMessagesIn(text: string): LcmodelMessage[] {
  const messages = new Map<string, LcmodelMessage>();
  for (const match of text.matchAll(MESSAGE)) {
    const [, words, subprogram, number] = match as unknown as [string, string, string, string];
    const key = `${words} ${subprogram} ${number}`;
    messages.set(key, {
      level: LEVELS[words] as LcmodelMessageLevel,
      subprogram,
      number: Number(number),
      count: (messages.get(key)?.count ?? 0) + 1,
    });
  }
  return [...messages.values()];
}
