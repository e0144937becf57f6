// The spectra of a grid, each in its voxel, on one scale for all.
import type { GridSpectraView } from '../../../ipc/contract.ts';
import type { GridDrawing } from './model.ts';

/** Space between a spectrum and its voxel's border. [CSS pixels] */
const MARGIN = 2;

/** Lowest and highest value that the cells reach from bottom to top. */
export interface SpectraScale {
  readonly low: number;
  readonly high: number;
}

/**
 * The common scale: to the 98th percentile of the spectra's heights, so that one voxel with a spike flattens no other.
 */
export function spectraScale({ values, points, voxels }: GridSpectraView): SpectraScale {
  const heights: number[] = [];
  const depths: number[] = [];
  for (let i = 0; i < voxels.length; i++) {
    const own = values.subarray(i * points, (i + 1) * points);
    heights.push(own.reduce((m, v) => Math.max(m, v), -Infinity));
    depths.push(own.reduce((m, v) => Math.min(m, v), Infinity));
  }
  const at = (list: readonly number[], share: number): number =>
    [...list].filter(Number.isFinite).sort((a, b) => a - b)[Math.round(share * (list.length - 1))] ?? 0;
  const high = at(heights, 0.98);
  const low = Math.min(0, at(depths, 0.02));
  return high > low ? { low, high } : { low, high: low + 1 };
}

export interface DrawnSpectra {
  readonly spectra: GridSpectraView;
  readonly scale: SpectraScale;
  readonly drawing: GridDrawing;
  /** Width of a voxel. [CSS pixels] */
  readonly cell: number;
}

/** Draws each spectrum with falling ppm to the right, cut off at its voxel's borders. */
export function drawSpectra(context: CanvasRenderingContext2D, drawn: DrawnSpectra, colour: string): void {
  const { spectra, scale, drawing, cell } = drawn;
  const { values, points, voxels } = spectra;
  const inner = cell - 2 * MARGIN;
  context.save();
  context.strokeStyle = colour;
  context.lineWidth = 1;
  voxels.forEach((voxel, i) => {
    const { column, row } = drawing.placeOf(voxel);
    // Of another slice, until this one's are there.
    if (drawing.voxelAt(column, row) !== voxel) return;
    const [left, top] = [column * cell + MARGIN, row * cell + MARGIN];
    context.beginPath();
    for (let p = 0; p < points; p++) {
      const value = values[i * points + p] as number;
      const up = Math.max(0, Math.min(1, (value - scale.low) / (scale.high - scale.low)));
      context.lineTo(left + inner * (1 - p / (points - 1)), top + inner * (1 - up));
    }
    context.stroke();
  });
  context.restore();
}
