// Quantities through the pipeline: a simulated scan whose amounts are known, in this thread, in the workers, over the wire.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BasisSet } from '../../src/core/domain/basisSet.ts';
import type { JsonObject } from '../../src/core/domain/json.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { findRelaxation } from '../../src/core/domain/relaxationTable.ts';
import type { Tissue } from '../../src/core/domain/relaxationTable.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import {
  analyse,
  quantifyVoxel,
  recipeById,
  recipeWithQuantities,
  runPreprocessing,
} from '../../src/core/pipeline/index.ts';
import type { AnalysisDeps, AnalysisOutcome } from '../../src/core/pipeline/index.ts';
import { BRAIN_RELAXATION_TABLE } from '../../src/core/quantification/waterScaling/index.ts';
import { quantificationResultSchema } from '../../src/ipc/contract.ts';
import { loadBundledBasis } from '../../src/node/files/basisLibrary.ts';
import { resourcesDir } from '../../src/node/files/resourcePaths.ts';
import { NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { fitRunnerOn } from '../../src/node/workers/fitRunner.ts';
import type { WorkerTask } from '../../src/node/workers/messages.ts';
import { createWorkerPool } from '../../src/node/workers/workerPool.ts';
import type { WorkerPool } from '../../src/node/workers/workerPool.ts';
import { bundleWorker } from '../fixtures/bundleWorker.ts';
import { AMOUNTS, syntheticScan } from './workflowFixture.ts';

/** |s(0)| of water with which LCModel's convention gives the amplitudes themselves: 2 protons · WCONC · ATTH2O. */
const WATER_AMPLITUDE = 2 * 35880 * 0.7;
const TISSUE = { gm: 0.5, wm: 0.4, csf: 0.1 };

let basis: BasisSet;
let pool: WorkerPool<WorkerTask>;
beforeAll(async () => {
  basis = await loadBundledBasis(resourcesDir(), 'lineshape-3t-press-te30-123mhz');
  pool = createWorkerPool<WorkerTask>({
    threads: 2,
    workerUrl: await bundleWorker('src/node/workers/task.worker.ts'),
  });
});
afterAll(() => pool.close());

/** The scan's own water: a Lorentzian of 8 Hz with noise far below it. */
function waterOf(scan: MrsDataset): MrsDataset {
  const random = seededRandom(3);
  const { re, im } = scan.data;
  const points = scan.data.shape.at(-1) as number;
  const line = (i: number): number => WATER_AMPLITUDE * Math.exp(-Math.PI * 8 * (i % points) * scan.dwellTimeS);
  const data = {
    re: re.map((_, i) => line(i) + random.normal()),
    im: im.map(() => random.normal()),
    shape: scan.data.shape,
  };
  return { ...scan, data };
}

/** Several voxels, each with its own noise. */
function grid(voxels: number): MrsDataset {
  const scans = Array.from({ length: voxels }, (_, k) => syntheticScan({ seed: 11 + k }));
  const [first] = scans as [MrsDataset];
  const join = (part: 're' | 'im'): Float64Array => Float64Array.from(scans.flatMap((s) => [...s.data[part]]));
  return { ...first, data: { re: join('re'), im: join('im'), shape: [voxels, 1, 1, basis.points] } };
}

const deps: AnalysisDeps = {
  fitRunner: {
    run: ({ inputs, ...batch }, cancellation) =>
      Promise.resolve(inputs.map((input) => quantifyVoxel(input, batch, cancellation))),
  },
  preprocess: (dataset, water, recipe, context) => runPreprocessing(dataset, water, recipe, context),
  stamp: { program: 'Lineshape', version: 'test', now: () => '2026-01-01T00:00:00Z' },
  cancellation: NEVER_CANCELLED,
  onProgress: () => undefined,
};

function run(
  dataset: MrsDataset,
  quantities: JsonObject,
  options: JsonObject = {},
  water: MrsDataset | null = waterOf(dataset),
): Promise<AnalysisOutcome> {
  const base = recipeById('svs-processed');
  const recipe = { ...recipeWithQuantities(base, quantities), quantification: { method: 'nlls', options } };
  return analyse({ dataset, water, basis, recipe, voxels: null }, deps);
}

describe('quantities of a scan with known amounts', () => {
  it('are the truth within their SD, with every factor', async () => {
    const { voxels, warnings } = await run(syntheticScan(), { tissue: TISSUE });
    const { result } = voxels[0]!;
    expect(warnings.map((w) => w.code)).toEqual([]);
    const sure = result.metabolites.filter((m) => AMOUNTS[m.name] !== undefined && (m.crlbPercent ?? 99) < 20);
    expect(sure.length).toBeGreaterThan(5);
    for (const { name, concentrations } of [...sure, ...result.combined.filter((c) => c.name === 'tNAA')]) {
      const truth = name === 'tNAA' ? AMOUNTS['NAA']! : AMOUNTS[name]!;
      const found = concentrations!.find((c) => c.convention === 'lcmodel');
      // Macromolecules have no amount.
      if (name === 'Mac') expect(found).toBeUndefined();
      else expect(Math.abs(found!.value - truth)).toBeLessThan(3 * found!.sd!);
    }
    expect(result.waterScaling!.water.amplitude / WATER_AMPLITUDE).toBeCloseTo(1, 3);
    expect(result.waterScaling!.water.fwhmHz).toBeCloseTo(8, 0);
  });

  it('as molality follow the published equation with the tables’ values', async () => {
    const { voxels } = await run(syntheticScan(), { tissue: TISSUE });
    const naa = voxels[0]!.result.metabolites.find((m) => m.name === 'NAA')!;
    const value = (substance: string, tissue: Tissue, quantity: 'T1' | 'T2'): number =>
      findRelaxation(BRAIN_RELAXATION_TABLE, { substance, tissue, fieldT: 2.89, quantity })!.valueS;
    const [te, tr] = [0.03, 2];
    const density = { GM: 0.78, WM: 0.65, CSF: 0.97 } as const;
    const tissues = ['GM', 'WM', 'CSF'] as const;
    const volume = { GM: TISSUE.gm, WM: TISSUE.wm, CSF: TISSUE.csf };
    const water = tissues.reduce((sum, t) => sum + density[t] * volume[t], 0);
    const relaxed = tissues.reduce((sum, t) => {
      const left = (1 - Math.exp(-tr / value('water', t, 'T1'))) * Math.exp(-te / value('water', t, 'T2'));
      return sum + (density[t] * volume[t] * left) / water;
    }, 0);
    const share = { GM: 5 / 9, WM: 4 / 9 };
    const mixed = (q: 'T1' | 'T2'): number => share.GM * value('NAA', 'GM', q) + share.WM * value('NAA', 'WM', q);
    const ofNaa = (1 - Math.exp(-tr / mixed('T1'))) * Math.exp(-te / mixed('T2'));
    const tissuePart = 1 - (density.CSF * volume.CSF) / water;
    const expected = (naa.amplitude * 2 * 55510 * relaxed) / (WATER_AMPLITUDE * tissuePart * ofNaa);
    const found = naa.concentrations!.find((c) => c.convention === 'molality')!;
    // The measured water amplitude and the basis' proton differ from their nominal values by less than 0.1 %.
    expect(found.value / expected).toBeCloseTo(1, 2);
    expect(naa.concentrationMM).toBe(found.value);
    expect(found.unit).toBe('mmol/kg tissue water');
  });

  it('come with ratios to what is asked for, and a word for what is not there', async () => {
    const { voxels } = await run(syntheticScan(), { ratios: ['tCr', 'water', 'Xyz'] }, {}, null);
    const { result } = voxels[0]!;
    const tNAA = result.combined.find((c) => c.name === 'tNAA')!;
    expect(tNAA.ratios!.map((r) => r.reference)).toEqual(['tCr']);
    expect(Math.abs(tNAA.ratios![0]!.value - 12 / 8)).toBeLessThan(3 * tNAA.ratios![0]!.sd!);
    expect(result.warnings.filter((w) => w.code === 'ratio-reference-missing')).toHaveLength(2);
    expect(result.waterScaling).toBeUndefined();
    expect(tNAA.concentrationMM).toBeNull();
  });

  it('carry the quality by the chosen thresholds', async () => {
    const { voxels } = await run(syntheticScan(), { quality: 'consensus' });
    const quality = voxels[0]!.result.quality!;
    // Water of 8 Hz is 0.065 ppm, between 0.05 (good) and 0.075 (average).
    expect(quality.assessment).toMatchObject({ thresholds: 'consensus', grade: 'average' });
    const missed = quality.assessment.figures.filter((f) => f.grade !== 'good').map((f) => f.words);
    expect(missed).toEqual(['The water linewidth, 0.065 ppm, is average (good is below 0.050 ppm).']);
    expect(quality.snr.map((s) => s.definition)).toContain('timeDomain');
    expect(quality.waterFwhmHz).toBeCloseTo(8, 0);
    // Lines of the basis, 4 Hz broader; its neighbours raise creatine's foot.
    expect(quality.tCrFwhmHz).toBeGreaterThan(3.5);
    expect(quality.tCrFwhmHz).toBeLessThan(8);
    expect(quality.residualOverNoise).toBeLessThan(1.1);
    expect(quality.drift).toBeNull();
  });

  it('are skipped in words where water can not be scaled to', async () => {
    const short = { ...basis, signals: basis.signals.filter((s) => ['Glu', 'Ins', 'Mac'].includes(s.name)) };
    const dataset = syntheticScan();
    const recipe = recipeById('svs-processed');
    const outcome = await analyse({ dataset, water: waterOf(dataset), basis: short, recipe, voxels: null }, deps);
    expect(outcome.warnings.find((w) => w.code === 'water-scaling-skipped')?.message).toMatch(/no singlet/);
    expect(outcome.voxels[0]!.result.waterScaling).toBeUndefined();
  });

  it.each([
    [{ tissue: { gm: 0.9, wm: 0.9, csf: 0 } }, /add up to 1.80/],
    [{ tissue: { gm: 60, wm: 30, csf: 10 } }, /"gm" must be a number from 0 to 1/],
    [{ quality: 'magic' }, /no quality thresholds "magic"/],
    [{ ratio: ['tCr'] }, /"ratio" is not known/],
    [{ waterScaling: { display: 'mM' } }, /"display" must be one of/],
  ])('refuse %j', async (quantities, message) => {
    await expect(run(syntheticScan(), quantities as JsonObject)).rejects.toThrow(message);
  });
});

describe('quantities of a grid', () => {
  it('keep what all voxels share once', async () => {
    const { voxels, warnings } = await run(grid(3), {});
    const factorsOf = (k: number): number =>
      voxels[k]!.result.metabolites.find((m) => m.name === 'NAA')!.concentrations![0]!.factors.length;
    expect([factorsOf(0), factorsOf(1), factorsOf(2)]).toEqual([3, 0, 0]);
    expect(warnings.map((w) => w.code)).toContain('tissue-fractions-missing');
    expect(voxels.flatMap((v) => v.result.warnings.map((w) => w.code))).not.toContain('tissue-fractions-missing');
    for (const { result } of voxels) {
      const tNAA = result.combined.find((c) => c.name === 'tNAA')!.concentrations!;
      const found = tNAA.find((c) => c.convention === 'lcmodel')!;
      expect(Math.abs(found.value - 12)).toBeLessThan(4 * found.sd!);
      expect(result.waterScaling!.conventions[0]!.factors.length).toBeGreaterThan(4);
      expect(result.quality!.snr.map((s) => s.definition)).toEqual(['lcmodel', 'timeDomain']);
    }
  });
});

describe('quantities elsewhere', () => {
  it('are the same in the workers', async () => {
    const dataset = syntheticScan();
    const recipe = recipeWithQuantities(recipeById('svs-processed'), { tissue: TISSUE });
    const input = { dataset, water: waterOf(dataset), basis, recipe, voxels: null };
    const here = await analyse(input, deps);
    const there = await analyse(input, { ...deps, fitRunner: fitRunnerOn(pool) });
    const timeless = ({ voxels }: AnalysisOutcome): unknown[] =>
      voxels.map(({ result }) => ({ ...result, elapsedMs: 0 }));
    expect(timeless(there)).toEqual(timeless(here));
    expect(there.warnings).toEqual(here.warnings);
  });

  it('go to the window whole, and earlier results still do', async () => {
    const { voxels } = await run(syntheticScan(), { tissue: TISSUE }, { profileLikelihood: ['tNAA'] });
    const { result } = voxels[0]!;
    const sum = result.combined.find((c) => c.name === 'tNAA')!;
    expect(sum.interval95!.low).toBeLessThan(sum.amplitude);
    expect(quantificationResultSchema.parse(result)).toEqual(result);
    const { waterScaling, quality, ...older } = result;
    expect([waterScaling, quality].every((part) => part !== undefined)).toBe(true);
    const bare = older.metabolites.map(({ concentrations: _c, ratios: _r, interval95: _i, ...estimate }) => estimate);
    const stored = { ...older, metabolites: bare };
    expect(quantificationResultSchema.parse(stored)).toEqual(stored);
  });
});
