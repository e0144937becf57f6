// Writes a dataset as NIfTI-MRS: NIfTI-2, little-endian, one JSON header extension (Clarke et al., Magn Reson Med
// 2022;88:2358, doi:10.1002/mrm.29418); byte layout of nifti2.h.
import { strToU8 } from 'fflate';
import type { ComplexArray, ComplexSignal } from '../domain/complexArray.ts';
import { shapeSize } from '../domain/complexArray.ts';
import { BugError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Affine, MrsDataset } from '../domain/mrsDataset.ts';
import { pointCount, voxelSizeMm } from '../domain/mrsDataset.ts';
import { gzip, gzipPieces } from './gzip.ts';
import { affineToQuaternion } from './niftiAffine.ts';
import { headerJson } from './niftiMrsHeader.ts';
import { NIFTI_MRS_VERSION } from './niftiMrsKeys.ts';
import { COMPLEX128, COMPLEX64, forEachSignal, MRS_EXTENSION_CODE, UNLOCALISED_VOXEL_MM } from './niftiMrsLayout.ts';
import { niftiMrsHeaderProblems } from './niftiMrsValidation.ts';

/** The standard's version this program writes. */
const INTENT_NAME = `mrs_v${NIFTI_MRS_VERSION.major}_${NIFTI_MRS_VERSION.minor}`;

export interface WriteNiftiMrsOptions {
  /** Gzip the file (.nii.gz); true unless said otherwise. */
  readonly compress?: boolean;
  /** Without it: complex64 where that loses nothing, else complex128. */
  readonly precision?: 'complex64' | 'complex128';
}

const NIFTI2_HEADER_BYTES = 540;

function fitsSinglePrecision(data: ComplexArray): boolean {
  if (data.re instanceof Float32Array && data.im instanceof Float32Array) return true;
  const exact = (v: number): boolean => Object.is(Math.fround(v), v);
  return data.re.every(exact) && data.im.every(exact);
}

function writeGeometry(view: DataView, affine: Affine | null): void {
  const size = voxelSizeMm(affine) ?? [UNLOCALISED_VOXEL_MM, UNLOCALISED_VOXEL_MM, UNLOCALISED_VOXEL_MM];
  size.forEach((mm, i) => view.setFloat64(104 + 8 * (i + 1), mm, true));
  view.setFloat64(104, 1, true);
  const written = affine ?? [
    UNLOCALISED_VOXEL_MM, 0, 0, 0, 0, UNLOCALISED_VOXEL_MM, 0, 0, 0, 0, UNLOCALISED_VOXEL_MM, 0, 0, 0, 0, 1,
  ]; // prettier-ignore
  for (let i = 0; i < 12; i++) view.setFloat64(400 + 8 * i, written[i] as number, true);
  const code = affine === null ? 0 : 1; // 1: scanner coordinates
  view.setInt32(348, code, true);
  const quaternion = affine === null ? null : affineToQuaternion(affine);
  if (quaternion === null) return;
  view.setInt32(344, code, true);
  view.setFloat64(104, quaternion.qfac, true);
  quaternion.bcd.forEach((q, i) => view.setFloat64(352 + 8 * i, q, true));
  [3, 7, 11].forEach((at, i) => view.setFloat64(376 + 8 * i, written[at] as number, true));
}

/** Byte layout: nifti2.h. */
function writeFixedHeader(view: DataView, dataset: MrsDataset, datatype: number, dataOffset: number): void {
  const { shape } = dataset.data;
  const higher = shape.slice(3, -1);
  const lengths = [4 + higher.length, ...shape.slice(0, 3), pointCount(dataset), ...higher];
  view.setInt32(0, NIFTI2_HEADER_BYTES, true);
  [0x6e, 0x2b, 0x32, 0, 0x0d, 0x0a, 0x1a, 0x0a].forEach((byte, i) => view.setUint8(4 + i, byte));
  view.setInt16(12, datatype, true);
  view.setInt16(14, datatype === COMPLEX64 ? 64 : 128, true);
  for (let i = 0; i < 8; i++) {
    view.setBigInt64(16 + 8 * i, BigInt(lengths[i] ?? 1), true);
    view.setFloat64(104 + 8 * i, 1, true);
  }
  writeGeometry(view, dataset.affine);
  view.setFloat64(104 + 8 * 4, dataset.dwellTimeS, true);
  view.setBigInt64(168, BigInt(dataOffset), true);
  view.setFloat64(176, 1, true);
  view.setInt32(500, 2 | 8, true); // mm, s
  strToU8(INTENT_NAME).forEach((byte, i) => view.setUint8(508 + i, byte));
  view.setUint8(NIFTI2_HEADER_BYTES, 1); // extensions follow
}

/**
 * Keys that came with the file stay as they came, whatever the standard says of them; what this program writes itself
 * must be valid.
 */
function requireValidHeader(json: JsonObject, dataset: MrsDataset): void {
  const own = niftiMrsHeaderProblems(json, dataset.data.shape.slice(3, -1)).filter(
    (problem) => problem.kind !== 'value' && !(problem.key in dataset.header),
  );
  if (own.length > 0) {
    throw new BugError(`The NIfTI-MRS header to be written is not valid: ${own.map((p) => p.message).join(' ')}`, {
      keys: own.map((p) => p.key),
    });
  }
}

type Precision = NonNullable<WriteNiftiMrsOptions['precision']>;

const VALUE_BYTES: Readonly<Record<Precision, number>> = { complex64: 8, complex128: 16 };

/** First sample of every signal, in the order in which the file has the signals: voxels x first, then d5…, the first first. */
function signalStarts(shape: readonly number[], points: number): Float64Array {
  const starts = new Float64Array(shapeSize(shape) / points);
  forEachSignal(shape, (c, f, voxels) => {
    const block = Math.floor(f / (voxels * points));
    starts[block * voxels + (f % (voxels * points))] = c;
  });
  return starts;
}

/** All voxels' values at one place of the higher dimensions: a stretch of the file. */
function encodeBlock(data: ComplexArray, starts: Float64Array, points: number, precision: Precision): Uint8Array {
  const valueBytes = VALUE_BYTES[precision];
  const bytes = new Uint8Array(starts.length * points * valueBytes);
  const view = new DataView(bytes.buffer);
  for (let voxel = 0; voxel < starts.length; voxel++) {
    const c = starts[voxel] as number;
    for (let t = 0; t < points; t++) {
      const at = (t * starts.length + voxel) * valueBytes;
      if (precision === 'complex64') {
        view.setFloat32(at, data.re[c + t] as number, true);
        view.setFloat32(at + 4, data.im[c + t] as number, true);
      } else {
        view.setFloat64(at, data.re[c + t] as number, true);
        view.setFloat64(at + 8, data.im[c + t] as number, true);
      }
    }
  }
  return bytes;
}

function* encodeBlocks(data: ComplexArray, precision: Precision): Generator<Uint8Array> {
  const points = data.shape[data.shape.length - 1] as number;
  const voxels = shapeSize(data.shape.slice(0, 3));
  const starts = signalStarts(data.shape, points);
  for (let at = 0; at < starts.length; at += voxels) {
    yield encodeBlock(data, starts.subarray(at, at + voxels), points, precision);
  }
}

function encodeHeader(dataset: MrsDataset, precision: Precision): Uint8Array {
  const header = headerJson(dataset);
  requireValidHeader(header, dataset);
  const json = strToU8(JSON.stringify(header));
  const extensionBytes = Math.ceil((json.length + 8) / 16) * 16;
  const bytes = new Uint8Array(NIFTI2_HEADER_BYTES + 4 + extensionBytes);
  const view = new DataView(bytes.buffer);
  writeFixedHeader(view, dataset, precision === 'complex64' ? COMPLEX64 : COMPLEX128, bytes.length);
  view.setInt32(NIFTI2_HEADER_BYTES + 4, extensionBytes, true);
  view.setInt32(NIFTI2_HEADER_BYTES + 8, MRS_EXTENSION_CODE, true);
  bytes.set(json, NIFTI2_HEADER_BYTES + 12);
  return bytes;
}

interface Encoded {
  readonly header: Uint8Array;
  /** The samples, made when they are asked for. */
  readonly blocks: Iterable<Uint8Array>;
  readonly byteLength: number;
}

function encode(dataset: MrsDataset, options: WriteNiftiMrsOptions): Encoded {
  const { data, dimensions } = dataset;
  if (data.shape.length !== 4 + dimensions.length || data.re.length !== shapeSize(data.shape)) {
    throw new BugError('The dataset’s shape and dimensions disagree.', { shape: [...data.shape] });
  }
  const precision = options.precision ?? (fitsSinglePrecision(data) ? 'complex64' : 'complex128');
  const header = encodeHeader(dataset, precision);
  const byteLength = header.length + data.re.length * VALUE_BYTES[precision];
  return { header, blocks: encodeBlocks(data, precision), byteLength };
}

/**
 * Writes a dataset as NIfTI-MRS (NIfTI-2, little-endian); the same dataset gives the same bytes.
 * @throws BugError where shape and dimensions disagree, or where the header would break the standard
 */
export function writeNiftiMrs(dataset: MrsDataset, options: WriteNiftiMrsOptions = {}): Uint8Array {
  const { header, blocks, byteLength } = encode(dataset, options);
  const bytes = new Uint8Array(byteLength);
  bytes.set(header);
  let at = header.length;
  for (const block of blocks) {
    bytes.set(block, at);
    at += block.length;
  }
  return options.compress === false ? bytes : gzip(bytes);
}

/**
 * Writes a large dataset as writeNiftiMrs does, without holding the file: samples are encoded as the pieces are taken.
 * @returns the file's pieces, to be gone through once
 * @throws BugError at once, as writeNiftiMrs
 */
export function niftiMrsPieces(dataset: MrsDataset, options: WriteNiftiMrsOptions = {}): Iterable<Uint8Array> {
  const { header, blocks } = encode(dataset, options);
  const pieces = joined(header, blocks);
  return options.compress === false ? pieces : gzipPieces(pieces);
}

function* joined(header: Uint8Array, blocks: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield header;
  yield* blocks;
}

/** What a dataset says of itself, without its samples. */
export type DatasetDescription = Omit<MrsDataset, 'data'>;

/**
 * Writes signals of one voxel that are made one after another, of which none is kept: complex64, gzipped.
 * @param description with one higher dimension, over which the signals run
 * @param size how many signals there will be, and their points
 * @param signals each of `points` samples
 * @returns the file's pieces, to be gone through once
 * @throws BugError at once where the header would break the standard; at the end where there were fewer or more signals
 */
export function niftiMrsOfSignals(
  description: DatasetDescription,
  size: { readonly signals: number; readonly points: number },
  signals: Iterable<ComplexSignal>,
): Iterable<Uint8Array> {
  const none = new Float32Array(0);
  const data = { re: none, im: none, shape: [1, 1, 1, size.signals, size.points] };
  const header = encodeHeader({ ...description, data }, 'complex64');
  return gzipPieces(joined(header, encodeSignals(signals, size)));
}

function* encodeSignals(
  signals: Iterable<ComplexSignal>,
  size: { readonly signals: number; readonly points: number },
): Generator<Uint8Array> {
  let count = 0;
  for (const { re, im } of signals) {
    if (re.length !== size.points) throw new BugError('A signal to be written has another length than the others.');
    count++;
    yield encodeBlock({ re, im, shape: [size.points] }, new Float64Array(1), size.points, 'complex64');
  }
  if (count !== size.signals) throw new BugError(`There are ${count} signals to be written, not ${size.signals}.`);
}
