// Damaged DICOM files of GE's spectroscopy images, of P-files inside raw data and of Philips MRSI: always a reader's error
// or a sound read, never a crash.
import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { dicomKind, readDicomMrs, readDicomSeries } from '../../src/core/formats/dicom/index.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { BIG_ENDIAN, dicomBytes, enhancedElements, fidSamples, IMPLICIT } from '../fixtures/dicomBytes.ts';
import { rawDataElements, stampElements, storedFile, storedParts } from '../fixtures/dicomGe.ts';
import { classicGridElements, stackElements } from '../fixtures/dicomPhilips.ts';
import { pfileBytes } from '../fixtures/pfileBytes.ts';
import { fuzzReader } from './formatsFuzz.ts';

const STACK = { ap: 7, fh: 25, rl: 12, offAp: 5, offFh: -8, offRl: 3, fovRl: 30, fovAp: 20, distance: 12 };
const PFILE = pfileBytes({ revision: 9 });
const enhancedGrid = enhancedElements({
  columns: 3,
  rows: 2,
  frames: 2,
  points: 4,
  samples: fidSamples(12, 4),
  positions: [
    [0, 0, 0],
    [0, 0, 12],
  ],
  manufacturer: 'Philips',
  more: stackElements(STACK),
});

const kinds: readonly (readonly [string, Uint8Array])[] = [
  ['P-file inside, whole', dicomBytes(rawDataElements([storedFile(PFILE)]))],
  [
    'P-file inside, compressed',
    dicomBytes(rawDataElements([storedParts([[zlibSync(PFILE), PFILE.length]], PFILE.length)])),
  ],
  ['Philips enhanced grid', dicomBytes(enhancedGrid)],
  ['Philips enhanced grid, big endian', dicomBytes(enhancedGrid, { transferSyntax: BIG_ENDIAN })],
  [
    'Philips classic grid',
    dicomBytes(classicGridElements(STACK, [3, 2, 2], 4, fidSamples(12, 4)), { transferSyntax: IMPLICIT }),
  ],
];

const all = ({ dataset, water }: { dataset: MrsDataset; water: MrsDataset | null }): MrsDataset[] =>
  water === null ? [dataset] : [dataset, water];

describe('damaged DICOM grids and wrappings', () => {
  it.each(kinds)(
    '%s',
    (_, bytes) => {
      const outcome = fuzzReader({
        files: [bytes],
        sniff: dicomKind,
        read: ([file]) => all(readDicomMrs(file as Uint8Array, 'a')),
      });
      // Both outcomes must have been met, or the damage tests nothing.
      expect(outcome.reads).toBeGreaterThan(50);
      expect(outcome.refusals).toBeGreaterThan(100);
    },
    60_000,
  );

  it('GE postage stamps', () => {
    const files = (['re', 'im'] as const).map((part, i) =>
      dicomBytes(
        stampElements({
          columns: 2,
          rows: 1,
          stamp: [2, 1],
          value: (_, x, __, ___, s) => 100 * (x + 1) - s,
          slice: 0,
          part,
          instance: i + 1,
        }),
      ),
    );
    const outcome = fuzzReader({
      files,
      sniff: dicomKind,
      read: (given) => readDicomSeries(given.map((bytes, i) => ({ name: `${i}`, bytes }))).flatMap(all),
    });
    expect(outcome.reads).toBeGreaterThan(100);
    expect(outcome.refusals).toBeGreaterThan(100);
  }, 60_000);
});
