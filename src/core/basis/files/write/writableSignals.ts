// What every writer of basis files needs first: signals that can be written, at the reference the format takes for granted.
import { ppmToHz, WATER_PPM } from '../../../domain/axes.ts';
import type { BasisSet, BasisSignal } from '../../../domain/basisSet.ts';
import { ModelError } from '../../../domain/errors.ts';
import { shifted } from '../referencing.ts';

/** Magnitudes beyond these are outside single precision, in which LCModel reads. */
const LARGEST = 1e37;
const SMALLEST = 1e-37;

/** Differences of the reference too small to matter. [ppm] */
const SAME_REFERENCE_PPM = 1e-9;

/** Where zero frequency stands in formats that don't say: LCModel puts it at 4.65 ppm whatever the nucleus. [ppm] */
export const LCMODEL_ZERO_PPM = WATER_PPM;

/** Where other programs take zero frequency to stand: protons at water, other nuclei at 0. [ppm] */
export const usualZeroPpm = (nucleus: string): number => (nucleus === '1H' ? WATER_PPM : 0);

/**
 * The set's signals with zero frequency at `zeroPpm`.
 * @throws ModelError BASIS_MISMATCH where there are none, or a signal is too short, too large or holds what is no number
 */
export function writableSignals(basis: BasisSet, zeroPpm: number): readonly BasisSignal[] {
  if (basis.signals.length === 0 || basis.points < 2) {
    throw new ModelError(
      'BASIS_MISMATCH',
      `The basis set ${basis.title} holds no signal, so there is nothing to write.`,
    );
  }
  for (const { name, fid } of basis.signals) {
    const sound = (values: Float64Array): boolean => values.every((v) => Math.abs(v) < LARGEST);
    if (!sound(fid.re) || !sound(fid.im)) {
      throw new ModelError(
        'BASIS_MISMATCH',
        `The basis set can't be written: ${name} holds values that are not finite, or too large for the format.`,
      );
    }
  }
  if (Math.abs(basis.referencePpm - zeroPpm) < SAME_REFERENCE_PPM) return basis.signals;
  const hz = ppmToHz(basis.referencePpm, basis.spectrometerFrequencyMHz, zeroPpm);
  return basis.signals.map((signal) => ({ ...signal, fid: shifted(signal.fid, hz, basis.dwellTimeS) }));
}

/** Digits after the point and columns of a number in LCModel's files: single precision in full, and always a blank between. */
const DIGITS = 8;
export const FIELD_WIDTH = 16;
export const FIELD_FORMAT = `E${FIELD_WIDTH}.${DIGITS}`;

/** One number of the format FIELD_FORMAT. */
export function field(value: number): string {
  const written = Math.abs(value) < SMALLEST ? 0 : value;
  return written.toExponential(DIGITS).replace('e', 'E').padStart(FIELD_WIDTH);
}

/** A Fortran string constant of printable ASCII on one line. */
export function quoted(text: string): string {
  return `'${text.replace(/[^\x20-\x7e]/g, '_').replace(/'/g, "''")}'`;
}

/** An echo time as LCModel's ECHOT. [ms]; −1 stands for "not known". */
export const echotMs = (echoTimeS: number | null): number =>
  echoTimeS === null ? -1 : Number((echoTimeS * 1000).toPrecision(12));

/** A linewidth as LCModel's FWHMBA. [ppm]; −1 stands for "not known". */
export const fwhmbaPpm = (basis: BasisSet): number =>
  basis.linewidthHz === null ? -1 : basis.linewidthHz / basis.spectrometerFrequencyMHz;
