// Edited scans on the command line: GABA+ over creatine by either method, and the refusals where nothing is edited.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeMrs } from '../../src/core/formats/index.ts';
import type { CliBundle } from '../fixtures/bundleCli.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import { megaTransients } from '../fixtures/megaScan.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { syntheticScan } from './workflowFixture.ts';

let cli: CliBundle;
let folder: string;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  cli = await bundleCli();
  folder = makeTempFolder();
  writeFileSync(file('edited.nii.gz'), writeMrs(megaTransients({ seed: 1, count: 8, noiseSd: 0.3 }), 'nifti-mrs'));
  writeFileSync(file('plain.nii.gz'), writeMrs(syntheticScan(), 'nifti-mrs'));
}, 120_000);

afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe('lineshape quantify of an edited scan', () => {
  it('gives GABA+ and Glx over tCr by the basis and by Gaussians, unasked and by the recipe’s name', async () => {
    const named = ['--recipe', 'mega-difference', '--method', 'nlls,edited-gaussian'];
    for (const [extra, methods] of [
      [named, 2],
      [[], 1],
    ] as const) {
      const run = await cli.run(['quantify', file('edited.nii.gz'), '--json', ...extra]);
      expect([run.code, run.stderr.match(/lineshape: .*/)]).toEqual([0, null]);
      for (const name of ['GABA+', 'Glx']) expect(run.stdout.match(new RegExp(`"name": ?"${name.replace('+', '\\+')}"`, 'g'))!.length).toBeGreaterThanOrEqual(methods); // prettier-ignore
      expect(run.stdout).toContain('lineshape-3t-mega-press-te68-123mhz-difference');
      expect(run.stdout).toMatch(/"ratioToTCr": ?0\.\d+/);
    }
  }, 120_000);

  it.each([
    ['the recipe', ['--recipe', 'mega-difference'], /has no editing conditions \(DIM_EDIT\)/],
    ['the recipe for OFF', ['--recipe', 'mega-off'], /has no editing conditions \(DIM_EDIT\)/],
    ['the method', ['--method', 'edited-gaussian'], /fits the difference spectrum of an edited scan; this is none/],
  ])('refuses %s on a scan that is not edited, in one sentence', async (_, extra, sentence) => {
    const run = await cli.run(['quantify', file('plain.nii.gz'), ...extra]);
    expect(run.code).not.toBe(0);
    expect(run.stderr).toMatch(sentence);
    expect(run.stderr).not.toMatch(/\n\s+at |node:internal/);
    expect(run.stdout).toBe('');
  });
});
