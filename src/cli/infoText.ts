// What `lineshape info` says in words: a line a fact, in the units that spectroscopists read (ms, MHz, Hz, T, mm, mL), with
// the digits that mean something. The exact numbers are in its JSON.
import type { Affine, PatientInfo } from '../core/domain/mrsDataset.ts';
import type { Warning } from '../core/domain/provenance.ts';
import { applyAffine } from '../core/geometry/index.ts';

/** What the files of one scan, image or truth are. */
export interface FileInfo {
  readonly file: string;
  readonly sha256: string;
  readonly fileCount: number;
  readonly format: string;
  readonly formatTitle: string | null;
  readonly role: string;
  readonly warnings: readonly Warning[];
}

export interface ImageInfo extends FileInfo {
  /** Voxels along x, y, z, then (of a scan) the higher dimensions and points. */
  readonly shape: readonly number[];
  readonly voxel: { readonly sizeMm: readonly number[] | null; readonly affine: Affine | null };
}

export interface ScanInfo extends ImageInfo {
  readonly nucleus: string;
  readonly spectrometerFrequencyMHz: number;
  readonly fieldT: number | null;
  readonly dwellTimeS: number;
  readonly points: number;
  /** Tags of the dimensions between z and the points. */
  readonly dims: readonly string[];
  readonly echoTimeS: number | null;
  readonly repetitionTimeS: number | null;
  readonly sequence: string | null;
  readonly patient: PatientInfo;
  readonly holdsWaterReference: boolean;
}

export type Info = FileInfo | ImageInfo | ScanInfo;

type Line = readonly [label: string, value: string | null];

/** Characters of the longest label and the space behind it. */
const LABEL_WIDTH = 24;
const UNKNOWN = '–';
const DIMENSION_WORDS: Readonly<Record<string, string>> = {
  DIM_COIL: 'coils',
  DIM_DYN: 'transients',
  DIM_EDIT: 'editing conditions',
  DIM_MEAS: 'measurements',
  DIM_PHASE_CYCLE: 'phase cycles',
};

/** At most so many decimals, without trailing zeros. */
const decimals = (value: number, most: number): string => String(Number(value.toFixed(most)));
const significant = (value: number, digits: number): string => String(Number(value.toPrecision(digits)));
const milliseconds = (s: number | null): string | null => (s === null ? null : `${significant(1e3 * s, 5)} ms`);
const known = (parts: readonly (string | null)[]): string | null => parts.filter((p) => p !== null).join(', ') || null;

function voxelLine({ voxel: { sizeMm } }: ImageInfo): string | null {
  if (sizeMm === null) return null;
  const volumeMl = sizeMm.reduce((product, mm) => product * mm, 1e-3);
  return `${sizeMm.map((mm) => decimals(mm, 2)).join(' × ')} mm (${significant(volumeMl, 3)} mL)`;
}

/** Where the middle of the voxels lies: "L 41.6, P 21.6, I 5.0 mm" from the scanner's isocentre. */
function centreLine({ voxel: { affine }, shape }: ImageInfo): string | null {
  if (affine === null) return null;
  const [x, y, z] = [0, 1, 2].map((axis) => ((shape[axis] ?? 1) - 1) / 2) as [number, number, number];
  const [right, anterior, superior] = applyAffine(affine, [x, y, z]);
  const along = (mm: number, plus: string, minus: string): string =>
    `${mm < 0 ? minus : plus} ${Math.abs(mm).toFixed(1)}`;
  return `${along(right, 'R', 'L')}, ${along(anterior, 'A', 'P')}, ${along(superior, 'S', 'I')} mm`;
}

function dimensionsLine({ shape, dims }: ScanInfo): string | null {
  return known(dims.map((tag, i) => `${shape[3 + i] ?? 1} ${DIMENSION_WORDS[tag] ?? tag}`));
}

function patientLine({ patient }: ScanInfo): string | null {
  const { name, id, sex, birthDate, ageYears, weightKg } = patient;
  return known([
    name,
    id === null ? null : `ID ${id}`,
    sex,
    birthDate === null ? null : `born ${birthDate}`,
    ageYears === null ? null : `${decimals(ageYears, 1)} years`,
    weightKg === null ? null : `${decimals(weightKg, 1)} kg`,
  ]);
}

function fileLines({ file, sha256, fileCount, format, formatTitle, role }: FileInfo): Line[] {
  return [
    ['file', file],
    ['SHA-256', sha256],
    ...(fileCount > 1 ? [['files', String(fileCount)] as const] : []),
    ['format', formatTitle ?? format],
    ['role', role],
  ];
}

function scanLines(info: ScanInfo): Line[] {
  const frequency = `${info.spectrometerFrequencyMHz.toFixed(3)} MHz`;
  return [
    ['nucleus', info.nucleus],
    ['spectrometer frequency', frequency],
    ['field strength', info.fieldT === null ? null : `${info.fieldT.toFixed(2)} T`],
    ['points', String(info.points)],
    ['dwell time', milliseconds(info.dwellTimeS)],
    ['spectral width', `${significant(1 / info.dwellTimeS, 6)} Hz`],
    ['voxels', info.shape.slice(0, 3).join(' × ')],
    ['dimensions', dimensionsLine(info)],
    ['echo time', milliseconds(info.echoTimeS)],
    ['repetition time', milliseconds(info.repetitionTimeS)],
    ['sequence', info.sequence],
    ['voxel size', voxelLine(info)],
    ['centre', centreLine(info)],
    ['patient', patientLine(info)],
    ['water reference', info.holdsWaterReference ? 'in the same file' : 'not in this file'],
  ];
}

function imageLines(info: ImageInfo): Line[] {
  return [
    ['voxels', info.shape.join(' × ')],
    ['voxel size', voxelLine(info)],
    ['centre', centreLine(info)],
  ];
}

function ownLines(info: Info): Line[] {
  if ('nucleus' in info) return scanLines(info);
  return 'voxel' in info ? imageLines(info) : [];
}

/** @returns lines of label and value; what is unknown is a dash */
export function infoText(info: Info): string {
  const lines: Line[] = [...fileLines(info), ...ownLines(info)];
  info.warnings.forEach(({ message }, i) => lines.push([i === 0 ? 'warnings' : '', message]));
  return lines.map(([label, value]) => `${label.padEnd(LABEL_WIDTH)}${value ?? UNKNOWN}`).join('\n');
}
