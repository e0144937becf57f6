// Formats that a study can be exported in, and which data each can hold: one list for command line, contract and dialog.

export const EXPORT_FORMATS = ['as-imported', 'nifti-mrs', 'bids', 'dicom', 'lcmodel', 'jmrui', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What of a dataset's description decides. */
export interface ExportShape {
  /** Voxels along x, y, z. */
  readonly grid: readonly number[];
  readonly dimensions: readonly { readonly tag: string; readonly length: number }[];
  /** null: an image or another file that is no scan. */
  readonly points: number | null;
  readonly affine: readonly number[] | null;
}

/** One CSV file holds one signal. */
export const MAX_CSV_SIGNALS = 1024;

const product = (lengths: readonly number[]): number => lengths.reduce((n, v) => n * v, 1);

function dicomObstacle({ grid, dimensions, affine }: ExportShape): string | null {
  if (affine === null) return 'DICOM must say where the voxel lies, which is not known of this scan.';
  const others = dimensions.filter(({ tag, length }) => tag !== 'DIM_DYN' && length > 1);
  if (others.length > 0) return 'DICOM holds voxels and transients; this scan’s coils or conditions are not combined.';
  const transients = product(dimensions.map(({ length }) => length));
  return transients > 1 && product(grid) > 1 ? 'DICOM holds grids averaged; this one’s transients are not.' : null;
}

/** @returns why a scan can't be written in the format, in one sentence; null where it can, and for what is no scan */
export function exportObstacle(format: ExportFormat, shape: ExportShape): string | null {
  if (shape.points === null) return null;
  const voxels = product(shape.grid);
  const signals = voxels * product(shape.dimensions.map(({ length }) => length));
  switch (format) {
    case 'dicom':
      return dicomObstacle(shape);
    case 'lcmodel':
      return signals > voxels
        ? 'LCModel takes one FID a voxel; this scan’s coils or transients are not combined.'
        : null;
    case 'jmrui':
      return voxels > 1 && signals > voxels ? 'jMRUI takes one list of FIDs; this grid’s are not averaged.' : null;
    case 'csv':
      return signals > MAX_CSV_SIGNALS ? `One CSV file a signal: this scan has ${signals}.` : null;
    default:
      return null;
  }
}
