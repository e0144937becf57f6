// What counts as a fault of the program, and how two faults are told to be the same.
import type { FuzzTarget } from './fuzzCase.ts';

export type FindingKind = 'unexpected-error' | 'message' | 'slow' | 'memory' | 'rejection' | 'abort' | 'hang';

export interface Finding {
  readonly kind: FindingKind;
  /** The same for the same fault, whatever the input. */
  readonly signature: string;
  readonly what: string;
}

interface ErrorLike {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly details?: unknown;
  readonly stack?: string;
}

/** A sentence in which file names stand is longer than it looks, but no page. [characters] */
const LONGEST_MESSAGE = 1000;

/** The functions on the stack, without their lines in the bundle. */
function placeOf(stack: string | undefined): string {
  const frames = [...(stack ?? '').matchAll(/^\s+at (?:async )?([^\n(]+?) \(/gm)].map(([, name]) => name);
  return frames.slice(0, 3).join(' < ');
}

/** A message without what differs from input to input. */
const shapeOf = (message: string): string => message.replace(/["“][^"”]*["”]|[\d.e+-]*\d/g, '#').slice(0, 160);

/** Whether an error is one of those that a user is told in words. */
function isRefusal(error: ErrorLike, refusals: readonly string[]): boolean {
  return typeof error.code === 'string' && 'details' in error && refusals.includes(error.name);
}

/** Without control characters, and without halves of characters. */
const isPrintable = (text: string): boolean => !/[\p{Cc}\p{Cs}]/u.test(text);

/** What is wrong with a refusal's words; null where nothing is. */
export function messageFault(message: string, secrets: readonly string[]): string | null {
  if (message.length > LONGEST_MESSAGE) return `a message of ${message.length} characters`;
  if (!isPrintable(message)) return 'a message with control characters';
  if (!/[.?!)]$/.test(message)) return 'a message that is no sentence';
  const secret = secrets.find((text) => message.includes(text));
  return secret === undefined ? null : 'a message that repeats what may name a patient';
}

/** Judges what a case threw. @returns null for a refusal in words */
export function judgeError(error: unknown, target: Pick<FuzzTarget, 'refusals' | 'secrets'>): Finding | null {
  if (!(error instanceof Error)) return { kind: 'unexpected-error', signature: 'no error', what: String(error) };
  const like = error as ErrorLike;
  if (!isRefusal(like, target.refusals)) {
    const signature = `${like.name}: ${shapeOf(like.message)} at ${placeOf(like.stack)}`;
    return { kind: 'unexpected-error', signature, what: `${like.message}\n${like.stack ?? ''}` };
  }
  const fault = messageFault(like.message, target.secrets ?? []);
  if (fault === null) return null;
  const signature = `${fault.replace(/\d+/, '#')}: ${like.name} at ${placeOf(like.stack)}`;
  return { kind: 'message', signature, what: `${fault}: ${like.message}` };
}
