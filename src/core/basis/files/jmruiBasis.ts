// Basis sets in jMRUI text: a folder with one file a metabolite, or one file with several named signals.
// jMRUI's sign is the opposite of NIfTI-MRS's; times are in ms, frequencies in Hz (jMRUI manual, text format).
import { JMRUI_NUCLEI } from '../../domain/jmruiNuclei.ts';
import { latin1Text, parseFortranReal } from '../../math/fortranText.ts';
import type { HeadedColumns } from '../../math/headedColumns.ts';
import { JMRUI_BODY, readHeadedColumns } from '../../math/headedColumns.ts';
import type { BasisReadOptions, FileBasisSet, NamedBytes, TimedBasisSignal } from './basisFile.ts';
import { byName, invalidBasis, requireSameTiming } from './basisFile.ts';
import { buildBasisSet } from './buildBasisSet.ts';
import { fileStem } from './fileStems.ts';

/** @returns whether the bytes begin as a jMRUI text file does */
export function isJmruiBasis(bytes: Uint8Array): boolean {
  return /^\s*jMRUI Data Textfile/i.test(latin1Text(bytes.subarray(0, 64)));
}

function required(header: HeadedColumns, key: string, file: string): number {
  const value = parseFortranReal(header.values.get(key) ?? '');
  if (!(value > 0)) invalidBasis(`${file} does not give ${key}, which a jMRUI text file must.`);
  return value;
}

interface JmruiSignals {
  readonly signals: readonly TimedBasisSignal[];
  readonly nucleus: string | null;
  /** Free text, in which this program writes echo time, sequence and linewidth. */
  readonly info: string;
}

/** One signal is named by its file, as jMRUI's own bases are; SignalNames often holds the scan's file instead. */
function signalNames(header: HeadedColumns, count: number, file: string): string[] {
  const given = header.values.get('SignalNames') ?? header.values.get('Signal names') ?? '';
  const names = given
    .split(';')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (count === 1) {
    const stem = file.replace(/\.[^.]*$/, '');
    const [only] = names;
    return [names.length === 1 && only !== undefined && fileStem(only) === stem ? only : stem];
  }
  if (names.length !== count) {
    invalidBasis(
      `${file} holds ${count} signals and ${names.length} names (SignalNames), so it doesn't say which metabolite each is.`,
    );
  }
  return names;
}

function readFile(file: NamedBytes): JmruiSignals {
  const header = readHeadedColumns(latin1Text(file.bytes), JMRUI_BODY);
  const points = required(header, 'PointsInDataset', file.name);
  const count = header.values.has('DatasetsInFile') ? required(header, 'DatasetsInFile', file.name) : 1;
  const found = header.pairs.length / 2;
  if (found !== points * count) {
    invalidBasis(
      `${file.name}: ${points * count} rows of numbers are expected (${count} signals of ${points} points), ${found} were found.`,
    );
  }
  const dwellTimeS = required(header, 'SamplingInterval', file.name) / 1000;
  const frequencyMHz = required(header, 'TransmitterFrequency', file.name) / 1e6;
  const signals = signalNames(header, count, file.name).map((fileName, s) => {
    const at = (t: number): number => 2 * (s * points + t);
    return {
      fileName,
      dwellTimeS,
      frequencyMHz,
      fid: {
        re: Float64Array.from({ length: points }, (_, t) => header.pairs[at(t)] as number),
        im: Float64Array.from({ length: points }, (_, t) => -(header.pairs[at(t) + 1] as number)),
      },
    };
  });
  const nucleus = JMRUI_NUCLEI[parseFortranReal(header.values.get('TypeOfNucleus') ?? '')] ?? null;
  return { signals, nucleus, info: header.values.get('AdditionalInfo') ?? '' };
}

/** A number with its unit after a key, as in "TE 30 ms". */
function infoNumber(info: string, pattern: RegExp): number | null {
  const value = parseFortranReal(pattern.exec(info)?.[1] ?? '');
  return value > 0 ? value : null;
}

/**
 * Reads jMRUI text files as a basis set.
 * @param files one with several named signals, or one a metabolite
 * @throws ModelError BASIS_MISMATCH where a file is damaged or the files don't belong together
 */
export function readJmruiBasis(files: readonly NamedBytes[], options: BasisReadOptions = {}): FileBasisSet {
  const read = byName(files).map(readFile);
  const signals = read.flatMap((file) => file.signals);
  requireSameTiming(signals);
  const [first] = read;
  const [signal] = signals;
  if (first === undefined || signal === undefined) invalidBasis('The folder holds no jMRUI signal.');
  const echoMs = infoNumber(first.info, /\bTE\s*[=:]?\s*([\d.]+(?:e[+-]?\d+)?)\s*ms\b/i);
  return buildBasisSet(
    {
      source: files.length === 1 ? (files[0]?.name ?? '') : 'The folder of jMRUI files',
      format: 'jmrui',
      title: 'jMRUI basis',
      nucleus: first.nucleus,
      spectrometerFrequencyMHz: signal.frequencyMHz,
      dwellTimeS: signal.dwellTimeS,
      echoTimeS: echoMs === null ? null : echoMs / 1000,
      sequence: /\bsequence\s*[=:]?\s*([^,;]+)/i.exec(first.info)?.[1]?.trim() ?? null,
      linewidthHz: infoNumber(first.info, /\blinewidth\s*[=:]?\s*([\d.]+(?:e[+-]?\d+)?)\s*Hz\b/i),
      signals,
      warnings: [],
    },
    options,
  );
}
