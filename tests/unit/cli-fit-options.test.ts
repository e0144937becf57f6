// Options of the fit methods on the command line: how their texts are read, what is refused, and that they reach the fit.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkFitOptions, fitOptionsFor } from '../../src/cli/fitOptions.ts';
import type { FitOptionFlags } from '../../src/cli/fitOptions.ts';
import { writeMrs } from '../../src/core/formats/index.ts';
import type { CliBundle } from '../fixtures/bundleCli.ts';
import { bundleCli } from '../fixtures/bundleCli.ts';
import { P31_PEAKS, P31_TABLE, phosphorusScan } from '../fixtures/phosphorusScan.ts';
import { makeTempFolder } from '../fixtures/tempFolder.ts';
import { syntheticScan } from './workflowFixture.ts';

const scan = phosphorusScan({ coils: 1, transients: 1, noiseSd: 0.1, seed: 5, phase0: 0.4 });
let folder: string;
let cli: CliBundle;
const file = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = makeTempFolder();
  writeFileSync(file('p31.nii.gz'), writeMrs(scan, 'nifti-mrs'));
  writeFileSync(file('scan.nii.gz'), writeMrs(syntheticScan(), 'nifti-mrs'));
  writeFileSync(file('table.csv'), P31_TABLE);
  writeFileSync(file('broken.json'), '{"schema": "lineshape.priorKnowledge/1", "peaks": [');
  cli = await bundleCli();
}, 120_000);

afterAll(() => {
  cli.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function read(flags: FitOptionFlags, ...methods: string[]) {
  return Object.fromEntries(await fitOptionsFor(flags, methods, scan));
}

describe('--fit-option', () => {
  it('takes words, numbers, windows and lists as the method wants them', async () => {
    const texts = ['baseline=none', 'maxIterations=30', 'ppmRange=0.5,4', 'omit=Ace, Gly', 'profileLikelihood=tNAA'];
    expect(await read({ fitOption: texts }, 'nlls')).toEqual({
      nlls: {
        baseline: 'none',
        maxIterations: 30,
        ppmRange: [0.5, 4],
        omit: ['Ace', 'Gly'],
        profileLikelihood: ['tNAA'],
      },
    });
    expect(await read({ fitOption: ['ppmRange=auto', 'omit='] }, 'nlls')).toEqual({
      nlls: { ppmRange: 'auto', omit: [] },
    });
  });

  it('gives an option to each method that has it', async () => {
    expect(await read({ fitOption: ['background=none', 'maxIterations=9'] }, 'nlls', 'quest')).toEqual({
      nlls: { maxIterations: 9 },
      quest: { maxIterations: 9, background: 'none' },
    });
  });

  it.each([
    [{ fitOption: ['baseline'] }, ['nlls'], /takes NAME=VALUE/],
    [{ fitOption: ['=3'] }, ['nlls'], /takes NAME=VALUE/],
    [{ fitOption: ['curvature=3'] }, ['nlls', 'quest'], /no fit option "curvature"; there are nlls: .*; quest: /],
    [
      { fitOption: ['background=some'] },
      ['quest'],
      /"background" of quest must be one of auto, subtract, none, inbase/,
    ],
    [{ fitOption: ['maxIterations=2.5'] }, ['nlls'], /must be a whole number above 0, not 2.5/],
    [{ priorKnowledge: '31P-brain' }, ['nlls'], /--prior-knowledge is for the method amares/],
    [{ priorKnowledge: '31P-liver' }, ['amares'], /no prior knowledge "31P-liver"; there is 31P-brain/],
  ] as const)('is refused in words before anything is read: %j', (flags, methods, words) => {
    expect(() => checkFitOptions(flags, methods)).toThrow(words);
  });

  it('refuses prior knowledge that can’t be read, in one sentence', async () => {
    await expect(read({ priorKnowledge: file('broken.json') }, 'amares')).rejects.toThrow(
      /broken.json is not valid JSON/,
    );
    await expect(read({ priorKnowledge: file('none.csv') }, 'amares')).rejects.toThrow(/none.csv can't be read/);
  });
});

interface Document {
  readonly basis: { readonly id: string };
  readonly results: readonly {
    readonly method: string;
    readonly status: string;
    readonly metabolites: readonly { readonly name: string; readonly amplitude: number }[];
  }[];
}

describe('the command line', () => {
  const quantify = async (...args: string[]): Promise<Document> => {
    const run = await cli.run(['quantify', ...args, '--json', '--threads', '1']);
    expect(run.stderr).not.toMatch(/\n\s+at /);
    expect(run.code, run.stderr).toBe(0);
    return JSON.parse(run.stdout) as Document;
  };
  const amplitudeOf = ({ results }: Document, name: string): number =>
    results[0]!.metabolites.find((m) => m.name === name)!.amplitude;

  it('fits a ³¹P scan with AMARES and no basis set, unasked', async () => {
    const document = await quantify(file('p31.nii.gz'));
    expect(document.basis.id).toBe('none');
    expect(document.results[0]).toMatchObject({ method: 'amares', status: 'converged' });
    const truth = P31_PEAKS.find(([name]) => name === 'PCr')![3];
    // 0.1 of noise in 1024 points: the bound of PCr is 0.3 %.
    expect(Math.abs(amplitudeOf(document, 'PCr') / truth - 1)).toBeLessThan(0.02);
  });

  it('takes prior knowledge from a table, and fits the data as they are if told so', async () => {
    const document = await quantify(file('p31.nii.gz'), '--prior-knowledge', file('table.csv'), '--no-preprocess');
    expect(document.results[0]!.method).toBe('amares');
    expect(document.results[0]!.metabolites.map((m) => m.name)).toContain('BATP3');
  });

  it('fits with QUEST, and its options change the result', async () => {
    const args = [file('scan.nii.gz'), '--method', 'quest', '--basis', 'lineshape-3t-press-te30-123mhz'];
    const usual = await quantify(...args);
    const other = await quantify(...args, '--fit-option', 'background=inbase', '--fit-option', 'grouping=common');
    expect([usual, other].map((d) => d.results[0]!.method)).toEqual(['quest', 'quest']);
    expect(amplitudeOf(other, 'NAA')).not.toBe(amplitudeOf(usual, 'NAA'));
  });

  it('names the nucleus and says no to an option that is not there', async () => {
    const info = await cli.run(['info', file('p31.nii.gz')]);
    expect(info.stdout).toMatch(/nucleus\s+31P/);
    const wrong = await cli.run(['quantify', file('scan.nii.gz'), '--method', 'nlls', '--fit-option', 'magic=1']);
    expect([wrong.code, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toMatch(/^lineshape: There is no fit option "magic"; [^\n]+\n$/);
  });
});
