// The images of a GE postage-stamp series as slices with a real and an imaginary part each, and where they lie.
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import type { Affine } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { Vector3 } from '../siemens/imagePlaneAffine.ts';
import { cross, imagePlaneAffine } from '../siemens/imagePlaneAffine.ts';
import type { DicomFile } from './dicomFile.ts';
import { dicomTag, TAG } from './dicomFile.ts';
import type { Orientation } from './dicomGeometry.ts';
import { GEOMETRY_MISSING, orientationOf, sizesOf, vector3 } from './dicomGeometry.ts';
import type { PixelReader, StampLayout } from './geStampLayout.ts';
import { geAcquisitionTag, stampLayout, stampPixels } from './geStampLayout.ts';

/** Images of one slice lie within; slices are evenly spaced within. [mm] */
const SAME_PLACE_MM = 0.05;
/** Most voxels of a series; their time signals (1024 points) fill half a gigabyte. */
const MAX_VOXELS = 32_768;
/** GE's codes of what an image holds (0043,xx2F). */
const [REAL, IMAGINARY] = [2, 3];

interface StampImage {
  readonly file: DicomFile;
  readonly layout: StampLayout;
  readonly position: Vector3 | null;
  readonly orientation: Orientation | null;
  /** Place along the normal of the slices. [mm] */
  readonly along: number;
  readonly instance: number;
  /** What GE says the image holds; null where it is silent. */
  readonly component: number | null;
}

export interface StampSlice {
  readonly position: Vector3 | null;
  readonly re: PixelReader;
  readonly im: PixelReader;
}

export interface StampStack {
  readonly first: DicomFile;
  readonly layout: StampLayout;
  readonly orientation: Orientation | null;
  /** Along row × column. */
  readonly slices: readonly [StampSlice, ...StampSlice[]];
}

const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function stampImage(file: DicomFile): StampImage {
  const { dataset } = file;
  const layout = stampLayout(file);
  if (layout === null) {
    throw new ReaderError('DIMENSIONS_ABSURD', `${file.fileName} claims a grid of voxels that its image can't hold.`);
  }
  const orientation = orientationOf(dataset.vector(TAG.imageOrientationPatient, 6));
  const position = vector3(dataset.vector(TAG.imagePositionPatient, 3));
  const placed = orientation !== null && position !== null;
  const kind = dataset.privateTag(0x0043, 'GEMS_PARM_01', 0x2f, 'SS') ?? dicomTag(0x0043, 0x102f, 'SS');
  return {
    file,
    layout,
    position,
    orientation,
    along: placed ? dot(position, cross(orientation.row, orientation.column)) : 0,
    instance: dataset.number(TAG.instanceNumber) ?? 0,
    component: dataset.number(kind),
  };
}

function requireAlike(images: readonly [StampImage, ...StampImage[]]): void {
  const [first] = images;
  const key = ({ layout, orientation }: StampImage): string =>
    JSON.stringify([layout, [orientation?.row, orientation?.column].map((axis) => axis?.map((v) => v.toFixed(3)))]);
  const odd = images.find((image) => key(image) !== key(first));
  if (odd === undefined) return;
  const message = `${odd.file.fileName} doesn't fit ${first.file.fileName} of its series: size, grid or orientation differ.`;
  throw new ReaderError('FORMAT_INVALID', message);
}

function refuseIncomplete(first: DicomFile, count: number): never {
  const message = `${first.fileName} is one of ${count} GE spectroscopy images without a real and an imaginary image for each slice; give the whole series, or export the P-file (.7).`;
  throw new UnsupportedDataError('UNSUPPORTED', message, { images: count });
}

/** The two parts of one slice: as GE labels them, else the first is the real one. */
function sliceOf(images: readonly StampImage[], total: number): StampSlice {
  const [first] = images as [StampImage];
  const labelled = [REAL, IMAGINARY].map((kind) => images.find((image) => image.component === kind));
  const isLabelled = labelled.every((image) => image !== undefined);
  const [re, im] = isLabelled ? labelled : [...images].sort((a, b) => a.instance - b.instance);
  if (re === undefined || im === undefined || (!isLabelled && images.length !== 2))
    return refuseIncomplete(first.file, total);
  return { position: re.position, re: stampPixels(re.file, re.layout), im: stampPixels(im.file, im.layout) };
}

/**
 * @param files images of one series, in any order
 * @throws ReaderError; UnsupportedDataError where a slice lacks a part
 */
export function stackStamps(files: readonly [DicomFile, ...DicomFile[]]): StampStack {
  const images = files.map(stampImage) as [StampImage, ...StampImage[]];
  requireAlike(images);
  const sorted = [...images].sort((a, b) => a.along - b.along || a.instance - b.instance);
  const groups: StampImage[][] = [];
  for (const image of sorted) {
    const last = groups.at(-1);
    if (last?.[0] !== undefined && image.along - last[0].along < SAME_PLACE_MM) last.push(image);
    else groups.push([image]);
  }
  const { layout } = images[0];
  const voxels = layout.columns * layout.rows * groups.length;
  if (voxels > MAX_VOXELS) {
    const message = `${images[0].file.fileName} and its series claim ${voxels} voxels.`;
    throw new ReaderError('DIMENSIONS_ABSURD', message, { voxels });
  }
  const slices = groups.map((group) => sliceOf(group, images.length)) as [StampSlice, ...StampSlice[]];
  const first = images.reduce((a, b) => (b.instance < a.instance ? b : a));
  return { first: first.file, layout, orientation: first.orientation, slices };
}

/** Step between slices; null where they aren't evenly spaced. [mm] */
function sliceStep(stack: StampStack): number | null {
  const { first, orientation, slices } = stack;
  if (slices.length === 1) return first.dataset.number(TAG.sliceThickness);
  if (orientation === null) return null;
  const normal = cross(orientation.row, orientation.column);
  const along = slices.map(({ position }) => (position === null ? NaN : dot(position, normal)));
  const step = (along[1] as number) - (along[0] as number);
  const even = along.every((v, i) => Math.abs(v - (along[0] as number) - i * step) < SAME_PLACE_MM);
  return even ? step : null;
}

/**
 * Where the grid lies, as SIVIC reads it: Image Position (Patient) is the centre of the first voxel, the field of view is
 * the reconstruction diameter.
 */
export function stampAffine(stack: StampStack, warnings: Warning[]): Affine | null {
  const { first, layout, orientation, slices } = stack;
  const diameter = first.dataset.number(TAG.reconstructionDiameter) ?? 0;
  const sizeMm = sizesOf(diameter / layout.columns, diameter / layout.rows, sliceStep(stack));
  const [{ position }] = slices;
  if (orientation === null || position === null || sizeMm === null) {
    warnings.push(GEOMETRY_MISSING);
    return null;
  }
  const message =
    'The grid is placed as SIVIC places it, but no real file was at hand, and it may be half a voxel off: compare it with the images.';
  warnings.push({ code: 'geometry-unverified', message });
  return imagePlaneAffine({ ...orientation, position, sizeMm });
}

/** The selected box (user data 8–13): edges by anatomical axis, centre right–anterior–superior; null where not told. */
export function stampVoi({ first, orientation }: StampStack): Affine | null {
  const number = (low: number): number => first.dataset.number(geAcquisitionTag(first.dataset, low, 'DS')) ?? NaN;
  const edges = [0xaf, 0xb0, 0xb1].map(number);
  const position = vector3([-number(0xb2), -number(0xb3), number(0xb4)]);
  if (orientation === null || position === null) return null;
  const { row, column } = orientation;
  const axes = [row, column, cross(row, column)];
  const sizes = [0, 0, 0];
  edges.forEach((edge, anatomical) => {
    const lengths = axes.map((axis) => Math.abs(axis[anatomical] as number));
    sizes[lengths.indexOf(Math.max(...lengths))] = edge;
  });
  const sizeMm = sizesOf(...sizes);
  return sizeMm === null ? null : imagePlaneAffine({ row, column, position, sizeMm });
}
