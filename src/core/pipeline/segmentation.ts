// A segmentation from NIfTI files, one label image or three probability maps, as tissue fractions are taken from it.
import { ReaderError, UsageError } from '../domain/errors.ts';
import type { NiftiVoxels } from '../formats/niftiImage.ts';
import { openNiftiVoxels } from '../formats/niftiImage.ts';
import type { ImageGrid, LabelMapping, Segmentation } from '../geometry/index.ts';
import { customLabels, FAST_LABELS, FREESURFER_LABELS } from '../geometry/index.ts';
import { checkLabels } from './labelImage.ts';

export interface ScanSegmentation {
  readonly grid: ImageGrid;
  readonly values: Segmentation;
  /** Stated with the fractions; no patient's name. */
  readonly source: string;
}

interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Which label is which tissue: a program's numbering, given ones, or by the labels there are. */
export type LabelChoice = 'auto' | 'fast' | 'freesurfer' | Readonly<Record<'GM' | 'WM' | 'CSF', readonly number[]>>;

/** FAST, SPM and CAT12 number three tissues; FreeSurfer's labels start at 2 and go far beyond. */
const MOST_TISSUE_LABEL = 3;
/** Two headers of one grid may differ by rounding. [mm] */
const SAME_PLACE_MM = 1e-2;

/** An image that says where it lies. */
type PlacedVoxels = NiftiVoxels & { readonly affine: ImageGrid['affine'] };

function opened({ name, bytes }: NamedBytes): PlacedVoxels {
  const voxels = openNiftiVoxels(bytes, name);
  if (voxels === null) throw new ReaderError('FORMAT_INVALID', `${name} is a colour image, no segmentation.`);
  if (voxels.affine === null) {
    throw new ReaderError('FORMAT_INVALID', `${name} does not say where it lies, so it can't be laid over the scan.`);
  }
  return { ...voxels, affine: voxels.affine };
}

function valuesOf({ at, matrix }: NiftiVoxels): Float32Array {
  const values = new Float32Array(matrix[0] * matrix[1] * matrix[2]);
  for (let i = 0; i < values.length; i++) values[i] = at(i);
  return values;
}

function mappingOf(choice: LabelChoice, labels: Float32Array): LabelMapping {
  if (choice === 'fast') return FAST_LABELS;
  if (choice === 'freesurfer') return FREESURFER_LABELS;
  if (choice !== 'auto') return customLabels(choice);
  const largest = labels.reduce((most, label) => Math.max(most, label), 0);
  return largest > MOST_TISSUE_LABEL ? FREESURFER_LABELS : FAST_LABELS;
}

function checkSameGrid(maps: readonly PlacedVoxels[], names: readonly string[]): void {
  const [first, ...others] = maps;
  for (const [i, other] of others.entries()) {
    const isSame =
      other.matrix.every((n, axis) => n === first?.matrix[axis]) &&
      other.affine.every((v, k) => Math.abs(v - (first?.affine[k] as number)) <= SAME_PLACE_MM);
    if (!isSame) {
      throw new ReaderError('FORMAT_INVALID', `${names[i + 1]} lies on another grid than ${names[0]}.`);
    }
  }
}

/**
 * Reads a segmentation.
 * @param files one label image, or the probability maps of grey matter, white matter and CSF in this order
 * @param labels for a label image
 * @param origin added to the stated source, such as a hash
 * @throws ReaderError, UsageError (another number of files)
 */
export function readSegmentation(files: readonly NamedBytes[], labels: LabelChoice, origin = ''): ScanSegmentation {
  if (files.length !== 1 && files.length !== 3) {
    throw new UsageError(
      `A segmentation is one label image, or three maps (grey matter, white matter, CSF), not ${files.length} files.`,
    );
  }
  const maps = files.map(opened);
  const names = files.map(({ name }) => name);
  checkSameGrid(maps, names);
  const [first, second, third] = maps;
  if (first === undefined) throw new UsageError('No segmentation was given.');
  const grid = { affine: first.affine, shape: first.matrix };
  if (second !== undefined && third !== undefined) {
    const [gm, wm, csf] = [valuesOf(first), valuesOf(second), valuesOf(third)];
    return { grid, values: { kind: 'probabilities', gm, wm, csf }, source: `segmentation: probability maps${origin}` };
  }
  const image = valuesOf(first);
  const mapping = mappingOf(labels, image);
  if (typeof labels === 'string') checkLabels(image, mapping, names[0] ?? '');
  const values: Segmentation = { kind: 'labels', labels: image, mapping };
  return { grid, values, source: `segmentation: labels of ${mapping.name}${origin}` };
}
