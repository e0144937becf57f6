// Basis files written and read again: the numbers, the names, the header, and LCModel's grammar.
import { describe, expect, it } from 'vitest';
import { readBasisFiles } from '../../src/core/basis/files/index.ts';
import { lcmodelNames } from '../../src/core/basis/files/lcmodelNames.ts';
import { fileStems } from '../../src/core/basis/files/fileStems.ts';
import { BASIS_WRITE_FORMATS, writeBasisFiles, writeLcmodelBasis } from '../../src/core/basis/files/write/index.ts';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import { ModelError } from '../../src/core/domain/errors.ts';
import { latin1Text, nextNamelist } from '../../src/core/math/fortranText.ts';
import type { Line } from '../fixtures/basisFiles.ts';
import { basisOf, fidOf, METABOLITES, PHOSPHORUS } from '../fixtures/basisFiles.ts';

/** Largest |a − b| of any signal over `points`, over the largest value of that signal; signals go by name. */
function worstDeviation(a: BasisSet, b: BasisSet): number {
  return Math.max(
    ...a.signals.map(({ name, fid }) => {
      const other = b.signals.find((s) => s.name === name)?.fid;
      const size = Math.max(...fid.re.map((re, t) => Math.hypot(re, fid.im[t] as number)));
      const apart = fid.re.map((re, t) =>
        Math.hypot(re - (other?.re[t] ?? NaN), (fid.im[t] as number) - (other?.im[t] ?? NaN)),
      );
      return apart.reduce((m, v) => (v > m || Number.isNaN(v) ? v : m), 0) / size;
    }),
  );
}

/** Nine digits (LCModel), eleven (jMRUI), all (JSON). */
const PRECISION = { lcmodel: 2e-8, 'lcmodel-raw': 1e-8, 'fsl-json': 0, jmrui: 1e-10 } as const;

describe.each(BASIS_WRITE_FORMATS)('a basis set as %s', (format) => {
  const again = (basis: BasisSet): ReturnType<typeof readBasisFiles> => readBasisFiles(writeBasisFiles(basis, format));

  it.each([1024, 1000, 1023])('of %i points comes back', (points) => {
    const basis = basisOf(METABOLITES, { points });
    const back = again(basis);
    expect(worstDeviation(basis, back)).toBeLessThanOrEqual(PRECISION[format]);
    expect(back.points).toBe(format === 'lcmodel' ? points + (points % 2) : points);
    expect(back.warnings).toEqual([]);
    expect(back).toMatchObject({
      echoTimeS: 0.03,
      sequence: 'PRESS',
      nucleus: '1H',
      editing: null,
      referencePpm: 4.65,
    });
    expect(back.dwellTimeS).toBeCloseTo(basis.dwellTimeS, 15);
    expect(back.spectrometerFrequencyMHz).toBeCloseTo(basis.spectrometerFrequencyMHz, 9);
    expect(back.linewidthHz).toBeCloseTo(3, 9);
  });

  it('says nothing it does not know', () => {
    const back = again(basisOf(METABOLITES, { echoTimeS: null, sequence: null, linewidthHz: null }));
    expect(back).toMatchObject({ echoTimeS: null, sequence: null, linewidthHz: null });
  });

  it('keeps names that neither a file system nor Fortran takes', () => {
    const line = METABOLITES['Lac'] as Line[];
    const names = ['PCho', '-CrCH2', "it's", 'a/b', 'MM0.94', 'Lip13a+Lip13b', 'Lip13a+Lip13c', 'con', 'naa x'];
    const basis = basisOf({ ...METABOLITES, ...Object.fromEntries(names.map((name) => [name, line])) });
    const back = again(basis);
    expect(back.signals.map((s) => s.name).sort()).toEqual(basis.signals.map((s) => s.name).sort());
    expect(worstDeviation(basis, back)).toBeLessThanOrEqual(PRECISION[format]);
  });

  it('of phosphorus has zero frequency where its readers take it to be', () => {
    const lcmodel = format === 'lcmodel' || format === 'lcmodel-raw';
    for (const referencePpm of [0, 4.65]) {
      const basis = basisOf(PHOSPHORUS, { nucleus: '31P', referencePpm });
      const back = again(basis);
      expect(back).toMatchObject({ nucleus: '31P', referencePpm: lcmodel ? 4.65 : 0, warnings: [] });
    }
  });

  it('of protons is brought to water', () => {
    const at = (referencePpm: number): BasisSet => basisOf(METABOLITES, { referencePpm });
    expect(worstDeviation(at(4.65), again(at(3)))).toBeLessThan(1e-7);
  });

  it.each([NaN, Infinity, 1e38])('is refused with %d in it', (value) => {
    const basis = basisOf(METABOLITES);
    (basis.signals[1]?.fid.im as Float64Array)[5] = value;
    expect(() => writeBasisFiles(basis, format)).toThrow(ModelError);
    expect(() => writeBasisFiles(basis, format)).toThrow(/Cr holds values/);
  });

  it('is refused without signals', () => {
    expect(() => writeBasisFiles(basisOf({}), format)).toThrow(ModelError);
  });
});

describe('the editing condition', () => {
  it.each(['lcmodel', 'lcmodel-raw', 'fsl-json'] as const)('is kept by %s', (format) => {
    for (const editing of ['on', 'off', 'difference'] as const) {
      const basis = basisOf(METABOLITES, { sequence: 'MEGA-PRESS', editing });
      expect(readBasisFiles(writeBasisFiles(basis, format)).editing).toBe(editing);
    }
  });
});

describe('LCModel files', () => {
  /** Keys LCModel's namelists have (its source, MYBASI and MYDATA); an unknown one stops it. */
  const KEYS: Record<string, string[]> = {
    SEQPAR: ['FWHMBA', 'HZPPPM', 'ECHOT', 'SEQ'],
    BASIS1: ['IDBASI', 'FMTBAS', 'BADELT', 'NDATAB'],
    BASIS: ['ID', 'METABO', 'CONC', 'TRAMP', 'VOLUME', 'ISHIFT'],
    NMID: ['ID', 'FMTDAT', 'TRAMP', 'VOLUME', 'SEQACQ', 'BRUKER'],
  };

  it.each(['lcmodel', 'lcmodel-raw'] as const)('hold only keys that LCModel knows (%s)', (format) => {
    for (const file of writeBasisFiles(basisOf(METABOLITES), format)) {
      const text = latin1Text(file.bytes);
      for (let group = nextNamelist(text, 0); group !== null; group = nextNamelist(text, group.end)) {
        const known = KEYS[group.name];
        if (known !== undefined) expect(known).toEqual(expect.arrayContaining([...group.values.keys()]));
      }
    }
  });

  it('fit their FORMAT to the column, every number apart from the next', () => {
    const text = writeLcmodelBasis(basisOf(METABOLITES));
    expect(text).toContain("FMTBAS = '(6E16.8)'");
    const rows = text.split('\n').filter((line) => /^[ \d.E+-]+$/.test(line));
    expect(rows.length).toBeGreaterThan(4 * 300);
    for (const row of rows) {
      expect(row.length % 16).toBe(0);
      for (let at = 0; at < row.length; at += 16) {
        expect(row.slice(at, at + 16)).toMatch(/^ +-?\d\.\d{8}E[+-]\d+$/);
      }
    }
  });

  it('hold the unitary DFT in natural order, zero frequency first', () => {
    const basis = basisOf({ Xyz: [{ ppm: 4.65, protons: 1 }] });
    const fid = fidOf([{ ppm: 4.65, protons: 1 }]);
    const sum = fid.re.reduce((a, b) => a + b, 0) / Math.sqrt(fid.re.length);
    const first = /^ +(\d\.\d+E[+-]\d+) /m.exec(writeLcmodelBasis(basis).split('ISHIFT = 0')[1] ?? '');
    expect(Number(first?.[1])).toBeCloseTo(sum, 6);
  });

  it('give −1 for what is not known', () => {
    const text = writeLcmodelBasis(basisOf(METABOLITES, { echoTimeS: null, linewidthHz: null, sequence: null }));
    expect(text).toContain('ECHOT = -1,');
    expect(text).toContain('FWHMBA = -1,');
    expect(text).toContain("SEQ = ' '");
  });

  it('are refused beyond the points LCModel takes', () => {
    const basis = basisOf({ NAA: METABOLITES['NAA'] as Line[] }, { points: 131074 });
    expect(() => writeLcmodelBasis(basis)).toThrow(/131072/);
  });

  it('name metabolites in six characters, LCModel’s where it has its own', () => {
    const names = ['NAA', 'PCho', 'Scyllo', 'MM0.94', 'Lip13a+Lip13b', 'Lip13a+Lip13c', 'Lip1~1'];
    expect(lcmodelNames(names, '1H')).toEqual(['NAA', 'PCh', 'Scyllo', 'MM0.94', 'Lip1~1', 'Lip1~2', 'Lip1~3']);
  });

  it('name files apart on every file system', () => {
    expect(fileStems(['NAA', 'naa', '-CrCH2', 'a/b', 'a:b', 'con', ''])).toEqual([
      'NAA',
      'naa_2',
      '_CrCH2',
      'a_b',
      'a_b_2',
      '_con',
      '_',
    ]);
  });
});
