// Plans that wait for the user's word: a few, not for long, each under its own token.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ReaderError } from '../../src/core/domain/errors.ts';
import type { ImportPlan } from '../../src/core/pipeline/importFiles.ts';
import { createImportSessions } from '../../src/main/importSessions.ts';
import type { ImportSessions } from '../../src/main/importSessions.ts';

const plan = (name: string): ImportPlan => ({
  studies: [],
  failures: [],
  preview: { studies: [], failures: [{ fileName: name, message: name }] },
});
const MINUTES = 60_000;

let events: unknown[][];
let sessions: ImportSessions;

beforeEach(() => {
  vi.useFakeTimers();
  events = [];
  sessions = createImportSessions((...event) => void events.push(event));
});
afterEach(() => vi.useRealTimers());

describe('import sessions', () => {
  it('keep a plan until it is forgotten', async () => {
    const read = plan('a');
    expect(await sessions.read('a', () => Promise.resolve(read))).toBe(read);
    expect(sessions.plan('a')).toBe(read);
    expect(sessions.plan('a')).toBe(read);
    sessions.forget('a');
    expect(() => sessions.plan('a')).toThrow(ReaderError);
  });

  it('keep the newest four', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await sessions.read(name, () => Promise.resolve(plan(name)));
    expect(() => sessions.plan('a')).toThrow(/give them again/);
    for (const name of ['b', 'c', 'd', 'e']) expect(sessions.plan(name)).toEqual(plan(name));
  });

  it('keep none for longer than half an hour', async () => {
    await sessions.read('a', () => Promise.resolve(plan('a')));
    vi.advanceTimersByTime(29 * MINUTES);
    expect(sessions.plan('a')).toEqual(plan('a'));
    vi.advanceTimersByTime(2 * MINUTES);
    expect(() => sessions.plan('a')).toThrow(/give them again/);
  });

  it('cancel one reading and not another, and answer with null', async () => {
    const waits = (name: string) =>
      sessions.read(name, async (cancellation) => {
        await Promise.resolve();
        cancellation.throwIfCancelled();
        return plan(name);
      });
    const [a, b] = [waits('a'), waits('b')];
    sessions.cancel('a');
    sessions.cancel('nobody');
    expect(await a).toBeNull();
    expect(await b).toEqual(plan('b'));
    expect(() => sessions.plan('a')).toThrow();
  });

  it('drop a reading that was cancelled in its last moment', async () => {
    const reading = sessions.read('a', () => {
      sessions.cancel('a');
      return Promise.resolve(plan('a'));
    });
    expect(await reading).toBeNull();
    expect(() => sessions.plan('a')).toThrow();
  });

  it('refuse a token in use, and take it again after a failure', async () => {
    const failing = sessions.read('a', () => Promise.reject(new ReaderError('READ_FAILED', 'a is gone.')));
    await expect(sessions.read('a', () => Promise.resolve(plan('a')))).rejects.toThrow(/started already/);
    await expect(failing).rejects.toThrow('a is gone.');
    expect(await sessions.read('a', () => Promise.resolve(plan('a')))).toEqual(plan('a'));
    await expect(sessions.read('a', () => Promise.resolve(plan('a')))).rejects.toThrow(/started already/);
  });

  it('tell the page how far a reading is, under its token and within 0 and 1', async () => {
    await sessions.read('a', (_, onProgress) => {
      onProgress({ fraction: -1, message: 'Reading a' });
      onProgress({ fraction: 7, message: 'Done' });
      return Promise.resolve(plan('a'));
    });
    expect(events).toEqual([
      ['import:progress', { token: 'a', fraction: 0, message: 'Reading a' }],
      ['import:progress', { token: 'a', fraction: 1, message: 'Done' }],
    ]);
  });
});
