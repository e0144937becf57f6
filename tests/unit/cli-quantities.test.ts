// Ratios, amounts and quality on the command line: options, table, CSV, JSON, page.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QuantificationResult } from '../../src/core/domain/quantification.ts';
import { writeMrs } from '../../src/core/formats/index.ts';
import type { CliBundle } from '../fixtures/bundleCli.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import { niftiBytes } from '../fixtures/niftiBytes.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { syntheticScan } from './workflowFixture.ts';

let cli: CliBundle;
let folder: string;
const file = (name: string): string => join(folder, name);
const fitted = (...options: string[]): string[] => ['quantify', file('scan.nii.gz'), '--water', file('water.nii.gz'), ...options]; // prettier-ignore

interface Document {
  readonly results: readonly QuantificationResult[];
  readonly recipes: readonly { readonly recipe: { readonly quantities?: unknown } }[];
}

beforeAll(async () => {
  cli = await bundleCli();
  folder = makeTempFolder();
  writeFileSync(file('scan.nii.gz'), writeMrs(syntheticScan(), 'nifti-mrs'));
  writeFileSync(file('water.nii.gz'), writeMrs(syntheticScan({ water: true }), 'nifti-mrs'));
  // Grey matter for x < −25 mm, white beyond: half and half of the voxel about x = −25.
  const values = Array.from({ length: 1000 }, (_, i) => (i % 10 < 5 ? 2 : 3));
  const sform = [10, 0, 0, -70, 0, 10, 0, -90, 0, 0, 10, -10];
  writeFileSync(file('seg.nii'), niftiBytes({ version: 1, dims: [10, 10, 10], datatype: 4, values, sform }));
}, 120_000);

afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe('quantify', () => {
  it('prints amounts with their unit, and the verdict', async () => {
    const run = await cli.run(fitted('--tissue', '0.6,0.3,0.1', '--convention', 'molarity'));
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/mmol\/l tissue +± SD/);
    expect(run.stdout).toMatch(/Quality by tarquin: \w+/);
  }, 60_000);

  it('writes them as JSON and CSV, with tissue from a segmentation and the tables that were given', async () => {
    const relaxation = {
      schema: 'lineshape.relaxation/1',
      id: 'site',
      title: 'Site',
      relaxation: [{ substance: 'NAA', tissue: 'any', fieldT: 3, quantity: 'T1', valueS: 1.5, source: 'SOP 7' }],
      waterContent: [],
    };
    writeFileSync(file('relaxation.json'), JSON.stringify(relaxation));
    const options = [
      '--segmentation',
      file('seg.nii'),
      '--relaxation',
      file('relaxation.json'),
      '--ratios',
      'tNAA,water',
    ];
    const run = await cli.run(fitted(...options, '--intervals', 'profile', '--quality-thresholds', 'consensus', '--json', '-o', file('out'))); // prettier-ignore
    expect(run.code).toBe(0);
    const document = JSON.parse(run.stdout) as Document;
    const result = document.results[0]!;
    const naa = result.metabolites.find((m) => m.name === 'NAA')!;
    expect(naa.ratios!.map((r) => r.reference)).toEqual(['tNAA', 'water']);
    expect(naa.interval95!.method).toBe('profileLikelihood');
    const common = result.waterScaling!.conventions[0]!.factors.flatMap((f) => f.inputs);
    expect(common.find((i) => i.name === 'volume fraction of GM')?.value).toBeCloseTo(0.5, 3);
    expect(common.find((i) => i.name === 'volume fraction of GM')?.source).toMatch(
      /^segmentation: labels of FSL FAST, SHA-256 [0-9a-f]{64}$/,
    );
    // Of NAA the site's T1 counts, for any tissue, in place of the program's own for each.
    const saturation = naa.concentrations![0]!.factors.find((f) => f.name === 'saturation of NAA (T1)')!;
    expect(saturation.value).toBeCloseTo(1 - Math.exp(-2 / 1.5), 12);
    expect(saturation.inputs.map((i) => i.source)).toContain('SOP 7');
    expect(result.quality!.assessment.thresholds).toBe('consensus');
    expect(document.recipes[0]!.recipe.quantities).toMatchObject({ ratios: ['tNAA', 'water'], quality: 'consensus' });
    const [header = '', ...rows] = readFileSync(join(file('out'), 'results.csv'), 'utf8').split('\r\n');
    const column = header.split(',').indexOf('molality_mmol_per_kg');
    const row = rows.find((r) => r.split(',')[header.split(',').indexOf('metabolite')] === 'NAA')!;
    expect(Number(row.split(',')[column])).toBe(naa.concentrations!.find((c) => c.convention === 'molality')!.value);
    expect(header.split(',')).toHaveLength(row.split(',').length);
  }, 120_000);

  it.each([
    ['parts that are none', ['--tissue', '0.6,0.3']],
    ['parts beyond the voxel', ['--tissue', '0.6,0.6,0.1']],
    ['fractions twice', ['--tissue', '0.6,0.3,0.1', '--segmentation', 'seg.nii']],
    ['labels without an image', ['--segmentation-labels', 'fast']],
    ['labels that are none', ['--segmentation', 'seg.nii', '--segmentation-labels', 'gm=2']],
    ['a convention that is none', ['--convention', 'mM']],
    ['thresholds that are none', ['--quality-thresholds', 'magic']],
    ['intervals that are none', ['--intervals', 'all']],
    ['intervals of a method that has none', ['--intervals', 'profile', '--method', 'quest']],
    ['a scale that is none', ['--water-scale', '0']],
  ])(
    '%s is a usage error in one sentence',
    async (_, options) => {
      const run = await cli.run(fitted(...options, '--json'));
      expect((JSON.parse(run.stdout) as { error: { code: string } }).error.code).toBe('USAGE');
      expect(run.code).toBe(2);
    },
    60_000,
  );
});

it('the page has amounts, verdict and factors', async () => {
  const run = await cli.run(['report', file('scan.nii.gz'), '--water', file('water.nii.gz'), '-o', file('page.html')]);
  expect(run.code).toBe(0);
  const html = readFileSync(file('page.html'), 'utf8');
  expect(html).toContain('Ratios and amounts');
  expect(html).toContain('mmol/kg tissue water');
  expect(html).toContain('page 3 of 3');
  expect(html).toContain('relaxation of water, by water fraction');
}, 60_000);
