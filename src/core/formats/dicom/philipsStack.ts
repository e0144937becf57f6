// Where a Philips MRSI grid lies: Philips' private stack (2001,xx5F: angulations, off-centres, fields of view), because its
// public plane position and orientation are wrong for turned grids (TARQUIN 4.3, CFIDReaderDCM.cpp, which this follows).
// Its elements and signs were checked on a real single-voxel file (TARQUIN's SVS.dcm), where stack and volume agree.
// The same convention as the SPAR's grid: columns run toward the left, rows toward the back, slices toward the head.
import { foundWord } from '../../domain/foundWord.ts';
import type { Affine } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { Vector3 } from '../siemens/imagePlaneAffine.ts';
import { cross } from '../siemens/imagePlaneAffine.ts';
import type { DicomDataset, DicomFile } from './dicomFile.ts';
import { functionalGroup, TAG } from './dicomFile.ts';
import { framePosition, orientationOf, sizesOf, vector3 } from './dicomGeometry.ts';
import { frameItems } from './philipsFrames.ts';
import { philipsImagingTag, philipsTag } from './philipsPrivate.ts';
import { philipsRotation } from './philipsVolume.ts';

/** Voxels along columns, rows and slices. */
export type GridShape = readonly [number, number, number];

/** Fields of view that differ by a smaller part are the same. */
const SAME_FOV = 0.01;
/** Places that differ by less are the same. [mm] */
const SAME_PLACE_MM = 1;

/** Cosine beyond which the step between slices runs along their normal. */
const ALONG_NORMAL = 0.9;

interface Stack {
  readonly angles: Vector3;
  readonly centre: Vector3;
  /** Left–right and front–back; NaN where not told. [mm] */
  readonly fovRl: number;
  readonly fovAp: number;
  readonly sliceDistance: number;
  readonly viewAxis: string | null;
}

/** The stack as it is described: in its sequence, or, in some exports, in the data set itself. */
function readStack(dataset: DicomDataset): Stack | null {
  const stack = dataset.sequence(philipsImagingTag(dataset, 0x5f, 'SQ'))[0] ?? dataset;
  const number = (element: number): number => stack.number(philipsTag(stack, element, 'FL')) ?? NaN;
  // Elements come in the order ap, fh, rl.
  const angles = [number(0x1071), number(0x1072), number(0x1073)];
  const [ap, fh, rl] = [number(0x1078), number(0x1079), number(0x107a)];
  const centre = vector3([-rl, -ap, fh]);
  if (centre === null || !angles.every((angle) => Math.abs(angle) <= 360)) return null;
  return {
    angles: angles as unknown as Vector3,
    centre,
    fovRl: number(0x1076),
    fovAp: number(0x1074),
    sliceDistance: number(0x107e),
    viewAxis: stack.string(philipsTag(stack, 0x1081, 'CS')),
  };
}

/** Whether slices are transverse, by the stack, else by the public orientation. */
function isTransverse(file: DicomFile, stack: Stack): boolean {
  if (stack.viewAxis !== null) return /^FH$/i.test(stack.viewAxis);
  const plane = functionalGroup(file, TAG.planeOrientationSequence) ?? file.dataset;
  const axes = orientationOf(plane.vector(TAG.imageOrientationPatient, 6));
  return axes !== null && Math.abs(cross(axes.row, axes.column)[2]) > Math.SQRT1_2;
}

/** The first value that one of the data sets has. */
function firstOf<T>(
  sources: readonly (DicomDataset | null | undefined)[],
  read: (source: DicomDataset) => T | null,
): T | null {
  for (const source of sources) {
    const value = source === null || source === undefined ? null : read(source);
    if (value !== null) return value;
  }
  return null;
}

/** Steps along columns, rows and slices, all positive. [mm] */
function gridSteps(file: DicomFile, stack: Stack, grid: GridShape, warnings: Warning[]): Vector3 | null {
  const { dataset } = file;
  // On the real file the thickness stands only in the private description of the frames.
  const sources = [functionalGroup(file, TAG.pixelMeasuresSequence), frameItems(dataset)[0], dataset];
  const spacing = firstOf(sources, (source) => source.vector(TAG.pixelSpacing, 2));
  const thickness = firstOf(sources, (source) => source.number(TAG.sliceThickness));
  const fromFov = [stack.fovRl / grid[0], stack.fovAp / grid[1]] as const;
  // Pixel Spacing is (between rows, between columns).
  const told = sizesOf(spacing?.[1], spacing?.[0], 1);
  const differs = (a: number, b: number): boolean => b > 0 && Math.abs(a / b - 1) > SAME_FOV;
  if (told !== null && (differs(told[0], fromFov[0]) || differs(told[1], fromFov[1]))) {
    const message = `The file gives voxels of ${told[0].toFixed(1)} × ${told[1].toFixed(1)} mm and a field of view of ${stack.fovRl.toFixed(0)} × ${stack.fovAp.toFixed(0)} mm, which disagree; the voxels' size was taken.`;
    warnings.push({ code: 'header-disagrees', message });
  }
  const slice = grid[2] > 1 && stack.sliceDistance > 0 ? stack.sliceDistance : thickness;
  return sizesOf(told?.[0] ?? fromFov[0], told?.[1] ?? fromFov[1], slice);
}

const MISSING: Warning = {
  code: 'geometry-missing',
  message:
    "The file doesn't say clearly where its grid lies (Philips' private stack description is missing, or its slices are not transverse).",
};

/**
 * How far the public attributes put the grid from where the stack puts it, in words; '' where they agree. Their position
 * is the first voxel's centre by the standard, the stack's on a real single-voxel file.
 */
function disagreement(file: DicomFile, stack: Stack, affine: Affine): string {
  const position = framePosition(file, 0);
  if (position === null) return '';
  const told = [-position[0], -position[1], position[2]];
  const from = (place: readonly number[]): number => Math.hypot(...told.map((v, i) => v - (place[i] as number)));
  const distance = Math.min(from(stack.centre), from([3, 7, 11].map((i) => affine[i] as number)));
  return distance > SAME_PLACE_MM ? ` Its public attributes put it ${distance.toFixed(0)} mm from there.` : '';
}

/**
 * The affine of a transverse grid.
 * @param step from the first slice to the second as the frames' positions have it, patient LPS [mm]; null where not told
 * @returns voxel index → RAS mm; null, with a warning, where the stack is not described
 */
export function philipsGridAffine(
  file: DicomFile,
  grid: GridShape,
  step: Vector3 | null,
  warnings: Warning[],
): Affine | null {
  const stack = readStack(file.dataset);
  const sizes = stack === null ? null : gridSteps(file, stack, grid, warnings);
  if (stack === null || sizes === null || !isTransverse(file, stack)) {
    warnings.push(MISSING);
    return null;
  }
  const rotation = philipsRotation(...stack.angles);
  const at = (i: number, j: number): number => rotation[i]?.[j] as number;
  // Along the stack's normal (RAS); against it where the slices are stored from head to feet.
  const along = step === null ? 0 : -step[0] * at(0, 2) - step[1] * at(1, 2) + step[2] * at(2, 2);
  const slice = step !== null && Math.abs(along) > ALONG_NORMAL * Math.hypot(...step) ? along : sizes[2];
  const steps: Vector3 = [-sizes[0], -sizes[1], slice];
  const rows = [0, 1, 2].map((i) => {
    const edges = steps.map((s, j) => s * at(i, j));
    const back = edges.reduce((sum, edge, j) => sum + (edge * ((grid[j] as number) - 1)) / 2, 0);
    return [...edges, (stack.centre[i] as number) - back];
  });
  const affine: Affine = [...rows.flat(), 0, 0, 0, 1];
  const position = file.dataset.string(TAG.patientPosition) ?? 'HFS';
  const lying = position === 'HFS' ? '' : ` It is read as for a patient lying head first and supine; the file says ${foundWord(String(position))}.`; // prettier-ignore
  warnings.push({
    code: 'geometry-unverified',
    message: `Order and place of the voxels of Philips MRSI in DICOM are read as TARQUIN reads them, but no real file was at hand: compare them with the images.${disagreement(file, stack, affine)}${lying}`,
  });
  return affine;
}
