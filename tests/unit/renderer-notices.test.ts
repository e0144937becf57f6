// Notices: which stay, which go by themselves, and when.
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { passes } from '../../src/renderer/features/notices/model.ts';
import { useNotices } from '../../src/renderer/features/notices/store.ts';

describe('notices', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    setActivePinia(createPinia());
  });
  afterEach(() => void vi.useRealTimers());

  it('pass where they are one sentence that nothing depends on', () => {
    expect(passes({ kind: 'done', lines: [] })).toBe(true);
    expect(passes({ kind: 'note', lines: [] })).toBe(true);
    expect(passes({ kind: 'done', lines: ['but one thing'] })).toBe(false);
    expect(passes({ kind: 'caution', lines: [] })).toBe(false);
    expect(passes({ kind: 'error', lines: [] })).toBe(false);
  });

  it('that pass are gone after four seconds; the others wait to be closed', () => {
    const notices = useNotices();
    notices.say('error', 'It failed.');
    notices.say('caution', 'Look at it.');
    notices.say('done', 'Saved.');
    vi.advanceTimersByTime(3900);
    expect(notices.passing?.text).toBe('Saved.');
    vi.advanceTimersByTime(200);
    expect(notices.passing).toBeNull();
    vi.advanceTimersByTime(3_600_000);
    expect(notices.staying.map(({ text }) => text)).toEqual(['It failed.', 'Look at it.']);
    notices.dismiss(notices.staying[0]!.id);
    expect(notices.staying.map(({ text }) => text)).toEqual(['Look at it.']);
  });

  it('show the newest of those that pass, and say the same sentence once', () => {
    const notices = useNotices();
    notices.say('done', 'Saved.');
    vi.advanceTimersByTime(1000);
    notices.say('note', 'Not now.');
    notices.say('note', 'Not now.');
    expect([notices.passing?.text, notices.notices.length]).toEqual(['Not now.', 2]);
    vi.advanceTimersByTime(3500);
    expect(notices.notices.map(({ text }) => text)).toEqual(['Not now.']);
  });

  it('tell a failed task in its own words', async () => {
    const notices = useNotices();
    const failing = (): Promise<string> => Promise.reject(new Error('The file is empty.'));
    expect(await notices.attempt(failing)).toBeNull();
    expect(await notices.attempt(() => Promise.resolve(7))).toBe(7);
    expect(notices.staying).toMatchObject([{ kind: 'error' }]);
    expect(notices.staying[0]!.text).toContain('The file is empty.');
  });
});
