// The check behind docs/traceability.md: what it must find fault with, and what its table holds.
import { expect, it } from 'vitest';
import { findGaps, tableOf } from '../../scripts/traceability.mjs';
import type { Item, Listing } from '../../scripts/traceability.mjs';

const LISTING: Listing = new Map([['tests/unit/a.test.ts', ['adds | up', 'takes away']]]);
const ROOMS = ['src/core/domain'];

function item(change: Partial<Item> = {}): Item {
  const tests = [{ file: 'tests/unit/a.test.ts', name: 'adds' }];
  const requirements = [{ id: 'A-1', text: 'Adds.', risk: 'A wrong sum.', measure: 'A test.', tests }];
  return { id: 'SI-1', name: 'Domain', folders: ['src/core/domain'], requirements, ...change };
}

it('nothing is missing where every room has an item and every requirement a test', () => {
  expect(findGaps([item()], LISTING, ROOMS)).toEqual([]);
});

it('a room without an item, a folder that is none, an item without requirements and an id twice are told', () => {
  expect(findGaps([item({ requirements: [] })], LISTING, [...ROOMS, 'src/core/math'])).toEqual([
    'src/core/math belongs to no software item.',
    'SI-1 has no requirement, and so no test.',
  ]);
  expect(findGaps([item(), item()], LISTING, [])).toContain('src/core/domain is no room of the layout.');
  expect(findGaps([item(), item()], LISTING, ROOMS)).toEqual(['SI-1 stands twice.', 'A-1 stands twice.']);
});

it('a requirement whose test is gone or was renamed is told', () => {
  const [requirement] = item().requirements;
  const withTests = (tests: { file: string; name?: string }[]): Item =>
    item({ requirements: [{ ...requirement!, tests }] });
  expect(findGaps([withTests([])], LISTING, ROOMS)).toEqual(['A-1 has no test.']);
  expect(findGaps([withTests([{ file: 'tests/unit/gone.test.ts' }])], LISTING, ROOMS)).toEqual([
    'A-1: no test is named anything in tests/unit/gone.test.ts.',
  ]);
  expect(findGaps([withTests([{ file: 'tests/unit/a.test.ts', name: 'multiplies' }])], LISTING, ROOMS).length).toBe(1);
});

it('the table names the tests that a requirement means, and no others', () => {
  const table = tableOf([item()], LISTING);
  expect(table).toContain('| A-1 | Adds. | A wrong sum. | A test. | [a.test.ts](../tests/unit/a.test.ts) |');
  expect(table).toContain('  - adds \\| up\n');
  expect(table).not.toContain('takes away');
});
