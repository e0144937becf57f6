// Concentrations against arithmetic done by hand from the papers' equations (Gasparovic 2006, doi:10.1002/mrm.20901;
// Near 2021, doi:10.1002/nbm.4257; LCModel manual §10.2), and by multiplying the record's factors.
import { describe, expect, it } from 'vitest';
import type { QuantificationResult, QuantityFactor } from '../../src/core/domain/quantification.ts';
import type { RelaxationTable } from '../../src/core/domain/relaxationTable.ts';
import { DEFAULT_WATER_SCALING_OPTIONS, parseWaterScalingOptions } from '../../src/core/domain/waterScalingOptions.ts';
import {
  BRAIN_RELAXATION_TABLE,
  SAME_SCALE,
  scaleToWater,
  waterInBasisUnits,
} from '../../src/core/quantification/waterScaling/index.ts';
import type { WaterScalingInput } from '../../src/core/quantification/waterScaling/index.ts';
import { longitudinalFactor } from '../../src/core/quantification/waterScaling/signalEquation.ts';
import { fitResult } from '../fixtures/fitResults.ts';

const PRESS = { sequence: 'PRESS', echoTimeS: 0.03, repetitionTimeS: 2, mixingTimeS: null };
const INPUT: WaterScalingInput = {
  water: { amplitude: 40000, sd: 400, fwhmHz: 8, method: 'given' },
  proton: { amplitude: 1, singlet: 'Cr' },
  scale: SAME_SCALE,
  relaxation: { table: BRAIN_RELAXATION_TABLE, fieldT: 2.89, saturation: 'consensus' },
  metaboliteTiming: PRESS,
  waterTiming: PRESS,
  fractions: { gm: 0.6, wm: 0.3, csf: 0.1, other: 0, outside: 0, source: 'given' },
  options: DEFAULT_WATER_SCALING_OPTIONS,
  detail: 'full',
};
/** NAA 12 ± 0.6, NAAG 2 ± 0.5, correlated −0.4. */
const RESULT = fitResult([['NAA', 12, 0.6], ['NAAG', 2, 0.5], ['MM09', 5, 0.2]], { 'NAA NAAG': -0.4 }); // prettier-ignore

const amounts = (result: QuantificationResult, name: string) =>
  [...result.metabolites, ...result.combined].find((m) => m.name === name)!;
const amount = (result: QuantificationResult, name: string, convention: string) =>
  amounts(result, name).concentrations!.find((c) => c.convention === convention)!;

/** What a person with a pocket calculator does. */
function multiplied(factors: readonly QuantityFactor[]): number {
  let value = 1;
  for (const f of factors) {
    if (f.operation === 'times') value *= f.value;
    else value /= f.value;
  }
  return value;
}

describe('concentrations by hand', () => {
  const scaled = scaleToWater(RESULT, INPUT);

  // Signal: 12 · 2 protons / 40000 = 6.0e-4.
  // R = (1 − e^(−TR/T1))·e^(−TE/T2), TR 2 s, TE 0.03 s, times of the 3 T table:
  //   GM  (1 − e^(−2/1.331))·e^(−0.03/0.110)  = 0.777456·0.761300 = 0.591877
  //   WM  (1 − e^(−2/0.832))·e^(−0.03/0.0796) = 0.909634·0.685993 = 0.624002
  //   CSF (1 − e^(−2/3.817))·e^(−0.03/0.503)  = 0.407832·0.942112 = 0.384223
  // Visible water d·v: 0.78·0.6 = 0.468, 0.65·0.3 = 0.195, 0.97·0.1 = 0.097; together 0.760; relaxed Σ d·v·R = 0.435949.
  // NAA: T1 = ⅔·1.47 + ⅓·1.35 = 1.43 s, T2 = ⅔·0.258 + ⅓·0.343 = 0.286333 s: 0.753058 and 0.900529.
  it('molality: 6e-4 · 55510 · (0.435949/0.760) / (1 − 0.097/0.760) / 0.753058 / 0.900529 = 32.294 mmol/kg', () => {
    expect(amount(scaled, 'NAA', 'molality').value).toBeCloseTo(32.29373482759923, 9);
    expect(amount(scaled, 'NAA', 'molality').unit).toBe('mmol/kg tissue water');
  });

  it('molarity: 6e-4 · 55510 · 0.435949 / 0.9 / 0.753058 / 0.900529 = 23.790 mmol/l', () => {
    expect(amount(scaled, 'NAA', 'molarity').value).toBeCloseTo(23.78971798966477, 9);
  });

  it('LCModel: 6e-4 · 35880 · 0.7 / 1 = 15.0696', () => {
    expect(amount(scaled, 'NAA', 'lcmodel').value).toBeCloseTo(15.0696, 9);
    const other = parseWaterScalingOptions(
      { conventions: ['lcmodel'], wconc: 43300, atth2o: 0.6, attmet: 0.8 },
      'test',
    );
    // 6e-4 · 43300 · 0.6 / 0.8 = 19.485
    const changed = scaleToWater(RESULT, { ...INPUT, options: other });
    expect(amount(changed, 'NAA', 'lcmodel').value).toBeCloseTo(19.485, 9);
    expect(amounts(changed, 'NAA').concentrationMM).toBeCloseTo(19.485, 9);
  });

  it('is what the record’s factors multiply to, for every metabolite and convention', () => {
    for (const { convention, factors } of scaled.waterScaling!.conventions) {
      for (const name of ['NAA', 'NAAG']) {
        const found = amount(scaled, name, convention);
        const byHand = multiplied([...factors, ...found.factors]);
        expect(found.value / byHand).toBeCloseTo(1, 12);
        expect([...factors, ...found.factors].every((f) => f.source !== '' && !f.assumedOne)).toBe(true);
      }
    }
  });

  it('leads each factor back to its inputs', () => {
    const molar = scaled.waterScaling!.conventions.find((c) => c.convention === 'molarity')!;
    const relaxed = molar.factors.find((f) => f.name.startsWith('visible'))!;
    const input = (name: string) => relaxed.inputs.find((i) => i.name.startsWith(name))!.value;
    const part = (tissue: string) =>
      input(`volume fraction of ${tissue}`) *
      input(`relative water density of ${tissue}`) *
      (1 - Math.exp(-input('TR') / input(`T1 of water in ${tissue}`))) *
      Math.exp(-input('TE') / input(`T2 of water in ${tissue}`));
    expect(part('GM') + part('WM') + part('CSF')).toBeCloseTo(relaxed.value, 12);
    expect(relaxed.inputs.every((i) => i.source !== '')).toBe(true);
  });

  it('adds a sum’s members and propagates their covariance and the water’s SD', () => {
    const [naa, naag, sum] = ['NAA', 'NAAG', 'tNAA'].map((n) => amount(scaled, n, 'lcmodel')) as [ReturnType<typeof amount>, ReturnType<typeof amount>, ReturnType<typeof amount>]; // prettier-ignore
    expect(sum.value).toBeCloseTo(naa.value + naag.value, 12);
    expect(sum.members).toEqual(['NAA', 'NAAG']);
    // per amplitude 15.0696/12 = 1.2558; var = 0.36 + 0.25 − 2·0.4·0.6·0.5 = 0.37; water 1 % of 17.5812
    expect(sum.sd).toBeCloseTo(Math.hypot(1.2558 * Math.sqrt(0.37), 0.175812), 9);
    expect(naa.sd).toBeCloseTo(Math.hypot(1.2558 * 0.6, 0.150696), 9);
  });

  it('gives macromolecules no concentration', () => {
    expect(amounts(scaled, 'MM09').concentrations).toEqual([]);
    expect(amounts(scaled, 'MM09').concentrationMM).toBeNull();
  });

  it('keeps the factors and leaves out their inputs for grids', () => {
    const lean = scaleToWater(RESULT, { ...INPUT, detail: 'factors' });
    const found = amount(lean, 'NAA', 'molality');
    const factors = [...lean.waterScaling!.conventions[0]!.factors, ...found.factors];
    expect(multiplied(factors)).toBeCloseTo(32.29373482759923, 9);
    expect(factors.flatMap((f) => f.inputs)).toEqual([]);
  });

  it('is JSON and back', () => {
    expect(JSON.parse(JSON.stringify(scaled))).toEqual(scaled);
  });
});

describe('settings of water scaling', () => {
  it('counts CSF in on request: per kg of all water 32.294 · (1 − 0.097/0.760), per litre of voxel 23.790 · 0.9', () => {
    const options = parseWaterScalingOptions({ csf: 'included' }, 'test');
    const whole = scaleToWater(RESULT, { ...INPUT, options });
    expect(amount(whole, 'NAA', 'molality').value).toBeCloseTo(32.29373482759923 * (1 - 0.097 / 0.76), 9);
    expect(amount(whole, 'NAA', 'molarity').value).toBeCloseTo(23.78971798966477 * 0.9, 9);
    expect(amount(whole, 'NAA', 'molarity').unit).toBe('mmol/l voxel');
  });

  it('brings two scans of other gain to one scale', () => {
    const scale = { waterToMetabolite: 4, source: 'water received with a quarter of the gain' };
    const scaled = scaleToWater(RESULT, { ...INPUT, scale });
    expect(amount(scaled, 'NAA', 'lcmodel').value).toBeCloseTo(15.0696 / 4, 9);
    // 40000·4/(2·1)
    expect(waterInBasisUnits(INPUT.water, INPUT.proton, scale)).toEqual({ amplitude: 80000, sd: 800 });
  });

  it('refuses what it does not know, in one sentence', () => {
    const refuse = (json: Record<string, never> | Record<string, string | number | string[]>) => () =>
      parseWaterScalingOptions(json, 'The recipe');
    expect(refuse({ wconk: 1 })).toThrow(/"wconk" is not known/);
    expect(refuse({ atth2o: 2 })).toThrow(/"atth2o" must be a number from 0.001 to 1, not 2/);
    expect(refuse({ conventions: [] })).toThrow(/at least one/);
    expect(refuse({ conventions: ['mM'] })).toThrow(/one of molality, molarity, lcmodel/);
    expect(refuse({ conventions: ['lcmodel'], display: 'molality' })).toThrow(/not in "conventions"/);
    expect(parseWaterScalingOptions({}, 'x')).toEqual(DEFAULT_WATER_SCALING_OPTIONS);
  });
});

describe('what is missing', () => {
  const codes = (input: Partial<WaterScalingInput>) => {
    const scaled = scaleToWater(RESULT, { ...INPUT, ...input });
    return { scaled, warnings: scaled.warnings, codes: scaled.warnings.map((w) => w.code) };
  };

  it('counts as 1, in the record and in words: no field near 9.4 T', () => {
    const { scaled, warnings } = codes({ relaxation: { ...INPUT.relaxation, fieldT: 9.4 } });
    expect(warnings.map((w) => w.code)).toEqual(['relaxation-factor-missing']);
    expect(warnings[0]!.message).toMatch(/T1 of water in GM at 9.40 T.*T2 of NAA at 9.40 T/);
    // 6e-4 · 55510 / 0.872368 with every relaxation factor 1
    expect(amount(scaled, 'NAA', 'molality').value).toBeCloseTo((6e-4 * 55510) / (1 - 0.097 / 0.76), 9);
    const own = amount(scaled, 'NAA', 'molality').factors.filter((f) => f.assumedOne);
    expect(own.map((f) => f.name)).toEqual(['saturation of NAA (T1)', 'decay of NAA (T2)']);
    const common = scaled.waterScaling!.conventions[0]!.factors.filter((f) => f.assumedOne);
    expect(common.map((f) => f.name)).toEqual(['relaxation of water, by water fraction']);
  });

  it('an unknown TR leaves the saturations out and keeps the decays', () => {
    const timing = { ...PRESS, repetitionTimeS: null };
    const { scaled, warnings } = codes({ metaboliteTiming: timing });
    expect(warnings[0]!.message).toMatch(/the scan's repetition time/);
    expect(amount(scaled, 'NAA', 'molality').value).toBeCloseTo(32.29373482759923 * 0.7530579039048366, 9);
  });

  it('no fractions: an even mixture, CSF factor 1, and a warning', () => {
    const { scaled, codes: found } = codes({ fractions: null });
    expect(found).toEqual(['tissue-fractions-missing']);
    const factors = scaled.waterScaling!.conventions[0]!.factors;
    expect(factors.find((f) => f.assumedOne)!.name).toBe('part that is tissue, not CSF');
    expect(Number.isFinite(amount(scaled, 'NAA', 'molality').value)).toBe(true);
  });

  it('a voxel of CSF has no amounts per tissue; much CSF and uncovered parts are told', () => {
    const csf = { gm: 0.01, wm: 0.01, csf: 0.98, other: 0, outside: 0, source: 's' };
    const { scaled, codes: found } = codes({ fractions: csf });
    expect(found).toEqual(['csf-fraction-high', 'no-tissue-in-voxel']);
    expect(amounts(scaled, 'NAA').concentrations!.map((c) => c.convention)).toEqual(['lcmodel']);
    expect(codes({ fractions: { ...csf, gm: 0.7, csf: 0.1, wm: 0.1, outside: 0.1 } }).codes).toEqual([
      'tissue-fractions-incomplete',
    ]);
  });

  it('a table without water content says so', () => {
    const table: RelaxationTable = { ...BRAIN_RELAXATION_TABLE, waterContent: [] };
    const { warnings } = codes({ relaxation: { ...INPUT.relaxation, table } });
    expect(warnings[0]!.message).toMatch(/the water content of GM/);
  });

  it('knows nothing of CRLBs that are not there', () => {
    const blind = scaleToWater(fitResult([['NAA', 12, null]], {}), INPUT);
    expect(amount(blind, 'NAA', 'molality').sd).toBeNull();
  });
});

describe('saturation', () => {
  const T1 = 1.331;
  const factor = (sequence: string | null, saturation: 'consensus' | 'pulses', mixingTimeS: number | null = null) =>
    longitudinalFactor({ sequence, echoTimeS: 0.03, repetitionTimeS: 2, mixingTimeS }, 2, T1, saturation);

  it('is 1 − exp(−TR/T1) by the consensus, and exp(−TM/T1) more for STEAM', () => {
    expect(factor('PRESS', 'consensus')).toBeCloseTo(0.7774558125479482, 12);
    expect(factor('STEAM', 'consensus', 0.01)).toBeCloseTo(0.771636559784906, 12);
  });

  it('with pulses: PRESS 1 − 2e^(−(TR−τ2)/T1) + 2e^(−(TR−τ1)/T1) − e^(−TR/T1), τ = TE/4, 3TE/4', () => {
    // 1 − 2·e^(−1.9775/1.331) + 2·e^(−1.9925/1.331) − e^(−2/1.331) = 0.772383
    expect(factor('PRESS', 'pulses')).toBeCloseTo(0.7723829145354663, 12);
    // STEAM: recovery from the third pulse, 2 − 0.01 − 0.015 s
    expect(factor('STEAM', 'pulses', 0.01)).toBeCloseTo(0.7674486210237197, 12);
    expect(factor(null, 'pulses')).toBeCloseTo(factor(null, 'consensus'), 12);
    // Two pairs of inversions close together leave Mz nearer to plain recovery than one pair further apart.
    expect(factor('SLASER', 'pulses')).toBeGreaterThan(0.7723);
    expect(factor('SLASER', 'pulses')).toBeLessThan(0.7775);
  });
});
