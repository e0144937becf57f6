// Folders of LCModel .RAW files, one a metabolite, as LCModel's MakeBasis takes them (LCModel manual 6.3, section 8).
// Each holds an FID in the NIfTI-MRS sign behind $NMID; a .RAW file doesn't name its dwell time, but MakeBasis's control
// file (groups $SEQPAR, $NMALL and one $NMEACH a metabolite) does.
import { ModelError } from '../../domain/errors.ts';
import type { Namelist } from '../../math/fortranText.ts';
import {
  latin1Text,
  namelistLogical,
  namelistNumber,
  namelistText,
  nextNamelist,
  readNamelistData,
} from '../../math/fortranText.ts';
import type { BasisReadOptions, FileBasisSet, NamedBytes, RawBasisSignal } from './basisFile.ts';
import { byName, invalidBasis } from './basisFile.ts';
import { buildBasisSet } from './buildBasisSet.ts';
import { wholeName } from './lcmodelNames.ts';

/** Bytes in which the first groups stand. */
const HEAD_BYTES = 16384;

/** @returns whether the bytes look like an LCModel .RAW file */
export function isLcmodelRaw(bytes: Uint8Array): boolean {
  return /[$&]NMID\b/i.test(latin1Text(bytes.subarray(0, HEAD_BYTES)));
}

/** @returns whether the bytes look like a control file of MakeBasis */
export function isMakeBasisControl(bytes: Uint8Array): boolean {
  return /[$&]NMALL\b/i.test(latin1Text(bytes.subarray(0, HEAD_BYTES)));
}

interface Control {
  readonly seqpar: Namelist | undefined;
  readonly all: Namelist | undefined;
  /** Lower-case base name of FILRAW → its group. */
  readonly each: ReadonlyMap<string, Namelist>;
}

function readControl(file: NamedBytes | null): Control {
  const groups: Namelist[] = [];
  const text = file === null ? '' : latin1Text(file.bytes);
  for (let group = nextNamelist(text, 0); group !== null; group = nextNamelist(text, group.end)) groups.push(group);
  const baseName = (group: Namelist): string =>
    (namelistText(group, 'FILRAW') ?? '').replace(/^.*[\\/]/, '').toLowerCase();
  return {
    seqpar: groups.find((group) => group.name === 'SEQPAR'),
    all: groups.find((group) => group.name === 'NMALL'),
    each: new Map(groups.filter((group) => group.name === 'NMEACH').map((group) => [baseName(group), group])),
  };
}

interface RawSignal extends RawBasisSignal {
  readonly seqpar: Namelist | undefined;
}

function positive(group: Namelist | undefined, key: string, file: string): number {
  const value = namelistNumber(group, key) ?? 1;
  if (!(value > 0)) invalidBasis(`${file}: ${key} is ${value}, where a positive number is expected.`);
  return value;
}

function readSignal(file: NamedBytes, control: Control): RawSignal {
  const { groups, dataGroup, values, rest } = readNamelistData(latin1Text(file.bytes), 'NMID', 'FMTDAT');
  if (dataGroup === null) invalidBasis(`${file.name} is cut short: its $NMID group has no $END.`);
  if (rest || values.some(Number.isNaN)) {
    const at = values.findIndex(Number.isNaN);
    invalidBasis(
      `${file.name} holds something other than numbers in its data, after ${at < 0 ? values.length : at} numbers.`,
    );
  }
  if (values.length < 2 || values.length % 2 !== 0) {
    invalidBasis(`${file.name} holds ${values.length} numbers, where pairs of real and imaginary parts are expected.`);
  }
  const each = control.each.get(file.name.toLowerCase());
  const scale =
    positive(dataGroup, 'TRAMP', file.name) /
    (positive(dataGroup, 'VOLUME', file.name) * positive(each, 'CONC', file.name));
  const sign = namelistLogical(dataGroup, 'BRUKER') === true ? -1 : 1;
  const points = values.length / 2;
  const stem = file.name.replace(/\.[^.]*$/, '');
  return {
    // ID is free text (a patient's or a project's name, often); the file's name says what it is.
    fileName:
      (each === undefined ? null : wholeName(namelistText(each, 'METABO'), namelistText(dataGroup, 'ID'))) ?? stem,
    fid: {
      re: Float64Array.from({ length: points }, (_, t) => scale * (values[2 * t] as number)),
      im: Float64Array.from({ length: points }, (_, t) => scale * sign * (values[2 * t + 1] as number)),
    },
    seqpar: groups.find((group) => group.name === 'SEQPAR'),
  };
}

/**
 * Reads a folder of .RAW files.
 * @param files its .RAW files, one a metabolite
 * @param controlFile MakeBasis's control file, if it lies there
 * @throws ModelError BASIS_MISSING (frequency or dwell time not given), BASIS_MISMATCH (damaged)
 */
export function readLcmodelRawBasis(
  files: readonly NamedBytes[],
  controlFile: NamedBytes | null,
  options: BasisReadOptions = {},
): FileBasisSet {
  const control = readControl(controlFile);
  const signals = byName(files).map((file) => readSignal(file, control));
  const seqpars = [control.seqpar, control.all, ...signals.map((s) => s.seqpar)];
  const firstNumber = (key: string): number | null =>
    seqpars.map((group) => namelistNumber(group, key)).find((value) => value !== null && value > 0) ?? null;
  const frequencyMHz = firstNumber('HZPPPM') ?? options.spectrometerFrequencyMHz ?? null;
  const dwellTimeS = firstNumber('DELTAT') ?? options.dwellTimeS ?? null;
  if (frequencyMHz === null || dwellTimeS === null) {
    const missing = [
      ...(frequencyMHz === null ? ['spectrometer frequency (--frequency-mhz)'] : []),
      ...(dwellTimeS === null ? ['dwell time (--dwell-s)'] : []),
    ];
    throw new ModelError(
      'BASIS_MISSING',
      `The .RAW files don't name their ${missing.join(' and ')}; give it as an option, or put MakeBasis's control file beside them.`,
    );
  }
  const echoMs = firstNumber('ECHOT');
  const widthPpm = firstNumber('FWHMBA');
  return buildBasisSet(
    {
      source: 'The folder of .RAW files',
      format: 'lcmodel-raw',
      title: namelistText(control.all, 'IDBASI') ?? 'LCModel RAW basis',
      nucleus: null,
      spectrometerFrequencyMHz: frequencyMHz,
      dwellTimeS,
      echoTimeS: echoMs === null ? null : echoMs / 1000,
      sequence: seqpars.map((group) => namelistText(group, 'SEQ')).find((text) => text !== null) ?? null,
      linewidthHz: widthPpm === null ? null : widthPpm * frequencyMHz,
      signals,
      warnings: [],
    },
    options,
  );
}
