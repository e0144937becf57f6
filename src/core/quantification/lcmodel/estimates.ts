// From LCModel's table rows to estimates as every method returns them: our names, sums apart, ratios where they are to tCr.
import { COMBINED_METABOLITES, canonicalMetaboliteName } from '../../domain/metaboliteNames.ts';
import type { MetaboliteEstimate } from '../../domain/quantification.ts';
import { parseFortranReal } from '../../math/fortranText.ts';
import type { LcmodelEstimate, LcmodelTables } from './resultTypes.ts';

/** What LCModel prints for a standard deviation of 999 % or more, and for a concentration of zero. */
const UNKNOWN_PERCENT = 999;
/** Length to which LCModel cuts the reference's name over the ratios. */
const REFERENCE_LENGTH = 6;
const CREATINES: readonly string[] = ['Cr', 'PCr'];

export interface NamedEstimates {
  readonly metabolites: readonly MetaboliteEstimate[];
  readonly combined: readonly MetaboliteEstimate[];
  /** LCModel's names of `metabolites`, in the same order. */
  readonly ownNames: readonly string[];
}

/** Our name of one signal. @param names LCModel's name → ours, where the basis set is known */
export function ourName(name: string, names: ReadonlyMap<string, string> | undefined): string {
  return names?.get(name) ?? canonicalMetaboliteName(name);
}

const sumNames: ReadonlySet<string> = new Set(COMBINED_METABOLITES.map((sum) => sum.name).filter((n) => n !== 'mI'));

/** Sums are joined with "+", or have a name of the user's own (CHCOM2), or one of the usual ones. */
function isSum(name: string, { changes }: LcmodelTables): boolean {
  if (name.indexOf('+', 1) > 0 || sumNames.has(name)) return true;
  return [...changes].some(([key, value]) => key.startsWith('CHCOM2(') && value === name);
}

/** Whether a sum's members are those of `members` that the table has at all. */
function isSumOf(parts: readonly string[], members: readonly string[], present: readonly string[]): boolean {
  return parts.every((p) => members.includes(p)) && members.every((m) => parts.includes(m) || !present.includes(m));
}

/** Whether the table's ratios are to total creatine: to all the creatines it has, of a concentration above zero. */
function ratiosAreToTCr(tables: LcmodelTables, rows: readonly LcmodelEstimate[], present: readonly string[]): boolean {
  if (parseFortranReal(tables.changes.get('CONREL') ?? '1') !== 1) return false;
  const row = rows.find(
    ({ name }) => name === tables.reference || name.slice(0, REFERENCE_LENGTH) === tables.reference,
  );
  if (row === undefined || row.concentration <= 0) return false;
  return row.name === 'tCr' || isSumOf(row.name.split('+').map(canonicalMetaboliteName), CREATINES, present);
}

/** What holds for all rows of a table. */
interface Scale {
  readonly toTCr: boolean;
  readonly waterScaled: boolean;
}

/** One row, as printed; %SD 999 becomes "not known". @param members of a sum */
function toEstimate(
  row: LcmodelEstimate,
  name: string,
  members: readonly string[] | null,
  scale: Scale,
): MetaboliteEstimate {
  const known = row.percentSd < UNKNOWN_PERCENT;
  const value = row.concentration;
  const sd = known ? (value * row.percentSd) / 100 : null;
  return {
    name,
    amplitude: value,
    crlbPercent: known ? row.percentSd : null,
    crlbAbsolute: sd,
    ratioToTCr: scale.toTCr ? row.ratio : null,
    concentrationMM: scale.waterScaled ? value : null,
    ...(scale.waterScaled
      ? { concentrations: [{ convention: 'lcmodel', value, unit: 'mM', sd, factors: [], members }] }
      : {}),
  };
}

/**
 * Maps the rows of a concentration table; every number is carried over as printed.
 * A usual sum of which the table has one member only (tCr without PCr) repeats that member's numbers.
 * @param waterScaled whether the concentrations are LCModel's water-scaled ones [mM]
 * @param names LCModel's name → the basis set's, where that is known
 */
export function namedEstimates(
  tables: LcmodelTables,
  rows: readonly LcmodelEstimate[],
  waterScaled: boolean,
  names: ReadonlyMap<string, string> | undefined,
): NamedEstimates {
  const singles = rows.filter(({ name }) => !isSum(name, tables));
  const sums = rows.filter(({ name }) => isSum(name, tables));
  const ownNames = singles.map(({ name }) => name);
  const ourNames = uniqueNames(ownNames, names);
  const scale = { toTCr: ratiosAreToTCr(tables, rows, ourNames), waterScaled };
  const partsOf = ({ name }: LcmodelEstimate): string[] => name.split('+').map((part) => ourName(part, names));
  const combined: MetaboliteEstimate[] = [];
  const told = new Set<LcmodelEstimate>();
  for (const { name, members } of COMBINED_METABOLITES) {
    const there = members.filter((member) => ourNames.includes(member));
    const sum = sums.find((row) => row.name === name || isSumOf(partsOf(row), members, ourNames));
    const only = there.length === 1 ? singles[ourNames.indexOf(there[0] as string)] : undefined;
    const row = sum ?? only;
    if (row === undefined) continue;
    told.add(row);
    combined.push(toEstimate(row, name, there, scale));
  }
  const others = sums.filter((row) => !told.has(row)).map((row) => toEstimate(row, row.name, partsOf(row), scale));
  return {
    metabolites: singles.map((row, i) => toEstimate(row, ourNames[i] as string, null, scale)),
    combined: [...combined, ...others],
    ownNames,
  };
}

/** Two spellings of one metabolite in one table keep LCModel's names. */
function uniqueNames(own: readonly string[], names: ReadonlyMap<string, string> | undefined): string[] {
  const ours = own.map((name) => ourName(name, names));
  return ours.map((name, i) => (ours.indexOf(name) === ours.lastIndexOf(name) ? name : (own[i] as string)));
}
