// Regions on the map's canvas: the border of their voxels, and the polygon that is being drawn.
import type { GridDrawing } from './model.ts';
import type { Point } from './regions.ts';

/** Okabe and Ito's orange: set off from both colour maps and from the accent of the chosen voxel. */
export const REGION_COLOUR = '#e69f00';
const HALO = 'rgba(8, 10, 14, 0.85)';

export interface DrawnRegion {
  readonly voxels: readonly number[];
  /** The one that is worked on: drawn wide, others thin and dashed. */
  readonly isChosen: boolean;
}

/** Edges of a region's border on a slice, in columns and rows. */
export function borderEdges(voxels: readonly number[], drawing: GridDrawing): readonly (readonly [Point, Point])[] {
  const inside = new Set(voxels);
  const has = (c: number, r: number): boolean =>
    c >= 0 && r >= 0 && c < drawing.columns && r < drawing.rows && inside.has(drawing.voxelAt(c, r));
  const edges: (readonly [Point, Point])[] = [];
  for (let r = 0; r < drawing.rows; r++) {
    for (let c = 0; c < drawing.columns; c++) {
      if (!has(c, r)) continue;
      if (!has(c, r - 1)) edges.push([[c, r], [c + 1, r]]); // prettier-ignore
      if (!has(c, r + 1)) edges.push([[c, r + 1], [c + 1, r + 1]]); // prettier-ignore
      if (!has(c - 1, r)) edges.push([[c, r], [c, r + 1]]); // prettier-ignore
      if (!has(c + 1, r)) edges.push([[c + 1, r], [c + 1, r + 1]]); // prettier-ignore
    }
  }
  return edges;
}

function stroke(context: CanvasRenderingContext2D, edges: readonly (readonly [Point, Point])[], cell: number): void {
  context.beginPath();
  for (const [[x1, y1], [x2, y2]] of edges) {
    context.moveTo(x1 * cell, y1 * cell);
    context.lineTo(x2 * cell, y2 * cell);
  }
  context.stroke();
}

export function drawRegion(
  context: CanvasRenderingContext2D,
  { voxels, isChosen }: DrawnRegion,
  drawing: GridDrawing,
  cell: number,
): void {
  const edges = borderEdges(voxels, drawing);
  context.save();
  context.lineCap = 'square';
  context.strokeStyle = HALO;
  context.lineWidth = isChosen ? 5 : 3;
  stroke(context, edges, cell);
  context.strokeStyle = REGION_COLOUR;
  context.lineWidth = isChosen ? 2.5 : 1;
  if (!isChosen) context.setLineDash([4, 3]);
  stroke(context, edges, cell);
  context.restore();
}

/** SVG path of the corners set so far, and on to where the pointer is. @param at in columns and rows */
export function openPath(corners: readonly Point[], at: Point | null, cell: number): string {
  const points = at === null ? corners : [...corners, at];
  return points.length === 0
    ? ''
    : `M${points.map(([x, y]) => `${(x * cell).toFixed(1)} ${(y * cell).toFixed(1)}`).join('L')}`;
}
