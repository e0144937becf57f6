// Philips spectroscopy in DICOM: enhanced (standard class, signal in 5600,0020) and classic (private class, signal in
// 2005,xx70). Sign opposite to NIfTI-MRS's. Water-reference frames become a scan of their own, editing a dimension.
// Facts from the public converters spec2nii and Vespa; private attributes by block of "Philips MR Imaging DD 00n".
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import type { Affine, MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { normaliseNucleus } from '../niftiMrsHeader.ts';
import type { ReadOptions } from '../readOptions.ts';
import { imagePlaneAffine } from '../siemens/imagePlaneAffine.ts';
import type { DicomFile, DicomTag, Vr } from './dicomFile.ts';
import { functionalGroup, TAG } from './dicomFile.ts';
import { positive, put, putUser, required, secondsFromMs } from './dicomFields.ts';
import { GEOMETRY_MISSING, planeGeometry } from './dicomGeometry.ts';
import { arrangeSamples, complexSamples, countOf, requireSamples } from './dicomSamples.ts';
import { enhancedFields, requireTimeSignal } from './enhancedSpectroscopy.ts';
import type { FrameLayout, PhilipsScan } from './philipsFrames.ts';
import { frameItems, frameRoles, indicesOf, metaboliteLayout, plainLayout } from './philipsFrames.ts';
import { readPhilipsGrid } from './philipsGrid.ts';
import { philipsImagingTag, philipsTag } from './philipsPrivate.ts';
import { philipsVoxelAffine } from './philipsVoxel.ts';

type Fields = ReturnType<typeof enhancedFields>;

function readAffine(file: DicomFile, warnings: Warning[]): Affine | null {
  const { dataset } = file;
  const affine = philipsVoxelAffine(dataset);
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

/** MRSI in an enhanced file: as many points as are stored, which may be more than were acquired. */
function readEnhancedGrid(file: DicomFile, columns: number, rows: number, fields: Fields): PhilipsScan {
  requireTimeSignal(file);
  const { dataset } = file;
  const fov = functionalGroup(file, TAG.mrSpectroscopyFovGeometrySequence) ?? dataset;
  const told = dataset.number(TAG.dataPointColumns) ?? dataset.number(TAG.spectroscopyAcquisitionDataColumns);
  const grid = {
    columns,
    rows,
    slices: countOf(fov.number(TAG.spectroscopyAcquisitionOutOfPlanePhaseSteps), 1, 'slices', file),
    frames: countOf(dataset.number(TAG.numberOfFrames), 1, 'frames', file),
    points: countOf(required(told, 'number of data points', file), 1, 'data points', file),
  };
  return readPhilipsGrid(file, complexSamples(file, TAG.spectroscopyData), grid, fields);
}

/**
 * Reads an enhanced Philips file (standard MR Spectroscopy Storage).
 * @throws ReaderError; UnsupportedDataError for spectra, and for MRSI whose planes are not its slices
 */
export function readPhilipsEnhanced(file: DicomFile, options: ReadOptions = {}): PhilipsScan {
  const { dataset } = file;
  const columns = countOf(dataset.number(TAG.columns), 1, 'columns', file);
  const rows = countOf(dataset.number(TAG.rows), 1, 'rows', file);
  const fields = enhancedFields(file, options);
  putUser(fields.header, 'DicomVariant', 'philips-enhanced', 'Kind of DICOM file that was read');
  if (columns * rows > 1) return readEnhancedGrid(file, columns, rows, fields);
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
 * The grid of a classic file: as acquired (phase columns, rows and out-of-plane steps), or as stored (rows and columns of
 * its private description), whichever the signal fills. Several repetitions, or a reference, may follow each other.
 */
function classicGrid(
  file: DicomFile,
  samples: number,
  points: number,
): { columns: number; rows: number; slices: number } {
  const { dataset } = file;
  const item = frameItems(dataset)[0] ?? dataset;
  const count = (tag: DicomTag, what: string): number =>
    countOf(item.number(tag) ?? dataset.number(tag), 1, what, file);
  const slices = count(TAG.spectroscopyAcquisitionOutOfPlanePhaseSteps, 'slices');
  const acquired = {
    columns: count(TAG.spectroscopyAcquisitionPhaseColumns, 'columns'),
    rows: count(TAG.spectroscopyAcquisitionPhaseRows, 'rows'),
    slices,
  };
  const stored = { columns: count(TAG.columns, 'columns'), rows: count(TAG.rows, 'rows'), slices };
  const voxels = (g: typeof acquired): number => g.columns * g.rows * g.slices;
  const found = [acquired, stored].find((g) => voxels(g) > 1 && samples === voxels(g) * points);
  const twice = [acquired, stored].find((g) => voxels(g) > 1 && samples % (voxels(g) * points) === 0);
  const grid = voxels(acquired) > 1 ? (found ?? twice) : acquired;
  if (grid !== undefined) return grid;
  const signals = Math.floor(samples / points);
  const message = `${file.fileName} is Philips MRSI of ${signals} signals, which are not its grid of ${acquired.columns} × ${acquired.rows} × ${slices} voxels; export it as SPAR/SDAT or enhanced DICOM.`;
  throw new UnsupportedDataError('UNSUPPORTED', message);
}

/**
 * Reads a classic Philips file (private MR spectrum storage). No real file was at hand: read as spec2nii does, and grids
 * in the order of Philips' other files.
 * @throws ReaderError; UnsupportedDataError for MRSI whose signals are not its grid
 */
export function readPhilipsClassic(file: DicomFile, options: ReadOptions = {}): PhilipsScan {
  const { dataset } = file;
  if (!file.complete) {
    // What the signal is stands after it.
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${file.fileName} is damaged or cut short: the description of its signal is missing.`,
    );
  }
  const item = frameItems(dataset)[0] ?? dataset;
  const fields = classicFields(file, options);
  const tag = philipsTag(dataset, 0x1270, 'OF');
  const samples = complexSamples(file, tag);
  const told = item.number(TAG.spectroscopyAcquisitionDataColumns) ?? dataset.number(TAG.spectroscopyAcquisitionDataColumns); // prettier-ignore
  const points = countOf(told ?? item.number(TAG.dataPointColumns), 1, 'data points', file);
  const message =
    'Classic Philips spectroscopy DICOM has not been seen on a real file; check frequency axis and voxel position.';
  fields.warnings.push({ code: 'format-unverified', message });
  const grid = classicGrid(file, samples.count, points);
  const voxels = grid.columns * grid.rows * grid.slices;
  if (voxels > 1) {
    const frames = samples.count / (voxels * points);
    return readPhilipsGrid(file, samples, { ...grid, frames, points }, fields);
  }
  // Files without the number of points hold one signal.
  return assemble(file, tag, points > 1 ? points : Math.max(1, samples.count), null, fields);
}
