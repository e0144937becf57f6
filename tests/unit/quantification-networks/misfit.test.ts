// What a residual beyond noise adds to the universal method's intervals: how much of it there is, where, and what the card makes
// of it.
import { describe, expect, it } from 'vitest';
import { calibratedSpreads } from '../../../src/core/quantification/shared/networks/calibratedSpread.ts';
import { misfitSpreads, residualExcess } from '../../../src/core/quantification/universal/misfit.ts';
import { networkCard } from '../../fixtures/quantificationNetworks.ts';

const BINS = 512;
const line = (centre: number): Float64Array =>
  Float64Array.from({ length: BINS }, (_, j) => 1 / (1 + ((j - centre) / 3) ** 2));

describe('residualExcess', () => {
  it('is none where the residual changes from bin to bin as noise does', () => {
    const residual = Float64Array.from({ length: BINS }, (_, j) => (j % 2 === 0 ? 1 : -1));
    expect([...residualExcess(residual, [line(100)], 1, BINS)]).toEqual([0]);
  });

  it('is most where what is left over lies under a line, and grows with the power', () => {
    const bump = line(100).map((v) => 5 * v);
    const [under, beside] = residualExcess(bump, [line(100), line(400)], 1, BINS);
    expect(under!).toBeGreaterThan(5 * beside!);
    const [stronger] = residualExcess(bump, [line(100)], 0.5, BINS);
    expect(stronger! / under!).toBeCloseTo(4, 0);
  });
});

describe('intervals with a misfit', () => {
  const stated = { names: ['NAA', 'NAAG'], spreads: Float64Array.of(3, 1), sumSpreads: Float64Array.of(4) };
  const misfit = misfitSpreads(Float64Array.of(4, 0), ['tNAA'], stated);

  it('have spreads that grow with the root of the excess, a sum with its members’ mean', () => {
    expect([...misfit.spreads]).toEqual([6, 0]);
    expect(misfit.sumSpreads[0]).toBeCloseTo(4 * Math.sqrt(2), 9);
  });

  it('widen as the card says, and not where it says nothing', () => {
    const calibration = { NAA: { factor: 1, floor: 0, misfit: 0.5 }, NAAG: { factor: 1, floor: 0 } };
    const card = networkCard('qnet@3t-press-30', { calibration }).quantification!;
    const { sds } = calibratedSpreads({ ...stated, covariance: null, misfit }, card, 1);
    expect(sds[0]).toBeCloseTo(Math.hypot(3, 3), 9);
    expect(sds[1]).toBeCloseTo(1, 9);
  });
});
