// A denoised spectrum through fit, quality and report: bounds and graded figures go with the noise of the original, whatever
// the spectrum shows, for denoising creates no information.
import { describe, expect, it } from 'vitest';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import type { SnrFigure } from '../../src/core/domain/spectrumQuality.ts';
import {
  analyse,
  quantifyVoxel,
  recipeById,
  recipeWithCorrections,
  runPreprocessing,
  seriesRecipes,
} from '../../src/core/pipeline/index.ts';
import type { AnalysisDeps } from '../../src/core/pipeline/index.ts';
import { undenoised } from '../../src/core/pipeline/undenoised.ts';
import { voxelInputs } from '../../src/core/pipeline/voxelInputs.ts';
import { mrsInMrsChecklist } from '../../src/core/reports/checklist.ts';
import { buildReport } from '../../src/core/reports/reportModel.ts';
import { editOffNoiseSd } from '../../src/core/quantification/shared/editOffNoise.ts';
import { lcmodelSnr, spectralSnr, timeDomainSnr } from '../../src/core/quality/snr.ts';
import { loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { exampleReport } from './reportsFixture.ts';
import { syntheticScan } from './workflowFixture.ts';

const deps: AnalysisDeps = {
  fitRunner: { run: async (batch, c) => batch.inputs.map((input) => quantifyVoxel(input, batch, c)) },
  preprocess: runPreprocessing,
  stamp: { program: 'Lineshape', version: 'test', now: () => '2026-01-01T00:00:00.000Z' },
  cancellation: NEVER_CANCELLED,
  onProgress: () => undefined,
};
const plain = recipeById('svs-processed');
const denoising = recipeWithCorrections(plain, { denoising: 'low-rank-hankel' });

const basis = await loadBundledBasis(resourcesDir(), 'lineshape-3t-press-te30-123mhz');
const analysed = async (recipe: typeof plain, dataset: MrsDataset = syntheticScan()) => {
  const outcome = await analyse({ dataset, water: null, basis, recipe, voxels: null }, deps);
  return { outcome, result: outcome.voxels[0]!.result };
};
const original = await analysed(plain);
const denoised = await analysed(denoising);

const byName = (figures: readonly SnrFigure[]): Record<string, number> =>
  Object.fromEntries(figures.map(({ definition, value }) => [definition, value ?? Infinity]));

describe('a denoised spectrum', () => {
  it('has the bounds of the original, although it shows less noise', () => {
    const bound = ({ result }: typeof original, name: string): number =>
      result.combined.find((c) => c.name === name)!.crlbAbsolute!;
    for (const name of ['tNAA', 'tCr', 'tCho', 'Glx']) {
      // What differs is the denoised line shape; the bounds of its own noise would be several times too small.
      expect(bound(denoised, name) / bound(original, name), name).toBeGreaterThan(0.9);
      expect(bound(denoised, name) / bound(original, name), name).toBeLessThan(1.15);
    }
  });

  it('says so in the warnings of its result, and keeps the scan as it is', () => {
    const warning = denoised.outcome.warnings.find(({ code }) => code === 'denoised');
    expect(warning?.message).toMatch(/^Denoised by .*: bounds are computed with the noise of the original data, since denoising creates no information \(Rizzo/); // prettier-ignore
    expect(original.outcome.warnings.map(({ code }) => code)).not.toContain('denoised');
    expect(syntheticScan().data.re).toEqual(syntheticScan().data.re);
  });

  it('tells the SNR of the original and of itself, and grades the former', () => {
    const { quality, snr } = denoised.result;
    const [own, before, raw] = [quality!.snrDenoised!, quality!.snr, original.result.quality!.snr].map(byName);
    for (const name of ['naaDownfieldNoise', 'consensus', 'timeDomain'] as const) {
      expect(own![name]!, name).toBeGreaterThan(2 * before![name]!);
      expect(Math.abs(before![name]! / raw![name]! - 1), name).toBeLessThan(0.2);
    }
    expect(before!['lcmodel']! / raw!['lcmodel']!).toBeLessThan(1.05);
    expect(snr.definition).toMatch(/, with the noise before denoising$/);
    // What denoising itself does to the residual comes on top of the noise: the ratio is smaller, never better.
    expect(snr.value / original.result.snr.value).toBeGreaterThan(0.7);
    expect(snr.value / original.result.snr.value).toBeLessThan(1.05);
    expect(quality!.whitenessP).toBeNull();
    expect(original.result.quality).not.toHaveProperty('snrDenoised');
    expect(quality!.assessment.figures.find((f) => f.quantity === 'snr')!.value).toBe(before!['lcmodel']);
  });

  it('goes to the fit with the noise that was measured before', async () => {
    const { dataset } = denoised.outcome.preprocessed;
    const [input] = (await voxelInputs(dataset, null, NEVER_CANCELLED)).inputs;
    const [raw] = (await voxelInputs(original.outcome.preprocessed.dataset, null, NEVER_CANCELLED)).inputs;
    expect(input!.isDenoised).toBe(true);
    expect(raw).not.toHaveProperty('isDenoised');
    expect(Math.abs(input!.noiseSd! / raw!.noiseSd! - 1)).toBeLessThan(0.02);
    expect(editOffNoiseSd(input!)).toBeCloseTo(input!.noiseSd! / Math.SQRT2, 12);
    expect(editOffNoiseSd(raw!)).toBeNull();
  });

  it('is told of in the report with both ratios', () => {
    const report = exampleReport();
    const { quality } = denoised.result;
    const model = buildReport({ ...report, result: { ...report.result, quality: quality! } });
    const [row] = mrsInMrsChecklist(model).flatMap((s) => s.items.filter(({ label }) => label === 'SNR'));
    expect(row!.value).toMatch(/^with the noise before denoising: .*; as denoised: /);
  });
});

describe('analyses that measure the noise themselves', () => {
  it('leave denoising out and say so', () => {
    const { recipe, warnings } = undenoised(denoising, 'LCModel');
    expect(recipe.preprocessing).toEqual(plain.preprocessing);
    expect(warnings).toEqual([{ code: 'denoising-left-out', message: 'LCModel measures the noise in the data itself, so that the data were not denoised for it.' }]); // prettier-ignore
    expect(undenoised(plain, 'LCModel')).toEqual({ recipe: plain, warnings: [] });
    const steps = seriesRecipes(undenoised(denoising, 'The fit of a series').recipe, 'DIM_MEAS');
    expect(steps.flatMap((r) => r.preprocessing.map((s) => s.step))).not.toContain('denoising');
  });
});

describe('SNR with a noise that is given', () => {
  const points = 256;
  const fid = { re: new Float64Array(points), im: new Float64Array(points) };
  fid.re[0] = 6;

  it('takes it in place of what the spectrum shows', () => {
    const signal = { fid, dwellTimeS: 1 / 4000, spectrometerFrequencyMHz: 123 };
    // An impulse of 6 is a flat spectrum of height 6.
    expect(spectralSnr(signal, [1.9, 2.1], [8, 10], 2)).toBeCloseTo(3, 10);
    expect(timeDomainSnr(fid)).toBe(Infinity);
    expect(timeDomainSnr(fid, 0.5)).toBeCloseTo(12, 12);
    expect(lcmodelSnr(Float64Array.of(0, 10), Float64Array.of(3, -3), 4)).toBeCloseTo(1, 12);
  });
});
