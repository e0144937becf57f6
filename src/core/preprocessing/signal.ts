// Walking through a dataset's signals along one dimension, and what several steps measure on them.
import type { ComplexArray, ComplexSignal, DoubleArray, HeldSignal } from '../domain/complexArray.ts';
import { samplesAt, signalAt, zeros } from '../domain/complexArray.ts';
import type { DimensionTag, MrsDataset } from '../domain/mrsDataset.ts';
import { pointCount, voxelCount } from '../domain/mrsDataset.ts';
import { frequencyAxisHz, hzToPpm } from '../domain/axes.ts';
import { fidToSpectrum, spectrumToFid } from '../math/fft.ts';

/** A dimension seen as [outer][length][inner]: all axes before it, itself, all axes after it but time. */
export interface DimensionView {
  /** Index in `dataset.dimensions`. */
  readonly index: number;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** @returns the view of a tagged dimension, or null where the dataset has none */
export function dimensionView(dataset: MrsDataset, tag: DimensionTag): DimensionView | null {
  const index = dataset.dimensions.findIndex((d) => d.tag === tag);
  if (index < 0) return null;
  const axes = dataset.data.shape.slice(0, -1);
  const product = (list: readonly number[]): number => list.reduce((p, n) => p * n, 1);
  return {
    index,
    outer: product(axes.slice(0, 3 + index)),
    length: axes[3 + index] ?? 1,
    inner: product(axes.slice(4 + index)),
  };
}

/** The signals along a dimension for one (outer, inner) place. */
export function signalsAlong(data: ComplexArray, view: DimensionView, outer: number, inner: number): ComplexSignal[] {
  return Array.from({ length: view.length }, (_, k) => signalAt(data, (outer * view.length + k) * view.inner + inner));
}

/** The same as the data hold them: to be looked at, not computed with in place. */
export function heldAlong(data: ComplexArray, view: DimensionView, outer: number, inner: number): HeldSignal[] {
  return Array.from({ length: view.length }, (_, k) => samplesAt(data, (outer * view.length + k) * view.inner + inner));
}

/** @returns number of FIDs per voxel */
export function signalsPerVoxel(dataset: MrsDataset): number {
  const points = pointCount(dataset);
  const voxels = voxelCount(dataset);
  return points * voxels === 0 ? 0 : dataset.data.re.length / (points * voxels);
}

/** Every FID of one voxel. */
export function voxelSignals(dataset: MrsDataset, voxel: number): ComplexSignal[] {
  const count = signalsPerVoxel(dataset);
  return Array.from({ length: count }, (_, k) => signalAt(dataset.data, voxel * count + k));
}

/** A deep copy of the samples, to compute in. */
export function copyData(data: ComplexArray): DoubleArray {
  return { re: new Float64Array(data.re), im: new Float64Array(data.im), shape: [...data.shape] };
}

/** The shape without one higher dimension, zero-filled. */
export function zerosWithout(dataset: MrsDataset, dimensionIndex: number): DoubleArray {
  return zeros(dataset.data.shape.filter((_, axis) => axis !== 3 + dimensionIndex));
}

/** Σ|x|². */
export function signalEnergy(signal: ComplexSignal): number {
  let sum = 0;
  for (let i = 0; i < signal.re.length; i++) sum += (signal.re[i] as number) ** 2 + (signal.im[i] as number) ** 2;
  return sum;
}

/** @returns whether every sample is zero (a masked voxel, a dead coil) */
export function isZeroSignal(signal: ComplexSignal): boolean {
  return signal.re.every((v) => v === 0) && signal.im.every((v) => v === 0);
}

/** Binomial weights of the fourth difference; Σ squares = 70. */
const FOURTH_DIFFERENCE_ENERGY = 70;

/**
 * Noise SD per real channel of a FID from fourth differences of its last part: they cancel whatever varies slowly from
 * sample to sample, so a water signal that has not decayed does not count as noise.
 * @param signal one FID
 * @param tailFraction part of the FID looked at
 */
export function noiseSdOfTail(signal: ComplexSignal, tailFraction = 0.25): number {
  const n = signal.re.length;
  const start = Math.max(0, Math.min(n - 8, Math.floor(n * (1 - tailFraction))));
  let sum = 0;
  let count = 0;
  for (let i = start + 4; i < n; i++) {
    for (const x of [signal.re, signal.im]) {
      const d =
        (x[i] as number) -
        4 * (x[i - 1] as number) +
        6 * (x[i - 2] as number) -
        4 * (x[i - 3] as number) +
        (x[i - 4] as number);
      sum += d * d;
      count++;
    }
  }
  return count === 0 ? 0 : Math.sqrt(sum / (count * FOURTH_DIFFERENCE_ENERGY));
}

/**
 * Number of leading samples that carry signal: the mean power over the signals, smoothed, is compared with that of the
 * last tenth.
 * @param signals FIDs of one length
 * @param ratio power above noise, in units of the noise power, at which a sample still counts
 * @returns between 64 (or all) and all samples
 */
export function signalSupport(signals: readonly ComplexSignal[], ratio = 0.5): number {
  const points = signals[0]?.re.length ?? 0;
  const block = Math.max(1, Math.floor(points / 64));
  const blocks = Math.floor(points / block);
  const power = new Float64Array(blocks);
  for (const { re, im } of signals) {
    for (let i = 0; i < blocks * block; i++) {
      const b = Math.floor(i / block);
      power[b] = (power[b] as number) + (re[i] as number) ** 2 + (im[i] as number) ** 2;
    }
  }
  const tail = power.subarray(Math.floor(blocks * 0.9));
  const noise = tail.reduce((sum, p) => sum + p, 0) / Math.max(1, tail.length);
  let last = blocks;
  while (last > 0 && (power[last - 1] as number) <= noise * (1 + ratio)) last--;
  return Math.min(points, Math.max(64, last * block));
}

/** Index range of a ppm window in a centred spectrum. */
export function ppmWindow(
  points: number,
  dwellTimeS: number,
  frequencyMHz: number,
  range: readonly [number, number],
): { readonly start: number; readonly end: number } {
  const hz = frequencyAxisHz(points, dwellTimeS);
  let start = points;
  let end = 0;
  hz.forEach((f, i) => {
    const ppm = hzToPpm(f, frequencyMHz);
    if (ppm >= range[0] && ppm <= range[1]) {
      start = Math.min(start, i);
      end = Math.max(end, i + 1);
    }
  });
  return start < end ? { start, end } : { start: 0, end: 0 };
}

/** Part of a spectrum within a ppm window. */
export function spectrumWindow(
  fid: ComplexSignal,
  window: { readonly start: number; readonly end: number },
): ComplexSignal {
  const spectrum = fidToSpectrum(fid);
  return {
    re: spectrum.re.slice(window.start, window.end),
    im: spectrum.im.slice(window.start, window.end),
  };
}

/** A FID with every frequency outside the window set to zero. */
export function keepWindow(
  fid: ComplexSignal,
  window: { readonly start: number; readonly end: number },
): ComplexSignal {
  const spectrum = fidToSpectrum(fid);
  for (const part of [spectrum.re, spectrum.im]) {
    part.fill(0, 0, window.start);
    part.fill(0, window.end);
  }
  return spectrumToFid(spectrum);
}
