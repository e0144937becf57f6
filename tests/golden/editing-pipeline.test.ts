// Simulated MEGA-PRESS scans of known truth through the whole pipeline, with what the program chooses for them unasked.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bestBasis } from '../../src/core/basis/matching.ts';
import { NO_BASIS, needsBasis } from '../../src/core/quantification/index.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import type { QuantificationResult } from '../../src/core/domain/quantification.ts';
import { analyse, defaultRecipeFor, editingOf, parseRecipe, quantifyVoxel, recipeById, RECIPES, runPreprocessing } from '../../src/core/pipeline/index.ts'; // prettier-ignore
import type { AnalysisDeps } from '../../src/core/pipeline/index.ts';
import { listBundledBases, loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { areaOf, COEDITED, MEGA_BRAIN, megaTransients } from '../fixtures/megaScan.ts';
import { fidOf } from '../unit/preprocessingSynthesis.ts';

const RESOURCES = join(import.meta.dirname, '../../resources');
const DIFFERENCE = 'lineshape-3t-mega-press-te68-123mhz-difference';

const deps: AnalysisDeps = {
  fitRunner: { run: async (batch, c) => batch.inputs.map((input) => quantifyVoxel(input, batch, c)) },
  preprocess: (scan, water, recipe, context) => runPreprocessing(scan, water, recipe, context),
  stamp: { program: 'Lineshape', version: 'test', now: () => '2026-01-01T00:00:00.000Z' },
  cancellation: { isCancelled: () => false, throwIfCancelled: () => undefined },
  onProgress: () => undefined,
};

async function basisFor(dataset: MrsDataset, recipeId: string) {
  const { nucleus, spectrometerFrequencyMHz, acquisition } = dataset;
  const { echoTimeS, sequence } = acquisition;
  const editing = editingOf(recipeById(recipeId));
  const best = bestBasis(await listBundledBases(RESOURCES), { nucleus, spectrometerFrequencyMHz, echoTimeS, sequence, editing }); // prettier-ignore
  return loadBundledBasis(RESOURCES, best!.basis.id);
}

async function analysed(dataset: MrsDataset, method: string, recipeId = defaultRecipeFor(dataset).id) {
  const basis = needsBasis(method) ? await basisFor(dataset, recipeId) : NO_BASIS;
  const recipe = { ...recipeById(recipeId), quantification: { method, options: {} as JsonObject } };
  const outcome = await analyse({ dataset, water: null, basis, recipe, voxels: null }, deps);
  return { basis, outcome, result: outcome.voxels[0]!.result };
}

const estimate = (r: QuantificationResult, name: string) =>
  [...r.metabolites, ...r.combined].find((m) => m.name === name)!;
const overCreatine = (r: QuantificationResult, name: string) =>
  estimate(r, name).ratios!.find((x) => x.reference === 'tCr')!;

const CREATINE = MEGA_BRAIN['Cr']! + MEGA_BRAIN['PCr']!;
const GLX = MEGA_BRAIN['Glu']! + MEGA_BRAIN['Gln']!;
const GABA_AREA = areaOf('GABA', [2.75, 3.25]);
const GABA_PLUS_AREA = MEGA_BRAIN['GABA']! * GABA_AREA + COEDITED.amplitude;
const GLX_AREA = ['Glu', 'Gln'].reduce((sum, m) => sum + MEGA_BRAIN[m]! * areaOf(m, [3.5, 4.05]), 0);

/** Truth of the ratios to tCr: amounts for the basis, areas for the Gaussians (three protons of creatine's methyl group). */
const TRUTH: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  nlls: { 'GABA+': GABA_PLUS_AREA / GABA_AREA / CREATINE, Glx: GLX / CREATINE },
  'edited-gaussian': { 'GABA+': GABA_PLUS_AREA / (3 * CREATINE), Glx: GLX_AREA / (3 * CREATINE) },
};
/** What every transient has: drift of 3 Hz, jitter of 0.5 Hz and 8°, noise that averages to 0.3. */
const RAW = { count: 16, noiseSd: 0.3 };

describe.each(['nlls', 'edited-gaussian'])('a raw edited scan by %s', (method) => {
  it.each([1, 2, 3])('gives GABA+/tCr and Glx/tCr within three stated SDs of the truth, seed %d', async (seed) => {
    const { result, outcome } = await analysed(megaTransients({ ...RAW, seed }), method);
    expect(result.status).toBe('converged');
    expect(outcome.preprocessed.steps.at(-1)).toMatchObject({ step: 'editing', details: { output: 'difference' } });
    for (const [name, truth] of Object.entries(TRUTH[method]!)) {
      const { value, sd } = overCreatine(result, name);
      expect(sd! / truth, name).toBeLessThan(0.2);
      expect(Math.abs(value - truth), name).toBeLessThan(3 * sd!);
      expect(estimate(result, name).ratioToTCr, name).toBeCloseTo(value, 9);
    }
  });

  it('does not mind the order of the conditions, named or not', async () => {
    const usual = (await analysed(megaTransients({ ...RAW, seed: 4 }), method)).result;
    for (const names of [['OFF', 'ON'], null]) {
      const { result } = await analysed(megaTransients({ ...RAW, seed: 4, swapped: true, names }), method);
      // The singlets are referenced on the mean of both conditions, whose order changes only rounding.
      const room = 0.02 * overCreatine(usual, 'GABA+').sd!;
      expect(Math.abs(overCreatine(result, 'GABA+').value - overCreatine(usual, 'GABA+').value)).toBeLessThan(room);
    }
  });

  it('warns where the header names the conditions the wrong way round', async () => {
    const { outcome } = await analysed(megaTransients({ ...RAW, seed: 4, swapped: true }), method);
    expect(outcome.warnings.map((w) => w.code)).toContain('editing-contradicted');
  });

  it('refuses a scan with one condition, in one sentence', async () => {
    const single = megaTransients({ ...RAW, seed: 5, conditions: 1 });
    expect(defaultRecipeFor(single).id).toBe('svs-default');
    await expect(analysed(single, method, 'mega-difference')).rejects.toThrow(
      /needs two conditions, ON and OFF, and this scan has 1\.$/,
    );
  });
});

describe('what belongs to an edited scan', () => {
  it('is its recipe, its basis, and the edit-off signals beside it', async () => {
    const scan = megaTransients({ ...RAW, seed: 6 });
    expect(defaultRecipeFor(scan).id).toBe('mega-difference');
    const difference = await basisFor(scan, 'mega-difference');
    expect(difference.id).toBe(DIFFERENCE);
    const off = await basisFor(scan, 'mega-off');
    expect(off.id).toBe(DIFFERENCE.replace('difference', 'off'));
    const signalOf = (list: typeof off.signals) => list.find((s) => s.name === 'PCr')!.fid;
    expect(signalOf(difference.offSignals!)).toEqual(signalOf(off.signals));
    expect(off.offSignals).toBeUndefined();
  });

  it('is OFF alone as an ordinary spectrum, where that is asked for', async () => {
    const { result, outcome } = await analysed(megaTransients({ ...RAW, seed: 6 }), 'nlls', 'mega-off');
    expect(outcome.preprocessed.editOff).toBeUndefined();
    expect(outcome.warnings.filter((w) => /basis|dimension/.test(w.code))).toEqual([]);
    const { value, sd } = overCreatine(result, 'tNAA');
    expect(Math.abs(value - (MEGA_BRAIN['NAA']! + MEGA_BRAIN['NAAG']!) / CREATINE)).toBeLessThan(4 * sd!);
  });

  it('is not a method that knows nothing of differences', async () => {
    await expect(analysed(megaTransients({ ...RAW, seed: 6 }), 'quest')).rejects.toThrow(
      /quest does not fit difference spectra; nlls and edited-gaussian do/,
    );
  });

  it('comes without ratios to tCr, and says so, where the basis has no edit-off signals', async () => {
    const dataset = megaTransients({ ...RAW, seed: 6 });
    const basis = { ...(await basisFor(dataset, 'mega-difference')) };
    Reflect.deleteProperty(basis, 'offSignals');
    const recipe = recipeById('mega-difference');
    const outcome = await analyse({ dataset, water: null, basis, recipe, voxels: null }, deps);
    const { result } = outcome.voxels[0]!;
    expect(result.warnings.map((w) => w.code)).toContain('edited-without-creatine');
    expect(estimate(result, 'GABA+').ratioToTCr).toBeNull();
  });

  it('is needed for edited-gaussian', async () => {
    await expect(analysed(megaTransients({ ...RAW, seed: 6 }), 'edited-gaussian', 'mega-off')).rejects.toThrow(
      /fits the difference spectrum of an edited scan/,
    );
  });

  it('is edited last: nothing can be phased or aligned by a difference', () => {
    const recipe = recipeById('mega-difference');
    expect(parseRecipe(JSON.parse(JSON.stringify(recipe)))).toEqual(recipe);
    const early = { ...recipe, preprocessing: recipe.preprocessing.toReversed() };
    expect(() => parseRecipe(JSON.parse(JSON.stringify(early)))).toThrow(/"editing" must be the last/);
    expect(RECIPES.filter((r) => editingOf(r) !== null).map((r) => r.id)).toEqual(['mega-difference', 'mega-off']);
  });

  it('keeps OFF in the frame of the difference', async () => {
    const scan = megaTransients({ ...RAW, seed: 7 });
    const { outcome } = await analysed(scan, 'nlls');
    const { dataset, editOff } = outcome.preprocessed;
    expect(editOff!.data.shape).toEqual(dataset.data.shape);
    expect(fidOf(editOff!, 0).re[0]).toBeGreaterThan(Math.abs(fidOf(dataset, 0).re[0]!));
  });
});
