// Each check of the doubt about a network's result, passing and failing, and its sentence.
import { describe, expect, it } from 'vitest';
import type { ModelCard } from '../../../src/core/domain/modelCard.ts';
import type { DistributionCheck } from '../../../src/core/domain/quantification.ts';
import { doubtOf, doubtWarnings } from '../../../src/core/quantification/shared/networks/doubt.ts';
import type { DoubtInput } from '../../../src/core/quantification/shared/networks/doubt.ts';
import type { NetworkEstimate } from '../../../src/core/quantification/shared/networks/networkEstimate.ts';
import { networkCard } from '../../fixtures/quantificationNetworks.ts';

const NOTHING = new Float64Array(512);
const ESTIMATE: NetworkEstimate = {
  names: ['NAA', 'Cr'],
  amplitudes: Float64Array.of(10, 8),
  spreads: Float64Array.of(0.1, 0.1),
  sumSpreads: new Float64Array(),
  covariance: null,
  phaseDeg: 0,
  shiftPpm: 0,
  lorentzianHz: 0,
  gaussianHz: 0,
  fit: {
    data: NOTHING,
    baseline: NOTHING,
    signals: NOTHING,
    component: () => NOTHING,
    componentNames: [],
    residualSd: 1.1,
  },
  latentLength: 2,
};
const CARD: ModelCard = {
  ...networkCard('qnet@3t-press-30', {
    trainedAmounts: { NAA: { mean: 0.1, range: [0.05, 0.15] }, Cr: { mean: 0.1, range: [0.05, 0.15] } },
    inDistribution: { latentLimit: 3, residualLimit: 1.2 },
  }),
  protocol: { ...networkCard('qnet').protocol, limits: { peakSnr: [20, 400] } },
};
const GOOD: DoubtInput = {
  card: CARD,
  choice: { modelId: CARD.id, mismatch: null, unanswered: [] },
  estimate: ESTIMATE,
  sds: Float64Array.of(0.2, 0.2),
  scale: 100,
  noiseSd: 1,
};

function checkOf(input: DoubtInput, name: DistributionCheck['check']): DistributionCheck {
  const found = doubtOf(input).checks.find(({ check }) => check === name);
  expect(found, name).toBeDefined();
  return found!;
}

const ofEstimate = (changes: Partial<NetworkEstimate>): DoubtInput => ({
  ...GOOD,
  estimate: { ...ESTIMATE, ...changes },
});

describe('doubtOf', () => {
  it('takes no amount whose whole interval lies below zero', () => {
    const message = 'Below zero by more than the 95 % interval, which no amount can be: NAA.';
    const negative = { amplitudes: Float64Array.of(-5, 8) };
    expect(checkOf({ ...ofEstimate(negative), negative: ['NAA'] }, 'range')).toMatchObject({ passed: false, message });
    const bare = { ...CARD, quantification: { ...CARD.quantification!, trainedAmounts: {} } };
    expect(checkOf({ ...GOOD, card: bare, negative: ['NAA'] }, 'range')).toMatchObject({
      passed: false,
      value: null,
      message,
    });
  });

  it('names the network and passes all checks of a spectrum like those of the training', () => {
    const { model, checks } = doubtOf(GOOD);
    expect(model).toEqual({ id: CARD.id, version: CARD.version, sha256: CARD.sha256 });
    expect(checks.map(({ check, passed }) => [check, passed])).toEqual([
      ['protocol', true],
      ['residual', true],
      ['latent', true],
      ['range', true],
      ['snr', true],
    ]);
  });

  it('leaves out what the card has no limit for', () => {
    const card = networkCard('qnet@3t-press-30');
    expect(doubtOf({ ...GOOD, card }).checks.map(({ check }) => check)).toEqual(['protocol']);
  });

  it('fails a scan of another protocol in the words of the choice', () => {
    const mismatch = 'The network was trained for echo time 28–32.5 ms, but this scan has echo time 35 ms.';
    const check = checkOf({ ...GOOD, choice: { ...GOOD.choice, mismatch } }, 'protocol');
    expect(check).toMatchObject({ passed: false, message: mismatch });
  });

  it('passes, but tells, what the header leaves open', () => {
    const open = { code: 'model-protocol-unknown', message: "The scan doesn't say its sequence." };
    const choice = { ...GOOD.choice, unanswered: [open] };
    expect(checkOf({ ...GOOD, choice }, 'protocol')).toMatchObject({ passed: true, message: open.message });
    expect(doubtWarnings(doubtOf({ ...GOOD, choice }), choice)).toEqual([open]);
  });

  it('fails a residual above the limit, and one whose noise is not known', () => {
    const { fit } = ESTIMATE;
    const check = checkOf(ofEstimate({ fit: { ...fit, residualSd: 3.1 } }), 'residual');
    expect(check).toMatchObject({ passed: false, value: 3.1, limit: 1.2 });
    expect(check.message).toMatch(/3\.1 times the noise/);
    expect(checkOf({ ...GOOD, noiseSd: 0 }, 'residual').passed).toBe(false);
  });

  it('fails features far from the training set', () => {
    expect(checkOf(ofEstimate({ latentLength: 3.5 }), 'latent')).toMatchObject({ passed: false, value: 3.5, limit: 3 });
  });

  it('fails amounts beyond the trained range by more than their own interval', () => {
    // 0.152 ± 0.0039 (1.96 · 0.2 over the scale of 100) still touches the range's end at 0.15.
    expect(checkOf(ofEstimate({ amplitudes: Float64Array.of(15.2, 8) }), 'range').passed).toBe(true);
    const check = checkOf(ofEstimate({ amplitudes: Float64Array.of(10, 2) }), 'range');
    expect(check.passed).toBe(false);
    expect(check.message).toMatch(/Cr.*falls? back towards its training mean/);
    expect(check.message).not.toMatch(/NAA/);
  });

  it('fails a spectrum noisier than any of the training', () => {
    const check = checkOf({ ...GOOD, noiseSd: 10 }, 'snr');
    expect(check).toMatchObject({ passed: false, value: 10, limit: 20 });
    expect(check.message).toMatch(/training mean/);
  });

  it('fails a spectrum with far less noise than any of the training', () => {
    const { scale } = GOOD;
    const [, high] = GOOD.card.protocol.limits['peakSnr']!;
    expect(checkOf({ ...GOOD, noiseSd: scale / (1.2 * high) }, 'snr').passed).toBe(true);
    const check = checkOf({ ...GOOD, noiseSd: scale / (1.3 * high) }, 'snr');
    expect(check).toMatchObject({ passed: false, limit: 1.25 * high });
    expect(check.message).toMatch(/was trained up to .* was not measured\.$/);
  });

  it('sums failures up in one warning', () => {
    const [warning, ...others] = doubtWarnings(doubtOf(ofEstimate({ latentLength: 9 })), GOOD.choice);
    expect(others).toEqual([]);
    expect(warning?.code).toBe('network-out-of-distribution');
    expect(warning?.message).toMatch(/must not be relied on.*9 from the training set's centre/);
    expect(doubtWarnings(doubtOf(GOOD), GOOD.choice)).toEqual([]);
  });
});
