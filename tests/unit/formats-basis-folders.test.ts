// Basis sets as LCModel .RAW folders and jMRUI text, and what is said about files that are no basis set.
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import { readBasisFiles } from '../../src/core/basis/files/index.ts';
import type { FileBasisSet, NamedBytes } from '../../src/core/basis/files/index.ts';
import type { Line } from '../fixtures/basisFiles.ts';
import { DWELL_S, fidOf, FREQUENCY_MHZ, lcmodelBasisText, METABOLITES, POINTS } from '../fixtures/basisFiles.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const codes = (basis: FileBasisSet): string[] => basis.warnings.map((w) => w.code);

/** Largest difference of a signal from the FID it should be, over that FID's first sample. */
function largestError(basis: FileBasisSet, name: string): number {
  const fid = basis.signals.find((s) => s.name === name)?.fid;
  const truth = fidOf(METABOLITES[name] as Line[]);
  const errors = Array.from(truth.re, (re, t) =>
    Math.hypot((fid?.re[t] ?? NaN) - re, (fid?.im[t] ?? NaN) - (truth.im[t] as number)),
  );
  return Math.max(...errors) / (truth.re[0] as number);
}

/** Seven digits are written. */
const ROUNDING = 1e-6;

function failure(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  }
  throw new Error('expected an error');
}

/** One sentence: a capital or a file's name first, one full stop, at the end. */
function expectSentence(message: string): void {
  expect(message).toMatch(/^\S.*\.$/s);
  expect(message).not.toMatch(/\n|undefined|NaN|\[object/);
  expect(message.match(/\. [A-Z]/g)).toBeNull();
}

const rows = (fid: { re: Float64Array; im: Float64Array }, sign: number, scale = 1): string =>
  Array.from(fid.re, (re, t) =>
    [re * scale, sign * scale * (fid.im[t] as number)].map((v) => v.toExponential(7).padStart(16)).join(''),
  ).join('\n');

describe('LCModel RAW folders', () => {
  interface RawSpec {
    sign?: number;
    nmid?: string;
    seqpar?: string;
    scale?: number;
  }
  const raw = (name: string, spec: RawSpec = {}): NamedBytes => {
    const seqpar = spec.seqpar ?? ` $SEQPAR\n HZPPPM=${FREQUENCY_MHZ} ECHOT=30. SEQ='PRESS'\n $END\n`;
    const nmid = ` $NMID ID='phantom 3', FMTDAT='(2E16.7)' ${spec.nmid ?? ''}\n $END\n`;
    const data = rows(fidOf(METABOLITES[name] as Line[]), spec.sign ?? 1, spec.scale);
    return { name: `${name}.RAW`, bytes: bytes(`made by hand\n${seqpar}${nmid}${data}\n`) };
  };
  const names = Object.keys(METABOLITES);
  const control = (each = ''): NamedBytes => ({
    name: 'makebasis.in',
    bytes: bytes(
      ` $SEQPAR\n SEQ='STEAM' ECHOT=20 FWHMBA=.02\n $END\n $NMALL HZPPPM=${FREQUENCY_MHZ}, DELTAT=${DWELL_S}, IDBASI='by MakeBasis' $END\n${each}`,
    ),
  });

  it('take frequency from $SEQPAR and dwell time as an option', () => {
    const basis = readBasisFiles(
      names.map((n) => raw(n)),
      { dwellTimeS: DWELL_S },
    );
    for (const name of names) expect(largestError(basis, name)).toBeLessThan(ROUNDING);
    expect(basis).toMatchObject({ format: 'lcmodel-raw', points: POINTS, echoTimeS: 0.03, sequence: 'PRESS' });
    expect(codes(basis)).toEqual([]);
  });

  it('take both from MakeBasis’s control file, and names and concentrations', () => {
    const each = ` $NMEACH FILRAW='/home/x/NAA.RAW', METABO='NAAG', CONC=5 $END\n`;
    const files = names.map((n) => raw(n, { seqpar: '', scale: n === 'NAA' ? 5 : 1 }));
    const basis = readBasisFiles([...files, control(each)]);
    expect(basis).toMatchObject({ title: 'by MakeBasis', echoTimeS: 0.02, sequence: 'STEAM', dwellTimeS: DWELL_S });
    expect(basis.linewidthHz).toBeCloseTo(0.02 * FREQUENCY_MHZ, 10);
    expect(basis.signals.map((s) => s.name)).toEqual(['Cr', 'GPC', 'Lac', 'NAAG']);
    expect(basis.signals[3]?.fid.re[0]).toBeCloseTo(3, 5);
  });

  it.each<[string, RawSpec, string[]]>([
    ['BRUKER = T', { sign: -1, nmid: 'BRUKER=T' }, []],
    ['the wrong sign', { sign: -1 }, ['basis-conjugated']],
    ['TRAMP and VOLUME', { nmid: 'TRAMP=4 VOLUME=8', scale: 2 }, []],
  ])('with %s come out alike', (_, spec, warnings) => {
    const basis = readBasisFiles(
      names.map((n) => raw(n, spec)),
      { dwellTimeS: DWELL_S },
    );
    for (const name of names) expect(largestError(basis, name)).toBeLessThan(ROUNDING);
    expect(codes(basis)).toEqual(warnings);
  });

  it('are refused without dwell time, in words', () => {
    const error = failure(() => readBasisFiles(names.map((n) => raw(n))));
    expect(error.code).toBe('BASIS_MISSING');
    expect(error.message).toContain('dwell time');
    expect(error.message).not.toContain('frequency');
    expectSentence(error.message);
  });

  it.each([
    ['words in the data', (t: string) => t.replace('E-1 ', 'E-1 x ').replace(/\n$/, ' y\n')],
    ['an odd count of numbers', (t: string) => `${t} 1.0\n`],
    ['TRAMP of zero', (t: string) => t.replace('$NMID', '$NMID TRAMP=0')],
  ])('are refused with %s', (_, damage) => {
    const files = names.map((n) => raw(n));
    const text = String.fromCharCode(...(files[0] as NamedBytes).bytes);
    const error = failure(() =>
      readBasisFiles([{ name: 'NAA.RAW', bytes: bytes(damage(text)) }, ...files.slice(1)], { dwellTimeS: DWELL_S }),
    );
    expect(error.code).toBe('BASIS_MISMATCH');
    expectSentence(error.message);
  });
});

describe('jMRUI text', () => {
  const text = (signals: string[], header = '', dwellMs = DWELL_S * 1000): string =>
    [
      'jMRUI Data Textfile',
      '',
      'Filename: x.txt',
      `PointsInDataset: ${POINTS}`,
      `DatasetsInFile: ${signals.length}`,
      `SamplingInterval: ${dwellMs}`,
      `TransmitterFrequency: ${FREQUENCY_MHZ * 1e6}`,
      'TypeOfNucleus: 1',
      header,
      '',
      'Signal and FFT',
      'sig(real)\tsig(imag)',
      ...signals.flatMap((name, i) => [
        `Signal ${i + 1} out of ${signals.length} in file`,
        rows(fidOf(METABOLITES[name] as Line[]), -1),
      ]),
    ].join('\n');
  const names = Object.keys(METABOLITES);
  const folder = (): NamedBytes[] => names.map((n) => ({ name: `${n}.txt`, bytes: bytes(text([n])) }));

  it('is read from a folder, one file a metabolite', () => {
    const basis = readBasisFiles(folder(), { echoTimeS: 0.03 });
    for (const name of names) expect(largestError(basis, name)).toBeLessThan(ROUNDING);
    expect(basis).toMatchObject({ format: 'jmrui', nucleus: '1H', echoTimeS: 0.03, dwellTimeS: DWELL_S });
    expect(basis.spectrometerFrequencyMHz).toBeCloseTo(FREQUENCY_MHZ, 9);
    expect(codes(basis)).toEqual([]);
  });

  it.each(['SignalNames: ', 'Signal names: '])('is read from one file with named signals (%s)', (key) => {
    const file = { name: 'all.txt', bytes: bytes(text(names, key + names.join(';') + ';')) };
    const basis = readBasisFiles([file]);
    for (const name of names) expect(largestError(basis, name)).toBeLessThan(ROUNDING);
  });

  it.each<[string, () => NamedBytes[]]>([
    ['several signals without names', () => [{ name: 'all.txt', bytes: bytes(text(names)) }]],
    ['a row too few', () => [{ name: 'NAA.txt', bytes: bytes(text(['NAA']).replace(/\n[^\n]*$/, '')) }]],
    ['no sampling interval', () => [{ name: 'NAA.txt', bytes: bytes(text(['NAA'], '', 0)) }]],
    ['two dwell times', () => [...folder(), { name: 'Cr2.txt', bytes: bytes(text(['Cr'], '', 0.4)) }]],
  ])('is refused with %s', (_, files) => {
    const error = failure(() => readBasisFiles(files()));
    expect(error.code).toBe('BASIS_MISMATCH');
    expectSentence(error.message);
  });
});

describe('what is no basis set', () => {
  const noise = Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919 + ((i * i) % 251)) % 256);
  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /is empty/],
    ['zip', Uint8Array.from([0x50, 0x4b, 3, 4, 0]), /compressed/],
    ['gzip', Uint8Array.from([0x1f, 0x8b, 8, 0]), /compressed/],
    ['binary', noise, /binary or encrypted/],
    ['a web page', bytes('\n<!DOCTYPE html><html><body>Sign in</body></html>'), /web page/],
    ['a Git LFS pointer', bytes('version https://git-lfs.github.com/spec/v1\noid sha256:1\n'), /Git LFS/],
    ['MATLAB', bytes('MATLAB 5.0 MAT-file, Platform: GLNXA64'), /MATLAB/],
    ['COORD', bytes(' 5 lines in following diagnostic table\n 600 points on ppm-axis = NY\n 4.0 3.9\n'), /COORD/],
    ['LCModel control', bytes(" $LCMODL\n filbas='a.basis'\n $END\n"), /FILBAS/],
    ['MakeBasis control', bytes(' $NMALL hzpppm=127.\n $END\n'), /MakeBasis/],
    ['a .BASIS cut in its head', bytes(lcmodelBasisText().slice(0, 60)), /cut short/],
    ['other text', bytes('Dear reader,\nno numbers here\n'), /can be read/],
  ])('is said of %s', (_, content, said) => {
    const error = failure(() => readBasisFiles([{ name: 'a.basis', bytes: content }]));
    expect(error.code).toBe('BASIS_MISSING');
    expect(error.message).toMatch(said);
    expect(error.message).toMatch(/^a\.basis /);
    expectSentence(error.message);
  });

  it('is said of a single .RAW file', () => {
    const error = failure(() => readBasisFiles([{ name: 'met.RAW', bytes: bytes(' $NMID\n $END\n 1.0 2.0\n') }]));
    expect(error.message).toMatch(/^met\.RAW is one LCModel \.RAW file/);
    expectSentence(error.message);
  });

  it.each([[[]], [['a.png', 'b.png']]])('is said of the files %j', (names) => {
    const error = failure(() => readBasisFiles(names.map((name) => ({ name, bytes: new Uint8Array(50) }))));
    expect(error.code).toBe('BASIS_MISSING');
    expectSentence(error.message);
  });

  it('is said of two .BASIS files at once', () => {
    const file = { name: 'a.basis', bytes: bytes(lcmodelBasisText()) };
    expect(failure(() => readBasisFiles([file, { ...file, name: 'b.basis' }])).code).toBe('BASIS_MISMATCH');
  });
});
