// Likeness of signals and comparison of basis sets, on signals of exactly known shift, width, phase and amplitude.
import { describe, expect, it } from 'vitest';
import { buildBasisSets } from '../../src/core/basis/buildBasisSet.ts';
import { compareBases, likeness, modifySignal } from '../../src/core/basis/comparing/index.ts';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { ModelError } from '../../src/core/domain/errors.ts';
import { ppmToHz } from '../../src/core/domain/axes.ts';

const F0_MHZ = 123.25;
const grid = { dwellTimeS: 0.00025, points: 2048, frequencyMHz: F0_MHZ, referencePpm: 4.65 };
type Grid = typeof grid;

/** [Hz] */
const J = 7;
/** Line of a metabolite: a singlet, or a doublet of 7 Hz as a spin echo leaves it. */
interface Line {
  readonly ppm: number;
  readonly protons: number;
  readonly doublet?: boolean;
}

/** A spin echo turns the two lines of a weakly coupled doublet by ±πJ·TE: in-phase cos(πJ·TE), antiphase sin(πJ·TE). */
function simulate(lines: readonly Line[], echoTimeS: number, on: Grid = grid): ComplexSignal {
  const re = new Float64Array(on.points);
  const im = new Float64Array(on.points);
  for (const { ppm, protons, doublet } of lines) {
    for (const side of doublet === true ? [-1, 1] : [0]) {
      const hz = ppmToHz(ppm, on.frequencyMHz, on.referencePpm) + (side * J) / 2;
      for (let n = 0; n < on.points; n++) {
        const t = n * on.dwellTimeS;
        const size = (side === 0 ? protons : protons / 2) * Math.exp(-Math.PI * t);
        re[n]! += size * Math.cos(2 * Math.PI * hz * t + side * Math.PI * J * echoTimeS);
        im[n]! += size * Math.sin(2 * Math.PI * hz * t + side * Math.PI * J * echoTimeS);
      }
    }
  }
  return { re, im };
}

const METABOLITES: Readonly<Record<string, readonly Line[]>> = {
  NAA: [
    { ppm: 2.01, protons: 3 },
    { ppm: 2.67, protons: 1, doublet: true },
    { ppm: 2.49, protons: 1, doublet: true },
  ],
  Cr: [
    { ppm: 3.03, protons: 3 },
    { ppm: 3.91, protons: 2 },
  ],
  PCho: [{ ppm: 3.21, protons: 9 }],
  Gly: [{ ppm: 3.55, protons: 2 }],
  Lac: [{ ppm: 1.31, protons: 3, doublet: true }],
  H2O: [{ ppm: 4.65, protons: 2 }],
};

function basis(names: readonly string[], echoTimeS = 0.03, on: Grid = grid): BasisSet {
  return {
    id: 'b',
    title: 'B',
    nucleus: '1H',
    spectrometerFrequencyMHz: on.frequencyMHz,
    dwellTimeS: on.dwellTimeS,
    points: on.points,
    echoTimeS,
    sequence: 'SPIN-ECHO',
    editing: null,
    referencePpm: on.referencePpm,
    linewidthHz: 1,
    signals: names.map((name) => ({
      name,
      fileName: name,
      kind: 'metabolite',
      fid: simulate(METABOLITES[name]!, echoTimeS, on),
    })),
    format: 'test',
    sha256: '',
  };
}

const comparison = { dwellTimeS: grid.dwellTimeS, spectrometerFrequencyMHz: F0_MHZ, rangePpm: [0.5, 4.2] as const };
const NAA = simulate(METABOLITES['NAA']!, 0.03);

describe('likeness', () => {
  it('is 1 for the same signal, with nothing changed', () => {
    const found = likeness(NAA, NAA, comparison);
    expect(found.correlation).toBeCloseTo(1, 12);
    expect(found).toMatchObject({ shiftHz: 0, lorentzianHz: 0, gaussianHz: 0 });
    expect(found.amplitudeRatio).toBeCloseTo(1, 12);
    expect(found.phaseRad).toBeCloseTo(0, 12);
  });

  it('finds phase and amplitude exactly', () => {
    const turned = {
      re: NAA.re.map((re, n) => 2.5 * (re * Math.cos(0.7) - NAA.im[n]! * Math.sin(0.7))),
      im: NAA.re.map((re, n) => 2.5 * (re * Math.sin(0.7) + NAA.im[n]! * Math.cos(0.7))),
    };
    const found = likeness(NAA, turned, comparison);
    expect(found.correlation).toBeCloseTo(1, 12);
    expect(found.phaseRad).toBeCloseTo(0.7, 10);
    expect(found.amplitudeRatio).toBeCloseTo(2.5, 10);
  });

  it.each([
    [0.4, 2, 0],
    [3.3, 0, 5],
    [-5.5, 4, 3],
    [6, 6, 8],
  ])(
    'recovers a shift of %f Hz, %f Hz Lorentzian and %f Hz Gaussian, given to either',
    (shiftHz, lorentzianHz, gaussianHz) => {
      const modified = modifySignal(NAA, grid.dwellTimeS, { shiftHz, lorentzianHz, gaussianHz });
      const forth = likeness(NAA, modified, comparison);
      const back = likeness(modified, NAA, comparison);
      for (const [found, sign] of [
        [forth, 1],
        [back, -1],
      ] as const) {
        expect(found.correlation).toBeGreaterThan(0.99999);
        // the simplex stops at steps of 0.005 Hz and 0.02 Hz; a Gaussian near 0 acts by its square, so 0.5 Hz is little
        expect(Math.abs(found.shiftHz - sign * shiftHz)).toBeLessThan(0.02);
        expect(Math.abs(found.lorentzianHz - sign * lorentzianHz)).toBeLessThan(0.1);
        expect(Math.abs(found.gaussianHz - sign * gaussianHz)).toBeLessThan(gaussianHz === 0 ? 0.5 : 0.1);
        expect(Math.abs(found.amplitudeRatio - 1)).toBeLessThan(0.005);
      }
    },
  );

  it('tells different metabolites and echo times apart', () => {
    expect(likeness(NAA, simulate(METABOLITES['Cr']!, 0.03), comparison).correlation).toBeLessThan(0.3);
    const at144 = simulate(METABOLITES['NAA']!, 0.144);
    expect(likeness(NAA, at144, comparison).correlation).toBeLessThan(0.98);
  });

  it("doesn't make glutamate of glutamine by shift and broadening", () => {
    const [set] = buildBasisSets({
      ...{ title: 'T', spectrometerFrequencyMHz: F0_MHZ, dwellTimeS: grid.dwellTimeS, points: 2048, linewidthHz: 1 },
      sequence: {
        ...{ family: 'PRESS', echoTimeS: 0.03, te1S: 0.011, carrierPpm: 3, spatial: { points: 1, extent: 1 } },
        ...{ excitation: { shape: 'ideal' }, refocusing: { shape: 'ideal' } },
      },
      ...{ metabolites: ['Glu', 'Gln'], macromolecules: 'none', lipids: 'none' },
    });
    const [glutamate, glutamine] = set!.signals;
    expect(likeness(glutamine!.fid, glutamate!.fid, comparison).correlation).toBeLessThan(0.9);
  });

  it('is 0 for a signal of zeros', () => {
    const nothing = { re: new Float64Array(grid.points), im: new Float64Array(grid.points) };
    expect(likeness(nothing, NAA, comparison)).toMatchObject({ correlation: 0, amplitudeRatio: 0 });
  });
});

describe('modifySignal', () => {
  it('multiplies by shift and decay in closed form to the last point', () => {
    const { re, im } = modifySignal(NAA, grid.dwellTimeS, { shiftHz: 5, lorentzianHz: 2, gaussianHz: 4 });
    const n = 1500;
    const t = n * grid.dwellTimeS;
    const decay = Math.exp(-Math.PI * 2 * t - (Math.PI * 4 * t) ** 2 / (4 * Math.LN2));
    const [c, s] = [Math.cos(2 * Math.PI * 5 * t), Math.sin(2 * Math.PI * 5 * t)];
    // the factors are products of up to 2048 steps: rounding grows to some 1e-12 of the value
    expect(re[n]! / (decay * (NAA.re[n]! * c - NAA.im[n]! * s))).toBeCloseTo(1, 8);
    expect(im[n]! / (decay * (NAA.re[n]! * s + NAA.im[n]! * c))).toBeCloseTo(1, 8);
  });
});

describe('compareBases', () => {
  it('finds a set like itself', () => {
    const { rows, onlyFirst, onlySecond, warnings } = compareBases(basis(['NAA', 'Cr']), basis(['NAA', 'Cr']));
    expect(rows.map((r) => r.name)).toEqual(['NAA', 'Cr']);
    for (const row of rows) expect(row.correlation).toBeCloseTo(1, 12);
    expect([onlyFirst, onlySecond, warnings]).toEqual([[], [], []]);
  });

  it('finds the same set alike on another grid, at another reference and cut off earlier', () => {
    const other = basis(['Cr', 'NAA'], 0.03, { ...grid, dwellTimeS: 0.0004, points: 1024, referencePpm: 4.7 });
    const { rows, warnings } = compareBases(basis(['NAA', 'Cr']), other);
    for (const { correlation, shiftHz, amplitudeRatio } of rows) {
      // resampling errs by < 1e-4 of the signal
      expect(correlation).toBeGreaterThan(0.99999);
      expect(Math.abs(shiftHz)).toBeLessThan(0.02);
      expect(Math.abs(amplitudeRatio - 1)).toBeLessThan(0.005);
    }
    expect(warnings).toEqual([]);
  });

  it('notices another TE, in the coupled metabolites only', () => {
    const { rows, warnings } = compareBases(basis(['Cr', 'NAA']), basis(['Cr', 'NAA'], 0.144));
    const [creatine, naa] = rows;
    expect(creatine!.correlation).toBeCloseTo(1, 6);
    expect(naa!.correlation).toBeLessThan(0.98);
    expect(warnings).toEqual([
      { code: 'compared-echo-time-differs', message: 'The first set is for TE 30 ms, the second for TE 144 ms.' },
    ]);
  });

  it("takes the sets' common width as theirs, not one that hides another pattern", () => {
    const names = ['Cr', 'PCho', 'Gly', 'NAA', 'Lac'];
    const at60 = basis(names, 0.06);
    const wider = at60.signals.map((s) => ({
      ...s,
      fid: modifySignal(s.fid, grid.dwellTimeS, { lorentzianHz: 3 }),
    }));
    const { rows } = compareBases(basis(names), { ...at60, signals: wider });
    for (const row of rows) expect(Math.abs(row.lorentzianHz - 3)).toBeLessThan(2.2);
    const [creatine, , , , lactate] = rows;
    expect(creatine!.lorentzianHz).toBeCloseTo(3, 1);
    expect(lactate!.correlation).toBeLessThan(creatine!.correlation);
  });

  it('lists what only one has, and what lies outside the range', () => {
    const found = compareBases(basis(['NAA', 'Lac', 'H2O']), basis(['Cr', 'NAA', 'H2O']));
    expect(found.rows.map((r) => r.name)).toEqual(['NAA']);
    expect([found.onlyFirst, found.onlySecond]).toEqual([['Lac'], ['Cr']]);
    expect(found.warnings.map((w) => w.code)).toEqual(['compared-range-empty']);
    expect(found.warnings[0]!.message).toMatch(/H2O/);
  });

  it('puts a set of another magnet at the right shifts, but with couplings wrong by the ratio of the fields', () => {
    const at7T = { ...grid, frequencyMHz: 297.2, dwellTimeS: 0.0002 };
    const { rows, warnings } = compareBases(basis(['Cr', 'Lac'], 0.03, at7T), basis(['Cr', 'Lac']));
    const [creatine, lactate] = rows;
    expect(creatine!.correlation).toBeGreaterThan(0.999);
    expect(Math.abs(creatine!.shiftHz)).toBeLessThan(0.05);
    expect(lactate!.correlation).toBeLessThan(0.9);
    expect(warnings.map((w) => w.code)).toEqual(['compared-field-differs']);
  });

  it('warns of another field and sequence, and refuses another nucleus', () => {
    const other = basis(['Cr'], 0.03, { ...grid, frequencyMHz: 127.75 });
    const { rows, warnings } = compareBases(basis(['Cr']), { ...other, sequence: 'sLASER' });
    expect(warnings.map((w) => w.code)).toEqual(['compared-field-differs', 'compared-sequence-differs']);
    expect(rows[0]!.correlation).toBeGreaterThan(0.999);
    expect(() => compareBases(basis(['Cr']), { ...other, nucleus: '31P' })).toThrow(ModelError);
  });
});
