// Real spectroscopic imaging beside LCModel 6.3: ten voxels of a 3 T SE-CSI scan (TE 16 ms) with LCModel's own basis set and
// table, through the pipeline as it is, and the maps of it.
//
// The scan's water reference is left aside: its line lies at the very edge of the band (every second sample has its sign
// changed), where LCModel only takes an area from it (DOECC = F), while an eddy-current correction by it would move the
// metabolites by half the bandwidth. So ratios are compared, not amounts.
import { describe, expect, it } from 'vitest';
import { readBasisFiles } from '../../src/core/basis/files/index.ts';
import type { QuantificationResult } from '../../src/core/domain/quantification.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { openNiftiVoxels } from '../../src/core/formats/niftiImage.ts';
import { median } from '../../src/core/math/robustStatistics.ts';
import type { AnalysisOutcome } from '../../src/core/pipeline/index.ts';
import {
  analyse,
  defaultRecipeFor,
  mapFiles,
  quantifyVoxel,
  recipeById,
  runPreprocessing,
} from '../../src/core/pipeline/index.ts';
import { lcmodelCsvResults, readLcmodelCsv } from '../../src/core/quantification/lcmodel/index.ts';
import { NEVER_CANCELLED } from '../../src/node/workers/cancellation.ts';
import { dataAvailable, realFile } from '../fixtures/realData.ts';

if (!dataAvailable) process.stderr.write('skipped: MRSI beside LCModel, for ../shared/data is not there\n');

const FOLDER = 'lcmodel_runs/multi_voxel_10';
const VOXELS = 10;
/**
 * As the run's control file has it: its window (PPMEND, PPMST), no first-order phase (SDDEGP = 0), LCModel's soft ratios, no
 * simulated signal beside CrCH2 in that window, and spline knots no nearer than LCModel's 0.15 ppm (DKNTMN).
 */
const AS_LCMODEL = {
  ppmRange: [1.9, 4.0],
  phase1PriorSdDegPerPpm: 0.01,
  ratioPriors: 'lcmodel',
  addMacromolecules: 'none',
  baselineMaxEdPerPpm: 1 / 0.15,
};

const scan = () => readMrs([realFile(`${FOLDER}/multi-voxel.met`), realFile(`${FOLDER}/control.file`)]);

async function fitted(): Promise<AnalysisOutcome> {
  const recipe = { ...recipeById('mrsi-default'), quantification: { method: 'nlls', options: AS_LCMODEL } };
  const basis = readBasisFiles([realFile(`${FOLDER}/sim_se_csi_te16.basis`)]);
  return analyse(
    { dataset: scan(), water: null, basis, recipe, voxels: null },
    {
      fitRunner: {
        run: async (batch, cancellation) => batch.inputs.map((input) => quantifyVoxel(input, batch, cancellation)),
      },
      preprocess: (dataset, water, chosen, context) => runPreprocessing(dataset, water, chosen, context),
      stamp: { program: 'Lineshape', version: '0', now: () => '2026-01-01T00:00:00.000Z' },
      cancellation: NEVER_CANCELLED,
      onProgress: () => undefined,
    },
  );
}

/** LCModel's results by voxel: its columns run along x, and there is one row. */
function lcmodelResults(): Map<number, QuantificationResult> {
  const csv = readLcmodelCsv(realFile(`${FOLDER}/multi-voxel.csv`).bytes, 'multi-voxel.csv');
  const results = lcmodelCsvResults(csv, { fileName: 'multi-voxel.csv' });
  return new Map(results.map(({ result }, i) => [(csv.voxels[i]?.column ?? 0) - 1, result]));
}

/** Ratio to tCr and its relative SD, as if numerator and denominator were independent. */
function ratio({ combined }: QuantificationResult, name: string): { value: number; sd: number } {
  const [above, below] = [name, 'tCr'].map((n) => combined.find((e) => e.name === n)!);
  return {
    value: above!.amplitude / below!.amplitude,
    sd: Math.hypot(above!.crlbPercent ?? Infinity, below!.crlbPercent ?? Infinity) / 100,
  };
}

/** Of every voxel: relative difference to LCModel's ratio, also in units of both programs' CRLBs together. */
function differences(ours: AnalysisOutcome, theirs: ReadonlyMap<number, QuantificationResult>, name: string) {
  return ours.voxels.map(({ voxel, result }) => {
    const [a, b] = [ratio(result, name), ratio(theirs.get(voxel)!, name)];
    const relative = Math.abs(a.value / b.value - 1);
    return { relative, inSds: relative / Math.hypot(a.sd, b.sd) };
  });
}

const outcome = dataAvailable ? await fitted() : null;

describe.skipIf(outcome === null)('ten voxels of a real MRSI', () => {
  it('are taken for imaging, and every one converges', () => {
    expect(scan().data.shape).toEqual([VOXELS, 1, 1, 512]);
    expect(defaultRecipeFor(scan()).id).toBe('mrsi-default');
    expect(outcome!.voxels.map(({ result }) => result.status)).toEqual(Array<string>(VOXELS).fill('converged'));
  });

  // Measured medians: tNAA 4, Glx 6, mI 14, tCho 15 %, with CRLBs of ours of 6 to 26, 10 to 29, 8 to 18 and 14 to 28 %.
  it.each([
    ['tNAA', 0.1, 0],
    ['Glx', 0.1, 0],
    ['mI', 0.2, 2],
    ['tCho', 0.2, 2],
  ] as const)(
    '%s/tCr: median difference to LCModel’s below %f, beyond two CRLBs in %i voxels at most',
    (name, most, beyond) => {
      const all = differences(outcome!, lcmodelResults(), name);
      expect(median(all.map(({ relative }) => relative))).toBeLessThan(most);
      // Two programs with different baselines: half of the differences within one SD, where chance alone has two thirds.
      expect(median(all.map(({ inSds }) => inSds))).toBeLessThan(1);
      // Inositol and choline lie where the edge of this window bends the baseline; LCModel's tCho of two voxels is half of ours.
      expect(all.filter(({ inSds }) => inSds > 2).length).toBeLessThanOrEqual(beyond);
    },
  );

  it('has maps that are read back with the voxels’ own figures', () => {
    const files = mapFiles(scan(), outcome!.voxels);
    const stems = ['tNAA_amplitude', 'tNAA_crlbPercent', 'tNAA_ratioToTCr', 'fwhmHz', 'snr'];
    expect([...files.keys()]).toEqual(expect.arrayContaining(stems.map((stem) => `${stem}.nii.gz`)));
    const image = openNiftiVoxels(files.get('tNAA_ratioToTCr.nii.gz')!, 'map');
    expect(image).toMatchObject({ matrix: [VOXELS, 1, 1], volumes: 1, affine: null });
    for (const { voxel, result } of outcome!.voxels) {
      const tNAA = result.combined.find(({ name }) => name === 'tNAA')!;
      expect(image!.at(voxel)).toBe(Math.fround(tNAA.ratioToTCr!));
    }
  });
});
