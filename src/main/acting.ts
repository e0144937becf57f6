// Who is at work: whoever asked for it, through all that follows from the request, jobs that end after a logout included.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Role } from '../core/domain/access.ts';

export interface ActingUser {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

const acting = new AsyncLocalStorage<ActingUser | null>();

/** Runs work, and what it starts, in the name of a user. @param user null: nobody has logged in */
export const actAs = <T>(user: ActingUser | null, work: () => T): T => acting.run(user, work);

/** @returns null where nobody has logged in */
export const actingUser = (): ActingUser | null => acting.getStore() ?? null;
