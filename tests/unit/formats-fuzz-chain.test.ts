// Damaged files of every format through the whole door: told by content, grouped, read, checked, given a role, written as
// NIfTI-MRS and read again. What a reader lets through must carry through everything after it.
import { strToU8, zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { AppError } from '../../src/core/domain/errors.ts';
import { listFormats, readScan, writeDicomMrs, writeMrs } from '../../src/core/formats/index.ts';
import { parseLcmodelControl } from '../../src/core/formats/lcmodelControl.ts';
import { indexValues, niftiBytes } from '../fixtures/niftiBytes.ts';
import { AVERAGED, CONTROL, NIFTI, NIFTI_SPEC, OPTIONS, SCANS, throughTheDoor } from '../fixtures/scanFiles.ts';
import { unsoundness } from '../fixtures/unsoundness.ts';
import { fuzzReader } from './formatsFuzz.ts';
import { textBytes } from './philipsFiles.ts';

const RUNS = 500;

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
