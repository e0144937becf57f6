// Does a basis set fit a scan? Another nucleus is refused, being physically wrong; another field, TE, sequence or editing
// condition is a warning that goes into result and report. Which set of several fits best, and whether it fits well enough
// to be taken unasked.
import { fieldStrengthT } from '../domain/axes.ts';
import type { EditingCondition } from '../domain/basisRequest.ts';
import type { BasisSet } from '../domain/basisSet.ts';
import { ModelError } from '../domain/errors.ts';
import type { Warning } from '../domain/provenance.ts';
import { sequenceFamily } from '../domain/sequenceFamily.ts';

/** What of a scan decides which basis fits. */
export interface BasisTarget {
  readonly nucleus: string;
  readonly spectrometerFrequencyMHz: number;
  readonly echoTimeS: number | null;
  readonly sequence: string | null;
  /** Which sub-spectrum of an edited scan is to be fitted; null or absent where unknown. */
  readonly editing?: EditingCondition | null;
}

/** What of a basis set (or of its card) decides the same. */
export type BasisDescription = Pick<
  BasisSet,
  'id' | 'title' | 'nucleus' | 'spectrometerFrequencyMHz' | 'echoTimeS' | 'sequence'
> & { readonly editing?: EditingCondition | null };

/** Field difference beyond which couplings and shifts no longer look alike: warned of. */
const FIELD_TOLERANCE = 0.02;
/** Field difference that means another class of magnet (1.5, 3, 7 T …), for which the pattern is wrong. */
export const FIELD_LIMIT = 0.1;
/** [s] At J = 15 Hz a TE error of 2 ms turns the phase of a coupled line by 11°. */
const TE_TOLERANCE_S = 0.002;
/**
 * TE differences up to which a set is taken unasked (with a warning above 2 ms). The in-phase part of a doublet,
 * cos(πJ·TE), changes by πJ·sin(πJ·TE) per unit time: for J = 7 Hz by 1.3 % per ms at TE 30 ms and by 2.2 % at 70 ms. So
 * 5 ms at short and 3 ms at long TE are the same 7 %.
 */
const CLOSE_TE_S = { short: 0.005, long: 0.003 } as const;
/** Between the short-TE protocols (mostly 20–35 ms) and the edited and long ones (68 ms and more). [s] */
const LONG_TE_S = 0.05;

const formatField = (frequencyMHz: number, nucleus: string): string => {
  const tesla = fieldStrengthT(frequencyMHz, nucleus);
  return tesla === null ? `${frequencyMHz.toFixed(2)} MHz` : `${frequencyMHz.toFixed(2)} MHz (${tesla.toFixed(2)} T)`;
};

const milliseconds = (seconds: number): string => `${(seconds * 1000).toFixed(1).replace(/\.0$/, '')} ms`;

const relativeFieldDifference = (basis: BasisDescription, target: BasisTarget): number =>
  Math.abs(basis.spectrometerFrequencyMHz - target.spectrometerFrequencyMHz) / target.spectrometerFrequencyMHz;

function fieldWarning(basis: BasisDescription, target: BasisTarget): Warning[] {
  const difference = relativeFieldDifference(basis, target);
  if (difference <= FIELD_TOLERANCE) return [];
  const ofBasis = formatField(basis.spectrometerFrequencyMHz, basis.nucleus);
  const ofData = formatField(target.spectrometerFrequencyMHz, target.nucleus);
  const consequence =
    difference > FIELD_LIMIT
      ? ': at this field coupled metabolites have other patterns, and their concentrations must not be relied on'
      : '';
  const message = `The basis set is for ${ofBasis}, but the data were measured at ${ofData}${consequence}.`;
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

/** @returns whether a family (null: unknown) is an edited one */
export const isEditedFamily = (family: string | null): boolean => family?.startsWith('MEGA') === true;

function sequenceWarning(basis: BasisDescription, target: BasisTarget): Warning[] {
  const ofBasis = sequenceFamily(basis.sequence);
  const ofData = sequenceFamily(target.sequence);
  const warn = (message: string): Warning[] => [{ code: 'basis-sequence-mismatch', message }];
  if (ofBasis !== null && ofData !== null) {
    return ofBasis === ofData
      ? []
      : warn(`The basis set is for ${ofBasis}, but the data were measured with ${ofData}.`);
  }
  const basisEdited = isEditedFamily(ofBasis) || (basis.editing ?? null) !== null;
  const dataEdited = isEditedFamily(ofData) || (target.editing ?? null) !== null;
  if (basisEdited && !dataEdited) {
    return warn('The basis set is for an edited sequence, but nothing in the data says that they were edited.');
  }
  return dataEdited && !basisEdited
    ? warn('The data were edited, but nothing in the basis set says that it is for an edited sequence.')
    : [];
}

const EDITING_WORDS: Readonly<Record<EditingCondition, string>> = {
  on: 'edit-on spectrum',
  off: 'edit-off spectrum',
  difference: 'difference spectrum',
};

function editingWarning(basis: BasisDescription, target: BasisTarget): Warning[] {
  const ofBasis = basis.editing ?? null;
  const ofData = target.editing ?? null;
  if (ofBasis === null || ofData === null || ofBasis === ofData) return [];
  const message = `The basis set is for the ${EDITING_WORDS[ofBasis]}, but the data are the ${EDITING_WORDS[ofData]}.`;
  return [{ code: 'basis-editing-mismatch', message }];
}

/**
 * Checks a basis set against a scan.
 * @returns warnings for the result: difference of field above 2 %, of TE above 2 ms, of sequence family or editing condition,
 *   unknown TE
 * @throws ModelError BASIS_MISMATCH for another nucleus
 */
export function checkBasisMatch(basis: BasisDescription, target: BasisTarget): Warning[] {
  if (basis.nucleus !== target.nucleus) {
    throw new ModelError(
      'BASIS_MISMATCH',
      `The basis set "${basis.title}" is for ${basis.nucleus}, but the data are ${target.nucleus}.`,
      { basis: basis.id, basisNucleus: basis.nucleus, dataNucleus: target.nucleus },
    );
  }
  return [
    ...fieldWarning(basis, target),
    ...echoTimeWarning(basis, target),
    ...sequenceWarning(basis, target),
    ...editingWarning(basis, target),
  ];
}

/**
 * Families whose coupled patterns are alike at short TE: all refocus shifts and leave couplings to evolve over TE, and
 * STEAM's differ from a spin echo's by the half amplitude and little else while TE is far below 1/J.
 */
const ALIKE_AT_SHORT_TE: readonly string[] = ['PRESS', 'SPECIAL', 'SPIN-ECHO', 'STEAM', 'LASER', 'SLASER'];

function closeSequence(basis: BasisDescription, target: BasisTarget): boolean {
  if (editingWarning(basis, target).length > 0) return false;
  if (sequenceWarning(basis, target).length === 0) return true;
  const families = [sequenceFamily(basis.sequence), sequenceFamily(target.sequence)];
  const short = target.echoTimeS !== null && target.echoTimeS < LONG_TE_S;
  return short && families.every((family) => family !== null && ALIKE_AT_SHORT_TE.includes(family));
}

/**
 * Whether a basis set is near enough to a scan to be taken unasked: the same nucleus, field within 10 %, TE within 5 ms
 * (from 50 ms on: 3 ms), the same editing, and the same sequence family, or at short TE one that looks alike. What is
 * unknown isn't held against a set; checkBasisMatch warns of it.
 */
export function isCloseEnough(basis: BasisDescription, target: BasisTarget): boolean {
  if (basis.nucleus !== target.nucleus || relativeFieldDifference(basis, target) > FIELD_LIMIT) return false;
  if (basis.echoTimeS !== null && target.echoTimeS !== null) {
    const limit = target.echoTimeS < LONG_TE_S ? CLOSE_TE_S.short : CLOSE_TE_S.long;
    if (Math.abs(basis.echoTimeS - target.echoTimeS) > limit + 1e-9) return false;
  }
  return closeSequence(basis, target);
}

/**
 * Penalties in units of a difference just tolerated (2 % of field, 2 ms of TE). No nearness of TE makes up for an edited
 * pattern in an unedited spectrum.
 */
const PENALTY = {
  editedOrNot: 1000,
  otherSequence: 5,
  otherEditing: 5,
  unknownEchoTime: 2,
  unknownSequence: 1,
} as const;

/** By its sequence's name, or because a sub-spectrum is named. */
const isEdited = ({ sequence, editing = null }: Pick<BasisTarget, 'sequence' | 'editing'>): boolean =>
  editing !== null || isEditedFamily(sequenceFamily(sequence));

function distance(basis: BasisDescription, target: BasisTarget): number {
  const field = relativeFieldDifference(basis, target) / FIELD_TOLERANCE;
  const te =
    target.echoTimeS === null
      ? 0
      : basis.echoTimeS === null
        ? PENALTY.unknownEchoTime
        : Math.abs(basis.echoTimeS - target.echoTimeS) / TE_TOLERANCE_S;
  const unknown = sequenceFamily(target.sequence) !== null && sequenceFamily(basis.sequence) === null;
  return (
    field +
    te +
    (unknown ? PENALTY.unknownSequence : 0) +
    (isEdited(basis) === isEdited(target) ? 0 : PENALTY.editedOrNot) +
    (sequenceWarning(basis, target).length > 0 ? PENALTY.otherSequence : 0) +
    (editingWarning(basis, target).length > 0 ? PENALTY.otherEditing : 0)
  );
}

export interface BestBasis<T> {
  readonly basis: T;
  readonly warnings: readonly Warning[];
  /** False: better to simulate one (suggestRequest.ts) or to choose by hand than to take this one unasked. */
  readonly closeEnough: boolean;
}

/**
 * The basis set nearest to a scan; one that is close enough goes before any that is not.
 * @param bases to choose from
 * @returns the nearest of the scan's nucleus, with its warnings; null where there is none
 */
export function bestBasis<T extends BasisDescription>(bases: readonly T[], target: BasisTarget): BestBasis<T> | null {
  const ranked = bases
    .filter((b) => b.nucleus === target.nucleus)
    .map((basis) => ({ basis, closeEnough: isCloseEnough(basis, target), distance: distance(basis, target) }))
    .sort((a, b) => Number(b.closeEnough) - Number(a.closeEnough) || a.distance - b.distance);
  const [best] = ranked;
  if (best === undefined) return null;
  const { basis, closeEnough } = best;
  return { basis, warnings: checkBasisMatch(basis, target), closeEnough };
}
