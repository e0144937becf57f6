// FSL-MRS basis folders: one NAME.json per metabolite with basis_re, basis_im, basis_dwell [s], basis_centre [MHz],
// basis_width [Hz], basis_name. Format: FSL-MRS documentation (Clarke, Stagg, Jbabdi, Magn Reson Med 2021;85:2950,
// doi:10.1002/mrm.28630). The direction of the ppm axis is told from the data.
import type { EditingCondition } from '../../domain/basisRequest.ts';
import { latin1Text } from '../../math/fortranText.ts';
import type { BasisReadOptions, FileBasisSet, NamedBytes, TimedBasisSignal } from './basisFile.ts';
import { byName, invalidBasis, requireSameTiming } from './basisFile.ts';
import { buildBasisSet } from './buildBasisSet.ts';

/** @returns whether the bytes look like one FSL-MRS basis signal */
export function isFslJsonBasis(bytes: Uint8Array): boolean {
  const head = latin1Text(bytes.subarray(0, 64)).trimStart();
  return head.startsWith('{') && /"basis_re"/.test(latin1Text(bytes));
}

type Fields = Readonly<Record<string, unknown>>;

interface FslSignal extends TimedBasisSignal {
  readonly widthHz: number | null;
  readonly nucleus: string | null;
  readonly echoTimeS: number | null;
  readonly sequence: string | null;
  readonly title: string | null;
  readonly editing: EditingCondition | null;
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function numberArray(value: unknown): Float64Array | null {
  return Array.isArray(value) && value.every((v) => typeof v === 'number') ? Float64Array.from(value) : null;
}

const positive = (value: unknown): number | null => (typeof value === 'number' && value > 0 ? value : null);

const textOrNull = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const EDITING = ['on', 'off', 'difference'] as const;

/** Shortest time taken for milliseconds: no echo time in seconds is that long. */
const FROM_MILLISECONDS = 2;

function echoTimeS(fields: Fields): number | null {
  const seconds = positive(fields['EchoTime']);
  const either = seconds ?? positive(fields['TE']) ?? positive(fields['echoTime']);
  return either === null ? null : either >= FROM_MILLISECONDS ? either / 1000 : either;
}

/** What the blocks "seq" (the simulated sequence) and "meta" tell; the basis block itself has neither. */
function acquisition(json: unknown): Pick<FslSignal, 'nucleus' | 'echoTimeS' | 'sequence' | 'title' | 'editing'> {
  const blocks = isRecord(json) ? [json['seq'], json['meta']].filter(isRecord) : [];
  const find = <T>(read: (fields: Fields) => T | null): T | null =>
    blocks.map(read).find((value) => value !== null) ?? null;
  return {
    nucleus: find((f) => textOrNull(f['ResonantNucleus']) ?? textOrNull(f['Nucleus'])),
    echoTimeS: find(echoTimeS),
    sequence: find((f) => textOrNull(f['sequenceName']) ?? textOrNull(f['SequenceName'])),
    title: find((f) => textOrNull(f['Title'])),
    editing: find((f) => EDITING.find((condition) => condition === f['Editing']) ?? null),
  };
}

function readSignal(file: NamedBytes): FslSignal {
  let json: unknown;
  try {
    json = JSON.parse(latin1Text(file.bytes));
  } catch {
    return invalidBasis(`${file.name} is not valid JSON.`);
  }
  const basis = isRecord(json) && isRecord(json['basis']) ? json['basis'] : json;
  if (!isRecord(basis)) invalidBasis(`${file.name} is no FSL-MRS basis signal.`);
  const re = numberArray(basis['basis_re']);
  const im = numberArray(basis['basis_im']);
  if (re === null || im === null || re.length !== im.length || re.length === 0) {
    invalidBasis(`${file.name}: basis_re and basis_im should be two lists of equally many numbers.`);
  }
  const dwellTimeS = positive(basis['basis_dwell']);
  const centre = positive(basis['basis_centre']);
  if (dwellTimeS === null || centre === null) {
    invalidBasis(`${file.name}: basis_dwell (s) and basis_centre (MHz) should be positive numbers.`);
  }
  const name = basis['basis_name'];
  return {
    fileName: typeof name === 'string' && name !== '' ? name : file.name.replace(/\.json$/i, ''),
    fid: { re, im },
    dwellTimeS,
    // Some programs write Hz here.
    frequencyMHz: centre > 1e5 ? centre / 1e6 : centre,
    widthHz: positive(basis['basis_width']),
    ...acquisition(json),
  };
}

/**
 * Reads an FSL-MRS basis folder.
 * @param files its .json files
 * @throws ModelError BASIS_MISMATCH where a file is damaged or the files don't belong together
 */
export function readFslJsonBasis(files: readonly NamedBytes[], options: BasisReadOptions = {}): FileBasisSet {
  const signals = byName(files).map(readSignal);
  const first = signals[0];
  if (first === undefined) invalidBasis('The folder holds no FSL-MRS basis signal.');
  requireSameTiming(signals);
  return buildBasisSet(
    {
      source: 'The FSL-MRS basis folder',
      format: 'fsl-json',
      title: first.title ?? 'FSL-MRS basis',
      nucleus: first.nucleus,
      spectrometerFrequencyMHz: first.frequencyMHz,
      dwellTimeS: first.dwellTimeS,
      echoTimeS: first.echoTimeS,
      sequence: first.sequence,
      editing: first.editing,
      linewidthHz: first.widthHz,
      signals,
      warnings: [],
    },
    options,
  );
}
