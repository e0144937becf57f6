// A map over a scan's grid as NIfTI-1 (nifti1.h): one float32 value a voxel, NaN where there is none, in the scan's place.
import type { Affine } from '../domain/mrsDataset.ts';
import { voxelSizeMm } from '../domain/mrsDataset.ts';
import { BugError } from '../domain/errors.ts';
import { gzip } from './gzip.ts';
import { affineToQuaternion } from './niftiAffine.ts';

export interface VoxelMap {
  /** C order over x, y, z; NaN where there is no value. */
  readonly values: Float64Array;
  /** Voxels along x, y, z. */
  readonly grid: readonly [number, number, number];
  /** null: the file says that it does not know where it lies. */
  readonly affine: Affine | null;
  /** What the values are: up to 15 characters, and up to 79 with their unit; ASCII. */
  readonly intentName: string;
  readonly description: string;
}

/** Fixed header and the four bytes that say that no extension follows. */
const DATA_OFFSET = 352;
const FLOAT32 = 16;
const SCANNER_ANATOMICAL = 1;
/** NIFTI_INTENT_ESTIMATE: the values estimate a quantity, which intent_name tells. */
const INTENT_ESTIMATE = 1001;
const MM = 2;

/** ASCII, zero-terminated: everything else becomes a question mark. */
function writeText(view: DataView, at: number, room: number, text: string): void {
  const ascii = text.replace(/[^\x20-\x7e]/g, '?').slice(0, room - 1);
  for (let i = 0; i < ascii.length; i++) view.setUint8(at + i, ascii.charCodeAt(i));
}

function writeAffine(view: DataView, affine: Affine): void {
  view.setInt16(254, SCANNER_ANATOMICAL, true);
  affine.slice(0, 12).forEach((v, i) => view.setFloat32(280 + 4 * i, v, true));
  const quaternion = affineToQuaternion(affine);
  if (quaternion === null) return;
  view.setInt16(252, SCANNER_ANATOMICAL, true);
  view.setFloat32(76, quaternion.qfac, true);
  const offsets = [affine[3], affine[7], affine[11]] as number[];
  [...quaternion.bcd, ...offsets].forEach((v, i) => view.setFloat32(256 + 4 * i, v, true));
}

function writeHeader(view: DataView, { grid, affine, intentName, description }: VoxelMap): void {
  view.setInt32(0, 348, true);
  [3, ...grid, 1, 1, 1, 1].forEach((n, i) => view.setInt16(40 + 2 * i, n, true));
  view.setInt16(68, INTENT_ESTIMATE, true);
  view.setInt16(70, FLOAT32, true);
  view.setInt16(72, 32, true);
  [1, ...(voxelSizeMm(affine) ?? [1, 1, 1])].forEach((v, i) => view.setFloat32(76 + 4 * i, v, true));
  view.setFloat32(108, DATA_OFFSET, true);
  view.setFloat32(112, 1, true);
  view.setUint8(123, affine === null ? 0 : MM);
  writeText(view, 148, 80, description);
  if (affine !== null) writeAffine(view, affine);
  writeText(view, 328, 16, intentName);
  [0x6e, 0x2b, 0x31, 0].forEach((byte, i) => view.setUint8(344 + i, byte));
}

/**
 * Writes a map, gzipped; the same map gives the same bytes.
 * @throws BugError where values and grid disagree
 */
export function writeNiftiMap(map: VoxelMap): Uint8Array {
  const [nx, ny, nz] = map.grid;
  if (map.values.length !== nx * ny * nz) throw new BugError('A map has another number of values than its grid.');
  const bytes = new Uint8Array(DATA_OFFSET + 4 * map.values.length);
  const view = new DataView(bytes.buffer);
  writeHeader(view, map);
  let at = DATA_OFFSET;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++, at += 4) view.setFloat32(at, map.values[(x * ny + y) * nz + z] as number, true);
    }
  }
  return gzip(bytes);
}
