// `lineshape info` and `convert` as users meet them: folders and zips in, every writable format out, names taken out.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipSync } from 'fflate';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { readMrs, writeMrs } from '../../src/core/formats/index.ts';
import type { CliBundle } from '../fixtures/bundleCli.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { syntheticScan } from './workflowFixture.ts';

let cli: CliBundle;
let folder: string;
const file = (...names: string[]): string => join(folder, ...names);
const read = (...names: string[]): MrsDataset => {
  const bytes = new Uint8Array(readFileSync(file(...names)));
  return readMrs([{ name: names.at(-1) as string, bytes }]);
};

/** A real-valued 2 × 2 × 2 image, NIfTI-1, whose description names somebody. */
function imageBytes(): Uint8Array {
  const bytes = new Uint8Array(352 + 8);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 348, true);
  [3, 2, 2, 2, 1, 1, 1, 1].forEach((n, i) => view.setInt16(40 + 2 * i, n, true));
  view.setInt16(70, 2, true); // uint8
  view.setInt16(72, 8, true);
  [1, 1, 1, 1, 1, 1, 1, 1].forEach((n, i) => view.setFloat32(76 + 4 * i, n, true));
  view.setFloat32(108, 352, true);
  bytes.set(new TextEncoder().encode('Person, Test'), 148);
  bytes.set(new TextEncoder().encode('n+1\0'), 344);
  bytes.set([1, 2, 3, 4, 5, 6, 7, 8], 352);
  return bytes;
}

/** Every byte of every file below, as text. */
function allText(path: string): string {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const full = join(entry.parentPath, entry.name);
      const bytes = new Uint8Array(readFileSync(full));
      const plain = entry.name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
      return `${entry.name}\n${Buffer.from(plain).toString('latin1')}`;
    })
    .join('\n');
}

beforeAll(async () => {
  cli = await bundleCli();
  folder = makeTempFolder();
  const scan = writeMrs(syntheticScan(), 'nifti-mrs');
  writeFileSync(file('scan.nii.gz'), scan);
  mkdirSync(file('exam'));
  writeFileSync(file('exam', 'Person_Test.nii.gz'), scan);
  writeFileSync(file('exam', 't1.nii'), imageBytes());
  writeFileSync(file('exam', 'notes.doc'), 'nothing of interest');
  writeFileSync(file('exam.zip'), zipSync({ 'exam/scan.nii.gz': scan, 'exam/t1.nii': imageBytes() }));
}, 120_000);

afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

type Info = Record<string, unknown>;
const byRole = (infos: Info[]): Record<string, Info> => Object.fromEntries(infos.map((i) => [String(i['role']), i]));

describe('info', () => {
  it('describes a folder: one document a scan and image, what is neither on stderr', async () => {
    const run = await cli.run(['info', file('exam'), '--json']);
    expect(run.code).toBe(0);
    const infos = byRole(JSON.parse(run.stdout) as Info[]);
    expect(Object.keys(infos).sort()).toEqual(['image', 'metabolite']);
    expect(infos['metabolite']).toMatchObject({
      format: 'nifti-mrs',
      formatTitle: 'NIfTI-MRS',
      fileCount: 1,
      points: 2048,
    });
    expect(infos['image']).toMatchObject({ file: 't1.nii', format: 'nifti-image', shape: [2, 2, 2] });
    expect(run.stderr).toMatch(/^Not read: notes\.doc [^\n]+\n$/);
  });

  it('looks into a zip', async () => {
    const run = await cli.run(['info', file('exam.zip'), '--json']);
    expect(Object.keys(byRole(JSON.parse(run.stdout) as Info[])).sort()).toEqual(['image', 'metabolite']);
    expect(run.code).toBe(0);
  });

  it('names the first twenty files that it leaves out, and takes no empty name for this folder', async () => {
    mkdirSync(file('mixed'));
    writeFileSync(file('mixed', 'scan.nii.gz'), readFileSync(file('scan.nii.gz')));
    for (let i = 0; i < 25; i++) writeFileSync(file('mixed', `note-${i}.doc`), 'nothing of interest');
    const lines = (await cli.run(['info', file('mixed'), '--json'])).stderr.trim().split('\n');
    expect([lines.length, lines.at(-1)]).toEqual([21, 'Not read: 5 more files.']);
    expect((await cli.run(['info', ''])).code).toBe(2);
  });

  it('describes one file by one object, an image too, and in words without --json', async () => {
    expect(JSON.parse((await cli.run(['info', file('exam', 't1.nii'), '--json'])).stdout)).toMatchObject({
      role: 'image',
    });
    const words = await cli.run(['info', file('scan.nii.gz')]);
    expect(words.stdout).toMatch(/^role +metabolite$/m);
    expect(words.stdout).toMatch(/^dwell time +0\.25 ms$/m);
    expect(words.stdout).toMatch(/^echo time +30 ms$/m);
  });
});

describe('convert', () => {
  it.each(['out.nii.gz', 'out.nii', 'out.RAW', 'out.txt', 'out.dcm'])(
    'to %s and back keeps the signal',
    async (name) => {
      const run = await cli.run(['convert', file('scan.nii.gz'), file(name), '--json']);
      expect(run.stderr).toBe('');
      const { written } = JSON.parse(run.stdout) as { written: { file: string }[] };
      expect(written.map((w) => w.file)).toContain(file(name));
      const original = syntheticScan();
      const header = name.endsWith('.RAW') ? ['out.CONTROL'] : [];
      const files = [name, ...header].map((n) => ({ name: n, bytes: new Uint8Array(readFileSync(file(n))) }));
      const back = readMrs(files);
      expect(back.dwellTimeS).toBeCloseTo(original.dwellTimeS, 9);
      expect(back.spectrometerFrequencyMHz).toBeCloseTo(original.spectrometerFrequencyMHz, 6);
      const largest = [...original.data.re].reduce((m, v) => Math.max(m, Math.abs(v)), 0);
      // LCModel's and jMRUI's text hold five to seven digits, DICOM and NIfTI 32-bit floats.
      original.data.re.forEach((v, i) =>
        expect(Math.abs(v - (back.data.re[i] as number))).toBeLessThan(1e-5 * largest),
      );
      original.data.im.forEach((v, i) =>
        expect(Math.abs(v - (back.data.im[i] as number))).toBeLessThan(1e-5 * largest),
      );
    },
  );

  it('writes the control file beside the RAW file, and CSV with its units', async () => {
    const run = await cli.run(['convert', file('scan.nii.gz'), file('lcm.RAW'), '--json']);
    const { written } = JSON.parse(run.stdout) as { written: unknown[] };
    expect(written).toEqual([
      { file: file('lcm.RAW'), format: 'lcmodel-raw' },
      { file: file('lcm.CONTROL'), format: 'lcmodel-control' },
    ]);
    expect(readFileSync(file('lcm.CONTROL'), 'utf8')).toMatch(/deltat\s*=\s*(2\.5E-0?4|0\.00025)/i);
    await cli.run(['convert', file('scan.nii.gz'), file('fid.csv')]);
    const lines = readFileSync(file('fid.csv'), 'utf8').split('\n');
    expect(lines.filter((line) => /^[-\d]/.test(line))).toHaveLength(2048);
  });

  it('writes every scan of a folder into a folder', async () => {
    mkdirSync(file('all'));
    expect((await cli.run(['convert', file('exam'), file('all')])).code).toBe(0);
    expect(readdirSync(file('all'))).toEqual(['Person_Test.nii.gz']);
    expect(read('all', 'Person_Test.nii.gz').patient.name).toBe('Test^Person');
  });

  it('takes names out of headers, images and file names, and says which fields on stderr, not their values', async () => {
    mkdirSync(file('anonymous'));
    for (const target of [['anonymous'], ['bids-anonymous', '--bids']] as const) {
      const [out, ...more] = target;
      const run = await cli.run(['convert', file('exam'), file(out), '--deidentify', '--json', ...more]);
      expect(run.code).toBe(0);
      expect(run.stderr).toMatch(/taken out: .*patient’s name/);
      expect(JSON.parse(run.stdout)).toMatchObject({ deidentified: true });
      expect(allText(file(out))).not.toMatch(/person/i);
      expect(run.stdout + run.stderr.replace(/Person_Test\.nii\.gz/g, '')).not.toMatch(/Test\^Person/);
    }
  });

  it('writes a BIDS data set, and not over another', async () => {
    const args = ['convert', file('exam'), file('bids'), '--bids', '--subject', '07', '--session', 'a', '--json'];
    const run = await cli.run(args);
    expect(run.code).toBe(0);
    const names = readdirSync(file('bids'), { recursive: true }).map(String);
    expect(names).toContain(join('sub-07', 'ses-a', 'mrs', 'sub-07_ses-a_acq-press_svs.nii.gz'));
    expect(names).toContain(join('sub-07', 'ses-a', 'anat', 'sub-07_ses-a_T1w.nii.gz'));
    expect(names).toContain('dataset_description.json');
    expect((await cli.run(args)).code).toBe(2);
  });

  it.each([
    ['several scans into one file', ['scan.nii.gz', 'exam.zip', 'both.nii.gz']],
    ['an unknown ending', ['scan.nii.gz', 'out.xyz']],
    ['BIDS into a file', ['scan.nii.gz', 'scan.nii.gz', '--bids']],
  ])('refuses %s, and writes nothing', async (_, [input, ...rest]) => {
    const args = rest.map((arg) => (arg.startsWith('--') ? arg : file(arg)));
    const before = readdirSync(folder);
    expect((await cli.run(['convert', file(input as string), ...args])).code).toBe(2);
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('study', () => {
  const json = async <T>(args: string[]): Promise<T> => {
    const run = await cli.run([...args, '--json']);
    expect([run.code, run.stderr.includes('Internal error')]).toEqual([0, false]);
    return JSON.parse(run.stdout) as T;
  };
  type Imported = { studies: { study: { id: string } }[] };

  it('imports a folder without names, and the same patient again under the same pseudonym', async () => {
    const db = file('anonymous.db');
    const first = await json<Imported>(['study', 'import', file('exam'), '--db', db, '--deidentify']);
    const again = await json<Imported>(['study', 'import', file('exam.zip'), '--db', db, '--deidentify']);
    expect(again.studies.map(({ study }) => study.id)).toEqual(first.studies.map(({ study }) => study.id));
    const { studies } = await json<{ studies: { patient: { id: string; name: unknown } }[] }>([
      'study',
      'list',
      '--db',
      db,
    ]);
    expect(studies).toMatchObject([
      { patient: { birthDate: null, id: expect.stringMatching(/^Patient-[0-9a-f]{8}$/) } },
    ]);
    expect(readFileSync(db).toString('latin1')).not.toMatch(/test\^person|person_test/i);
  });

  it('exports without names unless asked otherwise', async () => {
    const db = file('named.db');
    const { studies } = await json<Imported>(['study', 'import', file('exam'), '--db', db]);
    const id = studies[0]?.study.id as string;
    const exported = await json<{ files: string[] }>(['study', 'export', id, '--db', db, '-o', file('shared')]);
    expect(exported.files.sort()).toEqual([
      'deidentification.txt',
      'image-1.nii.gz',
      'metabolite-1.nii.gz',
      'study.json',
    ]);
    expect(allText(file('shared'))).not.toMatch(/person/i);
    expect(read('shared', 'metabolite-1.nii.gz').data.re).toEqual(read('scan.nii.gz').data.re);
    await json(['study', 'export', id, '--db', db, '-o', file('own'), '--identified']);
    expect(readdirSync(file('own')).sort()).toEqual(['Person_Test.nii.gz', 'study.json', 't1.nii']);
    expect(readFileSync(file('own', 'Person_Test.nii.gz'))).toEqual(readFileSync(file('scan.nii.gz')));
  });
});
