// Whether an image can be a segmentation: a T1-weighted image taken for one would give tissue fractions of nothing.
import { ReaderError } from '../domain/errors.ts';
import type { LabelMapping } from '../geometry/index.ts';

/** Of the voxels that are marked at all. A segmented brain has nearly all. */
const LEAST_KNOWN_SHARE = 0.5;
/** Segmentations mark a few structures that are no tissue (vessels, optic chiasm); grey values leave hundreds. */
const MOST_UNKNOWN_LABELS = 64;

const refused = (name: string, why: string): ReaderError =>
  new ReaderError('FORMAT_INVALID', `${name} is no segmentation: ${why}.`);

/**
 * @param labels the image's values
 * @param mapping the numbering that they are read by
 * @param name the file's, for messages
 * @throws ReaderError where the values are no labels, or mostly of no tissue that the numbering knows
 */
export function checkLabels(labels: Float32Array, mapping: LabelMapping, name: string): void {
  const counts = new Map<number, number>();
  for (const label of labels) {
    if (label === 0) continue;
    if (!Number.isInteger(label)) throw refused(name, 'its values are not all whole numbers');
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  if (counts.size === 0) throw refused(name, 'all its voxels are 0');
  const unknown = [...counts].filter(([label]) => mapping.tissueOf(label) === null);
  if (unknown.length > MOST_UNKNOWN_LABELS) {
    throw refused(name, `${unknown.length} of its values are no tissue of ${mapping.name}’s`);
  }
  const total = (list: Iterable<readonly [number, number]>): number => [...list].reduce((sum, [, n]) => sum + n, 0);
  const known = 1 - total(unknown) / total(counts);
  if (known >= LEAST_KNOWN_SHARE) return;
  throw refused(name, `${mapping.name} has a tissue for only ${Math.round(100 * known)} % of its marked voxels`);
}
