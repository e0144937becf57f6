// A basis set as a dataset, so that the NIfTI-MRS reader and writer serve for basis files too: shape
// [1, 1, 1, signals, points], fourth dimension DIM_USER_0 with the names, and a user header key with the rest.
import { WATER_PPM } from '../domain/axes.ts';
import type { EditingCondition } from '../domain/basisRequest.ts';
import type { BasisSet, BasisSignal } from '../domain/basisSet.ts';
import { signalAt, zeros } from '../domain/complexArray.ts';
import { ModelError } from '../domain/errors.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import { basisSignalKind, canonicalMetaboliteName } from '../domain/metaboliteNames.ts';
import type { MrsDataset } from '../domain/mrsDataset.ts';
import { UNKNOWN_ACQUISITION, UNKNOWN_PATIENT, pointCount } from '../domain/mrsDataset.ts';

/** User-defined header key; the standard wants user keys to say what they are. */
const HEADER_KEY = 'LineshapeBasis';
const NAMES_KEY = 'Metabolite';

/**
 * Turns a basis set into a dataset.
 * @param basis signals of equal length
 * @returns dataset of shape [1, 1, 1, signals, points]; its affine is unknown
 */
export function basisSetToDataset(basis: BasisSet): MrsDataset {
  const data = zeros([1, 1, 1, basis.signals.length, basis.points]);
  basis.signals.forEach((signal, i) => {
    data.re.set(signal.fid.re, i * basis.points);
    data.im.set(signal.fid.im, i * basis.points);
  });
  const names: JsonObject = {
    Value: basis.signals.map((s) => s.name),
    Description: 'Name of the basis signal at each index.',
  };
  const facts: JsonObject = {
    Description: 'Basis set for linear-combination fitting: noiseless signals of unit concentration.',
    Id: basis.id,
    Title: basis.title,
    Sequence: basis.sequence,
    Editing: basis.editing,
    ReferencePpm: basis.referencePpm,
    LinewidthHz: basis.linewidthHz,
  };
  return {
    data,
    dimensions: [{ tag: 'DIM_USER_0', info: 'Basis signals', header: { [NAMES_KEY]: names } }],
    dwellTimeS: basis.dwellTimeS,
    spectrometerFrequencyMHz: basis.spectrometerFrequencyMHz,
    nucleus: basis.nucleus,
    acquisition: { ...UNKNOWN_ACQUISITION, echoTimeS: basis.echoTimeS, sequence: basis.sequence },
    patient: UNKNOWN_PATIENT,
    affine: null,
    format: 'lineshape-basis',
    header: { [HEADER_KEY]: facts },
    provenance: [],
    warnings: [],
  };
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Names from the dimension header, given as a list or as {Value: list}. */
function signalNames(dataset: MrsDataset, fileName: string): string[] {
  const entry = dataset.dimensions[0]?.header?.[NAMES_KEY];
  const value = isObject(entry) ? entry['Value'] : entry;
  const count = dataset.data.shape[3] ?? 0;
  if (!Array.isArray(value) || value.length !== count || !value.every((v) => typeof v === 'string')) {
    throw new ModelError(
      'MODEL_INVALID',
      `${fileName} is not a basis set of this program: its fifth dimension should name ${count} signals under "${NAMES_KEY}".`,
    );
  }
  return value as string[];
}

function textOr(value: JsonValue | undefined, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}

function numberOrNull(value: JsonValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function editingOf(value: JsonValue | undefined): EditingCondition | null {
  return value === 'on' || value === 'off' || value === 'difference' ? value : null;
}

/**
 * Turns a dataset written from a basis set back into it.
 * @param dataset of shape [1, 1, 1, signals, points] with the names in the dimension header
 * @param fileName for messages, and as id where the header has none
 * @param sha256 of the file, lower-case hex
 * @throws ModelError MODEL_INVALID where the dataset is no basis set
 */
export function datasetToBasisSet(dataset: MrsDataset, fileName: string, sha256: string): BasisSet {
  const { shape } = dataset.data;
  if (dataset.dimensions.length !== 1 || shape[0] !== 1 || shape[1] !== 1 || shape[2] !== 1) {
    throw new ModelError(
      'MODEL_INVALID',
      `${fileName} is not a basis set of this program: one list of signals was expected, and its shape is ${shape.join(' × ')}.`,
    );
  }
  const names = signalNames(dataset, fileName);
  const facts = dataset.header[HEADER_KEY];
  const header = isObject(facts) ? facts : {};
  const signals = names.map((fileSignalName, i): BasisSignal => {
    const name = canonicalMetaboliteName(fileSignalName);
    return { name, fileName: fileSignalName, kind: basisSignalKind(name), fid: signalAt(dataset.data, i) };
  });
  return {
    id: textOr(header['Id'], fileName),
    title: textOr(header['Title'], fileName),
    nucleus: dataset.nucleus,
    spectrometerFrequencyMHz: dataset.spectrometerFrequencyMHz,
    dwellTimeS: dataset.dwellTimeS,
    points: pointCount(dataset),
    echoTimeS: dataset.acquisition.echoTimeS,
    sequence: textOr(header['Sequence'], dataset.acquisition.sequence ?? '') || null,
    editing: editingOf(header['Editing']),
    referencePpm: numberOrNull(header['ReferencePpm']) ?? WATER_PPM,
    linewidthHz: numberOrNull(header['LinewidthHz']),
    signals,
    format: 'lineshape',
    sha256,
  };
}
