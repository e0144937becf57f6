// bench quantification: its sets, the published figures beside them, the results file and the tables made of it.
import { describe, expect, it } from 'vitest';
import { COLUMNS, figuresOf } from '../../bench/quantification/figures.ts';
import { PUBLISHED } from '../../bench/quantification/published.ts';
import { merged, resultsText } from '../../bench/quantification/resultsFile.ts';
import { firstOfSet, makeSet, presetMeans, SET_PARTS, setsOf, usualVariant } from '../../bench/quantification/sets.ts';
import type { SetSpec } from '../../bench/quantification/sets.ts';
import { realTablesOf } from '../../bench/quantification/realTables.ts';
import { tablesOf, withTables } from '../../bench/quantification/tables.ts';
import { METHODS_IN_ORDER } from '../../bench/quantification/variants.ts';
import { ARTEFACT_IDS, SIMULATION_PRESETS } from '../../src/core/basis/simulatedSets/index.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import { COMBINED_METABOLITES } from '../../src/core/domain/metaboliteNames.ts';
import { SINGLET_BASIS } from '../fixtures/singletBasis.ts';

const SETS = SET_PARTS.flatMap(setsOf);
const setOf = (id: string): SetSpec => SETS.find((set) => set.id === id)!;
const small = (id: string, share: number) => makeSet(setOf(id), SINGLET_BASIS, null, share);

describe('the sets', () => {
  it('have names of their own within a part, and draw on every preset and artefact that is there', () => {
    expect(new Set(SETS.map(({ part, id }) => `${part}/${id}`)).size).toBe(SETS.length);
    const presets = new Set(SETS.map(({ preset }) => preset));
    expect(Object.keys(SIMULATION_PRESETS).every((id) => presets.has(id as SetSpec['preset']))).toBe(true);
    const artefacts = new Set(SETS.flatMap(({ changes }) => changes.map(({ artefact }) => artefact)));
    expect(ARTEFACT_IDS.every((id) => artefacts.has(id))).toBe(true);
    expect(usualVariant('rizzo')).toBe('slaser28');
  });

  it('are the same whenever they are drawn, and their first cases those of a smaller draw', () => {
    const set = small('qnet-levels', 0.03);
    expect(set.inputs).toHaveLength(21);
    const first = firstOfSet(set, 1);
    const again = small('qnet-levels', 0.01);
    expect(first.inputs.map(({ fid }) => fid.re)).toEqual(again.inputs.map(({ fid }) => fid.re));
    expect(first.truth.get('NAA')).toEqual(again.truth.get('NAA'));
    expect([...first.snr]).toEqual([3, 5, 10, 20, 40, 60, 80]);
    expect(first.inputs.map(({ voxel }) => voxel)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('have the same amounts at every level of SNR', () => {
    const naa = firstOfSet(small('qnet-levels', 0.02), 1).truth.get('NAA')!;
    expect(new Set(naa).size).toBe(1);
  });

  it('pass spectra of another basis off as the basis’s own', () => {
    const other = { ...SINGLET_BASIS, spectrometerFrequencyMHz: 63.75, dwellTimeS: 0.0005 };
    const made = makeSet(setOf('wrong-field-low'), SINGLET_BASIS, other, 0.01);
    expect(made.inputs[0]).toMatchObject({ spectrometerFrequencyMHz: 123.25, dwellTimeS: 0.00025 });
    expect(made.inputs[0]!.fid.re).toHaveLength(SINGLET_BASIS.points);
    expect(made.inputs[0]!.fid.re).not.toEqual(small('wrong-field-low', 0.01).inputs[0]!.fid.re);
  });

  it('know what healthy brain has', () => {
    expect(presetMeans('qnet').get('NAA')).toBe(12.25);
    // Half of tCr, which stands as a sum there.
    expect(presetMeans('rizzo').get('Cr')).toBe(18.5 / 4);
  });
});

describe('published figures', () => {
  it.each(PUBLISHED.map((p) => [`${p.set}, ${p.label}, ${p.metric}`, p] as const))('%s', (_, published) => {
    const spec = setOf(published.set);
    expect(spec).toBeDefined();
    expect(COLUMNS).toContain(published.metric);
    expect(published.method === null || METHODS_IN_ORDER.includes(published.method)).toBe(true);
    expect(published.source).toMatch(/doi:10\./);
    const known = new Set([...Object.keys(SIMULATION_PRESETS[spec.preset].concentrations), ...COMBINED_METABOLITES.map((c) => c.name), 'Mac']); // prettier-ignore
    for (const [name, value] of Object.entries(published.values)) {
      expect(known.has(name)).toBe(true);
      const most = published.metric === 'r2' ? 1 : published.atLeast === true ? 1000 : 100;
      expect(value > 0 && value <= most).toBe(true);
    }
  });
});

/** A method that gives the truth, but for NAA, of which it always says 10. */
function resultsOfExample(): JsonObject {
  const set = small('dq', 0.01);
  const cases = set.inputs.map((_, i) => ({
    metabolites: [...set.truth].map(([name, values]) => ({
      name,
      amplitude: name === 'NAA' ? 10 : values[i]!,
      crlbAbsolute: 0.5,
    })),
    combined: [],
  }));
  const method = { id: 'nlls', card: null, trainedOn: [], takesAnyBasis: true };
  const figures = figuresOf({ method, cases, failed: 0, notConverged: 0, wallMs: 1 }, set);
  const entry = { title: 'DQ protocol', preset: 'dq', methods: { nlls: figures } };
  const order = { keys: ['press30/dq'], methods: ['nlls', 'quest'] };
  return merged({ schema: 's' }, 'accuracy', { 'press30/dq': entry }, order);
}

describe('the results file', () => {
  it('says what a constant estimate is: a slope of 0, all the way at its value', () => {
    const results = resultsOfExample() as { accuracy: Record<string, { methods: Record<string, { metabolites: Record<string, number[]> }> }> }; // prettier-ignore
    const { metabolites } = results.accuracy['press30/dq']!.methods['nlls']!;
    const cell = (name: string, column: (typeof COLUMNS)[number]): number =>
      metabolites[name]![COLUMNS.indexOf(column)]!;
    expect(cell('NAA', 'slope')).toBe(0);
    expect(cell('Cr', 'slope')).toBeCloseTo(1, 10);
    expect(cell('Cr', 'pull')).toBeCloseTo(0, 10);
    expect(cell('Cr', 'coverage95')).toBe(100);
  });

  it('keeps methods that were not run again, in one order, and is JSON', () => {
    const before = resultsOfExample();
    const order = { keys: ['press30/dq', 'press30/rizzo'], methods: ['nlls', 'quest'] };
    const other = merged(before, 'accuracy', { 'press30/rizzo': { methods: {} } }, order);
    const after = merged(other, 'accuracy', { 'press30/dq': { title: 'DQ', methods: { quest: { cases: 1 } } } }, order);
    const accuracy = after['accuracy'] as Record<string, JsonObject>;
    expect(Object.keys(accuracy)).toEqual(['press30/dq', 'press30/rizzo']);
    expect(Object.keys(accuracy['press30/dq']!['methods'] as JsonObject)).toEqual(['nlls', 'quest']);
    expect(JSON.parse(resultsText(after))).toEqual(after);
  });
});

describe('the tables', () => {
  it('have our figure and the published one in a row', () => {
    const tables = tablesOf(resultsOfExample());
    expect(tables).toContain('| | nlls | DQ-nMM, published | QUEST, published |'.replace('| |', '|  |'));
    expect(tables).toMatch(/\| PCr \| 1\.00 \| 0\.54 \| 0\.19 \|/);
  });

  it('of scans tell flags, refusals and differences', () => {
    const scan = (tNAA: number, failedChecks: string[]): JsonObject => ({ tNAA: [tNAA, 0.05], status: 'converged', failedChecks }); // prettier-ignore
    const methods = { nlls: { tNAA: [1.5, 0.1] }, qnet: scan(1.2, ['residual']), unet: { refused: 'MODEL_MISMATCH' } };
    const tables = realTablesOf({ scans: { 'a scan': { methods } } });
    expect(tables).toContain('| qnet | 1.20 ± 0.05 |  |  |  | no: residual |');
    expect(tables).toContain('| unet |  |  |  |  | refused (MODEL_MISMATCH) |');
    expect(tables).toContain('| qnet | 1 | 20 |  |  |  | 0 of 1 |');
    expect(realTablesOf({})).toBe('');
  });

  it('replace what stood between the marks, and nothing else', () => {
    const begin = '<!-- bench fits: written by --write-tables -->';
    const end = '<!-- bench fits: end -->';
    const text = `before\n${begin}\nold\n${end}\nafter`;
    expect(withTables(text, 'fits', 'new')).toBe(`before\n${begin}\n\nnew\n\n${end}\nafter`);
    expect(() => withTables('no marks', 'fits', 'new')).toThrow(/has no place for tables/);
  });
});
