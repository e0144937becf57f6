// The water line in the input of Rizzo's networks: made from a scan's water reference it is the one of the simulated sets, and a
// scan without one says so.
import { describe, expect, it } from 'vitest';
import { gaussianFid } from '../../../src/core/basis/macromolecules/index.ts';
import { caseFid } from '../../../src/core/basis/simulatedSets/caseFid.ts';
import { drawCase } from '../../../src/core/basis/simulatedSets/drawCase.ts';
import { SIMULATION_PRESETS } from '../../../src/core/basis/simulatedSets/index.ts';
import type { BasisSet } from '../../../src/core/domain/basisSet.ts';
import type { WaterReferenceLine } from '../../../src/core/domain/modelCard.ts';
import { parseQuantityOptions } from '../../../src/core/domain/quantityOptions.ts';
import type { WaterScalingSettings } from '../../../src/core/domain/quantitySettings.ts';
import { seededRandom } from '../../../src/core/math/seededRandom.ts';
import type { FitInput, FitOutput } from '../../../src/core/ports/fitRunner.ts';
import type { Tensors } from '../../../src/core/ports/inferenceEngine.ts';
import { waterSignals } from '../../../src/core/pipeline/waterSignal.ts';
import { withWaterLine } from '../../../src/core/quantification/ensembles/waterReferenceLine.ts';
import { quantifySpectra } from '../../../src/core/quantification/index.ts';
import { bandSpectra } from '../../../src/core/quantification/shared/networks/bandSpectrum.ts';
import { bandInputs, largestMagnitude } from '../../../src/core/quantification/shared/networks/spectraBatch.ts';
import {
  amplitudeOfOneMillimolar,
  measureWaterAmplitude,
  protonAmplitude,
  scaleToWater,
} from '../../../src/core/quantification/waterScaling/index.ts';
import { waterScalingInput } from '../../../src/core/quantification/waterScaling/measuredWater.ts';
import { DWELL_S, F0_MHZ, POINTS } from '../../fixtures/analyticBasis.ts';
import {
  ANALYTIC_BASIS,
  NAMES,
  contextOf,
  inputOf,
  libraryOf,
  networkCard,
  rowCount,
  rows,
} from '../../fixtures/quantificationNetworks.ts';

const RIZZO = SIMULATION_PRESETS.rizzo;
const BASIS: BasisSet = { ...ANALYTIC_BASIS, linewidthHz: 1 };
const LINE: WaterReferenceLine = {
  ...RIZZO.waterReference!,
  gaussianHz: RIZZO.gaussianHz,
  trainedAmountsWithout: Object.fromEntries(NAMES.map((name) => [name, { mean: 1, range: [0, 1e6] }] as const)),
};
const SAMPLING = { points: POINTS, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0_MHZ };
const WATER_AMPLITUDE = 5e4;
const SETTINGS: WaterScalingSettings = {
  options: parseQuantityOptions({}, 'test').waterScaling,
  relaxation: null,
  fieldT: 2.9,
  proton: protonAmplitude(BASIS),
  scale: { waterToMetabolite: 1, source: 'test' },
  metaboliteTiming: { sequence: 'PRESS', echoTimeS: 0.03, repetitionTimeS: 2, mixingTimeS: null },
  waterTiming: { sequence: 'PRESS', echoTimeS: 0.03, repetitionTimeS: 2, mixingTimeS: null },
  waterAxes: { dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0_MHZ, referencePpm: 4.65 },
  detail: 'full',
};

const waterFid = (gaussianHz: number): FitInput['fid'] => gaussianFid(4.65, WATER_AMPLITUDE, gaussianHz, SAMPLING);
const scalingInput = (gaussianHz: number) =>
  waterScalingInput({}, measureWaterAmplitude({ fid: waterFid(gaussianHz), ...SETTINGS.waterAxes }), SETTINGS);

/** Data in which one basis unit is 1 mM, as in the simulated sets: the water scan's gain is chosen so. */
function settingsOfSets(gaussianHz: number): WaterScalingSettings {
  const perMillimolar = amplitudeOfOneMillimolar(scalingInput(gaussianHz), 'Cr')!;
  return { ...SETTINGS, scale: { waterToMetabolite: 1 / perMillimolar, source: 'test' } };
}

/** One case of the preset with its line and without, next to no noise. */
function simulated(seed: number): { with: FitInput['fid']; without: FitInput['fid']; gaussianHz: number } {
  const drawn = { ...drawCase(RIZZO, BASIS, seededRandom(seed)), snr: 1e9 };
  const known = drawn.signals.filter(({ name }) => NAMES.includes(name));
  const part = { ...drawn, signals: known };
  const fidOf = (preset: typeof RIZZO) => caseFid(BASIS, preset, null, part, 0, seededRandom(seed + 1)).fid;
  const without = { ...RIZZO, waterReference: null, snr: { ...RIZZO.snr, definition: 'firstPoint' } } as const;
  return { with: fidOf(RIZZO), without: fidOf(without), gaussianHz: drawn.gaussianHz };
}

describe('the water line of a scan', () => {
  it('is that of the simulated sets', () => {
    for (const seed of [1, 2, 3]) {
      const { with: whole, without, gaussianHz } = simulated(seed);
      const batch = bandInputs([inputOf(without, { noiseSd: 1, water: waterFid(gaussianHz) })]);
      const [seen] = withWaterLine(batch, BASIS, LINE, waterSignals(settingsOfSets(gaussianHz)));
      const wanted = bandSpectra(SAMPLING).of([whole])[0]!;
      // The water's own Gaussian width and amplitude are measured, to some 0.1 %.
      const allowed = 5e-3 * largestMagnitude(wanted);
      expect(seen?.warnings).toEqual([]);
      expect(seen?.trainedAmounts).toBeUndefined();
      for (let j = 0; j < 512; j++) {
        expect(Math.abs(seen!.spectrum.re[j]! - wanted.re[j]!)).toBeLessThan(allowed);
        expect(Math.abs(seen!.spectrum.im[j]! - wanted.im[j]!)).toBeLessThan(allowed);
      }
    }
  });

  it('stands for 64.5 mM in the amounts of the same scan', () => {
    // Creatine whose amplitude is that of one millimolar reads as 1 mmol/l.
    const input = scalingInput(3);
    const amplitude = amplitudeOfOneMillimolar(input, 'Cr')!;
    const estimate = {
      name: 'Cr',
      amplitude,
      crlbPercent: 1,
      crlbAbsolute: amplitude / 100,
      ratioToTCr: 1,
      concentrationMM: null,
    };
    const fit = { metabolites: [estimate], combined: [], warnings: [], correlation: null };
    const scaled = scaleToWater(fit as unknown as FitOutput['result'], input);
    expect(scaled.metabolites[0]?.concentrations?.find((c) => c.convention === 'molarity')?.value).toBeCloseTo(1, 9);
    expect(LINE.amplitude).toBe(2 * 64.5);
  });

  it('is no broader or narrower than those of the training', () => {
    const { without } = simulated(1);
    const peak = (gaussianHz: number): number => {
      const batch = bandInputs([inputOf(without, { noiseSd: 1, water: waterFid(gaussianHz) })]);
      return largestMagnitude(withWaterLine(batch, BASIS, LINE, waterSignals(settingsOfSets(gaussianHz)))[0]!.spectrum);
    };
    expect(peak(9) / peak(5)).toBeCloseTo(1, 2);
    expect(peak(4)).toBeGreaterThan(1.1 * peak(5));
  });

  it('is not made twice', () => {
    const { with: whole } = simulated(1);
    const batch = bandInputs([inputOf(whole, { noiseSd: 1, water: waterFid(3) })]);
    const [seen] = withWaterLine(batch, BASIS, LINE, waterSignals(settingsOfSets(3)));
    expect(seen?.spectrum).toBe(batch[0]?.spectrum);
    expect(seen?.warnings).toEqual([]);
  });

  it('is missed in one sentence where the scan has no water, or none that can be measured', () => {
    const { without } = simulated(1);
    const empty = { re: new Float64Array(POINTS), im: new Float64Array(POINTS) };
    const cases = [
      [inputOf(without, { noiseSd: 1 }), null],
      [inputOf(without, { noiseSd: 1 }), SETTINGS],
      [inputOf(without, { noiseSd: 1, water: empty }), SETTINGS],
    ] as const;
    for (const [input, settings] of cases) {
      const batch = bandInputs([input]);
      const [seen] = withWaterLine(batch, BASIS, LINE, waterSignals(settings));
      expect(seen?.spectrum).toBe(batch[0]?.spectrum);
      expect(seen?.trainedAmounts).toBe(LINE.trainedAmountsWithout);
      expect(seen?.warnings.map(({ code }) => code)).toEqual(['water-line-missing']);
      expect(seen?.warnings[0]?.message).toMatch(/^No line of the water reference .*\.$/);
    }
  });
});

describe('a network with a water line', () => {
  const { without, gaussianHz } = simulated(4);
  const id = 'resnet-1d@3t-press-30';
  const trained = Object.fromEntries(NAMES.map((name) => [name, { mean: 0.1, range: [0, 0.2] }] as const));
  const card = networkCard(id, { design: 'amplitudes', parameters: [], trainedAmounts: trained, waterReference: LINE });
  const run = async (water: FitInput['fid'] | undefined, settings: WaterScalingSettings | null) => {
    const seen: Tensors[] = [];
    const models = libraryOf(card, (inputs) => {
      seen.push(inputs);
      const count = rowCount(inputs);
      return {
        amplitudes: rows(count, new Array<number>(NAMES.length).fill(0.5)),
        sd: rows(count, new Array<number>(NAMES.length + 4).fill(0.01)),
      };
    });
    const input = inputOf(without, { noiseSd: 1, ...(water === undefined ? {} : { water }) });
    const context = { ...contextOf(models, { modelId: id }), waterOf: waterSignals(settings) };
    const [output] = (await quantifySpectra([input], BASIS, 'resnet-1d', {}, context)) as FitOutput[];
    return { result: output!.result, spectrum: seen[0]!['spectrum']! };
  };

  it('sees it, and its amounts are over the taller input', async () => {
    const settings = settingsOfSets(gaussianHz);
    const { result, spectrum } = await run(waterFid(gaussianHz), settings);
    const at = spectrum.data.subarray(0, 512).reduce((best, v, j, all) => (v > all[best]! ? j : best), 0);
    // Bins of 8/1024 ppm from 4.199 ppm down.
    expect(4.199 - (at * 8) / 1024).toBeCloseTo(0.5, 1);
    const [band] = bandInputs([inputOf(without, { noiseSd: 1, water: waterFid(gaussianHz) })]);
    const whole = withWaterLine([band!], BASIS, LINE, waterSignals(settings))[0]!.spectrum;
    expect(result.metabolites[0]?.amplitude).toBeCloseTo(0.5 * largestMagnitude(whole), 6);
    expect(result.warnings.map(({ code }) => code)).toEqual(['network-out-of-distribution']);
  });

  it('is held against amounts trained without it where there is none', async () => {
    const { result } = await run(undefined, null);
    expect(result.doubt?.checks.find(({ check }) => check === 'range')?.passed).toBe(true);
    expect(result.warnings.map(({ code }) => code)).toEqual(['water-line-missing']);
  });
});
