// Noise covariance between coils from the signal-free end of the FIDs.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import { pointCount, voxelCount } from '../../domain/mrsDataset.ts';
import type { ComplexMatrix } from '../../math/hermitian.ts';
import { choleskyHermitian, zeroMatrix } from '../../math/hermitian.ts';
import type { DimensionView } from '../signal.ts';
import { heldAlong, noiseSdOfTail, signalsAlong } from '../signal.ts';

/** What is known of the coils' noise; `factor` is L of Ψ = LLᴴ over the living coils. */
export interface CoilNoise {
  readonly coils: number;
  /** Coils with no signal at all; they get weight zero. */
  readonly dead: number[];
  readonly alive: readonly number[];
  readonly covariance: ComplexMatrix;
  readonly factor: ComplexMatrix;
  readonly whitened: boolean;
  readonly samples: number;
  /** Why the noise was not decorrelated; "" where it was. */
  readonly reason: string;
}

/** Part of the FID, from its end, that is looked at. */
const TAIL_FRACTION = 0.25;
/** Samples per coil below which a covariance is too uncertain to invert (its relative error is √(coils/samples)). */
const SAMPLES_PER_COIL = 10;
/** Enough for an error of 5 % with 64 coils; more only costs time. */
const ENOUGH_SAMPLES = 30_000;
/** The tail's power may not be this many times that of white noise with its fourth differences, else signal is there. */
const WHITE_RATIO = 3;
/** The last eighth may not be this much weaker than the eighth before it, else signal is still there. */
const DECAY_RATIO = 1.3;

/** Differences of consecutive transients cancel what the tail holds of the signal; one transient is taken as it is. */
function noiseTraces(groups: readonly ComplexSignal[][]): ComplexSignal[][] {
  if (groups.length < 2) return groups.map((g) => [...g]);
  const traces: ComplexSignal[][] = [];
  for (let g = 0; g + 1 < groups.length; g += 2) {
    const a = groups[g] as ComplexSignal[];
    const b = groups[g + 1] as ComplexSignal[];
    traces.push(
      a.map((x, c) => {
        const y = b[c] as ComplexSignal;
        return {
          re: x.re.map((v, i) => (v - (y.re[i] as number)) * Math.SQRT1_2),
          im: x.im.map((v, i) => (v - (y.im[i] as number)) * Math.SQRT1_2),
        };
      }),
    );
  }
  return traces;
}

function accumulate(matrix: ComplexMatrix, traces: readonly ComplexSignal[], alive: readonly number[]): number {
  const n = matrix.size;
  const points = traces[0]?.re.length ?? 0;
  for (let i = 0; i < n; i++) {
    const a = traces[alive[i] as number] as ComplexSignal;
    for (let j = 0; j <= i; j++) {
      const b = traces[alive[j] as number] as ComplexSignal;
      let re = 0;
      let im = 0;
      for (let t = 0; t < points; t++) {
        const ar = a.re[t] as number;
        const ai = a.im[t] as number;
        const br = b.re[t] as number;
        const bi = b.im[t] as number;
        re += ar * br + ai * bi;
        im += ai * br - ar * bi;
      }
      matrix.re[i * n + j] = (matrix.re[i * n + j] as number) + re;
      matrix.im[i * n + j] = (matrix.im[i * n + j] as number) + im;
      if (i !== j) {
        matrix.re[j * n + i] = (matrix.re[j * n + i] as number) + re;
        matrix.im[j * n + i] = (matrix.im[j * n + i] as number) - im;
      }
    }
  }
  return points;
}

function identityNoise(coils: number, alive: readonly number[], dead: number[], reason: string): CoilNoise {
  const covariance = zeroMatrix(alive.length);
  alive.forEach((_, i) => (covariance.re[i * alive.length + i] = 1));
  return { coils, dead, alive, covariance, factor: covariance, whitened: false, samples: 0, reason };
}

const power = (traces: readonly (readonly ComplexSignal[])[], from: number, to: number): number => {
  let sum = 0;
  for (const group of traces) {
    for (const { re, im } of group) {
      for (let t = from; t < to; t++) sum += (re[t] as number) ** 2 + (im[t] as number) ** 2;
    }
  }
  return sum / Math.max(1, to - from);
};

/** Whether the tails hold noise only: neither decaying nor smoother than white noise. */
function isNoiseLike(traces: readonly (readonly ComplexSignal[])[], alive: readonly number[]): boolean {
  const length = traces[0]?.[0]?.re.length ?? 0;
  const half = Math.floor(length / 2);
  if (power(traces, 0, half) > DECAY_RATIO * power(traces, half, length)) return false;
  let white = 0;
  for (const group of traces) for (const c of alive) white += 2 * noiseSdOfTail(group[c] as ComplexSignal, 1) ** 2;
  return power(traces, 0, length) <= WHITE_RATIO * white;
}

/** Pairs of neighbouring transients of a voxel (or single FIDs), tails only, until there are enough samples. */
function collectTails(dataset: MrsDataset, view: DimensionView): ComplexSignal[][] {
  const points = pointCount(dataset);
  const start = Math.floor(points * (1 - TAIL_FRACTION));
  const perVoxel = view.outer / voxelCount(dataset);
  const traces: ComplexSignal[][] = [];
  let samples = 0;
  for (let first = 0; first < view.outer && samples < ENOUGH_SAMPLES; first += perVoxel) {
    const groups: ComplexSignal[][] = [];
    for (let k = 0; k < perVoxel * view.inner && samples < ENOUGH_SAMPLES; k++) {
      const outer = first + Math.floor(k / view.inner);
      const signals = signalsAlong(dataset.data, view, outer, k % view.inner);
      groups.push(signals.map(({ re, im }) => ({ re: re.subarray(start), im: im.subarray(start) })));
      samples += points - start;
    }
    traces.push(...noiseTraces(groups));
  }
  return traces;
}

/**
 * Measures the coils' noise covariance.
 * @param whiten false for the identity
 * @returns identity, with the reason, where it can't be measured
 */
export function measureNoise(dataset: MrsDataset, view: DimensionView, whiten: boolean): CoilNoise {
  const energies = new Float64Array(view.length);
  for (let o = 0; o < view.outer; o++) {
    for (let i = 0; i < view.inner; i++) {
      heldAlong(dataset.data, view, o, i).forEach((s, c) => {
        for (let t = 0; t < s.re.length; t++) {
          energies[c] = (energies[c] as number) + (s.re[t] as number) ** 2 + (s.im[t] as number) ** 2;
        }
      });
    }
  }
  const all = Array.from(energies, (_, c) => c);
  const alive = all.filter((c) => (energies[c] as number) > 0);
  const dead = all.filter((c) => !alive.includes(c));
  if (!whiten) return identityNoise(view.length, alive, dead, 'it was switched off');

  const traces = collectTails(dataset, view);
  const covariance = zeroMatrix(alive.length);
  let samples = 0;
  for (const trace of traces) samples += accumulate(covariance, trace, alive);
  if (samples < SAMPLES_PER_COIL * alive.length) {
    return identityNoise(view.length, alive, dead, `only ${samples} noise samples for ${alive.length} coils`);
  }
  if (!isNoiseLike(traces, alive)) {
    return identityNoise(view.length, alive, dead, 'the end of the FIDs still holds signal');
  }
  for (let i = 0; i < covariance.re.length; i++) {
    covariance.re[i] = (covariance.re[i] as number) / samples;
    covariance.im[i] = (covariance.im[i] as number) / samples;
  }
  const factor = choleskyHermitian(covariance);
  if (factor === null) return identityNoise(view.length, alive, dead, 'the noise covariance is singular');
  return { coils: view.length, dead, alive, covariance, factor, whitened: true, samples, reason: '' };
}
