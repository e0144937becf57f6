// Basis file readers against sets of known singlets: sign, reference, shift, scale, scrambling, marker, refusals.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import type { FileBasisSet } from '../../src/core/basis/files/index.ts';
import { readBasisFiles } from '../../src/core/basis/files/index.ts';
import type { LcmodelBasisSpec, Line } from '../fixtures/basisFiles.ts';
import {
  DWELL_S,
  fidOf,
  FREQUENCY_MHZ,
  lcmodelBasisText,
  METABOLITES,
  PHOSPHORUS,
  POINTS,
} from '../fixtures/basisFiles.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const readLcmodel = (spec: LcmodelBasisSpec = {}): FileBasisSet =>
  readBasisFiles([{ name: 'test.basis', bytes: bytes(lcmodelBasisText(spec)) }]);
const codes = (basis: FileBasisSet): string[] => basis.warnings.map((w) => w.code);

/** Largest difference of a basis signal from the FID it should be, over that FID's first sample. */
function largestError(basis: FileBasisSet, name: string, scale = 1, metabolites = METABOLITES): number {
  const signal = basis.signals.find((s) => s.name === name);
  const truth = fidOf(metabolites[name] as Line[]);
  let worst = 0;
  truth.re.forEach((re, t) => {
    const dr = (signal?.fid.re[t] ?? NaN) - scale * re;
    const di = (signal?.fid.im[t] ?? NaN) - scale * (truth.im[t] as number);
    worst = Math.max(worst, Math.hypot(dr, di));
  });
  return worst / (scale * (truth.re[0] as number));
}

/** Eight digits are written; the DFT averages their rounding. */
const ROUNDING = 1e-6;

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return (error as AppError).code;
  }
  throw new Error('expected an error');
}

describe('LCModel basis files', () => {
  it.each<[string, LcmodelBasisSpec, string[]]>([
    ['as usual', {}, []],
    ['with odd namelists', { order: 'odd' }, []],
    ['rotated by ISHIFT', { shift: 37 }, []],
    ['rotated by a negative ISHIFT', { shift: -517 }, []],
    ['scrambled', { scrambled: true }, ['basis-unscrambled']],
    ['conjugated', { conjugated: true }, ['basis-conjugated']],
    ['conjugated and rotated', { conjugated: true, shift: 0 }, ['basis-conjugated']],
  ])('are read %s', (_, spec, warnings) => {
    const basis = readLcmodel(spec);
    for (const name of Object.keys(METABOLITES)) expect(largestError(basis, name)).toBeLessThan(ROUNDING * 10);
    expect(codes(basis)).toEqual(warnings);
    expect(basis).toMatchObject({
      title: 'test set',
      format: 'lcmodel',
      nucleus: '1H',
      points: POINTS,
      dwellTimeS: DWELL_S,
      spectrometerFrequencyMHz: FREQUENCY_MHZ,
      echoTimeS: 0.03,
      sequence: 'PRESS',
      referencePpm: 4.65,
    });
    expect(basis.linewidthHz).toBeCloseTo(0.02 * FREQUENCY_MHZ, 12);
  });

  it('are per unit concentration, transmitter amplitude and volume', () => {
    const basis = readLcmodel({ conc: 50, tramp: 4, volume: 8 });
    for (const name of Object.keys(METABOLITES)) expect(largestError(basis, name)).toBeLessThan(ROUNDING * 10);
  });

  it.each([4.68, 2.3, 4.7, 3])('have zero frequency brought from %d to 4.65 ppm', (referencePpm) => {
    const basis = readLcmodel({ referencePpm });
    expect(codes(basis)).toEqual(['basis-shifted']);
    // The reference is known only to the DFT's bins: 1/(N·dwell) ≈ 1.95 Hz, 0.016 ppm; half of it, after the median.
    const spectrumPpm = singletPpm(basis, 'NAA');
    expect(Math.abs(spectrumPpm - 2.008)).toBeLessThan(0.016);
    expect(Math.abs(singletPpm(basis, 'GPC') - 3.212)).toBeLessThan(0.016);
  });

  it('are left alone, with a warning, where nothing tells', () => {
    const metabolites = { H2O: [{ ppm: 4.65, protons: 2 }], Xyz: [{ ppm: 1.31, protons: 3 }] };
    const basis = readLcmodel({ metabolites });
    expect(codes(basis)).toEqual(['basis-reference-unverified']);
    expect(largestError(basis, 'Xyz', 1, metabolites)).toBeLessThan(ROUNDING * 10);
  });

  it.each([false, true])('without a singlet are told by groups of lines (conjugated: %s)', (conjugated) => {
    const metabolites = { Lac: METABOLITES['Lac'] as Line[], MM09: [{ ppm: 0.9, protons: 3 }] };
    const basis = readLcmodel({ metabolites, conjugated });
    expect(codes(basis)).toEqual(conjugated ? ['basis-conjugated'] : []);
    expect(largestError(basis, 'Lac')).toBeLessThan(ROUNDING * 10);
    expect(basis.signals.find((s) => s.name === 'MM09')?.kind).toBe('macromolecule');
  });

  it('map names, and keep two spellings of one metabolite apart', () => {
    const line = METABOLITES['NAA'] as Line[];
    const basis = readLcmodel({ metabolites: { ...METABOLITES, mI: line, GlcA: line, GlcB: line } });
    expect(basis.signals.map((s) => s.name)).toEqual(['NAA', 'Cr', 'GPC', 'Lac', 'Ins', 'GlcA', 'GlcB']);
  });

  it.each<[string, LcmodelBasisSpec, number, string[]]>([
    ['at 4.65 ppm', {}, 4.65, []],
    ['at 0 ppm', { referencePpm: 0 }, 0, []],
    ['at 0 ppm, conjugated', { referencePpm: 0, conjugated: true }, 0, ['basis-conjugated']],
    ['where it can’t be told', { referencePpm: 20 }, 4.65, ['basis-reference-unverified']],
  ])('of phosphorus are taken for what they are, zero frequency %s', (_, spec, referencePpm, warnings) => {
    const basis = readLcmodel({ metabolites: PHOSPHORUS, ...spec });
    expect(basis).toMatchObject({ nucleus: '31P', referencePpm });
    expect(codes(basis)).toEqual(warnings);
    const truth = fidOf(PHOSPHORUS['a-ATP'] as Line[], spec.referencePpm);
    expect(basis.signals[3]?.fid.im[1]).toBeCloseTo(truth.im[1] as number, 5);
  });

  it.each([
    ['with the groups in reverse order', (parts: string[]) => parts.reverse().join('')],
    ['with NUL bytes and CRLF', (parts: string[]) => parts.join('').replaceAll('\n', '\r\n').replace('ID', 'I\0D')],
    ['with / and & for $', (parts: string[]) => parts.join('').replaceAll('$END', '/').replaceAll('$', '&')],
    ['with D exponents', (parts: string[]) => parts.join('').replace(/(\d)E([+-]\d)/g, '$1D$2')],
  ])('are read %s', (_, change) => {
    // Every part begins with a group and holds what follows it.
    const parts = lcmodelBasisText().split(/^(?= \$(?!END))/m);
    const basis = readBasisFiles([{ name: 'odd.basis', bytes: bytes(change(parts)) }]);
    for (const name of Object.keys(METABOLITES)) expect(largestError(basis, name)).toBeLessThan(ROUNDING * 10);
    expect(basis).toMatchObject({ spectrometerFrequencyMHz: FREQUENCY_MHZ, echoTimeS: 0.03 });
  });

  it.each([
    ['by their signs', "'(6E13.6)'", (v: number) => (v < 0 ? '' : '+')],
    ['by their signs without a format', "'*'", (v: number) => (v < 0 ? '' : '+')],
  ])('tell numbers that run together apart %s', (_, format, sign) => {
    const text = lcmodelBasisText()
      .replace(/FMTBAS = '[^']*'/, `FMTBAS = ${format}`)
      .replace(/^( *-?\d\.\d+E[+-]?\d+)+ *$/gm, (line) =>
        line
          .trim()
          .split(/ +|(?<=\d)(?=-\d\.)/)
          .map((word) => sign(Number(word)) + word)
          .join(''),
      );
    const basis = readBasisFiles([{ name: 'a.basis', bytes: bytes(text) }]);
    for (const name of Object.keys(METABOLITES)) expect(largestError(basis, name)).toBeLessThan(ROUNDING * 10);
  });

  it('need a frequency where $SEQPAR is missing', () => {
    const text = lcmodelBasisText().replace(/ \$SEQPAR[^$]*\$END\n/, '');
    const file = { name: 'a.basis', bytes: bytes(text) };
    expect(code(() => readBasisFiles([file]))).toBe('BASIS_MISSING');
    expect(readBasisFiles([file], { spectrometerFrequencyMHz: FREQUENCY_MHZ }).echoTimeS).toBeNull();
  });

  it.each([
    ['MEGA-PRESS TE68 diff', 'MEGA-', 'difference'],
    ['edit-on spectra', 'MEGA-', 'on'],
    ['MEGA_OFF', 'MEGA-', 'off'],
    ['based on GAMMA', 'PRESS', null],
    ['MEGA-PRESS based on GAMMA', 'MEGA-', null],
  ])('tell the editing condition of %s', (title, sequence, editing) => {
    const text = lcmodelBasisText().replace('test set', title).replace("'PRESS'", `'${sequence}'`);
    expect(readBasisFiles([{ name: 'a.basis', bytes: bytes(text) }]).editing).toBe(editing);
  });

  it.each([
    ['cut short', (t: string) => t.slice(0, -200)],
    ['without $BASIS1', (t: string) => t.replace('IDBASI', 'X').replace(/NDATAB = \d+/, 'NDATAB = 0')],
    ['with an absurd NDATAB', (t: string) => t.replace(/NDATAB = \d+/, 'NDATAB = 2000000000')],
    ['with CONC of zero', (t: string) => t.replace('CONC = 1', 'CONC = 0')],
    ['with too small an NDATAB', (t: string) => t.replace(/NDATAB = \d+/, 'NDATAB = 1000')],
    ['with too large an NDATAB', (t: string) => t.replace(/NDATAB = \d+/, 'NDATAB = 1026')],
    ['with words among the numbers', (t: string) => t.replace(/E-2/, 'E-2 oops')],
    ['with overflows', (t: string) => t.replace(/\d\.\d{7}E-2/, '************')],
  ])('are refused %s', (_, damage) => {
    const file = { name: 'test.basis', bytes: bytes(damage(lcmodelBasisText())) };
    expect(code(() => readBasisFiles([file]))).toBe('BASIS_MISMATCH');
  });
});

function singletPpm(basis: FileBasisSet, name: string): number {
  // The phase of s(t+1)/s(t), summed over the FID: exact for one line.
  const fid = basis.signals.find((s) => s.name === name)?.fid;
  if (fid === undefined) return NaN;
  let re = 0;
  let im = 0;
  for (let t = 0; t + 1 < fid.re.length; t++) {
    const [a, b, c, d] = [fid.re[t], fid.im[t], fid.re[t + 1], fid.im[t + 1]] as [number, number, number, number];
    re += a * c + b * d;
    im += a * d - b * c;
  }
  return 4.65 - Math.atan2(im, re) / (2 * Math.PI * DWELL_S) / FREQUENCY_MHZ;
}

describe('FSL-MRS basis folders', () => {
  const file = (name: string, change: object = {}, sign = 1): { name: string; bytes: Uint8Array } => {
    const fid = fidOf(METABOLITES[name] as Line[]);
    const basis = {
      basis_re: [...fid.re],
      basis_im: [...fid.im].map((v) => sign * v),
      basis_dwell: DWELL_S,
      basis_centre: FREQUENCY_MHZ,
      basis_width: 2,
      basis_name: name,
      ...change,
    };
    return { name: `${name}.json`, bytes: bytes(JSON.stringify({ basis, meta: {} })) };
  };

  it.each([1, -1])('are read bit by bit, turned where they need it (%i)', (sign) => {
    const other = { name: 'notes.md', bytes: bytes('no basis') };
    const basis = readBasisFiles([...Object.keys(METABOLITES).map((n) => file(n, {}, sign)), other]);
    for (const name of Object.keys(METABOLITES)) expect(largestError(basis, name)).toBeLessThan(1e-15);
    expect(codes(basis)).toEqual(sign === 1 ? [] : ['basis-conjugated']);
    expect(basis.linewidthHz).toBe(2);
  });

  it.each([
    [{ meta: { EchoTime: 0.068, SequenceName: 'MEGA-PRESS', Editing: 'on' } }, 0.068, 'MEGA-PRESS', 'on'],
    [{ seq: { sequenceName: 'steam', TE: 11 } }, 0.011, 'steam', null],
    [{ meta: { TE: 0.03 } }, 0.03, null, null],
    [{ meta: 3, seq: [1] }, null, null, null],
  ])('take echo time and sequence over from %j', (blocks, echoTimeS, sequence, editing) => {
    const given = file('NAA');
    const json: object = JSON.parse(new TextDecoder().decode(given.bytes)) as object;
    const basis = readBasisFiles([{ ...given, bytes: bytes(JSON.stringify({ ...json, ...blocks })) }]);
    expect(basis).toMatchObject({ echoTimeS, sequence, editing });
  });

  it('take a centre in Hz', () => {
    const basis = readBasisFiles([file('NAA', { basis_centre: FREQUENCY_MHZ * 1e6 })]);
    expect(basis.spectrometerFrequencyMHz).toBeCloseTo(FREQUENCY_MHZ, 10);
  });

  it.each([{ basis_dwell: 0 }, { basis_im: [1] }, { basis_re: ['x'] }])('are refused when damaged (%#)', (change) => {
    expect(code(() => readBasisFiles([file('NAA', change)]))).toBe('BASIS_MISMATCH');
  });

  it('are refused when the files don’t belong together', () => {
    expect(code(() => readBasisFiles([file('NAA'), file('Cr', { basis_dwell: 0.0004 })]))).toBe('BASIS_MISMATCH');
  });
});

describe('text basis folders', () => {
  const MARKER = { ppm: -0.002, protons: 0.1 };
  const file = (name: string, lines: Line[]): { name: string; bytes: Uint8Array } => {
    const fid = fidOf(lines);
    const rows = [...fid.re].map((re, t) => `${re.toExponential(8)}  ${(fid.im[t] as number).toExponential(8)}`);
    return { name: `${name}.txt`, bytes: bytes(rows.join('\n')) };
  };
  const marked = Object.entries(METABOLITES).map(([name, lines]) => file(name, [...lines, MARKER]));
  const given = { spectrometerFrequencyMHz: FREQUENCY_MHZ, dwellTimeS: DWELL_S };

  it('need frequency and dwell time', () => {
    expect(code(() => readBasisFiles(marked))).toBe('BASIS_MISSING');
  });

  it('keep the reference marker unless told', () => {
    const basis = readBasisFiles(marked, given);
    // The marker is 0.1 of 3 protons.
    expect(largestError(basis, 'NAA')).toBeCloseTo(0.1 / 3, 6);
  });

  it('lose the marker and nothing else when told', () => {
    const basis = readBasisFiles(marked, { ...given, removeReferenceMarker: true });
    // The tails of the metabolite's own lines under the marker leave up to 1 % of 0.1 protons.
    for (const name of Object.keys(METABOLITES)) expect(largestError(basis, name)).toBeLessThan(1e-3);
  });

  it('keep their signals where there is no marker', () => {
    const plain = Object.entries(METABOLITES).map(([name, lines]) => file(name, lines));
    const basis = readBasisFiles(plain, { ...given, removeReferenceMarker: true });
    for (const name of Object.keys(METABOLITES)) expect(largestError(basis, name)).toBeLessThan(1e-3);
    expect(basis.warnings.at(-1)?.message).toContain('0 of 4');
  });
});
