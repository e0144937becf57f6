// LCModel .BASIS files (LCModel manual 6.3, section 8; behaviour checked against the public LCModel source, MYBASI).
// The file holds unitary DFTs (1/√N) of zero-filled FIDs in natural order. LCModel uses sample (j + ISHIFT) mod N as
// sample j, multiplied by TRAMP/(VOLUME·CONC), so that every signal is for unit concentration; so does this reader.
// A negative BADELT marks a scrambled file: each spectrum is −X_j·exp(20·r_j − 10), r from the minimal standard
// generator (Park and Miller, Commun ACM 1988;31:1192, doi:10.1145/63039.63042) started at 1499 for each.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ModelError } from '../../domain/errors.ts';
import { foundWord } from '../../domain/foundWord.ts';
import type { Warning } from '../../domain/provenance.ts';
import { ifft } from '../../math/fft.ts';
import type { Namelist } from '../../math/fortranText.ts';
import {
  latin1Text,
  namelistNumber,
  namelistText,
  nextNamelist,
  readFortranReals,
  realFieldWidth,
} from '../../math/fortranText.ts';
import type { BasisReadOptions, FileBasisSet, NamedBytes, RawBasisSignal } from './basisFile.ts';
import { invalidBasis } from './basisFile.ts';
import { buildBasisSet } from './buildBasisSet.ts';
import { wholeName } from './lcmodelNames.ts';

/** Bytes in which the first $BASIS or $BASIS1 group stands. */
const HEAD_BYTES = 65536;

/** Some programs pad with NUL, and 16-bit text has one in each character. */
const basisText = (bytes: Uint8Array): string => latin1Text(bytes).replaceAll('\0', '');

/** @returns whether the bytes look like an LCModel .BASIS file */
export function isLcmodelBasis(bytes: Uint8Array): boolean {
  return /[$&]BASIS1?\b/i.test(basisText(bytes.subarray(0, HEAD_BYTES)));
}

interface FileHeader {
  readonly points: number;
  readonly dwellTimeS: number;
  readonly scrambled: boolean;
  readonly format: string | null;
}

/** Largest spectrum taken as real; LCModel itself allows far fewer points. */
const MAX_POINTS = 1 << 20;

function readHeader(group: Namelist, name: string): FileHeader {
  const points = namelistNumber(group, 'NDATAB');
  const dwell = namelistNumber(group, 'BADELT');
  if (points === null || !Number.isInteger(points) || points < 2 || points > MAX_POINTS) {
    invalidBasis(`${name}: NDATAB is ${points ?? 'missing'}, where the count of points is expected.`);
  }
  if (dwell === null || dwell === 0)
    invalidBasis(`${name}: BADELT is ${dwell ?? 'missing'}, where the dwell time is expected.`);
  return {
    points,
    dwellTimeS: Math.abs(dwell),
    scrambled: dwell < 0,
    format: namelistText(group, 'FMTBAS'),
  };
}

/** LCModel's start value for every scrambled spectrum. */
const SCRAMBLE_SEED = 1499;

/** Factors that undo the scrambling. */
function unscramblingFactors(points: number): Float64Array {
  let state = SCRAMBLE_SEED;
  return Float64Array.from({ length: points }, () => {
    state = (16807 * state) % 2147483647;
    return -Math.exp(10 - (20 * state) / 2147483648);
  });
}

function positive(group: Namelist, key: string, metabolite: string, name: string): number {
  const value = namelistNumber(group, key) ?? 1;
  if (!(value > 0))
    invalidBasis(`${name}: ${key} of ${foundWord(metabolite)} is ${value}, where a positive number is expected.`);
  return value;
}

/** The numbers after a $BASIS group: exactly two for each of NDATAB points. */
function readValues(
  text: string,
  from: number,
  header: FileHeader,
  metabolite: string,
  name: string,
): readonly number[] {
  const expected = 2 * header.points;
  const { values, end } = readFortranReals(text, from, realFieldWidth(header.format), Infinity);
  const rest = text.slice(end).trimStart();
  const unreadable = values.findIndex(Number.isNaN);
  if (unreadable >= 0 || (rest !== '' && !/^[$&]/.test(rest))) {
    invalidBasis(
      `${name}: ${foundWord(metabolite)} holds something other than numbers of the format FMTBAS = '${foundWord(header.format ?? 'not given')}' after ` +
        `${unreadable >= 0 ? unreadable : values.length} numbers.`,
    );
  }
  if (values.length < expected && rest === '') {
    invalidBasis(
      `${name} is cut short: ${foundWord(metabolite)} has ${values.length} numbers, where ${expected} are expected.`,
    );
  }
  if (values.length !== expected) {
    invalidBasis(
      `${name}: ${foundWord(metabolite)} has ${values.length} numbers, where NDATAB = ${header.points} points make ${expected}.`,
    );
  }
  return values;
}

function readSignal(
  group: Namelist,
  text: string,
  header: FileHeader,
  factors: Float64Array | null,
  name: string,
): RawBasisSignal {
  const { points } = header;
  const metabolite = wholeName(namelistText(group, 'METABO'), namelistText(group, 'ID'));
  if (metabolite === null) invalidBasis(`${name}: a $BASIS group has neither METABO nor ID.`);
  const values = readValues(text, group.end, header, metabolite, name);
  const shift = namelistNumber(group, 'ISHIFT') ?? 0;
  const scale =
    (positive(group, 'TRAMP', metabolite, name) * Math.sqrt(points)) /
    (positive(group, 'VOLUME', metabolite, name) * positive(group, 'CONC', metabolite, name));
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  for (let j = 0; j < points; j++) {
    const from = (((j + shift) % points) + points) % points;
    const factor = scale * (factors === null ? 1 : (factors[from] as number));
    re[j] = (values[2 * from] as number) * factor;
    im[j] = (values[2 * from + 1] as number) * factor;
  }
  const fid: ComplexSignal = ifft({ re, im });
  return { fileName: metabolite, fid };
}

interface Contents {
  readonly header: FileHeader;
  readonly seqpar: Namelist | undefined;
  readonly title: string | null;
  readonly signals: readonly RawBasisSignal[];
}

/** The groups stand in any order: LCModel's own have $SEQPAR and $BASIS1 first, but nothing makes other programs' so. */
function readContents(text: string, name: string): Contents {
  const groups: Namelist[] = [];
  for (let group = nextNamelist(text, 0); group !== null; group = nextNamelist(text, group.end)) groups.push(group);
  const unclosed = groups.find((group) => !group.closed);
  if (unclosed !== undefined) invalidBasis(`${name} is cut short: its $${unclosed.name} group has no $END.`);
  const first = groups.find((group) => group.name === 'BASIS1');
  if (first === undefined) invalidBasis(`${name} is no LCModel basis file: it has no $BASIS1 group.`);
  const header = readHeader(first, name);
  const factors = header.scrambled ? unscramblingFactors(header.points) : null;
  return {
    header,
    seqpar: groups.find((group) => group.name === 'SEQPAR'),
    title: namelistText(first, 'IDBASI') ?? namelistText(first, 'ID_BASI'),
    signals: groups.filter((g) => g.name === 'BASIS').map((g) => readSignal(g, text, header, factors, name)),
  };
}

/**
 * Reads an LCModel .BASIS file.
 * @throws ModelError BASIS_MISMATCH (damaged, cut), BASIS_MISSING (no frequency in file or options)
 */
export function readLcmodelBasis(file: NamedBytes, options: BasisReadOptions = {}): FileBasisSet {
  const { header, seqpar, title, signals } = readContents(basisText(file.bytes), file.name);
  const frequency = namelistNumber(seqpar, 'HZPPPM') ?? options.spectrometerFrequencyMHz ?? null;
  if (frequency === null || !(frequency > 0)) {
    throw new ModelError(
      'BASIS_MISSING',
      `${file.name} does not give its spectrometer frequency (HZPPPM); give it as an option (--frequency-mhz).`,
    );
  }
  const echoMs = namelistNumber(seqpar, 'ECHOT');
  const widthPpm = namelistNumber(seqpar, 'FWHMBA');
  const warnings: Warning[] = header.scrambled
    ? [{ code: 'basis-unscrambled', message: 'The basis file is stored scrambled (negative BADELT); it is restored.' }]
    : [];
  return buildBasisSet(
    {
      source: file.name,
      format: 'lcmodel',
      title: title ?? file.name.replace(/\.basis$/i, ''),
      nucleus: null,
      spectrometerFrequencyMHz: frequency,
      dwellTimeS: header.dwellTimeS,
      echoTimeS: echoMs !== null && echoMs > 0 ? echoMs / 1000 : null,
      sequence: namelistText(seqpar, 'SEQ'),
      linewidthHz: widthPpm !== null && widthPpm > 0 ? widthPpm * frequency : null,
      signals,
      warnings,
    },
    options,
  );
}
