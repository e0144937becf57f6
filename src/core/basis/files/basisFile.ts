// What the readers of basis files share: their input, their result, and plain errors.
import type { BasisSet } from '../../domain/basisSet.ts';
import type { ComplexSignal } from '../../domain/complexArray.ts';
import { ModelError } from '../../domain/errors.ts';
import type { Warning } from '../../domain/provenance.ts';

/** A file as the caller read it; `name` is its base name. */
export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Values used only where the files are silent; a value in the file always wins. */
export interface BasisReadOptions {
  readonly spectrometerFrequencyMHz?: number;
  readonly dwellTimeS?: number;
  readonly echoTimeS?: number;
  readonly nucleus?: string;
  readonly sequence?: string;
  readonly title?: string;
  /**
   * Takes a reference singlet at 0 ppm out of every signal: many simulated sets carry one as LCModel's phase and
   * frequency marker, and the data do not have it. Off unless asked for.
   */
  readonly removeReferenceMarker?: boolean;
}

/** A basis set read from files, with what the reader had to correct or could not verify. */
export interface FileBasisSet extends BasisSet {
  readonly warnings: readonly Warning[];
}

/** One signal before referencing: as stored, in the time domain. */
export interface RawBasisSignal {
  /** Name as the file has it. */
  readonly fileName: string;
  readonly fid: ComplexSignal;
}

/** Relative difference up to which two files' dwell times or frequencies count as the same. */
const SAME = 1e-6;

/** One signal of a folder whose files each name their own timing. */
export interface TimedBasisSignal extends RawBasisSignal {
  readonly dwellTimeS: number;
  readonly frequencyMHz: number;
}

/** @throws ModelError BASIS_MISMATCH where files of one folder differ in dwell time or frequency */
export function requireSameTiming(signals: readonly TimedBasisSignal[]): void {
  const [first] = signals;
  for (const s of signals) {
    if (first === undefined) return;
    const apart =
      Math.abs(s.dwellTimeS / first.dwellTimeS - 1) > SAME || Math.abs(s.frequencyMHz / first.frequencyMHz - 1) > SAME;
    if (apart) {
      invalidBasis(
        `${s.fileName} and ${first.fileName} have different dwell times or frequencies; they are no one basis set.`,
      );
    }
  }
}

/** Files in the order of their names, as every folder reader takes them. */
export function byName(files: readonly NamedBytes[]): NamedBytes[] {
  return [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws ModelError BASIS_MISMATCH, always */
export function invalidBasis(message: string): never {
  throw new ModelError('BASIS_MISMATCH', message);
}
