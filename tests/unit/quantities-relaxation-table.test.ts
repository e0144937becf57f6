// The table of relaxation times: every number with its source, the best fitting entry found, a site's own on top.
import { describe, expect, it } from 'vitest';
import { findRelaxation, findWaterContent, mergeRelaxationTables } from '../../src/core/domain/relaxationTable.ts';
import type { RelaxationQuery } from '../../src/core/domain/relaxationTable.ts';
import { parseRelaxationTable } from '../../src/core/domain/relaxationTableJson.ts';
import { BRAIN_RELAXATION_TABLE, tableWithOverrides } from '../../src/core/quantification/waterScaling/index.ts';

const find = (substance: string, tissue: RelaxationQuery['tissue'], fieldT: number, quantity: 'T1' | 'T2') =>
  findRelaxation(BRAIN_RELAXATION_TABLE, { substance, tissue, fieldT, quantity });
const site = (relaxation: unknown[], extra: object = {}) => ({
  schema: 'lineshape.relaxation/1',
  id: 'site',
  title: 'Our scanner',
  relaxation,
  ...extra, // prettier-ignore
});
const ENTRY = { substance: 'mI', tissue: 'GM', fieldT: 3, quantity: 'T2', valueS: 0.2, source: 'measured here' };

describe('the program’s relaxation table', () => {
  it('cites every number', () => {
    const { relaxation, waterContent } = BRAIN_RELAXATION_TABLE;
    expect(relaxation.length).toBeGreaterThan(70);
    for (const { source } of [...relaxation, ...waterContent]) expect(source).toMatch(/\b(19|20)\d\d\b|Ibrahim/);
  });

  it('has water of all tissues and any metabolite at 1.5, 3 and 7 T', () => {
    for (const fieldT of [1.494, 2.89, 3, 6.98]) {
      for (const quantity of ['T1', 'T2'] as const) {
        for (const tissue of ['GM', 'WM', 'CSF'] as const)
          expect(find('water', tissue, fieldT, quantity)).not.toBeNull();
        for (const tissue of ['GM', 'WM'] as const) expect(find('Ala', tissue, fieldT, quantity)!.substance).toBe('*');
      }
    }
    expect(findWaterContent(BRAIN_RELAXATION_TABLE, 'GM')!.relativeDensity).toBe(0.78);
  });

  it('prefers the metabolite’s and the tissue’s own, and takes nothing from another field', () => {
    expect(find('NAA', 'WM', 3, 'T1')!.valueS).toBe(1.35);
    // Wyss 2018: (253 + 263)/2 ms
    expect(find('NAA', 'GM', 3, 'T2')!.valueS).toBe(0.258);
    expect(find('GABA', 'WM', 3, 'T1')!.tissue).toBe('any');
    expect(find('Lac', 'GM', 3, 'T1')!.substance).toBe('*');
    expect(find('NAA', 'GM', 4, 'T1')).toBeNull();
    expect(find('water', 'GM', 4, 'T1')).toBeNull();
    expect(find('NAA', 'CSF', 3, 'T1')).toBeNull();
  });
});

describe('a site’s table', () => {
  it('replaces what it tells again and keeps the rest', () => {
    const own = parseRelaxationTable(site([ENTRY], { waterContent: [{ tissue: 'WM', relativeDensity: 0.7, source: 'MRI' }] }), 'site.json'); // prettier-ignore
    const table = tableWithOverrides(own);
    const query = { substance: 'Ins', tissue: 'GM', fieldT: 3, quantity: 'T2' } as const;
    expect(findRelaxation(table, query)).toMatchObject({ valueS: 0.2, source: 'measured here' });
    expect(table.relaxation).toHaveLength(BRAIN_RELAXATION_TABLE.relaxation.length);
    expect(findWaterContent(table, 'WM')!.relativeDensity).toBe(0.7);
    expect(findWaterContent(table, 'GM')!.relativeDensity).toBe(0.78);
    expect(tableWithOverrides(null)).toBe(BRAIN_RELAXATION_TABLE);
    expect(mergeRelaxationTables(table, own).relaxation).toHaveLength(table.relaxation.length);
  });

  it('may hold a new field, whose nearest entry is taken', () => {
    const entries = [3.3, 3.1].map((fieldT) => ({ ...ENTRY, substance: 'water', fieldT, valueS: fieldT }));
    const table = parseRelaxationTable(site(entries), 'site.json');
    const query = { substance: 'water', tissue: 'GM', fieldT: 3.15, quantity: 'T2' } as const;
    expect(findRelaxation(table, query)!.valueS).toBe(3.1);
  });

  it.each([
    [{ ...ENTRY, valueS: 1300 }, /entry 1\).*"valueS" must be a number from 0.0001 to 20, not 1300/],
    [{ ...ENTRY, source: ' ' }, /"source" must be a text/],
    [{ ...ENTRY, tissue: 'gm' }, /"tissue" must be one of GM, WM, CSF, any, not "gm"/],
    [{ ...ENTRY, T1: 1 }, /"T1" is not known/],
    ['NAA', /an object was expected/],
  ])('is refused in one sentence: %j', (entry, message) => {
    expect(() => parseRelaxationTable(site([entry]), 'site.json')).toThrow(message);
    expect(() => parseRelaxationTable(site([entry]), 'site.json')).toThrow(/^site\.json.*\.$/);
  });

  it('may not contradict itself, nor be of another kind', () => {
    const twice = [ENTRY, { ...ENTRY, substance: 'Ins' }];
    expect(() => parseRelaxationTable(site(twice), 's')).toThrow(/gives T2 of Ins in GM at 3 T twice/);
    expect(() => parseRelaxationTable({ ...site([]), schema: 'other' }, 's')).toThrow(/lineshape\.relaxation\/1/);
    expect(() => parseRelaxationTable(null, 's')).toThrow(/an object was expected/);
    expect(() => parseRelaxationTable({ ...site([]), relaxation: 3 }, 's')).toThrow(/must be a list/);
  });
});
