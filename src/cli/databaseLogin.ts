// Logging in at the command line, where the study database requires it: LINESHAPE_USER and LINESHAPE_PASSWORD, or asked for at
// a terminal.
import { mayAct } from '../core/domain/access.ts';
import type { LocalUser, Role } from '../core/domain/access.ts';
import { AccessError } from '../core/domain/errors.ts';
import type { StudyStore } from '../core/ports/studyStore.ts';
import { createLogins } from '../node/access/logins.ts';
import { ask, askSecretly, takeSecret } from './databaseAccess.ts';

/** Of this command; asked for once. */
let user: LocalUser | null = null;

/** @returns whom the audit trail names; null: nobody has logged in */
export const loggedInName = (): string | null => user?.name ?? null;

/**
 * Nothing is asked where no login is required, or somebody has logged in already.
 * @param store that can be written: tries are counted, and entered in the audit trail
 * @param needed for what is to be done
 * @throws AccessError LOGGED_OUT, LOGIN_REFUSED, FORBIDDEN
 */
export async function logIn(store: StudyStore, needed: Role): Promise<void> {
  if (!store.accessRules().loginRequired) return;
  user ??= await identify(store);
  if (user.mustChangePassword) {
    throw new AccessError('LOGGED_OUT', 'Log in to the app first and choose a password of your own; nothing was done.');
  }
  if (mayAct(user.role, needed)) return;
  const message = `This is for the role ${needed}, and ${user.name} is ${user.role}; nothing was done.`;
  throw new AccessError('FORBIDDEN', message, { needed });
}

async function identify(store: StudyStore): Promise<LocalUser> {
  const name = process.env['LINESHAPE_USER'] || (await ask('User name: '));
  const password = name === null ? null : (takeSecret('LINESHAPE_PASSWORD') ?? (await askSecretly('Password: ')));
  if (name === null || password === null) {
    const how = 'set LINESHAPE_USER and LINESHAPE_PASSWORD, or log in at a terminal';
    throw new AccessError('LOGGED_OUT', `The study database requires a login: ${how}.`);
  }
  return createLogins(store).check(name, password, 'login');
}
