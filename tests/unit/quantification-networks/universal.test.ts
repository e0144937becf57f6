// The universal method: its solve as training/quantification/universal/solve.py has it, planted amounts found again although the
// lineshape it is told is off, and the inputs its network gets.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { BasisSet } from '../../../src/core/domain/basisSet.ts';
import type { ModelCard } from '../../../src/core/domain/modelCard.ts';
import type { FitOutput } from '../../../src/core/ports/fitRunner.ts';
import type { Tensors } from '../../../src/core/ports/inferenceEngine.ts';
import { isFailure } from '../../../src/core/quantification/shared/networks/batchMethod.ts';
import { quantifyWithUniversal } from '../../../src/core/quantification/universal/index.ts';
import type { UniversalLineshape } from '../../../src/core/quantification/universal/runUniversal.ts';
import { solveUniversal } from '../../../src/core/quantification/universal/solveUniversal.ts';
import { userModel } from '../../../src/core/quantification/universal/userBasis.ts';
import { loadBundledBasis } from '../../../src/node/files/basisLibrary.ts';
import { DWELL_S, F0_MHZ, HEALTHY, POINTS, analyticSignals, mixture } from '../../fixtures/analyticBasis.ts';
import {
  ANALYTIC_BASIS,
  contextOf,
  inputOf,
  libraryOf,
  networkCard,
  rowCount,
  rows,
} from '../../fixtures/quantificationNetworks.ts';

const RESOURCES = new URL('../../../resources', import.meta.url).pathname;

interface StoredCase {
  readonly basis: string;
  readonly spectrometerFrequencyMHz: number;
  readonly re: number[];
  readonly im: number[];
  readonly noiseSd: number;
  readonly phaseDeg: number;
  readonly shiftPpm: number;
  readonly lorentzianHz: number;
  readonly gaussianHz: number;
  readonly ownShiftPpm: Record<string, number>;
  readonly spread: [number, number, number, number, number];
  readonly baselineRoughness: number;
  readonly amplitudes: Record<string, number>;
  readonly spreads: Record<string, number>;
  readonly excess: Record<string, number>;
  readonly residualOverNoise: number;
  readonly steps: number;
}

const stored = JSON.parse(
  readFileSync(new URL('../../fixtures/quantificationUniversalSolve.json', import.meta.url), 'utf8'),
) as { cases: StoredCase[] };

function lineshapeOf(c: StoredCase): UniversalLineshape {
  return {
    phaseDeg: { value: c.phaseDeg, sd: c.spread[0] },
    shiftPpm: { value: c.shiftPpm, sd: c.spread[1] },
    lorentzianHz: { value: c.lorentzianHz, sd: c.spread[2] },
    gaussianHz: { value: c.gaussianHz, sd: c.spread[3] },
    ownShiftPpm: (name) => ({ value: c.ownShiftPpm[name] ?? 0, sd: c.spread[4] }),
    baselineRoughness: c.baselineRoughness,
    latentLength: null,
  };
}

describe('the solve behind the universal network', () => {
  it.each(stored.cases.map((c) => [c.basis, c] as const))('is that of its Python twin: %s', async (id, c) => {
    const basis = await loadBundledBasis(RESOURCES, id);
    const points = 4096;
    const fid = { re: new Float64Array(points), im: new Float64Array(points) };
    const input = { ...inputOf(fid), dwellTimeS: 0.00025, spectrometerFrequencyMHz: c.spectrometerFrequencyMHz };
    const { model, isBroad } = userModel(input, basis);
    const spectrum = { re: Float64Array.from(c.re), im: Float64Array.from(c.im) };
    const solved = solveUniversal({ input, spectrum, scale: 1, noiseSd: c.noiseSd }, lineshapeOf(c), model, isBroad);
    const n = model.names.length;
    expect(solved.steps).toBe(c.steps);
    expect(solved.residualSd / c.noiseSd).toBeCloseTo(c.residualOverNoise, 2);
    model.names.forEach((name, m) => {
      const expected = c.amplitudes[name];
      if (expected === undefined || isBroad[m] === true) return;
      const spread = c.spreads[name]!;
      // Single precision in training, and its basis signals read at another length: a fiftieth of a spread.
      expect(Math.abs(solved.amplitudes[m]! - expected) / spread, name).toBeLessThan(0.05);
      expect(Math.sqrt(solved.covariance![m * n + m]!) / spread, name).toBeCloseTo(1, 1);
      expect(solved.excess[m]!, name).toBeCloseTo(c.excess[name]!, 2);
    });
  });
});

const PARAMETERS = ['phaseDeg', 'shiftPpm', 'lorentzianHz', 'gaussianHz'];
const TRUE = { shiftPpm: 0.02, lorentzianHz: 3, gaussianHz: 4 };
const TRUE_PHASE_DEG = 12;
const NOISE_SD = 0.002;

/** What the network answers: off by its SDs. */
const TOLD = [TRUE_PHASE_DEG + 3, TRUE.shiftPpm + 0.0015, TRUE.lorentzianHz + 0.6, TRUE.gaussianHz - 0.5];
const SDS = [3, 0.0015, 0.8, 0.8];
const ROUGHNESS = 1e-4;

const card: ModelCard = {
  ...networkCard('lineshape-universal', {
    method: 'lineshape-universal',
    metabolites: [],
    basis: null,
    parameters: [...PARAMETERS, ...PARAMETERS.map((p) => `sd.${p}`), 'baselineRoughness'],
  }),
};

describe('method lineshape-universal', () => {
  const seen: Tensors[] = [];
  const longEcho: BasisSet = { ...ANALYTIC_BASIS, echoTimeS: 0.144 };
  const fid = mixture(analyticSignals(), HEALTHY, {
    shiftHz: -TRUE.shiftPpm * F0_MHZ,
    phase0: (TRUE_PHASE_DEG * Math.PI) / 180,
    lorentzianHz: TRUE.lorentzianHz,
    gaussianHz: TRUE.gaussianHz,
    noiseSd: NOISE_SD,
    seed: 5,
  });
  const silent = { re: new Float64Array(POINTS), im: new Float64Array(POINTS) };
  const library = libraryOf(card, (inputs) => {
    seen.push(inputs);
    return { parameters: rows(rowCount(inputs), [...TOLD, ...SDS, ROUGHNESS]) };
  });
  let outputs: Awaited<ReturnType<typeof quantifyWithUniversal>> = [];
  beforeAll(async () => {
    outputs = await quantifyWithUniversal(
      [inputOf(fid, { noiseSd: NOISE_SD }), inputOf(silent, { voxel: 1 })],
      longEcho,
      {},
      contextOf(library, { modelId: 'lineshape-universal' }),
    );
  });

  it('tells the network field, echo time of the basis, noise and length', () => {
    const conditions = Array.from(seen[0]!['conditions']!.data);
    expect(conditions[0]).toBeCloseTo(Math.log(F0_MHZ / 123.25), 6);
    expect(conditions[1]).toBeCloseTo(1.44, 6);
    expect(conditions[2]).toBeLessThan(Math.log(0.05));
    expect(conditions[3]).toBeCloseTo(Math.min(1, Math.ceil(POINTS * DWELL_S * 8 * F0_MHZ) / 512), 3);
  });

  it('corrects a lineshape that is off by its SDs, and so finds the amounts', () => {
    const { result } = outputs[0] as FitOutput;
    expect(Math.abs(result.phase0Deg - TRUE_PHASE_DEG)).toBeLessThan(1);
    expect(Math.abs(result.shiftHz + TRUE.shiftPpm * F0_MHZ)).toBeLessThan(0.05);
    // Strong signals within 4 %: one linear step from a width that is a fifth off.
    for (const name of ['NAA', 'Cr']) {
      const found = result.metabolites.find((m) => m.name === name)!.amplitude;
      expect(Math.abs(found / HEALTHY[name]! - 1), name).toBeLessThan(0.04);
    }
  });

  it('gives curves whose parts add up, and no output for silence', () => {
    const { curves } = outputs[0] as FitOutput;
    const worst = Math.max(...curves.data.map((v, j) => Math.abs(v - curves.fit[j]! - curves.residual[j]!)));
    expect(worst).toBeLessThan(1e-9 * Math.max(...curves.data));
    expect(isFailure(outputs[1]!)).toBe(true);
  });

  it('refuses a nucleus it does not know', async () => {
    const phosphorus = inputOf(fid, { nucleus: '31P' });
    await expect(quantifyWithUniversal([phosphorus], longEcho, {}, contextOf(library))).rejects.toThrow(
      'is for ¹H spectra',
    );
  });
});
