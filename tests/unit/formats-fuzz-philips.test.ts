// Damaged Philips files: SPAR, SDAT, .list and .data; always a sound read or a refusal in words.
import { expect, it } from 'vitest';
import { bytesSource } from '../../src/core/domain/fileContent.ts';
import { isPhilipsList, readPhilipsDataList } from '../../src/core/formats/philipsDataList.ts';
import { isSpar, readPhilipsSdat } from '../../src/core/formats/philipsSdat.ts';
import { fuzzReader } from './formatsFuzz.ts';
import { rawFiles, sdatBytes, sparText, textBytes } from './philipsFiles.ts';

it.each([
  ['one row', sparText(), sdatBytes(1, 4)],
  ['rows', sparText({ rows: 6, spec_num_row: 6 }), sdatBytes(6, 4)],
  [
    'a grid',
    sparText({
      rows: 6,
      phase_encoding_enable: '"yes"',
      phase_encoding_fov: 160,
      slice_thickness: 15,
      dim2_pnts: 3,
      dim3_pnts: 2,
    }),
    sdatBytes(6, 4),
  ],
])('SDAT of %s', (_, spar, sdat) => {
  const outcome = fuzzReader({
    files: [sdat, textBytes(spar)],
    read: (files) => readPhilipsSdat(files[0] as Uint8Array, files[1] as Uint8Array, 'a.SDAT'),
    sniff: isSpar,
  });
  // Damaged numbers and unneeded keys still read; damaged sizes don't.
  expect(outcome.reads).toBeGreaterThan(200);
  expect(outcome.codes['FILE_TRUNCATED']).toBeGreaterThan(50);
});

it('.data/.list, with and without SPAR', () => {
  const { data, list } = rawFiles(
    [0, 1].flatMap((mix) =>
      [0, 1, 2].flatMap((aver) => [0, 1].map((chan) => ({ mix, aver, chan, values: [1, 2, 3, 4, 5, 6, 7, 8] }))),
    ),
  );
  const given = { spectrometerFrequencyMHz: 127.7, dwellTimeS: 0.0005 };
  for (const withSpar of [true, false]) {
    const files = [data, textBytes(list), ...(withSpar ? [textBytes(sparText())] : [])];
    const outcome = fuzzReader({
      files,
      read: ([raw, table, spar]) => {
        const scan = readPhilipsDataList(
          bytesSource('a.data', raw as Uint8Array),
          table as Uint8Array,
          spar ?? null,
          given,
        );
        return scan.water === null ? [scan.dataset] : [scan.dataset, scan.water];
      },
      sniff: isPhilipsList,
      seed: withSpar ? 2 : 3,
    });
    expect(outcome.reads).toBeGreaterThan(200);
    expect(outcome.codes['FORMAT_INVALID']).toBeGreaterThan(50);
  }
});
