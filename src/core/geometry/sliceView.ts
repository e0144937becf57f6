// A slice as it stands on screen: which RAS axes run right and up, and where a point in mm falls in pixels.
import type { Axis, Plane } from './box.ts';
import type { Vec3 } from './affine.ts';

export type SlicePlane = 'axial' | 'coronal' | 'sagittal';

/** RAS axes drawn rightwards and upwards, and the one across the slice. */
export const SLICE_AXES: Readonly<
  Record<SlicePlane, { readonly right: Axis; readonly up: Axis; readonly across: Axis }>
> = {
  axial: { right: 0, up: 1, across: 2 },
  coronal: { right: 0, up: 2, across: 1 },
  sagittal: { right: 1, up: 2, across: 0 },
};

/** A drawn slice: its rectangle, and the RAS mm its lower left corner and its extent stand for. */
export interface SliceView {
  readonly plane: SlicePlane;
  /** Left, top, width, height in pixels. */
  readonly rect: readonly [number, number, number, number];
  /** mm at the rectangle's left and bottom. */
  readonly originMm: readonly [number, number];
  /** mm spanned to the right and upwards; negative to the right where left and right are exchanged (radiological). */
  readonly extentMm: readonly [number, number];
  /** The slice itself in RAS mm: across the third axis for straight images, tilted for oblique ones. */
  readonly section: Plane;
}

/**
 * Where a point in mm is drawn.
 * @param mm RAS coordinates
 * @returns pixels from the canvas's upper left corner
 */
export function mmToPixel(view: SliceView, mm: Vec3): readonly [number, number] {
  const { right, up } = SLICE_AXES[view.plane];
  const [left, top, width, height] = view.rect;
  const x = (mm[right] - view.originMm[0]) / view.extentMm[0];
  const y = (mm[up] - view.originMm[1]) / view.extentMm[1];
  return [left + x * width, top + (1 - y) * height];
}

/**
 * The point of the slice that a pixel shows.
 * @param pixel from the canvas's upper left corner
 * @returns RAS mm
 */
export function pixelToMm(view: SliceView, pixel: readonly [number, number]): Vec3 {
  const { right, up, across } = SLICE_AXES[view.plane];
  const [left, top, width, height] = view.rect;
  const mm: [number, number, number] = [0, 0, 0];
  mm[right] = view.originMm[0] + ((pixel[0] - left) / width) * view.extentMm[0];
  mm[up] = view.originMm[1] + (1 - (pixel[1] - top) / height) * view.extentMm[1];
  const { normal, offset } = view.section;
  mm[across] = (offset - normal[right] * mm[right] - normal[up] * mm[up]) / normal[across];
  return mm;
}

/** The plane z = z0 + slopeX·(x − x0) + slopeY·(y − y0) over the slice's two in-plane axes. */
export function tiltedPlane(
  plane: SlicePlane,
  point: readonly [number, number, number],
  slopeRight: number,
  slopeUp: number,
): Plane {
  const { right, up, across } = SLICE_AXES[plane];
  const normal: [number, number, number] = [0, 0, 0];
  normal[right] = -slopeRight;
  normal[up] = -slopeUp;
  normal[across] = 1;
  return { normal, offset: point[2] - slopeRight * point[0] - slopeUp * point[1] };
}
