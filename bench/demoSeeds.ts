// bench demoSeeds: the demo's single voxel simulated anew with 120 consecutive seeds, through the whole pipeline: how often is
// every ratio with a CRLB below 10 % within 5 % of the truth? Prints one JSON document.
import { readFileSync } from 'node:fs';
import { datasetToBasisSet } from '../src/core/basis/basisDataset.ts';
import type { JsonObject } from '../src/core/domain/json.ts';
import { readNiftiMrs } from '../src/core/formats/niftiMrs.ts';
import { seededRandom } from '../src/core/math/seededRandom.ts';
import { analyse, defaultRecipeFor, runPreprocessing } from '../src/core/pipeline/index.ts';
import { fitVoxel } from '../src/core/quantification/index.ts';
import { singleVoxelScan } from '../scripts/demo/singleVoxel.ts';

const BASIS_FILE = 'lineshape-3t-press-te30-123mhz.nii.gz';
const FIRST_SEED = 20260122;
const SEEDS = 120;
const SURE_CRLB_PERCENT = 10;

/** The benchmark; `lineshape bench demoSeeds` calls it from dist/bench. */
export async function run(): Promise<JsonObject> {
  const bytes = new Uint8Array(readFileSync(new URL(`../../resources/basis/${BASIS_FILE}`, import.meta.url)));
  const basis = datasetToBasisSet(readNiftiMrs(bytes, BASIS_FILE), 'bench', '');
  const cancellation = { isCancelled: () => false, throwIfCancelled: () => undefined };
  const stamp = { program: 'bench', version: '0', now: () => '2026-01-01T00:00:00.000Z' };
  const rows: { seed: number; worstPercent: number; worst: string }[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const { metabolites, water, truth } = singleVoxelScan(seededRandom(seed));
    const ratios = truth['ratiosToTCr'] as Record<string, number>;
    const { voxels } = await analyse(
      { dataset: metabolites, water, basis, recipe: defaultRecipeFor(metabolites), voxels: null },
      {
        stamp,
        cancellation,
        onProgress: () => undefined,
        preprocess: (d, w, r, context) => runPreprocessing(d, w, r, context),
        fitRunner: {
          run: (batch) =>
            Promise.resolve(
              batch.inputs.map((i) => fitVoxel(i, batch.basis, batch.method, batch.options, cancellation)),
            ),
        },
      },
    );
    const { combined, metabolites: singles } = voxels[0]!.result;
    const errors = [...combined, ...singles]
      .filter((m) => (m.crlbPercent ?? 100) < SURE_CRLB_PERCENT && m.ratioToTCr !== null)
      .map((m) => ({ name: m.name, percent: Math.abs(100 * (m.ratioToTCr! / ratios[m.name]! - 1)) }))
      .sort((a, b) => b.percent - a.percent);
    rows.push({ seed, worstPercent: Math.round(10 * errors[0]!.percent) / 10, worst: errors[0]!.name });
  }
  return { bench: 'demoSeeds', within5Percent: rows.filter((r) => r.worstPercent < 5).length, of: SEEDS, rows };
}
