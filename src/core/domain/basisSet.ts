// A basis set: the noiseless response of each metabolite (and of macromolecules) to one sequence.
import type { EditingCondition } from './basisRequest.ts';
import type { ComplexSignal } from './complexArray.ts';

export type BasisSignalKind = 'metabolite' | 'macromolecule' | 'lipid' | 'correction';

export interface BasisSignal {
  /** Canonical metabolite name (see metaboliteNames.ts); the file's own spelling is in `fileName`. */
  readonly name: string;
  readonly fileName: string;
  readonly kind: BasisSignalKind;
  /** Time-domain signal for unit concentration, NIfTI-MRS sign convention, `points` samples. */
  readonly fid: ComplexSignal;
}

export interface BasisSet {
  readonly id: string;
  readonly title: string;
  readonly nucleus: string;
  readonly spectrometerFrequencyMHz: number;
  readonly dwellTimeS: number;
  readonly points: number;
  readonly echoTimeS: number | null;
  readonly sequence: string | null;
  /** Sub-spectrum of an edited sequence; null where the sequence doesn't edit or the file doesn't say. */
  readonly editing: EditingCondition | null;
  /** Where zero frequency stands on the ppm axis. [ppm] */
  readonly referencePpm: number;
  /** Linewidth (FWHM) already in the signals. [Hz] */
  readonly linewidthHz: number | null;
  readonly signals: readonly BasisSignal[];
  /**
   * Of a difference basis: the edit-off signals of the same simulation and sampling, for creatine, which editing subtracts
   * away; absent where there are none.
   */
  readonly offSignals?: readonly BasisSignal[];
  /** "lineshape", "lcmodel", "fsl-json", "text" … */
  readonly format: string;
  /** SHA-256 of the file (for a folder: of its files' hashes, sorted by name, joined), lower-case hex; "" until hashed by the reader's caller. */
  readonly sha256: string;
}
