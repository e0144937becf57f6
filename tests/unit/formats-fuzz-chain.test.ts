// Damaged files of every format through the whole door: told by content, grouped, read, checked, given a role, written as
// NIfTI-MRS and read again. What a reader lets through must carry through everything after it.
import { strToU8, zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { AppError, ReaderError, UsageError } from '../../src/core/domain/errors.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { listFormats, readScan, writeDicomMrs, writeMrs } from '../../src/core/formats/index.ts';
import { parseLcmodelControl } from '../../src/core/formats/lcmodelControl.ts';
import { checkPlausibility } from '../../src/core/formats/plausibility.ts';
import { guessRole } from '../../src/core/pipeline/guessRole.ts';
import { acqp, counting, method, visu, wordBytes } from '../fixtures/brukerFiles.ts';
import { dicomBytes, enhancedElements, fidSamples, siemensCsaElements } from '../fixtures/dicomBytes.ts';
import { indexValues, niftiBytes } from '../fixtures/niftiBytes.ts';
import { pfileBytes } from '../fixtures/pfileBytes.ts';
import { makeRda, makeTwixVb, rdaHeader, svsBuffers, svsProtocol } from '../fixtures/siemensFiles.ts';
import { procpar, varianFid } from '../fixtures/varianFiles.ts';
import { fuzzReader, unsoundness } from './formatsFuzz.ts';
import { mruiBytes, mruiHeader, rawFiles, sdatBytes, sparText, textBytes } from './philipsFiles.ts';

interface Given {
  readonly name: string;
  readonly bytes: Uint8Array;
}

const OPTIONS = { spectrometerFrequencyMHz: 123.2, dwellTimeS: 0.0005, echoTimeS: 0.03 };
const RUNS = 500;

const AVERAGED = { SpectrometerFrequency: [123.2], ResonantNucleus: ['1H'], EchoTime: 0.03 };
const NIFTI_SPEC = {
  dims: [1, 1, 1, 16, 2],
  values: indexValues(32),
  json: { ...AVERAGED, dim_5: 'DIM_DYN' },
  sform: [20, 0, 0, 1, 0, 20, 0, 1, 0, 0, 20, 1],
};
const NIFTI = niftiBytes(NIFTI_SPEC);
const RAW =
  " $SEQPAR\n ECHOT=30. HZPPPM=123.2\n $END\n $NMID ID='x', FMTDAT='(2E15.6)'\n TRAMP=1., VOLUME=8. $END\n1.0 2.0\n3.0 4.0\n";
const CONTROL =
  " $LCMODL\n filraw='a.RAW'\n filh2o='a.H2O'\n nunfil=2 deltat=5e-4 hzpppm=123.2\n echot=30. ndrows=1 ndcols=1 ndslic=1\n $END\n";
const JMRUI = 'jMRUI Data Textfile\n\nPointsInDataset: 2\nDatasetsInFile: 1\nSamplingInterval: 5E-1\nTransmitterFrequency: 1.277E8\nMagneticField: 3E0\nTypeOfNucleus: 1E0\n\nSignal and FFT\nsig(real)\tsig(imag)\nSignal 1 out of 1 in file\n1.0\t2.0\n3.0\t4.0\n'; // prettier-ignore
const LIST = rawFiles([0, 1].map((aver) => ({ mix: 0, aver, chan: 0, values: [1, 2, 3, 4, 5, 6, 7, 8] })));
const TWIX = makeTwixVb({
  buffers: svsBuffers('vb', svsProtocol(), 'syngo MR B17'),
  sets: [0, 1].map((n) => ({ counters: { Ave: n }, samples: 16, channels: 2, value: (c, p) => [n + c, p] })),
});

/** Files of each format that is read. */
const SCANS: Readonly<Record<string, readonly Given[]>> = {
  'nifti-mrs': [{ name: 'a.nii', bytes: NIFTI }],
  dicom: [{ name: 'a.dcm', bytes: dicomBytes(enhancedElements({ points: 8, samples: fidSamples(1, 8) })) }],
  'dicom (Siemens)': [{ name: 'a.IMA', bytes: dicomBytes(siemensCsaElements({ samples: fidSamples(1, 8) })) }],
  'siemens-twix': [{ name: 'a.dat', bytes: TWIX }],
  'siemens-rda': [{ name: 'a.rda', bytes: makeRda(rdaHeader(), counting(8)) }],
  'philips-sdat': [
    { name: 'a.SDAT', bytes: sdatBytes(1, 4) },
    { name: 'a.SPAR', bytes: textBytes(sparText()) },
  ],
  'philips-data': [
    { name: 'a.data', bytes: LIST.data },
    { name: 'a.list', bytes: textBytes(LIST.list) },
  ],
  'ge-pfile': [{ name: 'P1.7', bytes: pfileBytes({ revision: 9 }) }],
  bruker: [{ name: 'fid', bytes: wordBytes(counting(96), 'int32') }, acqp(), method()],
  'bruker (2dseq)': [{ name: '2dseq', bytes: wordBytes(counting(96), 'int32') }, visu(), method()],
  varian: [
    { name: 'fid', bytes: varianFid() },
    { name: 'procpar', bytes: procpar() },
  ],
  'lcmodel-raw': [
    { name: 'a.RAW', bytes: textBytes(RAW) },
    { name: 'a.control', bytes: textBytes(CONTROL) },
  ],
  'jmrui-text': [{ name: 'a.txt', bytes: textBytes(JMRUI) }],
  'jmrui-binary': [{ name: 'a.mrui', bytes: mruiBytes(mruiHeader(8, 1), indexValues(8)) }],
  text: [{ name: 'a.txt', bytes: textBytes('1 2\n3 4\n5 6\n') }],
};

/** Reads a scan and does with it what import, analysis and export begin with. */
function throughTheDoor(files: readonly Given[]): MrsDataset[] {
  let scan;
  try {
    scan = readScan(files, OPTIONS);
  } catch (error) {
    // Files that damage has made strangers to each other are two scans.
    if (error instanceof UsageError) throw new ReaderError('FORMAT_UNKNOWN', error.message);
    throw error;
  }
  const { dataset, water } = scan;
  checkPlausibility(dataset, water);
  guessRole(dataset, files[0]?.name ?? '');
  const back = readScan([{ name: 'b.nii.gz', bytes: writeMrs(dataset, 'nifti-mrs') }]).dataset;
  expect(back.data.shape).toEqual(dataset.data.shape);
  return water === null ? [dataset, back] : [dataset, water, back];
}

it('every readable format is here', () => {
  const readable = listFormats().filter(({ reads }) => reads);
  const here = new Set(Object.keys(SCANS).map((key) => key.split(' ')[0]));
  expect(readable.map(({ id }) => id).filter((id) => !here.has(id))).toEqual([]);
});

it.each(Object.entries(SCANS))(`%s: ${RUNS} mutations`, (_, given) => {
  for (const dataset of throughTheDoor(given)) expect(unsoundness(dataset)).toBeNull();
  const outcome = fuzzReader({
    files: given.map(({ bytes }) => bytes),
    read: (files) => throughTheDoor(files.map((bytes, i) => ({ name: given[i]?.name ?? '', bytes }))),
    runs: RUNS,
    seed: 11,
  });
  expect(outcome.reads).toBeGreaterThan(10);
  expect(outcome.refusals).toBeGreaterThan(10);
});

/** Text that a pattern with two ways to match a run would take quadratic time over. */
const RUN_UNITS = [
  '1',
  ' ',
  '\t',
  '\0',
  '-',
  '.',
  'a',
  '=',
  ':',
  '"',
  "'",
  '<',
  '{',
  '(',
  '#',
  '$',
  '\r\n',
  '\n',
  'a = ',
  '<a>',
];
const LONGEST_RUN = 200_000;

it.each(Object.entries(SCANS))('%s: a run of any character takes no quadratic time', (_, given) => {
  given.forEach(({ bytes }, target) => {
    const half = bytes.length >> 1;
    for (const unit of RUN_UNITS) {
      const run = textBytes(`${unit.repeat(LONGEST_RUN / unit.length)}x`);
      const longer = new Uint8Array([...bytes.subarray(0, half), ...run, ...bytes.subarray(half)]);
      const began = performance.now();
      try {
        readScan(
          given.map((file, i) => (i === target ? { ...file, bytes: longer } : file)),
          OPTIONS,
        );
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
      expect([unit, performance.now() - began < 2000]).toEqual([unit, true]);
    }
  });
});

it('LCModel control files: 2000 mutations', () => {
  const outcome = fuzzReader({
    files: [textBytes(CONTROL)],
    read: ([bytes]) => {
      parseLcmodelControl(new TextDecoder('latin1').decode(bytes), 'a.control');
      return null;
    },
  });
  expect(outcome.reads).toBeGreaterThan(100);
});

it('a scan in a zip: 500 mutations', () => {
  const outcome = fuzzReader({
    files: [zipSync({ 's/a.nii': NIFTI, 's/read.me': strToU8('x') })],
    read: ([bytes]) => throughTheDoor([{ name: 'a.zip', bytes: bytes as Uint8Array }]),
    runs: RUNS,
  });
  expect(outcome.refusals).toBeGreaterThan(100);
});

let uids = 1;

it.each(['lcmodel-raw', 'jmrui-text', 'dicom'] as const)('%s as this program writes it: 2000 mutations', (target) => {
  const dataset = readScan([{ name: 'a.nii', bytes: niftiBytes({ ...NIFTI_SPEC, dims: [1, 1, 1, 16], values: indexValues(16), json: AVERAGED }) }]).dataset; // prettier-ignore
  const bytes =
    target === 'dicom' ? writeDicomMrs(dataset, { uid: () => `2.25.${uids++}` }) : writeMrs(dataset, target);
  const name = { 'lcmodel-raw': 'a.RAW', 'jmrui-text': 'a.txt', dicom: 'a.dcm' }[target];
  const outcome = fuzzReader({
    files: [bytes],
    read: ([damaged]) => {
      const { dataset: back, water } = readScan([{ name, bytes: damaged as Uint8Array }], OPTIONS);
      return water === null ? [back] : [back, water];
    },
  });
  expect(outcome.reads).toBeGreaterThan(100);
  expect(outcome.refusals).toBeGreaterThan(100);
});
