// LCModel control files: what they say about the data (LCModel manual 6.3, section 5; first $LCMODL group counts).
import { ReaderError } from '../domain/errors.ts';
import type { NamelistEntry } from '../math/fortranText.ts';
import {
  fortranString,
  latin1Text,
  namelistGroup,
  namelistNumber,
  namelistText,
  nextNamelist,
} from '../math/fortranText.ts';

export interface LcmodelControl {
  readonly title: string | null;
  readonly filraw: string | null;
  readonly filh2o: string | null;
  readonly filbas: string | null;
  /** Hz per ppm, that is the spectrometer frequency in MHz. */
  readonly hzpppm: number | null;
  /** Dwell time. [s] */
  readonly deltat: number | null;
  /** Complex points per voxel. */
  readonly nunfil: number | null;
  /** Echo time. [ms] */
  readonly echot: number | null;
  /** Grid of voxels in the data file. */
  readonly ndcols: number | null;
  readonly ndrows: number | null;
  readonly ndslic: number | null;
}

/**
 * Parses a control file.
 * @param text the file's content
 * @param fileName base name, for messages
 * @throws ReaderError FORMAT_INVALID where there is no $LCMODL group
 */
export function parseLcmodelControl(text: string, fileName: string): LcmodelControl {
  let at = 0;
  for (;;) {
    const group = nextNamelist(text, at);
    if (group === null) {
      throw new ReaderError('FORMAT_INVALID', `${fileName} is no LCModel control file: it has no $LCMODL group.`);
    }
    if (group.name === 'LCMODL') {
      return {
        title: namelistText(group, 'TITLE'),
        filraw: namelistText(group, 'FILRAW'),
        filh2o: namelistText(group, 'FILH2O'),
        filbas: namelistText(group, 'FILBAS'),
        hzpppm: namelistNumber(group, 'HZPPPM'),
        deltat: namelistNumber(group, 'DELTAT'),
        nunfil: namelistNumber(group, 'NUNFIL'),
        echot: namelistNumber(group, 'ECHOT'),
        ndcols: namelistNumber(group, 'NDCOLS'),
        ndrows: namelistNumber(group, 'NDROWS'),
        ndslic: namelistNumber(group, 'NDSLIC'),
      };
    }
    at = group.end;
  }
}

/** @returns whether the bytes look like an LCModel control file */
export function isLcmodelControl(bytes: Uint8Array): boolean {
  return /^\s*[$&]LCMODL\b/im.test(latin1Text(bytes.subarray(0, 4096)));
}

/** What a control file for one scan needs; names are as LCModel is to find the files. */
export interface LcmodelControlRequest {
  readonly title: string;
  /** Complex points per voxel. */
  readonly points: number;
  readonly dwellTimeS: number;
  readonly spectrometerFrequencyMHz: number;
  readonly echoTimeS: number | null;
  /** Voxels as [columns, rows, slices]; [1, 1, 1] for a single voxel. */
  readonly grid: readonly [number, number, number];
  readonly rawFile: string;
  /** Unsuppressed water; null: no water scaling. */
  readonly waterFile: string | null;
  readonly basisFile: string;
  /** Results get this name with .table, .coord, .csv, .print and .ps. */
  readonly outputStem: string;
  /** How to analyse (quantification/lcmodel makes and checks these); each replaces a key of its name. @default none */
  readonly settings?: readonly NamelistEntry[];
}

/** LCModel's public licence key, free since 2021. */
const PUBLIC_KEY = 210387309;
/** Longest title LCModel prints. Source: LCModel manual 6.3, section 5.3. */
const MAX_TITLE = 122;

const entry = (key: string, constant: string | number): NamelistEntry => ({ key, constant: `${constant}` });

const gridEntries = ([columns, rows, slices]: readonly [number, number, number]): NamelistEntry[] =>
  columns * rows * slices === 1
    ? []
    : [
        entry('ndcols', columns),
        entry('ndrows', rows),
        entry('ndslic', slices),
        entry('icolst', 1),
        entry('icolen', columns),
        entry('irowst', 1),
        entry('irowen', rows),
        entry('islice', 1),
      ];

/**
 * Writes the control file that goes with a .RAW (and .H2O) file; LCModel's own defaults hold for what `settings` don't say.
 * Of several slices it analyses the first: LCModel takes one slice a run (ISLICE).
 */
export function writeLcmodelControl(request: LcmodelControlRequest): string {
  const { echoTimeS, waterFile, outputStem, settings = [] } = request;
  const output = (suffix: string): string => fortranString(`${outputStem}.${suffix}`);
  const entries = [
    entry('key', PUBLIC_KEY),
    entry('title', fortranString(request.title.slice(0, MAX_TITLE))),
    entry('nunfil', request.points),
    entry('deltat', request.dwellTimeS),
    entry('hzpppm', request.spectrometerFrequencyMHz),
    ...(echoTimeS === null ? [] : [entry('echot', Number((echoTimeS * 1000).toPrecision(12)))]),
    ...gridEntries(request.grid),
    entry('filbas', fortranString(request.basisFile)),
    entry('filraw', fortranString(request.rawFile)),
    ...(waterFile === null ? [] : [entry('filh2o', fortranString(waterFile)), entry('dows', 'T')]),
    entry('filps', output('ps')),
    entry('lcoord', 9),
    entry('filcoo', output('coord')),
    entry('ltable', 7),
    entry('filtab', output('table')),
    entry('lcsv', 11),
    entry('filcsv', output('csv')),
    entry('lprint', 6),
    entry('filpri', output('print')),
  ];
  const replaced = new Set(settings.map(({ key }) => key));
  return namelistGroup('LCMODL', [...entries.filter(({ key }) => !replaced.has(key)), ...settings]);
}
