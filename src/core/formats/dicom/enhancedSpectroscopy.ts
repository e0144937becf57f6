// Standard MR Spectroscopy Storage (PS3.3, A.36.3 and C.8.14): Siemens XA (and VB to VE in that class), GE, others. Data:
// frames, rows, columns, data point rows, data points. Siemens stores the sign opposite to NIfTI-MRS's (measured).
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import { foundWord } from '../../domain/foundWord.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Affine, DimensionTag, HigherDimension, MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { putSaturationBands } from '../../domain/scanPlacement.ts';
import { implausibleTimes, normaliseNucleus } from '../niftiMrsHeader.ts';
import type { ReadOptions } from '../readOptions.ts';
import type { Vector3 } from '../siemens/imagePlaneAffine.ts';
import { imagePlaneAffine } from '../siemens/imagePlaneAffine.ts';
import type { DicomFile } from './dicomFile.ts';
import { TAG } from './dicomFile.ts';
import { acquisitionFields, headerFields, patientFields, positive, put, putUser, required } from './dicomFields.ts';
import { dicomSaturationBands } from './saturationBands.ts';
import { framePosition, GEOMETRY_MISSING, planeGeometry, slabVolume, voiRows } from './dicomGeometry.ts';
import { arrangeSamples, complexSamples, countOf, requireSamples } from './dicomSamples.ts';

/** Frames sorted by place (slice) and repetition at that place. */
export interface FrameOrder {
  readonly slices: number;
  readonly repetitions: number;
  /** Frame of [slice][repetition]. */
  readonly frame: (slice: number, repetition: number) => number;
  /** From the first slice to the second, patient LPS; null for one slice. [mm] */
  readonly step: Vector3 | null;
}

/** Positions that differ by less are one place. [mm] */
const SAME_PLACE_MM = 1e-3;

/** Slices of a stack may be off their even places by rounding only. [mm] */
const EVEN_STEP_MM = 0.1;

/** Most frames whose places are compared with each other; more are taken as repetitions of one place. */
const MAX_PLACED_FRAMES = 4096;

interface Place {
  readonly position: Vector3;
  readonly frames: number[];
}

const distance = (a: Vector3, b: Vector3): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

/** Frames gathered by their position, in order of first appearance. */
function framePlaces(file: DicomFile, frames: number): Place[] {
  const places: Place[] = [];
  for (let frame = 0; frame < Math.min(frames, MAX_PLACED_FRAMES); frame++) {
    const position = framePosition(file, frame);
    if (position === null) continue;
    const place = places.find((p) => distance(p.position, position) < SAME_PLACE_MM);
    if (place === undefined) places.push({ position, frames: [frame] });
    else place.frames.push(frame);
  }
  return places;
}

/** Frames as slices and repetitions, told from their positions; all are repetitions where those tell no stack. */
export function orderFrames(file: DicomFile, frames: number, warnings: Warning[]): FrameOrder {
  const places = framePlaces(file, frames);
  const [first, second] = places;
  const asRepetitions = { slices: 1, repetitions: frames, frame: (_: number, r: number): number => r, step: null };
  if (first === undefined || second === undefined) return asRepetitions;
  const repetitions = first.frames.length;
  const [a, b] = [first.position, second.position];
  const step: Vector3 = [b[0] - a[0], b[1] - a[1], b[2] - a[2]];
  const at = (i: number): Vector3 => [a[0] + i * step[0], a[1] + i * step[1], a[2] + i * step[2]];
  const even = places.every((p, i) => distance(p.position, at(i)) < EVEN_STEP_MM && p.frames.length === repetitions);
  if (!even || repetitions * places.length !== frames) {
    const message = 'The frames’ positions form no regular stack; the frames are taken as repetitions.';
    warnings.push({ code: 'frames-irregular', message });
    return asRepetitions;
  }
  const frame = (slice: number, repetition: number): number => places[slice]?.frames[repetition] as number;
  return { slices: places.length, repetitions, frame, step };
}

/** The affine's third column is the step between slices, where there are several. */
function withSliceStep(affine: Affine, step: Vector3 | null): Affine {
  if (step === null) return affine;
  const out = [...affine];
  [out[2], out[6], out[10]] = [-step[0], -step[1], step[2]];
  return out;
}

/** @throws UnsupportedDataError for spectra; ReaderError NOT_COMPLEX for a part of the complex signal */
export function requireTimeSignal(file: DicomFile): void {
  const { dataset, fileName } = file;
  const domain = dataset.string(TAG.signalDomainColumns) ?? 'TIME';
  if (domain !== 'TIME') {
    const message = `${fileName} holds spectra (${foundWord(domain)} domain), and this program reads time signals.`;
    throw new UnsupportedDataError('UNSUPPORTED', message);
  }
  const representation = dataset.string(TAG.dataRepresentation) ?? 'COMPLEX';
  if (representation !== 'COMPLEX') {
    throw new ReaderError(
      'NOT_COMPLEX',
      `${fileName} holds ${foundWord(representation)} data where complex data are needed.`,
    );
  }
}

export interface EnhancedGrid {
  readonly columns: number;
  readonly rows: number;
  readonly frames: number;
  /** Increments of a second spectral dimension; 1 usually. */
  readonly increments: number;
  readonly points: number;
}

/** Counts from the header, each a positive integer. */
export function enhancedGrid(file: DicomFile): EnhancedGrid {
  const { dataset } = file;
  const told = dataset.number(TAG.dataPointColumns) ?? dataset.number(TAG.spectroscopyAcquisitionDataColumns);
  return {
    columns: countOf(dataset.number(TAG.columns), 1, 'columns', file),
    rows: countOf(dataset.number(TAG.rows), 1, 'rows', file),
    frames: countOf(dataset.number(TAG.numberOfFrames), 1, 'frames', file),
    increments: countOf(dataset.number(TAG.dataPointRows), 1, 'data point rows', file),
    points: countOf(required(told, 'number of data points', file), 1, 'data points', file),
  };
}

/** What the vendors' readers of enhanced files share: everything but the signal and its place. */
export function enhancedFields(
  file: DicomFile,
  options: ReadOptions,
): Omit<MrsDataset, 'data' | 'dimensions' | 'affine' | 'warnings'> & { readonly warnings: Warning[] } {
  const { dataset } = file;
  const width = positive(dataset.number(TAG.spectralWidth));
  const frequency =
    positive(dataset.number(TAG.transmitterFrequency)) ?? positive(dataset.number(TAG.imagingFrequency));
  const acquisition = acquisitionFields(file);
  const header = headerFields(file);
  putSaturationBands(header, dicomSaturationBands(file));
  putSuppression(header, dataset.string(TAG.spectrallySelectedSuppression));
  putUser(
    header,
    'ChemicalShiftReference',
    dataset.number(TAG.chemicalShiftReference),
    'Shift at the transmitter frequency as the file has it, in ppm',
  );
  return {
    dwellTimeS: width === null ? required(options.dwellTimeS ?? null, 'spectral width', file) : 1 / width,
    spectrometerFrequencyMHz: required(frequency ?? options.spectrometerFrequencyMHz ?? null, 'frequency', file),
    nucleus: normaliseNucleus(
      dataset.string(TAG.resonantNucleus) ?? dataset.string(TAG.imagedNucleus) ?? options.nucleus ?? '1H',
    ),
    acquisition: { ...acquisition, echoTimeS: acquisition.echoTimeS ?? options.echoTimeS ?? null },
    patient: patientFields(file),
    format: 'dicom',
    header,
    provenance: [],
    warnings: implausibleTimes(acquisition),
  };
}

/** "WATER" and "WATER_AND_FAT" say that water was suppressed; "NONE" stands in suppressed scans too, so it says nothing. */
function putSuppression(header: JsonObject, suppression: string | null): void {
  if (suppression !== null && /WATER/.test(suppression)) put(header, 'WaterSuppressed', true);
}

function higherDimensions(repetitions: number, increments: number, options: ReadOptions): HigherDimension[] {
  const tags: DimensionTag[] = [];
  if (repetitions > 1) tags.push('DIM_DYN');
  if (increments > 1) tags.push('DIM_INDIRECT_0');
  return tags.map((tag, i) => ({ tag: options.dimensionTags?.[i] ?? tag, info: null, header: null }));
}

/** Whose sign is known: Siemens' on real files with an independent conversion. */
const KNOWN_SIGN = /siemens/i;

function enhancedAffine(
  file: DicomFile,
  order: FrameOrder,
  isGrid: boolean,
  header: JsonObject,
  warnings: Warning[],
): Affine | null {
  const plane = planeGeometry(file);
  if (plane === null) {
    warnings.push(GEOMETRY_MISSING);
    return null;
  }
  const voi = isGrid ? slabVolume(file.dataset.sequence(TAG.volumeLocalizationSequence), plane) : null;
  if (voi !== null) header['VOI'] = voiRows(voi);
  if (isGrid) {
    const message =
      'The place of MRSI grids in enhanced DICOM is read by the standard, but no real file was at hand to check it: compare it with the images.';
    warnings.push({ code: 'geometry-unverified', message });
  }
  return withSliceStep(imagePlaneAffine(plane), order.step);
}

/**
 * Reads a standard MR Spectroscopy file.
 * @throws ReaderError, UnsupportedDataError
 */
export function readEnhancedMrs(file: DicomFile, options: ReadOptions = {}): MrsDataset {
  requireTimeSignal(file);
  const { columns, rows, frames, increments, points } = enhancedGrid(file);
  const samples = complexSamples(file, TAG.spectroscopyData);
  requireSamples(samples, frames * rows * columns * increments * points, file);
  const fields = enhancedFields(file, options);
  const { warnings, header } = fields;
  const order = orderFrames(file, frames, warnings);
  const { slices, repetitions } = order;
  const start = (fid: number): number => {
    const [x, y, z, repetition, increment] = indices(fid, [columns, rows, slices, repetitions, increments]);
    return (((order.frame(z, repetition) * rows + y) * columns + x) * increments + increment) * points;
  };
  const higher = [repetitions, increments].filter((n) => n > 1);
  const shape = [columns, rows, slices, ...higher, points];
  const data = arrangeSamples(samples, { shape, start, conjugate: true }, file);
  if (!KNOWN_SIGN.test(fields.acquisition.manufacturer ?? '')) {
    const message =
      'This vendor’s sign in DICOM has not been seen on a real file; it is taken as Siemens’ and Philips’. If the spectrum is mirrored, it is the other.';
    warnings.push({ code: 'sign-assumed', message });
  }
  putUser(header, 'DicomVariant', 'enhanced', 'Kind of DICOM file that was read');
  const isGrid = columns * rows * slices > 1;
  const affine = enhancedAffine(file, order, isGrid, header, warnings);
  return { ...fields, data, dimensions: higherDimensions(repetitions, increments, options), affine };
}

/** Index in C order → one index per axis. */
function indices(
  flat: number,
  shape: readonly [number, number, number, number, number],
): [number, number, number, number, number] {
  const out: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  let rest = flat;
  for (let axis = 4; axis >= 0; axis--) {
    const n = shape[axis] as number;
    out[axis] = rest % n;
    rest = Math.floor(rest / n);
  }
  return out;
}
