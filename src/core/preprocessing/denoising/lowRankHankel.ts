// Low-rank Hankel denoising of one FID: a sum of few damped exponentials has a Hankel matrix of low rank, noise has not. The
// rank is chosen from the measured noise, as CHORD chooses its weight from it (Qiu T et al., IEEE Trans Instrum Meas
// 2021;70:1–12, doi:10.1109/TIM.2021.3109743); CHORD minimises a nuclear norm, which shrinks every singular value, here the
// first r are kept whole and the antidiagonals averaged (one projection of Cadzow 1988, doi:10.1109/29.1488), with r the
// smallest at which what is taken away is no more than noise (discrepancy principle). Further projections, and the norm of
// the noise's own Hankel matrix as the limit, lost more of the broad multiplets than they took of the noise.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { fft, ifft, nextPowerOfTwo } from '../../math/fft.ts';
import { hankelOperator } from '../../math/hankel.ts';
import { dominantSubspace } from '../../math/lanczosSvd.ts';
import { signalEnergy } from '../signal.ts';
import type { DenoisingMethod } from './method.ts';
import { pause } from './method.ts';

/** Singular values asked for at first; twice as many each time they leave more than the noise. */
const FIRST_RANK = 32;
/** A brain spectrum with water and macromolecules needs fewer. */
const HIGHEST_RANK = 128;
/** Lanczos steps beyond the rank, as HLSVD takes them. */
const EXTRA_STEPS = 15;
/** What one exponential takes from the noise it is fitted to: two complex numbers, its amplitude and its pole. */
const NUMBERS_PER_EXPONENTIAL = 2;

/** Adds the antidiagonal means of u·wᵀ to the signal: a convolution over the number of elements of each antidiagonal. */
function addAntidiagonals(out: ComplexSignal, u: ComplexSignal, w: ComplexSignal): void {
  const points = out.re.length;
  const size = nextPowerOfTwo(points);
  const transformOf = (x: ComplexSignal): ComplexSignal => {
    const padded = { re: new Float64Array(size), im: new Float64Array(size) };
    padded.re.set(x.re);
    padded.im.set(x.im);
    return fft(padded);
  };
  const a = transformOf(u);
  const b = transformOf(w);
  for (let k = 0; k < size; k++) {
    const re = (a.re[k] as number) * (b.re[k] as number) - (a.im[k] as number) * (b.im[k] as number);
    a.im[k] = (a.re[k] as number) * (b.im[k] as number) + (a.im[k] as number) * (b.re[k] as number);
    a.re[k] = re;
  }
  const sum = ifft(a);
  const shortest = Math.min(u.re.length, w.re.length);
  for (let n = 0; n < points; n++) {
    const elements = Math.min(n + 1, points - n, shortest);
    out.re[n] = (out.re[n] as number) + (sum.re[n] as number) / elements;
    out.im[n] = (out.im[n] as number) + (sum.im[n] as number) / elements;
  }
}

/** Energy of signal − model. */
function energyLeft(signal: ComplexSignal, model: ComplexSignal): number {
  let sum = 0;
  for (let n = 0; n < signal.re.length; n++) {
    sum += ((signal.re[n] as number) - (model.re[n] as number)) ** 2;
    sum += ((signal.im[n] as number) - (model.im[n] as number)) ** 2;
  }
  return sum;
}

/**
 * Adds one singular component after the other until no more than noise is left.
 * @returns the sum, its rank, and whether no more than noise is left
 */
function sumToNoise(
  signal: ComplexSignal,
  noiseSd: number,
  highest: number,
): { readonly signal: ComplexSignal; readonly rank: number; readonly isComplete: boolean } {
  const points = signal.re.length;
  const operator = hankelOperator(signal, Math.floor(points / 2));
  const { left } = dominantSubspace(operator, highest, highest + EXTRA_STEPS);
  const sum = { re: new Float64Array(points), im: new Float64Array(points) };
  const isNoise = (energy: number, rank: number): boolean =>
    energy <= 2 * noiseSd ** 2 * (points - NUMBERS_PER_EXPONENTIAL * rank);
  if (isNoise(signalEnergy(signal), 0)) return { signal: sum, rank: 0, isComplete: true };
  for (const [k, u] of left.entries()) {
    const v = operator.multiplyAdjoint(u);
    addAntidiagonals(sum, u, { re: v.re, im: v.im.map((x) => -x) });
    if (isNoise(energyLeft(signal, sum), k + 1)) return { signal: sum, rank: k + 1, isComplete: true };
  }
  return { signal: sum, rank: left.length, isComplete: left.length < highest };
}

/**
 * @param noiseSd per real channel and time point; 0 leaves the signal as it is
 * @returns the denoised FID and its rank
 */
export function denoiseLowRank(
  signal: ComplexSignal,
  noiseSd: number,
): { readonly signal: ComplexSignal; readonly rank: number } {
  const largest = Math.floor(signal.re.length / 4);
  if (noiseSd === 0) return { signal, rank: largest };
  for (let highest = FIRST_RANK; ; highest *= 2) {
    const found = sumToNoise(signal, noiseSd, Math.min(highest, largest));
    if (found.isComplete || highest >= Math.min(HIGHEST_RANK, largest)) return found;
  }
}

export const lowRankHankel: DenoisingMethod = {
  id: 'low-rank-hankel',
  title: 'Low-rank Hankel matrix, rank from the noise',
  citation: 'Cadzow JA, IEEE Trans Acoust 1988;36:49, doi:10.1109/29.1488; rank from the noise, after Qiu T et al., IEEE Trans Instrum Meas 2021;70:1, doi:10.1109/TIM.2021.3109743', // prettier-ignore
  denoise: async (signals, _options, context) => {
    const out: ComplexSignal[] = [];
    const ranks: number[] = [];
    for (const [k, signal] of signals.entries()) {
      await pause(context, k, signals.length);
      const { signal: clean, rank } = denoiseLowRank(signal, context.noiseSd[k] as number);
      out.push(clean);
      ranks.push(rank);
    }
    const details = {
      meanRank: ranks.reduce((a, b) => a + b, 0) / Math.max(1, ranks.length),
      lowestRank: Math.min(...ranks),
      highestRank: Math.max(...ranks),
    };
    return { signals: out, details, warnings: [] };
  },
};
