// Slices → one volume: sorted along their normal, with the step between them told from their positions. What is missing,
// doubled or shifted is named; slices that make no even stack are refused, because NIfTI can't say where they lie.
import { ReaderError } from '../../domain/errors.ts';
import type { Affine } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { Vector3 } from '../siemens/imagePlaneAffine.ts';
import { cross } from '../siemens/imagePlaneAffine.ts';
import type { Slice } from './sliceOf.ts';

export interface SliceStack {
  /** Columns, rows, slices. */
  readonly matrix: Vector3;
  /** Voxel index → RAS mm. */
  readonly affine: Affine;
  /** Slice at each place of the third axis; null where it is missing. */
  readonly slices: readonly (Slice | null)[];
  readonly warnings: readonly Warning[];
}

/** Positions in decimal text are off by less. [mm] */
const SAME_PLACE_MM = 0.01;
/** Direction cosines in decimal text are off by less. */
const SAME_DIRECTION = 1e-3;
/** How far a step may be off a whole number of steps. */
const EVEN = 0.05;
/** Slices are contiguous where thickness and step agree this well. */
const CONTIGUOUS = 0.1;
/** A spacing much below the thickness is a gap's width, which some scanners write in its place. */
const LEAST_OVERLAP = 0.45;
/** Shift across the stack up to which slices count as aligned. [pixels] */
const ALIGNED_PIXELS = 0.1;
const MAX_SLICES = 4096;

const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const minus = (a: Vector3, b: Vector3): Vector3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

interface Placed {
  readonly slice: Slice;
  /** Along the normal. [mm] */
  readonly at: number;
}

function requireAlike(slices: readonly Slice[], name: string): void {
  const [first] = slices as [Slice, ...Slice[]];
  const near = (a: readonly number[], b: readonly number[], tolerance: number): boolean =>
    a.every((v, i) => Math.abs(v - (b[i] as number)) <= tolerance);
  for (const { format, orientation, pixelMm } of slices) {
    if (format.rows !== first.format.rows || format.columns !== first.format.columns) {
      throw new ReaderError('FORMAT_INVALID', `${name} mixes slices of different matrix sizes.`);
    }
    const isTurned =
      !near(orientation.row, first.orientation.row, SAME_DIRECTION) ||
      !near(orientation.column, first.orientation.column, SAME_DIRECTION);
    if (isTurned) throw new ReaderError('FORMAT_INVALID', `${name} mixes slices of different orientation.`);
    if (!near(pixelMm, first.pixelMm, SAME_DIRECTION * first.pixelMm[0])) {
      throw new ReaderError('FORMAT_INVALID', `${name} mixes slices of different pixel size.`);
    }
  }
}

function earliestFirst(a: Placed, b: Placed): number {
  const [p, q] = [a.slice.order, b.slice.order];
  return p[0] - q[0] || p[1] - q[1] || p[2] - q[2];
}

/** One slice for each place, the first acquired; the others are counted. */
function onePerPlace(placed: readonly Placed[], warnings: Warning[]): Placed[] {
  const places: Placed[][] = [];
  for (const item of [...placed].sort((a, b) => a.at - b.at)) {
    const last = places[places.length - 1];
    if (last?.[0] !== undefined && item.at - last[0].at <= SAME_PLACE_MM) last.push(item);
    else places.push([item]);
  }
  const counts = new Set(places.map((p) => p.length));
  const [volumes] = counts;
  const doubled = places.filter((p) => p.length > 1).length;
  if (counts.size === 1 && volumes !== undefined && volumes > 1) {
    warnings.push({
      code: 'image-volumes',
      message: `The series holds ${volumes} volumes of ${places.length} slices; the first is shown.`,
    });
  } else if (doubled > 0) {
    warnings.push({
      code: 'image-slices-doubled',
      message: `${doubled} of ${places.length} slices are there more than once; the first of each is shown.`,
    });
  }
  return places.map((p) => [...p].sort(earliestFirst)[0] as Placed);
}

const areMultiples = (gaps: readonly number[], step: number): boolean =>
  gaps.every((gap) => Math.round(gap / step) >= 1 && Math.abs(gap / step - Math.round(gap / step)) <= EVEN);

/** Step that the instance numbers suggest, taken only where it makes the slices contiguous. */
function stepByNumber(places: readonly Placed[], gaps: readonly number[], thicknessMm: number | null): number | null {
  const steps = gaps.map((gap, i) => {
    const [a, b] = [places[i] as Placed, places[i + 1] as Placed];
    return gap / Math.abs(b.slice.order[2] - a.slice.order[2]);
  });
  const step = median(steps);
  const contiguous = thicknessMm !== null && Math.abs(step / thicknessMm - 1) <= CONTIGUOUS;
  return contiguous ? step : null;
}

function stepBetween(places: readonly Placed[], name: string): number | null {
  const { thicknessMm, spacingMm } = (places[0] as Placed).slice;
  const gaps = places.slice(1).map((p, i) => p.at - (places[i] as Placed).at);
  if (gaps.length === 0) return spacingMm ?? thicknessMm;
  const isSpacing = spacingMm !== null && spacingMm >= LEAST_OVERLAP * (thicknessMm ?? 0);
  const candidates = [isSpacing ? spacingMm : null, stepByNumber(places, gaps, thicknessMm), median(gaps)];
  const step = candidates.find((s) => s !== null && Number.isFinite(s) && areMultiples(gaps, s));
  if (step === undefined || step === null) {
    throw new ReaderError(
      'FORMAT_INVALID',
      `${name} is a stack of slices with uneven gaps, which can't be shown as a volume.`,
    );
  }
  return step;
}

function missingWarning(count: number, total: number): Warning[] {
  if (count === 0) return [];
  const message = `${count} of ${total} slices of the image are missing; they are shown black.`;
  return [{ code: 'image-slices-missing', message }];
}

/** Vector from one slice to the next, patient LPS, from the outermost slices: exact also for a sheared stack. */
function sliceStep(places: readonly Placed[], count: number, normal: Vector3, stepMm: number): Vector3 {
  const [first, last] = [places[0] as Placed, places[places.length - 1] as Placed];
  if (count === 1 || first === last) return [normal[0] * stepMm, normal[1] * stepMm, normal[2] * stepMm];
  const whole = minus(last.slice.position, first.slice.position);
  return [whole[0] / (count - 1), whole[1] / (count - 1), whole[2] / (count - 1)];
}

function rasAffine(slice: Slice, step: Vector3): Affine {
  const { orientation, pixelMm, position } = slice;
  const rows = [0, 1, 2].map((i) => {
    const ras = i < 2 ? -1 : 1;
    const [row, column] = [orientation.row[i] as number, orientation.column[i] as number];
    return [row * pixelMm[0], column * pixelMm[1], step[i] as number, position[i] as number].map((v) => ras * v);
  });
  return [...rows.flat(), 0, 0, 0, 1];
}

function shiftWarning(places: readonly Placed[], indices: readonly number[], step: Vector3): Warning[] {
  const first = (places[0] as Placed).slice;
  const isShifted = places.some(({ slice }, i) => {
    const k = indices[i] as number;
    const expected: Vector3 = [0, 1, 2].map((c) => (first.position[c] as number) + k * (step[c] as number)) as never;
    const off = minus(slice.position, expected);
    return [first.orientation.row, first.orientation.column].some(
      (axis, c) => Math.abs(dot(off, axis)) > ALIGNED_PIXELS * (first.pixelMm[c] as number),
    );
  });
  if (!isShifted) return [];
  const message = 'The slices of the image are shifted against each other; their places are true only on the average.';
  return [{ code: 'image-slices-shifted', message }];
}

/**
 * @param slices at least one
 * @param name of the series, for messages
 * @throws ReaderError FORMAT_INVALID where the slices make no even stack, DIMENSIONS_ABSURD
 */
export function stackSlices(slices: readonly Slice[], name: string): SliceStack {
  requireAlike(slices, name);
  const [any] = slices as [Slice, ...Slice[]];
  const { row, column } = any.orientation;
  const normal = cross(row, column);
  const warnings: Warning[] = [];
  const placed = slices.map((slice) => ({ slice, at: dot(slice.position, normal) }));
  const places = onePerPlace(placed, warnings);
  const stepMm = stepBetween(places, name) ?? 1;
  const from = (places[0] as Placed).at;
  const indices = places.map(({ at }) => Math.round((at - from) / stepMm));
  const count = (indices[indices.length - 1] as number) + 1;
  if (count > MAX_SLICES) {
    throw new ReaderError('DIMENSIONS_ABSURD', `${name} would be a stack of ${count} slices.`, { slices: count });
  }
  if (count === 1 && any.thicknessMm === null && any.spacingMm === null) {
    warnings.push({
      code: 'image-thickness-missing',
      message: 'The image does not say how thick its slice is; 1 mm is taken.',
    });
  }
  const stack: (Slice | null)[] = Array.from({ length: count }, () => null);
  places.forEach(({ slice }, i) => (stack[indices[i] as number] = slice));
  const step = sliceStep(places, count, normal, stepMm);
  warnings.push(...missingWarning(count - places.length, count), ...shiftWarning(places, indices, step));
  const first = (places[0] as Placed).slice;
  return {
    matrix: [first.format.columns, first.format.rows, count],
    affine: rasAffine(first, step),
    slices: stack,
    warnings,
  };
}
