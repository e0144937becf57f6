// Philips MRSI in DICOM, enhanced and classic: planes of voxels, columns first, then rows (PS3.3, C.8.14.4.1; TARQUIN and
// spant read Philips' files so), in the order slices, repetitions, and after them a water reference where there is one.
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import type { MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { Vector3 } from '../siemens/imagePlaneAffine.ts';
import type { DicomFile } from './dicomFile.ts';
import { functionalGroup, TAG } from './dicomFile.ts';
import { put } from './dicomFields.ts';
import { voiRows } from './dicomGeometry.ts';
import type { Samples } from './dicomSamples.ts';
import { arrangeSamples, requireSamples } from './dicomSamples.ts';
import type { enhancedFields } from './enhancedSpectroscopy.ts';
import { orderFrames } from './enhancedSpectroscopy.ts';
import type { FrameLayout, PhilipsScan } from './philipsFrames.ts';
import { frameRoles, indicesOf, metaboliteLayout, plainLayout } from './philipsFrames.ts';
import { philipsGridAffine } from './philipsStack.ts';
import { philipsVoxelAffine } from './philipsVoxel.ts';

type Fields = ReturnType<typeof enhancedFields>;

/** What the header counts. */
export interface PhilipsGrid {
  readonly columns: number;
  readonly rows: number;
  /** Slices that the header claims (out-of-plane phase steps); 1 where it is silent. */
  readonly slices: number;
  readonly frames: number;
  readonly points: number;
}

interface PlaneOrder {
  readonly slices: number;
  readonly repetitions: number;
  readonly plane: (slice: number, repetition: number) => number;
  readonly step: Vector3 | null;
}

/** Most frames whose place in the stack is looked at. */
const MAX_STACKED_FRAMES = 4096;

const ORDER_ASSUMED: Warning = {
  code: 'slice-order-assumed',
  message:
    "The frames' positions don't tell where the slices lie; they are taken as numbered, from the feet to the head.",
};

/** Frames by their number in the stack; null where they have none, or only one. */
function stackedFrames(file: DicomFile, frames: number): PlaneOrder | null {
  if (frames > MAX_STACKED_FRAMES) return null;
  const byNumber = new Map<number, number[]>();
  for (let frame = 0; frame < frames; frame++) {
    const content = functionalGroup(file, TAG.frameContentSequence, frame);
    const number = content?.number(TAG.inStackPositionNumber) ?? null;
    if (number === null) return null;
    byNumber.set(number, [...(byNumber.get(number) ?? []), frame]);
  }
  const slices = [...byNumber].sort(([a], [b]) => a - b).map(([, list]) => list);
  const repetitions = frames / slices.length;
  if (slices.length < 2 || slices.some((list) => list.length !== repetitions)) return null;
  const plane = (slice: number, repetition: number): number => slices[slice]?.[repetition] as number;
  return { slices: slices.length, repetitions, plane, step: null };
}

/** Planes as slices and repetitions: by position, else by number in the stack, else by the slices that the header claims. */
function orderPlanes(file: DicomFile, grid: PhilipsGrid, planes: number, warnings: Warning[]): PlaneOrder {
  const { frames, slices } = grid;
  const order = orderFrames(file, frames, warnings);
  if (order.slices > 1) return { ...order, plane: order.frame };
  const stacked = stackedFrames(file, frames);
  if (stacked !== null || slices > 1) warnings.push(ORDER_ASSUMED);
  if (stacked !== null) return stacked;
  if (slices === 1) return { ...order, plane: order.frame };
  // A frame holds all slices, or one.
  const within = planes >= frames * slices && planes % (frames * slices) === 0;
  const repetitions = within ? frames : frames / slices;
  if (!Number.isInteger(repetitions)) {
    const message = `${file.fileName} is Philips MRSI of ${planes} planes, which are not its ${slices} slices; their order can't be told.`;
    throw new UnsupportedDataError('UNSUPPORTED', message);
  }
  return { slices, repetitions, plane: (slice, repetition) => repetition * slices + slice, step: null };
}

/** Repetitions of scan and reference: by the planes' descriptions, else the second half of twice the planes counted. */
interface Parts {
  readonly metabolites: FrameLayout;
  readonly water: readonly number[];
  /** First plane of the water reference's repetitions. */
  readonly waterStart: number;
}

function partsOf(file: DicomFile, order: PlaneOrder, planes: number, warnings: Warning[]): Parts {
  const counted = order.slices * order.repetitions;
  const all = Array.from({ length: order.repetitions }, (_, i) => i);
  if (planes === 2 * counted) return { metabolites: plainLayout(all), water: all, waterStart: counted };
  if (planes > counted) {
    const message = `The file holds ${planes} planes of voxels where its header counts ${counted}; the first ${counted} are read.`;
    warnings.push({ code: 'extra-data', message });
  }
  const roles = frameRoles(file, counted);
  const perRepetition = all.map((r) => roles[order.plane(0, r)] ?? 'plain');
  const metabolites = metaboliteLayout(perRepetition, warnings);
  return { metabolites, water: indicesOf(perRepetition, 'water'), waterStart: 0 };
}

/**
 * Reads a grid and the water reference that follows it.
 * @param samples the file's signal
 * @throws ReaderError DIMENSIONS_ABSURD where samples are missing; UnsupportedDataError where planes are not its slices
 */
export function readPhilipsGrid(file: DicomFile, samples: Samples, grid: PhilipsGrid, fields: Fields): PhilipsScan {
  const { columns, rows, points } = grid;
  const perPlane = columns * rows * points;
  requireSamples(samples, grid.frames * perPlane, file);
  const planes = Math.floor(samples.count / perPlane);
  const { warnings } = fields;
  const order = orderPlanes(file, grid, planes, warnings);
  requireSamples(samples, order.slices * order.repetitions * perPlane, file);
  const { metabolites, water, waterStart } = partsOf(file, order, planes, warnings);
  const affine = philipsGridAffine(file, [columns, rows, order.slices], order.step, warnings);
  const voi = philipsVoxelAffine(file.dataset);
  if (voi !== null) fields.header['VOI'] = voiRows(voi);
  const build = (layout: FrameLayout, firstPlane: number, suppressed: boolean | null): MrsDataset => {
    const start = (fid: number): number => {
      const voxel = Math.floor(fid / layout.frames.length);
      const [z, y] = [voxel % order.slices, Math.floor(voxel / order.slices) % rows];
      const x = Math.floor(voxel / (order.slices * rows));
      const plane = firstPlane + order.plane(z, layout.frames[fid % layout.frames.length] as number);
      return ((plane * rows + y) * columns + x) * points;
    };
    const shape = [columns, rows, order.slices, ...layout.lengths, points];
    const header = { ...fields.header };
    put(header, 'WaterSuppressed', suppressed);
    const data = arrangeSamples(samples, { shape, start, conjugate: true }, file);
    return { ...fields, header, data, dimensions: layout.dimensions, affine };
  };
  if (metabolites.frames.length === 0) {
    if (water.length === 0) throw new ReaderError('FORMAT_INVALID', `${file.fileName} holds no signal of a scan.`);
    return { dataset: build(plainLayout(water), waterStart, false), water: null };
  }
  if (water.length === 0) return { dataset: build(metabolites, 0, null), water: null };
  const message = 'The file’s water reference is kept as a scan of its own.';
  warnings.push({ code: 'water-reference-split', message });
  return { dataset: build(metabolites, 0, true), water: build(plainLayout(water), waterStart, false) };
}
