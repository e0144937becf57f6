// lineshape simulate, evaluate and compare as their users meet them: the bundled program as a child process.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNiftiMrs, writeMrs } from '../../src/core/formats/index.ts';
import type { CliBundle, CliRun } from '../fixtures/bundleCli.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import { P31_PEAKS, phosphorusScan } from '../fixtures/phosphorusScan.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { syntheticScan } from './workflowFixture.ts';

const BASIS = 'lineshape-3t-press-te30-123mhz';
const SIMULATE = ['simulate', '--basis', BASIS, '--n', '4', '--seed', '11'];

let cli: CliBundle;
let folder: string;
const file = (...names: string[]): string => join(folder, ...names);
const read = (...names: string[]): Buffer => readFileSync(file(...names));

beforeAll(async () => {
  cli = await bundleCli();
  folder = makeTempFolder();
  await cli.run([...SIMULATE, '--preset', 'dq', '-o', file('set')]);
}, 120_000);

afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

interface LevelledMethod {
  readonly snrLevels: readonly { readonly from: number; readonly to: number; readonly cases: number }[];
}

function expectError(run: CliRun, exitCode: number, message: RegExp): void {
  const { error } = JSON.parse(run.stdout) as { error: { message: string } };
  expect(error.message).toMatch(message);
  expect(run.stderr).toContain(`lineshape: ${error.message}`);
  expect(run.code).toBe(exitCode);
}

/** A copy of the set with another truth.csv. */
function setWith(name: string, truth: (original: string) => string): string {
  cpSync(file('set'), file(name), { recursive: true });
  writeFileSync(file(name, 'truth.csv'), truth(read('set', 'truth.csv').toString()));
  return file(name);
}

interface Row {
  readonly name: string;
  readonly n: number;
  readonly mape: number;
  readonly bias: number;
  readonly coverage95: number;
}
interface Evaluation {
  readonly schema: string;
  readonly methods: readonly {
    readonly method: string;
    readonly n: number;
    readonly msPerSpectrum: number;
    readonly failures: readonly unknown[];
    readonly metabolites: readonly Row[];
    readonly combined: readonly Row[];
    readonly withoutTruth: readonly string[];
  }[];
}

describe('simulate, transients of one voxel', () => {
  const ask = (...more: string[]) => [
    'simulate',
    '--preset',
    'fpc-published-clean',
    '--n',
    '24',
    '--seed',
    '7',
    ...more,
  ];

  it('writes them with their offsets, which a correction finds again, and the same bytes for the same seed', async () => {
    const run = await cli.run([...ask('--json'), '-o', file('transients')]);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      schema: 'lineshape.simulated-transients/1',
      n: 24,
      files: ['transients.nii.gz', 'offsets.csv'],
    });
    const [head, ...rows] = read('transients', 'offsets.csv').toString().trim().split('\n');
    expect(head).toBe('transient,shiftHz,phaseDeg,amplitude,dampingHz,snr,noiseSd,moved');
    const truthHz = rows.map((row) => Number(row.split(',')[1]));
    const corrected = await cli.run([
      ...['preprocess', file('transients', 'transients.nii.gz'), '--fpc', 'robust-sr'],
      ...['-o', file('corrected.nii.gz'), '--json'],
    ]);
    expect(corrected.code).toBe(0);
    const { shiftHz } = (JSON.parse(corrected.stdout) as { transients: { shiftHz: number[] } }).transients;
    const errors = shiftHz.map((hz, k) => hz - truthHz[k]!).sort((a, b) => a - b);
    expect(errors).toHaveLength(24);
    // One frame for all of them: what counts is the spread.
    expect(errors.at(-1)! - errors[0]!).toBeLessThan(2);
    await cli.run([...ask(), '-o', file('transients-again')]);
    expect(read('transients-again', 'transients.nii.gz').equals(read('transients', 'transients.nii.gz'))).toBe(true);
  }, 60_000);

  it('says in words what does not go with such a preset', async () => {
    expectError(await cli.run([...ask('--basis', BASIS, '--json'), '-o', file('x')]), 2, /settles --basis itself/);
    expectError(
      await cli.run(['simulate', '--preset', 'dq', '--n', '2', '--seed', '1', '-o', file('x'), '--json']),
      2,
      /needs a basis set: --basis/,
    );
    expectError(
      await cli.run(['simulate', '--preset', 'fpc', '--n', '2', '--seed', '1', '-o', file('x'), '--json']),
      2,
      /no preset "fpc"; there is .*fpc-wide/,
    );
  });
});

describe('simulate', () => {
  it('writes spectra of independent cases and their truth, the same bytes for the same seed', async () => {
    const run = await cli.run([...SIMULATE, '--preset', 'dq', '-o', file('again'), '--json']);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ schema: 'lineshape.simulation/1', preset: 'dq', n: 4, leftOut: [] });
    expect(readdirSync(file('again')).sort()).toEqual(['spectra.nii.gz', 'truth.csv']);
    expect(read('again', 'spectra.nii.gz').equals(read('set', 'spectra.nii.gz'))).toBe(true);
    expect(read('again', 'truth.csv').equals(read('set', 'truth.csv'))).toBe(true);
    const dataset = readNiftiMrs(new Uint8Array(read('set', 'spectra.nii.gz')), 'spectra.nii.gz');
    expect(dataset.data.shape).toEqual([1, 1, 1, 4, 2048]);
    expect(dataset.dimensions[0]!.info).toContain('not transients');
    expect(dataset.header['LineshapeSimulation']).toMatchObject({ Preset: 'dq', Seed: 11, Basis: BASIS });
    const [header, ...rows] = read('set', 'truth.csv').toString().trim().split('\n');
    expect(header).toMatch(/^case,Ala,.*,Mac,snr,noiseSd,shiftHz,phaseDeg,lorentzianHz,gaussianHz$/);
    expect(rows).toHaveLength(4);
  });

  it('another seed gives other cases', async () => {
    await cli.run(['simulate', '--basis', BASIS, '--n', '1', '--seed', '12', '-o', file('other')]);
    expect(read('other', 'truth.csv').equals(read('set', 'truth.csv'))).toBe(false);
  });

  it('names its presets with their seeds', async () => {
    const { stdout } = await cli.run(['simulate', '--help']);
    for (const preset of ['qnet', 'dq', 'hatami', 'rizzo', 'brain']) expect(stdout).toContain(`\n  ${preset}`);
    expect(stdout).toContain('training 1001, validation 1002, test 1900');
  });

  it.each([
    ['--preset', 'magic', /There is no preset "magic"; there is qnet, dq/],
    ['--n', '0', /--n takes a whole number from 1/],
    ['--seed', '4294967296', /--seed takes a whole number from 0 to 4294967295/],
    ['--snr', '9,3', /--snr takes one number, or two as LO,HI/],
    ['--shifts', 'own', /--shifts takes common/],
    ['--artefact', 'metal', /--artefact takes lipids, tumour-lipids, spurious-echo, noise-only, mild/],
    ['--snr-definition', 'waterReference', /The preset brain has no water reference that an SNR could be of/],
  ])('%s %s is a usage error, and nothing is left behind', async (option, value, message) => {
    const run = await cli.run([...SIMULATE, '-o', file('never'), '--json', option, value]);
    expectError(run, 2, message);
    expect(existsSync(file('never'))).toBe(false);
  });

  it('a basis that is not there', async () => {
    const run = await cli.run([
      'simulate',
      '--basis',
      'nowhere',
      '--n',
      '1',
      '--seed',
      '1',
      '-o',
      file('never'),
      '--json',
    ]);
    expect(run.code).toBe(5);
    expect(existsSync(file('never'))).toBe(false);
  });
});

describe('evaluate', () => {
  const evaluate = (set: string, ...further: string[]): Promise<CliRun> =>
    cli.run(['evaluate', '--set', set, '--basis', BASIS, '--threads', '1', '--json', ...further]);

  it('finds the truth of a set again, whoever numbers its cases', async () => {
    const run = await evaluate(file('set'), '-o', file('estimates.csv'));
    expect([run.code, JSON.parse(run.stdout)]).toMatchObject([0, { schema: 'lineshape.evaluation/1' }]);
    const { methods } = JSON.parse(run.stdout) as Evaluation;
    const [nlls] = methods;
    expect(nlls).toMatchObject({ method: 'nlls', n: 4, failures: [], withoutTruth: [] });
    expect(JSON.parse(run.stdout)).toMatchObject({ basis: { id: BASIS, leftOut: ['Ace'] } });
    expect(nlls!.msPerSpectrum).toBeGreaterThan(0);
    const naa = nlls!.combined.find((r) => r.name === 'tNAA')!;
    expect(naa.n).toBe(4);
    // SNR 67: the bound of tNAA is some 3 %.
    expect(naa.mape).toBeLessThan(10);
    const lines = readFileSync(file('estimates.csv'), 'utf8').trim().split('\n');
    expect(lines[0]).toBe('method,case,metabolite,truth,estimate,crlb');
    expect(lines.filter((line) => line.includes(',tNAA,'))).toHaveLength(4);

    const shuffled = setWith('shuffled', (text) => {
      const [header, ...rows] = text.trim().split('\n');
      return [header, ...rows.map((row) => row.replace(/^\d+/, (n) => String(Number(n) + 1))).reverse()].join('\n');
    });
    const again = JSON.parse((await evaluate(shuffled)).stdout) as Evaluation;
    expect(again.methods[0]!.combined.map((r) => r.bias)).toEqual(nlls!.combined.map((r) => r.bias));
  });

  it('prints a table, several methods one after another', async () => {
    const args = ['evaluate', '--set', file('set'), '--basis', BASIS, '--method', 'nlls,quest', '--cases', '1'];
    const one = await cli.run([...args, '--threads', '1']);
    expect(one.stdout).toContain('Not fitted, as the truth names none of it: Ace');
    const { stdout, code } = await cli.run([...args, '--threads', '1', '--metabolites', 'all']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^nlls, basis .* 1 cases/m);
    expect(stdout).toMatch(/^quest, basis /m);
    expect(stdout).toMatch(/^Metabolite +n +MAPE %/m);
    expect(stdout).toContain('Estimated, truth not known: Ace');
  });

  it('gives tables between levels of SNR, whose cases add up to all', async () => {
    const args = ['evaluate', '--set', file('set'), '--basis', BASIS, '--threads', '1', '--snr-levels', '7,65,300'];
    const run = await cli.run([...args, '--json']);
    const [nlls] = (JSON.parse(run.stdout) as Evaluation).methods as unknown as [LevelledMethod];
    expect(nlls.snrLevels.map(({ from, to }) => [from, to])).toEqual([[7, 65], [65, 300]]); // prettier-ignore
    expect(nlls.snrLevels.reduce((sum, { cases }) => sum + cases, 0)).toBe(4);
    const table = await cli.run([...args, '--cases', '1']);
    expect(table.stdout).toMatch(/^SNR 65 to 300, [01] cases$/m);
    const falling = await cli.run([...args.slice(0, -1), '9,3', '--json']);
    expectError(falling, 2, /--snr-levels takes two or more rising numbers, such as 5,10,20, not "9,3"/);
  });

  it('needs no basis set where single lines are fitted, though none comes for the nucleus', async () => {
    const cases = 3;
    mkdirSync(file('lines'));
    const spectra = phosphorusScan({ coils: 1, transients: cases, noiseSd: 0.1, seed: 5 });
    writeFileSync(file('lines', 'spectra.nii.gz'), writeMrs(spectra, 'nifti-mrs'));
    const truth = P31_PEAKS.find(([name]) => name === 'PCr')![3];
    const rows = Array.from({ length: cases }, (_, k) => `${k},${truth}`);
    writeFileSync(file('lines', 'truth.csv'), `case,PCr\n${rows.join('\n')}\n`);
    const args = ['evaluate', '--set', file('lines'), '--method', 'amares', '--threads', '1'];
    const run = await cli.run([...args, '--json']);
    expect([run.code, run.stderr.match(/lineshape: .*/)]).toEqual([0, null]);
    expect(JSON.parse(run.stdout)).toMatchObject({ basis: { id: 'none', leftOut: [] }, warnings: [] });
    const [amares] = (JSON.parse(run.stdout) as Evaluation).methods;
    expect(amares).toMatchObject({ method: 'amares', n: cases, failures: [] });
    // 0.1 of noise in 1024 points: the bound of PCr is 0.3 %.
    expect(amares!.metabolites.find((r) => r.name === 'PCr')!.mape).toBeLessThan(2);
    expect((await cli.run(args)).stdout).toMatch(/^amares, no basis set, 3 cases/m);
    expectError(await cli.run([...args, '--json', '--method', 'nlls']), 5, /No basis set .* is for 31P/);
  });

  it.each([
    ['no truth', (): string => '', 3, /truth\.csv is empty/],
    [
      'a word for a number',
      (text: string): string => text.replace(/\n0,[^,]*/, '\n0,much'),
      3,
      /has "much" for Ala in line 2/,
    ],
    [
      'a case too few',
      (text: string): string => text.replace(/\n3,.*\n$/, '\n'),
      3,
      /has 3 cases, where there are 4 spectra/,
    ],
  ])('%s', async (name, change, code, message) => {
    expectError(await evaluate(setWith(name, change)), code, message);
  });

  it('a folder that is no set, and spectra that are no cases', async () => {
    expectError(
      await evaluate(folder),
      3,
      /should hold spectra\.nii\.gz and truth\.csv, and spectra\.nii\.gz is not there/,
    );
    expectError(await evaluate(file('nowhere')), 3, /There is no folder "nowhere" with a set in it/);
    const coils = setWith('coils', (text) => text);
    const dataset = readNiftiMrs(new Uint8Array(read('set', 'spectra.nii.gz')), 'x');
    const tagged = { ...dataset, dimensions: [{ tag: 'DIM_COIL' as const, info: null, header: null }] };
    writeFileSync(join(coils, 'spectra.nii.gz'), writeMrs(tagged, 'nifti-mrs'));
    expectError(await evaluate(coils), 3, /its cases along DIM_DYN; its shape is 1 × 1 × 1 × 4 × 2048 \(DIM_COIL\)/);
    expectError(await evaluate(file('set'), '--scale', 'water'), 2, /--scale takes none, tCr, common/);
    expectError(await evaluate(file('set'), '--metabolites', 'some'), 2, /--metabolites takes truth, all, not "some"/);
    expectError(await evaluate(file('set'), '--method', 'magic'), 2, /There is no method "magic"/);
    expectError(await evaluate(file('set'), '--method', 'lcmodel'), 2, /lineshape lcmodel run/);
  });
});

describe('compare', () => {
  beforeAll(async () => {
    for (const seed of [1, 2, 3])
      writeFileSync(file(`scan${seed}.nii.gz`), writeMrs(syntheticScan({ seed }), 'nifti-mrs'));
    const scans = [1, 2, 3].map((seed) => file(`scan${seed}.nii.gz`));
    const fit = ['quantify', ...scans, '--basis', BASIS, '--no-preprocess', '--threads', '1', '--json'];
    writeFileSync(file('both.json'), (await cli.run([...fit, '--method', 'nlls,quest'])).stdout);
    writeFileSync(file('nlls.json'), (await cli.run(fit)).stdout);
  }, 120_000);

  it('pairs two methods of one file, and writes the table', async () => {
    const run = await cli.run(['compare', file('both.json'), '--methods', 'nlls,quest', '--json', '-o', file('c.csv')]);
    expect(run.code).toBe(0);
    const document = JSON.parse(run.stdout) as {
      common: number;
      rows: { name: string; n: number; limits: number[] }[];
    };
    expect(document).toMatchObject({
      schema: 'lineshape.comparison/1',
      common: 3,
      onlyA: 0,
      onlyB: 0,
      quantity: 'ratio',
    });
    const naa = document.rows.find((r) => r.name === 'tNAA')!;
    expect(naa.n).toBe(3);
    expect(naa.limits[0]).toBeLessThan(naa.limits[1]!);
    expect(readFileSync(file('c.csv'), 'utf8')).toMatch(/^metabolite,n,mean_a,.*\ntNAA,3,/);
  });

  it('of two files with one method each finds the same, the same numbers agreeing fully', async () => {
    const { stdout } = await cli.run([
      'compare',
      file('nlls.json'),
      file('both.json'),
      '--methods',
      'nlls,nlls',
      '--json',
    ]);
    const { rows } = JSON.parse(stdout) as { rows: { name: string; bias: number; icc: number }[] };
    const naa = rows.find((r) => r.name === 'tNAA')!;
    expect([naa.bias, naa.icc]).toEqual([0, 1]);
    const table = await cli.run(['compare', file('both.json'), '--methods', 'nlls,quest']);
    expect(table.stdout).toMatch(/Metabolite +n +Mean A +Mean B/);
    expect(table.stdout).toContain('Deming');
  });

  it('takes folders with the results of many runs, and passes over other JSON', async () => {
    mkdirSync(file('runs', 'sub'), { recursive: true });
    cpSync(file('both.json'), file('runs', 'sub', 'result.json'));
    writeFileSync(file('runs', 'settings.json'), '{}');
    const run = await cli.run(['compare', file('runs'), file('nlls.json'), '--methods', 'quest,nlls', '--json']);
    const { common, a, rows } = JSON.parse(run.stdout) as {
      common: number;
      a: { label: string; notConverged: number };
      rows: { name: string; bias: number; intervals95: { bias: [number, number] } }[];
    };
    expect([common, a.label, a.notConverged]).toEqual([3, 'quest (runs)', 0]);
    const naa = rows.find((r) => r.name === 'tNAA')!;
    // Two degrees of freedom: the interval reaches 4.30 standard errors to each side.
    expect((naa.intervals95.bias[0] + naa.intervals95.bias[1]) / 2).toBeCloseTo(naa.bias, 12);
    mkdirSync(file('empty'));
    expectError(await cli.run(['compare', file('empty'), file('nlls.json'), '--json']), 3, /The folder empty holds no result/); // prettier-ignore
  });

  it('refuses in words', async () => {
    const compare = (...args: string[]): Promise<CliRun> => cli.run(['compare', ...args, '--json']);
    expectError(await compare(file('both.json')), 2, /the two methods to compare are named with --methods A,B/);
    expectError(
      await compare(file('both.json'), file('nlls.json')),
      2,
      /both\.json has results of several methods \(nlls, quest\)/,
    );
    expectError(
      await compare(file('both.json'), '--methods', 'nlls,qnet'),
      2,
      /has no result of the method "qnet"; it has nlls, quest/,
    );
    expectError(
      await compare(file('both.json'), '--methods', 'nlls,quest', '--quantity', 'x'),
      2,
      /--quantity takes ratio, amplitude/,
    );
    expectError(
      await compare(file('both.json'), '--methods', 'nlls,quest', '--quantity', 'concentration'),
      4,
      /no concentrations in common/,
    );
    expectError(await compare(file('scan1.nii.gz'), file('nlls.json')), 3, /scan1\.nii\.gz is not valid JSON/);
    writeFileSync(file('else.json'), '{"schema":"x"}');
    expectError(
      await compare(file('else.json'), file('nlls.json')),
      3,
      /else\.json is not a result of "lineshape quantify --json"/,
    );
    expectError(
      await compare(file('both.json'), '--methods', 'nlls,nlls'),
      2,
      /two different methods are compared, not "nlls" with itself/,
    );
    expectError(await compare(file('nowhere.json'), file('nlls.json')), 3, /nowhere\.json/);
    expectError(await compare('--db', file('no.db'), '--study', 'x', '--methods', 'nlls,quest'), 3, /no\.db/);
    expectError(await compare('--db', file('no.db')), 2, /--db PATH --study ID --methods A,B/);
  });
});
