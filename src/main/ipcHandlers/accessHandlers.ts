// Access, the database's side: rules, users, passwords.
import type { UserDescription } from '../../core/domain/access.ts';
import type { StudyStore } from '../../core/ports/studyStore.ts';
import { hashPassword } from '../../node/access/passwords.ts';
import { notFound } from '../../node/study-db/storeContext.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { HandlerContext } from './context.ts';
import { sharedName } from './settingsHandlers.ts';

type Handled =
  | 'host:access'
  | 'host:check-login'
  | 'host:record-leaving'
  | 'host:set-access-rules'
  | 'host:list-users'
  | 'host:add-user'
  | 'host:change-user'
  | 'host:set-password';

function userOf(store: StudyStore, id: string): UserDescription {
  const user = store.listUsers().find((one) => one.id === id);
  if (user === undefined) throw notFound('user', id);
  return user;
}

export function accessHandlers({ services: { store, logins } }: HandlerContext): Pick<HostHandlers, Handled> {
  const shared = (key: string): string | null => store.getSetting(sharedName(key));
  return {
    'host:access': () => ({
      rules: store.accessRules(),
      look: { language: shared('language'), theme: shared('theme'), scale: shared('scale') },
    }),
    'host:check-login': ({ name, password, purpose }) => logins.check(name, password, purpose),
    'host:record-leaving': ({ userId, how }) => {
      store.recordLeaving(userId, how);
      return null;
    },
    'host:set-access-rules': (rules) => {
      store.setAccessRules(rules);
      return store.accessRules();
    },
    'host:list-users': () => store.listUsers(),
    'host:add-user': async ({ password, mustChangePassword, ...user }) =>
      store.addUser(user, await hashPassword(password, user.name), mustChangePassword),
    'host:change-user': ({ id, ...change }) => store.changeUser(id, change),
    'host:set-password': async ({ id, password, mustChangePassword }) => {
      const hash = await hashPassword(password, userOf(store, id).name);
      return store.setPassword(id, hash, mustChangePassword);
    },
  };
}
