// Amounts by water of two healthy brains at 3 T (needs ../shared/data): in the range that the literature has.
import { describe, expect, it } from 'vitest';
import { readScan } from '../../src/core/formats/registry.ts';
import {
  analyse,
  defaultRecipeFor,
  quantifyVoxel,
  recipeWithQuantities,
  runPreprocessing,
} from '../../src/core/pipeline/index.ts';
import { loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { dataAvailable, realFile } from '../fixtures/realData.ts';

const OSPREY = 'osprey/exampledata/sdat/UnEdited/sub-01/ses-01/mrs/sub-01_ses-01_press';
const SCANS = [
  ['Osprey sub-01', `${OSPREY}/sub-01_PRESS_35_act`, `${OSPREY}-ref/sub-01_PRESS_35_ref`, ['sdat', 'spar']],
  ['Big GABA S01', 'basisremy_biggaba/S01_PRESS_35_act', 'basisremy_biggaba/S01_PRESS_35_ref', ['SDAT', 'SPAR']],
] as const;

/**
 * Usual amounts of adult brain, made wide, since the tissue fractions given here are a guess: a wrong factor of two (sums
 * for means, one proton for two, a relaxation factor on the wrong side) leaves them. [mmol/kg tissue water]
 */
const RANGES: Readonly<Record<string, readonly [number, number]>> = {
  tNAA: [11, 20],
  tCr: [8, 17],
  tCho: [1.2, 3.5],
  mI: [5, 15],
};

describe.skipIf(!dataAvailable)('amounts by water of real scans', () => {
  it.each(SCANS)('are plausible: %s', async (_, scan, water, [data, header]) => {
    const read = (path: string) => readScan([`${path}.${data}`, `${path}.${header}`].map(realFile), {});
    const [{ dataset }, { dataset: reference }] = [await read(scan), await read(water)];
    const basis = await loadBundledBasis(resourcesDir(), 'lineshape-3t-press-te35-123mhz');
    const recipe = recipeWithQuantities(defaultRecipeFor(dataset), { tissue: { gm: 0.6, wm: 0.3, csf: 0.1 } });
    const { voxels, warnings } = await analyse(
      { dataset, water: reference, basis, recipe, voxels: null },
      {
        fitRunner: { run: ({ inputs, ...batch }, c) => Promise.resolve(inputs.map((i) => quantifyVoxel(i, batch, c))) },
        preprocess: (d, w, r, context) => runPreprocessing(d, w, r, context),
        stamp: { program: 'Lineshape', version: 'test', now: () => '' },
        cancellation: NEVER_CANCELLED,
        onProgress: () => undefined,
      },
    );
    const { result } = voxels[0]!;
    for (const [name, [low, high]] of Object.entries(RANGES)) {
      const estimate = result.combined.find((c) => c.name === name)!;
      const molality = estimate.concentrations!.find((c) => c.convention === 'molality')!;
      expect(molality.value, name).toBeGreaterThan(low);
      expect(molality.value, name).toBeLessThan(high);
      expect(molality.sd, name).toBeGreaterThan(0);
    }
    // 64 transients of both were joined by the scanner: nothing is doubtful about their scale.
    expect(warnings.map((w) => w.code)).not.toContain('water-scale-doubtful');
    expect(result.quality!.assessment.grade).not.toBe('fail');
  });
});
