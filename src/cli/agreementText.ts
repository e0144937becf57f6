// Several methods on one scan: their agreement voxel by voxel, as JSON and as text.
import type { JsonObject } from '../core/domain/json.ts';
import { methodLabel } from '../core/domain/methodNames.ts';
import { methodAgreement } from '../core/quality/methodAgreement.ts';
import type { MethodAgreement } from '../core/quality/methodAgreement.ts';
import type { QuantificationResult } from '../core/domain/quantification.ts';
import { formatSignificant } from '../core/reports/index.ts';
import type { ScanResult } from './quantifyScans.ts';
import { textTable } from './terminal.ts';

export interface VoxelAgreement extends MethodAgreement {
  readonly voxel: number;
}

/** Of every voxel that two methods have numbers of; empty with one method. */
export function agreementsOf({ analyses }: Pick<ScanResult, 'analyses'>): VoxelAgreement[] {
  if (analyses.length < 2) return [];
  const byVoxel = new Map<number, QuantificationResult[]>();
  for (const { voxel, result } of analyses.flatMap(({ voxels }) => voxels)) {
    byVoxel.set(voxel, [...(byVoxel.get(voxel) ?? []), result]);
  }
  return [...byVoxel].flatMap(([voxel, results]) => {
    const agreement = methodAgreement(results);
    return agreement === null ? [] : [{ voxel, ...agreement }];
  });
}

/** A grid's say which methods disagree on what; the figures stand with the results. */
export function agreementDocuments(agreements: readonly VoxelAgreement[]): JsonObject[] {
  const isGrid = agreements.length > 1;
  return agreements.map(({ voxel, quantity, methods, metabolites, matrix, warnings }) => ({
    voxel,
    ...{ quantity, methods, matrix, warnings },
    ...(isGrid ? {} : { metabolites }),
  })) as unknown as JsonObject[];
}

const percent = (share: number | null): string => (share === null ? '–' : `${Math.round(100 * share)} %`);

/** The values side by side with the half widths of their intervals, what disagrees beyond both marked, then the matrix. */
export function agreementTable({ methods, metabolites, matrix, quantity }: MethodAgreement): string {
  const titles = methods.map(methodLabel);
  const what = quantity === 'ratio' ? 'Ratio to tCr' : 'Amplitude';
  const rows = metabolites.map(({ name, values, pairs }) => [
    name,
    ...methods.map((method) => {
      const found = values.find((v) => v.method === method);
      if (found === undefined) return '–';
      const { value, interval } = found;
      const half = interval === null ? '' : ` ± ${formatSignificant((interval[1] - interval[0]) / 2, 2)}`;
      return `${formatSignificant(value, 3)}${half}`;
    }),
    pairs.some(({ verdict }) => verdict === 'beyondBoth') ? 'disagree' : '',
  ]);
  const shares = titles.map((title, a) => [title, ...(matrix[a] ?? []).map(percent)]);
  return [
    textTable([what, ...titles, ''], rows),
    'Figures on which two methods agree, each within the other’s 95 % interval:',
    textTable(['', ...titles], shares),
  ].join('\n');
}
