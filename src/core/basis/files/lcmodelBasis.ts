// LCModel .BASIS files (LCModel manual 6.3, section 8; behaviour checked against the public LCModel source, MYBASI).
// The file holds unitary DFTs (1/√N) of zero-filled FIDs in natural order. LCModel uses sample (j + ISHIFT) mod N as
// sample j, multiplied by TRAMP/(VOLUME·CONC), so that every signal is for unit concentration; so does this reader.
// A negative BADELT marks a scrambled file: each spectrum is −X_j·exp(20·r_j − 10), r from the minimal standard
// generator (Park and Miller, Commun ACM 1988;31:1192, doi:10.1145/63039.63042) started at 1499 for each.
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ModelError } from '../../domain/errors.ts';
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

/** @returns whether the bytes look like an LCModel .BASIS file */
export function isLcmodelBasis(bytes: Uint8Array): boolean {
  return /[$&]BASIS1\b/i.test(latin1Text(bytes.subarray(0, 16384)));
}

interface FileHeader {
  readonly points: number;
  readonly dwellTimeS: number;
  readonly scrambled: boolean;
  readonly width: number | null;
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
    width: realFieldWidth(namelistText(group, 'FMTBAS')),
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
  if (!(value > 0)) invalidBasis(`${name}: ${key} of ${metabolite} is ${value}, where a positive number is expected.`);
  return value;
}

function readSignal(
  group: Namelist,
  values: readonly number[],
  header: FileHeader,
  factors: Float64Array | null,
  name: string,
): RawBasisSignal {
  const { points } = header;
  const metabolite = namelistText(group, 'METABO') ?? namelistText(group, 'ID');
  if (metabolite === null) invalidBasis(`${name}: a $BASIS group has neither METABO nor ID.`);
  if (values.length < 2 * points) {
    invalidBasis(`${name} is cut short: ${metabolite} has ${values.length} numbers, where ${2 * points} are expected.`);
  }
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

function readContents(text: string, name: string): Contents {
  let seqpar: Namelist | undefined;
  let header: FileHeader | null = null;
  let factors: Float64Array | null = null;
  let title: string | null = null;
  const signals: RawBasisSignal[] = [];
  let group = nextNamelist(text, 0);
  while (group !== null) {
    let at = group.end;
    if (!group.closed) invalidBasis(`${name} is cut short: its $${group.name} group has no $END.`);
    if (group.name === 'SEQPAR') seqpar = group;
    if (group.name === 'BASIS1') {
      header = readHeader(group, name);
      factors = header.scrambled ? unscramblingFactors(header.points) : null;
      title = namelistText(group, 'IDBASI') ?? namelistText(group, 'ID_BASI');
    }
    if (group.name === 'BASIS') {
      if (header === null) invalidBasis(`${name} has a $BASIS group before its $BASIS1 group.`);
      const { values, end } = readFortranReals(text, at, header.width, 2 * header.points);
      signals.push(readSignal(group, values, header, factors, name));
      at = end;
    }
    group = nextNamelist(text, at);
  }
  if (header === null) invalidBasis(`${name} is no LCModel basis file: it has no $BASIS1 group.`);
  return { header, seqpar, title, signals };
}

/**
 * Reads an LCModel .BASIS file.
 * @throws ModelError BASIS_MISMATCH (damaged, cut), BASIS_MISSING (no frequency in file or options)
 */
export function readLcmodelBasis(file: NamedBytes, options: BasisReadOptions = {}): FileBasisSet {
  const { header, seqpar, title, signals } = readContents(latin1Text(file.bytes), file.name);
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
