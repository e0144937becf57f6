// Dates as typed into the worklist's filters: days, months, years, and what is none.
import { describe, expect, it } from 'vitest';
import { typedDate } from '../../src/renderer/app/typedDates.ts';

describe('a typed date', () => {
  it.each([
    ['2026-03-31', '2026-03-31', '2026-03-31'],
    [' 2026-3-1 ', '2026-03-01', '2026-03-01'],
    ['31.3.2026', '2026-03-31', '2026-03-31'],
    ['1. 3. 2026', '2026-03-01', '2026-03-01'],
    ['2026-02', '2026-02-01', '2026-02-28'],
    ['2024-02', '2024-02-01', '2024-02-29'],
    ['2026', '2026-01-01', '2026-12-31'],
  ])('%s is read, a month or year by its side', (text, from, to) => {
    expect([typedDate(text, 'from'), typedDate(text, 'to')]).toEqual([from, to]);
  });

  it.each([
    '2026-02-30',
    '2026-13',
    '2026-00-10',
    '31.4.2026',
    '0.1.2026',
    '26',
    '3/31/2026',
    'yesterday',
    '2026-03-31x',
  ])('%s is none', (text) => {
    expect([typedDate(text, 'from'), typedDate(text, 'to')]).toEqual([undefined, undefined]);
  });

  it('is nothing where nothing is typed', () => {
    expect([typedDate('', 'from'), typedDate('   ', 'to')]).toEqual([null, null]);
  });
});
