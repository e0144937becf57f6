// Does a basis set fit a scan? Another nucleus or another class of field is refused; a small difference of field, TE or
// sequence is a warning that goes into result and report.
import { fieldStrengthT } from '../domain/axes.ts';
import type { BasisSet } from '../domain/basisSet.ts';
import { ModelError } from '../domain/errors.ts';
import type { Warning } from '../domain/provenance.ts';

/** What of a scan decides which basis fits. */
export interface BasisTarget {
  readonly nucleus: string;
  readonly spectrometerFrequencyMHz: number;
  readonly echoTimeS: number | null;
  readonly sequence: string | null;
}

/** What of a basis set (or of its card) decides the same. */
export type BasisDescription = Pick<
  BasisSet,
  'id' | 'title' | 'nucleus' | 'spectrometerFrequencyMHz' | 'echoTimeS' | 'sequence'
>;

/** Field difference beyond which couplings and shifts no longer look alike: warned of. */
const FIELD_TOLERANCE = 0.02;
/** Field difference that means another class of magnet (1.5, 3, 7 T …), for which the pattern is wrong: refused. */
const FIELD_LIMIT = 0.1;
/** [s] At J = 15 Hz a TE error of 2 ms turns the phase of a coupled line by 11°. */
const TE_TOLERANCE_S = 0.002;

/** Sequence families and the spellings met in protocol names; the first that matches counts. */
const FAMILIES: readonly (readonly [family: string, pattern: RegExp])[] = [
  ['MEGA-SLASER', /mega.*s[-_ ]?laser|s[-_ ]?laser.*mega/i],
  ['MEGA-PRESS', /mega|hermes|edit_?press/i],
  ['SLASER', /s(emi)?[-_ ]?laser/i],
  ['LASER', /laser/i],
  ['SPECIAL', /special/i],
  ['PRESS', /press|svs_se\b|csi_se\b|svs_se_|csi_se_/i],
  ['STEAM', /steam|svs_st\b|svs_st_|csi_st/i],
  ['SPIN-ECHO', /spin[-_ ]?echo/i],
  ['PULSE-ACQUIRE', /pulse[-_ ]?acquire|\bfid\b/i],
];

/**
 * Family of a sequence from its name in a file.
 * @param name e.g. "svs_se_30", "PRESS_35"
 * @returns e.g. "PRESS", or null where the name says nothing
 */
export function sequenceFamily(name: string | null): string | null {
  if (name === null) return null;
  return FAMILIES.find(([, pattern]) => pattern.test(name))?.[0] ?? null;
}

const formatField = (frequencyMHz: number, nucleus: string): string => {
  const tesla = fieldStrengthT(frequencyMHz, nucleus);
  return tesla === null ? `${frequencyMHz.toFixed(2)} MHz` : `${frequencyMHz.toFixed(2)} MHz (${tesla.toFixed(2)} T)`;
};

const milliseconds = (seconds: number): string => `${(seconds * 1000).toFixed(1).replace(/\.0$/, '')} ms`;

const relativeFieldDifference = (basis: BasisDescription, target: BasisTarget): number =>
  Math.abs(basis.spectrometerFrequencyMHz - target.spectrometerFrequencyMHz) / target.spectrometerFrequencyMHz;

function fieldWarning(basis: BasisDescription, target: BasisTarget): Warning[] {
  if (relativeFieldDifference(basis, target) <= FIELD_TOLERANCE) return [];
  const ofBasis = formatField(basis.spectrometerFrequencyMHz, basis.nucleus);
  const ofData = formatField(target.spectrometerFrequencyMHz, target.nucleus);
  const message = `The basis set is for ${ofBasis}, but the data were measured at ${ofData}.`;
  return [{ code: 'basis-field-mismatch', message }];
}

function echoTimeWarning(basis: BasisDescription, target: BasisTarget): Warning[] {
  if (basis.echoTimeS === null || target.echoTimeS === null) {
    const who = target.echoTimeS === null ? 'data give' : 'basis set gives';
    const message = `The ${who} no echo time, so it could not be checked that both agree.`;
    return [{ code: 'basis-echo-time-unknown', message }];
  }
  if (Math.abs(basis.echoTimeS - target.echoTimeS) <= TE_TOLERANCE_S) return [];
  const message = `The basis set is for TE ${milliseconds(basis.echoTimeS)}, but the data have TE ${milliseconds(target.echoTimeS)}.`;
  return [{ code: 'basis-echo-time-mismatch', message }];
}

function sequenceWarning(basis: BasisDescription, target: BasisTarget): Warning[] {
  const ofBasis = sequenceFamily(basis.sequence);
  const ofData = sequenceFamily(target.sequence);
  if (ofBasis === null || ofData === null || ofBasis === ofData) return [];
  const message = `The basis set is for ${ofBasis}, but the data were measured with ${ofData}.`;
  return [{ code: 'basis-sequence-mismatch', message }];
}

/**
 * Checks a basis set against a scan.
 * @returns warnings for the result: difference of field above 2 %, of TE above 2 ms, of sequence family, unknown TE
 * @throws ModelError BASIS_MISMATCH for another nucleus, or a field that differs by more than 10 %
 */
export function checkBasisMatch(basis: BasisDescription, target: BasisTarget): Warning[] {
  if (basis.nucleus !== target.nucleus) {
    throw new ModelError(
      'BASIS_MISMATCH',
      `The basis set "${basis.title}" is for ${basis.nucleus}, but the data are ${target.nucleus}.`,
      { basis: basis.id, basisNucleus: basis.nucleus, dataNucleus: target.nucleus },
    );
  }
  if (relativeFieldDifference(basis, target) > FIELD_LIMIT) {
    const ofBasis = formatField(basis.spectrometerFrequencyMHz, basis.nucleus);
    const ofData = formatField(target.spectrometerFrequencyMHz, target.nucleus);
    throw new ModelError(
      'BASIS_MISMATCH',
      `The basis set "${basis.title}" is for ${ofBasis}, but the data were measured at ${ofData}.`,
      {
        basis: basis.id,
        basisFrequencyMHz: basis.spectrometerFrequencyMHz,
        dataFrequencyMHz: target.spectrometerFrequencyMHz,
      },
    );
  }
  return [...fieldWarning(basis, target), ...echoTimeWarning(basis, target), ...sequenceWarning(basis, target)];
}

/** Penalty of a basis: one unit is a difference just tolerated; a wrong sequence family weighs as 10 ms of TE. */
function distance(basis: BasisDescription, target: BasisTarget): number {
  const field = relativeFieldDifference(basis, target) / FIELD_TOLERANCE;
  const known = basis.echoTimeS !== null && target.echoTimeS !== null;
  const te = known ? Math.abs((basis.echoTimeS as number) - (target.echoTimeS as number)) / TE_TOLERANCE_S : 0;
  return field + te + (sequenceWarning(basis, target).length > 0 ? 5 : 0);
}

/**
 * The basis set nearest to a scan.
 * @param bases to choose from
 * @returns the nearest that is not refused, with its warnings; null where none fits
 */
export function bestBasis<T extends BasisDescription>(
  bases: readonly T[],
  target: BasisTarget,
): { readonly basis: T; readonly warnings: readonly Warning[] } | null {
  const usable = bases.filter((b) => b.nucleus === target.nucleus && relativeFieldDifference(b, target) <= FIELD_LIMIT);
  const [basis] = [...usable].sort((a, b) => distance(a, target) - distance(b, target));
  return basis === undefined ? null : { basis, warnings: checkBasisMatch(basis, target) };
}
