// What a caller may add to a file that does not say it itself (plain text, NIfTI without the MRS extension).
import type { DimensionTag } from '../domain/mrsDataset.ts';

/** Values used only where the file is silent; a value in the file always wins. */
export interface ReadOptions {
  /** Precession frequency of the nucleus. [MHz] */
  readonly spectrometerFrequencyMHz?: number;
  /** Time between two complex samples. [s] */
  readonly dwellTimeS?: number;
  /** Echo time. [s] */
  readonly echoTimeS?: number;
  /** "1H" where neither the file nor this says otherwise. */
  readonly nucleus?: string;
  /** Complex samples per FID, for files that hold several FIDs without saying their length. */
  readonly points?: number;
  /** Tags of NIfTI dimensions 5 to 7, for files whose header does not name them. */
  readonly dimensionTags?: readonly DimensionTag[];
  /** Which signal of a file that holds scan and water reference; the scan where not given. */
  readonly part?: 'scan' | 'water';
}
