// Diffusion-weighted series of a 7 T scanner (human white matter) and of a published simulation, fitted together.
import { describe, expect, it } from 'vitest';
import { readBasisFiles } from '../../src/core/basis/files/index.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { analyseSeries, defaultRecipeFor, runPreprocessing } from '../../src/core/pipeline/index.ts';
import type { SeriesRequest } from '../../src/core/pipeline/index.ts';
import { fitSeries } from '../../src/core/quantification/dynamicSeries/index.ts';
import type { SeriesFit } from '../../src/core/quantification/dynamicSeries/index.ts';
import { dataAvailable, realFile } from '../fixtures/realData.ts';

const FOLDER = 'pregame_dwmrs';
const BASIS = 'basis/pregame_dwmrs/InVivo-Data/Data1/basis_STEAM_TE45_TM60.BASIS';
const AVERAGE_ONLY = (['averaging', 'waterRemoval'] as const).map((step) => ({ step, options: {} }));
const never = { isCancelled: () => false, throwIfCancelled: () => undefined };
const deps = {
  preprocess: (...args: Parameters<typeof runPreprocessing>) => runPreprocessing(...args),
  fitSeries: (...args: Parameters<typeof fitSeries>) => Promise.resolve(fitSeries(...args)),
  stamp: { program: 'test', version: '0', now: () => '2026-01-01T00:00:00.000Z' },
  cancellation: never,
  onProgress: () => undefined,
};

/** @param aligned the noiseless original needs no alignment of its transients */
async function series(path: string, request: Partial<SeriesRequest>, aligned = true): Promise<SeriesFit> {
  const dataset = readMrs([realFile(`${FOLDER}/${path}`)]);
  const basis = readBasisFiles([realFile(BASIS)], { removeReferenceMarker: true });
  const recipe = { ...defaultRecipeFor(dataset), ...(aligned ? {} : { preprocessing: AVERAGE_ONLY }) };
  const usual = { water: null, dimension: 'DIM_USER_0', bins: { bin: 1, step: 1 }, x: null, voxel: 0, options: {} } as const; // prettier-ignore
  const { fit } = await analyseSeries({ dataset, basis, recipe, ...usual, ...request }, deps);
  return fit;
}

const sum = (fit: SeriesFit, point: number, name: string) =>
  fit.points[point]!.result.combined.find((c) => c.name === name)!;

describe.skipIf(!dataAvailable)('a simulated diffusion series with noise and drift', () => {
  it('gives the amplitudes of its noiseless original within the bounds', async () => {
    const noisy = await series('Synthetic-Data/nifti/synthetic.nii.gz', {});
    const clean = await series('Synthetic-Data/nifti/original.nii.gz', {}, false);
    expect(noisy.points.map((p) => p.x)).toEqual([0, 1, 3, 6, 10, 20, 30, 40, 50]);
    expect(noisy.converged && clean.converged).toBe(true);
    for (const name of ['tNAA', 'tCr', 'tCho']) {
      for (const k of noisy.points.keys()) {
        const { amplitude, crlbAbsolute } = sum(noisy, k, name);
        // The residue of alignment costs a percent beside the noise.
        const room = 4 * crlbAbsolute! + 0.02 * sum(clean, k, name).amplitude;
        expect(Math.abs(amplitude - sum(clean, k, name).amplitude), `${name} ${k}`).toBeLessThan(room);
      }
    }
    // 288 transients are aligned: half a minute, more on a machine that has other work.
  }, 180_000);
});

describe.skipIf(!dataAvailable)('a human diffusion series', () => {
  it('shows apparent diffusion coefficients as they are known for white matter', async () => {
    const models = ['tNAA', 'tCr'].map((metabolite) => ({ metabolite, model: 'exponential' }));
    const fit = await series('InVivo-Data/Data1/nifti/metab.nii.gz', { options: { models } });
    expect(fit.xName).toBe('Bval');
    expect(fit.points.map((p) => p.x)).toEqual([0, 907, 907, 907, 2155, 2155, 2155, 3956, 3956, 3956]);
    // Choline is known to a quarter only here, and says nothing.
    for (const name of ['tNAA', 'tCr']) {
      const rate = fit.models.find((m) => m.metabolite === name)!.parameters.find((p) => p.name === 'rate')!;
      // 0.1 to 0.2 µm²/ms in human white matter at diffusion times of tens of ms; b in s/mm².
      expect(1000 * rate.value, name).toBeGreaterThan(0.07);
      expect(1000 * rate.value, name).toBeLessThan(0.25);
      expect(rate.sd!).toBeLessThan(0.1 * rate.value);
    }
  });
});
