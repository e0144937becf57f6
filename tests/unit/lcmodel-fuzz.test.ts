// Damaged result files of LCModel: always a sound read or a refusal in words, and a result of finite numbers.
import { expect, it } from 'vitest';
import type { LcmodelEstimate, LcmodelTables } from '../../src/core/quantification/lcmodel/index.ts';
import {
  lcmodelCsvResults,
  lcmodelResult,
  readLcmodelCoord,
  readLcmodelCsv,
  readLcmodelPrint,
  readLcmodelTable,
} from '../../src/core/quantification/lcmodel/index.ts';
import { coordText, csvText, printText, tableText } from '../fixtures/lcmodelResults.ts';
import { fuzzReader } from './formatsFuzz.ts';

const RUNS = 2500;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function requireSoundRows(rows: readonly LcmodelEstimate[] | null): void {
  for (const { name, concentration, percentSd, ratio } of rows ?? []) {
    const sound = name !== '' && [concentration, ratio].every(Number.isFinite) && percentSd >= 0 && percentSd <= 999;
    if (!sound) throw new Error(`unsound row ${name} ${concentration} ${percentSd} ${ratio}`);
  }
}

/** Every number anywhere in a value must be finite. */
function requireFinite(value: unknown): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error('a result that is not finite');
  if (ArrayBuffer.isView(value)) (value as Float64Array).forEach(requireFinite);
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(requireFinite);
}

function requireSound(tables: LcmodelTables): void {
  requireSoundRows(tables.estimates);
  requireFinite({ ...tables, changes: null });
}

function fuzz(text: string, read: (bytes: Uint8Array) => void): void {
  const { reads, refusals, codes } = fuzzReader({
    files: [bytes(text)],
    read: ([file]) => {
      read(file as Uint8Array);
      return null;
    },
    runs: RUNS,
  });
  expect(reads).toBeGreaterThan(100);
  expect(refusals).toBeGreaterThan(100);
  const known = ['FILE_EMPTY', 'FILE_TRUNCATED', 'FORMAT_INVALID', 'HEADER_MISSING'];
  expect(Object.keys(codes).filter((code) => !known.includes(code))).toEqual([]);
}

it('.coord', () => {
  fuzz(coordText(), (file) => {
    const tables = readLcmodelCoord(file, 'a.coord');
    requireSound(tables);
    const lengths = new Set(
      [tables.curves?.ppm, tables.curves?.fit, ...(tables.curves?.metabolites.map((m) => m.curve) ?? [])].map(
        (c) => c?.length,
      ),
    );
    if (lengths.size !== 1) throw new Error('curves of unlike lengths');
    requireFinite(lcmodelResult(tables, { fileName: 'a.coord', curves: tables.curves }));
  });
});

it('.table', () => {
  fuzz(tableText(), (file) => {
    const tables = readLcmodelTable(file, 'a.table');
    requireSound(tables);
    requireFinite(lcmodelResult(tables, { fileName: 'a.table' }));
  });
});

it('.print', () => {
  fuzz(printText(), (file) => {
    const print = readLcmodelPrint(file, 'a.print');
    requireSound({ ...print });
    requireFinite(lcmodelResult(print, { fileName: 'a.print', print }));
  });
});

it('.csv', () => {
  const voxels = [[1, 6], [1, 5], [2, 5]] as const; // prettier-ignore
  fuzz(csvText(undefined, voxels), (file) => {
    const csv = readLcmodelCsv(file, 'a.csv');
    csv.voxels.forEach((voxel) => requireSoundRows(voxel.estimates));
    requireFinite(lcmodelCsvResults(csv, { fileName: 'a.csv' }));
  });
});
