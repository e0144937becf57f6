// What the window asks of whoever is at it, told from who that is; and what is offered to an administrator.
import type { AccessStateView } from '../../../ipc/contract.ts';

/** What the window shows: nothing yet, one of the forms, or the program. */
export type AccessStage = 'unknown' | 'login' | 'unlock' | 'change' | 'open';

export function stageOf(state: AccessStateView | null): AccessStage {
  if (state === null) return 'unknown';
  if (!state.loginRequired) return 'open';
  if (state.user === null) return 'login';
  if (state.isLocked) return 'unlock';
  return state.user.mustChangePassword ? 'change' : 'open';
}

/** Times that are offered for the lock. [s] */
export const IDLE_LOCKS_S = [60, 120, 300, 600, 900, 1800, 3600] as const;

/** "AN" of "Dr. Anna Novak", "A" of "Anna"; titles have a dot. */
export function initials(fullName: string): string {
  const words = fullName.split(/\s+/).filter((word) => /^\p{L}/u.test(word) && !word.endsWith('.'));
  const named = words.length > 1 ? [words[0], words.at(-1)] : words;
  return named
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
