// How a study's images are looked at: what is remembered with it, and what of a stored view can be used.
import type { AxisSettings, ShiftChoice, SlicePlane, Vec3 } from '../../../core/geometry/index.ts';
import type { PanZoom } from './viewer.ts';

export type ShownPlane = SlicePlane | 'all';
export const SHOWN_PLANES: readonly ShownPlane[] = ['all', 'axial', 'coronal', 'sagittal'];

/** The box displaced for another chemical shift. */
export interface ShiftSettings extends ShiftChoice {
  readonly shown: boolean;
}

export interface ImagesView {
  /** null: the study's first. */
  readonly imageId: string | null;
  readonly plane: ShownPlane;
  /** Grey window of one image; null: the usual one. */
  readonly window: { readonly imageId: string; readonly low: number; readonly high: number } | null;
  readonly panZoom: PanZoom;
  /** RAS mm; null: at the voxel. */
  readonly crosshairMm: Vec3 | null;
  readonly coordinates: 'RAS' | 'LPS';
  /** What is drawn over the image. */
  readonly grid: boolean;
  readonly otherVoxels: boolean;
  readonly bands: boolean;
  readonly map: boolean;
  readonly opacity: number;
  readonly interpolated: boolean;
  readonly shift: ShiftSettings;
}

export const NO_PAN: PanZoom = [0, 0, 0, 1];
export const ZOOM_LIMITS = [0.5, 12] as const;

const NOT_SELECTED: AxisSettings = { bandwidthHz: null, direction: null };

export const DEFAULT_IMAGES_VIEW: ImagesView = {
  imageId: null,
  plane: 'all',
  window: null,
  panZoom: NO_PAN,
  crosshairMm: null,
  coordinates: 'RAS',
  grid: true,
  otherVoxels: true,
  bands: true,
  map: true,
  opacity: 0.6,
  interpolated: false,
  shift: { shown: false, ppm: 2.01, carrierPpm: null, axes: [NOT_SELECTED, NOT_SELECTED, NOT_SELECTED] },
};

type Stored = Readonly<Record<string, unknown>>;

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isObject = (value: unknown): value is Stored => typeof value === 'object' && value !== null;
const numbers = (value: unknown, count: number): number[] | null =>
  Array.isArray(value) && value.length === count && value.every(isNumber) ? (value as number[]) : null;
const within = (value: unknown, low: number, high: number, otherwise: number): number =>
  isNumber(value) && value >= low && value <= high ? value : otherwise;

function parseAxis(value: unknown): AxisSettings {
  if (!isObject(value)) return NOT_SELECTED;
  const { bandwidthHz, direction } = value;
  return {
    bandwidthHz: isNumber(bandwidthHz) && bandwidthHz > 0 ? bandwidthHz : null,
    direction: direction === 1 || direction === -1 ? direction : null,
  };
}

function parseShift(value: unknown): ShiftSettings {
  const { shift } = DEFAULT_IMAGES_VIEW;
  if (!isObject(value)) return shift;
  const axes: unknown[] = Array.isArray(value['axes']) ? value['axes'] : [];
  return {
    shown: value['shown'] === true,
    ppm: within(value['ppm'], -100, 100, shift.ppm),
    carrierPpm: isNumber(value['carrierPpm']) ? value['carrierPpm'] : null,
    axes: [parseAxis(axes[0]), parseAxis(axes[1]), parseAxis(axes[2])],
  };
}

function parseWindow(value: unknown): ImagesView['window'] {
  if (!isObject(value)) return null;
  const { imageId, low, high } = value;
  return typeof imageId === 'string' && isNumber(low) && isNumber(high) && low < high ? { imageId, low, high } : null;
}

/** What was stored; what is missing or makes no sense is as usual. */
export function parseImagesView(stored: unknown): ImagesView {
  const usual = DEFAULT_IMAGES_VIEW;
  if (!isObject(stored)) return usual;
  const flag = (key: 'grid' | 'otherVoxels' | 'bands' | 'map' | 'interpolated'): boolean =>
    typeof stored[key] === 'boolean' ? stored[key] : usual[key];
  const panZoom = numbers(stored['panZoom'], 4);
  const isZoom =
    panZoom !== null && (panZoom[3] as number) >= ZOOM_LIMITS[0] && (panZoom[3] as number) <= ZOOM_LIMITS[1];
  return {
    imageId: typeof stored['imageId'] === 'string' ? stored['imageId'] : null,
    plane: SHOWN_PLANES.find((plane) => plane === stored['plane']) ?? usual.plane,
    window: parseWindow(stored['window']),
    panZoom: isZoom ? (panZoom as unknown as PanZoom) : NO_PAN,
    crosshairMm: numbers(stored['crosshairMm'], 3) as Vec3 | null,
    coordinates: stored['coordinates'] === 'LPS' ? 'LPS' : 'RAS',
    grid: flag('grid'),
    otherVoxels: flag('otherVoxels'),
    bands: flag('bands'),
    map: flag('map'),
    opacity: within(stored['opacity'], 0, 1, usual.opacity),
    interpolated: flag('interpolated'),
    shift: parseShift(stored['shift']),
  };
}

/**
 * The view magnified about a point, which stays where it is on the screen.
 * @param factor of the magnification
 * @param aboutMm RAS
 */
export function zoomed([x, y, z, zoom]: PanZoom, factor: number, aboutMm: Vec3): PanZoom {
  const next = Math.max(ZOOM_LIMITS[0], Math.min(ZOOM_LIMITS[1], zoom * factor));
  const by = zoom - next;
  return [x + by * aboutMm[0], y + by * aboutMm[1], z + by * aboutMm[2], next];
}

/** "23.1 −4.0 33.2" in the named convention. @param mm RAS */
export function coordinateWords(mm: Vec3, convention: ImagesView['coordinates']): string {
  const signed = convention === 'LPS' ? [0 - mm[0], 0 - mm[1], mm[2]] : mm;
  return signed
    .map((v) => {
      const text = v.toFixed(1);
      return text === '-0.0' ? '0.0' : text.replace('-', '−');
    })
    .join(' ');
}

/** Level and width of a window, as radiologists set them. */
export const levelOf = ({ low, high }: { low: number; high: number }): number => (low + high) / 2;
export const widthOf = ({ low, high }: { low: number; high: number }): number => high - low;

/** @param width at least a thousandth of the whole range, so that the image never turns black and white alone */
export function windowOf(
  level: number,
  width: number,
  range: { low: number; high: number },
): { low: number; high: number } {
  const least = Math.max(Number.MIN_VALUE, 1e-3 * (range.high - range.low));
  const half = Math.max(least, width) / 2;
  return { low: level - half, high: level + half };
}
