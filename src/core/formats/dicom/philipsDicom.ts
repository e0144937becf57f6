// Philips spectroscopy in DICOM: enhanced (standard class, signal in 5600,0020) and classic (private class, signal in
// 2005,xx70). Sign opposite to NIfTI-MRS's. Water-reference frames become a scan of their own, editing a dimension.
// Facts from the public converters spec2nii and Vespa; private attributes by block of "Philips MR Imaging DD 00n".
import { UnsupportedDataError } from '../../domain/errors.ts';
import type { Affine, HigherDimension, MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { normaliseNucleus } from '../niftiMrsHeader.ts';
import type { ReadOptions } from '../readOptions.ts';
import { imagePlaneAffine } from '../siemens/imagePlaneAffine.ts';
import type { DicomDataset, DicomFile, DicomTag, Vr } from './dicomFile.ts';
import { TAG } from './dicomFile.ts';
import { positive, put, putUser, required, secondsFromMs } from './dicomFields.ts';
import { GEOMETRY_MISSING, orientationOf, planeGeometry, sizesOf, vector3 } from './dicomGeometry.ts';
import { arrangeSamples, complexSamples, countOf, requireSamples } from './dicomSamples.ts';
import { enhancedFields } from './enhancedSpectroscopy.ts';
import { philipsImagingTag, philipsTag } from './philipsPrivate.ts';
import { philipsVolumeAffine } from './philipsVolume.ts';

/** A scan and the water reference that its file holds. */
export interface PhilipsScan {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
}

/** One item per frame with its private description. */
const frameItems = (dataset: DicomDataset): readonly DicomDataset[] =>
  dataset.sequence(philipsTag(dataset, 0x140f, 'SQ'));

type Role = 'on' | 'off' | 'water' | 'plain';

/** What each frame is, by its private description. */
function frameRole(item: DicomDataset, edited: boolean): Role {
  if ((item.number(philipsTag(item, 0x1304, 'SS')) ?? 0) !== 0) return 'water';
  if (!edited) return 'plain';
  const condition = item.string(philipsTag(item, 0x1598, 'CS'));
  return condition === '1' ? 'on' : condition === '0' ? 'off' : 'plain';
}

function frameRoles(file: DicomFile, frames: number): Role[] {
  const { dataset } = file;
  const items = frameItems(dataset);
  const edited = dataset.string(philipsTag(dataset, 0x1597, 'CS')) === 'Y';
  if (items.length === frames && frames > 1) return items.map((item) => frameRole(item, edited));
  // Without descriptions: one scan and its reference, which follows it.
  const hasReference = frames === 2 && dataset.string(TAG.waterReferencedPhaseCorrection) === 'YES';
  return Array.from({ length: frames }, (_, i) => (hasReference && i === 1 ? 'water' : 'plain'));
}

const indicesOf = (roles: readonly Role[], ...wanted: Role[]): number[] =>
  roles.flatMap((role, i) => (wanted.includes(role) ? [i] : []));

const DYNAMICS: HigherDimension = { tag: 'DIM_DYN', info: null, header: null };
const EDITING: HigherDimension = { tag: 'DIM_EDIT', info: null, header: { EditCondition: ['ON', 'OFF'] } };

interface FrameLayout {
  /** Frames in the order of the dataset (C order over the dimensions). */
  readonly frames: readonly number[];
  readonly lengths: readonly number[];
  readonly dimensions: readonly HigherDimension[];
}

function plainLayout(frames: readonly number[]): FrameLayout {
  return frames.length > 1
    ? { frames, lengths: [frames.length], dimensions: [DYNAMICS] }
    : { frames, lengths: [], dimensions: [] };
}

/** Metabolite frames: repetitions, or repetitions of ON and OFF. */
function metaboliteLayout(roles: readonly Role[], warnings: Warning[]): FrameLayout {
  const [on, off] = [indicesOf(roles, 'on'), indicesOf(roles, 'off')];
  if (on.length > 0 && on.length === off.length) {
    const frames = on.flatMap((frame, i) => [frame, off[i] as number]);
    return { frames, lengths: [on.length, 2], dimensions: [DYNAMICS, EDITING] };
  }
  if (on.length + off.length > 0) {
    const message = `The file holds ${on.length} ON and ${off.length} OFF frames, which don't pair; all are kept as repetitions.`;
    warnings.push({ code: 'editing-unpaired', message });
  }
  return plainLayout(indicesOf(roles, 'on', 'off', 'plain'));
}

/** Slabs' normals and thicknesses, as Philips stores the selected volume (axes as spec2nii ≥ 0.6.11 has them). */
function slabAffine(dataset: DicomDataset): Affine | null {
  const slabs = dataset.sequence(TAG.volumeLocalizationSequence);
  const normals = slabs.flatMap((slab) => (slab.vector(TAG.slabOrientation, 3) ?? []).map((v) => -v));
  const orientation = orientationOf(normals);
  const position = vector3(slabs[0]?.vector(TAG.midSlabPosition, 3) ?? null);
  const sizeMm = sizesOf(...[0, 1, 2].map((i) => slabs[i]?.number(TAG.slabThickness)));
  if (slabs.length !== 3 || orientation === null || position === null || sizeMm === null) return null;
  return imagePlaneAffine({ ...orientation, position, sizeMm });
}

function readAffine(file: DicomFile, warnings: Warning[]): Affine | null {
  const { dataset } = file;
  const affine = slabAffine(dataset) ?? philipsVolumeAffine(dataset);
  if (affine !== null) return affine;
  const plane = planeGeometry(file);
  if (plane === null) {
    warnings.push(GEOMETRY_MISSING);
    return null;
  }
  const message =
    'The voxel’s place is that of the image plane, because the file doesn’t describe the selected volume.';
  warnings.push({ code: 'geometry-unverified', message });
  return imagePlaneAffine(plane);
}

type Fields = ReturnType<typeof enhancedFields>;

function refuseGrid(file: DicomFile, voxels: number): void {
  if (voxels <= 1) return;
  const message = `${file.fileName} is Philips MRSI in DICOM (${voxels} voxels), whose order this program doesn't know.`;
  throw new UnsupportedDataError('UNSUPPORTED', message);
}

/** Cuts the file's frames into the scan and its water reference. */
function assemble(file: DicomFile, tag: DicomTag, points: number, told: number | null, fields: Fields): PhilipsScan {
  const samples = complexSamples(file, tag);
  const held = Math.floor(samples.count / points);
  // Some files hold a reference after the frames that they count.
  const frames = told === null ? held : held === 2 * told ? held : told;
  requireSamples(samples, Math.max(1, frames) * points, file);
  const roles = frameRoles(file, frames);
  const { warnings } = fields;
  const affine = readAffine(file, warnings);
  const build = (layout: FrameLayout, suppressed: boolean | null): MrsDataset => {
    const header = { ...fields.header };
    put(header, 'WaterSuppressed', suppressed);
    const start = (fid: number): number => (layout.frames[fid] as number) * points;
    const shape = [1, 1, 1, ...layout.lengths, points];
    const data = arrangeSamples(samples, { shape, start, conjugate: true }, file);
    return { ...fields, header, data, dimensions: layout.dimensions, affine };
  };
  const water = indicesOf(roles, 'water');
  const metabolites = metaboliteLayout(roles, warnings);
  if (metabolites.frames.length === 0) return { dataset: build(plainLayout(water), false), water: null };
  if (water.length === 0) return { dataset: build(metabolites, null), water: null };
  const message = `The file’s ${water.length} water-reference frame${water.length > 1 ? 's are' : ' is'} kept as a scan of ${water.length > 1 ? 'their' : 'its'} own.`;
  warnings.push({ code: 'water-reference-split', message });
  return { dataset: build(metabolites, true), water: build(plainLayout(water), false) };
}

/**
 * Reads an enhanced Philips file (standard MR Spectroscopy Storage).
 * @throws ReaderError; UnsupportedDataError for MRSI
 */
export function readPhilipsEnhanced(file: DicomFile, options: ReadOptions = {}): PhilipsScan {
  const { dataset } = file;
  const voxels =
    countOf(dataset.number(TAG.columns), 1, 'columns', file) * countOf(dataset.number(TAG.rows), 1, 'rows', file);
  refuseGrid(file, voxels);
  const fields = enhancedFields(file, options);
  putUser(fields.header, 'DicomVariant', 'philips-enhanced', 'Kind of DICOM file that was read');
  const told = dataset.number(TAG.spectroscopyAcquisitionDataColumns) ?? dataset.number(TAG.dataPointColumns);
  const points = countOf(required(told, 'number of data points', file), 1, 'data points', file);
  const frames = countOf(dataset.number(TAG.numberOfFrames), 1, 'frames', file);
  return assemble(file, TAG.spectroscopyData, points, frames, fields);
}

function classicFields(file: DicomFile, options: ReadOptions): Fields {
  const { dataset } = file;
  const item = frameItems(dataset)[0] ?? dataset;
  const number = (element: number, vr: Vr): number | null =>
    item.number(philipsTag(item, element, vr)) ?? dataset.number(philipsTag(dataset, element, vr));
  const width = positive(number(0x1357, 'FL'));
  const frequency = positive(dataset.number(philipsImagingTag(dataset, 0x83, 'DS')));
  const nucleus = dataset.string(philipsImagingTag(dataset, 0x87, 'CS'));
  const given: ReadOptions = {
    ...options,
    ...(width === null ? {} : { dwellTimeS: 1 / width }),
    ...(frequency === null ? {} : { spectrometerFrequencyMHz: frequency }),
    ...(nucleus === null ? {} : { nucleus }),
  };
  const fields = enhancedFields(file, given);
  const echoTimeS = fields.acquisition.echoTimeS ?? secondsFromMs(number(0x1310, 'FL'));
  putUser(fields.header, 'DicomVariant', 'philips-classic', 'Kind of DICOM file that was read');
  return { ...fields, nucleus: normaliseNucleus(fields.nucleus), acquisition: { ...fields.acquisition, echoTimeS } };
}

/**
 * Reads a classic Philips file (private MR spectrum storage). No real file was at hand: read as spec2nii does.
 * @throws ReaderError; UnsupportedDataError for MRSI
 */
export function readPhilipsClassic(file: DicomFile, options: ReadOptions = {}): PhilipsScan {
  const { dataset } = file;
  const item = frameItems(dataset)[0] ?? dataset;
  const count = (tag: DicomTag, what: string): number =>
    countOf(item.number(tag) ?? dataset.number(tag), 1, what, file);
  const voxels =
    count(TAG.spectroscopyAcquisitionPhaseColumns, 'columns') *
    count(TAG.spectroscopyAcquisitionPhaseRows, 'rows') *
    count(TAG.spectroscopyAcquisitionOutOfPlanePhaseSteps, 'slices');
  refuseGrid(file, voxels);
  const fields = classicFields(file, options);
  const tag = philipsTag(dataset, 0x1270, 'OF');
  const stored = complexSamples(file, tag).count;
  const points = count(TAG.spectroscopyAcquisitionDataColumns, 'data points');
  const message =
    'Classic Philips spectroscopy DICOM has not been seen on a real file; check frequency axis and voxel position.';
  fields.warnings.push({ code: 'format-unverified', message });
  // Files without the number of points hold one signal.
  return assemble(file, tag, points > 1 ? points : Math.max(1, stored), null, fields);
}
