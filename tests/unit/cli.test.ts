// The command line as its users meet it: the bundled program as a child process, on synthetic files.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMrs, writeMrs } from '../../src/core/formats/index.ts';
import type { CliBundle, CliRun } from '../fixtures/bundleCli.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { syntheticScan } from './workflowFixture.ts';

let cli: CliBundle;
let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  cli = await bundleCli();
  folder = makeTempFolder();
  writeFileSync(file('scan.nii.gz'), writeMrs(syntheticScan(), 'nifti-mrs'));
}, 120_000);

afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** An error as the command line must give it: code, one sentence, no stack; with --json also on stdout. */
function expectError(run: CliRun, exitCode: number, code: string): void {
  expect(run.stderr).toMatch(/^lineshape: [^\n]+\n$/m);
  expect(run.stderr).not.toMatch(/\n\s+at |node:internal/);
  const document = JSON.parse(run.stdout) as { error: { code: string; message: string; details: unknown } };
  expect(document.error.code).toBe(code);
  expect(run.stderr).toContain(document.error.message);
  expect(run.code).toBe(exitCode);
}

/** In the order of the help text. */
const COMMANDS = ['info', 'convert', 'preprocess', 'quantify', 'report', 'series', 'simulate', 'evaluate', 'compare', 'lcmodel', 'basis', 'models', 'study', 'dicom', 'demo', 'bench']; // prettier-ignore
const GROUPS = {
  lcmodel: ['run', 'write', 'import'],
  basis: ['list', 'info', 'simulate', 'convert', 'compare'],
  models: ['list', 'verify', 'info'],
  dicom: ['serve', 'echo', 'find', 'worklist', 'get', 'send', 'node', 'settings'],
  study: ['import', 'list', 'show', 'export', 'delete', 'backup', 'backups', 'restore', 'verify', 'passphrase', 'rekey', 'audit', 'users'], // prettier-ignore
};

/** Names in the list of a help text; their descriptions stand further in. */
function commandsIn(help: string): string[] {
  const list = help.split('Commands:')[1] ?? '';
  return [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name as string);
}

describe('help and usage', () => {
  it('explains every command', async () => {
    const help = await cli.run(['--help']);
    expect(help.code).toBe(0);
    expect(commandsIn(help.stdout)).toEqual([...COMMANDS, 'help']);
    for (const [group, commands] of Object.entries(GROUPS)) {
      const { stdout } = await cli.run([group, '--help']);
      expect(commandsIn(stdout)).toEqual([...commands, 'help']);
    }
    const one = await cli.run(['quantify', '--help']);
    expect([one.code, one.stderr]).toEqual([0, '']);
    for (const option of ['--basis', '--water', '--ppm', '--no-preprocess', '--json', '--threads']) {
      expect(one.stdout).toContain(option);
    }
  });

  it.each([
    ['no command', []],
    ['an unknown command', ['frobnicate']],
    ['an unknown option', ['info', '--frobnicate', 'x']],
    ['a missing argument', ['quantify']],
    ['a method that is not there', ['quantify', 'x.nii.gz', '--method', 'magic']],
    ['a ppm range that is none', ['quantify', 'x.nii.gz', '--ppm', '4.2']],
    ['a thread count that is none', ['quantify', 'x.nii.gz', '--threads', '0']],
    ['a dwell time that is none', ['info', 'x.txt', '--dwell-s', 'fast']],
    ['an unknown output format', ['convert', 'x.nii.gz', 'y.xyz']],
  ])('%s is a usage error', async (_, args) => {
    expectError(await cli.run([...args, '--json']), 2, 'USAGE');
  });
});

describe('bad input', () => {
  const whole = (): Uint8Array => writeMrs(syntheticScan(), 'nifti-mrs', { compress: false });

  it('a missing file', async () => {
    expectError(await cli.run(['info', file('nowhere.nii.gz'), '--json']), 3, 'READ_FAILED');
  });

  it.each([
    ['truncated data', 'truncated.nii', (): Uint8Array => whole().slice(0, -1000), 'FILE_TRUNCATED'],
    ['an empty file', 'empty.nii', (): Uint8Array => new Uint8Array(0), 'FILE_EMPTY'],
    [
      'noise',
      'noise.bin',
      (): Uint8Array => Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 251),
      'FORMAT_UNKNOWN',
    ],
    [
      'real numbers',
      'real.nii',
      (): Uint8Array => {
        const bytes = whole();
        // NIfTI-2 header: datatype at byte 12, bits a voxel at 14. 16 = float32.
        new DataView(bytes.buffer, bytes.byteOffset).setInt16(12, 16, true);
        new DataView(bytes.buffer, bytes.byteOffset).setInt16(14, 32, true);
        return bytes;
      },
      'NOT_COMPLEX',
    ],
  ])('%s', async (_, name, make, code) => {
    writeFileSync(file(name), make());
    expectError(await cli.run(['quantify', file(name), '--json', '-o', file('never')]), 3, code);
    expect(existsSync(file('never'))).toBe(false);
  });

  it('text without a header is refused until its frequency and dwell time are given', async () => {
    const rows = Array.from({ length: 256 }, (_, i) => `${Math.exp(-i / 50)} ${0.1 * Math.exp(-i / 50)}`);
    writeFileSync(file('plain.txt'), rows.join('\n'));
    expectError(await cli.run(['info', file('plain.txt'), '--json']), 3, 'HEADER_MISSING');
    const options = ['--frequency-mhz', '123.2', '--dwell-s', '0.00025', '--te-ms', '30'];
    const given = await cli.run(['info', file('plain.txt'), '--json', ...options]);
    expect(JSON.parse(given.stdout)).toMatchObject({ points: 256, dwellTimeS: 0.00025, echoTimeS: 0.03 });
  });

  it('a basis that is not there', async () => {
    expectError(await cli.run(['quantify', file('scan.nii.gz'), '--basis', 'nowhere', '--json']), 5, 'BASIS_MISSING');
  });

  it('a database that is not there', async () => {
    expectError(await cli.run(['study', 'list', '--db', file('no.db'), '--json']), 3, 'NOT_FOUND');
  });

  it('a database that is not to be written', async () => {
    const closed = file('closed');
    mkdirSync(closed);
    expect((await cli.run(['study', 'import', file('scan.nii.gz'), '--db', join(closed, 'a.db')])).code).toBe(0);
    writeFileSync(file('garbage.db'), 'this is no database'.repeat(300));
    expectError(await cli.run(['study', 'list', '--db', file('garbage.db'), '--json']), 3, 'STUDY_DB_CORRUPT');
    chmodSync(closed, 0o555);
    const again = ['study', 'import', file('scan.nii.gz'), '--db', join(closed, 'a.db'), '--json'];
    const refused = await cli.runBoundByPermissions(again);
    chmodSync(closed, 0o755);
    expectError(refused, 4, 'STUDY_DB_READ_ONLY');
  });

  it('an output that can not be written leaves nothing behind', async () => {
    writeFileSync(file('in-the-way'), 'x');
    const run = await cli.run(['convert', file('scan.nii.gz'), join(file('in-the-way'), 'a.nii.gz'), '--json']);
    expect(run.code).not.toBe(0);
    expect(readdirSync(folder).filter((n) => n.includes('.tmp'))).toEqual([]);
  });
});

describe('good input', () => {
  it('info says what a file is, as exactly one JSON document', async () => {
    const run = await cli.run(['info', file('scan.nii.gz'), '--json']);
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      format: 'nifti-mrs',
      nucleus: '1H',
      spectrometerFrequencyMHz: 123.25,
      dwellTimeS: 0.00025,
      points: 2048,
      shape: [1, 1, 1, 2048],
      dims: [],
      echoTimeS: 0.03,
      patient: { name: 'Test^Person' },
    });
  });

  it('convert keeps every value there and back, and leaves names out when asked', async () => {
    const original = syntheticScan();
    expect((await cli.run(['convert', file('scan.nii.gz'), file('copy.txt')])).code).toBe(0);
    expect((await cli.run(['convert', file('copy.txt'), file('back.nii.gz')])).code).toBe(0);
    const back = readMrs([{ name: 'back.nii.gz', bytes: new Uint8Array(readFileSync(file('back.nii.gz'))) }]);
    const largest = [...original.data.re].reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    // jMRUI text holds at least 5 significant digits.
    original.data.re.forEach((v, i) => expect(Math.abs(v - (back.data.re[i] as number))).toBeLessThan(1e-5 * largest));
    original.data.im.forEach((v, i) => expect(Math.abs(v - (back.data.im[i] as number))).toBeLessThan(1e-5 * largest));
    expect((await cli.run(['convert', file('scan.nii.gz'), file('anon.nii'), '--deidentify'])).code).toBe(0);
    expect(readFileSync(file('anon.nii')).toString('latin1')).not.toContain('Test^Person');
  });

  it('quantify gives the documented schema, finds the truth, and writes its folder', async () => {
    const run = await cli.run(['quantify', file('scan.nii.gz'), '--json', '--threads', '1', '-o', file('results')]);
    expect(run.stderr).toContain('lineshape-3t-press-te30-123mhz');
    const document = JSON.parse(run.stdout) as {
      schema: string;
      input: { sha256: string };
      results: { method: string; status: string; combined: { name: string; ratioToTCr: number }[] }[];
    };
    expect(document.schema).toBe('lineshape.quantification/1');
    expect(document.input.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(document.results).toHaveLength(1);
    expect(document.results[0]).toMatchObject({ method: 'nlls', status: 'converged', executionProvider: 'cpu' });
    const ratio = document.results[0]?.combined.find((c) => c.name === 'tNAA')?.ratioToTCr ?? NaN;
    // The scan is 12 NAA to 8 Cr of the same basis, nearly without noise: 1.5, to the 3 % that baseline and MM may take.
    expect(Math.abs(ratio / 1.5 - 1)).toBeLessThan(0.03);
    expect(readdirSync(file('results')).sort()).toEqual(['fit.svg', 'result.json', 'results.csv']);
    expect(JSON.parse(readFileSync(join(file('results'), 'result.json'), 'utf8'))).toEqual(document);
    expect(run.code).toBe(0);
  });

  it('study: import twice makes one, list and show tell it', async () => {
    const db = file('studies.db');
    const first = JSON.parse(
      (await cli.run(['study', 'import', file('scan.nii.gz'), '--db', db, '--json'])).stdout,
    ) as {
      studies: { isNew: boolean; study: { id: string } }[];
    };
    const again = JSON.parse(
      (await cli.run(['study', 'import', file('scan.nii.gz'), '--db', db, '--json'])).stdout,
    ) as typeof first;
    expect([first.studies[0]?.isNew, again.studies[0]?.isNew]).toEqual([true, false]);
    const list = JSON.parse((await cli.run(['study', 'list', '--db', db, '--json'])).stdout) as { studies: unknown[] };
    expect(list.studies).toHaveLength(1);
    const id = first.studies[0]?.study.id ?? '';
    const show = JSON.parse((await cli.run(['study', 'show', id, '--db', db, '--json'])).stdout) as {
      datasets: { role: string; fileName: string }[];
    };
    expect(show.datasets).toMatchObject([{ role: 'metabolite', fileName: 'scan.nii.gz' }]);
    expectError(await cli.run(['study', 'delete', id, '--db', db, '--json']), 2, 'USAGE');
    expect((await cli.run(['study', 'delete', id, '--yes', '--db', db])).code).toBe(0);
    expectError(await cli.run(['study', 'show', id, '--db', db, '--json']), 3, 'NOT_FOUND');
  });

  it('report writes the page', async () => {
    const run = await cli.run(['report', file('scan.nii.gz'), '-o', file('page.html')]);
    expect(run.code).toBe(0);
    expect(readFileSync(file('page.html'), 'utf8')).toContain('Research use only. Not a medical device.');
  });

  it('ends quietly when its reader closes the pipe', async () => {
    const child = spawn(process.execPath, [cli.program, 'basis', 'list', '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (d: Buffer) => (stderr += d.toString()));
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect([code, stderr]).toEqual([0, '']);
  });

  it('stops in good order on Ctrl+C: exit code 4, nothing written', async () => {
    const args = ['quantify', file('scan.nii.gz'), '-o', file('cancelled'), '--json'];
    const child = spawn(process.execPath, [cli.program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    child.stdout.on('data', (d: Buffer) => (stdout += d.toString()));
    // The first progress line says that the work has begun.
    child.stderr.once('data', () => child.kill('SIGINT'));
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(existsSync(file('cancelled'))).toBe(false);
  });
});
