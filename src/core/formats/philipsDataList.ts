// Philips raw data, .data (complex float32, little-endian) with .list: every coil and transient; the second mix is the
// water reference. Neither file gives dwell time, frequency, times or place: those come from the exported .SPAR, or from
// options. The sign is opposite to NIfTI-MRS's, as in SDAT (spec2nii 0.8, Vespa and spant agree): conjugated here, once.
import { singleZeros } from '../domain/complexArray.ts';
import type { SingleArray } from '../domain/complexArray.ts';
import { ReaderError, UnsupportedDataError } from '../domain/errors.ts';
import type { ByteSource } from '../domain/fileContent.ts';
import type { DimensionTag, HigherDimension, MrsDataset } from '../domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import type { ListFile, ListVector, VectorAttribute } from './philips/listFile.ts';
import { parseListFile } from './philips/listFile.ts';
import { voxelAffine } from './philips/sparGeometry.ts';
import type { Spar } from './philips/spar.ts';
import { parseSpar, sparAcquisition, sparHeader, sparNumber, sparPatient, sparTiming } from './philips/spar.ts';
import type { ReadOptions } from './readOptions.ts';

export { isPhilipsList } from './philips/listFile.ts';

/** The metabolite scan (mix 0) and the water reference (mix 1) of one raw file. */
export interface PhilipsRawScan {
  /** Where `part` asks for the water and there is one: that too, so that a large scan isn't decoded for it. */
  readonly dataset: MrsDataset;
  readonly water: MrsDataset | null;
}

/** Bytes of one complex number. */
const SAMPLE_BYTES = 8;

/**
 * What tells one transient from the next. Dynamics of a spectroscopy scan are counted in extr1 in most releases (Gannet,
 * Vespa and others read them there), in dyn in some.
 */
const REPETITION: readonly VectorAttribute[] = ['dyn', 'extr1', 'aver'];
/** Attributes that get a dimension of their own where they vary. */
const FURTHER: readonly VectorAttribute[] = ['echo', 'loca', 'card', 'extr2'];

const distinct = (values: Iterable<number>): number[] => [...new Set(values)].sort((a, b) => a - b);

function requireSound(vectors: readonly ListVector[], data: ByteSource): number {
  const points = (vectors[0] as ListVector).size / SAMPLE_BYTES;
  let total = 0;
  for (const { size, offset } of vectors) {
    if (size !== points * SAMPLE_BYTES || !Number.isInteger(points) || points < 1) {
      throw new ReaderError(
        'FORMAT_INVALID',
        `${data.name}: vectors of one length, in whole complex numbers, are expected; ${size} bytes and ${points * SAMPLE_BYTES} were found.`,
      );
    }
    if (offset < 0 || offset + size > data.size) {
      throw new ReaderError(
        'FILE_TRUNCATED',
        `${data.name} is cut short: its .list promises at least ${offset + size} bytes, ${data.size} are there.`,
        { expectedBytes: offset + size, foundBytes: data.size },
      );
    }
    total += size;
  }
  if (total > data.size) {
    throw new ReaderError('FORMAT_INVALID', `${data.name}: its .list lists more data than the file holds.`);
  }
  return points;
}

interface Transients {
  readonly coils: readonly number[];
  /** Attributes with a dimension of their own, and their values. */
  readonly further: readonly { readonly attribute: VectorAttribute; readonly values: readonly number[] }[];
  /** Vectors of each complete transient in the order of coil, then further dimensions; transients as acquired. */
  readonly complete: readonly (readonly ListVector[])[];
  readonly incomplete: number;
}

/** Sorts one mix's vectors into transients; a transient that lacks a vector is left out. */
function sortTransients(vectors: readonly ListVector[], fileName: string): Transients {
  const values = (attribute: VectorAttribute): number[] => distinct(vectors.map((v) => v.attributes[attribute]));
  if (['kx', 'ky', 'kz'].some((k) => values(k as VectorAttribute).length > 1)) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${fileName} holds the k-space of an MRSI scan, which this program does not reconstruct; export it as SPAR/SDAT or DICOM.`,
    );
  }
  const coils = values('chan');
  const further = FURTHER.map((attribute) => ({ attribute, values: values(attribute) })).filter(
    (d) => d.values.length > 1,
  );
  const groups = new Map<string, ListVector[]>();
  for (const vector of vectors) {
    const key = REPETITION.map((a) => vector.attributes[a]).join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [vector]);
    else group.push(vector);
  }
  const cells = further.reduce((n, d) => n * d.values.length, coils.length);
  const complete: ListVector[][] = [];
  for (const group of groups.values()) {
    if (group.length !== cells) continue;
    const ordered: ListVector[] = [];
    for (const vector of group) ordered[cellIndex(vector, coils, further)] = vector;
    // A vector listed twice leaves another's place empty.
    if (Object.keys(ordered).length === cells) complete.push(ordered);
  }
  return { coils, further, complete, incomplete: groups.size - complete.length };
}

function cellIndex(vector: ListVector, coils: readonly number[], further: Transients['further']): number {
  return further.reduce(
    (index, d) => index * d.values.length + d.values.indexOf(vector.attributes[d.attribute]),
    coils.indexOf(vector.attributes.chan),
  );
}

/** Shape [1, 1, 1, coils, transients, …further, points], lengths of 1 left out. */
function readVectors(transients: Transients, points: number, data: ByteSource): SingleArray {
  const { coils, further, complete } = transients;
  const rest = further.reduce((n, d) => n * d.values.length, 1);
  const lengths = [coils.length, complete.length, ...further.map((d) => d.values.length)].filter((n) => n > 1);
  const out = singleZeros([1, 1, 1, ...lengths, points]);
  complete.forEach((vectors, transient) => {
    vectors.forEach((vector, cell) => {
      const [coil, r] = [Math.floor(cell / rest), cell % rest];
      const to = ((coil * complete.length + transient) * rest + r) * points;
      const bytes = data.read(vector.offset, vector.size);
      if (bytes.length < vector.size) throw new ReaderError('FILE_TRUNCATED', `${data.name} ended while being read.`);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < points; i++) {
        out.re[to + i] = view.getFloat32(SAMPLE_BYTES * i, true);
        out.im[to + i] = -view.getFloat32(SAMPLE_BYTES * i + 4, true);
      }
    });
  });
  return out;
}

function dimensionsOf(transients: Transients, options: ReadOptions): HigherDimension[] {
  const { coils, further, complete } = transients;
  const dimensions: HigherDimension[] = [];
  const add = (tag: DimensionTag, info: string): void => {
    dimensions.push({ tag: options.dimensionTags?.[dimensions.length] ?? tag, info, header: null });
  };
  if (coils.length > 1) add('DIM_COIL', 'receiver channels');
  if (complete.length > 1) add('DIM_DYN', 'transients in the order they were acquired');
  let user = 0;
  for (const { attribute } of further) {
    add(
      attribute === 'echo' ? 'DIM_INDIRECT_0' : (`DIM_USER_${user++}` as DimensionTag),
      `Philips attribute ${attribute}`,
    );
  }
  return dimensions;
}

function requireDimensions(dimensions: readonly HigherDimension[], fileName: string): void {
  const tags = dimensions.map((d) => d.tag);
  if (tags.length <= 3 && new Set(tags).size === tags.length) return;
  throw new UnsupportedDataError(
    'UNSUPPORTED',
    `${fileName} has the dimensions ${tags.join(', ')}; at most three different ones can be held.`,
  );
}

/** Attribute of one mix; null where absent. */
function attribute(list: ListFile, name: string, mix: number): number | null {
  return list.attributes.find((a) => a.name === name && a.mix === mix)?.values[0] ?? null;
}

/**
 * Dwell time of the stored samples. The SPAR's rate is that of the exported ones: raw data may be oversampled.
 * @throws ReaderError HEADER_MISSING
 */
function rawDwell(
  list: ListFile,
  spar: Spar,
  exportedS: number,
  points: number,
  mix: number,
  warnings: Warning[],
): number {
  const samples = sparNumber(spar, 'samples');
  if (samples === null || samples === points) return exportedS;
  const factor = attribute(list, 't_oversample_factor', mix);
  if (factor !== null && factor > 0 && samples * factor === points) return exportedS / factor;
  warnings.push({
    code: 'points-disagree',
    message: `The SPAR counts ${samples} samples, the raw data hold ${points}; the SPAR's dwell time is taken as it stands.`,
  });
  return exportedS;
}

type Facts = Pick<
  MrsDataset,
  'dwellTimeS' | 'spectrometerFrequencyMHz' | 'nucleus' | 'acquisition' | 'patient' | 'affine' | 'header'
>;

function factsFromOptions(options: ReadOptions, fileName: string, warnings: Warning[]): Facts {
  const { dwellTimeS, spectrometerFrequencyMHz } = options;
  if (dwellTimeS === undefined || spectrometerFrequencyMHz === undefined) {
    throw new ReaderError(
      'HEADER_MISSING',
      `${fileName}: Philips raw data don't say their dwell time and frequency; put the exported .SPAR beside them, or give both as options (--frequency-mhz, --dwell-s).`,
    );
  }
  warnings.push({
    code: 'geometry-missing',
    message: 'Philips raw data do not say where the voxel lies; their .SPAR does.',
  });
  if (options.nucleus === undefined) {
    warnings.push({ code: 'nucleus-assumed', message: 'Philips raw data do not name the nucleus; 1H is assumed.' });
  }
  return {
    dwellTimeS,
    spectrometerFrequencyMHz,
    nucleus: options.nucleus ?? '1H',
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: options.echoTimeS ?? null, manufacturer: 'Philips' },
    patient: UNKNOWN_PATIENT,
    affine: null,
    header: {},
  };
}

/** What a SPAR says of the exported rows, not of the raw data. */
const EXPORT_KEYS: readonly string[] = ['NumberOfAverages', 'WaterSuppressed', 'PhilipsTimeSeries'];

function factsFromSpar(
  list: ListFile,
  spar: Spar,
  place: { readonly points: number; readonly mix: number; readonly fileName: string },
  options: ReadOptions,
  warnings: Warning[],
): Facts {
  const timing = sparTiming(spar, place.fileName, options, warnings);
  const header = Object.entries(sparHeader(spar)).filter(([key]) => !EXPORT_KEYS.includes(key));
  return {
    ...timing,
    dwellTimeS: rawDwell(list, spar, timing.dwellTimeS, place.points, place.mix, warnings),
    acquisition: sparAcquisition(spar, options, warnings),
    patient: sparPatient(spar),
    affine: voxelAffine(spar, warnings),
    header: Object.fromEntries(header),
  };
}

function listWarnings(transients: Transients, vectors: readonly ListVector[]): Warning[] {
  const warnings: Warning[] = [];
  if (transients.incomplete > 0) {
    warnings.push({
      code: 'transients-incomplete',
      message: `${transients.incomplete} transients lack data of some channel and are left out; ${transients.complete.length} are read.`,
    });
  }
  if (distinct(vectors.map((v) => v.attributes.extr1)).length > 1) {
    warnings.push({
      code: 'rows-order-unknown',
      message: `The ${transients.complete.length} transients stand in the order they were acquired; which of them an edited sequence had ON or OFF is not in the file.`,
    });
  }
  return warnings;
}

function readMix(
  list: ListFile,
  mix: number,
  data: ByteSource,
  spar: Spar | null,
  options: ReadOptions,
): MrsDataset | null {
  const vectors = list.vectors.filter((v) => v.type === 'STD' && v.attributes.mix === mix);
  if (vectors.length === 0) return null;
  const points = requireSound(vectors, data);
  const transients = sortTransients(vectors, data.name);
  if (transients.complete.length === 0) {
    throw new ReaderError('FORMAT_INVALID', `${data.name}: no transient has the data of every channel.`);
  }
  const dimensions = dimensionsOf(transients, options);
  requireDimensions(dimensions, data.name);
  const warnings = listWarnings(transients, vectors);
  const place = { points, mix, fileName: data.name };
  const facts =
    spar === null
      ? factsFromOptions(options, data.name, warnings)
      : factsFromSpar(list, spar, place, options, warnings);
  return {
    ...facts,
    data: readVectors(transients, points, data),
    dimensions,
    format: 'philips-list',
    header: {
      ...facts.header,
      ...(list.softwareRelease === null || list.softwareRelease === ''
        ? {}
        : { SoftwareVersions: list.softwareRelease }),
      ...(mix > 0 ? { WaterSuppressed: false } : {}),
    },
    provenance: [],
    warnings,
  };
}

function leftOut(list: ListFile): Warning[] {
  const other = list.vectors.filter((v) => v.type !== 'STD' || v.attributes.mix > 1);
  if (other.length === 0) return [];
  const kinds = [...new Set(other.map((v) => (v.type === 'STD' ? 'further mixes' : v.type)))].join(', ');
  return [
    {
      code: 'vectors-left-out',
      message: `${other.length} vectors that are no signal of the scan (${kinds}) are left out.`,
    },
  ];
}

/**
 * Reads a Philips raw scan.
 * @param data the .data file
 * @param listBytes the .list file that goes with it
 * @param sparBytes the .SPAR exported with the scan, or null; without it options must give frequency and dwell time
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_INVALID, HEADER_MISSING, DIMENSIONS_ABSURD;
 *   UnsupportedDataError for k-space and for more than three dimensions
 */
export function readPhilipsDataList(
  data: ByteSource,
  listBytes: Uint8Array,
  sparBytes: Uint8Array | null,
  options: ReadOptions = {},
): PhilipsRawScan {
  if (data.size === 0) throw new ReaderError('FILE_EMPTY', `${data.name} is empty.`);
  const list = parseListFile(listBytes, data.name.replace(/\.data$/i, '.list'));
  const spar = sparBytes === null ? null : parseSpar(sparBytes, data.name);
  if (options.part === 'water') {
    const water = readMix(list, 1, data, spar, options);
    if (water !== null) return { dataset: water, water };
  }
  const dataset = readMix(list, 0, data, spar, options);
  if (dataset === null) {
    throw new ReaderError('FORMAT_INVALID', `${data.name}: its .list names no data of the first mix.`);
  }
  return {
    dataset: { ...dataset, warnings: [...dataset.warnings, ...leftOut(list)] },
    water: readMix(list, 1, data, spar, options),
  };
}
