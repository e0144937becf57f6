// The choice between methods: the best by the stated rule wins, one that fails or does harm loses.
import { describe, expect, it } from 'vitest';
import { CancelledError } from '../../../../src/core/domain/errors.ts';
import type { FpcEstimate, FpcMethod } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/method.ts';
import { RATS } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/rats.ts';
import { correctionScores } from '../../../../src/core/preprocessing/frequencyPhaseCorrection/scores.ts';
import {
  choiceToJson,
  failed,
  judged,
  noCorrection,
  selectBest,
} from '../../../../src/core/preprocessing/frequencyPhaseCorrection/selection.ts';
import { similarityIndex } from '../../../../src/core/quality/similarityIndex.ts';
import { drawnOffsets, NEVER, OPTIONS, setOf } from './transients.ts';

const truth = drawnOffsets(11, 24, 15);
const set = setOf(truth, 0.2);

const estimateOf = (offsets: readonly { shiftHz: number; phaseRad: number }[]): FpcEstimate => ({
  offsets: offsets.map((o) => ({ ...o, weight: 1 })),
  frame: 'relative',
  details: {},
  warnings: [],
});

const methodOf = (title: string): FpcMethod => ({ ...RATS, id: 'corr', title });
const perfect = judged(methodOf('Perfect'), set, estimateOf(truth));
const wrong = judged(methodOf('Wrong'), set, estimateOf(truth.map((t) => ({ ...t, phaseRad: -t.phaseRad }))));

describe('scores', () => {
  it('rise with the correction, and agree with the figures they are named after', () => {
    const before = correctionScores(set, noCorrection(set).offsets);
    const after = correctionScores(set, estimateOf(truth).offsets);
    expect(after.similarityIndex).toBeGreaterThan(before.similarityIndex + 0.3);
    expect(after.metaboliteSimilarity).toBeGreaterThan(before.metaboliteSimilarity + 0.3);
    expect(after.snr!).toBeGreaterThan(2 * before.snr!);
    // The scores' own frame moves the range by what the mean lies beside its place.
    expect(before.similarityIndex).toBeCloseTo(
      similarityIndex(set.signals, set.dwellTimeS, set.spectrometerFrequencyMHz),
      2,
    );
    // 6 Hz lines; neighbours and what noise leaves of them in a mean of 24
    expect(after.creatineWidthHz!).toBeGreaterThan(5);
    expect(after.creatineWidthHz!).toBeLessThan(8);
  });

  it('do not depend on a shift or phase of all transients together, which corrects nothing', () => {
    const plain = correctionScores(set, estimateOf(truth).offsets);
    for (const [hz, rad] of [
      [5, 0],
      [11, 1.9],
      [-11, -1.9],
    ] as const) {
      const moved = truth.map((t) => ({ ...t, shiftHz: t.shiftHz + hz, phaseRad: t.phaseRad + rad }));
      const scores = correctionScores(set, estimateOf(moved).offsets);
      expect(Math.abs(scores.metaboliteSimilarity - plain.metaboliteSimilarity)).toBeLessThan(0.001);
      expect(Math.abs(scores.similarityIndex - plain.similarityIndex)).toBeLessThan(0.001);
      expect(scores.snr! / plain.snr!).toBeCloseTo(1, 2);
    }
  });

  it('show a drift that is left', () => {
    const drifting = truth.map((t, k) => ({ ...t, shiftHz: t.shiftHz - 0.3 * k }));
    const { driftHz } = correctionScores(set, estimateOf(drifting).offsets);
    // eight block means 0.9 Hz apart: SD of 0 … 6.3
    expect(driftHz).toBeGreaterThan(1.8);
    expect(driftHz).toBeLessThan(2.7);
    expect(correctionScores(set, estimateOf(truth).offsets).driftHz).toBeLessThan(0.3);
  });
});

describe('selectBest', () => {
  it('takes the most similar and says why in one sentence', () => {
    const choice = selectBest(set, [wrong, perfect]);
    expect(choice.chosen).toBe('corr');
    expect(choice.reason).toMatch(/^Perfect was taken: of 2 methods it left the transients most alike .*\.$/);
    expect(choice.estimate).toBe('failure' in perfect ? null : perfect.estimate);
  });

  it('takes the first of equals', () => {
    const again = judged(methodOf('Again'), set, estimateOf(truth.map((t) => ({ ...t, shiftHz: t.shiftHz + 0.001 }))));
    expect(selectBest(set, [again, perfect]).reason).toMatch(/^Again/);
    expect(selectBest(set, [perfect, again]).reason).toMatch(/^Perfect/);
  });

  it('corrects nothing where every method does harm', () => {
    const still = setOf(
      truth.map(() => ({ shiftHz: 0, phaseRad: 0 })),
      0.2,
    );
    const harm = judged(methodOf('Harm'), still, estimateOf(truth));
    const choice = selectBest(still, [harm]);
    expect(choice.chosen).toBeNull();
    expect(choice.estimate.offsets.every((o) => o.shiftHz === 0 && o.phaseRad === 0)).toBe(true);
    expect(choice.reason).toMatch(/^Nothing was corrected/);
  });

  it('lets a method lose that throws, gives no numbers or too few', () => {
    const nan = judged(methodOf('NaN'), set, estimateOf(truth.map((t) => ({ ...t, shiftHz: NaN }))));
    const short = judged(methodOf('Short'), set, estimateOf(truth.slice(1)));
    const thrown = failed(methodOf('Thrown'), new Error('it fell over'));
    const choice = selectBest(set, [nan, short, thrown, perfect]);
    expect(choice.reason).toMatch(/^Perfect/);
    const json = choiceToJson(choice) as { candidates: { failure?: string }[] };
    expect(json.candidates.map((c) => c.failure !== undefined)).toEqual([true, true, true, false]);
    expect(json.candidates[2]!.failure).toBe('it fell over');
    expect(() => failed(methodOf('Cancelled'), new CancelledError())).toThrow(CancelledError);
  });

  it('is right about a real estimate', () => {
    const rats = judged(RATS, set, RATS.estimateNow(set, OPTIONS, NEVER));
    expect(selectBest(set, [wrong, rats]).chosen).toBe('rats');
  });
});
