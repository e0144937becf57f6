// Who may ask what, through the real registrar: every channel of the contract in every state of the window.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ROLES, mayAct } from '../../src/core/domain/access.ts';
import { neededRole, WITH_A_CHOSEN_PASSWORD } from '../../src/ipc/channelRights.ts';
import { CHANNEL_NAMES } from '../../src/ipc/channelNames.ts';
import type { AccessStateView, ChannelName, IpcResult } from '../../src/ipc/contract.ts';
import { actAs, actingUser } from '../../src/main/acting.ts';
import type { AccessSession } from '../../src/main/accessSession.ts';
import { createEventLog } from '../../src/main/eventLog.ts';
import { createIdleLock } from '../../src/main/idleLock.ts';
import { registerHandlers } from '../../src/main/registrar.ts';
import type { Handlers, InvokeEvent } from '../../src/main/registrar.ts';
import { accessSession, someUser, withoutLogin } from '../fixtures/accessSessions.ts';
import { sampleOf } from './sampleOfSchema.ts';
import { CHANNELS } from '../../src/ipc/contract.ts';

type Listener = (event: InvokeEvent, request: unknown) => Promise<IpcResult<unknown>>;

/** The registrar with handlers that note who asked. */
function registered(session: AccessSession) {
  const listeners = new Map<string, Listener>();
  const reached: { channel: string; user: string | null }[] = [];
  const handlers = Object.fromEntries(
    CHANNEL_NAMES.map((channel) => [
      channel,
      async () => {
        await Promise.resolve();
        reached.push({ channel, user: actingUser()?.name ?? null });
        return {};
      },
    ]),
  ) as unknown as Handlers;
  registerHandlers({ handle: (channel, listener) => listeners.set(channel, listener) }, handlers, {
    ...{ origin: 'app://lineshape', mainPage: () => 1, validateResponses: false },
    access: async () => session,
    log: createEventLog(
      () => undefined,
      () => '',
    ),
  });
  const ask = (channel: ChannelName): Promise<IpcResult<unknown>> =>
    listeners.get(channel)!(
      { senderFrame: { url: 'app://lineshape/index.html', parent: null }, sender: { id: 1 } },
      sampleOf(CHANNELS[channel].request),
    );
  return { ask, reached };
}

const codeOf = (answer: IpcResult<unknown>): string => (answer.ok ? 'ok' : answer.error.code);
const LOGIN = { loginRequired: true, idleLockS: null };

describe('what may be asked', () => {
  it('is everything where no login is required, in nobody’s name', async () => {
    const { ask, reached } = registered(withoutLogin());
    for (const channel of CHANNEL_NAMES) expect(codeOf(await ask(channel)), channel).toBe('ok');
    expect(reached.filter(({ user }) => user !== null)).toEqual([]);
  });

  it('is only logging in and the look of that form before anyone has logged in', async () => {
    const { ask, reached } = registered(accessSession(LOGIN));
    for (const channel of CHANNEL_NAMES) {
      expect(codeOf(await ask(channel)), channel).toBe(neededRole(channel) === null ? 'ok' : 'LOGGED_OUT');
    }
    expect(reached.map(({ channel }) => channel).sort()).toEqual(
      ['access:login', 'access:state', 'access:unlock', 'window:set-language', 'window:set-scale'].sort(),
    );
  });

  it('is the same under a lock, but for leaving', async () => {
    const session = accessSession(LOGIN);
    session.enter(someUser('administrator'));
    expect(session.lock()).toBe(true);
    const { ask } = registered(session);
    for (const channel of CHANNEL_NAMES) {
      const isOpen = neededRole(channel) === null || channel === 'access:logout';
      expect(codeOf(await ask(channel)), channel).toBe(isOpen ? 'ok' : 'LOGGED_OUT');
    }
  });

  it('is only another password while an administrator’s is in use', async () => {
    const session = accessSession(LOGIN);
    session.enter(someUser('administrator', { mustChangePassword: true }));
    const { ask } = registered(session);
    for (const channel of CHANNEL_NAMES) {
      const isOpen = neededRole(channel) === null || WITH_A_CHOSEN_PASSWORD.has(channel);
      expect(codeOf(await ask(channel)), channel).toBe(isOpen ? 'ok' : 'LOGGED_OUT');
    }
  });

  it.each(ROLES)('is what the role %s allows, in the user’s name', async (role) => {
    const session = accessSession(LOGIN);
    session.enter(someUser(role));
    const { ask, reached } = registered(session);
    for (const channel of CHANNEL_NAMES) {
      const needed = neededRole(channel);
      expect(codeOf(await ask(channel)), channel).toBe(needed === null || mayAct(role, needed) ? 'ok' : 'FORBIDDEN');
    }
    expect(new Set(reached.map(({ user }) => user))).toEqual(new Set([role]));
  });

  it('keeps studies, basis sets, ranges and users from those they are not for', () => {
    const forbidden = (role: (typeof ROLES)[number]): string[] =>
      CHANNEL_NAMES.filter((channel) => !mayAct(role, neededRole(channel) ?? 'reader'));
    expect(forbidden('administrator')).toEqual([]);
    expect(forbidden('physicist').every((channel) => /^(access|dicom):/.test(channel))).toBe(true);
    expect(forbidden('physicist')).toEqual(
      expect.arrayContaining(['access:add-user', 'dicom:configure', 'dicom:save-rules']),
    );
    for (const channel of ['study:delete', 'worklist:delete', 'basis:remove', 'lcmodel:choose', 'ranges:save']) {
      expect(forbidden('reader')).toContain(channel);
    }
  });
});

describe('the session', () => {
  it('names the user only where login is required', () => {
    const states: AccessStateView[] = [];
    const session = accessSession(LOGIN, (state) => states.push(state));
    expect(session.isOpen()).toBe(false);
    expect(() => session.requireUser()).toThrow('Log in first');
    session.enter(someUser('reader'));
    expect(session.isOpen()).toBe(true);
    session.setRules({ loginRequired: false, idleLockS: null });
    expect(session.user()).toBeNull();
    expect(states.map(({ user }) => user?.name ?? null)).toEqual(['reader', null]);
  });

  it('wants a new page when a user leaves or another one comes, and only then', () => {
    const onLeft = vi.fn();
    const session = accessSession(LOGIN, () => undefined, onLeft);
    session.enter(someUser('reader'));
    session.lock();
    session.enter(someUser('reader'));
    expect(onLeft).not.toHaveBeenCalled();
    session.enter(someUser('physicist'));
    expect(onLeft).toHaveBeenCalledTimes(1);
    session.enter(null);
    expect(onLeft).toHaveBeenCalledTimes(2);
  });

  it('does not lock what nobody has opened', () => {
    expect(withoutLogin().lock()).toBe(false);
    expect(accessSession(LOGIN).lock()).toBe(false);
  });
});

describe('in whose name', () => {
  it('a job goes on is whoever started it, after somebody else has come', async () => {
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const job = actAs({ id: '1', name: 'anna', role: 'reader' }, async () => {
      await finished;
      return actingUser()?.name;
    });
    await actAs({ id: '2', name: 'ben', role: 'reader' }, async () => finish());
    expect(await job).toBe('anna');
    expect(actingUser()).toBeNull();
  });
});

describe('the lock after idle time', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('comes once the time has passed without a touch, and not before', () => {
    const onIdle = vi.fn();
    const lock = createIdleLock(onIdle, () => performance.now());
    lock.start(60);
    vi.advanceTimersByTime(59_000);
    lock.touch();
    vi.advanceTimersByTime(59_000);
    expect(onIdle).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_500);
    expect(onIdle).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(600_000);
    expect(onIdle).toHaveBeenCalledTimes(1);
  });

  it('does not come when it is off or was stopped', () => {
    const onIdle = vi.fn();
    const lock = createIdleLock(onIdle, () => performance.now());
    lock.start(null);
    lock.start(10);
    lock.stop();
    vi.advanceTimersByTime(3_600_000);
    expect(onIdle).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
