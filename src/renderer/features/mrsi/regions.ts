// Regions drawn by hand on a grid: which voxels are in them, how they are kept, and what their voxels' values say.
import type { AnalysisDetailView, QuantificationResultView } from '../../../ipc/contract.ts';
import { estimateIn } from './mapQuantities.ts';
import { mapNames, stateOf, type GridDrawing, type MapChoice } from './model.ts';

export interface Region {
  readonly id: string;
  readonly name: string;
  /** Numbers over the grid, rising. */
  readonly voxels: readonly number[];
  /** The scan that its mean was kept as, as long as the voxels are still those. */
  readonly meanDatasetId: string | null;
}

export const LONGEST_NAME = 60;
const MOST_REGIONS = 50;

const rising = (voxels: Iterable<number>): number[] => [...new Set(voxels)].sort((a, b) => a - b);

/** A region with other voxels: its mean is another too. */
export function withVoxels(region: Region, voxels: Iterable<number>): Region {
  const sorted = rising(voxels);
  const isSame = sorted.length === region.voxels.length && sorted.every((v, i) => v === region.voxels[i]);
  return isSame ? region : { ...region, voxels: sorted, meanDatasetId: null };
}

/** A name that no region has yet. @param stem such as "Region" */
export function freeName(regions: readonly Region[], stem: string): string {
  for (let n = 1; ; n++) if (!regions.some(({ name }) => name === `${stem} ${n}`)) return `${stem} ${n}`;
}

function parseRegion(value: unknown, voxels: number): Region[] {
  if (typeof value !== 'object' || value === null) return [];
  const { id, name, voxels: list, meanDatasetId } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || typeof name !== 'string' || !Array.isArray(list)) return [];
  const inside = list.filter((v): v is number => Number.isInteger(v) && v >= 0 && v < voxels);
  const mean = typeof meanDatasetId === 'string' && inside.length === list.length ? meanDatasetId : null;
  return [{ id, name: name.slice(0, LONGEST_NAME), voxels: rising(inside), meanDatasetId: mean }];
}

/** What was stored of a grid's regions; what makes no sense is left out. @param voxels of the grid */
export function parseRegions(stored: unknown, voxels: number): readonly Region[] {
  if (!Array.isArray(stored)) return [];
  const regions = stored.slice(0, MOST_REGIONS).flatMap((value) => parseRegion(value, voxels));
  return regions.filter(({ id }, i) => regions.findIndex((other) => other.id === id) === i);
}

export type Point = readonly [x: number, y: number];

/** Whether a point lies inside a polygon, by the number of edges that a ray from it crosses. */
function isInside([x, y]: Point, polygon: readonly Point[]): boolean {
  let inside = false;
  polygon.forEach(([x1, y1], i) => {
    const [x2, y2] = polygon[(i + 1) % polygon.length] as Point;
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside;
  });
  return inside;
}

/**
 * The voxels of a slice whose centres lie inside a polygon.
 * @param polygon corners in columns and rows of the drawing, (0, 0) at its upper left
 */
export function voxelsInside(drawing: GridDrawing, polygon: readonly Point[]): number[] {
  if (polygon.length < 3) return [];
  const found: number[] = [];
  for (let row = 0; row < drawing.rows; row++) {
    for (let column = 0; column < drawing.columns; column++) {
      if (isInside([column + 0.5, row + 0.5], polygon)) found.push(drawing.voxelAt(column, row));
    }
  }
  return found;
}

/** What the voxels of a region say of one metabolite. */
export interface RegionRow {
  readonly name: string;
  /** Voxels with a value that counts. */
  readonly n: number;
  /** NaN without any. */
  readonly mean: number;
  /** Of the voxels, with n − 1; NaN below two. */
  readonly sd: number;
  /** Of the mean spectrum's fit; null where it was not fitted. */
  readonly ofMean: { readonly value: number; readonly crlbPercent: number | null } | null;
}

/** Mean and SD. @param values finite */
function meanAndSd(values: readonly number[]): { readonly mean: number; readonly sd: number } {
  const n = values.length;
  if (n === 0) return { mean: NaN, sd: NaN };
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
  return { mean, sd: n < 2 ? NaN : Math.sqrt(squares / (n - 1)) };
}

/**
 * A region's table: each metabolite over the region's voxels, those alone that the map's limits let count.
 * @param choice the quantity must be one of a metabolite
 * @param ofMean the fit of the mean spectrum, or null
 */
export function regionRows(
  analysis: AnalysisDetailView | null,
  region: Pick<Region, 'voxels'>,
  choice: Omit<MapChoice, 'metabolite'>,
  ofMean: QuantificationResultView | null,
): readonly RegionRow[] {
  const inside = new Set(region.voxels);
  const voxels = (analysis?.voxels ?? []).filter(({ voxel }) => inside.has(voxel));
  return mapNames(analysis).map((name) => {
    const values = voxels.flatMap((voxel) => {
      const { state, value } = stateOf(voxel, { ...choice, metabolite: name });
      return state === 'value' ? [value] : [];
    });
    const estimate = ofMean === null || ofMean.status === 'refused' ? null : estimateIn(ofMean, name);
    const value = estimate === null || ofMean === null ? null : choice.quantity.of(ofMean, estimate);
    return {
      name,
      n: values.length,
      ...meanAndSd(values),
      ofMean: value === null ? null : { value, crlbPercent: estimate?.crlbPercent ?? null },
    };
  });
}
