// The spin systems: every metabolite of a brain fit exists with a source for each number, variants are found by name, and
// a broken record is refused in one clear sentence.
import { describe, expect, it } from 'vitest';
import { WATER_PPM } from '../../src/core/domain/axes.ts';
import { canonicalMetaboliteName } from '../../src/core/domain/metaboliteNames.ts';
import {
  BRAIN_METABOLITES,
  SPIN_SYSTEM_VARIANTS,
  SPIN_SYSTEMS,
  spinSystem,
  spinSystemId,
} from '../../src/core/basis/spinSystems/index.ts';
import { SPIN_SYSTEM_SOURCES } from '../../src/core/basis/spinSystems/sources.ts';
import { parseSpinSystem, protonCount } from '../../src/core/basis/spinSystems/spinSystem.ts';
import type { SpinSystem } from '../../src/core/basis/spinSystems/spinSystem.ts';

const ALL: readonly SpinSystem[] = [...SPIN_SYSTEMS.values(), ...SPIN_SYSTEM_VARIANTS.values()];

/** Spellings a user may type, and the protons bound to carbon or nitrogen that the molecule has at pH 7 and are listed. */
const EXPECTED: readonly (readonly [string, string, number])[] = [
  ['Ala', 'Ala', 4],
  ['Asc', 'Asc', 4],
  ['Asp', 'Asp', 3],
  ['Ace', 'Ace', 3],
  ['Cho', 'Cho', 13],
  ['Cr', 'Cr', 6],
  ['PCr', 'PCr', 7],
  ['EtOH', 'EtOH', 5],
  ['GABA', 'GABA', 6],
  ['Glc', 'Glc', 7],
  ['Gln', 'Gln', 7],
  ['Glu', 'Glu', 5],
  ['Gly', 'Gly', 2],
  ['GPC', 'GPC', 18],
  ['GSH', 'GSH', 12],
  ['2HG', 'bHG', 5],
  ['Cystathionine', 'Cystat', 8],
  ['H2O', 'H2O', 2],
  ['Ins', 'Ins', 6],
  ['Lac', 'Lac', 4],
  ['NAA', 'NAA', 7],
  ['NAAG', 'NAAG', 13],
  ['PCh', 'PCho', 13],
  ['PE', 'PE', 4],
  ['Phenyl', 'Phenyl', 8],
  ['Pyr', 'Pyr', 3],
  ['Scyllo', 'Scyllo', 6],
  ['Ser', 'Ser', 3],
  ['Suc', 'Suc', 4],
  ['Tau', 'Tau', 4],
  ['Thr', 'Thr', 5],
  ['Tyr', 'Tyr', 7],
  ['Val', 'Val', 8],
  ['bHB', 'bHB', 6],
  ['bHG', 'bHG', 5],
  ['Cystat', 'Cystat', 8],
  ['-CrCH2', '-CrCH2', 2],
  ['Cit', 'Cit', 4],
];

function sourcesOf(system: SpinSystem): string[] {
  const ofMoieties = system.moieties.flatMap((m) => [...m.groups, ...m.couplings].map((x) => x.source));
  return system.concentration === null ? ofMoieties : [...ofMoieties, system.concentration.source];
}

describe('the list', () => {
  it.each(EXPECTED)('%s is the system %s of %d protons', (spelling, canonical, protons) => {
    const system = spinSystem(spelling);
    expect(system.name).toBe(canonical);
    expect(system.variant).toBeNull();
    expect(protonCount(system)).toBeCloseTo(protons, 12);
  });

  it('has the brain set, under canonical names', () => {
    for (const name of BRAIN_METABOLITES) expect(spinSystem(name).name).toBe(name);
    expect(spinSystem('myo-inositol').name).toBe('Ins');
    for (const { name } of ALL) expect(canonicalMetaboliteName(name)).toBe(name);
    expect(() => spinSystem('unobtainium')).toThrow(/^There is no spin system for "unobtainium"; known are Ace, Ala/);
  });

  it('uses every source, and only sources it lists', () => {
    const used = new Set(ALL.flatMap(sourcesOf));
    expect([...used].sort()).toEqual(Object.keys(SPIN_SYSTEM_SOURCES).sort());
    for (const { citation, identifier } of Object.values(SPIN_SYSTEM_SOURCES)) {
      expect(citation.length).toBeGreaterThan(20);
      expect(identifier).toMatch(/\S/);
    }
  });

  it.each(ALL.map((system) => [spinSystemId(system), system] as const))('%s is plausible', (_id, system) => {
    for (const { groups, couplings, population } of system.moieties) {
      expect(population).toBeLessThanOrEqual(1);
      for (const g of groups) {
        expect(g.shiftPpm, g.label).toBeGreaterThan(0.5);
        expect(g.shiftPpm, g.label).toBeLessThan(9);
      }
      for (const { jHz, between } of couplings) {
        expect(Math.abs(jHz), between.join(' ')).toBeGreaterThan(0);
        expect(Math.abs(jHz), between.join(' ')).toBeLessThan(18);
      }
    }
  });

  it('gives a concentration, or a note that says why not', () => {
    for (const { name, concentration, notes, variant } of ALL) {
      if (concentration === null && variant === null && name !== '-CrCH2') {
        expect(notes.join(' '), name).toContain('No concentration is given');
      }
    }
    for (const name of BRAIN_METABOLITES)
      if (name !== 'Ace') expect(spinSystem(name).concentration, name).not.toBeNull();
    expect(spinSystem('NAA').concentration).toEqual({ lowMM: 7.5, highMM: 17, source: 'chen2023' });
  });

  it('has assumed numbers in cystathionine only', () => {
    const assumed = ALL.filter((s) => sourcesOf(s).includes('govindaraju2000Analogy')).map((s) => s.name);
    expect(assumed).toEqual(['Cystat']);
  });

  it('has one negative term, and water where the ppm axis has it', () => {
    expect(ALL.filter((s) => s.sign === -1).map((s) => s.name)).toEqual(['-CrCH2']);
    const shifts = (name: string) => spinSystem(name).moieties.flatMap((m) => m.groups.map((g) => g.shiftPpm));
    expect(shifts('-CrCH2')).toEqual([3.913]);
    expect(shifts('Cr')).toContain(3.913);
    expect(shifts('H2O')).toEqual([WATER_PPM]);
  });

  it('follows the corrigendum of 2015', () => {
    const coupling = (id: string, a: string, b: string) =>
      spinSystem(id)
        .moieties.flatMap((m) => m.couplings)
        .find((c) => c.between[0] === a && c.between[1] === b);
    expect(coupling('PCho', '1-CHa', 'N')).toMatchObject({ jHz: 2.68, source: 'govindaraju2015' });
    expect(coupling('Tau', '1-CHa', '1-CHb')).toMatchObject({ jHz: -12.438, source: 'govindaraju2015' });
    expect(coupling('Cho', '2-CHa', '2-CHb')).toMatchObject({ jHz: -14.07, source: 'govindaraju2015' });
    expect(coupling('GABA@govindaraju2015', '4-CHa', '4-CHb')).toMatchObject({ jHz: -12.021 });
  });
});

describe('variants', () => {
  it.each([...SPIN_SYSTEM_VARIANTS.keys()])('%s has the name and protons of its default, and other numbers', (id) => {
    const system = spinSystem(id);
    const standard = spinSystem(system.name);
    expect(spinSystemId(system)).toBe(id);
    expect(protonCount(system)).toBeCloseTo(protonCount(standard), 12);
    expect(system.concentration).toEqual(standard.concentration);
    expect(system.moieties).not.toEqual(standard.moieties);
  });

  it('are found by any spelling of the metabolite', () => {
    expect(spinSystem('glutathione@Kaiser2010').variant).toBe('kaiser2010');
    expect(spinSystem('GABA').variant).toBeNull();
  });

  it('that do not exist are refused, with those that do', () => {
    expect(() => spinSystem('GABA@hearsay')).toThrow(
      'There is no variant "hearsay" of the spin system GABA; known are GABA@govindaraju2000, GABA@govindaraju2015.',
    );
    expect(() => spinSystem('NAA@hearsay')).toThrow(
      'There is no variant "hearsay" of the spin system NAA; it has the default only.',
    );
    expect(() => spinSystem('unobtainium@hearsay')).toThrow(/no spin system for "unobtainium@hearsay"/);
  });
});

const source = 'govindaraju2000';
const A = { label: 'A', shiftPpm: 1, protons: 1, source };
const B = { label: 'B', shiftPpm: 2, protons: 1, source };
const AB = { between: ['A', 'B'], jHz: 7, source };

const record = (over: object) => ({ name: 'X', fullName: 'Xylene', moieties: [moiety({})], ...over });
const moiety = (over: object) => ({ name: 'm', population: 1, groups: [A, B], couplings: [AB], ...over });
const withMoiety = (over: object) => record({ moieties: [moiety(over)] });

describe('a record of one’s own', () => {
  it('is taken, with what may be left out left out', () => {
    expect(parseSpinSystem(record({}))).toEqual({
      name: 'X',
      variant: null,
      fullName: 'Xylene',
      sign: 1,
      concentration: null,
      moieties: [{ ...moiety({}), heteronuclei: [] }],
      notes: [],
    });
    const full = { variant: 'mine2026', sign: -1, concentration: { lowMM: 1, highMM: 1, source }, notes: ['n'] };
    expect(parseSpinSystem(record(full))).toMatchObject(full);
  });

  it('may have 14 coupled protons, and more that are not coupled', () => {
    const big = { ...A, protons: 13 };
    const apart = { ...B, label: 'C', protons: 9 };
    expect(protonCount(parseSpinSystem(withMoiety({ groups: [big, B, apart] })))).toBe(23);
    const uncoupled = { groups: [{ ...A, protons: 18 }, B], couplings: [{ ...AB, jHz: 0 }] };
    expect(protonCount(parseSpinSystem(withMoiety(uncoupled)))).toBe(19);
  });

  it.each<[string, unknown, string]>([
    ['not an object', 'NAA', 'file is broken: an object was expected'],
    ['without a name', record({ name: '' }), 'file is broken: "name" must be a text'],
    ['with a variant in its name', record({ name: 'X@y' }), 'a name may not contain "@", which marks a variant'],
    ['without a full name', record({ fullName: 3 }), '"fullName" must be a text'],
    ['with a bad variant', record({ variant: 'Kaiser 2010' }), '"variant" must be a word of small letters and digits'],
    ['with a sign of 0', record({ sign: 0 }), '"sign" must be 1 or -1'],
    ['with notes that are no texts', record({ notes: [1] }), 'every note must be a text'],
    ['without moieties', record({ moieties: [] }), 'at least one moiety is needed'],
    ['with moieties that are no list', record({ moieties: {} }), '"moieties" must be a list'],
    ['with a moiety twice', record({ moieties: [moiety({}), moiety({})] }), 'two moieties have the same name'],
    ['with a population of 0', withMoiety({ population: 0 }), '"population" must be above 0'],
    ['without groups', withMoiety({ groups: [], couplings: [] }), 'at least one proton group is needed'],
    ['with a label twice', withMoiety({ groups: [A, A], couplings: [] }), 'two groups have the same label'],
    ['with half a proton', withMoiety({ groups: [{ ...A, protons: 0.5 }, B] }), '"protons" must be a whole number'],
    [
      'with a shift that is no number',
      withMoiety({ groups: [{ ...A, shiftPpm: '1' }, B] }),
      '"shiftPpm" must be a finite',
    ],
    [
      'with a shift in Hz',
      withMoiety({ groups: [{ ...A, shiftPpm: 250 }, B] }),
      'the shift of "A", 250 ppm, is outside -5 to 15 ppm',
    ],
    [
      'with a shift far below 0',
      withMoiety({ groups: [{ ...A, shiftPpm: -5.1 }, B] }),
      'the shift of "A", -5.1 ppm, is outside -5 to 15 ppm',
    ],
    [
      'without a source',
      withMoiety({ groups: [{ ...A, source: undefined }, B] }),
      'X (m) is broken: a number is given without its "source"',
    ],
    ['with an unknown source', withMoiety({ couplings: [{ ...AB, source: 'hearsay' }] }), '"hearsay" is not known'],
    ['with an inherited source', withMoiety({ couplings: [{ ...AB, source: 'toString' }] }), '"toString" is not known'],
    ['with a source that is no text', withMoiety({ couplings: [{ ...AB, source: 1 }] }), '"source" must be a text'],
    [
      'coupling to nobody',
      withMoiety({ couplings: [{ ...AB, between: ['A', 'Z'] }] }),
      'names "Z", which does not exist',
    ],
    [
      'coupling a group to itself',
      withMoiety({ couplings: [{ ...AB, between: ['A', 'A'] }] }),
      '"A" is coupled to itself',
    ],
    [
      'coupling three',
      withMoiety({ couplings: [{ ...AB, between: ['A', 'B', 'A'] }] }),
      'a coupling must name two groups',
    ],
    [
      'coupling twice',
      withMoiety({ couplings: [AB, { ...AB, between: ['B', 'A'], jHz: 3 }] }),
      'the coupling of "B" and "A" is given twice',
    ],
    ['coupling by no number', withMoiety({ couplings: [{ ...AB, jHz: '7' }] }), '"jHz" must be a finite number'],
    [
      'coupling beyond belief',
      withMoiety({ couplings: [{ ...AB, jHz: -301 }] }),
      'the coupling of "A" and "B", -301 Hz, is beyond ±300 Hz',
    ],
    [
      'coupling 15 protons',
      withMoiety({ groups: [{ ...A, protons: 14 }, B] }),
      '15 protons are coupled together, more than the 14 allowed',
    ],
    ['with another nucleus', withMoiety({ heteronuclei: [{ label: 'C', nucleus: '13C' }] }), '13C is not 14N or 31P'],
    [
      'coupling from a heteronucleus',
      withMoiety({ heteronuclei: [{ label: 'N', nucleus: '14N' }], couplings: [{ ...AB, between: ['N', 'A'] }] }),
      'the first partner of a coupling must be a proton group',
    ],
    [
      'with a concentration upside down',
      record({ concentration: { lowMM: 3, highMM: 2, source } }),
      'its least concentration, 3 mM, is above its greatest, 2 mM',
    ],
    [
      'with a negative concentration',
      record({ concentration: { lowMM: -1, highMM: 2, source } }),
      'its least concentration, -1 mM, is negative',
    ],
    ['with half a concentration', record({ concentration: { lowMM: 1, source } }), '"highMM" must be a finite number'],
    [
      'with a concentration from nowhere',
      record({ concentration: { lowMM: 1, highMM: 2 } }),
      'X (concentration) is broken: a number is given without its "source"',
    ],
    ['with a concentration that is a number', record({ concentration: 2 }), 'X (concentration) is broken: an object'],
  ])('%s is refused in one sentence', (_name, json, problem) => {
    let message = '';
    try {
      parseSpinSystem(json);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/^The spin system \S.* is broken: [^.]*(\.\d[^.]*)*\.$/);
    expect(message).toContain(problem);
  });
});
