// The import queue: drops that wait for their turn, and how those before ended. Pure; what is under way is in pending.ts.
import type { ImportResultView } from '../../../ipc/contract.ts';
import type { PendingImport, PendingList } from './pending.ts';

/** How an import ended. */
export type Ending =
  | { readonly kind: 'imported'; readonly studies: number; readonly failures: readonly string[] }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'cancelled' };

export interface EndedImport {
  readonly token: string;
  readonly title: string;
  readonly ending: Ending;
}

/** A drop that is not read yet. */
export interface WaitingImport {
  readonly token: string;
  readonly title: string;
}

/** One line of the queue. */
export type QueueEntry =
  | (WaitingImport & { readonly at: 'waiting' })
  | (PendingImport & { readonly at: 'reading' | 'asking' })
  | (EndedImport & { readonly at: 'ended' });

/** How a line stands: symbol, tone of the colour that repeats it, and the key of its word. */
export interface EntryLight {
  readonly symbol: string;
  readonly tone: 'ok' | 'caution' | 'stop' | 'muted';
  readonly key: string;
}

/** Readings that may wait for the user's word before the next drop is read: each holds its files in memory. */
const MOST_READY = 3;
/** Endings that are kept. */
const MOST_ENDED = 50;

/** Whether the next drop may be read: one at a time, and not too many ahead of the user. */
export function mayRead(pending: PendingList): boolean {
  return pending.every(({ preview }) => preview !== null) && pending.length < MOST_READY;
}

export function withEnding(ended: readonly EndedImport[], one: EndedImport): EndedImport[] {
  return [...ended, one].slice(-MOST_ENDED);
}

/** @returns an import's ending by what it stored */
export function endingOf({ studies, failures }: ImportResultView): Ending {
  const reasons = failures.map(({ fileName, error }) =>
    error.message.includes(fileName) ? error.message : `${fileName}: ${error.message}`,
  );
  return { kind: 'imported', studies: studies.length, failures: reasons };
}

/** The whole queue in the order in which it is worked off: ended, under way, waiting. */
export function queueEntries(
  ended: readonly EndedImport[],
  pending: PendingList,
  waiting: readonly WaitingImport[],
): QueueEntry[] {
  return [
    ...ended.map((one) => ({ ...one, at: 'ended' as const })),
    ...pending.map((one) => ({ ...one, at: one.preview === null ? ('reading' as const) : ('asking' as const) })),
    ...waiting.map((one) => ({ ...one, at: 'waiting' as const })),
  ];
}

/** How an entry stands, by symbol and tone; the words are the key's. */
export function entryLight(entry: QueueEntry): EntryLight {
  if (entry.at === 'waiting') return { symbol: '○', tone: 'muted', key: 'waiting' };
  if (entry.at !== 'ended') {
    if (entry.at === 'asking') return { symbol: '?', tone: 'caution', key: 'asking' };
    return { symbol: '◐', tone: 'caution', key: entry.cancelling ? 'stopping' : 'reading' };
  }
  const { ending } = entry;
  if (ending.kind === 'imported') {
    return ending.failures.length > 0
      ? { symbol: '▲', tone: 'caution', key: 'partly' }
      : { symbol: '✓', tone: 'ok', key: 'imported' };
  }
  return ending.kind === 'cancelled'
    ? { symbol: '–', tone: 'muted', key: 'cancelled' }
    : { symbol: '✕', tone: 'stop', key: ending.kind };
}
