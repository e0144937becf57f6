// Siemens "syngo MR" spectroscopy (CSA non-image storage, .ima; VA to VE): the signal in 7FE1,xx10, its description in the
// two CSA headers. Sign as in NIfTI-MRS (measured). Grids: points, then columns, rows, slices; corner-based position.
import type { ComplexArray } from '../../domain/complexArray.ts';
import { ReaderError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { AcquisitionInfo, Affine, HigherDimension, MrsDataset } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { putSaturationBands } from '../../domain/scanPlacement.ts';
import { implausibleTimes, normaliseNucleus } from '../niftiMrsHeader.ts';
import type { ReadOptions } from '../readOptions.ts';
import { imagePlaneAffine } from '../siemens/imagePlaneAffine.ts';
import type { Ascconv } from '../siemens/protocolText.ts';
import { ascconvNumber, parseAscconv } from '../siemens/protocolText.ts';
import { siemensSaturationBands } from '../siemens/saturationBands.ts';
import type { DicomFile } from './dicomFile.ts';
import { dicomTag } from './dicomFile.ts';
import {
  acquisitionFields,
  headerFields,
  patientFields,
  positive,
  put,
  putUser,
  required,
  secondsFromMs,
} from './dicomFields.ts';
import { GEOMETRY_MISSING, orientationOf, runsBackward, sizesOf, vector3, voiRows } from './dicomGeometry.ts';
import type { Samples } from './dicomSamples.ts';
import { arrangeSamples, complexSamples, countOf } from './dicomSamples.ts';
import type { CsaHeader } from './siemensCsaHeader.ts';
import { csaNumber, csaText, csaVector, parseCsaHeader } from './siemensCsaHeader.ts';

const NON_IMAGE = 'SIEMENS CSA NON-IMAGE';
const HEADER = 'SIEMENS CSA HEADER';

/** What the two CSA headers say. */
export interface SiemensCsa {
  /** "Image" header: the signal and where it lies. */
  readonly image: CsaHeader;
  /** The measurement's protocol. */
  readonly protocol: Ascconv;
}

/** @throws ReaderError HEADER_MISSING where the CSA header was removed, FORMAT_INVALID where it is damaged */
export function readSiemensCsa(file: DicomFile): SiemensCsa {
  const { dataset, fileName } = file;
  const header = (low: number): Uint8Array | null => {
    const tag = dataset.privateTag(0x0029, HEADER, low, 'OB') ?? dataset.privateTag(0x0029, NON_IMAGE, low, 'OB');
    return tag === null ? null : dataset.bytes(tag);
  };
  const image = header(0x10);
  if (image === null) {
    const why = file.complete ? 'it may have been removed by anonymisation' : 'the file is damaged or cut short';
    const message = `${fileName} has no Siemens CSA header, which describes its signal; ${why}.`;
    throw new ReaderError('HEADER_MISSING', message);
  }
  const series = header(0x20);
  const texts = series === null ? new Map<string, string[]>() : parseCsaHeader(series, fileName);
  const protocol = texts.get('MrPhoenixProtocol')?.[0] ?? texts.get('MrProtocol')?.[0] ?? '';
  return { image: parseCsaHeader(image, fileName), protocol: parseAscconv(protocol) };
}

/** Sequences whose echo time is told in parts, of which the CSA header holds only the first (CMRR sLASER). */
const ECHO_TIME_IN_PARTS = /svs_slaser(voi)?_dkd2?$/i;
const MAX_ECHO_PARTS = 3;

function echoTimeS({ image, protocol }: SiemensCsa): number | null {
  const parts = Array.from({ length: MAX_ECHO_PARTS }, (_, i) => ascconvNumber(protocol, `alTE[${i}]`) ?? 0);
  if (ECHO_TIME_IN_PARTS.test(protocol.get('tSequenceFileName') ?? '')) {
    const sum = parts.reduce((total, part) => total + part, 0);
    if (sum > 0) return sum / 1e6;
  }
  return secondsFromMs(csaNumber(image, 'EchoTime')) ?? positive((parts[0] as number) / 1e6);
}

function acquisition(file: DicomFile, csa: SiemensCsa): AcquisitionInfo {
  const { image } = csa;
  const base = acquisitionFields(file);
  return {
    ...base,
    echoTimeS: echoTimeS(csa),
    repetitionTimeS: secondsFromMs(csaNumber(image, 'RepetitionTime')) ?? base.repetitionTimeS,
    mixingTimeS: secondsFromMs(csaNumber(image, 'MixingTime')),
    inversionTimeS: secondsFromMs(csaNumber(image, 'InversionTime')),
    sequence: csaText(image, 'SequenceName') ?? base.sequence,
  };
}

/** ucWaterSat values that mean unsuppressed water: none, and its pulses without power. Others can't be told apart. */
const NO_WATER_SUPPRESSION: ReadonlySet<number> = new Set([4, 64]);

function header(file: DicomFile, { image, protocol }: SiemensCsa): JsonObject {
  const keys = headerFields(file);
  put(keys, 'ExcitationFlipAngle', positive(csaNumber(image, 'FlipAngle')));
  // A shift of zero isn't written to the protocol.
  if (protocol.size > 0) put(keys, 'TxOffset', ascconvNumber(protocol, 'sSpecPara.dDeltaFrequency') ?? 0);
  put(keys, 'TxCoil', csaText(image, 'TransmittingCoil'));
  put(keys, 'RxCoil', csaText(image, 'ReceivingCoil') ?? csaText(image, 'ImaCoilString'));
  const waterSat = ascconvNumber(protocol, 'sPrepPulses.ucWaterSat');
  if (waterSat !== null && NO_WATER_SUPPRESSION.has(waterSat)) keys['WaterSuppressed'] = false;
  putSaturationBands(keys, siemensSaturationBands(protocol));
  putUser(keys, 'PulseSequenceFile', protocol.get('tSequenceFileName') ?? null, 'Path of the sequence’s binary');
  const averages = positive(csaNumber(image, 'NumberOfAverages'));
  putUser(keys, 'NumberOfAverages', averages, 'Transients summed into each stored signal');
  putUser(keys, 'DicomVariant', 'siemens-csa', 'Kind of DICOM file that was read');
  return keys;
}

/** The selected volume, where the header tells it. */
function voiAffine({ image }: SiemensCsa): Affine | null {
  const orientation = orientationOf(csaVector(image, 'ImageOrientationPatient', 6));
  const position = vector3(csaVector(image, 'VoiPosition', 3));
  const sizeMm = sizesOf(
    csaNumber(image, 'VoiReadoutFoV'),
    csaNumber(image, 'VoiPhaseFoV'),
    csaNumber(image, 'VoiThickness'),
  );
  if (orientation === null || position === null || sizeMm === null) return null;
  return imagePlaneAffine({ ...orientation, position, sizeMm });
}

/** The grid's place: its position is a corner, half a voxel before the first centre along rows and columns. */
function gridAffine({ image }: SiemensCsa, slices: number): Affine | null {
  const orientation = orientationOf(csaVector(image, 'ImageOrientationPatient', 6));
  const position = vector3(csaVector(image, 'ImagePositionPatient', 3));
  const spacing = csaVector(image, 'PixelSpacing', 2);
  const sizeMm = sizesOf(spacing?.[1], spacing?.[0], csaNumber(image, 'SliceThickness'));
  if (orientation === null || position === null || sizeMm === null) return null;
  const flipNormal = slices > 1 && runsBackward(orientation);
  return imagePlaneAffine({ ...orientation, position, sizeMm, centreShift: [0.5, 0.5, 0], flipNormal });
}

interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly slices: number;
  readonly points: number;
  /** FIDs beyond the grid's: repetitions. */
  readonly repetitions: number;
}

function readGrid(file: DicomFile, { image, protocol }: SiemensCsa, samples: number): Grid {
  const columns = countOf(csaNumber(image, 'Columns'), 1, 'columns', file);
  const rows = countOf(csaNumber(image, 'Rows'), 1, 'rows', file);
  const slices = countOf(csaNumber(image, 'NumberOfFrames'), 1, 'slices', file);
  const told = csaNumber(image, 'DataPointColumns') ?? ascconvNumber(protocol, 'sSpecPara.lVectorSize');
  const points = countOf(told, samples / (columns * rows * slices), 'points', file);
  const perRepetition = columns * rows * slices * points;
  if (samples % perRepetition !== 0 || samples === 0) {
    const message = `${file.fileName} promises ${columns} × ${rows} × ${slices} voxels of ${points} points, but holds ${samples} samples.`;
    throw new ReaderError('DIMENSIONS_ABSURD', message, { expectedSamples: perRepetition, foundSamples: samples });
  }
  return { columns, rows, slices, points, repetitions: samples / perRepetition };
}

function readAffine(csa: SiemensCsa, grid: Grid, keys: JsonObject, warnings: Warning[]): Affine | null {
  const isGrid = grid.columns * grid.rows * grid.slices > 1;
  const voi = voiAffine(csa);
  const affine = isGrid ? gridAffine(csa, grid.slices) : (voi ?? gridAffine(csa, 1));
  if (affine === null) warnings.push(GEOMETRY_MISSING);
  if (isGrid && voi !== null) keys['VOI'] = voiRows(voi);
  if (isGrid && affine !== null) {
    const message =
      'The place of Siemens MRSI grids is read as other converters do (half a voxel from the stored corner); check it against the images.';
    warnings.push({ code: 'geometry-unverified', message });
  }
  return affine;
}

/** FIDs of the file in the dataset's order: [column, row, slice, repetition]. */
function readSignal(file: DicomFile, grid: Grid, samples: Samples): ComplexArray {
  const { columns, rows, slices, points, repetitions } = grid;
  const start = (fid: number): number => {
    const repetition = fid % repetitions;
    const [x, y, z] = unravel(Math.floor(fid / repetitions), rows, slices);
    return (((repetition * slices + z) * rows + y) * columns + x) * points;
  };
  const repeats = repetitions > 1 ? [repetitions] : [];
  return arrangeSamples(samples, { shape: [columns, rows, slices, ...repeats, points], start, conjugate: false }, file);
}

/** C-order index over [columns, rows, slices] → (x, y, z). */
function unravel(voxel: number, rows: number, slices: number): [number, number, number] {
  const z = voxel % slices;
  const y = Math.floor(voxel / slices) % rows;
  return [Math.floor(voxel / (slices * rows)), y, z];
}

/** Precession frequency. [MHz] */
function frequencyMHz({ image, protocol }: SiemensCsa): number | null {
  const hz = ascconvNumber(protocol, 'sTXSPEC.asNucleusInfo[0].lFrequency') ?? 0;
  return positive(csaNumber(image, 'ImagingFrequency')) ?? positive(hz / 1e6);
}

const nucleusOf = ({ image, protocol }: SiemensCsa): string | null =>
  csaText(image, 'ResonantNucleus') ??
  csaText(image, 'ImagedNucleus') ??
  protocol.get('sTXSPEC.asNucleusInfo[0].tNucleus') ??
  null;

/**
 * Reads one Siemens CSA spectroscopy file: a single voxel or a grid.
 * @throws ReaderError
 */
export function readSiemensCsaMrs(file: DicomFile, options: ReadOptions = {}): MrsDataset {
  const csa = readSiemensCsa(file);
  const tag = file.dataset.privateTag(0x7fe1, NON_IMAGE, 0x10, 'OB') ?? dicomTag(0x7fe1, 0x1010, 'OB');
  const samples = complexSamples(file, tag);
  const grid = readGrid(file, csa, samples.count);
  const dwellS = positive((csaNumber(csa.image, 'RealDwellTime') ?? 0) * 1e-9);
  const frequency = frequencyMHz(csa) ?? options.spectrometerFrequencyMHz ?? null;
  const keys = header(file, csa);
  const fields = acquisition(file, csa);
  const warnings: Warning[] = [];
  const dynamics: HigherDimension = { tag: options.dimensionTags?.[0] ?? 'DIM_DYN', info: null, header: null };
  return {
    data: readSignal(file, grid, samples),
    dimensions: grid.repetitions > 1 ? [dynamics] : [],
    dwellTimeS: required(dwellS ?? options.dwellTimeS ?? null, 'dwell time', file),
    spectrometerFrequencyMHz: required(frequency, 'frequency', file),
    nucleus: normaliseNucleus(nucleusOf(csa) ?? options.nucleus ?? '1H'),
    acquisition: { ...fields, echoTimeS: fields.echoTimeS ?? options.echoTimeS ?? null },
    patient: patientFields(file),
    affine: readAffine(csa, grid, keys, warnings),
    format: 'dicom',
    header: keys,
    provenance: [],
    warnings: [...implausibleTimes(fields), ...warnings],
  };
}
