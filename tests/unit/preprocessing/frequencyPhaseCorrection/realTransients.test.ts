// Frequency and phase correction of a real scan: 16 transients of a brain at 7 T (STEAM, TE 11 ms, 4 coils).
import { describe, expect, it } from 'vitest';
import { readNiftiMrs } from '../../../../src/core/formats/niftiMrs.ts';
import { transientGroups } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/groups.ts';
import {
  CLASSICAL_METHODS,
  correctTransients,
  DEFAULT_OPTIONS,
} from '../../../../src/core/preprocessing/frequencyPhaseCorrection/index.ts';
import { correctionScores } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/scores.ts';
import { noCorrection } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/selection.ts';
import { PREPROCESSING_STEPS } from '../../../../src/core/preprocessing/registry.ts';
import { dataAvailable, realFile } from '../../../fixtures/realData.ts';
import { contextWith } from '../../preprocessingSynthesis.ts';
import { NEVER } from './transients.ts';

async function combinedScan() {
  const { name, bytes } = realFile('nifti_mrs_tools/metab_raw.nii.gz');
  return (await PREPROCESSING_STEPS.coilCombination.run(readNiftiMrs(bytes, name), {}, contextWith())).dataset;
}

describe.skipIf(!dataAvailable)('real transients (needs shared/data)', () => {
  it('the best method makes them at least as alike as spectral registration does', async () => {
    const dataset = await combinedScan();
    const set = transientGroups(dataset)!.sets[0]!;
    const scoresOf = (id: string) => {
      const method = CLASSICAL_METHODS.find((m) => m.id === id)!;
      return correctionScores(set, method.estimateNow(set, { ppmRange: null, maximumShiftHz: 35 }, NEVER).offsets);
    };
    const before = correctionScores(set, noCorrection(set).offsets);
    const registered = scoresOf('sr');
    const robust = scoresOf('robust-sr');
    expect(registered.similarityIndex).toBeGreaterThan(before.similarityIndex);
    expect(robust.similarityIndex).toBeGreaterThanOrEqual(registered.similarityIndex);
    expect(robust.metaboliteSimilarity).toBeGreaterThan(registered.metaboliteSimilarity);
    expect(robust.driftHz).toBeLessThan(before.driftHz);
  });

  it('"auto" chooses a method by the rule', async () => {
    const { details } = await correctTransients(
      await combinedScan(),
      { ...DEFAULT_OPTIONS, maximumShiftHz: 35 },
      contextWith(),
    );
    const [{ choice }] = details['groups'] as [{ choice: { chosen: string; reason: string } }];
    expect(['robust-sr', 'rats']).toContain(choice.chosen);
    expect(choice.reason.length).toBeGreaterThan(50);
  });
});
