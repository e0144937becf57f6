// A small synthesiser for preprocessing tests: FIDs as sums of damped exponentials, seeded noise, datasets around them.
import { ppmToHz } from '../../src/core/domain/axes.ts';
import type { ComplexSignal } from '../../src/core/domain/complexArray.ts';
import { signalAt } from '../../src/core/domain/complexArray.ts';
import type { DimensionTag, MrsDataset } from '../../src/core/domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../src/core/domain/mrsDataset.ts';
import { seededRandom } from '../../src/core/math/seededRandom.ts';
import { fidNoiseSd } from '../../src/core/pipeline/fidNoise.ts';
import type { StepContext } from '../../src/core/preprocessing/step.ts';

export const F0_MHZ = 123.2;
export const DWELL_S = 0.00025;
export const POINTS = 2048;

/** One line: place, amplitude, FWHM, phase. */
export interface Line {
  readonly ppm: number;
  readonly amplitude: number;
  readonly widthHz: number;
  readonly phaseRad?: number;
}

/** Singlets of a healthy brain with a few of their neighbours (Glx, mI, Cr CH2), 6 Hz wide. */
export const BRAIN: readonly Line[] = [
  { ppm: 2.01, amplitude: 1.5, widthHz: 6 },
  { ppm: 3.03, amplitude: 1, widthHz: 6 },
  { ppm: 3.2, amplitude: 0.8, widthHz: 6 },
  { ppm: 3.92, amplitude: 0.6, widthHz: 6 },
  { ppm: 2.35, amplitude: 0.4, widthHz: 14 },
  { ppm: 2.12, amplitude: 0.3, widthHz: 20 },
  { ppm: 3.56, amplitude: 0.6, widthHz: 10 },
  { ppm: 3.75, amplitude: 0.5, widthHz: 12 },
];

export interface Change {
  readonly shiftHz?: number;
  readonly phaseRad?: number;
  readonly scale?: number;
  readonly points?: number;
}

/** Σ a·e^{iφ}·e^{2πift − π·w·t}. */
export function synthesise(lines: readonly Line[], change: Change = {}): ComplexSignal {
  const { shiftHz = 0, phaseRad = 0, scale = 1, points = POINTS } = change;
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  for (const line of lines) {
    const f = ppmToHz(line.ppm, F0_MHZ) + shiftHz;
    for (let n = 0; n < points; n++) {
      const t = n * DWELL_S;
      const size = scale * line.amplitude * Math.exp(-Math.PI * line.widthHz * t);
      const angle = 2 * Math.PI * f * t + phaseRad + (line.phaseRad ?? 0);
      re[n]! += size * Math.cos(angle);
      im[n]! += size * Math.sin(angle);
    }
  }
  return { re, im };
}

/** Adds white noise of one SD per real channel, in place. */
export function addNoise(signal: ComplexSignal, sd: number, seed: number): ComplexSignal {
  const random = seededRandom(seed);
  for (let n = 0; n < signal.re.length; n++) {
    signal.re[n]! += sd * random.normal();
    signal.im[n]! += sd * random.normal();
  }
  return signal;
}

/** A dataset of FIDs in C order over the grid and the tagged dimensions. */
export function datasetOf(
  fids: readonly ComplexSignal[],
  dimensions: readonly (readonly [DimensionTag, number])[] = [],
  grid: readonly [number, number, number] = [1, 1, 1],
  dwellTimeS = DWELL_S,
): MrsDataset {
  const points = fids[0]!.re.length;
  const re = new Float64Array(points * fids.length);
  const im = new Float64Array(points * fids.length);
  fids.forEach((fid, k) => {
    re.set(fid.re, k * points);
    im.set(fid.im, k * points);
  });
  return {
    data: { re, im, shape: [...grid, ...dimensions.map(([, n]) => n), points] },
    dimensions: dimensions.map(([tag]) => ({ tag, info: null, header: null })),
    dwellTimeS,
    spectrometerFrequencyMHz: F0_MHZ,
    nucleus: '1H',
    acquisition: UNKNOWN_ACQUISITION,
    patient: UNKNOWN_PATIENT,
    affine: null,
    format: 'test',
    header: {},
    provenance: [],
    warnings: [],
  };
}

export function contextWith(water: MrsDataset | null = null): StepContext {
  return {
    stamp: { program: 'Lineshape', version: 'test', now: () => '2026-01-01T00:00:00.000Z' },
    cancellation: { isCancelled: () => false, throwIfCancelled: () => undefined },
    onProgress: () => undefined,
    water,
    models: null,
    noiseSdOf: fidNoiseSd,
  };
}

/** The k-th FID of a dataset. */
export function fidOf(dataset: MrsDataset, k = 0): ComplexSignal {
  return signalAt(dataset.data, k);
}

/** ‖a − b‖ / ‖b‖. */
export function relativeError(a: ComplexSignal, b: ComplexSignal): number {
  let top = 0;
  let bottom = 0;
  for (let n = 0; n < b.re.length; n++) {
    top += (a.re[n]! - b.re[n]!) ** 2 + (a.im[n]! - b.im[n]!) ** 2;
    bottom += b.re[n]! ** 2 + b.im[n]! ** 2;
  }
  return Math.sqrt(top / bottom);
}

/** Difference of two angles, within ±π. */
export function angleBetween(a: number, b: number): number {
  return Math.atan2(Math.sin(a - b), Math.cos(a - b));
}
