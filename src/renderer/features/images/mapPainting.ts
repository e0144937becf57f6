// A metabolite map over the slices: voxels as they lie in space, or interpolated between their centres.
import {
  boxSection,
  interpolatedValue,
  invertAffine,
  applyAffine,
  mmToPixel,
  pixelToMm,
  voxelCorners,
  voxelIndex,
  type SliceView,
  type Vec3,
} from '../../../core/geometry/index.ts';
import type { Affine } from '../../../core/domain/mrsDataset.ts';
import { cssColour, mapColour, type ColourMapName } from '../../charts/colourMaps.ts';

export interface PaintedMap {
  /** C order over the grid; NaN where there is no value. */
  readonly values: Float64Array;
  readonly low: number;
  readonly high: number;
  readonly affine: Affine;
  readonly grid: Vec3;
  readonly colours: ColourMapName;
}

/** Edge of the squares that an interpolated map is sampled in: a voxel is many of them wide. [CSS pixels] */
const SAMPLE = 2;

const share = (map: PaintedMap, value: number): number => (value - map.low) / (map.high - map.low);

/** Zero and no value are transparent: only what was measured is coloured. */
const isSeen = (value: number): boolean => value > 0;

/** Each voxel's section with the slice in its colour. */
function paintVoxels(context: CanvasRenderingContext2D, slice: SliceView, map: PaintedMap): void {
  map.values.forEach((value, voxel) => {
    if (!isSeen(value)) return;
    const corners = boxSection(voxelCorners(map.affine, voxelIndex(map.grid, voxel)), slice.section);
    if (corners.length < 3) return;
    const colour = cssColour(mapColour(map.colours, share(map, value)));
    context.beginPath();
    for (const corner of corners) context.lineTo(...mmToPixel(slice, corner));
    context.closePath();
    context.fillStyle = colour;
    context.fill();
    // The seams between neighbours would let the image through.
    context.strokeStyle = colour;
    context.lineWidth = 0.5;
    context.stroke();
  });
}

function paintInterpolated(context: CanvasRenderingContext2D, slice: SliceView, map: PaintedMap): void {
  const [left, top, width, height] = slice.rect;
  const toIndex = invertAffine(map.affine);
  for (let y = top; y < top + height; y += SAMPLE) {
    for (let x = left; x < left + width; x += SAMPLE) {
      const index = applyAffine(toIndex, pixelToMm(slice, [x + SAMPLE / 2, y + SAMPLE / 2]));
      const value = interpolatedValue(map.values, map.grid, index);
      if (!isSeen(value)) continue;
      context.fillStyle = cssColour(mapColour(map.colours, share(map, value)));
      context.fillRect(x, y, SAMPLE, SAMPLE);
    }
  }
}

/** Draws the map over all slices of a canvas. */
export function paintMap(
  canvas: HTMLCanvasElement,
  slices: readonly SliceView[],
  map: PaintedMap | null,
  isInterpolated: boolean,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  if (map === null) return;
  for (const slice of slices) {
    context.save();
    context.beginPath();
    context.rect(...slice.rect);
    context.clip();
    if (isInterpolated) paintInterpolated(context, slice, map);
    else paintVoxels(context, slice, map);
    context.restore();
  }
}
