// `lineshape lcmodel` as its users meet it: results of real runs of LCModel through the command line, every number as its
// .table has it, into a study too; and the input files it writes, which LCModel's own control file and ours agree on.
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseLcmodelControl, readLcmodelRaw } from '../../src/core/formats/index.ts';
import { latin1Text } from '../../src/core/math/fortranText.ts';
import { readLcmodelTable } from '../../src/core/quantification/lcmodel/index.ts';
import type { MetaboliteEstimate, QuantificationResult } from '../../src/core/domain/quantification.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import type { CliBundle, CliRun } from '../fixtures/bundleCli.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import { coordText, printText } from '../fixtures/lcmodelResults.ts';
import { DATA_FOLDER, dataAvailable, realFile } from '../fixtures/realData.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

if (!dataAvailable) process.stderr.write('skipped: results of real runs of LCModel, for ../shared/data is not there\n');

interface Document {
  readonly schema: string;
  readonly input: { readonly file: string; readonly sha256: string };
  readonly basis: { readonly id: string; readonly sha256: string | null };
  readonly results: readonly (QuantificationResult & { readonly voxel: number; readonly place: unknown })[];
  readonly analysis?: { readonly id: string; readonly studyId: string };
}

let cli: CliBundle;
let folder: string;
const DEMO = join(resourcesDir(), 'demo');
const real = (path: string): string => join(DATA_FOLDER, path);
const documentOf = (run: CliRun): Document => JSON.parse(run.stdout) as Document;
const errorOf = (run: CliRun): unknown => [
  run.code,
  (JSON.parse(run.stdout) as { error: { code: string } }).error.code,
];

beforeAll(async () => {
  cli = await bundleCli();
  folder = makeTempFolder();
}, 120_000);

afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** Every row of the .table is one of the estimates, with the same three numbers. */
function expectTable(path: string, result: QuantificationResult): void {
  const { estimates, version } = readLcmodelTable(realFile(path).bytes, path);
  const all: readonly MetaboliteEstimate[] = [...result.metabolites, ...result.combined];
  expect(result.version).toBe(version);
  for (const row of estimates ?? []) {
    const same = all.some(
      (e) =>
        e.amplitude === row.concentration &&
        e.crlbPercent === (row.percentSd < 999 ? row.percentSd : null) &&
        (e.ratioToTCr === null || e.ratioToTCr === row.ratio),
    );
    expect(same, row.name).toBe(true);
  }
}

describe.skipIf(!dataAvailable)('results of a real LCModel', () => {
  it.each([
    ['lcmodel_runs/press35_sub-01', 'lcmodel_runs/press35_sub-01/out.table'],
    ['lcmodel_runs/test_case', 'lcmodel_runs/test_case/out_full.table'],
    ['suspect/lcmodel', 'suspect/lcmodel/svs_97.TABLE'],
  ])('%s: the numbers of its .table', async (path, table) => {
    const run = await cli.run(['lcmodel', 'import', real(path), '--json']);
    expect(run.code).toBe(0);
    const document = documentOf(run);
    expect(document.schema).toBe('lineshape.quantification/1');
    expect(document.results).toHaveLength(1);
    expectTable(table, document.results[0]!);
  });

  it('a folder of many runs gives a document each', async () => {
    const run = await cli.run(['lcmodel', 'import', real('lcmodel_runs/ismrm_challenge'), '--json']);
    const { schema, documents } = JSON.parse(run.stdout) as { schema: string; documents: Document[] };
    expect(schema).toBe('lineshape.quantifications/1');
    expect(documents).toHaveLength(14);
    for (const { input, results, basis } of documents) {
      expect(basis).toMatchObject({ id: 'challenge', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expectTable(`lcmodel_runs/ismrm_challenge/${input.file.split('.')[0]}.table`, results[0]!);
    }
  });

  it('a grid’s .csv gives its voxels by row and column', async () => {
    const path = real('lcmodel_runs/multi_voxel_10/multi-voxel.csv');
    const { results } = documentOf(await cli.run(['lcmodel', 'import', path, '--json']));
    const rows = readFileSync(path, 'latin1').trim().split('\n').slice(1);
    expect(results.map(({ place }) => place)).toEqual(
      rows.map((row) => {
        const [r, c] = row.split(',').map(Number);
        return { slice: null, row: r, column: c };
      }),
    );
    results.forEach(({ metabolites }, i) =>
      expect(metabolites.find(({ name }) => name === 'NAA')?.amplitude).toBe(Number(rows[i]?.split(',')[2])),
    );
  });

  it('into a study: one more analysis of its scan', async () => {
    const db = join(folder, 'study.db');
    const raw = real('lcmodel_runs/press35_sub-01/met.RAW');
    const imported = await cli.run(['study', 'import', raw, '--db', db, '--json']);
    const [only] = (JSON.parse(imported.stdout) as { studies: { study: { id: string } }[] }).studies;
    const study = only?.study.id as string;
    const path = real('lcmodel_runs/press35_sub-01');
    const stored = documentOf(await cli.run(['lcmodel', 'import', path, '--db', db, '--study', study, '--json']));
    expect(stored.analysis?.studyId).toBe(study);
    const shown = await cli.run(['study', 'show', study, '--db', db, '--json']);
    const { analyses } = JSON.parse(shown.stdout) as { analyses: { id: string; method: string; basisId: string }[] };
    expect(analyses).toEqual([
      expect.objectContaining({ id: stored.analysis?.id, method: 'lcmodel', basisId: 'basis' }),
    ]);
    const other = real('lcmodel_runs/ismrm_challenge/d1.table');
    const refused = await cli.run(['lcmodel', 'import', other, '--db', db, '--study', study, '--json']);
    expect(errorOf(refused)).toEqual([4, 'PROCESSING_FAILED']);
    expect(refused.stderr).toContain('LCModel analysed data of 123.2 MHz, and the scan has 127.751 MHz.');
  });
});

describe('the command line', () => {
  const scan = join(DEMO, 'svs_press_te30.nii.gz');
  const water = join(DEMO, 'svs_water.nii.gz');

  it('writes input files that read back as what the recipe made', async () => {
    const out = join(folder, 'input');
    const args = [
      'lcmodel',
      'write',
      scan,
      '--water',
      water,
      '-o',
      out,
      '--ppm',
      '0.5,4',
      '--control',
      'chomit=Asc,Asp',
    ];
    const run = await cli.run([...args, '--json']);
    expect([run.code, (JSON.parse(run.stdout) as { files: string[] }).files]).toEqual([
      0,
      ['spectrum.RAW', 'spectrum.H2O', 'spectrum.CONTROL', 'basis.BASIS'],
    ]);
    const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(join(out, name)));
    const text = latin1Text(bytes('spectrum.CONTROL'));
    for (const line of ["filbas='basis.BASIS'", 'dows=T', 'ppmst=4', 'nsimul=0', "chomit(2)='Asp'"]) {
      expect(text).toContain(` ${line}\n`);
    }
    expect(text).not.toMatch(/Synthetic/);
    const control = parseLcmodelControl(text, 'spectrum.CONTROL');
    const read = readLcmodelRaw(bytes('spectrum.RAW'), 'spectrum.RAW', {}, control);
    expect(read.data.shape).toEqual([1, 1, 1, 1024]);
    expect(read.spectrometerFrequencyMHz).toBeCloseTo(123.25, 6);
  });

  it.skipIf(process.platform === 'win32')('runs the program named, and keeps its files beside the result', async () => {
    const program = join(folder, 'program');
    writeFileSync(join(folder, 'coord'), coordText());
    writeFileSync(join(folder, 'print'), printText());
    const copies = ['coord', 'print'].map((kind) => `cp "${folder}/${kind}" spectrum.${kind}`).join('\n');
    writeFileSync(program, `#!/bin/sh\ncat > /dev/null\necho it said this\n${copies}\n`);
    chmodSync(program, 0o755);
    const out = join(folder, 'run');
    const run = await cli.run(['lcmodel', 'run', scan, '--water', water, '--lcmodel', program, '-o', out, '--json']);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('LCModel: it said this');
    expect(documentOf(run).results[0]).toMatchObject({ method: 'lcmodel', version: '6.3-1N', status: 'converged' });
    for (const name of ['results.csv', 'result.json', 'lcmodel/spectrum.CONTROL', 'lcmodel/spectrum.coord']) {
      expect(readFileSync(join(out, name)).length).toBeGreaterThan(0);
    }
  });

  it('says what is missing or wrong, with its exit code', async () => {
    const run = (...args: string[]): Promise<CliRun> => cli.run(['lcmodel', ...args, '--json']);
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'hello');
    expect(errorOf(await run('import', text))).toEqual([3, 'FORMAT_UNKNOWN']);
    expect(errorOf(await run('run', scan, '--lcmodel', join(folder, 'nowhere')))).toEqual([4, 'PROCESSING_FAILED']);
    expect(errorOf(await run('run', scan, '--lcmodel', text, '--control', 'bogus=1'))).toEqual([2, 'USAGE']);
    expect(errorOf(await run('run', scan, '--time-limit', 'long', '--lcmodel', text))).toEqual([2, 'USAGE']);
    expect(errorOf(await run('write', scan, '--basis', 'nowhere', '-o', join(folder, 'x')))).toEqual([
      5,
      'BASIS_MISSING',
    ]);
  });
});
