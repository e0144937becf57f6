// What the window asks of whoever is at it, and what is offered to whom.
import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AccessStateView } from '../../src/ipc/contract.ts';
import { initials, stageOf } from '../../src/renderer/features/access/model.ts';
import { useAccess } from '../../src/renderer/features/access/store.ts';

const USER = { id: '1', name: 'anna', fullName: 'Dr. Anna Novak', role: 'reader', mustChangePassword: false } as const;
const state = (part: Partial<AccessStateView>): AccessStateView => ({
  ...{ loginRequired: true, user: USER, isLocked: false, idleLockS: 600 },
  look: { language: null, theme: null, scale: null },
  ...part,
});

beforeEach(() => setActivePinia(createPinia()));

describe('the window', () => {
  it.each([
    ['unknown', null],
    ['open', state({ loginRequired: false, user: null })],
    ['login', state({ user: null })],
    ['unlock', state({ isLocked: true })],
    ['change', state({ user: { ...USER, mustChangePassword: true } })],
    ['open', state({})],
  ] as const)('is %s', (stage, of) => {
    expect(stageOf(of)).toBe(stage);
  });

  it('offers each role what it may do, and everybody everything where no login is required', () => {
    const access = useAccess();
    access.state = state({});
    expect([access.may('reader'), access.may('physicist'), access.isAdministrator]).toEqual([true, false, false]);
    expect(access.needs('physicist')).toBe('For the role Physicist');
    access.state = state({ user: { ...USER, role: 'administrator' } });
    expect([access.may('physicist'), access.needs('administrator')]).toEqual([true, undefined]);
    access.state = state({ loginRequired: false, user: null });
    expect(access.isAdministrator).toBe(true);
    access.state = state({ user: null });
    expect(access.may('reader')).toBe(false);
  });
});

describe('the mark of a user', () => {
  it.each([
    ['Dr. Anna Novak', 'AN'],
    ['Prof. Dr. Šárka', 'Š'],
    ['anna maria von Example', 'AE'],
    ['', ''],
  ])('of "%s" is "%s"', (name, mark) => {
    expect(initials(name)).toBe(mark);
  });
});
