// LCModel's own result files, from versions 6.3-1B to 6.3-1N: every number of every table, the curves, and what phases and
// shift mean, checked on the data they were made from.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ppmToHz, WATER_PPM } from '../../src/core/domain/axes.ts';
import { signalAt } from '../../src/core/domain/complexArray.ts';
import { parseLcmodelControl } from '../../src/core/formats/lcmodelControl.ts';
import { readLcmodelRaw } from '../../src/core/formats/lcmodelRaw.ts';
import { fft } from '../../src/core/math/fft.ts';
import { latin1Text } from '../../src/core/math/fortranText.ts';
import type { LcmodelEstimate } from '../../src/core/quantification/lcmodel/index.ts';
import {
  lcmodelCsvResults,
  lcmodelFileKind,
  lcmodelResult,
  readLcmodelCoord,
  readLcmodelCsv,
  readLcmodelPrint,
  readLcmodelRun,
  readLcmodelTable,
} from '../../src/core/quantification/lcmodel/index.ts';
import { DATA_FOLDER, dataAvailable, realFile } from '../fixtures/realData.ts';

interface Run {
  readonly name: string;
  readonly coord: string;
  readonly table: string;
  readonly csv: string;
  readonly print: string | null;
}

const osprey =
  'osprey_in_pregame/sdat/UnEdited/derivatives/LCMoutput/LCModelFiles_metabs_mrs_sub-01_ses-01_press_sub-01_PRESS_35_act_LCM_A';
const run = (stem: string): Run => ({
  name: stem.slice(-40),
  coord: `${stem}.coord`,
  table: `${stem}.table`,
  csv: `${stem}.csv`,
  print: `${stem}.print`,
});

function runs(): Run[] {
  if (!dataAvailable) return [];
  const challenge = readdirSync(join(DATA_FOLDER, 'lcmodel_runs/ismrm_challenge')).filter((f) => f.endsWith('.coord'));
  return [
    ...challenge.map((f) => run(`lcmodel_runs/ismrm_challenge/${f.slice(0, -'.coord'.length)}`)),
    run('lcmodel_runs/press35_sub-01/out'),
    run('lcmodel_runs/test_case/out_full'),
    run(osprey),
    {
      name: 'suspect 6.3-1B',
      coord: 'suspect/lcmodel/svs_97.COORD',
      table: 'suspect/lcmodel/svs_97.TABLE',
      csv: 'suspect/lcmodel/svs_97.CSV',
      print: null,
    },
  ];
}

const file = (path: string): { name: string; bytes: Uint8Array; text: string } => {
  const { name, bytes } = realFile(path);
  return { name, bytes, text: latin1Text(bytes) };
};

/** The table's rows by plain columns of the text (1X, 8 + 4 + 1 + 8 + 1 columns, the name): another way than the reader's. */
function rowsByColumns(text: string): unknown[] {
  const lines = text.split('\n');
  const head = lines.findIndex((l) => /Conc\. {2}%SD/.test(l));
  const rows = lines.slice(head + 1).filter((_, i, all) => all.slice(0, i + 1).every((row) => row[13] === '%'));
  return rows.map((l) => ({
    name: l.slice(23).trim(),
    concentration: Number(l.slice(1, 9)),
    percentSd: Number(l.slice(9, 13)),
    ratio: Number(l.slice(14, 22)),
  }));
}

const plain = (rows: readonly LcmodelEstimate[] | null): unknown[] =>
  (rows ?? []).map(({ name, concentration, percentSd, ratio }) => ({ name, concentration, percentSd, ratio }));

describe.skipIf(!dataAvailable).each(runs())('$name', ({ coord, table, csv, print }) => {
  const coordFile = file(coord);
  const read = readLcmodelCoord(coordFile.bytes, coordFile.name);
  const tableFile = file(table);
  const readTable = readLcmodelTable(tableFile.bytes, tableFile.name);

  it('has the same numbers in the result, .coord, .table, .csv and .print, to the last digit', () => {
    const expected = rowsByColumns(tableFile.text);
    expect(expected.length).toBeGreaterThan(20);
    expect(plain(readTable.estimates)).toEqual(expected);
    expect(plain(read.estimates)).toEqual(expected);
    const csvFile = file(csv);
    const [voxel] = readLcmodelCsv(csvFile.bytes, csvFile.name).voxels;
    const cut = (expected as { name: string }[]).map((row) => ({ ...row, name: row.name.slice(0, 13) }));
    expect(plain(voxel?.estimates ?? null)).toEqual(cut);
    const { result } = lcmodelResult(read, { fileName: coordFile.name, curves: read.curves });
    const mapped = [...result.metabolites, ...result.combined];
    for (const row of read.estimates ?? []) {
      const same = mapped.filter((m) => m.amplitude === row.concentration && m.ratioToTCr === row.ratio);
      const percent = row.percentSd === 999 ? null : row.percentSd;
      expect(
        same.map((m) => m.crlbPercent),
        row.name,
      ).toContain(percent);
    }
    if (print === null) return;
    const printFile = file(print);
    const readPrint = readLcmodelPrint(printFile.bytes, printFile.name);
    expect(plain(readPrint.estimates)).toEqual(expected);
    expect(readPrint.misc).toEqual(read.misc);
    expect(readPrint.messages).toEqual(read.messages);
  });

  it('is read as one run from all its files', () => {
    const paths = [coord, table, ...(print === null ? [] : [print])];
    const { result, curves } = readLcmodelRun(paths.map(realFile));
    expect(result.metabolites.length + result.combined.length).toBeGreaterThanOrEqual(read.estimates?.length ?? 0);
    expect(curves?.ppm).toEqual(read.curves?.ppm);
    expect(result.correlation === null).toBe(print === null);
    expect(lcmodelFileKind(realFile(csv).bytes)).toBe('csv');
  });

  it('has the same messages, figures and input changes in .coord and .table', () => {
    expect(readTable.misc).toEqual(read.misc);
    expect(Object.values(read.misc ?? {})).not.toContain(null);
    expect(readTable.messages).toEqual(read.messages);
    expect([...readTable.changes]).toEqual([...read.changes]);
    expect(readTable.version).toBe(read.version);
  });

  it('has curves that add up to the fit, and the S/N that is printed', () => {
    const { curves, result } = lcmodelResult(read, { fileName: coordFile.name, curves: read.curves });
    const { fit, baseline, components, residual } = curves!;
    const range = Math.max(...fit.map(Math.abs));
    if (components.length > 0) {
      const nonZero = (read.estimates ?? []).filter((e) => e.concentration > 0 && e.name.indexOf('+', 1) < 0);
      expect(components).toHaveLength(nonZero.length);
      const sum = fit.map((_, i) => components.reduce((s, c) => s + (c.curve[i] as number), baseline[i] as number));
      // Each component had a background of four digits taken out.
      const rounding =
        components.length * 5e-4 * Math.max(...baseline.map(Math.abs)) + 1e-5 * range * components.length;
      fit.forEach((v, i) => expect(Math.abs((sum[i] as number) - v)).toBeLessThan(rounding));
    }
    const peak = Math.max(...fit.map((v, i) => Math.abs(v - (baseline[i] as number))));
    const rms = Math.sqrt(residual.reduce((s, v) => s + v * v, 0) / residual.length);
    // LCModel's SD has the fit's degrees of freedom taken off, some 60 to 150 of the 480 to 917 points.
    const ratio = peak / (2 * rms) / result.snr.value;
    expect(ratio).toBeGreaterThan(0.97);
    expect(ratio).toBeLessThan(1.25);
  });
});

describe.skipIf(!dataAvailable)('the .print files', () => {
  it.each(runs().filter((r) => r.print !== null))('$name: details, correlations and controls', ({ print, coord }) => {
    const printFile = file(print as string);
    const found = readLcmodelPrint(printFile.bytes, printFile.name);
    const singles = (found.estimates ?? []).filter(({ name }) => name.indexOf('+', 1) < 0);
    expect(found.details.map((d) => d.name)).toEqual(singles.map((s) => s.name));
    found.details.forEach((d, i) => {
      const row = singles[i] as LcmodelEstimate;
      expect(d.percentSd).toBe(row.percentSd);
      // Three significant digits here, three decimals there: half a unit of the last digit of each.
      expect(Math.abs(d.concentration - row.concentration)).toBeLessThanOrEqual(
        0.0051 * row.concentration + (row.concentration < 0.0995 ? 1e-15 : 0.00051),
      );
    });
    const { names, matrix } = found.correlation!;
    expect(names).toHaveLength((found.estimates ?? []).length);
    expect(matrix.every((v) => Math.abs(v) <= 1)).toBe(true);
    expect(Number(found.controls.get('HZPPPM')?.[0])).toBeCloseTo(Number(found.changes.get('HZPPPM')), 4);
    expect(found.lineshape).toHaveLength(2 * (found.misc?.lineshapeSides ?? 0) + 1);
    const coordFile = file(coord);
    const tables = readLcmodelCoord(coordFile.bytes, coordFile.name);
    const { result } = lcmodelResult(tables, { fileName: coordFile.name, print: found });
    expect(result.correlation).toHaveLength(result.metabolites.length ** 2);
    expect(result.lorentzianHz).toBeGreaterThan(0);
  });
});

describe.skipIf(!dataAvailable)('the .csv of multi-voxel runs', () => {
  it.each([
    ['lcmodel_runs/multi_voxel_10/multi-voxel.csv', 10],
    ['lcmodel_dngreve/test_lcm/multi-voxel/test-reference-multi-voxel.csv', 96],
  ])('%s', (path, voxels) => {
    const { name, bytes, text } = file(path);
    const csv = readLcmodelCsv(bytes, name);
    const numbers = text.trim().split('\n').slice(1).map((line) => line.split(',').map(Number)); // prettier-ignore
    expect(csv.voxels).toHaveLength(voxels);
    csv.voxels.forEach((voxel, i) => {
      const flat = voxel.estimates.flatMap((e) => [e.concentration, e.percentSd, e.ratio]);
      expect([voxel.row, voxel.column, ...flat]).toEqual(numbers[i]);
    });
    const results = lcmodelCsvResults(csv, { fileName: name });
    const [first] = results;
    expect(first?.result.metabolites.find((m) => m.name === 'NAA')?.amplitude).toBe(
      csv.voxels[0]?.estimates[0]?.concentration,
    );
    expect(first?.result.combined.map((m) => m.name)).toEqual(['tNAA', 'tCr', 'tCho', 'Glx', 'mI']);
  });
});

/** Pearson's correlation. */
function likeness(a: Float64Array, b: Float64Array): number {
  const mean = (v: Float64Array): number => v.reduce((s, x) => s + x, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((v, i) => {
    ab += (v - ma) * ((b[i] as number) - mb);
    aa += (v - ma) ** 2;
    bb += ((b[i] as number) - mb) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}

describe.skipIf(!dataAvailable)('phases and shift in our convention', () => {
  const CASES = [
    ['lcmodel_runs/test_case/', 'data.raw', 'control_full.file', 'out_full.coord'],
    ['lcmodel_runs/press35_sub-01/', 'met.RAW', 'control.file', 'out.coord'],
    ...[3, 12, 15].map((i) => ['lcmodel_runs/ismrm_challenge/', `d${i}.RAW`, `d${i}.control`, `d${i}.coord`]),
  ] as [string, string, string, string][];

  it.each(CASES)(
    '%s%s: taken out of the data, they leave LCModel’s phased data; with a sign changed, they do not',
    (folder, raw, control, coord) => {
      const controls = parseLcmodelControl(file(folder + control).text, control);
      const scan = readLcmodelRaw(file(folder + raw).bytes, raw, {}, controls);
      const f0 = scan.spectrometerFrequencyMHz;
      const read = readLcmodelCoord(file(folder + coord).bytes, coord);
      const { result } = lcmodelResult(read, { fileName: coord, spectrometerFrequencyMHz: f0 });
      const { ppm, data } = read.curves!;
      const fid = signalAt(scan.data, 0);
      const n = 2 * fid.re.length;
      const stepPpm = 1 / (n * scan.dwellTimeS * f0);

      const phased = (shiftHz: number, phase0Deg: number, phase1: number): Float64Array => {
        const turned = { re: new Float64Array(n), im: new Float64Array(n) };
        fid.re.forEach((re, i) => {
          const angle = -2 * Math.PI * shiftHz * i * scan.dwellTimeS;
          const im = fid.im[i] as number;
          turned.re[i] = re * Math.cos(angle) - im * Math.sin(angle);
          turned.im[i] = re * Math.sin(angle) + im * Math.cos(angle);
        });
        const spectrum = fft(turned);
        return ppm.map((p) => {
          const bin = Math.round(ppmToHz(p, f0) * n * scan.dwellTimeS);
          const at = ((bin % n) + n) % n;
          const angle = (-Math.PI / 180) * (phase0Deg + phase1 * (WATER_PPM - bin * stepPpm - WATER_PPM));
          return (spectrum.re[at] as number) * Math.cos(angle) - (spectrum.im[at] as number) * Math.sin(angle);
        });
      };
      const { phase0Deg, phase1DegPerPpm } = result;
      // LCModel shifts by whole points of the zero-filled axis, and prints three decimals of it.
      const stepHz = stepPpm * f0;
      const shiftHz = Math.round(result.shiftHz / stepHz) * stepHz;
      expect(Math.abs(shiftHz - result.shiftHz)).toBeLessThanOrEqual(0.00051 * f0);
      const right = likeness(data, phased(shiftHz, phase0Deg, phase1DegPerPpm));
      // Ph is printed to whole degrees and 0.1 deg/ppm; and its last few degrees are in the fit, not in the data plotted.
      expect(right).toBeGreaterThan(0.995);
      // The .print file tells the phases that the plotted data did get, to 0.1 degrees.
      const rephased = [
        ...file(folder + coord.replace('coord', 'print')).text.matchAll(/Rephasing to *([-\d.]+) deg; *([-\d.]+)/g),
      ];
      const [, given0, given1] = rephased.at(-1) as unknown as [string, string, string];
      expect(likeness(data, phased(shiftHz, -Number(given0), -Number(given1)))).toBeGreaterThan(0.9999);
      // LCModel turns the data again while more than DEGMAX = 13 degrees are left at an edge of the window.
      expect(Math.abs(Number(given0) + phase0Deg)).toBeLessThan(14);
      const wrong: [number, number, number][] = [
        [-shiftHz, phase0Deg, phase1DegPerPpm],
        [shiftHz, -phase0Deg, phase1DegPerPpm],
        [shiftHz, phase0Deg, -phase1DegPerPpm],
      ];
      for (const values of wrong) {
        const same = values.every((v, i) => v === [shiftHz, phase0Deg, phase1DegPerPpm][i] || v === 0);
        if (!same) expect(likeness(data, phased(...values))).toBeLessThan(right);
      }
    },
  );
});
