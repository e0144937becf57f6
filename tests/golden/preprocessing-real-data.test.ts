// The whole classical chain on real data: 7 T STEAM (4 coils × 16 transients, water reference), against the result of
// another program (FSL-MRS) that lies beside it; and a 7 T series of 24 transients with its water.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { likeness } from '../../src/core/basis/comparing/index.ts';
import { ppmAxis, ppmRangeIndices } from '../../src/core/domain/axes.ts';
import { signalAt } from '../../src/core/domain/complexArray.ts';
import type { MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { pointCount } from '../../src/core/domain/mrsDataset.ts';
import type { StepName } from '../../src/core/domain/recipe.ts';
import { readNiftiMrs } from '../../src/core/formats/index.ts';
import { fidToSpectrum } from '../../src/core/math/fft.ts';
import { rotateSignal } from '../../src/core/math/rotation.ts';
import { PREPROCESSING_STEPS } from '../../src/core/preprocessing/registry.ts';
import type { StepOutcome } from '../../src/core/preprocessing/step.ts';
import { lineFwhm, LINE_WINDOWS_PPM } from '../../src/core/quality/linewidth.ts';
import { spectralSnr } from '../../src/core/quality/snr.ts';
import { fitSinglets } from '../../src/core/preprocessing/singletPattern.ts';
import { DATA_FOLDER, dataAvailable, realFile } from '../fixtures/realData.ts';
import { contextWith } from '../unit/preprocessingSynthesis.ts';

const CHAIN: StepName[] = [
  'coilCombination',
  'eddyCurrent',
  'alignment',
  'outlierRejection',
  'averaging',
  'waterRemoval',
  'ppmReferencing',
  'phasing',
];

function read(path: string): MrsDataset {
  const { name, bytes } = realFile(path);
  return readNiftiMrs(bytes, name, {});
}

async function runChain(dataset: MrsDataset, water: MrsDataset, steps: readonly StepName[] = CHAIN) {
  const outcomes = new Map<StepName, StepOutcome>();
  let current = { dataset, water: water as MrsDataset | null };
  for (const step of steps) {
    const outcome = await PREPROCESSING_STEPS[step].run(current.dataset, {}, contextWith(current.water));
    outcomes.set(step, outcome);
    current = outcome;
  }
  return { ...current, outcomes };
}

const withAxes = (dataset: MrsDataset) => ({
  fid: signalAt(dataset.data, 0),
  dwellTimeS: dataset.dwellTimeS,
  spectrometerFrequencyMHz: dataset.spectrometerFrequencyMHz,
});

describe.skipIf(!dataAvailable)('preprocessing of nifti_mrs_tools, 7 T STEAM (real data needed)', () => {
  const folder = 'nifti_mrs_tools';

  it('comes out like FSL-MRS’s result, upright and at the right ppm', async () => {
    const { dataset, outcomes } = await runChain(read(`${folder}/metab_raw.nii.gz`), read(`${folder}/wref_raw.nii.gz`));
    const reference = read(`${folder}/metab.nii.gz`);
    // That result lacks the first point: compare from the second on.
    const fid = signalAt(dataset.data, 0);
    const mine = { re: fid.re.slice(1), im: fid.im.slice(1) };
    const found = likeness(mine, signalAt(reference.data, 0), {
      dwellTimeS: dataset.dwellTimeS,
      spectrometerFrequencyMHz: dataset.spectrometerFrequencyMHz,
      rangePpm: [0.2, 4.1],
    });
    // 0.987 is what was measured; two chains differ in weights, water removal and noise (SNR about 63).
    expect(found.correlation).toBeGreaterThan(0.97);
    expect(Math.abs(found.shiftHz)).toBeLessThan(5);

    const line = lineFwhm(withAxes(dataset), LINE_WINDOWS_PPM.tNAA)!;
    expect(Math.abs(line.ppm - 2.01)).toBeLessThan(0.01);
    expect(line.fwhmPpm).toBeLessThan(0.06);
    const spectrum = fidToSpectrum(fid);
    const axis = ppmAxis(pointCount(dataset), dataset.dwellTimeS, dataset.spectrometerFrequencyMHz);
    for (const [low, high] of [
      [1.95, 2.07],
      [2.97, 3.09],
      [3.15, 3.25],
    ] as const) {
      const { start, end } = ppmRangeIndices(axis, low, high);
      const re = spectrum.re.slice(start, end).reduce((a, v) => a + v, 0);
      const im = spectrum.im.slice(start, end).reduce((a, v) => a + v, 0);
      // upright, and dispersion under 30°
      expect(re).toBeGreaterThan(0);
      expect(Math.abs(Math.atan2(im, re))).toBeLessThan(Math.PI / 6);
    }
    expect(spectralSnr(withAxes(dataset))).toBeGreaterThan(40);
    // 16 transients: √16 less noise
    const averaging = outcomes.get('averaging')!.details;
    expect((averaging['noiseSdTransient'] as number) / (averaging['noiseSdAverage'] as number)).toBeCloseTo(4, 6);
    expect(outcomes.get('coilCombination')!.details['snrGain']).toBeGreaterThan(1.2);
    expect(dataset.provenance.slice(-8).map((p) => p.method)).toEqual(
      CHAIN.map((step) => PREPROCESSING_STEPS[step].standardMethodName),
    );
  });

  it('aligns the transients: more alike after than before, the mean line narrower or equal', async () => {
    const { dataset, outcomes } = await runChain(read(`${folder}/metab_raw.nii.gz`), read(`${folder}/wref_raw.nii.gz`));
    const { details } = outcomes.get('alignment')!;
    expect(details['similarityAfter'] as number).toBeGreaterThan(details['similarityBefore'] as number);
    const { dataset: without } = await runChain(
      read(`${folder}/metab_raw.nii.gz`),
      read(`${folder}/wref_raw.nii.gz`),
      CHAIN.filter((s) => s !== 'alignment'),
    );
    const width = (d: MrsDataset): number => lineFwhm(withAxes(d), LINE_WINDOWS_PPM.tNAA)!.fwhmHz;
    // noise moves the half-height points by height/SNR: under 0.3 Hz of 15
    expect(width(dataset)).toBeLessThan(width(without) + 0.3);
  });

  it('brings the water reference to 4.65 ppm and phase zero', async () => {
    const { water } = await runChain(read(`${folder}/metab_raw.nii.gz`), read(`${folder}/wref_raw.nii.gz`));
    const line = lineFwhm(withAxes(water!), LINE_WINDOWS_PPM.water)!;
    expect(Math.abs(line.ppm - 4.65)).toBeLessThan(0.003);
    const fid = signalAt(water!.data, 0);
    expect(Math.abs(Math.atan2(fid.im[0]!, fid.re[0]!))).toBeLessThan(0.02);
  });
});

describe.skipIf(!dataAvailable)('preprocessing of pregame_dwmrs, 7 T DW-STEAM (real data needed)', () => {
  const folder = 'pregame_dwmrs/InVivo-Data/Data1/nifti';

  it('handles 24 transients under 10 conditions and makes them more alike', async () => {
    const steps: StepName[] = ['alignment', 'outlierRejection', 'averaging'];
    const { dataset, outcomes } = await runChain(read(`${folder}/metab.nii.gz`), read(`${folder}/water.nii.gz`), steps);
    expect(dataset.data.shape).toEqual([1, 1, 1, 10, 1024]);
    const { details } = outcomes.get('alignment')!;
    expect(details['groupCount']).toBe(10);
    expect(details['similarityAfter'] as number).toBeGreaterThan(details['similarityBefore'] as number);
    const rejected = outcomes.get('outlierRejection')!.details['rejected'] as number[];
    expect(rejected.length).toBeLessThanOrEqual(6);
  });
});

describe.skipIf(!dataAvailable)(
  'referencing and phasing of the ISMRM 2016 challenge spectra (real data needed)',
  () => {
    it('finds offset and phase near zero, as the set was made, from SNR 9 to 40 and with abnormal spectra', () => {
      const folder = 'ismrm_fitting_challenge/datasets_text';
      const fits = readdirSync(join(DATA_FOLDER, folder)).map((name) => {
        const text = new TextDecoder().decode(realFile(`${folder}/${name}`).bytes);
        const rows = text
          .split('\n')
          .map((line) =>
            line
              .trim()
              .split(/[\s,]+/)
              .map(Number),
          )
          .filter((row) => row.length >= 4 && row.every(Number.isFinite));
        const fid = { re: Float64Array.from(rows, (r) => r[0]!), im: Float64Array.from(rows, (r) => r[1]!) };
        // Turned and moved first, so that the answer is not the start value.
        const turned = rotateSignal(fid, 25 * 0.00025, 2);
        return fitSinglets(turned, 0.00025, 123.2, 0.4)!;
      });
      expect(fits).toHaveLength(14);
      for (const fit of fits) {
        // The macromolecules and NAAG under the singlets pull a three-line model: 0.01 ppm and 20° are what a fit that
        // starts from here takes up. The refinement windows were chosen on these spectra, so this is no test of accuracy.
        expect(Math.abs(fit.shiftHz - 25)).toBeLessThan(1.2);
        expect(Math.abs(((fit.phaseRad - 2) * 180) / Math.PI)).toBeLessThan(20);
        expect(fit.uniqueness).toBeGreaterThan(0.3);
      }
    });
  },
);
