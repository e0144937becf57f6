// Where a Philips scan lies, from its .SPAR: offsets and angulations along (lr, ap, cc), positive toward left, posterior
// and head, so RAS = (−lr, −ap, +cc). Order and signs were checked on every real scan against spec2nii 0.8.15 (1e-6 mm).
import { foundWord } from '../../domain/foundWord.ts';
import type { Affine } from '../../domain/mrsDataset.ts';
import type { Warning } from '../../domain/provenance.ts';
import type { Spar } from './spar.ts';
import { sparNumber, sparText, sparYes } from './spar.ts';

type Matrix3 = readonly (readonly number[])[];

function rotation(axis: 0 | 1 | 2, deg: number): Matrix3 {
  const c = Math.cos((deg * Math.PI) / 180);
  const s = Math.sin((deg * Math.PI) / 180);
  if (axis === 0) return [[1, 0, 0], [0, c, -s], [0, s, c]]; // prettier-ignore
  if (axis === 1) return [[c, 0, s], [0, 1, 0], [-s, 0, c]]; // prettier-ignore
  return [[c, -s, 0], [s, c, 0], [0, 0, 1]]; // prettier-ignore
}

const product = (a: Matrix3, b: Matrix3): Matrix3 =>
  a.map((row) => [0, 1, 2].map((j) => row.reduce((sum, v, k) => sum + v * ((b[k] as number[])[j] as number), 0)));

/** Farthest that anything lies from the isocentre; unused fields hold 1.7e38. [mm] */
const MAX_OFFSET_MM = 5000;

type Triple = readonly [number, number, number];

/** The three numbers of a quantity along lr, ap and cc; null where one is missing or absurd. */
function triple(spar: Spar, name: (axis: string) => string): Triple | null {
  const values = ['lr', 'ap', 'cc'].map((axis) => sparNumber(spar, name(axis)));
  return values.every((v): v is number => v !== null && Math.abs(v) <= MAX_OFFSET_MM)
    ? (values as unknown as Triple)
    : null;
}

/**
 * Rx(−lr)·Ry(−ap)·Rz(cc) in RAS: each turn is about the axes as the earlier ones left them. spec2nii (since 0.6.11, which
 * put the reverse order right) and suspect agree; it matters only where the voxel is turned about more than one axis.
 */
const orientation = ([lr, ap, cc]: Triple): Matrix3 =>
  product(rotation(0, -lr), product(rotation(1, -ap), rotation(2, cc)));

/** @param steps edge vectors' lengths along the turned axes; @param at centre of voxel (0, 0, 0), RAS mm */
function affineOf(turn: Matrix3, steps: Triple, at: Triple): Affine {
  const rows = turn.flatMap((row, i) => [...row.map((v, j) => v * (steps[j] as number)), at[i] as number]);
  return [...rows, 0, 0, 0, 1];
}

function warnOfPosition(spar: Spar, warnings: Warning[]): void {
  const position = `${spar.get('patient_position') ?? ''} ${spar.get('patient_orientation') ?? ''}`
    .trim()
    .toLowerCase();
  if (position === 'head_first supine') return;
  warnings.push({
    code: 'geometry-unverified',
    message: `The voxel's place is read as for a patient lying head first and supine; the file says "${foundWord(position)}".`,
  });
}

/**
 * The selected volume: sizes along (lr, ap, cc), turned, centred at its offsets.
 * @returns null, with a warning, where the header doesn't say fully where it lies
 */
export function voxelAffine(spar: Spar, warnings: Warning[]): Affine | null {
  const size = triple(spar, (axis) => `${axis}_size`);
  const centre = triple(spar, (axis) => `${axis}_off_center`);
  const angle = triple(spar, (axis) => `${axis}_angulation`);
  const selected = (spar.get('volume_selection_enable') ?? 'yes').toLowerCase() !== 'no';
  if (size === null || centre === null || angle === null || !selected || !size.every((v) => v > 0)) {
    warnings.push({ code: 'geometry-missing', message: 'The SPAR file does not say fully where its voxel lies.' });
    return null;
  }
  warnOfPosition(spar, warnings);
  const [x, y, z] = centre;
  return affineOf(orientation(angle), size, [-x, -y, z]);
}

/** Voxels of an MRSI scan along its columns, rows and slices. */
export type SparGrid = readonly [number, number, number];

/** @returns the grid of a phase-encoded scan of several rows; null for a single voxel (some of which are marked as phase-encoded too) */
export function sparGrid(spar: Spar): SparGrid | null {
  if (!sparYes(spar, 'phase_encoding_enable')) return null;
  const columns = sparNumber(spar, 'dim2_pnts', 'sun_dim2_pnts', 'nr_phase_encoding_profiles') ?? 1;
  const rows = sparNumber(spar, 'dim3_pnts', 'sun_dim3_pnts', 'nr_of_phase_encoding_profiles_ky') ?? 1;
  const slices = sparNumber(spar, 'nr_of_slices_for_multislice', 'dim4_pnts') ?? 1;
  return [columns, rows, Math.max(1, slices)];
}

/** Thickness of one slice, and the step from one to the next. [mm] */
function sliceStep(spar: Spar, slices: number): number | null {
  const thickness = sparNumber(spar, 'slice_thickness', 'image_plane_slice_thickness') ?? 0;
  const distance = sparNumber(spar, 'slice_distance') ?? 0;
  const step = slices > 1 && distance > 0 ? distance : thickness;
  return step > 0 && step <= MAX_OFFSET_MM ? step : null;
}

/** Largest difference between two statements of one angle. [deg] */
const SAME_ANGLE_DEG = 0.01;

/** The grid's angulation; programs differ in which of two keys they take, so it is known only where those agree. */
function gridAngle(spar: Spar): Triple | null {
  const own = triple(spar, (axis) => `si_${axis}_off_angulation`);
  const volume = triple(spar, (axis) => `${axis}_angulation`);
  if (own === null || volume === null) return own ?? volume;
  return own.every((v, i) => Math.abs(v - (volume[i] as number)) <= SAME_ANGLE_DEG) ? own : null;
}

/**
 * The grid of a transverse MRSI scan: columns run toward the left, rows toward the back, slices toward the head; voxels
 * are square, the field of view is the columns'. As two other programs read it (spant, SIVIC); no real file was at hand.
 * @returns null, with a warning, for other planes and incomplete headers
 */
export function gridAffine(spar: Spar, grid: SparGrid, warnings: Warning[]): Affine | null {
  const plane = sparText(spar, 'phase_encoding_direction') ?? 'trans';
  const fov = sparNumber(spar, 'phase_encoding_fov');
  const centre = triple(spar, (axis) => `si_${axis}_off_center`) ?? triple(spar, (axis) => `${axis}_off_center`);
  const angle = gridAngle(spar);
  const slice = sliceStep(spar, grid[2]);
  if (
    !/^trans/i.test(plane) ||
    fov === null ||
    !(fov > 0 && fov <= MAX_OFFSET_MM) ||
    slice === null ||
    centre === null ||
    angle === null
  ) {
    warnings.push({
      code: 'geometry-missing',
      message: `The SPAR file does not say clearly where its grid lies, or its plane ("${foundWord(plane)}") is one this program can't place yet.`,
    });
    return null;
  }
  warnOfPosition(spar, warnings);
  warnings.push({
    code: 'geometry-unverified',
    message: 'The place of Philips MRSI grids is read as other programs do; check it against the images.',
  });
  const turn = orientation(angle);
  const edge = fov / grid[0];
  const steps: Triple = [-edge, -edge, slice];
  const back = steps.map((step, j) => (step * ((grid[j] as number) - 1)) / 2);
  const [x, y, z] = centre;
  const at = [-x, -y, z].map(
    (c, i) => c - back.reduce((sum, b, j) => sum + b * ((turn[i] as number[])[j] as number), 0),
  );
  return affineOf(turn, steps, at as unknown as Triple);
}
