// A ³¹P brain scan of exactly known lines through the whole pipeline, with what the program chooses for it unasked.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import type { Recipe } from '../../src/core/domain/recipe.ts';
import type { AnalysisDeps } from '../../src/core/pipeline/index.ts';
import { analyse, defaultRecipeFor, runPreprocessing } from '../../src/core/pipeline/index.ts';
import { fitVoxel, NO_BASIS } from '../../src/core/quantification/index.ts';
import { P31_PEAKS, phosphorusScan } from '../fixtures/phosphorusScan.ts';

const deps: AnalysisDeps = {
  fitRunner: {
    run: async ({ inputs, basis, method, options }, c) =>
      inputs.map((input) => fitVoxel(input, basis, method, options, c)),
  },
  preprocess: (scan, water, recipe, context) => runPreprocessing(scan, water, recipe, context),
  stamp: { program: 'Lineshape', version: 'test', now: () => '2026-01-01T00:00:00.000Z' },
  cancellation: { isCancelled: () => false, throwIfCancelled: () => undefined },
  onProgress: () => undefined,
};

async function analysed(dataset: MrsDataset, options: JsonObject = {}) {
  const usual = defaultRecipeFor(dataset);
  const recipe: Recipe = { ...usual, quantification: { ...usual.quantification, options } };
  const outcome = await analyse({ dataset, water: null, basis: NO_BASIS, recipe, voxels: null }, deps);
  return { recipe, outcome, fit: outcome.voxels[0]! };
}

/**
 * Shares by which an amplitude may be off because the shipped knowledge gives it another line's width, which the scan's own
 * is not: NAD 35 Hz for α-ATP's 30, PC 20 Hz for PE's 22. An amplitude goes with the width.
 */
const OTHER_WIDTH: Readonly<Record<string, number>> = { NAD: 35 / 30 - 1, PC: 22 / 20 - 1 };

const peak = (curves: { readonly ppm: Float64Array; readonly data: Float64Array }): number => {
  const at = curves.data.indexOf(curves.data.reduce((m, v) => Math.max(m, v), -Infinity));
  return curves.ppm[at] as number;
};

describe('a phosphorus scan, analysed as the program would unasked', () => {
  it('from coils and transients: every amplitude within four bounds, without what is only for hydrogen', async () => {
    const raw = { coils: 4, transients: 16, noiseSd: 0.6, seed: 40, phase0: 2.1, shiftPpm: 0.7 };
    const { recipe, outcome, fit } = await analysed(phosphorusScan(raw));
    expect([recipe.id, recipe.quantification.method]).toEqual(['x-nucleus', 'amares']);
    const steps = outcome.preprocessed.steps.map((s) => s.step);
    expect(steps).not.toContain('waterRemoval');
    expect(steps).not.toContain('ppmReferencing');
    expect(outcome.warnings.filter(({ code }) => code === 'dimension-left')).toEqual([]);
    expect(fit.result.status).toBe('converged');
    // The coils are brought to the root sum of squares: four of equal size to twice the size of one.
    for (const [name, , , amplitude] of P31_PEAKS) {
      const estimate = fit.result.metabolites.find((m) => m.name === name)!;
      const sd = estimate.crlbAbsolute as number;
      expect(sd / (2 * amplitude), name).toBeLessThan(0.25);
      const room = Math.max(4 * sd, (OTHER_WIDTH[name] ?? 0) * 2 * amplitude);
      expect(Math.abs(estimate.amplitude - 2 * amplitude), name).toBeLessThan(room);
    }
    // PCr stands at 0 on the fit's axis, which counts from the lines and not from the carrier.
    expect(Math.abs(peak(fit.curves!))).toBeLessThan(0.05);
    expect(fit.result.combined.map((m) => m.name)).toEqual(expect.arrayContaining(['PME', 'PDE', 'ATP']));
  });

  it('with a carrier that the header puts elsewhere, where only the header can tell', async () => {
    const header = { ChemicalShiftReference: { Value: -7.5, Description: 'as a DICOM file has it' } };
    // Zero frequency at −7.5 ppm: the lines lie 7.5 ppm further, which no search of ±2 ppm finds.
    const scan = { coils: 1, transients: 1, noiseSd: 0.2, seed: 3, shiftPpm: 7.5 };
    const { fit } = await analysed(phosphorusScan({ ...scan, header }));
    expect(fit.result.metabolites.find((m) => m.name === 'PCr')!.amplitude).toBeCloseTo(4.4, 0);
    expect(Math.abs(peak(fit.curves!))).toBeLessThan(0.05);
  });

  it('without prior knowledge for the nucleus: refused in one sentence that names what to give', async () => {
    const scan = { ...phosphorusScan({ coils: 1, transients: 1, noiseSd: 0.2 }), nucleus: '13C' };
    await expect(analysed(scan)).rejects.toThrow(/AMARES needs prior knowledge for 13C: name one .* or give a file/);
  });
});
