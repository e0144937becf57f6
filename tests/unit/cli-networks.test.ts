// Quantification by networks as users meet it: the bundled program, ONNX sessions and all, on a network that says the same of
// every spectrum (no phase, no shift, 3 Hz), so that its amounts are those of one linear solve.
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelCard } from '../../src/core/domain/modelCard.ts';
import type { CliBundle, CliRun } from '../fixtures/bundleCli.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import { sha256Of, writeNetwork } from '../fixtures/networks.ts';
import { onnxFile } from '../fixtures/onnxModel.ts';
import { networkCard } from '../fixtures/quantificationNetworks.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const BASIS = 'lineshape-3t-press-te30-123mhz';
const METABOLITES = ['NAA', 'NAAG', 'Cr', 'PCr', 'GPC', 'PCho', 'Ins', 'Glu', 'Gln', 'GSH', 'Tau'];
const SAYS = [0, 3];

/** spectrum [batch, 2, 512] → parameters [batch, 2], whatever the spectrum. */
const ONNX = onnxFile({
  inputs: [{ name: 'spectrum', shape: ['batch', 2, 512] }],
  outputs: [{ name: 'parameters', shape: ['batch', 2] }],
  constants: [
    { name: 'nothing', shape: [1024, 2], data: new Float32Array(2048) },
    { name: 'says', shape: [2], data: Float32Array.from(SAYS) },
  ],
  nodes: [
    { operator: 'Flatten', inputs: ['spectrum'], outputs: ['flat'] },
    { operator: 'MatMul', inputs: ['flat', 'nothing'], outputs: ['none'] },
    { operator: 'Add', inputs: ['none', 'says'], outputs: ['parameters'] },
  ],
});

function cardOf(id: string, basisSha256: string): ModelCard {
  const card = networkCard(id, {
    metabolites: METABOLITES,
    parameters: ['phaseDeg', 'lorentzianHz'],
    basis: { id: BASIS, sha256: basisSha256 },
    inDistribution: { latentLimit: null, residualLimit: 0.01 },
  });
  const output = { name: 'parameters', dtype: 'float32', shape: [null, 2], meaning: 'phase, width' } as const;
  return { ...card, sha256: sha256Of(ONNX), outputs: [output] };
}

let cli: CliBundle;
let folder: string;

beforeAll(async () => {
  cli = await bundleCli();
  folder = makeTempFolder();
  const resources = join(dirname(dirname(cli.program)), 'resources');
  const own = fileURLToPath(new URL('../../resources', import.meta.url));
  mkdirSync(join(resources, 'basis'), { recursive: true });
  for (const name of [`${BASIS}.json`, `${BASIS}.nii.gz`])
    cpSync(join(own, 'basis', name), join(resources, 'basis', name));
  const sha256 = sha256Of(readFileSync(join(own, 'basis', `${BASIS}.nii.gz`)));
  const input = { spectrum: { shape: [1, 2, 512], data: new Array<number>(1024).fill(0.5) } };
  const selfTest = { inputs: input, outputs: { parameters: { shape: [1, 2], data: SAYS } }, tolerance: 1e-6 };
  for (const id of ['qnet@3t-press-30', 'qnet@3t-press-35']) {
    const card = cardOf(id, sha256);
    const echoTimeMs = id.endsWith('35') ? ([32.5, 37] as const) : ([28, 32.5] as const);
    writeNetwork(join(resources, 'models'), id, {
      bytes: ONNX,
      card: { ...card, protocol: { ...card.protocol, echoTimeMs } },
      selfTest,
    });
  }
  await cli.run([
    'simulate',
    '--basis',
    BASIS,
    '--n',
    '40',
    '--seed',
    '3',
    '--preset',
    'dq',
    '-o',
    join(folder, 'set'),
  ]);
  await cli.run(['simulate', '--basis', BASIS, '--n', '1', '--seed', '4', '--preset', 'dq', '-o', join(folder, 'one')]);
}, 240_000);

afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

const scan = (): string => join(folder, 'one', 'spectra.nii.gz');
const quantify = (...args: string[]): Promise<CliRun> => cli.run(['quantify', scan(), '--no-preprocess', ...args]);

interface Estimate {
  readonly name: string;
  readonly amplitude: number;
  readonly interval95?: { readonly low: number; readonly high: number; readonly method: string };
  readonly ratios?: readonly { readonly reference: string; readonly sd: number | null }[];
}
interface Result {
  readonly method: string;
  readonly metabolites: readonly Estimate[];
  readonly combined: readonly Estimate[];
  readonly inDistribution: boolean;
  readonly executionProvider: string;
  readonly doubt?: {
    readonly model: { readonly id: string };
    readonly checks: readonly { readonly check: string; readonly passed: boolean }[];
  };
  readonly warnings: readonly { readonly code: string }[];
}
interface Document {
  readonly basis: { readonly id: string };
  readonly results: readonly Result[];
  readonly agreement?: readonly {
    readonly methods: readonly string[];
    readonly matrix: readonly (readonly number[])[];
    readonly metabolites: readonly unknown[];
  }[];
}

const documentOf = ({ stdout }: CliRun): Document => JSON.parse(stdout) as Document;

describe('quantify by a network', () => {
  it('brings its basis set, intervals for every figure, and its doubt', async () => {
    const run = await quantify('--method', 'qnet', '--json');
    expect(run.code).toBe(0);
    const { basis, results } = documentOf(run);
    expect(basis.id).toBe(BASIS);
    const [result] = results;
    expect(result).toMatchObject({
      method: 'qnet',
      executionProvider: expect.any(String) as string,
      inDistribution: false,
    });
    expect(result!.doubt?.model.id).toBe('qnet@3t-press-30');
    expect(result!.doubt?.checks.map(({ check, passed }) => `${check} ${passed}`)).toEqual([
      'protocol true',
      'residual false',
      // Of a linear solve with a wrong width, some amounts are negative.
      'range false',
    ]);
    expect(result!.warnings.map(({ code }) => code)).toContain('network-out-of-distribution');
    expect(result!.metabolites.map(({ name }) => name)).toEqual(METABOLITES);
    for (const { amplitude, interval95, ratios } of [...result!.metabolites, ...result!.combined]) {
      expect(interval95?.method).toBe('calibratedSpread');
      expect(interval95!.low).toBeLessThan(amplitude);
      expect(ratios?.find(({ reference }) => reference === 'tCr')?.sd).not.toBeUndefined();
    }
  });

  it('says in text which network spoke, and why it is not to be believed', async () => {
    const { stdout, stderr } = await quantify('--method', 'qnet');
    expect(stdout).toMatch(/Network qnet@3t-press-30, version 3, run by /);
    expect(stdout).toMatch(/95 % of the amplitude/);
    expect(stderr).toMatch(/Warning: This spectrum is unlike those the network was trained on/);
  });

  it('holds several methods against each other', async () => {
    const { results, agreement } = documentOf(await quantify('--method', 'qnet,nlls', '--basis', BASIS, '--json'));
    expect(results.map(({ method }) => method)).toEqual(['qnet', 'nlls']);
    expect(agreement).toHaveLength(1);
    expect(agreement![0]!.methods).toEqual(['qnet', 'nlls']);
    expect(agreement![0]!.metabolites.length).toBeGreaterThan(10);
    expect(agreement![0]!.matrix[0]![0]).toBe(1);
    const { stdout } = await quantify('--method', 'qnet,nlls', '--basis', BASIS);
    expect(stdout).toMatch(/Agreement of the methods/);
  });

  it('runs the network that is named on a scan it was not trained for, and says so', async () => {
    const [result] = documentOf(await quantify('--method', 'qnet@3t-press-35', '--json')).results;
    expect(result!.method).toBe('qnet@3t-press-35');
    expect(result!.doubt?.checks[0]).toMatchObject({ check: 'protocol', passed: false });
  });

  it.each([
    ['dq-nmm', 5, /No network of the method dq-nmm comes with this program/],
    ['qnet@7t', 5, /There is no network "qnet@7t" here; there is qnet@3t-press-30, qnet@3t-press-35/],
    ['qnot', 2, /There is no method "qnot"/],
  ])('refuses %s in words', async (method, code, message) => {
    const run = await quantify('--method', method);
    expect(run.code).toBe(code);
    expect(run.stderr).toMatch(message);
  });

  it('leaves out a method without a network for the scan, and says why; the others go on', async () => {
    const run = await quantify('--method', 'dq-nmm,qnet,nlls', '--json');
    expect(run.code).toBe(0);
    const { results, agreement } = documentOf(run);
    expect(results.map(({ method }) => method)).toEqual(['qnet', 'nlls', 'dq-nmm']);
    const reason = 'No network of the method dq-nmm comes with this program.';
    expect(results[2]).toMatchObject({ status: 'refused', reason, code: 'MODEL_MISSING', metabolites: [] });
    expect(agreement?.[0]?.methods).toEqual(['qnet', 'nlls']);
    const { stdout } = await quantify('--method', 'dq-nmm,qnet');
    expect(stdout).toContain(`spectra.nii.gz, dq-nmm: refused. ${reason}`);
  });

  it('fails where all methods are refused, with all reasons', async () => {
    const run = await quantify('--method', 'dq-nmm,qnet@7t', '--json');
    expect(run.code).toBe(5);
    const { error } = JSON.parse(run.stdout) as { error: { code: string; message: string } };
    expect(error.code).toBe('MODEL_MISSING');
    expect(error.message).toMatch(/^None of the methods can quantify this scan \(dq-nmm: .*; qnet@7t: .*\)\.$/);
  });

  it('refuses an option that a network does not have', async () => {
    const run = await quantify('--method', 'qnet', '--ppm', '1,4');
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(/--ppm is for methods with a fitted range, and qnet has none/);
  });

  it('gives a window to those of several methods that have one', async () => {
    const { results } = documentOf(await quantify('--method', 'qnet,nlls', '--ppm', '1,4', '--json'));
    expect(results.map(({ method }) => method)).toEqual(['qnet', 'nlls']);
  });
});

describe('evaluate and models', () => {
  it('evaluates a network on every case of a set', async () => {
    const run = await cli.run(['evaluate', '--set', join(folder, 'set'), '--method', 'qnet', '--json']);
    expect(run.code).toBe(0);
    const { methods } = JSON.parse(run.stdout) as {
      methods: readonly {
        method: string;
        n: number;
        basis: { id: string };
        combined: readonly { name: string; n: number; r2: number }[];
      }[];
    };
    expect(methods[0]).toMatchObject({ method: 'qnet', n: 40, basis: { id: BASIS } });
    expect(methods[0]!.combined.find(({ name }) => name === 'tNAA')?.n).toBe(40);
  });

  it('evaluates the other methods where one is refused, and says why', async () => {
    const args = ['evaluate', '--set', join(folder, 'set'), '--method', 'dq-nmm,qnet,nlls', '--cases', '1'];
    const run = await cli.run([...args, '--ppm', '1,4', '--json']);
    expect(run.code).toBe(0);
    const { methods, refused } = JSON.parse(run.stdout) as {
      methods: readonly { method: string; options: object }[];
      refused: readonly object[];
    };
    expect(methods.map(({ method, options }) => [method, options])).toEqual([
      ['qnet', {}],
      ['nlls', { ppmRange: [1, 4] }],
    ]);
    const reason = 'No network of the method dq-nmm comes with this program.';
    expect(refused).toEqual([{ method: 'dq-nmm', code: 'MODEL_MISSING', reason }]);
    expect((await cli.run(args)).stdout).toContain(`dq-nmm: refused. ${reason}`);
  });

  it('fails where no method can be given a set', async () => {
    const run = await cli.run(['evaluate', '--set', join(folder, 'set'), '--method', 'dq-nmm']);
    expect(run.code).toBe(5);
    expect(run.stderr).toContain('No network of the method dq-nmm comes with this program.');
  });

  it('describes what a network quantifies', async () => {
    const { stdout } = await cli.run(['models', 'info', 'qnet@3t-press-30']);
    expect(stdout).toMatch(
      /Gives {3}signal parameters by the network, amounts by linear least squares \(method qnet, from the spectrum\)/,
    );
    expect(stdout).toMatch(/Knows {3}residual up to 0\.01 times the noise/);
  });
});
