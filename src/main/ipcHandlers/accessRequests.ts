// Access, the window's side: logging in and out, locking, and what an administrator changes.
import { UsageError } from '../../core/domain/errors.ts';
import type { AccessStateView, LocalUserView } from '../../ipc/contract.ts';
import type { AccessSession } from '../accessSession.ts';
import type { AccessChannel } from '../hostMessages.ts';
import type { Handlers } from '../registrar.ts';
import type { StudyHost } from '../studyHost.ts';

interface AccessContext {
  readonly host: StudyHost;
  /** Known once the database is open. */
  readonly access: () => Promise<AccessSession>;
}

/** Leaves a trace first: the window is locked or left even where it can't be written. */
async function leave(
  { host }: AccessContext,
  session: AccessSession,
  how: 'lock' | 'idleLock' | 'logout',
): Promise<void> {
  const { id } = session.requireUser();
  if (how === 'logout') session.enter(null);
  else if (!session.lock()) return;
  await host.ask('host:record-leaving', { userId: id, how });
}

/** @param how by the user, or because nobody was there */
export async function lockWindow(context: AccessContext, how: 'lock' | 'idleLock'): Promise<void> {
  const session = await context.access();
  if (session.user() !== null) await leave(context, session, how);
}

async function logIn(context: AccessContext, name: string, password: string): Promise<AccessStateView> {
  const session = await context.access();
  session.enter(await context.host.ask('host:check-login', { name, password, purpose: 'login' }));
  return session.state();
}

/** @throws AccessError LOGIN_REFUSED where the current one is wrong; UsageError where the new one isn't good enough */
async function changePassword(context: AccessContext, current: string, next: string): Promise<AccessStateView> {
  const { host } = context;
  const session = await context.access();
  const { id, name } = session.requireUser();
  if (next === current) throw new UsageError('The new password is the old one; nothing was changed.');
  await host.ask('host:check-login', { name, password: current, purpose: 'settings' });
  session.enter(await host.ask('host:set-password', { id, password: next, mustChangePassword: false }));
  return session.state();
}

/** The first administrator, or one there is. Whoever asks is logged in at once: nobody locks themselves out. */
async function requireLogin(
  context: AccessContext,
  { name, fullName, password }: { name: string; fullName: string | null; password: string },
): Promise<AccessStateView> {
  const { host } = context;
  const session = await context.access();
  if (session.state().loginRequired) throw new UsageError('Login is required already.');
  const users = await host.ask('host:list-users', null);
  if (fullName !== null && users.some(({ role, isDisabled }) => role === 'administrator' && !isDisabled)) {
    throw new UsageError('There is an administrator already: log in as one.');
  }
  if (fullName !== null) {
    const role = 'administrator' as const;
    await host.ask('host:add-user', { name, fullName, role, password, mustChangePassword: false });
  }
  const user = await host.ask('host:check-login', { name, password, purpose: 'login' });
  if (user.role !== 'administrator') throw new UsageError('Only an administrator can require a login.');
  const rules = { ...(await host.ask('host:access', null)).rules, loginRequired: true };
  const required = await host.ask('host:set-access-rules', rules);
  // In this order the window is open all the time.
  session.enter(user);
  session.setRules(required);
  return session.state();
}

async function dropLogin(context: AccessContext, password: string): Promise<AccessStateView> {
  const { host } = context;
  const session = await context.access();
  const { name } = session.requireUser();
  await host.ask('host:check-login', { name, password, purpose: 'settings' });
  const { rules } = await host.ask('host:access', null);
  session.setRules(await host.ask('host:set-access-rules', { ...rules, loginRequired: false }));
  return session.state();
}

/** An administrator may have changed themselves: they go on as what they are now, or not at all. */
async function usersAfterChange({ host, access }: AccessContext): Promise<LocalUserView[]> {
  const users = await host.ask('host:list-users', null);
  const now = await access();
  const self = users.find(({ id }) => id === now.requireUser().id);
  if (self !== undefined) now.enter(self.isDisabled ? null : self);
  return users;
}

export function accessRequests(context: AccessContext): Pick<Handlers, AccessChannel> {
  const { host } = context;
  const state = async (): Promise<AccessStateView> => (await context.access()).state();
  return {
    'access:state': state,
    'access:login': ({ name, password }) => logIn(context, name, password),
    'access:unlock': async ({ password }) => {
      const session = await context.access();
      const { name } = session.requireUser();
      session.enter(await host.ask('host:check-login', { name, password, purpose: 'unlock' }));
      return session.state();
    },
    'access:lock': async () => {
      await lockWindow(context, 'lock');
      return state();
    },
    'access:logout': async () => {
      await leave(context, await context.access(), 'logout');
      return state();
    },
    'access:change-password': ({ current, next }) => changePassword(context, current, next),
    'access:users': () => host.ask('host:list-users', null),
    'access:add-user': async (user) => {
      await host.ask('host:add-user', { ...user, mustChangePassword: true });
      return host.ask('host:list-users', null);
    },
    'access:change-user': async (change) => {
      await host.ask('host:change-user', change);
      return usersAfterChange(context);
    },
    'access:reset-password': async ({ id, password }) => {
      await host.ask('host:set-password', { id, password, mustChangePassword: true });
      return usersAfterChange(context);
    },
    'access:set-idle-lock': async ({ seconds }) => {
      const session = await context.access();
      const { rules } = await host.ask('host:access', null);
      session.setRules(await host.ask('host:set-access-rules', { ...rules, idleLockS: seconds }));
      return session.state();
    },
    'access:require-login': (request) => requireLogin(context, request),
    'access:drop-login': ({ password }) => dropLogin(context, password),
  };
}
