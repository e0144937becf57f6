// The pipeline and the fit on real and published data, against what lies beside them: LCModel's table of a human 3 T
// PRESS scan, and the true concentrations of the ISMRM 2016 fitting challenge.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBasisFiles } from '../../src/core/basis/files/index.ts';
import { signalAt } from '../../src/core/domain/complexArray.ts';
import { readMrs } from '../../src/core/formats/index.ts';
import { defaultRecipeFor, runPreprocessing } from '../../src/core/pipeline/index.ts';
import { fitVoxel } from '../../src/core/quantification/index.ts';
import { ismrmChallenge } from '../../bench/ismrmChallenge.ts';
import { DATA_FOLDER, dataAvailable, realFile } from '../fixtures/realData.ts';

const never = { isCancelled: () => false, throwIfCancelled: () => undefined };
const stamp = { program: 'test', version: '0', now: () => '2026-01-01T00:00:00.000Z' };

/** Ratio to Cr+PCr of one row of an LCModel .table. */
function tableRatio(table: string, name: string): number {
  const row = table.split('\n').find((l) => l.trim().split(/\s+/)[3] === name);
  return Number(row!.trim().split(/\s+/)[2]);
}

describe.skipIf(!dataAvailable)('a human 3 T PRESS scan, fitted with its own basis set', () => {
  it('agrees with LCModel 6.3 within 10 % in the four ratios clinicians read', async () => {
    const folder = 'lcmodel_runs/press35_sub-01';
    const dataset = readMrs([realFile(`${folder}/met.RAW`)]);
    const basis = readBasisFiles([realFile(`${folder}/basis.BASIS`)]);
    const context = { stamp, cancellation: never, onProgress: () => undefined };
    const { dataset: processed } = await runPreprocessing(dataset, null, defaultRecipeFor(dataset), context);
    const { dwellTimeS, spectrometerFrequencyMHz, nucleus } = processed;
    const fid = signalAt(processed.data, 0);
    const input = { voxel: 0, fid, dwellTimeS, spectrometerFrequencyMHz, nucleus, noiseSd: null };
    const { result } = fitVoxel(input, basis, 'nlls', {}, never);
    const table = readFileSync(join(DATA_FOLDER, folder, 'out.table'), 'utf8');
    const pairs = [['tNAA', 'NAA+NAAG'], ['tCho', 'PCh+GPC'], ['mI', 'Ins'], ['Glx', 'Glu+Gln']] as const; // prettier-ignore
    for (const [ours, theirs] of pairs) {
      const ratio = result.combined.find((m) => m.name === ours)!.ratioToTCr!;
      // The issue's own bound: two programs with other baselines differ by their CRLB, 2 to 6 % here.
      expect(Math.abs(ratio / tableRatio(table, theirs) - 1), ours).toBeLessThan(0.1);
    }
  });
});

describe.skipIf(!dataAvailable)('the ISMRM 2016 fitting challenge', () => {
  it('is fitted nearer to the truth than by LCModel, with every spectrum converged', () => {
    const outcome = ismrmChallenge(DATA_FOLDER, {});
    const { lineshape, lcmodel } = outcome['medianAbsoluteErrorPercent'] as Record<string, Record<string, number>>;
    expect((outcome['fits'] as { status: string }[]).map((f) => f.status)).toEqual(
      Array(14).fill('converged') as string[],
    );
    for (const name of ['tNAA', 'Glx', 'pooledSingles']) {
      expect(lineshape![name]!, name).toBeLessThan(lcmodel![name]!);
    }
  });
});
