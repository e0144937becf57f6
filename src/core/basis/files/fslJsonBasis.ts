// FSL-MRS basis folders: one NAME.json per metabolite with basis_re, basis_im, basis_dwell [s], basis_centre [MHz],
// basis_width [Hz], basis_name. Format: FSL-MRS documentation (Clarke, Stagg, Jbabdi, Magn Reson Med 2021;85:2950,
// doi:10.1002/mrm.28630). The direction of the ppm axis is told from the data.
import { latin1Text } from '../../math/fortranText.ts';
import type { BasisReadOptions, FileBasisSet, NamedBytes, RawBasisSignal } from './basisFile.ts';
import { invalidBasis } from './basisFile.ts';
import { buildBasisSet } from './buildBasisSet.ts';

/** @returns whether the bytes look like one FSL-MRS basis signal */
export function isFslJsonBasis(bytes: Uint8Array): boolean {
  const head = latin1Text(bytes.subarray(0, 64)).trimStart();
  return head.startsWith('{') && /"basis_re"/.test(latin1Text(bytes));
}

interface FslSignal extends RawBasisSignal {
  readonly dwellTimeS: number;
  readonly frequencyMHz: number;
  readonly widthHz: number | null;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function numberArray(value: unknown): Float64Array | null {
  return Array.isArray(value) && value.every((v) => typeof v === 'number') ? Float64Array.from(value) : null;
}

const positive = (value: unknown): number | null => (typeof value === 'number' && value > 0 ? value : null);

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
  };
}

/** Relative difference up to which two files' dwell times or frequencies count as the same. */
const SAME = 1e-6;

/**
 * Reads an FSL-MRS basis folder.
 * @param files its .json files
 * @throws ModelError BASIS_MISMATCH where a file is damaged or the files don't belong together
 */
export function readFslJsonBasis(files: readonly NamedBytes[], options: BasisReadOptions = {}): FileBasisSet {
  const signals = [...files].sort((a, b) => (a.name < b.name ? -1 : 1)).map(readSignal);
  const first = signals[0];
  if (first === undefined) invalidBasis('The folder holds no FSL-MRS basis signal.');
  for (const s of signals) {
    const apart =
      Math.abs(s.dwellTimeS / first.dwellTimeS - 1) > SAME || Math.abs(s.frequencyMHz / first.frequencyMHz - 1) > SAME;
    if (apart) {
      invalidBasis(
        `${s.fileName} and ${first.fileName} have different dwell times or frequencies; they are no one basis set.`,
      );
    }
  }
  return buildBasisSet(
    {
      source: 'The FSL-MRS basis folder',
      format: 'fsl-json',
      title: 'FSL-MRS basis',
      nucleus: null,
      spectrometerFrequencyMHz: first.frequencyMHz,
      dwellTimeS: first.dwellTimeS,
      echoTimeS: null,
      sequence: null,
      linewidthHz: first.widthHz,
      signals,
      warnings: [],
    },
    options,
  );
}
