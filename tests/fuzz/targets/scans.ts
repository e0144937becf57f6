// Readers of scans, by the way that a file takes into the program: told by content, grouped, read, checked, written and read.
import { gzipSync, strToU8, zipSync } from 'fflate';
import { readScan, writeMrs } from '../../../src/core/formats/index.ts';
import { checkPlausibility } from '../../../src/core/formats/plausibility.ts';
import {
  BIG_ENDIAN,
  dicomBytes,
  enhancedElements,
  fidSamples,
  IMPLICIT,
  siemensCsaElements,
} from '../../fixtures/dicomBytes.ts';
import { rawDataElements, storedFile } from '../../fixtures/dicomGe.ts';
import { classicGridElements, stackElements } from '../../fixtures/dicomPhilips.ts';
import { pfileBytes } from '../../fixtures/pfileBytes.ts';
import { OPTIONS, SCANS, throughTheDoor } from '../../fixtures/scanFiles.ts';
import { unsoundness } from '../../fixtures/unsoundness.ts';
import { messageFault } from '../engine/findings.ts';
import type { FuzzCase, FuzzFile, FuzzTarget } from '../engine/fuzzCase.ts';

const READER_REFUSALS = ['ReaderError', 'UnsupportedDataError'];

/** Names in the seeds' headers (see the fixtures that make them), and one that the fuzzer puts in the place of any value. */
const CANARY = 'Kanarie^Vogel';
export const PATIENT_TEXTS = ['Nobody', 'Doe^Jane', 'NOBODY-1', '19700101', CANARY];

function requireSound(files: readonly FuzzFile[]): void {
  for (const dataset of throughTheDoor(files)) {
    const fault = unsoundness(dataset);
    if (fault !== null) throw new Error(`an unsound dataset: ${fault}`);
    // Warnings go into results and reports.
    for (const { code, message } of dataset.warnings) {
      const words = messageFault(message, []);
      if (words !== null) throw new Error(`the warning ${code} is ${words}`);
    }
  }
}

const seedsOf = (formats: RegExp): FuzzCase[] =>
  Object.entries(SCANS)
    .filter(([format]) => formats.test(format))
    .map(([, files]) => ({ files }));

function scanTarget(
  name: string,
  formats: RegExp,
  publicFiles: RegExp | null,
  more: () => FuzzCase[] = () => [],
): FuzzTarget {
  return {
    name,
    refusals: READER_REFUSALS,
    secrets: PATIENT_TEXTS,
    words: [CANARY],
    seeds: () => [...seedsOf(formats), ...more()],
    ...(publicFiles === null ? {} : { takesPublicFile: (path: string) => publicFiles.test(path) }),
    run: requireSound,
  };
}

const STACK = { ap: 7, fh: 25, rl: 12, offAp: 5, offFh: -8, offRl: 3, fovRl: 30, fovAp: 20, distance: 12 };
const GRID = { Columns: [2], Rows: [2], NumberOfFrames: [2], DataPointColumns: [4], ImageOrientationPatient: [1, 0, 0, 0, 1, 0], ImagePositionPatient: [1, 2, 3], PixelSpacing: [10, 10], SliceThickness: [10], VoiPosition: [1, 2, 3], VoiReadoutFoV: [20], VoiPhaseFoV: [20], VoiThickness: [20] }; // prettier-ignore

/** The vendors' own kinds of DICOM. */
function dicomKinds(): FuzzCase[] {
  const pfile = pfileBytes({ revision: 9 });
  const positions = [[0, 0, 0], [0, 0, 12]]; // prettier-ignore
  const grid = { columns: 3, rows: 2, frames: 2, points: 4, samples: fidSamples(12, 4), positions };
  const kinds = [
    dicomBytes(siemensCsaElements({ image: GRID, samples: fidSamples(8, 4) })),
    dicomBytes(siemensCsaElements({ samples: fidSamples(1, 8), csaVersion: 1 })),
    dicomBytes(enhancedElements(grid), { undefinedLengths: true }),
    dicomBytes(enhancedElements({ ...grid, manufacturer: 'Philips', more: stackElements(STACK) })),
    dicomBytes(classicGridElements(STACK, [3, 2, 2], 4, fidSamples(12, 4)), { transferSyntax: IMPLICIT }),
    dicomBytes(rawDataElements([storedFile(pfile)])),
    dicomBytes(enhancedElements(grid), { transferSyntax: BIG_ENDIAN }),
  ];
  return kinds.map((bytes) => ({ files: [{ name: 'a.dcm', bytes }] }));
}

const packedNifti = (): FuzzCase[] =>
  seedsOf(/^nifti-mrs$/).map(({ files }) => ({
    files: files.map(({ bytes }) => ({ name: 'a.nii.gz', bytes: gzipSync(bytes) })),
  }));

const zipped = (): FuzzCase[] =>
  Object.values(SCANS).map((files) => ({
    files: [
      {
        name: 'scan.zip',
        bytes: zipSync(Object.fromEntries(files.map(({ name, bytes }) => [`s/${name}`, bytes])), { level: 1 }),
      },
    ],
  }));

/** Two zips in each other, with a file that is no scan. */
const nested = (): FuzzCase => ({
  files: [
    { name: 'o.zip', bytes: zipSync({ 'i.zip': zipped()[0]?.files[0]?.bytes as Uint8Array, 'r.txt': strToU8('x') }) },
  ],
});

/** What is read is written in every text format that holds it, and read again. */
function rewritten(files: readonly FuzzFile[]): void {
  const { dataset, water } = readScan(files, OPTIONS);
  checkPlausibility(dataset, water);
  for (const [format, name] of [
    ['lcmodel-raw', 'b.RAW'],
    ['jmrui-text', 'b.txt'],
  ] as const) {
    // prettier-ignore
    let bytes: Uint8Array;
    try {
      bytes = writeMrs(dataset, format);
    } catch (error) {
      if (['UnsupportedDataError', 'ProcessingError'].includes((error as Error).name)) continue;
      throw error;
    }
    const back = readScan([{ name, bytes }], OPTIONS).dataset;
    const fault = unsoundness(back);
    if (fault !== null) throw new Error(`written as ${format} and read again: ${fault}`);
  }
}

export const SCAN_TARGETS: readonly FuzzTarget[] = [
  scanTarget('nifti', /^nifti-mrs/, /\.nii(\.gz)?$/i, packedNifti),
  scanTarget('dicom', /^dicom/, /\.(dcm|ima)$/i, dicomKinds),
  scanTarget('siemens-raw', /^siemens/, /\.(rda|dat)$/i),
  scanTarget('philips', /^philips/, /\.sdat$/i),
  scanTarget('ge', /^ge/, null),
  scanTarget('bruker-varian', /^(bruker|varian)/, null),
  scanTarget('text-scans', /^(lcmodel|jmrui|text)/, /\.(raw|h2o|met|ref|txt)$/i),
  scanTarget('zip', /^none$/, null, () => [...zipped(), nested()]),
  {
    name: 'rewriting',
    refusals: [...READER_REFUSALS, 'UsageError'],
    secrets: PATIENT_TEXTS,
    words: [CANARY],
    seeds: () => seedsOf(/./),
    run: rewritten,
  },
];
