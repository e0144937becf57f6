// How much more than noise the solve's residual holds where a signal has its lines: what no lineshape of the model explains goes
// into the amounts too, and there it is correlated from bin to bin, unlike noise. training/quantification/universal/residual.py is
// the twin.
import { CANONICAL_POINTS, CANONICAL_TRANSFORM_POINTS } from '../../domain/canonicalBand.ts';
import { COMBINED_METABOLITES } from '../../domain/metaboliteNames.ts';
import type { MisfitSpreads, NetworkEstimate } from '../shared/networks/networkEstimate.ts';

/** Residual bins that are averaged (0.04 ppm): of noise little is left, of misfit most. */
const WINDOW = 5;
/** Part of the power that is counted where the signal's lines are; the rest is the whole band's, which reaches there by overlap. */
const LOCAL_PART = 0.5;
/** Part of the averaged noise that a fit leaves: its baseline and amounts take up the rest. */
const LEFT_BY_FIT = 0.6;

/** Sums over the first n samples of the weight that averaging bins gives each. */
const SUMMED_WEIGHTS = summedWeights();

function summedWeights(): Float64Array {
  const sums = new Float64Array(CANONICAL_POINTS + 1);
  for (let n = 0; n < CANONICAL_POINTS; n++) {
    const angle = (Math.PI * n) / CANONICAL_TRANSFORM_POINTS;
    const weight = n === 0 ? 1 : Math.sin(WINDOW * angle) / (WINDOW * Math.sin(angle));
    sums[n + 1] = (sums[n] as number) + weight ** 2;
  }
  return sums;
}

/** Power of noise of SD 1 averaged over WINDOW bins. @param covered samples of the canonical signal that the scan has */
function averagedNoise(covered: number): number {
  const samples = Math.min(Math.max(covered, 1), CANONICAL_POINTS);
  return (SUMMED_WEIGHTS[samples] as number) / samples;
}

/** Squares of the averages over WINDOW bins, nothing beyond the ends. */
function averagedPower(residual: Float64Array): Float64Array {
  const half = (WINDOW - 1) / 2;
  const power = new Float64Array(residual.length);
  for (let j = 0; j < residual.length; j++) {
    let sum = 0;
    for (let k = Math.max(0, j - half); k <= Math.min(residual.length - 1, j + half); k++) sum += residual[k] as number;
    power[j] = (sum / WINDOW) ** 2;
  }
  return power;
}

/** Mean of `power` where the lines of a signal are. */
function powerAtLines(column: Float64Array, power: Float64Array): number {
  let weighted = 0;
  let total = 0;
  for (let j = 0; j < column.length; j++) {
    const weight = (column[j] as number) ** 2;
    weighted += weight * (power[j] as number);
    total += weight;
  }
  return total > 0 ? weighted / total : 0;
}

/**
 * @param residual real parts, 512 bins
 * @param columns of the signals, likewise
 * @param covered samples of the canonical signal that the scan has
 * @returns power beyond noise by signal, noise having 1; never below 0
 */
export function residualExcess(
  residual: Float64Array,
  columns: readonly Float64Array[],
  noiseSd: number,
  covered: number,
): Float64Array {
  const power = averagedPower(residual);
  let whole = 0;
  for (let j = 0; j < power.length; j++) whole += (power[j] as number) / power.length;
  const noise = LEFT_BY_FIT * averagedNoise(covered);
  return Float64Array.from(columns, (column) => {
    const mixed = LOCAL_PART * powerAtLines(column, power) + (1 - LOCAL_PART) * whole;
    return Math.max(mixed / noiseSd ** 2 - noise, 0);
  });
}

/** A sum's excess is the mean of its members'. @param excess by name of the estimate; sums: of the card */
export function misfitSpreads(
  excess: Float64Array,
  sums: readonly string[],
  { names, spreads, sumSpreads }: Pick<NetworkEstimate, 'names' | 'spreads' | 'sumSpreads'>,
): MisfitSpreads {
  const excessOfSum = (sum: string): number => {
    const members = COMBINED_METABOLITES.find(({ name }) => name === sum)?.members ?? [];
    const present = members.flatMap((member) => excess[names.indexOf(member)] ?? []);
    return present.reduce((total, value) => total + value / present.length, 0);
  };
  return {
    spreads: spreads.map((spread, m) => spread * Math.sqrt(excess[m] as number)),
    sumSpreads: sumSpreads.map((spread, k) => spread * Math.sqrt(excessOfSum(sums[k] as string))),
  };
}
