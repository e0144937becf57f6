// A map over an MRSI grid: values of a ratio, its scale, and moving through voxels.
import { voxelIndex, voxelNumber, type Vec3 } from '../../../core/geometry/index.ts';
import type { AnalysisDetailView } from '../../../ipc/contract.ts';
import { reliabilityOf, resultRows } from '../../../core/reports/tables.ts';

type Estimate = AnalysisDetailView['voxels'][number]['result']['metabolites'][number];

export type MapQuantity = 'ratio' | 'amplitude' | 'crlb';

export interface MapChoice {
  readonly metabolite: string;
  readonly quantity: MapQuantity;
  /** Leave out estimates above the CRLB limit: in a ratio, of either part. */
  readonly onlySure: boolean;
}

export interface VoxelMap {
  /** C order over the grid; NaN where there is no value. */
  readonly values: Float64Array;
  readonly low: number;
  readonly high: number;
  readonly unit: string;
  readonly title: string;
}

/** Names a map can be made of: sums first. */
export function mapNames(analysis: AnalysisDetailView | null): readonly string[] {
  // Voxels without signal were refused and list nothing.
  return [...new Set((analysis?.voxels ?? []).flatMap(({ result }) => resultRows(result).map((row) => row.name)))];
}

function valueOf(voxel: AnalysisDetailView['voxels'][number], choice: MapChoice): number {
  const { combined, metabolites, status } = voxel.result;
  const find = (name: string): Estimate | undefined => [...combined, ...metabolites].find((e) => e.name === name);
  const estimate = find(choice.metabolite);
  if (estimate === undefined || status === 'refused') return NaN;
  const isSure = (e: Estimate | undefined): boolean => e !== undefined && reliabilityOf(e) === 'reliable';
  const sure = isSure(estimate) && (choice.quantity !== 'ratio' || isSure(find('tCr')));
  if (choice.onlySure && choice.quantity !== 'crlb' && !sure) return NaN;
  const value = { ratio: estimate.ratioToTCr, amplitude: estimate.amplitude, crlb: estimate.crlbPercent }[
    choice.quantity
  ];
  return value ?? NaN;
}

/** Value below which a share of the sorted values lies, linearly interpolated. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const a = sorted[low] ?? 0;
  const b = sorted[Math.min(sorted.length - 1, low + 1)] ?? a;
  return a + (at - low) * (b - a);
}

/**
 * Map of one quantity. The scale starts at zero and ends at the 98th percentile, so that one wild voxel doesn't darken
 * all others.
 * @param voxels number of voxels of the grid
 */
export function voxelMap(analysis: AnalysisDetailView | null, choice: MapChoice, voxels: number): VoxelMap {
  const values = new Float64Array(voxels).fill(NaN);
  for (const voxel of analysis?.voxels ?? []) {
    if (voxel.voxel < voxels) values[voxel.voxel] = valueOf(voxel, choice);
  }
  const sorted = [...values].filter((v) => Number.isFinite(v) && v > 0).sort((a, b) => a - b);
  const high = choice.quantity === 'crlb' ? 50 : sorted.length === 0 ? 1 : quantile(sorted, 0.98);
  const titles: Readonly<Record<MapQuantity, string>> = {
    ratio: `${choice.metabolite} / tCr`,
    amplitude: choice.metabolite,
    crlb: `CRLB of ${choice.metabolite}`,
  };
  const units: Readonly<Record<MapQuantity, string>> = { ratio: 'ratio', amplitude: 'a.u.', crlb: '%' };
  return { values, low: 0, high, unit: units[choice.quantity], title: titles[choice.quantity] };
}

/** Where a voxel's column and row are drawn, as seen from below: radiological, anterior up. */
export interface GridDrawing {
  readonly columns: number;
  readonly rows: number;
  /** Voxel number at a column and row. */
  readonly voxelAt: (column: number, row: number) => number;
  readonly placeOf: (voxel: number) => { readonly column: number; readonly row: number; readonly slice: number };
}

/**
 * Draws the x–y plane of a slice so that the patient's anterior is up and the patient's right is left (radiological)
 * or right (neurological); the signs come from the affine.
 * @param xToRight whether rising x index moves to the right of the screen
 * @param yUp whether rising y index moves up
 */
export function gridDrawing(grid: Vec3, slice: number, xToRight: boolean, yUp: boolean): GridDrawing {
  const [nx, ny] = grid;
  const column = (x: number): number => (xToRight ? x : nx - 1 - x);
  const row = (y: number): number => (yUp ? ny - 1 - y : y);
  return {
    columns: nx,
    rows: ny,
    voxelAt: (c, r) => voxelNumber(grid, [column(c), row(r), slice]),
    placeOf: (voxel) => {
      const [x, y, z] = voxelIndex(grid, voxel);
      return { column: column(x), row: row(y), slice: z };
    },
  };
}

/**
 * Screen directions of the grid's x and y axes, from their nearest RAS directions.
 * @param affine row-major 4 × 4, null: x to the right, y up
 */
export function gridOrientation(
  affine: readonly number[] | null,
  radiological: boolean,
): { readonly xToRight: boolean; readonly yUp: boolean } {
  if (affine === null) return { xToRight: true, yUp: true };
  const towardsPatientRight = (affine[0] as number) < 0;
  return { xToRight: radiological ? towardsPatientRight : !towardsPatientRight, yUp: (affine[5] as number) >= 0 };
}

/** The neighbouring voxel in a direction on screen, or the same at the border. */
export function neighbour(drawing: GridDrawing, voxel: number, right: number, down: number): number {
  const { column, row } = drawing.placeOf(voxel);
  const c = Math.max(0, Math.min(drawing.columns - 1, column + right));
  const r = Math.max(0, Math.min(drawing.rows - 1, row + down));
  return drawing.voxelAt(c, r);
}
