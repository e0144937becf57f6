// Truth: brain-like spectra of known offset and phase, with noise, without NAA, with lipids, with residual water.
import { describe, expect, it } from 'vitest';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { ppmAxis } from '../../src/core/domain/axes.ts';
import { fidToSpectrum, spectrumToFid } from '../../src/core/math/fft.ts';
import { minimiseSimplex } from '../../src/core/math/nelderMead.ts';
import { DEFAULT_OPTIONS as PHASE, phaseSpectra } from '../../src/core/preprocessing/phasing/index.ts';
import { DEFAULT_OPTIONS, referencePpm } from '../../src/core/preprocessing/ppmReferencing/index.ts';
import { spectralSnr } from '../../src/core/quality/snr.ts';
import {
  addNoise,
  angleBetween,
  BRAIN,
  contextWith,
  datasetOf,
  DWELL_S,
  F0_MHZ,
  fidOf,
  POINTS,
  relativeError,
  synthesise,
} from './preprocessingSynthesis.ts';
import type { Line } from './preprocessingSynthesis.ts';

const LIPIDS: Line[] = [
  { ppm: 1.3, amplitude: 12, widthHz: 30 },
  { ppm: 0.9, amplitude: 6, widthHz: 30 },
  { ppm: 2.05, amplitude: 1, widthHz: 30 },
];
const TUMOUR: Line[] = [
  { ppm: 3.2, amplitude: 1.8, widthHz: 6 },
  { ppm: 3.03, amplitude: 0.5, widthHz: 6 },
  { ppm: 1.33, amplitude: 1.5, widthHz: 12 },
  { ppm: 3.56, amplitude: 0.5, widthHz: 10 },
];

function offsetPpm(fid: ComplexSignal, options = DEFAULT_OPTIONS): number {
  return referencePpm(datasetOf([fid]), options, contextWith()).details['offsetPpm'] as number;
}
/** ppm offset +x means that the lines stand x ppm too high, at a lower frequency. */
const shifted = (lines: readonly Line[], ppm: number, phaseRad: number) =>
  synthesise(lines, { shiftHz: -ppm * F0_MHZ, phaseRad });

describe('ppm referencing', () => {
  it.each([-0.3, -0.1, 0, 0.17, 0.3])('takes out an offset of %f ppm, whatever the phase', (ppm) => {
    for (const phaseRad of [0, 2, -2.5]) {
      const fid = shifted(BRAIN, ppm, phaseRad);
      const outcome = referencePpm(datasetOf([fid]), DEFAULT_OPTIONS, contextWith());
      // neighbours of the singlets (Glx, NAAG-like shoulder) bias a three-line fit by a little: 0.12 Hz
      expect(Math.abs((outcome.details['offsetPpm'] as number) - ppm)).toBeLessThan(0.001);
      expect(outcome.details['reference']).toBe('metabolites');
      // the signal was turned back by just that much: what is left is 2π·0.12 Hz over a decay of 50 ms
      expect(relativeError(fidOf(outcome.dataset), synthesise(BRAIN, { phaseRad }))).toBeLessThan(0.04);
    }
  });

  it('survives ±0.3 ppm at SNR 5 in every one of 40 noise realisations', () => {
    let snr = 0;
    const noiseSd = 1.45;
    for (let seed = 0; seed < 40; seed++) {
      const ppm = seed % 2 === 0 ? 0.3 : -0.3;
      const fid = addNoise(shifted(BRAIN, ppm, seed), noiseSd, 500 + seed);
      const upright = addNoise(synthesise(BRAIN), noiseSd, 500 + seed);
      snr += spectralSnr({ fid: upright, dwellTimeS: DWELL_S, spectrometerFrequencyMHz: F0_MHZ }) / 40;
      // 0.02 ppm is 2.5 Hz, under half a line
      expect(Math.abs(offsetPpm(fid) - ppm), `seed ${seed}`).toBeLessThan(0.02);
    }
    // the highest of the noisy points by NAA is a little above the noiseless 5
    expect(snr).toBeLessThan(5.8);
  });

  it('survives missing NAA and strong lipids', () => {
    for (const ppm of [-0.3, -0.15, 0, 0.15, 0.3]) {
      const tumour = addNoise(shifted(TUMOUR, ppm, 1), 0.15, 42);
      expect(Math.abs(offsetPpm(tumour) - ppm), `tumour ${ppm}`).toBeLessThan(0.02);
      const scalp = addNoise(shifted([...BRAIN, ...LIPIDS], ppm, -1), 0.15, 43);
      expect(Math.abs(offsetPpm(scalp) - ppm), `lipids ${ppm}`).toBeLessThan(0.02);
      const wet = addNoise(
        shifted([...BRAIN, { ppm: 4.65, amplitude: 30, widthHz: 8, phaseRad: 2 }], ppm, 0),
        0.15,
        44,
      );
      expect(Math.abs(offsetPpm(wet) - ppm), `water ${ppm}`).toBeLessThan(0.02);
    }
  });

  it('moves nothing and warns on pure noise, and takes water where only that stands out', () => {
    for (let seed = 0; seed < 20; seed++) {
      const noise = addNoise({ re: new Float64Array(POINTS), im: new Float64Array(POINTS) }, 1, 900 + seed);
      const outcome = referencePpm(datasetOf([noise]), DEFAULT_OPTIONS, contextWith());
      expect(
        outcome.warnings.map((w) => w.code),
        `seed ${seed}`,
      ).toEqual(['ppm-reference-not-found']);
      expect(outcome.dataset.data.re).toEqual(noise.re);
    }
    const water = addNoise(shifted([{ ppm: 4.65, amplitude: 500, widthHz: 8 }], 0.12, 1), 0.5, 7);
    const outcome = referencePpm(datasetOf([water]), DEFAULT_OPTIONS, contextWith());
    expect(outcome.details['reference']).toBe('water');
    expect(Math.abs((outcome.details['offsetPpm'] as number) - 0.12)).toBeLessThan(0.002);
  });

  it('references each voxel by itself and skips other nuclei', () => {
    const fids = [0.2, -0.1].map((ppm) => shifted(BRAIN, ppm, 0));
    const outcome = referencePpm(datasetOf(fids, [], [2, 1, 1]), DEFAULT_OPTIONS, contextWith());
    for (const k of [0, 1]) expect(relativeError(fidOf(outcome.dataset, k), synthesise(BRAIN))).toBeLessThan(0.2);
    const phosphorus = { ...datasetOf(fids, [], [2, 1, 1]), nucleus: '31P' };
    expect(referencePpm(phosphorus, DEFAULT_OPTIONS, contextWith()).details).toHaveProperty('skipped');
  });
});

describe('phasing', () => {
  const found = (fid: ComplexSignal, options = PHASE) => phaseSpectra(datasetOf([fid]), options, contextWith());
  const degrees = (rad: number) => (rad * 180) / Math.PI;

  it.each([-179, -90, 0, 45, 135, 180])('takes out a phase of %f°, also upside down', (phaseDeg) => {
    const phaseRad = (phaseDeg * Math.PI) / 180;
    const outcome = found(synthesise(BRAIN, { phaseRad }));
    const error = angleBetween(((outcome.details['phase0Deg'] as number) * Math.PI) / 180, phaseRad);
    // what the neighbours of the singlets leave after the local baselines: 0.4° was measured
    expect(Math.abs(degrees(error))).toBeLessThan(2);
    expect(relativeError(fidOf(outcome.dataset), synthesise(BRAIN))).toBeLessThan(0.04);
  });

  it('holds at SNR 5, with lipids, with residual water, and without NAA', () => {
    const cases: [string, Line[], number, number][] = [
      ['SNR 5', [...BRAIN], 1.45, 20],
      ['lipids', [...BRAIN, ...LIPIDS], 0.1, 10],
      ['water', [...BRAIN, { ppm: 4.65, amplitude: 20, widthHz: 8, phaseRad: 2.5 }], 0.1, 10],
      ['tumour', TUMOUR, 0.1, 10],
    ];
    for (const [name, lines, noiseSd, limitDeg] of cases) {
      for (const phaseRad of [-2.8, -1, 0.4, 3]) {
        const outcome = found(addNoise(synthesise(lines, { phaseRad }), noiseSd, 77));
        const error = angleBetween(((outcome.details['phase0Deg'] as number) * Math.PI) / 180, phaseRad);
        expect(Math.abs(degrees(error)), `${name} ${phaseRad}`).toBeLessThan(limitDeg);
      }
    }
  });

  it('takes out a first-order phase when asked', () => {
    const slope = 0.5; // rad per ppm
    const spectrum = fidToSpectrum(synthesise(BRAIN));
    ppmAxis(POINTS, DWELL_S, F0_MHZ).forEach((p, i) => {
      const angle = 0.3 + slope * (p - 4.65);
      const re = spectrum.re[i]!;
      spectrum.re[i] = re * Math.cos(angle) - spectrum.im[i]! * Math.sin(angle);
      spectrum.im[i] = re * Math.sin(angle) + spectrum.im[i]! * Math.cos(angle);
    });
    const outcome = found(spectrumToFid(spectrum), { ...PHASE, firstOrder: true });
    // three lines over 1.2 ppm, each pulled by its neighbours: 8°/ppm, of 29 that were put on
    expect(Math.abs((outcome.details['phase1DegPerPpm'] as number) - degrees(slope))).toBeLessThan(8);
    expect(relativeError(fidOf(outcome.dataset), synthesise(BRAIN))).toBeLessThan(0.25);
  });

  it('falls back on positivity for other nuclei and for spectra without singlets', () => {
    const lines: Line[] = [
      { ppm: 4.65, amplitude: 2, widthHz: 15 },
      { ppm: 2.2, amplitude: 1, widthHz: 15 },
      { ppm: 7, amplitude: 1, widthHz: 15 },
    ];
    const dataset = { ...datasetOf([addNoise(synthesise(lines, { phaseRad: 2.2 }), 0.05, 3)]), nucleus: '31P' };
    const outcome = phaseSpectra(dataset, PHASE, contextWith());
    expect(outcome.details['source']).toBe('positivity');
    expect(Math.abs((outcome.details['phase0Deg'] as number) - degrees(2.2))).toBeLessThan(5);
  });

  it('phases by the mean and turns every FID of the voxel alike', () => {
    const fids = [1, 2].map((scale) => synthesise(BRAIN, { phaseRad: 1, scale }));
    const outcome = phaseSpectra(datasetOf(fids, [['DIM_DYN', 2]]), PHASE, contextWith());
    [1, 2].forEach((scale, k) =>
      expect(relativeError(fidOf(outcome.dataset, k), synthesise(BRAIN, { scale }))).toBeLessThan(0.04),
    );
  });
});

describe('simplex minimisation', () => {
  it('finds the minimum of the Rosenbrock valley', () => {
    const result = minimiseSimplex(
      ([x, y]) => (1 - x!) ** 2 + 100 * (y! - x! * x!) ** 2,
      [-1.2, 1],
      [0.5, 0.5],
      1e-7,
      1000,
    );
    expect(result.x[0]).toBeCloseTo(1, 5);
    expect(result.x[1]).toBeCloseTo(1, 5);
  });
});
