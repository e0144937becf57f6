// Regions of a grid in the report: what the voxels of each say, as mean and SD of their ratios to tCr.
import { isOfNetwork, methodValue } from '../domain/methodValues.ts';
import type { MetaboliteEstimate, QuantificationResult } from '../domain/quantification.ts';
import { reliabilityOf, resultRows } from './tables.ts';

/** One metabolite or sum over a region. */
export interface RegionRatio {
  readonly name: string;
  /** Voxels that count: fitted, with a CRLB within the limit. */
  readonly n: number;
  /** null without any. */
  readonly mean: number | null;
  /** Of the voxels, with n − 1; null below two. */
  readonly sd: number | null;
}

export interface ReportRegion {
  readonly name: string;
  /** Numbers over the grid. */
  readonly voxels: readonly number[];
  /** Sums in the order of the result table; empty where no voxel was fitted. */
  readonly ratios: readonly RegionRatio[];
}

interface FittedVoxel {
  readonly voxel: number;
  readonly result: QuantificationResult;
}

/** A network's value counts only with its interval, as everywhere in the report. */
function ratioOf(estimate: MetaboliteEstimate, result: QuantificationResult): number | null {
  if (!isOfNetwork(result)) return reliabilityOf(estimate) === 'reliable' ? estimate.ratioToTCr : null;
  const found = methodValue(estimate, result, 'ratio');
  return found === null || found.interval === null ? null : found.value;
}

function ratio(name: string, values: readonly number[]): RegionRatio {
  const n = values.length;
  if (n === 0) return { name, n, mean: null, sd: null };
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { name, n, mean, sd: n < 2 ? null : Math.sqrt(squares / (n - 1)) };
}

/**
 * @param region as drawn
 * @param fitted the analysis' voxels
 */
export function regionRatios(
  { name, voxels }: Pick<ReportRegion, 'name' | 'voxels'>,
  fitted: readonly FittedVoxel[],
): ReportRegion {
  const inside = new Set(voxels);
  const results = fitted.flatMap(({ voxel, result }) =>
    inside.has(voxel) && result.status !== 'refused' ? [result] : [],
  );
  const [first] = results;
  const sums = first === undefined ? [] : resultRows(first).filter((row) => row.kind === 'sum' && row.name !== 'tCr');
  const ratios = sums.map((row) => {
    const values = results.flatMap((result) => {
      const estimate = result.combined.find((sum) => sum.name === row.name);
      const value = estimate === undefined ? null : ratioOf(estimate, result);
      return value !== null && Number.isFinite(value) ? [value] : [];
    });
    return ratio(row.name, values);
  });
  return { name, voxels, ratios };
}
