// Logging in: a name and a password against the users of the study database, with a delay after wrong ones.
import { loginDelayS, userNameKey } from '../../core/domain/access.ts';
import type { LocalUser } from '../../core/domain/access.ts';
import { AccessError } from '../../core/domain/errors.ts';
import type { AccessStore, LoginPurpose } from '../../core/ports/accessStore.ts';
import { isPassword, pretendToCheck } from './passwords.ts';

export interface Logins {
  /**
   * @param name as typed
   * @param password as typed
   * @param purpose what it is asked for
   * @throws AccessError LOGIN_REFUSED: wrong, or too soon after wrong ones; the two sentences don't tell which names exist
   */
  readonly check: (name: string, password: string, purpose: LoginPurpose) => Promise<LocalUser>;
}

/** Names nobody has, at most this many: they make wait as those of users do. */
const REMEMBERED_NAMES = 1000;

interface Failures {
  count: number;
  /** performance.now() of the last. [ms] */
  lastMs: number;
}

function wrong(purpose: LoginPurpose): AccessError {
  const what = purpose === 'login' ? 'Name or password is wrong.' : 'The password is wrong.';
  return new AccessError('LOGIN_REFUSED', what);
}

function tooSoon(seconds: number): AccessError {
  const wait =
    seconds >= 120 ? `${Math.ceil(seconds / 60)} minutes` : seconds === 1 ? '1 second' : `${seconds} seconds`;
  const message = `After several wrong passwords the next try has to wait ${wait}.`;
  return new AccessError('LOGIN_REFUSED', message, { waitS: seconds });
}

/** Wrong names are counted while the program runs; wrong passwords of users in the database. */
function unknownNames(): { readonly tryOnce: (name: string) => void } {
  const tries = new Map<string, Failures>();
  return {
    tryOnce: (name) => {
      const key = userNameKey(name);
      const now = performance.now();
      const before = tries.get(key) ?? { count: 0, lastMs: now };
      const waitS = Math.ceil(loginDelayS(before.count) - (now - before.lastMs) / 1000);
      if (waitS > 0) throw tooSoon(waitS);
      tries.delete(key);
      tries.set(key, { count: before.count + 1, lastMs: now });
      const oldest = tries.keys().next().value;
      if (tries.size > REMEMBERED_NAMES && oldest !== undefined) tries.delete(oldest);
    },
  };
}

/** @param store of the users */
export function createLogins(store: AccessStore): Logins {
  const unknown = unknownNames();
  return {
    check: async (name, password, purpose) => {
      const begun = store.beginLogin(name);
      if (begun.kind === 'wait') throw tooSoon(begun.seconds);
      if (begun.kind === 'unknown') {
        unknown.tryOnce(name);
        await pretendToCheck(password);
        store.refuseLogin(null, purpose);
        throw wrong(purpose);
      }
      const { user, passwordHash } = begun;
      if (await isPassword(password, passwordHash)) return store.acceptLogin(user.id, purpose);
      store.refuseLogin(user.id, purpose);
      throw wrong(purpose);
    },
  };
}
