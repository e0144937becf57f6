// lineshape preprocess and quantify with --fpc and --denoise, as their users meet them, on the demo study.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { recipeById } from '../../src/core/pipeline/index.ts';
import { noiseSdBeforeDenoising } from '../../src/core/preprocessing/denoisingRecord.ts';
import type { CliBundle } from '../fixtures/bundleCli.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';

const DEMO = join(import.meta.dirname, '../../resources/demo');
const SCAN = join(DEMO, 'svs_press_te30.nii.gz');
const WATER = ['--water', join(DEMO, 'svs_water.nii.gz')];
const TRANSIENTS = 64;
/** Moved in the demo study on purpose. */
const MOVED = 41;

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

interface Quality {
  readonly snr: number;
  readonly fwhmHz: number;
  readonly snrDenoised?: number;
}
interface Document {
  readonly recipe: { readonly id: string };
  readonly transients: {
    readonly shiftHz: number[];
    readonly phaseDeg: number[];
    readonly weight: number[] | null;
    readonly method: string;
    readonly rejected: number[];
    readonly groups: unknown[];
  };
  readonly similarityIndex: { readonly before: number; readonly after: number };
  readonly quality: { readonly before: Quality; readonly after: Quality };
  readonly steps: readonly { readonly step: string; readonly details: Record<string, unknown> }[];
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
}

async function preprocessed(...args: string[]): Promise<Document> {
  const run = await cli.run([
    'preprocess',
    SCAN,
    ...WATER,
    '-o',
    file('out.nii.gz'),
    '--json',
    '--threads',
    '1',
    ...args,
  ]);
  expect(run.stderr.split('\n').filter((line) => line.startsWith('lineshape:'))).toEqual([]);
  expect(run.code).toBe(0);
  return JSON.parse(run.stdout) as Document;
}

const written = (): MrsDataset =>
  readMrs([{ name: 'out.nii.gz', bytes: new Uint8Array(readFileSync(file('out.nii.gz'))) }]);

describe('preprocess --fpc', () => {
  it.each(['robust-sr', 'ma'])('%s tells every transient’s offsets, and what it won', async (method) => {
    const { transients, similarityIndex, quality, steps } = await preprocessed('--fpc', method);
    expect(transients.method).toBe(method);
    for (const list of [transients.shiftHz, transients.phaseDeg, transients.weight])
      expect(list).toHaveLength(TRANSIENTS);
    expect(transients.rejected).toEqual([MOVED]);
    expect(transients.groups).toHaveLength(1);
    expect(similarityIndex.after).toBeGreaterThan(similarityIndex.before);
    expect(quality.after.snr).toBeGreaterThan(quality.before.snr);
    expect(quality.after.fwhmHz).toBeLessThan(quality.before.fwhmHz);
    expect(steps.map((s) => s.step)).toContain('frequencyPhaseCorrection');
  });

  it('is "auto" by default, and leaves all as it is for "none"', async () => {
    const auto = await preprocessed();
    expect(['robust-sr', 'rats', 'crr']).toContain(auto.transients.method);
    const [group] = auto.steps.find((s) => s.step === 'frequencyPhaseCorrection')!.details['groups'] as {
      choice: { reason: string };
    }[];
    expect(group!.choice.reason).toMatch(/ was taken: of 3 methods /);
    const none = await preprocessed('--fpc', 'none');
    expect(none.transients.shiftHz).toBeNull();
    expect(none.similarityIndex).toEqual({ before: null, after: null });
  });

  it('runs a stored recipe with "alignment" as it did', async () => {
    const current = recipeById('svs-default');
    const preprocessing = current.preprocessing.map((s) =>
      s.step === 'frequencyPhaseCorrection' ? { step: 'alignment', options: {} } : s,
    );
    writeFileSync(file('old.json'), JSON.stringify({ ...current, version: 2, preprocessing }));
    const { transients, similarityIndex } = await preprocessed('--recipe', file('old.json'));
    expect(transients.method).toBe('spectral registration');
    expect(transients.shiftHz).toHaveLength(TRANSIENTS);
    expect(transients.rejected).toEqual([MOVED]);
    expect(similarityIndex.after).toBeGreaterThan(similarityIndex.before);
  });
});

describe('preprocess --denoise', () => {
  it.each(['low-rank-hankel', 'mp-pca'])('%s keeps the noise of the original with the output', async (method) => {
    const { quality, warnings, steps } = await preprocessed('--denoise', method);
    expect(steps.map((s) => s.step)).toContain('denoising');
    expect(warnings.map((w) => w.code)).toContain('denoised');
    // What is denoised before the average wins nothing over the average itself.
    if (method !== 'mp-pca') expect(quality.after.snrDenoised).toBeGreaterThan(1.2 * quality.after.snr);
    expect(quality.after.snrDenoised).toBeGreaterThan(0);
    const plain = await preprocessed('--denoise', 'none');
    expect(plain.quality.after).not.toHaveProperty('snrDenoised');
    // Their noise is that of one and the same average, measured in other places.
    expect(Math.abs(quality.after.snr / plain.quality.after.snr - 1)).toBeLessThan(0.25);
    expect(noiseSdBeforeDenoising(written())).toBeNull();
    await preprocessed('--denoise', method);
    expect(noiseSdBeforeDenoising(written())).toEqual([expect.any(Number)]);
  });
});

describe('quantify --denoise', () => {
  interface Result {
    readonly combined: readonly { readonly name: string; readonly crlbAbsolute: number }[];
    readonly quality: { readonly snrDenoised?: unknown[] };
    readonly warnings: readonly { readonly code: string }[];
  }
  const quantified = async (...args: string[]): Promise<Result> => {
    const run = await cli.run(['quantify', ...args, '--json', '--threads', '1']);
    expect(run.code).toBe(0);
    return (JSON.parse(run.stdout) as { results: [Result] }).results[0];
  };
  const bound = ({ combined }: Result): number => combined.find((c) => c.name === 'tNAA')!.crlbAbsolute;

  it('bounds by the noise of the original, also when the output of preprocess is fitted later', async () => {
    const raw = await quantified(SCAN, ...WATER);
    const denoised = await quantified(SCAN, ...WATER, '--denoise', 'low-rank-hankel');
    expect(Math.abs(bound(denoised) / bound(raw) - 1)).toBeLessThan(0.15);
    expect(denoised.warnings.map((w) => w.code)).toContain('denoised');
    expect(denoised.quality.snrDenoised).toBeDefined();
    expect(raw.quality).not.toHaveProperty('snrDenoised');
    await preprocessed('--denoise', 'low-rank-hankel');
    const later = await quantified(file('out.nii.gz'), '--no-preprocess');
    expect(Math.abs(bound(later) / bound(denoised) - 1)).toBeLessThan(0.05);
    expect(later.quality.snrDenoised).toBeDefined();
  });
});

describe('wrong names', () => {
  // prettier-ignore
  it.each([
    [['preprocess', SCAN, '-o', 'OUT', '--fpc', 'magic'], '--fpc takes auto, sr, srf, crr, corr, corrf, water-peak, rats, robust-sr, dcrr, dcrrf, dsr, dsrf, tapper, ma, none, not "magic".'],
    [['quantify', SCAN, '--denoise', 'magic'], '--denoise takes none, low-rank-hankel, mp-pca, tikhonov, relstm, lstm, not "magic".'],
    [['quantify', SCAN, '--no-preprocess', '--fpc', 'sr'], '--no-preprocess and --fpc contradict each other; give one of them.'],
    [['preprocess', SCAN, '-o', 'OUT', '--recipe', 'fit-only', '--fpc', 'sr'], 'The recipe "No preprocessing" averages no transients, so that none can be corrected.'],
  ])('%j are refused in one sentence', async (args, sentence) => {
    const run = await cli.run(args.map((arg) => (arg === 'OUT' ? file('refused.nii.gz') : arg)));
    expect(run.stderr).toBe(`lineshape: ${sentence}\n`);
    expect(run.code).toBe(2);
    expect(existsSync(file('refused.nii.gz'))).toBe(false);
  });
});
