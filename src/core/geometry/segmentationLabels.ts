// Which label of a segmentation is which tissue.
import type { Tissue } from '../domain/relaxationTable.ts';

export interface LabelMapping {
  readonly name: string;
  /** @returns null for a label that is none of the three */
  readonly tissueOf: (label: number) => Tissue | null;
}

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

function mapping(name: string, tissues: Readonly<Record<Tissue, readonly number[]>>): LabelMapping {
  const byLabel = new Map<number, Tissue>();
  for (const tissue of ['GM', 'WM', 'CSF'] as const) for (const label of tissues[tissue]) byLabel.set(label, tissue);
  return { name, tissueOf: (label) => byLabel.get(label) ?? null };
}

/** FSL FAST's `_seg`/`_pveseg` of a T1-weighted image, and SPM/CAT12's `p0`: 1 CSF, 2 grey, 3 white. Source: FSL FAST user guide. */
export const FAST_LABELS: LabelMapping = mapping('FSL FAST', { CSF: [1], GM: [2], WM: [3] });

/**
 * FreeSurfer's aseg, aparc+aseg (both atlases), wmparc, and SynthSeg. Source: FreeSurferColorLUT. Choroid plexus counts as
 * CSF, in which it hangs; ventral diencephalon and deep nuclei as grey, brain stem as white matter.
 */
export const FREESURFER_LABELS: LabelMapping = mapping('FreeSurfer', {
  GM: [3, 8, ...range(9, 13), 17, 18, 19, 20, 26, 27, 28, 42, 47, ...range(48, 56), 58, 59, 60, 80, ...range(1000, 1035), ...range(2000, 2035), ...range(11100, 11175), ...range(12100, 12175)], // prettier-ignore
  WM: [2, 7, 16, 41, 46, 77, 78, 79, 85, ...range(192, 192), ...range(250, 255), ...range(3000, 3035), ...range(4000, 4035), 5001, 5002], // prettier-ignore
  CSF: [4, 5, 14, 15, 24, 31, 43, 44, 63, 72, 257],
});

/** A mapping that the user gives. */
export function customLabels(tissues: Readonly<Record<Tissue, readonly number[]>>): LabelMapping {
  return mapping('given labels', tissues);
}
