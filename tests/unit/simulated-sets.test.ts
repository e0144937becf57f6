// Simulated sets: the truth table says all that a spectrum is made of, the protocols' ranges hold, seeds stay apart.
import { describe, expect, it } from 'vitest';
import {
  planSimulation,
  PRESET_IDS,
  presetSeeds,
  readTruthTable,
  simulateCases,
  SIMULATION_PRESETS,
  writeTruthTable,
} from '../../src/core/basis/simulatedSets/index.ts';
import type {
  PresetId,
  SimulatedCase,
  SimulationChanges,
  SimulationPlan,
} from '../../src/core/basis/simulatedSets/index.ts';
import type { BasisSet, BasisSignal } from '../../src/core/domain/basisSet.ts';
import { signalAt } from '../../src/core/domain/complexArray.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { niftiMrsOfSignals, readNiftiMrs } from '../../src/core/formats/index.ts';
import { fidToSpectrum } from '../../src/core/math/fft.ts';
import { singlet, singletBasis } from '../fixtures/singletBasis.ts';

const LINES = { NAA: [2.01, 3], Cr: [3.03, 3], PCr: [3.04, 3], GPC: [3.22, 9], Glu: [2.35, 2], Ins: [3.6, 4] } as const;
const BASIS = singletBasis(512, LINES);

const NO_NOISE: SimulationChanges = { snr: [1e12, 1e12] };
const take = (plan: SimulationPlan, count: number, seed: number): SimulatedCase[] => [
  ...simulateCases(plan, count, seed),
];
const truthOf = ({ columns }: SimulationPlan, row: readonly number[], name: string): number =>
  row[columns.indexOf(name)] ?? NaN;

/** Re of the model at one point, from the truth's columns alone; macromolecules as the basis has them. */
function modelAt(plan: SimulationPlan, row: readonly number[], n: number, broadMac: boolean): number {
  const t = n * BASIS.dwellTimeS;
  const value = (name: string): number => truthOf(plan, row, name);
  const common = plan.columns.includes('shiftHz.NAA') ? 0 : value('shiftHz');
  let sum = 0;
  for (const { name, kind, fid } of BASIS.signals) {
    const own = (what: string, otherwise: number): number =>
      plan.columns.includes(`${what}.${name}`) ? value(`${what}.${name}`) : otherwise;
    const isMac = kind === 'macromolecule';
    const width = isMac && !broadMac ? 0 : own('lorentzianHz', value('lorentzianHz'));
    const gauss = isMac && !broadMac ? 0 : value('gaussianHz');
    const decay = Math.exp(-Math.PI * width * t - (Math.PI * gauss * t) ** 2 / (4 * Math.LN2));
    const angle = (value('phaseDeg') * Math.PI) / 180 + 2 * Math.PI * (common + own('shiftHz', 0)) * t;
    sum += value(name) * decay * (fid.re[n]! * Math.cos(angle) - fid.im[n]! * Math.sin(angle));
  }
  return sum;
}

describe('a simulated case', () => {
  it.each([
    ['dq', {}, true],
    ['brain', {}, false],
    ['qnet', { macromolecules: 'basis' }, false],
    ['qnet', { macromolecules: 'basis', shifts: 'common' }, false],
  ] as const)('is what its truth says (%s, %j)', (id, changes, broadMac) => {
    const plan = planSimulation(BASIS, id, { ...NO_NOISE, ...changes });
    for (const { fid, truth } of take(plan, 3, 7)) {
      const scale = Math.abs(fid.re[0]!);
      for (const n of [0, 5, 60, 300]) {
        expect(Math.abs(fid.re[n]! - modelAt(plan, truth, n, broadMac))).toBeLessThan(1e-9 * scale);
      }
    }
  });

  it('has the metabolites of its truth where every one has its own shift and damping', () => {
    const withoutMac = { ...BASIS, echoTimeS: 0.144, signals: BASIS.signals.filter((s) => s.kind === 'metabolite') };
    const plan = planSimulation(withoutMac, 'hatami', NO_NOISE);
    expect(plan.columns).not.toContain('Mac');
    const [only] = take(plan, 1, 3);
    for (const n of [0, 40, 200]) {
      const t = n * BASIS.dwellTimeS;
      const expected = withoutMac.signals.reduce((sum, { name, fid }) => {
        const of = (column: string): number => truthOf(plan, only!.truth, column);
        const angle = 2 * Math.PI * of(`shiftHz.${name}`) * t;
        const size = of(name) * Math.exp(-Math.PI * of(`lorentzianHz.${name}`) * t);
        return sum + size * (fid.re[n]! * Math.cos(angle) - fid.im[n]! * Math.sin(angle));
      }, 0);
      expect(only!.fid.re[n]).toBeCloseTo(expected, 8);
    }
  });

  it('moves a basis with another zero frequency to where its lines belong', () => {
    const moved = { ...BASIS, referencePpm: 3, signals: BASIS.signals.map((s) => ({ ...s, fid: shifted(s.fid, -1.65 * 123.25) })) }; // prettier-ignore
    const [expected] = take(planSimulation(BASIS, 'dq', NO_NOISE), 1, 4);
    const [found] = take(planSimulation(moved, 'dq', NO_NOISE), 1, 4);
    const scale = Math.abs(expected!.fid.re[0]!);
    for (const n of [0, 17, 400]) expect(Math.abs(found!.fid.im[n]! - expected!.fid.im[n]!)).toBeLessThan(1e-8 * scale);
  });

  it('has the SNR that it claims, by each definition', () => {
    const narrow = { ...BASIS, echoTimeS: 0.144, signals: BASIS.signals.filter((s) => s.kind === 'metabolite') };
    const onlyNaa = { ...narrow, signals: narrow.signals.filter((s) => s.name === 'NAA') };
    const rms = (x: Float64Array): number => Math.sqrt(x.reduce((s, v) => s + v * v, 0) / x.length);
    const clean = (basis: BasisSet, id: PresetId): { sd: number; fid: BasisSignal['fid'] } => {
      const plan = planSimulation(basis, id, { snr: [20, 20] });
      const [noisy] = take(plan, 1, 12);
      const [still] = take(planSimulation(basis, id, NO_NOISE), 1, 12);
      const sd = truthOf(plan, noisy!.truth, 'noiseSd');
      const difference = noisy!.fid.re.map((v, i) => v - still!.fid.re[i]!);
      // The SD of 512 points is known to 3 %, tested to four of that.
      expect(Math.abs(rms(difference) / sd - 1)).toBeLessThan(0.13);
      return { sd, fid: still!.fid };
    };
    const tallest = ({ re, im }: BasisSignal['fid']): number => {
      const padded = { re: new Float64Array(2048), im: new Float64Array(2048) };
      padded.re.set(re);
      padded.im.set(im);
      const spectrum = fidToSpectrum(padded);
      return Math.max(...spectrum.re.map((v, i) => Math.hypot(v, spectrum.im[i]!)));
    };
    const first = clean(BASIS, 'hatami');
    expect(Math.hypot(first.fid.re[0]!, first.fid.im[0]!) / first.sd).toBeCloseTo(20, 6);
    expect(129 / clean(BASIS, 'rizzo').sd).toBeCloseTo(20, 10);
    // The case's shift moves the lines between the points of the spectrum, by which a height may change by 2 %.
    const largest = clean(narrow, 'dq');
    expect(Math.abs(tallest(largest.fid) / (largest.sd * Math.sqrt(512)) / 20 - 1)).toBeLessThan(0.02);
    const naa = clean(onlyNaa, 'brain');
    expect(Math.abs(tallest(naa.fid) / (naa.sd * Math.sqrt(512)) / 20 - 1)).toBeLessThan(0.02);
  });

  function shifted(fid: BasisSignal['fid'], hz: number): BasisSignal['fid'] {
    const turn = (n: number): number => 2 * Math.PI * hz * n * BASIS.dwellTimeS;
    return {
      re: fid.re.map((v, n) => v * Math.cos(turn(n)) - fid.im[n]! * Math.sin(turn(n))),
      im: fid.im.map((v, n) => fid.re[n]! * Math.sin(turn(n)) + v * Math.cos(turn(n))),
    };
  }
});

describe('presets', () => {
  it.each(PRESET_IDS)('%s keeps to its ranges', (id) => {
    const preset = SIMULATION_PRESETS[id];
    const plan = planSimulation(BASIS, id);
    const rows = take(plan, 200, presetSeeds(id).test).map((c) => c.truth);
    const { concentrations, sums } = preset;
    for (const name of ['NAA', 'Cr', 'GPC', 'Glu', 'Ins']) {
      const sum = Object.keys(sums).find((s) => sums[s]!.includes(name));
      const [low, high] = concentrations[sum ?? name] as [number, number];
      const values = rows.map((row) => truthOf(plan, row, name) * (sum === undefined ? 1 : 2));
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
      expect(Math.max(...values)).toBeLessThanOrEqual(high);
      // Uniform: the mean of 200 is known to (high − low)/49, tested to four of that.
      const mean = values.reduce((a, b) => a + b, 0) / 200;
      expect(Math.abs(mean - (low + high) / 2)).toBeLessThan((4 * (high - low)) / 49);
    }
    const phases = rows.map((row) => truthOf(plan, row, 'phaseDeg'));
    expect(Math.min(...phases)).toBeGreaterThanOrEqual(preset.phaseDeg[0]);
    expect(Math.max(...phases)).toBeLessThanOrEqual(preset.phaseDeg[1]);
    expect(rows.flat().every(Number.isFinite)).toBe(true);
  });

  it('have seeds of their own for training, validation and test', () => {
    const seeds = PRESET_IDS.flatMap((id) => Object.values(presetSeeds(id)));
    expect(new Set(seeds).size).toBe(3 * PRESET_IDS.length);
  });

  it('a seed gives the same cases, however many, and another seed others', () => {
    const plan = planSimulation(BASIS, 'qnet');
    const three = take(plan, 3, 21);
    const two = take(plan, 2, 21);
    expect(two.map((c) => c.truth)).toEqual(three.slice(0, 2).map((c) => c.truth));
    expect(two[1]!.fid.re).toEqual(three[1]!.fid.re);
    // Neighbouring seeds share no case, not even one later.
    const known = new Set(take(plan, 50, 21).map((c) => c.truth[0]));
    expect(take(plan, 50, 22).some((c) => known.has(c.truth[0]))).toBe(false);
  });

  it('what the basis lacks is named, and left out without a trace in the rest', () => {
    const plan = planSimulation(BASIS, 'dq', NO_NOISE);
    expect(plan.leftOut).toContain('GABA');
    const less = { ...BASIS, signals: BASIS.signals.filter((s) => s.name !== 'Ins') };
    const [with_] = take(plan, 1, 6);
    const lessPlan = planSimulation(less, 'dq', NO_NOISE);
    const [without] = take(lessPlan, 1, 6);
    expect(truthOf(lessPlan, without!.truth, 'NAA')).toBe(truthOf(plan, with_!.truth, 'NAA'));
    const strange = { ...BASIS, signals: [singlet(BASIS, 'Xyz', 1, 1)] };
    expect(() => planSimulation(strange, 'dq')).toThrow(/has none of the metabolites that the preset dq/);
  });
});

describe('truth.csv', () => {
  const table = 'case,NAA,mI,snr\n0,1.5,2,30\n1,3,4,\n';

  it('comes back as it was written', () => {
    const text = writeTruthTable(['NAA', 'snr'], [[0.1 + 0.2, 10], [1 / 3, 20]]); // prettier-ignore
    const { metabolites, nuisances } = readTruthTable(text, 2);
    expect([...metabolites.get('NAA')!]).toEqual([0.1 + 0.2, 1 / 3]);
    expect([...nuisances.get('snr')!]).toEqual([10, 20]);
  });

  it('is read under canonical names, in the order of the cases, counted from 0 or 1', () => {
    const { metabolites, nuisances } = readTruthTable(table, 2);
    expect([...metabolites.keys()]).toEqual(['NAA', 'Ins']);
    expect(nuisances.get('snr')![1]).toBeNaN();
    const shuffled = '\uFEFFcase,"NAA",shiftHz.NAA\r\n2,20,1\r\n1,10,1\r\n';
    expect([...readTruthTable(shuffled, 2).metabolites.get('NAA')!]).toEqual([10, 20]);
  });

  it.each([
    ['', /^truth\.csv is empty\.$/],
    ['id,NAA\n0,1\n1,1\n', /should have "case" as its first column, where it has "id"/],
    ['case;NAA\n0;1\n1;1\n', /separates its columns with something else than the commas/],
    ['case,NAA,naa-c\n0,1\n1,1,1\n', /has 2 values in line 2, where 3 are expected/],
    ['case,mI,Ins\n0,1,1\n1,1,1\n', /has two columns for Ins/],
    ['case,NAA,\n0,1,1\n1,1,1\n', /has no name over column 3/],
    ['case,snr\n0,1\n1,1\n', /names no metabolite/],
    ['case,NAA\n0,1\n', /has 1 cases, where there are 2 spectra/],
    ['case,NAA\n0,1\n1,a\n', /has "a" for NAA in line 3, where a number is expected/],
    ['case,NAA\n0,1\n1,\n', /has "" for NAA in line 3/],
    ['case,NAA\n0,1\n0,2\n', /has case 0 twice/],
    ['case,NAA\n0,1\n2,2\n', /from 0 or from 1 without a gap/],
    ['case,NAA\n5,1\n6,2\n', /from 0 or from 1 without a gap/],
    ['case,NAA\na,1\nb,2\n', /should number its cases, where line 2 has "a"/],
  ])('refuses %j in one sentence', (text, message) => {
    expect(() => readTruthTable(text, 2)).toThrow(message);
  });
});

describe('spectra of a set', () => {
  it('come back from the file that was written signal by signal', () => {
    const cases = take(planSimulation(BASIS, 'brain'), 3, 2);
    const description = {
      dimensions: [{ tag: 'DIM_DYN' as const, info: 'cases', header: null }],
      dwellTimeS: 0.00025,
      spectrometerFrequencyMHz: 123.25,
      nucleus: '1H',
      acquisition: UNKNOWN_ACQUISITION,
      patient: UNKNOWN_PATIENT,
      affine: null,
      format: 'nifti-mrs',
      header: {},
      provenance: [],
      warnings: [],
    };
    const size = { signals: 3, points: 512 };
    const bytes = Buffer.concat([...niftiMrsOfSignals(description, size, cases.map((c) => c.fid))]); // prettier-ignore
    const dataset = readNiftiMrs(new Uint8Array(bytes), 'spectra.nii.gz');
    expect(dataset.data.shape).toEqual([1, 1, 1, 3, 512]);
    expect(dataset.dimensions[0]).toMatchObject({ tag: 'DIM_DYN', info: 'cases' });
    cases.forEach(({ fid }, i) => expect([...signalAt(dataset.data, i).im]).toEqual([...fid.im].map(Math.fround)));
    expect(() => [...niftiMrsOfSignals(description, { ...size, signals: 4 }, cases.map((c) => c.fid))]).toThrow(/3 signals to be written, not 4/); // prettier-ignore
  });
});
