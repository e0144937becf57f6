// Varian/Agilent VnmrJ scans: fid with its procpar. The sign convention is NIfTI-MRS's own (FID-A's io_loadspec_varian and
// spec2nii 0.8.15 agree): nothing is conjugated. Not yet seen on a real file.
import type { ComplexArray } from '../../domain/complexArray.ts';
import { zeros } from '../../domain/complexArray.ts';
import { ReaderError, UnsupportedDataError } from '../../domain/errors.ts';
import { foundWord } from '../../domain/foundWord.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { AcquisitionInfo, Affine, HigherDimension, MrsDataset } from '../../domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import { wordTable } from '../../domain/wordTable.ts';
import { implausibleTimes, normaliseNucleus } from '../niftiMrsHeader.ts';
import type { ReadOptions } from '../readOptions.ts';
import { Procpar } from './procpar.ts';
import { readVarianTraces } from './varianFid.ts';

/** Arrayed times that the standard has a key for. */
const ARRAY_KEYS: Readonly<Record<string, string>> = wordTable({
  te: 'EchoTime',
  tr: 'RepetitionTime',
  tm: 'MixingTime',
  ti: 'InversionTime',
});
const MM_PER_CM = 10;

function required(procpar: Procpar, name: string, fallback: number | undefined, fileName: string): number {
  const value = procpar.number(name) ?? fallback ?? 0;
  if (value > 0) return value;
  throw new ReaderError('HEADER_MISSING', `The procpar of ${fileName} does not give ${name}, which it must.`);
}

/**
 * Rows: the voxel's axes 1 to 3 in the magnet's frame, from VnmrJ's angles ψ, φ, θ (its fdf writer's orientation matrix).
 */
function voxelAxes(psi: number, phi: number, theta: number): number[][] {
  const [cosPsi, sinPsi, cosPhi, sinPhi, cosTheta, sinTheta] = [psi, phi, theta].flatMap((deg) => {
    const rad = (deg * Math.PI) / 180;
    return [Math.cos(rad), Math.sin(rad)];
  }) as [number, number, number, number, number, number];
  return [
    [-cosPhi * cosPsi - sinPhi * cosTheta * sinPsi, -cosPhi * sinPsi + sinPhi * cosTheta * cosPsi, -sinPhi * sinTheta],
    [-sinPhi * cosPsi + cosPhi * cosTheta * sinPsi, -sinPhi * sinPsi - cosPhi * cosTheta * cosPsi, cosPhi * sinTheta],
    [-sinTheta * sinPsi, sinTheta * cosPsi, cosTheta],
  ];
}

/** Sizes vox1–3 in mm and positions pos1–3 in cm stand along the voxel's own axes. */
function affineOf(procpar: Procpar, warnings: Warning[]): Affine | null {
  const triple = (name: string): (number | null)[] => [1, 2, 3].map((i) => procpar.number(`${name}${i}`));
  const [size, position] = [triple('vox'), triple('pos')];
  if ([...size, ...position].some((v) => v === null) || size.some((v) => !((v as number) > 0))) {
    warnings.push({ code: 'geometry-missing', message: 'The procpar does not say fully where a voxel lies.' });
    return null;
  }
  const angle = (name: string): number => procpar.number(`v${name}`) ?? procpar.number(name) ?? 0;
  const axes = voxelAxes(angle('psi'), angle('phi'), angle('theta'));
  const rows = [0, 1, 2].flatMap((r) => [
    ...axes.map((axis, c) => (axis[r] as number) * (size[c] as number) + 0),
    axes.reduce((sum, axis, c) => sum + (axis[r] as number) * (position[c] as number) * MM_PER_CM, 0) + 0,
  ]);
  const lying = [procpar.text('position1'), procpar.text('position2')].filter((t) => t !== null).join(', ');
  warnings.push({
    code: 'geometry-unverified',
    message: `Varian's axes were not checked on a real file${lying === '' ? '' : ` (the subject lay ${foundWord(lying)})`}; head first, supine is assumed. Compare the voxel with an image before using its place.`,
  });
  return [...rows, 0, 0, 0, 1];
}

const positive = (value: number | null): number | null => (value !== null && value > 0 ? value : null);

/** "20150312T150322" → "2015-03-12T15:03:22". */
function isoTime(text: string | null): string | null {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})/.exec(text ?? '');
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}`;
}

const acquisitionOf = (procpar: Procpar): AcquisitionInfo => ({
  ...UNKNOWN_ACQUISITION,
  echoTimeS: positive(procpar.number('te')),
  repetitionTimeS: positive(procpar.number('tr')),
  mixingTimeS: positive(procpar.number('tm')),
  inversionTimeS: positive(procpar.number('ti')),
  sequence: procpar.text('seqfil') ?? procpar.text('pslabel'),
  manufacturer: 'Varian',
  scannerModel: procpar.text('systemname_'),
  acquiredAt: isoTime(procpar.text('time_run') ?? procpar.text('time_complete') ?? procpar.text('time_saved')),
});

function headerOf(procpar: Procpar): JsonObject {
  const suppression = procpar.text('ws');
  const texts: Record<string, string | null> = {
    ProtocolName: procpar.text('protocol') ?? procpar.text('pslabel'),
    SoftwareVersions: procpar.text('parver'),
    TxCoil: procpar.text('rfcoil'),
    RxCoil: procpar.text('rfcoil'),
  };
  const flipAngle = positive(procpar.number('flip1'));
  const averages = procpar.number('nt');
  return {
    ...Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== null)),
    ...(suppression === 'y' || suppression === 'n' ? { WaterSuppressed: suppression === 'y' } : {}),
    ...(flipAngle === null ? {} : { ExcitationFlipAngle: flipAngle }),
    ...(averages === null
      ? {}
      : { VarianAverages: { Value: averages, Description: 'VnmrJ nt: excitations summed in one FID' } }),
  };
}

/** Receivers that were on: the letters y of rcvrs. */
const receiverCount = (procpar: Procpar): number =>
  Math.max(1, (procpar.text('rcvrs') ?? 'y').replace(/[^y]/g, '').length);

/** What the array of FIDs runs over. */
function arrayDimension(procpar: Procpar, count: number, warnings: Warning[]): HigherDimension {
  const arrayed = procpar.text('array');
  if (arrayed === null || arrayed === 'nt') return { tag: 'DIM_DYN', info: null, header: null };
  const key = ARRAY_KEYS[arrayed];
  const values = procpar.numbers(arrayed);
  if (key !== undefined && values.length === count) {
    return { tag: 'DIM_USER_0', info: `Array over ${arrayed}`, header: { [key]: values } };
  }
  warnings.push({
    code: 'array-not-interpreted',
    message: `The ${count} FIDs are arrayed over ${arrayed}, whose meaning is the sequence's own.`,
  });
  return { tag: 'DIM_USER_0', info: `Array over ${arrayed}`, header: null };
}

/**
 * Blocks [array · receivers, traces, points], receivers fastest (as Aedes' readfid takes them) →
 * [receivers, array · traces, points].
 */
function receiversFirst(data: ComplexArray, receivers: number): ComplexArray {
  const [blocks, traces, points] = data.shape as [number, number, number];
  const elements = blocks / receivers;
  const length = traces * points;
  const out = zeros([receivers, elements * traces, points]);
  for (let block = 0; block < blocks; block++) {
    const to = ((block % receivers) * elements + Math.floor(block / receivers)) * length;
    out.re.set(data.re.subarray(block * length, (block + 1) * length), to);
    out.im.set(data.im.subarray(block * length, (block + 1) * length), to);
  }
  return out;
}

function shaped(
  traces: ComplexArray,
  procpar: Procpar,
  warnings: Warning[],
): { readonly data: ComplexArray; readonly dimensions: HigherDimension[] } {
  const [blocks, tracesPerBlock, points] = traces.shape as [number, number, number];
  let receivers = receiverCount(procpar);
  if (blocks % receivers !== 0) {
    warnings.push({
      code: 'receivers-unclear',
      message: `${blocks} blocks of FIDs can't come from ${receivers} receivers alike; they are kept as one series.`,
    });
    receivers = 1;
  }
  const count = (blocks / receivers) * tracesPerBlock;
  const dimensions: HigherDimension[] = [];
  if (receivers > 1) {
    dimensions.push({ tag: 'DIM_COIL', info: null, header: null });
    if (count > 1) {
      warnings.push({
        code: 'receiver-order-assumed',
        message: 'FIDs of several receivers are taken to stand together for each element of the array.',
      });
    }
  }
  if (count > 1) dimensions.push(arrayDimension(procpar, count, warnings));
  const data = receivers > 1 ? receiversFirst(traces, receivers) : traces;
  const lengths = [receivers, count].filter((n) => n > 1);
  return { data: { ...data, shape: [1, 1, 1, ...lengths, points] }, dimensions };
}

function refuseGrids(procpar: Procpar, fileName: string): void {
  const steps = ['nv', 'nv2', 'nv3'].map((name) => procpar.number(name) ?? 0);
  if (steps.every((n) => n <= 1)) return;
  throw new UnsupportedDataError(
    'UNSUPPORTED',
    `${fileName} is phase-encoded (${steps.filter((n) => n > 1).join(' × ')} steps); Varian grids are not read.`,
  );
}

/**
 * Reads one Varian/Agilent scan.
 * @param fid the fid file
 * @param procparBytes the procpar file of the same folder
 * @param fileName base name of the fid, for messages
 * @throws ReaderError FILE_EMPTY, FORMAT_INVALID, FILE_TRUNCATED, HEADER_MISSING; UnsupportedDataError for grids and spectra
 */
export function readVarian(
  fid: Uint8Array,
  procparBytes: Uint8Array,
  fileName: string,
  options: ReadOptions = {},
): MrsDataset {
  const traces = readVarianTraces(fid, fileName);
  const procpar = new Procpar(procparBytes);
  const spectralWidthHz = required(procpar, 'sw', undefined, fileName);
  const spectrometerFrequencyMHz = required(procpar, 'sfrq', options.spectrometerFrequencyMHz, fileName);
  refuseGrids(procpar, fileName);
  const warnings: Warning[] = [];
  const { data, dimensions } = shaped(traces, procpar, warnings);
  const affine = affineOf(procpar, warnings);
  const acquisition = acquisitionOf(procpar);
  return {
    data,
    dimensions,
    dwellTimeS: 1 / spectralWidthHz,
    spectrometerFrequencyMHz,
    nucleus: normaliseNucleus(procpar.text('tn') ?? options.nucleus ?? '1H'),
    acquisition,
    patient: { ...UNKNOWN_PATIENT, name: procpar.text('name'), id: procpar.text('ident') },
    affine,
    format: 'varian',
    header: { SpectralWidth: spectralWidthHz, ...headerOf(procpar) },
    provenance: [],
    warnings: [...warnings, ...implausibleTimes(acquisition)],
  };
}
