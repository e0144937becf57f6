// Methods that a scan can't be given to, among others that can: no network for its protocol, no fit of difference spectra.
import { fromErrorRecord, ModelError, ProcessingError } from '../domain/errors.ts';
import type { AppError } from '../domain/errors.ts';

export interface RefusedMethod {
  /** As it was asked for. */
  readonly method: string;
  /** Its message says why in one sentence. */
  readonly error: AppError;
}

/** Whether a failure is one method's with one scan, and no reason to leave the other methods out. */
export const isRefusal = (error: unknown): error is ModelError | ProcessingError =>
  error instanceof ModelError || error instanceof ProcessingError;

/**
 * @param refused all methods that were asked for, at least one
 * @returns what to throw where no method could be used: the reason that all share, or all of them in one sentence
 */
export function allRefused(refused: readonly RefusedMethod[]): AppError {
  const [first] = refused as readonly [RefusedMethod, ...RefusedMethod[]];
  if (refused.every(({ error }) => error.message === first.error.message)) return first.error;
  const reasons = refused.map(({ method, error }) => `${method}: ${error.message.replace(/\.$/, '')}`).join('; ');
  const message = `None of the methods can quantify this scan (${reasons}).`;
  return fromErrorRecord({ code: first.error.code, message, details: { methods: refused.map((r) => r.method) } });
}
