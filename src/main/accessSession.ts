// Who is at the window: nobody yet, a user, or a user who is away. What may be asked follows from it.
import { roleRefusal } from '../core/domain/access.ts';
import type { AccessRules, LocalUser } from '../core/domain/access.ts';
import { AccessError } from '../core/domain/errors.ts';
import { neededRole, WITH_A_CHOSEN_PASSWORD } from '../ipc/channelRights.ts';
import type { AccessStateView, ChannelName } from '../ipc/contract.ts';
import type { ActingUser } from './acting.ts';
import type { IdleLock } from './idleLock.ts';

export type Look = AccessStateView['look'];

export interface AccessSession {
  readonly state: () => AccessStateView;
  /** Someone may work: logged in and here, or no login is required. */
  readonly isOpen: () => boolean;
  /** @returns why a channel may not be asked now; null: it may */
  readonly refusal: (channel: ChannelName) => AccessError | null;
  /** In whose name things are done; null without login. */
  readonly user: () => ActingUser | null;
  /** The user who is logged in, away or not. @throws AccessError LOGGED_OUT */
  readonly requireUser: () => LocalUser;
  readonly setRules: (rules: AccessRules) => void;
  /** Someone came, came back, or is described anew; null: left. */
  readonly enter: (user: LocalUser | null) => void;
  /** @returns whether there was something to lock */
  readonly lock: () => boolean;
  readonly touch: () => void;
}

interface SessionPorts {
  readonly rules: AccessRules;
  readonly look: Look;
  readonly idle: IdleLock;
  /** Told of every change. */
  readonly onChange: (state: AccessStateView) => void;
  /** A user has left, or another one has come: what the page holds is not theirs. */
  readonly onLeft: () => void;
}

const loggedOut = (): AccessError => new AccessError('LOGGED_OUT', 'Log in first; nothing was done.');

/** @param ports rules and look as they stand in the database */
export function createAccessSession(ports: SessionPorts): AccessSession {
  let rules = ports.rules;
  let user: LocalUser | null = null;
  let isLocked = false;

  const state = (): AccessStateView => ({
    loginRequired: rules.loginRequired,
    user: rules.loginRequired && user !== null ? userView(user) : null,
    isLocked: rules.loginRequired && user !== null && isLocked,
    idleLockS: rules.idleLockS,
    look: ports.look,
  });
  const isOpen = (): boolean => !rules.loginRequired || (user !== null && !isLocked);
  /** The clock of being idle runs while someone is logged in and here. */
  const changed = (): void => {
    if (rules.loginRequired && user !== null && !isLocked) ports.idle.start(rules.idleLockS);
    else ports.idle.stop();
    ports.onChange(state());
  };

  return {
    state,
    isOpen,
    refusal: (channel) => {
      const needed = neededRole(channel);
      if (needed === null || !rules.loginRequired) return null;
      if (user === null || (isLocked && channel !== 'access:logout')) return loggedOut();
      if (user.mustChangePassword && !WITH_A_CHOSEN_PASSWORD.has(channel)) {
        return new AccessError('LOGGED_OUT', 'Choose a password of your own first; nothing was done.');
      }
      return roleRefusal(user.role, needed);
    },
    user: () => (rules.loginRequired && user !== null ? { id: user.id, name: user.name, role: user.role } : null),
    requireUser: () => {
      if (!rules.loginRequired || user === null) throw loggedOut();
      return user;
    },
    setRules: (next) => {
      rules = next;
      changed();
    },
    enter: (next) => {
      const hasLeft = rules.loginRequired && user !== null && user.id !== next?.id;
      user = next;
      isLocked = false;
      changed();
      if (hasLeft) ports.onLeft();
    },
    lock: () => {
      if (!rules.loginRequired || user === null || isLocked) return false;
      isLocked = true;
      changed();
      return true;
    },
    touch: ports.idle.touch,
  };
}

function userView({ id, name, fullName, role, mustChangePassword }: LocalUser): NonNullable<AccessStateView['user']> {
  return { id, name, fullName, role, mustChangePassword };
}
