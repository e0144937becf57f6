// A real LCModel, where there is one (LINESHAPE_LCMODEL = path of its executable): the same inputs must give the numbers of
// the stored tables.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseLcmodelControl } from '../../src/core/formats/lcmodelControl.ts';
import { readLcmodelRaw } from '../../src/core/formats/lcmodelRaw.ts';
import { latin1Text } from '../../src/core/math/fortranText.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import { lcmodelResult, parseLcmodelSettings, readLcmodelTable } from '../../src/core/quantification/lcmodel/index.ts';
import { runLcmodel } from '../../src/node/lcmodel/runLcmodel.ts';
import { NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { dataAvailable, realFile } from '../fixtures/realData.ts';

const executable = process.env['LINESHAPE_LCMODEL'];
if (executable === undefined) {
  process.stderr.write('skipped: a run of LCModel, for LINESHAPE_LCMODEL does not name an executable\n');
}

interface Case {
  readonly folder: string;
  readonly control: string;
  readonly raw: string;
  readonly water: string | null;
  readonly basis: string;
  readonly table: string;
  readonly settings: JsonObject;
}

const CASES: readonly Case[] = [
  {
    folder: 'lcmodel_runs/test_case', control: 'control_full.file', raw: 'data.raw', water: null, basis: '3t.basis',
    table: 'out_full.table', settings: {},
  },
  {
    folder: 'lcmodel_runs/ismrm_challenge', control: 'd1.control', raw: 'd1.RAW', water: 'd1.H2O', basis: 'challenge.BASIS',
    table: 'd1.table', settings: { simulatedSignals: 'none' },
  },
]; // prettier-ignore

/** The last digit LCModel prints of a concentration: three decimals, or three significant digits of small and large ones. */
const lastDigit = (value: number): number =>
  value < 0.0995 || value > 999.999 ? 10 ** (Math.floor(Math.log10(value)) - 2) : 0.001;

it.skipIf(executable === undefined || !dataAvailable).each(CASES)('$folder', async (given) => {
  const file = (name: string): Uint8Array => realFile(join(given.folder, name)).bytes;
  const control = parseLcmodelControl(latin1Text(file(given.control)), given.control);
  const read = (name: string): ReturnType<typeof readLcmodelRaw> => readLcmodelRaw(file(name), name, {}, control);
  const [run] = await runLcmodel(
    {
      executable: executable as string,
      scan: read(given.raw),
      water: given.water === null ? null : read(given.water),
      basis: file(given.basis),
      settings: parseLcmodelSettings(given.settings),
    },
    NEVER_CANCELLED,
  );
  const stored = readLcmodelTable(file(given.table), given.table);
  const expected = lcmodelResult(stored, { fileName: given.table }).result;
  expect(run?.result.metabolites.map((m) => m.name)).toEqual(expected.metabolites.map((m) => m.name));
  run?.result.metabolites.forEach((found, i) => {
    const row = expected.metabolites[i]!;
    // What is not determined may fall on either side of zero.
    if (row.crlbPercent === null || row.crlbPercent >= 100) return;
    // The same arithmetic compiled elsewhere: the last printed digit, and one percent point of %SD.
    expect(Math.abs(found.amplitude - row.amplitude), row.name).toBeLessThanOrEqual(1.1 * lastDigit(row.amplitude));
    expect(Math.abs((found.crlbPercent ?? 999) - row.crlbPercent), row.name).toBeLessThanOrEqual(1);
  });
});
