// Damaged DICOM files of every kind that is read: always a reader's error or a sound read, never a crash.
import { describe, expect, it } from 'vitest';
import { dicomKind, isDicom, readDicomMrs, readDicomSeries } from '../../src/core/formats/dicom/index.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import type { Dcm } from '../fixtures/dicomBytes.ts';
import {
  BIG_ENDIAN,
  dicomBytes,
  enhancedElements,
  fidSamples,
  IMPLICIT,
  siemensCsaElements,
} from '../fixtures/dicomBytes.ts';
import { fuzzReader } from './formatsFuzz.ts';

const IMAGE = {
  Columns: [2],
  Rows: [2],
  NumberOfFrames: [2],
  DataPointColumns: [4],
  ImageOrientationPatient: [1, 0, 0, 0, 1, 0],
  ImagePositionPatient: [1, 2, 3],
  PixelSpacing: [10, 10],
  SliceThickness: [10],
  VoiPosition: [1, 2, 3],
  VoiReadoutFoV: [20],
  VoiPhaseFoV: [20],
  VoiThickness: [20],
};
const EDIT = [
  'tSequenceFileName = ""%CustomerSeq%\\svs_edit_859G""',
  'lAverages = 1',
  'sSpecPara.lVectorSize = 4',
  'sWipMemBlock.adFree[7] = 1.9',
];
const PHILIPS_FRAMES: Dcm = [
  0x2005,
  0x140f,
  'SQ',
  [[[0x2005, 0x1304, 'SS', 0]], [[0x2005, 0x1304, 'SS', 1]]] as unknown as readonly Dcm[][],
];
const STACK = {
  frames: 4,
  rows: 2,
  columns: 2,
  points: 2,
  samples: fidSamples(16, 2),
  positions: [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 9],
    [0, 0, 9],
  ],
};

const kinds: readonly (readonly [string, Uint8Array])[] = [
  ['Siemens CSA grid', dicomBytes(siemensCsaElements({ image: IMAGE, samples: fidSamples(8, 4) }))],
  ['Siemens CSA1', dicomBytes(siemensCsaElements({ samples: fidSamples(1, 8), csaVersion: 1 }))],
  ['standard stack', dicomBytes(enhancedElements(STACK))],
  ['standard stack, undefined lengths', dicomBytes(enhancedElements(STACK), { undefinedLengths: true })],
  ['standard, big endian', dicomBytes(enhancedElements(STACK), { transferSyntax: BIG_ENDIAN })],
  [
    'Philips, implicit',
    dicomBytes(
      enhancedElements({
        frames: 2,
        points: 4,
        samples: fidSamples(2, 4),
        manufacturer: 'Philips',
        more: [PHILIPS_FRAMES],
      }),
      { transferSyntax: IMPLICIT },
    ),
  ],
  [
    'UIH',
    dicomBytes(
      enhancedElements({
        points: 4,
        samples: fidSamples(1, 4),
        manufacturer: 'UIH',
        more: [[0x65, 0xff07, 'OF', fidSamples(1, 4)]],
      }),
    ),
  ],
];

const all = ({ dataset, water }: { dataset: MrsDataset; water: MrsDataset | null }): MrsDataset[] =>
  water === null ? [dataset] : [dataset, water];

const sniff = (bytes: Uint8Array): unknown => [isDicom(bytes), dicomKind(bytes)];

describe('damaged DICOM files', () => {
  it.each(kinds)(
    '%s',
    (_, bytes) => {
      const outcome = fuzzReader({
        files: [bytes],
        sniff,
        read: ([file]) => all(readDicomMrs(file as Uint8Array, 'a')),
      });
      // Both outcomes must have been met, or the damage tests nothing.
      expect(outcome.reads).toBeGreaterThan(100);
      expect(outcome.refusals).toBeGreaterThan(100);
    },
    30_000,
  );

  it('series of single shots', () => {
    const files = [1, 2].map((instance) =>
      dicomBytes(siemensCsaElements({ instance, protocol: EDIT, samples: fidSamples(1, 4) })),
    );
    const outcome = fuzzReader({
      files,
      read: (given) => readDicomSeries(given.map((bytes, i) => ({ name: `${i}`, bytes }))).flatMap(all),
    });
    expect(outcome.reads).toBeGreaterThan(100);
    expect(outcome.refusals).toBeGreaterThan(100);
  }, 30_000);
});
