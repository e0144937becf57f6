// Damaged files of the plain formats: text, jMRUI text and binary, LCModel RAW, NIfTI-MRS; always a sound read or a refusal.
import { gzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { isJmruiBinary, readJmruiBinary } from '../../src/core/formats/jmruiBinary.ts';
import { isJmruiText, readJmruiText } from '../../src/core/formats/jmruiText.ts';
import { isLcmodelRaw, readLcmodelRaw } from '../../src/core/formats/lcmodelRaw.ts';
import { readNiftiMrs } from '../../src/core/formats/niftiMrs.ts';
import { parseListFile } from '../../src/core/formats/philips/listFile.ts';
import { isPhilipsList } from '../../src/core/formats/philipsDataList.ts';
import { isSpar, readPhilipsSdat } from '../../src/core/formats/philipsSdat.ts';
import { isPlainText, readPlainText } from '../../src/core/formats/plainText.ts';
import { AppError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { indexValues, niftiBytes } from '../fixtures/niftiBytes.ts';
import type { FuzzOutcome } from './formatsFuzz.ts';
import { fuzzReader } from './formatsFuzz.ts';
import { mruiBytes, mruiHeader, textBytes } from './philipsFiles.ts';

const GIVEN = { spectrometerFrequencyMHz: 123.2, dwellTimeS: 0.00025 };

function fuzz(
  file: Uint8Array,
  read: (bytes: Uint8Array) => MrsDataset | MrsDataset[],
  sniff: (b: Uint8Array) => unknown,
): FuzzOutcome {
  const outcome = fuzzReader({ files: [file], read: ([bytes]) => read(bytes as Uint8Array), sniff });
  expect(outcome.reads).toBeGreaterThan(100);
  expect(outcome.refusals).toBeGreaterThan(100);
  return outcome;
}

const rows = (columns: number): string =>
  Array.from({ length: 12 }, (_, i) => Array.from({ length: columns }, (_c, c) => `${i + c}.5E-01`).join('\t')).join(
    '\n',
  );

it.each([2, 4])('plain text of %i columns', (columns) => {
  fuzz(
    textBytes(`# note\n${rows(columns)}\n`),
    (bytes) => {
      const { metabolite, water } = readPlainText(bytes, 'a.txt', GIVEN);
      return water === null ? [metabolite] : [metabolite, water];
    },
    isPlainText,
  );
});

it('jMRUI text', () => {
  const header = [
    'jMRUI Data Textfile',
    '',
    'PointsInDataset: 6',
    'DatasetsInFile: 2',
    'SamplingInterval: 5E-1',
    'ZeroOrderPhase: 0E0',
    'BeginTime: 0E0',
    'TransmitterFrequency: 1.277E8',
    'MagneticField: 3E0',
    'TypeOfNucleus: 1E0',
    'NameOfPatient: x',
    '',
    'Signal and FFT',
    'sig(real)\tsig(imag)',
  ];
  fuzz(
    textBytes(`${header.join('\n')}\nSignal 1 out of 2 in file\n${rows(2)}\n`),
    (b) => readJmruiText(b, 'a.txt'),
    isJmruiText,
  );
});

it('jMRUI binary', () => {
  fuzz(mruiBytes(mruiHeader(8, 3), indexValues(24), 'NAME'), (b) => readJmruiBinary(b, 'a.mrui'), isJmruiBinary);
});

it('LCModel RAW', () => {
  const head =
    " $SEQPAR\n ECHOT=30. HZPPPM=123.2 NUNFIL=6 DELTAT=5E-4\n SEQ='PRESS'\n $END\n $NMID ID='x', FMTDAT='(2E15.6)'\n TRAMP=1., VOLUME=8. $END\n";
  fuzz(textBytes(`${head}${rows(2)}\n`), (b) => readLcmodelRaw(b, 'a.RAW'), isLcmodelRaw);
});

it('NIfTI-MRS, plain and compressed', () => {
  const file = niftiBytes({
    dims: [1, 1, 1, 8, 2, 3],
    values: indexValues(48),
    json: {
      SpectrometerFrequency: [123.2],
      ResonantNucleus: ['1H'],
      dim_5: 'DIM_COIL',
      dim_6: 'DIM_DYN',
      EchoTime: 0.03,
    },
    sform: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0],
  });
  fuzz(
    file,
    (b) => readNiftiMrs(b, 'a.nii'),
    () => null,
  );
  const packed = fuzzReader({ files: [gzipSync(file)], read: ([b]) => readNiftiMrs(b as Uint8Array, 'a.nii.gz') });
  expect(packed.refusals).toBeGreaterThan(100);
});

/** Text that a pattern with two ways to match a run would take quadratic time over. */
const RUNS = ['1', ' ', '\t', '-', '.', 'a', ':', '"', "'", '$', '!', '\n', '1 ', 'a: ', '$a '].map((unit) =>
  unit.repeat(Math.ceil(300_000 / unit.length)),
);
const RUN_HEADS: readonly [string, string, (b: Uint8Array) => unknown][] = [
  ['plain text', '1 2\n3 ', (b) => [isPlainText(b), readPlainText(b, 'a', GIVEN)]],
  ['jMRUI text', 'jMRUI Data Textfile\nPointsInDataset: ', (b) => [isJmruiText(b), readJmruiText(b, 'a')]],
  ['jMRUI rows', 'jMRUI Data Textfile\nPointsInDataset: 4\nSignal\n1 ', (b) => readJmruiText(b, 'a')],
  ['RAW header', ' $SEQPAR HZPPPM=1 ', (b) => [isLcmodelRaw(b), readLcmodelRaw(b, 'a')]],
  ['RAW rows', " $NMID FMTDAT='(2E15.6)' $END\n 1.0 2.0\n 1", (b) => readLcmodelRaw(b, 'a', GIVEN)],
  ['SPAR', 'synthesizer_frequency : 1\nsamples : 1', (b) => [isSpar(b), readPhilipsSdat(new Uint8Array(8), b, 'a')]],
  ['list', '# DATA DESCRIPTION FILE\n. 0 0 0 number', (b) => [isPhilipsList(b), parseListFile(b, 'a')]],
];

it.each(RUN_HEADS)('%s: a run of any character takes no quadratic time', (_, head, read) => {
  for (const run of RUNS) {
    const began = performance.now();
    try {
      read(textBytes(`${head}${run}x\n`));
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
    }
    // Linear time is some milliseconds, quadratic time some minutes; the limit is every reader's.
    expect(performance.now() - began).toBeLessThan(2000);
  }
});

it('the harness itself tells a crash, a hang and an unsound dataset', () => {
  const file = textBytes('some bytes');
  const sound = readPlainText(textBytes('1 2\n3 4\n'), 'a.txt', GIVEN).metabolite;
  const plan =
    (read: () => MrsDataset): (() => FuzzOutcome) =>
    () =>
      fuzzReader({ files: [file], read, runs: 3 });
  expect(plan(() => sound)()).toEqual({ reads: 3, refusals: 0, codes: {} });
  expect(plan(() => (null as unknown as { x: MrsDataset }).x)).toThrow(/fuzz run 0.*TypeError/);
  expect(plan(() => ({ ...sound, dwellTimeS: NaN }))).toThrow(/unsound.*dwell time NaN/);
  expect(plan(() => ({ ...sound, data: { ...sound.data, shape: [1, 1, 1, 9] } }))).toThrow(/unsound/);
  const slow = (): MrsDataset => {
    const until = performance.now() + 2100;
    while (performance.now() < until);
    return sound;
  };
  expect(plan(slow)).toThrow(/took 21\d\d ms/);
});
