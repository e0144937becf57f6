// Ratios to total creatine over a scan's grid, as maps that leave the program: a voxel whose ratio the report would not determine
// has no value in them.
import { methodLabel } from '../domain/methodNames.ts';
import { isOfNetwork } from '../domain/methodValues.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import type { MetaboliteEstimate, QuantificationResult, VoxelQuantification } from '../domain/quantification.ts';
import { ratioConcept, UNITS } from '../formats/write/dicomCodes.ts';
import type { DicomMap } from '../formats/write/dicomMaps.ts';
import { CRLB_UNDETERMINED_PERCENT, reliabilityOf } from '../reports/tables.ts';

export interface RatioMap extends DicomMap {
  /** "tNAA": the numerator. */
  readonly name: string;
}

const REFERENCE = 'tCr';

/** A network's value counts with its interval, where it knows the spectrum; a fit's by its bound, as in the report. */
function isDetermined(estimate: MetaboliteEstimate, result: QuantificationResult): boolean {
  if (isOfNetwork(result)) return result.inDistribution && estimate.interval95 !== undefined;
  return reliabilityOf(estimate) !== 'undetermined';
}

function ratioOf(result: QuantificationResult, name: string): number {
  const estimate = [...result.combined, ...result.metabolites].find((e) => e.name === name);
  if (estimate === undefined || result.status === 'refused' || !isDetermined(estimate, result)) return NaN;
  return estimate.ratioToTCr ?? NaN;
}

/**
 * Maps of the ratios to total creatine that have a value anywhere, sums first.
 * @param scan the scan that was fitted: its grid and its place
 * @param voxels results of one method
 */
export function ratioMaps(
  scan: Pick<MrsDataset, 'data' | 'affine'>,
  voxels: readonly VoxelQuantification[],
): RatioMap[] {
  const [nx = 1, ny = 1, nz = 1] = scan.data.shape;
  const count = nx * ny * nz;
  const inside = voxels.filter(({ voxel }) => voxel < count);
  const fitted = inside.filter(({ result }) => result.status !== 'refused');
  const [first] = fitted;
  if (first === undefined) return [];
  const estimates = fitted.flatMap(({ result }) => [...result.combined, ...result.metabolites]);
  const names = [...new Set(estimates.map(({ name }) => name))].filter((name) => name !== REFERENCE);
  const { method, version } = first.result;
  return names.flatMap((name) => {
    const values = new Float64Array(count).fill(NaN);
    for (const { voxel, result } of fitted) values[voxel] = ratioOf(result, name);
    if (values.every(Number.isNaN)) return [];
    return [
      {
        ...{ name, values, grid: [nx, ny, nz] as const, affine: scan.affine },
        ...{ quantity: ratioConcept(name, REFERENCE), unit: UNITS.ratio },
        title: `${name}/${REFERENCE} ratio, ${methodLabel(method)}`,
        derivation: `Ratio of amplitudes fitted to spectra by ${methodLabel(method)} ${version}. Voxels whose ratio is not determined (CRLB above ${CRLB_UNDETERMINED_PERCENT} % or none) have no value.`, // prettier-ignore
      },
    ];
  });
}
