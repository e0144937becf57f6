// The simulated signals against independently simulated basis sets (ISMRM 2016 fitting challenge and LCModel's own, 3 T PRESS
// TE 30; Osprey's vendor sequences, TE 35, shaped pulses), and the spin systems against FID-A's table.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBasisFiles } from '../../src/core/basis/files/index.ts';
import { transitionsToFid } from '../../src/core/basis/densityMatrix/transitions.ts';
import { press } from '../../src/core/basis/sequences/press.ts';
import { SHIPPED_BASES } from '../../src/core/basis/shippedBases.ts';
import { simulateMetabolite } from '../../src/core/basis/simulateMetabolite.ts';
import { BRAIN_METABOLITES, spinSystem } from '../../src/core/basis/spinSystems/index.ts';
import type { SpinSystem } from '../../src/core/basis/spinSystems/spinSystem.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { likeness } from './spectrumCorrelation.ts';

const data = process.env['LINESHAPE_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
const challenge = join(data, 'ismrm_fitting_challenge/basisset_text');
const fidA = join(data, 'fid_a_spin_systems/spin_systems.json');

const TEXT_NAMES: Readonly<Record<string, string>> = { Scyllo: 'sIns' };

function readText(path: string): ComplexSignal {
  const rows = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return { re: Float64Array.from(rows, (r) => r[0]!), im: Float64Array.from(rows, (r) => r[1]!) };
}

/**
 * Least correlation by metabolite where it is not 0.97. GSH of the challenge set was simulated with other couplings (FID-A's
 * second GSH system is no nearer; against Osprey's GSH ours has 0.99). Gln and Asp are the most sensitive to TE1 and to
 * the pulses' shape, which the set doesn't state: with TE1 = 13 ms Asp has 0.98.
 */
const LEAST: Readonly<Record<string, number>> = { GSH: 0.92, Gln: 0.95, Asp: 0.96 };

describe.skipIf(!existsSync(challenge))('ISMRM 2016 challenge basis (needs ../shared/data)', () => {
  const sequence = SHIPPED_BASES[0]!.sequence;
  const sampling = { points: 2048, dwellTimeS: 0.00025, linewidthHz: 1 };
  const comparison = { dwellTimeS: 0.00025, spectrometerFrequencyMHz: 123.2, rangePpm: [0.5, 4.2] as const };

  it.each(BRAIN_METABOLITES)('%s agrees', (name) => {
    const reference = readText(join(challenge, `${TEXT_NAMES[name] ?? name}.txt`));
    const simulated = transitionsToFid(simulateMetabolite(spinSystem(name), sequence, 123.2), sampling);
    const { correlation, shiftHz, broadeningHz } = likeness(simulated, reference, comparison);
    process.stdout.write(
      `${name.padEnd(7)} correlation ${correlation.toFixed(4)}  shift ${shiftHz.toFixed(2)} Hz  width ${broadeningHz.toFixed(2)} Hz\n`,
    );
    expect(correlation).toBeGreaterThan(LEAST[name] ?? 0.97);
    // 1.2 Hz is 0.01 ppm: the shifts are the published ones, not the search's doing
    expect(Math.abs(shiftHz)).toBeLessThan(1.2);
  });

  it('notices a wrong echo time and a wrong metabolite', () => {
    const glutamate = readText(join(challenge, 'Glu.txt'));
    const at = (name: string, te: number) =>
      likeness(
        transitionsToFid(simulateMetabolite(spinSystem(name), press(te / 2, te / 2), 123.2), sampling),
        glutamate,
        comparison,
      ).correlation;
    expect(at('Glu', 0.06)).toBeLessThan(0.9);
    expect(at('Gln', 0.03)).toBeLessThan(0.9);
  });

  it('has the amplitudes of the challenge basis relative to creatine, but for its own scale', () => {
    // points at 20 ms: past the set's marker line and filter, before broadening matters
    const size = (fid: ComplexSignal) => Math.hypot(fid.re[0]!, fid.im[0]!);
    const ratio = (name: string) => {
      const simulated = transitionsToFid(simulateMetabolite(spinSystem(name), sequence, 123.2), sampling);
      return size(simulated) / size(readText(join(challenge, `${TEXT_NAMES[name] ?? name}.txt`)));
    };
    // the set leaves out NH protons and adds a marker of 0.1 proton, hence 10 %
    for (const name of ['Ace', 'Gly', 'Scyllo', 'Lac', 'Ala', 'Tau', 'Ins', 'Glu']) {
      expect(Math.abs(ratio(name) - 1), name).toBeLessThan(0.1);
    }
  });
});

/** [file below ../shared/data, shipped basis, least correlation, exceptions with their least correlation] */
const BASIS_FILES: readonly (readonly [string, string, number, Readonly<Record<string, number>>])[] = [
  // Its lines are not Lorentzian (singlets reach 0.99 only); its GABA has the couplings of the table of 2000, its GSH others.
  ['suspect/lcmodel/press_30ms_3T.basis', 'lineshape-3t-press-te30-123mhz', 0.97, { GABA: 0.9, GSH: 0.94 }],
  // Shaped pulses and chemical-shift displacement: seen most in Lac, whose partner at 4.1 ppm lies outside the slice of
  // the 1.3 ppm line; Asc has the couplings of the table of 2000.
  [
    'basis/osprey/fit/basissets/3T/siemens/unedited/press/35/3T_PRESS_Siemens_35ms_noMM.BASIS',
    'lineshape-3t-press-te35-123mhz',
    0.96,
    { Lac: 0.88, Asc: 0.88 },
  ],
  [
    'basis/osprey/fit/basissets/3T/philips/unedited/press/35/3T_PRESS_Philips_35ms_noMM.BASIS',
    'lineshape-3t-press-te35-127mhz',
    0.96,
    { Lac: 0.88, Asc: 0.8 },
  ],
];

describe.each(BASIS_FILES)('%s', (file, id, least, exceptions) => {
  it.skipIf(!existsSync(join(data, file)))(`agrees with ${id} (needs ../shared/data)`, () => {
    const bytes = new Uint8Array(readFileSync(join(data, file)));
    const reference = readBasisFiles([{ name: file.split('/').at(-1)!, bytes }]);
    const { dwellTimeS, spectrometerFrequencyMHz } = reference;
    const points = Math.min(2048, reference.points);
    const { sequence } = SHIPPED_BASES.find((b) => b.id === id)!;
    const compared = reference.signals.filter((s) => BRAIN_METABOLITES.includes(s.name));
    expect(compared.length).toBeGreaterThan(15);
    for (const { name, fid } of compared) {
      const lines = simulateMetabolite(spinSystem(name), sequence, spectrometerFrequencyMHz);
      const simulated = transitionsToFid(lines, { points, dwellTimeS, linewidthHz: 1 });
      const cut = { re: fid.re.slice(0, points), im: fid.im.slice(0, points) };
      const comparison = { dwellTimeS, spectrometerFrequencyMHz, rangePpm: [0.5, 4.2] as const };
      const { correlation, shiftHz } = likeness(simulated, cut, comparison);
      process.stdout.write(
        `${id} ${name.padEnd(7)} correlation ${correlation.toFixed(4)}  shift ${shiftHz.toFixed(2)} Hz\n`,
      );
      expect(correlation, name).toBeGreaterThan(exceptions[name] ?? least);
      expect(Math.abs(shiftHz), name).toBeLessThan(1.2);
    }
  });
});

interface FidAPart {
  readonly shiftsPpm: readonly number[];
  readonly jHz: readonly (readonly number[])[];
}

/** Shifts (each proton) and proton–proton couplings between protons of different shift or label, sorted. */
function protonNumbers(system: SpinSystem): { shifts: number[]; couplings: number[] } {
  const shifts = system.moieties.flatMap((m) => m.groups.map((g) => g.shiftPpm));
  const couplings = system.moieties.flatMap((m) => {
    const labels = new Set(m.groups.map((g) => g.label));
    return m.couplings.filter((c) => labels.has(c.between[1])).map((c) => c.jHz);
  });
  return {
    shifts: [...new Set(shifts)].sort((a, b) => a - b),
    couplings: [...new Set(couplings)].sort((a, b) => a - b),
  };
}

describe.skipIf(!existsSync(fidA))('FID-A spin systems (needs ../shared/data)', () => {
  const table = JSON.parse(readFileSync(fidA, 'utf8')) as Record<string, FidAPart[]>;
  const NAMES: Readonly<Record<string, string>> = { PCho: 'PCh', Cho: 'Ch' };
  // Asc: taken from Terpstra 2006 (see its note).
  const compared = BRAIN_METABOLITES.filter((name) => name !== 'Asc' && table[NAMES[name] ?? name] !== undefined);

  it.each([...compared, 'Ser', 'bHB', 'bHG'])('%s has the same shifts and couplings', (name) => {
    const parts = table[NAMES[name] ?? name]!;
    // 40 and 100 ppm stand for 31P and 14N there
    const theirShifts = new Set(parts.flatMap((p) => p.shiftsPpm).filter((s) => s < 20));
    const theirCouplings = new Set(
      parts.flatMap((p) =>
        p.jHz.flatMap((row, i) => row.filter((_, j) => p.shiftsPpm[i]! < 20 && p.shiftsPpm[j]! < 20)),
      ),
    );
    const ours = protonNumbers(spinSystem(name));
    expect(ours.shifts).toEqual([...theirShifts].sort((a, b) => a - b));
    // couplings within a set of equal shift are left out there in places (Tau) or here (methyl groups): no effect
    for (const j of theirCouplings) if (j > 0) expect(ours.couplings).toContain(j);
    for (const j of ours.couplings) if (j > 0) expect([...theirCouplings]).toContain(j);
  });
});
