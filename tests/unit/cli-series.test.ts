// lineshape series as its users meet it: a simulated relaxation series fitted by the bundled program, its files, and what it
// refuses.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { basisSetToDataset } from '../../src/core/basis/basisDataset.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { writeMrs } from '../../src/core/formats/index.ts';
import type { SeriesInput } from '../../src/core/quantification/dynamicSeries/index.ts';
import type { CliBundle, CliRun } from '../fixtures/bundleCli.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import { ECHO_TIMES_S, T2_S, seriesBasis, simulatedSeries, t2Decay } from '../fixtures/simulatedSeries.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { datasetOf } from './preprocessingSynthesis.ts';

const SERIES: SeriesInput = simulatedSeries(seriesBasis(), {
  x: ECHO_TIMES_S,
  amplitude: t2Decay,
  shiftHz: (k) => 2 * Math.sin(k),
  phaseRad: (k) => 0.4 * Math.cos(k),
  noiseSd: 0.3,
  seed: 3,
});

let cli: CliBundle;
let folder: string;
const file = (name: string): string => join(folder, name);

/** The series as a file has it: echo times in the header of its dimension. */
function seriesScan(fids: readonly ComplexSignal[]): MrsDataset {
  const dataset = datasetOf([...fids], [['DIM_INDIRECT_0', fids.length]]);
  return {
    ...dataset,
    dwellTimeS: SERIES.dwellTimeS,
    spectrometerFrequencyMHz: SERIES.spectrometerFrequencyMHz,
    dimensions: dataset.dimensions.map((d) => ({
      ...d,
      header: { EchoTime: ECHO_TIMES_S.slice(0, fids.length) },
    })),
  };
}

beforeAll(async () => {
  cli = await bundleCli();
  folder = makeTempFolder();
  writeFileSync(file('basis.nii.gz'), writeMrs(basisSetToDataset(seriesBasis()), 'nifti-mrs'));
  writeFileSync(file('series.nii.gz'), writeMrs(seriesScan(SERIES.fids), 'nifti-mrs'));
  writeFileSync(file('one.nii.gz'), writeMrs(seriesScan(SERIES.fids.slice(0, 1)), 'nifti-mrs'));
}, 120_000);

afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

const series = (scan: string, dim: string, ...further: string[]): Promise<CliRun> =>
  cli.run(['series', file(scan), '--dim', dim, '--basis', file('basis.nii.gz'), '--no-preprocess', ...further]);

/** Rows of a CSV by their head. */
function rowsOf(csv: string): Record<string, string>[] {
  const [head = '', ...lines] = csv.trim().split('\r\n');
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i], cell])));
}

describe('lineshape series', () => {
  it('fits the points together, and writes points, parameters and the whole result', async () => {
    const run = await series('series.nii.gz', 'indirect_0', '--model', 'all:exponential', '-o', file('out'), '--json');
    expect([run.code, run.stderr.match(/lineshape: .*/)]).toEqual([0, null]);
    expect(readdirSync(file('out')).sort()).toEqual(['parameters.csv', 'points.csv', 'result.json']);

    const points = rowsOf(readFileSync(join(file('out'), 'points.csv'), 'utf8'));
    expect(points.map((p) => Number(p['EchoTime_s']))).toEqual(ECHO_TIMES_S);
    points.forEach((p, k) => {
      expect(p['status']).toBe('converged');
      expect(Number(p['shift_Hz'])).toBeCloseTo(2 * Math.sin(k), 0);
      const bound = Number(p['NAA_crlb']);
      expect(bound).toBeGreaterThan(0);
      expect(Math.abs(Number(p['NAA']) - t2Decay('NAA', ECHO_TIMES_S[k]!))).toBeLessThan(4 * bound);
    });

    const parameters = rowsOf(readFileSync(join(file('out'), 'parameters.csv'), 'utf8'));
    for (const name of ['NAA', 'Ins', 'Glu']) {
      const found = parameters.find((p) => p['metabolite'] === name && p['parameter'] === 'timeConstant')!;
      expect(found).toMatchObject({ model: 'exponential', unit: 's' });
      expect(Math.abs(Number(found['value']) - T2_S[name]!), name).toBeLessThan(4 * Number(found['sd']));
    }
    expect(parameters.filter((p) => p['model'] === 'shared').map((p) => p['parameter'])).toContain('lorentzianHz');

    const document = JSON.parse(readFileSync(join(file('out'), 'result.json'), 'utf8')) as Record<string, unknown>;
    expect(document).toEqual(JSON.parse(run.stdout));
    expect(document).toMatchObject({
      schema: 'lineshape.series/1',
      input: { file: 'series.nii.gz' },
      series: { dimension: 'DIM_INDIRECT_0', bin: 1, step: 1, x: { name: 'EchoTime', unit: 's' } },
      converged: true,
    });
    expect(document['points']).toHaveLength(ECHO_TIMES_S.length);
  });

  it('prints tables for a reader, and averages neighbours where asked to', async () => {
    const run = await series('series.nii.gz', 'DIM_INDIRECT_0', '--bin', '2');
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^Point +EchoTime s +Shift Hz +tNAA +CRLB %/m);
    expect(run.stdout.match(/^\d +0\.\d+ /gm)).toHaveLength(ECHO_TIMES_S.length / 2);
    expect(run.stdout).toMatch(/^all +shared +lorentzianHz/m);
  });

  it.each<[string, string, string, readonly string[], number, RegExp]>([
    ['a dimension that is none', 'series.nii.gz', 'DIM_TIME', [], 2, /^--dim takes one of .*DIM_DYN.*, not "DIM_TIME"\.$/],
    ['a dimension that the scan lacks', 'series.nii.gz', 'DIM_DYN', [], 2, /^The scan has no dimension DIM_DYN; it has DIM_INDIRECT_0 \(8\)\.$/],
    ['a model that is none', 'series.nii.gz', 'DIM_INDIRECT_0', ['--model', 'NAA:cubic'], 2, /^There is no amplitude model "cubic"; there is .*exponential.*\.$/],
    ['a model of nothing', 'series.nii.gz', 'DIM_INDIRECT_0', ['--model', 'exponential'], 2, /^--model takes METABOLITE:MODEL \(.*\), not "exponential"\.$/],
    ['a model of a metabolite that the basis lacks', 'series.nii.gz', 'DIM_INDIRECT_0', ['--model', 'Xyz:linear'], 2, /Xyz/],
    ['one point', 'one.nii.gz', 'DIM_INDIRECT_0', [], 2, /at least two points/],
    ['bins that leave one point', 'series.nii.gz', 'DIM_INDIRECT_0', ['--bin', '5'], 2, /^A series needs at least two points, but 8 elements in bins of 5 make 1\.$/],
    ['too few values', 'series.nii.gz', 'DIM_INDIRECT_0', ['--x', '1,2,3'], 2, /^The series has 8 points, but 3 values were given for them\.$/],
    ['a file that is not there', 'nowhere.nii.gz', 'DIM_INDIRECT_0', [], 3, /nowhere\.nii\.gz/],
  ])('refuses %s in one sentence, and writes nothing', async (_, scan, dim, further, code, sentence) => {
    const run = await series(scan, dim, ...further, '--json', '-o', file('never'));
    const { error } = JSON.parse(run.stdout) as { error: { message: string } };
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toMatch(/[.!?] [A-Z]/);
    expect(run.stderr).toContain(`lineshape: ${error.message}`);
    expect(run.stderr).not.toMatch(/\n\s+at /);
    expect(run.code).toBe(code);
    expect(existsSync(file('never'))).toBe(false);
  }); // prettier-ignore
});
