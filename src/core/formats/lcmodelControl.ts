// LCModel control files: what they say about the data (LCModel manual 6.3, section 5; first $LCMODL group counts).
import { ReaderError } from '../domain/errors.ts';
import { latin1Text, namelistNumber, namelistText, nextNamelist } from '../math/fortranText.ts';

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
}

/** LCModel's public licence key, free since 2021. */
const PUBLIC_KEY = 210387309;
/** Longest title LCModel prints. Source: LCModel manual 6.3, section 5.3. */
const MAX_TITLE = 122;

/** A Fortran string constant of printable ASCII. */
export function fortranString(text: string): string {
  return `'${text.replace(/[^\x20-\x7e]/g, '').replace(/'/g, "''")}'`;
}

const gridKeys = ([columns, rows, slices]: readonly [number, number, number]): string[] =>
  columns * rows * slices === 1
    ? []
    : [
        `ndcols=${columns}`,
        `ndrows=${rows}`,
        `ndslic=${slices}`,
        'icolst=1',
        `icolen=${columns}`,
        'irowst=1',
        `irowen=${rows}`,
        'islice=1',
      ];

/**
 * Writes the control file that goes with a .RAW (and .H2O) file; LCModel's own defaults hold for the rest.
 * Of several slices it analyses the first: LCModel takes one slice a run (ISLICE).
 */
export function writeLcmodelControl(request: LcmodelControlRequest): string {
  const { echoTimeS, waterFile, outputStem } = request;
  const output = (suffix: string): string => fortranString(`${outputStem}.${suffix}`);
  const keys = [
    `key=${PUBLIC_KEY}`,
    `title=${fortranString(request.title.slice(0, MAX_TITLE))}`,
    `nunfil=${request.points}`,
    `deltat=${request.dwellTimeS}`,
    `hzpppm=${request.spectrometerFrequencyMHz}`,
    ...(echoTimeS === null ? [] : [`echot=${Number((echoTimeS * 1000).toPrecision(12))}`]),
    ...gridKeys(request.grid),
    `filbas=${fortranString(request.basisFile)}`,
    `filraw=${fortranString(request.rawFile)}`,
    ...(waterFile === null ? [] : [`filh2o=${fortranString(waterFile)}`, 'dows=T']),
    `filps=${output('ps')}`,
    'lcoord=9',
    `filcoo=${output('coord')}`,
    'ltable=7',
    `filtab=${output('table')}`,
    'lcsv=11',
    `filcsv=${output('csv')}`,
    'lprint=6',
    `filpri=${output('print')}`,
  ];
  return [' $LCMODL', ...keys.map((key) => ` ${key}`), ' $END', ''].join('\n');
}
