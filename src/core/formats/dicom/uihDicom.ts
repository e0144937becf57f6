// United Imaging (UIH) spectroscopy in standard MR Spectroscopy Storage with private additions in group 0065: water
// reference (ff07), editing OFF (ff11) and ON (ff10). Sign as in NIfTI-MRS. All as spec2nii reads it; no real file was at hand.
import type { Affine, HigherDimension, MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { ReadOptions } from '../readOptions.ts';
import { imagePlaneAffine } from '../siemens/imagePlaneAffine.ts';
import type { DicomFile, DicomTag } from './dicomFile.ts';
import { dicomTag, TAG } from './dicomFile.ts';
import { putUser } from './dicomFields.ts';
import { GEOMETRY_MISSING, planeGeometry, runsBackward } from './dicomGeometry.ts';
import type { Samples } from './dicomSamples.ts';
import { arrangeSamples, complexSamples, requireSamples } from './dicomSamples.ts';
import { enhancedFields, enhancedGrid } from './enhancedSpectroscopy.ts';

const WATER = dicomTag(0x0065, 0xff07, 'OF');
const EDIT_ON = dicomTag(0x0065, 0xff10, 'OF');
const EDIT_OFF = dicomTag(0x0065, 0xff11, 'OF');
const SLICE_DIRECTION = dicomTag(0x0065, 0xff06, 'DS');

export function isUih(file: DicomFile): boolean {
  return /^(uih|united imaging)/i.test(file.dataset.string(TAG.manufacturer) ?? '');
}

/** The stored position is a corner: half a voxel before the first centre in the plane, and through it too for grids. */
function uihAffine(file: DicomFile, slices: number, isGrid: boolean, warnings: Warning[]): Affine | null {
  const plane = planeGeometry(file);
  if (plane === null) {
    warnings.push(GEOMETRY_MISSING);
    return null;
  }
  const reversed = isGrid && (file.dataset.numbers(SLICE_DIRECTION)[2] ?? 0) < 0;
  const flipNormal = (slices > 1 && runsBackward(plane)) !== reversed;
  return imagePlaneAffine({ ...plane, centreShift: [0.5, 0.5, isGrid ? 0.5 : 0], flipNormal });
}

/** A scan and the water reference that its file holds. */
export interface UihScan {
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
}

const EDITING: HigherDimension = { tag: 'DIM_EDIT', info: null, header: { EditCondition: ['OFF', 'ON'] } };

/** A private signal of the same length as the main one; null where it is absent. */
function extraSignal(file: DicomFile, tag: DicomTag, points: number): Samples | null {
  if (!file.dataset.has(tag)) return null;
  const samples = complexSamples(file, tag);
  requireSamples(samples, points, file);
  return samples;
}

/**
 * Reads a UIH file.
 * @throws ReaderError
 */
export function readUih(file: DicomFile, options: ReadOptions = {}): UihScan {
  const { columns, rows, frames, points } = enhancedGrid(file);
  const fields = enhancedFields(file, options);
  const { warnings, header } = fields;
  putUser(header, 'DicomVariant', 'uih', 'Kind of DICOM file that was read');
  const message = 'UIH spectroscopy DICOM has not been seen on a real file; check frequency axis and voxel position.';
  warnings.push({ code: 'format-unverified', message });
  const isGrid = columns * rows > 1;
  const affine = uihAffine(file, frames, isGrid, warnings);
  const samples = complexSamples(file, TAG.spectroscopyData);
  requireSamples(samples, columns * rows * frames * points, file);
  // Stored as [column][row][slice]; the first axis of the result runs along what the file calls rows.
  const start = (fid: number): number => {
    const slice = fid % frames;
    const column = Math.floor(fid / frames) % columns;
    const row = Math.floor(fid / (frames * columns));
    return ((column * rows + row) * frames + slice) * points;
  };
  const shape = isGrid ? [rows, columns, frames, points] : [1, 1, 1, ...(frames > 1 ? [frames] : []), points];
  const dynamics: HigherDimension = { tag: 'DIM_DYN', info: null, header: null };
  const data = arrangeSamples(samples, { shape, start, conjugate: false }, file);
  const main: MrsDataset = { ...fields, data, dimensions: !isGrid && frames > 1 ? [dynamics] : [], affine };
  if (isGrid) return { dataset: main, water: null };
  const edited = editedDataset(file, main, points);
  const reference = extraSignal(file, WATER, points);
  if (reference === null) return { dataset: edited ?? main, water: null };
  const single = { shape: [1, 1, 1, points], start: () => 0, conjugate: false };
  const water: MrsDataset = {
    ...main,
    data: arrangeSamples(reference, single, file),
    dimensions: [],
    header: { ...header, WaterSuppressed: false },
  };
  const metabolite = edited ?? main;
  return { dataset: { ...metabolite, header: { ...metabolite.header, WaterSuppressed: true } }, water };
}

/** Edited scans keep OFF and ON beside their difference; the two are what later steps need. */
function editedDataset(file: DicomFile, main: MrsDataset, points: number): MrsDataset | null {
  const [off, on] = [extraSignal(file, EDIT_OFF, points), extraSignal(file, EDIT_ON, points)];
  if (off === null || on === null) return null;
  const both: Samples = {
    count: 2 * points,
    re: (i) => (i < points ? off.re(i) : on.re(i - points)),
    im: (i) => (i < points ? off.im(i) : on.im(i - points)),
  };
  const arrangement = { shape: [1, 1, 1, 2, points], start: (fid: number) => fid * points, conjugate: false };
  const message = 'The file holds the edited scan as OFF, ON and their difference; OFF and ON are read.';
  return {
    ...main,
    data: arrangeSamples(both, arrangement, file),
    dimensions: [EDITING],
    warnings: [...main.warnings, { code: 'difference-left-out', message }],
  };
}
