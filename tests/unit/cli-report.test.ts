// `lineshape report` on the command line: formats, languages, paper, conclusion, and refusals in words.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeMrs } from '../../src/core/formats/index.ts';
import type { CliBundle } from '../fixtures/bundleCli.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import { dicomElements } from '../fixtures/dicomElements.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { syntheticScan } from './workflowFixture.ts';

let cli: CliBundle;
let folder: string;
const file = (name: string): string => join(folder, name);
const report = (...options: string[]) => cli.run(['report', file('scan.nii.gz'), ...options]);

beforeAll(async () => {
  cli = await bundleCli();
  folder = makeTempFolder();
  writeFileSync(file('scan.nii.gz'), writeMrs(syntheticScan(), 'nifti-mrs'));
}, 120_000);

afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe('report', () => {
  it('writes the page in a language, for a paper, with a conclusion', async () => {
    const run = await report(
      '-o',
      file('page.html'),
      '--language',
      'de',
      '--paper',
      'letter',
      '--conclusion',
      'Größe <1>',
    );
    expect([run.code, run.stderr]).toEqual([0, expect.not.stringContaining('Error')]);
    const html = readFileSync(file('page.html'), 'utf8');
    expect(html).toContain('<html lang="de">');
    expect(html).toContain('size: letter');
    expect(html).toContain('Größe &lt;1&gt;');
    expect(html).toContain('ENTWURF');
  }, 60_000);

  it('writes its numbers as JSON, by ending or by option', async () => {
    expect((await report('-o', file('page.json'))).code).toBe(0);
    expect((await report('-o', file('other.txt'), '--format', 'json')).code).toBe(0);
    for (const name of ['page.json', 'other.txt']) {
      const read = JSON.parse(readFileSync(file(name), 'utf8')) as { schema: string; signature: unknown };
      expect([read.schema, read.signature]).toEqual(['lineshape.report/1', null]);
    }
  }, 60_000);

  it('writes the structured report, which needs no browser, into the scan’s study', async () => {
    const written = async (name: string): Promise<Uint8Array> => {
      expect((await report('-o', file(name), '--format', 'dicom-sr')).code).toBe(0);
      return new Uint8Array(readFileSync(file(name)));
    };
    const read = dicomElements(await written('a.dcm'));
    expect([read.text('x00080016'), read.text('x00080060')]).toEqual(['1.2.840.10008.5.1.4.1.1.88.33', 'SR']);
    expect(read.text('x0040a493')).toBe('UNVERIFIED');
    expect(read.text('x0020000d')).toBe(dicomElements(await written('b.dcm')).text('x0020000d'));
  }, 60_000);

  it('draws the voxel on an image that it is given, and says where it can’t', async () => {
    const affine = [20, 0, 0, 0, 0, 20, 0, -20, 0, 0, 20, 20, 0, 0, 0, 1];
    writeFileSync(file('placed.nii.gz'), writeMrs({ ...syntheticScan(), affine }, 'nifti-mrs'));
    const run = await cli.run([
      ...['report', file('placed.nii.gz'), '-o', file('placed.html')],
      ...['--image', 'resources/demo/t1.nii.gz'],
    ]);
    expect([run.code, run.stderr]).toEqual([0, expect.not.stringContaining('Error')]);
    expect(readFileSync(file('placed.html'), 'utf8').match(/data:image\/bmp/g)).toHaveLength(3);
    const away = affine.map((v, i) => (i === 3 ? 500 : v));
    writeFileSync(file('away.nii.gz'), writeMrs({ ...syntheticScan(), affine: away }, 'nifti-mrs'));
    const far = await cli.run([
      ...['report', file('away.nii.gz'), '-o', file('away.html')],
      ...['--image', 'resources/demo/t1.nii.gz'],
    ]);
    expect([far.code, far.stderr]).toEqual([
      2,
      expect.stringMatching(/t1\.nii\.gz can’t show the voxel|t1\.nii\.gz can't show the voxel/),
    ]);
  }, 60_000);

  it('refuses an image, a table and a database that don’t go together, before it fits', async () => {
    writeFileSync(file('ranges.csv'), 'metabolite;mean\ntNAA;1\n');
    const refused = async (...options: string[]): Promise<string> => {
      const run = await report('-o', file('x.html'), ...options);
      expect(run.code).not.toBe(0);
      return run.stderr;
    };
    expect(await refused('--image', file('scan.nii.gz'))).toContain('scan.nii.gz is no structural image');
    expect(await refused('--image', file('none.nii'))).toContain('none.nii');
    expect(await refused('--ranges', file('ranges.csv'))).toContain('ranges.csv is no table of reference ranges');
    const stored = await refused('--db', file('x.db'), '--analysis', 'a', '--image', 'resources/demo/t1.nii.gz');
    expect(stored).toContain('leave out --image and --ranges');
  }, 60_000);

  it.each([
    [['-o', 'x.docx'], 'must end with .html, .pdf, .csv, .json, .dcm'],
    [['-o', 'x.html', '--format', 'docx'], 'The format "docx" is unknown'],
    [['-o', 'x.html', '--paper', 'a5'], 'The paper "a5" is unknown'],
    [['-o', 'x.html', '--language', 'fr'], 'not written in "fr"'],
  ] as const)('refuses %o', async ([, out, ...options], words) => {
    const run = await report('-o', file(out), ...options);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(words);
  });
});
