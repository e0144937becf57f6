// The reference of dSR and dSRF: k-means (k = 2) on the transients' magnitude FIDs parts those with nuisance lines from those
// without; of the cluster whose mean starts lower, the transient of the highest SNR (Shamaei A et al., Magn Reson Med
// 2023;89:1221, doi:10.1002/mrm.29498, section 2.4.2).
import type { ComplexSignal } from '../../../domain/complexArray.ts';
import { noiseSdOfTail } from '../../signal.ts';

/** Samples whose mean tells which cluster starts lower. */
const FIRST_SAMPLES = 10;
const MAXIMUM_ITERATIONS = 50;
/** A cluster of a smaller part of the transients is a few moved ones, which start low too, not those without nuisance lines. */
const LEAST_PART = 0.1;

const firstMean = (x: Float64Array): number =>
  x.subarray(0, FIRST_SAMPLES).reduce((sum, v) => sum + v, 0) / Math.min(FIRST_SAMPLES, x.length);

function meanOf(members: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array((members[0] as Float64Array).length);
  for (const x of members) x.forEach((v, i) => (mean[i] = (mean[i] as number) + v / members.length));
  return mean;
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}

const argument = (values: readonly number[], better: (a: number, b: number) => boolean): number =>
  values.reduce((best, v, i) => (better(v, values[best] as number) ? i : best), 0);

/** Two means of magnitude FIDs; begun, to be the same every time, with those that start lowest and highest. */
function cluster(magnitudes: readonly Float64Array[]): boolean[] {
  const starts = magnitudes.map(firstMean);
  let centres = [
    magnitudes[argument(starts, (a, b) => a < b)] as Float64Array,
    magnitudes[argument(starts, (a, b) => a > b)] as Float64Array,
  ] as const;
  let inSecond = magnitudes.map(() => false);
  for (let iteration = 0; iteration < MAXIMUM_ITERATIONS; iteration++) {
    const [first, second] = centres;
    const next = magnitudes.map((x) => squaredDistance(x, second) < squaredDistance(x, first));
    const unchanged = iteration > 0 && next.every((v, i) => v === inSecond[i]);
    inSecond = next;
    if (unchanged || next.every((v) => v === next[0])) break;
    centres = [meanOf(magnitudes.filter((_, i) => !next[i])), meanOf(magnitudes.filter((_, i) => next[i] === true))];
  }
  return inSecond;
}

export interface ReferenceTransient {
  readonly index: number;
  /** Transients in the cluster it was taken from. */
  readonly clusterSize: number;
}

/** @param signals at least one transient, all of one length */
export function referenceTransient(signals: readonly ComplexSignal[]): ReferenceTransient {
  const magnitudes = signals.map(({ re, im }) => re.map((v, i) => Math.hypot(v, im[i] as number)));
  const inSecond = cluster(magnitudes);
  const indices = (second: boolean): number[] => signals.flatMap((_, i) => (inSecond[i] === second ? [i] : []));
  const startOf = (members: readonly number[]): number =>
    members.length === 0 ? Infinity : firstMean(meanOf(members.map((i) => magnitudes[i] as Float64Array)));
  const [first, second] = [indices(false), indices(true)];
  const isKind = (members: readonly number[]): boolean => members.length >= LEAST_PART * signals.length;
  const lower = startOf(first) <= startOf(second) ? first : second;
  const higher = lower === first ? second : first;
  const quiet = isKind(lower) || !isKind(higher) ? lower : higher;
  const snr = quiet.map((i) => {
    const noise = noiseSdOfTail(signals[i] as ComplexSignal);
    return noise > 0 ? firstMean(magnitudes[i] as Float64Array) / noise : Infinity;
  });
  return { index: quiet[argument(snr, (a, b) => a > b)] as number, clusterSize: quiet.length };
}
