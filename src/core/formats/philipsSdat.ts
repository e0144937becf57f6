// Philips .SDAT data (VAX F floats, row by row) with their .SPAR header: single voxels, series of rows, and MRSI grids.
// The sign is opposite to NIfTI-MRS's: conjugated here, once.
import { shapeSize, zeros } from '../domain/complexArray.ts';
import type { ComplexArray } from '../domain/complexArray.ts';
import { ReaderError, UnsupportedDataError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { HigherDimension, MrsDataset } from '../domain/mrsDataset.ts';
import type { Warning } from '../domain/provenance.ts';
import type { SparGrid } from './philips/sparGeometry.ts';
import { gridAffine, sparGrid, voxelAffine } from './philips/sparGeometry.ts';
import type { Spar } from './philips/spar.ts';
import {
  parseSpar,
  sparAcquisition,
  sparHeader,
  sparNumber,
  sparPatient,
  sparText,
  sparTiming,
} from './philips/spar.ts';
import { vaxFloat } from './philips/vaxFloat.ts';
import type { ReadOptions } from './readOptions.ts';

export { isSpar } from './philips/spar.ts';

/** Largest number of samples a header may claim. */
const MAX_SAMPLES = 2 ** 28;
/** Bytes of one complex number. */
const SAMPLE_BYTES = 8;

interface Layout {
  readonly rows: number;
  readonly points: number;
  /** null for a single voxel. */
  readonly grid: SparGrid | null;
}

function readLayout(spar: Spar, byteCount: number, fileName: string): Layout {
  const points = sparNumber(spar, 'samples', 'spec_num_col', 'dim1_pnts', 'sun_dim1_pnts');
  const rows = sparNumber(spar, 'rows', 'spec_num_row');
  if (points === null || rows === null) {
    throw new ReaderError(
      'HEADER_MISSING',
      `${fileName} does not give ${points === null ? 'samples' : 'rows'}, which a SPAR file must.`,
    );
  }
  if (!Number.isInteger(points) || !Number.isInteger(rows) || points < 1 || rows < 1 || points * rows > MAX_SAMPLES) {
    throw new ReaderError('DIMENSIONS_ABSURD', `The SPAR of ${fileName} claims ${rows} rows of ${points} samples.`);
  }
  const expected = points * rows * SAMPLE_BYTES;
  if (byteCount < expected) {
    throw new ReaderError(
      'FILE_TRUNCATED',
      `${fileName} is cut short: its SPAR promises ${expected} bytes, ${byteCount} are there.`,
      { expectedBytes: expected, foundBytes: byteCount },
    );
  }
  const grid = rows > 1 ? sparGrid(spar) : null;
  if (grid !== null && (shapeSize(grid) !== rows || !grid.every((n) => Number.isInteger(n) && n > 0))) {
    throw new UnsupportedDataError(
      'UNSUPPORTED',
      `${fileName} is Philips MRSI of ${rows} rows, which is not its grid of ${grid.join(' × ')} voxels; their order can't be told.`,
      { rows },
    );
  }
  return { rows, points, grid };
}

/** Rows are columns of the grid first, then rows, then slices, as other programs read them (spant, SIVIC). */
function readRows(sdat: Uint8Array, layout: Layout): ComplexArray {
  const { rows, points, grid } = layout;
  const [nx, ny, nz] = grid ?? [1, 1, 1];
  const data = zeros(grid !== null ? [nx, ny, nz, points] : rows > 1 ? [1, 1, 1, rows, points] : [1, 1, 1, points]);
  const view = new DataView(sdat.buffer, sdat.byteOffset, sdat.byteLength);
  for (let row = 0; row < rows; row++) {
    const [x, y, z] = [row % nx, Math.floor(row / nx) % ny, Math.floor(row / (nx * ny))];
    const to = (grid === null ? row : (x * ny + y) * nz + z) * points;
    for (let i = 0; i < points; i++) {
      const at = (row * points + i) * SAMPLE_BYTES;
      data.re[to + i] = vaxFloat(view.getUint16(at, true), view.getUint16(at + 2, true));
      data.im[to + i] = -vaxFloat(view.getUint16(at + 4, true), view.getUint16(at + 6, true));
    }
  }
  return data;
}

/** Names under which edited scans are usually stored. */
const EDITED_NAME = /mega|hermes|hercules|hyper|gaba|edit/i;

function rowsWarnings(spar: Spar, rows: number): Warning[] {
  const warnings: Warning[] = [
    {
      code: 'rows-order-unknown',
      message: `The file holds ${rows} rows whose order is the sequence's own; they are taken as repetitions.`,
    },
  ];
  if (EDITED_NAME.test(sparText(spar, 'scan_id') ?? '')) {
    warnings.push({
      code: 'editing-order-unknown',
      message: `The scan's name suggests an edited sequence, but the file does not say which of its ${rows} rows are ON and which OFF: averaging them all would mix them.`,
    });
  }
  return warnings;
}

function dataWarnings(data: ComplexArray, sdat: Uint8Array, spar: Spar, layout: Layout): Warning[] {
  const warnings: Warning[] = [];
  let bad = 0;
  for (let i = 0; i < data.re.length; i++) {
    if (Number.isNaN(data.re[i]) || Number.isNaN(data.im[i])) bad++;
  }
  if (bad > 0) {
    warnings.push({
      code: 'non-finite-data',
      message: `${bad} of ${data.re.length} samples are VAX reserved operands, which are no numbers; the file is probably damaged.`,
    });
  }
  const extraRows = Math.floor(sdat.length / (layout.points * SAMPLE_BYTES)) - layout.rows;
  if (extraRows > 0) {
    warnings.push({
      code: 'extra-data',
      message: `The file holds ${extraRows} more rows than its SPAR says; only the ${layout.rows} of the SPAR are read.`,
    });
  }
  const columns = sparNumber(spar, 'spec_num_col');
  if (columns !== null && columns !== layout.points) {
    warnings.push({
      code: 'header-disagrees',
      message: `The SPAR gives ${layout.points} samples and, as spec_num_col, ${columns}; ${layout.points} are read.`,
    });
  }
  if (layout.grid !== null && /^k/i.test(spar.get('dim2_direction') ?? spar.get('sun_dim2_direction') ?? '')) {
    warnings.push({
      code: 'k-space-unsure',
      message: 'The SPAR calls the axes of its grid k-space; they are read as voxels, which Philips exports.',
    });
  }
  return warnings;
}

/** Keys that only a grid has: no axis is k-space any more, and the selected volume is another than the grid. */
function gridHeader(spar: Spar): JsonObject {
  const volume = voxelAffine(spar, []);
  const rows = volume === null ? null : [0, 4, 8, 12].map((at) => [...volume.slice(at, at + 4)]);
  return { kSpace: [false, false, false], ...(rows === null ? {} : { VOI: rows }) };
}

/**
 * Reads a Philips scan.
 * @param sdat the .SDAT file
 * @param sparBytes the .SPAR file that goes with it
 * @param fileName base name of the .SDAT, for messages
 * @throws ReaderError FILE_EMPTY, FILE_TRUNCATED, FORMAT_INVALID, HEADER_MISSING, DIMENSIONS_ABSURD;
 *   UnsupportedDataError for MRSI whose rows are not its grid
 */
export function readPhilipsSdat(
  sdat: Uint8Array,
  sparBytes: Uint8Array,
  fileName: string,
  options: ReadOptions = {},
): MrsDataset {
  if (sdat.length === 0) throw new ReaderError('FILE_EMPTY', `${fileName} is empty.`);
  const spar = parseSpar(sparBytes, fileName);
  const layout = readLayout(spar, sdat.length, fileName);
  const warnings: Warning[] = [];
  const timing = sparTiming(spar, fileName, options, warnings);
  const data = readRows(sdat, layout);
  const dimensions: HigherDimension[] = [];
  if (layout.grid === null && layout.rows > 1) {
    dimensions.push({ tag: options.dimensionTags?.[0] ?? 'DIM_DYN', info: null, header: null });
    warnings.push(...rowsWarnings(spar, layout.rows));
  }
  warnings.push(...dataWarnings(data, sdat, spar, layout));
  return {
    data,
    dimensions,
    ...timing,
    acquisition: sparAcquisition(spar, options, warnings),
    patient: sparPatient(spar),
    affine: layout.grid === null ? voxelAffine(spar, warnings) : gridAffine(spar, layout.grid, warnings),
    format: 'philips-sdat',
    header: { ...sparHeader(spar), ...(layout.grid === null ? {} : gridHeader(spar)) },
    provenance: [],
    warnings,
  };
}
