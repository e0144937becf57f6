// lineshape basis, as its users meet it: simulate, convert, compare, and what is refused; and the advice of quantify
// where no basis set is close enough.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeMrs } from '../../src/core/formats/index.ts';
import type { CliBundle, CliRun } from '../fixtures/bundleCli.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { syntheticScan } from './workflowFixture.ts';

const SHIPPED = 'lineshape-3t-press-te30-123mhz';
const FEW = ['--metabolites', 'NAA,Cr,Lac', '--points', '512'];
const PRESS = ['basis', 'simulate', '--field', '3', '--sequence', 'press', '--te', '30'];

let cli: CliBundle;
let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  cli = await bundleCli();
  folder = makeTempFolder();
}, 120_000);

afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

function expectError(run: CliRun, exitCode: number, code: string, words: RegExp): void {
  const document = JSON.parse(run.stdout) as { error: { code: string; message: string } };
  expect(document.error.code).toBe(code);
  expect(document.error.message).toMatch(words);
  expect(document.error.message).toMatch(/^[^\n]+[.…]$/);
  expect(run.stderr).not.toMatch(/\n\s+at |node:internal/);
  expect(run.code).toBe(exitCode);
}

interface Simulation {
  readonly schema: string;
  readonly request: { readonly sequence: Record<string, unknown>; readonly spectrometerFrequencyMHz: number };
  readonly sets: readonly {
    readonly id: string;
    readonly editing: string | null;
    readonly files: readonly string[];
    readonly signals: readonly { readonly name: string; readonly kind: string }[];
  }[];
}

async function simulated(...args: string[]): Promise<Simulation> {
  const run = await cli.run(['basis', 'simulate', ...args, '--json']);
  expect([run.code, run.stderr.includes('lineshape:')]).toEqual([0, false]);
  return JSON.parse(run.stdout) as Simulation;
}

describe('basis simulate', () => {
  it('writes a set with its card, from which it is described', async () => {
    const out = file('press');
    const run = await simulated('--field', '3', '--sequence', 'press', '--te', '30', ...FEW, '-o', out);
    expect(run.schema).toBe('lineshape.basis-simulation/1');
    // 3 T times 42.577 MHz/T.
    expect(run.request.spectrometerFrequencyMHz).toBeCloseTo(127.732, 3);
    const [set] = run.sets;
    expect(set?.signals.map((s) => s.name)).toEqual(['NAA', 'Cr', 'Lac', 'Mac']);
    expect(readdirSync(out).sort()).toEqual([`${set?.id}.json`, `${set?.id}.nii.gz`]);
    const info = JSON.parse((await cli.run(['basis', 'info', out, '--json'])).stdout) as Record<string, unknown>;
    expect(info).toMatchObject({ id: set?.id, sequence: 'PRESS', echoTimeS: 0.03, points: 512 });
    expect(info['card']).toMatchObject({ request: run.request });
  });

  it.each([
    ['steam', ['--te', '20', '--tm', '10'], { echoTimeS: 0.02, mixingTimeS: 0.01 }],
    ['slaser', ['--te', '28'], { echoTimeS: 0.028 }],
    ['laser', ['--te', '45'], { echoTimeS: 0.045 }],
    ['spin-echo', ['--te', '30'], { echoTimeS: 0.03 }],
    ['pulse-acquire', [], { echoTimeS: 0 }],
  ])('knows %s, with ideal and with shaped pulses', async (name, timings, sequence) => {
    const common = ['--field', '7', '--sequence', name, ...timings, ...FEW, '-o', file('sequence')];
    const ideal = await simulated(...common);
    expect(ideal.request.sequence).toMatchObject({ ...sequence, excitation: { shape: 'ideal' } });
    const shaped = await simulated(...common, '--pulses', 'shaped', '--spatial-points', '4');
    expect(shaped.request.sequence).toMatchObject({
      ...sequence,
      excitation: { shape: 'slr' },
      spatial: { points: 4 },
    });
    expect(shaped.sets).toHaveLength(1);
  });

  it('makes three sets of an edited sequence, in folders of their own where a format needs them', async () => {
    const mega = ['--field', '3', '--sequence', 'mega-press', '--te', '68', '--metabolites', 'GABA,Cr', '-o'];
    const own = await simulated(...mega, file('mega'));
    expect(own.sets.map((s) => s.editing)).toEqual(['on', 'off', 'difference']);
    expect(readdirSync(file('mega'))).toHaveLength(6);
    const json = await simulated(...mega, file('mega-json'), '--format', 'fsl-json');
    expect(readdirSync(file('mega-json')).sort()).toEqual(json.sets.map((s) => s.id).sort());
    expect(json.sets.flatMap((s) => s.files).every((name) => existsSync(name))).toBe(true);
    // A folder of three sets is none to fit with.
    expectError(await cli.run(['basis', 'info', file('mega'), '--json']), 5, 'BASIS_MISMATCH', /name one of them/);
  });

  it('plays the pulse of a waveform file', async () => {
    const rows = Array.from({ length: 64 }, (_, i) => `${Math.exp(-(((i - 31.5) / 14) ** 2))} 0`);
    writeFileSync(file('gauss.txt'), rows.join('\n'));
    const pulse = ['--refocusing', file('gauss.txt'), '--refocusing-ms', '4', '--spatial-points', '4'];
    const run = await simulated(
      '--field',
      '3',
      '--sequence',
      'press',
      '--te',
      '30',
      ...FEW,
      ...pulse,
      '-o',
      file('wave'),
    );
    expect(run.request.sequence['refocusing']).toMatchObject({ shape: 'waveform', durationS: 0.004 });
    expectError(
      await cli.run([...PRESS, '--refocusing', file('gauss.txt'), '-o', file('never'), '--json']),
      2,
      'USAGE',
      /how long it is/,
    );
  });

  it.each([
    ['a negative TE', ['--te', '-30'], 2, 'USAGE', /--te takes/],
    ['no TE', [], 2, 'USAGE', /needs its echo time/],
    ['TE shorter than the pulses', ['--te', '8', '--pulses', 'shaped'], 5, 'MODEL_INVALID', /too short/],
    ['TE1 beyond TE', ['--te', '30', '--te1', '40'], 5, 'MODEL_INVALID', /TE1/],
    ['a TM it has not', ['--te', '30', '--tm', '10'], 2, 'USAGE', /no TM/],
    ['an unknown metabolite', ['--te', '30', '--metabolites', 'Kryptonite'], 5, 'MODEL_MISSING', /Kryptonite/],
    ['a metabolite twice', ['--te', '30', '--metabolites', 'Ins,mI'], 5, 'MODEL_INVALID', /twice/],
    ['an unknown set of macromolecules', ['--te', '30', '--mm', 'some'], 2, 'USAGE', /--mm takes/],
    ['an unknown pulse', ['--te', '30', '--refocusing', 'blob'], 2, 'USAGE', /waveform file/],
    ['an absent waveform', ['--te', '30', '--refocusing', './no.pta'], 3, 'READ_FAILED', /no\.pta/],
    ['a length of ideal pulses', ['--te', '30', '--refocusing-ms', '5'], 2, 'USAGE', /ideal pulse/],
    ['both field and frequency', ['--te', '30', '--frequency-mhz', '123'], 2, 'USAGE', /either/],
    ['half a point', ['--te', '30', '--points', '0.5'], 2, 'USAGE', /whole number/],
    ['an unknown format', ['--te', '30', '--format', 'tape'], 2, 'USAGE', /--format takes/],
  ])('refuses %s and writes nothing', async (_, args, exitCode, code, words) => {
    const command = [
      'basis',
      'simulate',
      '--field',
      '3',
      '--sequence',
      'press',
      ...args,
      '-o',
      file('never'),
      '--json',
    ];
    expectError(await cli.run(command), exitCode, code, words);
    expect(existsSync(file('never'))).toBe(false);
  });

  it('refuses an unknown sequence and a waveform that is none', async () => {
    const unknown = ['basis', 'simulate', '--field', '3', '--sequence', 'epi', '-o', file('never'), '--json'];
    expectError(await cli.run(unknown), 2, 'USAGE', /--sequence takes/);
    writeFileSync(
      file('noise.pta'),
      Uint8Array.from({ length: 2048 }, (_, i) => (i * 7919) % 251),
    );
    const noise = [...PRESS, '--refocusing', file('noise.pta'), '--refocusing-ms', '5', '-o', file('never'), '--json'];
    const run = await cli.run(noise);
    expect([run.code, existsSync(file('never'))]).toEqual([3, false]);
    expect(JSON.parse(run.stdout)).toMatchObject({
      error: { message: expect.stringMatching(/^noise\.pta /) as string },
    });
  });

  it('stops on Ctrl+C: exit code 4, nothing written', async () => {
    const long = ['--pulses', 'shaped', '--spatial-points', '256', '-o', file('cancelled'), '--json'];
    const child = spawn(process.execPath, [cli.program, ...PRESS, ...long], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    child.stdout.on('data', (d: Buffer) => (stdout += d.toString()));
    child.stderr.once('data', () => setTimeout(() => child.kill('SIGINT'), 200));
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(existsSync(file('cancelled'))).toBe(false);
  }, 30_000);
});

describe('basis list, info, convert, compare', () => {
  it('list and describe what is shipped', async () => {
    const { bases } = JSON.parse((await cli.run(['basis', 'list', '--json'])).stdout) as { bases: { id: string }[] };
    expect(bases.map((b) => b.id)).toContain(SHIPPED);
    const info = await cli.run(['basis', 'info', SHIPPED]);
    expect([info.code, info.stderr]).toEqual([0, '']);
    expect(info.stdout).toMatch(/PRESS[^\n]*TE 30\.0 ms[\s\S]*density-matrix/);
  });

  it.each(['lcmodel', 'lcmodel-raw', 'fsl-json', 'jmrui', 'lineshape'])(
    'convert to %s keeps the signals',
    async (format) => {
      const out = file(format === 'lcmodel' ? 'set.basis' : `set-${format}`);
      const run = await cli.run(['basis', 'convert', SHIPPED, out, '--format', format, '--json']);
      const { files } = JSON.parse(run.stdout) as { files: string[] };
      expect([run.code, files.every((name) => existsSync(name))]).toEqual([0, true]);
      const compared = await cli.run(['basis', 'compare', SHIPPED, out, '--json', '--te-ms', '30']);
      const { rows, onlyFirst, onlySecond } = JSON.parse(compared.stdout) as {
        rows: { name: string; correlation: number; amplitudeRatio: number }[];
        onlyFirst: string[];
        onlySecond: string[];
      };
      expect([onlyFirst, onlySecond]).toEqual([[], []]);
      // Text formats hold 5 significant digits or more.
      for (const { name, correlation } of rows) expect([name, correlation > 0.99999]).toEqual([name, true]);
      const ratios = rows.map((r) => r.amplitudeRatio);
      expect(Math.max(...ratios) / Math.min(...ratios)).toBeLessThan(1.001);
    },
  );

  it('keep the card of a set of the program’s own format', async () => {
    const out = file('kept.nii.gz');
    expect((await cli.run(['basis', 'convert', SHIPPED, out, '--format', 'lineshape'])).code).toBe(0);
    const card = JSON.parse(readFileSync(file('kept.json'), 'utf8')) as Record<string, unknown>;
    expect(card).toMatchObject({ id: 'kept', file: 'kept.nii.gz', sequence: 'PRESS' });
    expect(card['simulation']).toMatch(/density-matrix/);
    expect((await cli.run(['basis', 'info', out])).code).toBe(0);
  });

  it('refuse what can not be', async () => {
    const convert = ['basis', 'convert', SHIPPED];
    const usage = (words: RegExp, ...args: string[]) =>
      cli.run([...convert, ...args, '--json']).then((run) => expectError(run, 2, 'USAGE', words));
    await usage(/must end with \.basis/, file('x.txt'), '--format', 'lcmodel');
    await usage(/--format takes/, file('x'), '--format', 'tape');
    await usage(/does not exist/, join(file('nowhere'), 'x.basis'), '--format', 'lcmodel');
    const absent = ['basis', 'convert', 'nowhere', file('x'), '--format', 'jmrui', '--json'];
    expectError(await cli.run(absent), 5, 'BASIS_MISSING', /nowhere/);
    writeFileSync(file('broken.basis'), ' $SEQPAR\n FWHMBA = ');
    const broken = ['basis', 'convert', file('broken.basis'), file('x'), '--format', 'jmrui', '--json'];
    const run = await cli.run(broken);
    expect([run.code, existsSync(file('x'))]).toEqual([5, false]);
    writeFileSync(file('in-the-way'), 'x');
    mkdirSync(file('way'));
    const blocked = await cli.run([...convert, join(file('in-the-way'), 'a'), '--format', 'jmrui', '--json']);
    expectError(blocked, 4, 'WRITE_FAILED', /output folder/);
  });
});

describe('quantify where no basis set is close enough', () => {
  const warningsOf = (run: CliRun): { code: string; message: string }[] =>
    (JSON.parse(run.stdout) as { results: { warnings: { code: string; message: string }[] }[] }).results[0]?.warnings ??
    [];

  it('says so in the result with the command to run, and that command makes the basis it lacks', async () => {
    // 9.4 T: no shipped basis set comes near.
    const scan = file('9t.nii.gz');
    writeFileSync(scan, writeMrs({ ...syntheticScan(), spectrometerFrequencyMHz: 400.2 }, 'nifti-mrs'));
    const run = await cli.run(['quantify', scan, '--json', '--threads', '1', '--basis', 'auto']);
    expect(run.code).toBe(0);
    const advice = warningsOf(run).find((w) => w.code === 'basis-not-close');
    expect(warningsOf(run).map((w) => w.code)).toContain('basis-field-mismatch');
    const command = /(lineshape basis simulate .*)$/.exec(advice?.message ?? '')?.[1] ?? '';
    expect(command).toMatch(/--frequency-mhz 400\.2 --sequence press --te 30 /);
    const args = command.split(' ').slice(1, -1);
    expect((await cli.run([...args, file('right')])).code).toBe(0);
    const again = await cli.run(['quantify', scan, '--json', '--threads', '1', '--basis', file('right')]);
    expect(again.code).toBe(0);
    expect(warningsOf(again).filter((w) => w.code.startsWith('basis-'))).toEqual([]);
  }, 60_000);

  it('warns of another field, TE and sequence than the named basis has, in result and report', async () => {
    const other = { ...syntheticScan(), spectrometerFrequencyMHz: 297.2 };
    const acquisition = { ...other.acquisition, echoTimeS: 0.05, sequence: 'STEAM' };
    writeFileSync(file('7t.nii.gz'), writeMrs({ ...other, acquisition }, 'nifti-mrs'));
    const args = [file('7t.nii.gz'), '--basis', SHIPPED, '--threads', '1'];
    const run = await cli.run(['quantify', ...args, '--json']);
    const codes = ['basis-field-mismatch', 'basis-echo-time-mismatch', 'basis-sequence-mismatch'];
    const found = warningsOf(run).filter((w) => codes.includes(w.code));
    expect(found.map((w) => w.code)).toEqual(codes);
    const report = await cli.run(['report', ...args, '-o', file('page.html')]);
    expect(report.code).toBe(0);
    const page = readFileSync(file('page.html'), 'utf8');
    for (const { message } of found) expect(page).toContain(message.slice(0, 40).replaceAll('"', '&quot;'));
  }, 60_000);

  it('refuses another nucleus', async () => {
    writeFileSync(file('31p.nii.gz'), writeMrs({ ...syntheticScan(), nucleus: '31P' }, 'nifti-mrs'));
    const run = await cli.run(['quantify', file('31p.nii.gz'), '--method', 'nlls', '--json']);
    expectError(run, 5, 'BASIS_MISSING', /31P/);
    const named = await cli.run(['quantify', file('31p.nii.gz'), '--method', 'nlls', '--basis', SHIPPED, '--json']);
    expectError(named, 5, 'BASIS_MISMATCH', /31P/);
  });
});
