// Amounts by water of a simulated edited scan of known truth: GABA from the difference and creatine from OFF, on one scale.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import type { QuantificationResult } from '../../src/core/domain/quantification.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { analyse, quantifyVoxel, recipeById, recipeWithQuantities, runPreprocessing } from '../../src/core/pipeline/index.ts'; // prettier-ignore
import type { AnalysisDeps } from '../../src/core/pipeline/index.ts';
import { needsBasis, NO_BASIS } from '../../src/core/quantification/index.ts';
import { loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { areaOf, COEDITED, MEGA_BRAIN, megaTransients } from '../fixtures/megaScan.ts';

const RESOURCES = join(import.meta.dirname, '../../resources');
/** |s(0)| of one FID of water with which LCModel's convention gives the amplitudes themselves: 2 protons · WCONC · ATTH2O. */
const WATER_AMPLITUDE = 2 * 35880 * 0.7;
const TISSUE = { gm: 0.5, wm: 0.4, csf: 0.1 };

const deps: AnalysisDeps = {
  fitRunner: { run: async (batch, c) => batch.inputs.map((input) => quantifyVoxel(input, batch, c)) },
  preprocess: (scan, water, recipe, context) => runPreprocessing(scan, water, recipe, context),
  stamp: { program: 'Lineshape', version: 'test', now: () => '2026-01-01T00:00:00.000Z' },
  cancellation: { isCancelled: () => false, throwIfCancelled: () => undefined },
  onProgress: () => undefined,
};

/** Unsuppressed water of the scan: FIDs of 8 Hz that differ in nothing but noise. */
function waterOf(scan: MrsDataset, dimensions: readonly ('DIM_DYN' | 'DIM_EDIT')[]): MrsDataset {
  const random = seededRandom(3);
  const points = scan.data.shape.at(-1) as number;
  const count = 2 ** dimensions.length;
  const line = (i: number): number => WATER_AMPLITUDE * Math.exp(-Math.PI * 8 * (i % points) * scan.dwellTimeS);
  const re = Float64Array.from({ length: count * points }, (_, i) => line(i) + 0.5 * random.normal());
  const im = Float64Array.from({ length: count * points }, () => 0.5 * random.normal());
  return {
    ...scan,
    data: { re, im, shape: [1, 1, 1, ...dimensions.map(() => 2), points] },
    dimensions: dimensions.map((tag) => ({ tag, info: null, header: null })),
  };
}

async function analysed(seed: number, method: string, waterDimensions: readonly ('DIM_DYN' | 'DIM_EDIT')[] = []) {
  const scan = megaTransients({ seed, count: 16, noiseSd: 0.3 });
  const basis = needsBasis(method)
    ? await loadBundledBasis(RESOURCES, 'lineshape-3t-mega-press-te68-123mhz-difference')
    : NO_BASIS;
  const recipe = {
    ...recipeWithQuantities(recipeById('mega-difference'), { tissue: TISSUE }),
    quantification: { method, options: {} },
  };
  const water = waterOf(scan, waterDimensions);
  const outcome = await analyse({ dataset: scan, water, basis, recipe, voxels: null }, deps);
  return { outcome, result: outcome.voxels[0]!.result };
}

const amount = (r: QuantificationResult, name: string, convention = 'lcmodel') =>
  [...r.combined, ...r.metabolites]
    .find((m) => m.name === name)!
    .concentrations!.find((c) => c.convention === convention);

describe('an edited scan with its water', () => {
  it.each([
    ['one FID', []],
    ['either condition', ['DIM_EDIT']],
    ['transients of either condition', ['DIM_DYN', 'DIM_EDIT']],
  ] as const)('gives true amounts from water of %s', async (_, dimensions) => {
    for (const seed of [1, 2, 3]) {
      const { result, outcome } = await analysed(seed, 'nlls', dimensions);
      const truths = {
        GABA: MEGA_BRAIN['GABA']!,
        Glx: MEGA_BRAIN['Glu']! + MEGA_BRAIN['Gln']!,
        // GABA and the macromolecules edited with it, as so much GABA.
        'GABA+': MEGA_BRAIN['GABA']! + COEDITED.amplitude / areaOf('GABA', [2.75, 3.25]),
        tCr: MEGA_BRAIN['Cr']! + MEGA_BRAIN['PCr']!,
      };
      for (const [name, truth] of Object.entries(truths)) {
        const { value, sd } = amount(result, name)!;
        expect(sd! / truth, name).toBeLessThan(0.3);
        expect(Math.abs(value - truth), `${name}, seed ${seed}: ${value} ± ${sd}`).toBeLessThan(3 * sd!);
      }
      expect(result.waterScaling!.water.amplitude / WATER_AMPLITUDE).toBeCloseTo(1, 2);
      expect(outcome.warnings.filter((w) => w.code.startsWith('water'))).toEqual([]);
    }
  });

  it('has no amounts by Gaussians, and says why', async () => {
    const { result, outcome } = await analysed(1, 'edited-gaussian');
    expect(result.waterScaling).toBeUndefined();
    for (const m of [...result.metabolites, ...result.combined]) expect(m.concentrationMM).toBeNull();
    const said = outcome.warnings.filter((w) => w.code === 'water-scaling-skipped').map((w) => w.message);
    expect(said).toEqual([
      'No amounts by the water reference: edited-gaussian fits single lines, whose scale to water is unknown.',
    ]);
  });
});
