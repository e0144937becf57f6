// Reference ranges: what a quantity is in healthy tissue by one published (or the site's own) series, and for which scans
// it may be used. Ratios and amounts hang on field, echo time, sequence, region, tissue and age; a range says all of them.
import type { ConcentrationConvention } from './quantification.ts';
import { canonicalMetaboliteName, COMBINED_METABOLITES, EDITED_SUM } from './metaboliteNames.ts';
import { sequenceFamily } from './sequenceFamily.ts';

/** A ratio to a denominator, or an amount in one convention: the two are never compared. */
export type RangeQuantity = 'ratio' | ConcentrationConvention;
export const RANGE_QUANTITIES: readonly RangeQuantity[] = ['ratio', 'molality', 'molarity', 'lcmodel'];

export type RangeTissue = 'GM' | 'WM';
export const RANGE_TISSUES: readonly RangeTissue[] = ['GM', 'WM'];

export interface ReferenceRange {
  /** Canonical name of a metabolite or sum: "tNAA", "Ins". */
  readonly metabolite: string;
  readonly quantity: RangeQuantity;
  /** "tCr" …; null for amounts. */
  readonly denominator: string | null;
  /** "1H", "31P". */
  readonly nucleus: string;
  readonly fieldT: number;
  readonly echoTimeMinMs: number;
  readonly echoTimeMaxMs: number;
  /** Family ("PRESS"); null: whichever. */
  readonly sequence: string | null;
  /** In words that a scan's region must contain; a region is never "any". */
  readonly region: string;
  /** null: as the region has it. */
  readonly tissue: RangeTissue | null;
  /** Completed years, both ends included; null: open. */
  readonly ageMinYears: number | null;
  readonly ageMaxYears: number | null;
  /** Of the series, in the quantity's unit. */
  readonly mean: number;
  /** Between persons. */
  readonly sd: number;
  /** Persons. */
  readonly n: number;
  /** Authors, journal, year, DOI; or the site's own series in words. Never empty. */
  readonly citation: string;
}

/** One row of the database. */
export interface StoredReferenceRange extends ReferenceRange {
  readonly id: string;
  readonly changedAt: string;
}

/** A range holds the middle 95 % of a normal distribution: mean ± 2 SD, as clinical laboratories give it. */
export const RANGE_SDS = 2;

export type RangeField = keyof ReferenceRange;

/** Why a field of a range is refused; `words` is a sentence without the field's name before it. */
export interface RangeProblem {
  readonly field: RangeField;
  readonly code: 'empty' | 'number' | 'positive' | 'order' | 'denominator' | 'choice' | 'long';
  readonly words: string;
}

/** A range as typed or read from a table: text, not yet checked. */
export type RangeText = Readonly<Record<RangeField, string>>;

/** In the order of the table. */
export const RANGE_FIELDS = [
  'metabolite',
  'quantity',
  'denominator',
  'nucleus',
  'fieldT',
  'echoTimeMinMs',
  'echoTimeMaxMs',
  'sequence',
  'region',
  'tissue',
  'ageMinYears',
  'ageMaxYears',
  'mean',
  'sd',
  'n',
  'citation',
] as const satisfies readonly RangeField[];

/** Longest text of a field. [characters] */
const LONGEST: Readonly<Partial<Record<RangeField, number>>> = { citation: 500, region: 100 };
const LONGEST_OTHER = 40;

/** "tnaa" and "TNAA" are tNAA; single metabolites as the one table of names has them. */
function canonicalName(text: string): string {
  const sum = [...COMBINED_METABOLITES, EDITED_SUM].find(
    ({ name }) => name.toLowerCase() === text.trim().toLowerCase(),
  );
  // "mI" is a sum of one member and a spelling of that member: the sum is what is reported.
  return sum?.name ?? canonicalMetaboliteName(text);
}

class Reading {
  readonly problems: RangeProblem[] = [];
  readonly #text: RangeText;

  constructor(text: RangeText) {
    this.#text = text;
  }

  refuse(field: RangeField, code: RangeProblem['code'], words: string): void {
    this.problems.push({ field, code, words });
  }

  optional(field: RangeField): string | null {
    const value = this.#text[field].trim();
    const longest = LONGEST[field] ?? LONGEST_OTHER;
    if (value.length > longest) this.refuse(field, 'long', `must have at most ${longest} characters`);
    return value === '' ? null : value;
  }

  text(field: RangeField): string {
    const value = this.optional(field);
    if (value === null) this.refuse(field, 'empty', 'must be given');
    return value ?? '';
  }

  number(field: RangeField, isPositive: boolean): number {
    const value = this.numberOrNull(field);
    if (value === null) {
      if (this.#text[field].trim() === '') this.refuse(field, 'empty', 'must be given');
      return NaN;
    }
    if (isPositive && !(value > 0)) this.refuse(field, 'positive', `must be above 0, not ${value}`);
    return value;
  }

  numberOrNull(field: RangeField): number | null {
    const text = this.optional(field);
    if (text === null) return null;
    const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : NaN;
    if (Number.isFinite(value)) return value;
    this.refuse(field, 'number', `must be a number with a decimal point, not "${text.slice(0, 20)}"`);
    return null;
  }
}

function checkOrder(reading: Reading, range: ReferenceRange): void {
  if (range.echoTimeMinMs > range.echoTimeMaxMs) {
    reading.refuse('echoTimeMaxMs', 'order', 'must not be below the shortest echo time');
  }
  const { ageMinYears, ageMaxYears } = range;
  if ((ageMinYears ?? 0) < 0) reading.refuse('ageMinYears', 'positive', 'must not be below 0');
  if (ageMinYears !== null && ageMaxYears !== null && ageMinYears > ageMaxYears) {
    reading.refuse('ageMaxYears', 'order', 'must not be below the lowest age');
  }
  if (Number.isFinite(range.n) && (!Number.isInteger(range.n) || range.n < 2)) {
    reading.refuse('n', 'number', `must be a whole number of at least 2 persons, not ${range.n}`);
  }
}

function quantityOf(reading: Reading): Pick<ReferenceRange, 'quantity' | 'denominator'> {
  const given = reading.text('quantity');
  const quantity = RANGE_QUANTITIES.find((q) => q === given.toLowerCase());
  if (given !== '' && quantity === undefined) {
    reading.refuse('quantity', 'choice', `must be one of ${RANGE_QUANTITIES.join(', ')}`);
  }
  const denominator = reading.optional('denominator');
  if (quantity === 'ratio' && denominator === null) {
    reading.refuse('denominator', 'denominator', 'must be given for a ratio (tCr, tNAA, tCho or water)');
  }
  if (quantity !== undefined && quantity !== 'ratio' && denominator !== null) {
    reading.refuse('denominator', 'denominator', 'must be empty for an amount');
  }
  return {
    quantity: quantity ?? 'ratio',
    denominator: denominator === null ? null : canonicalDenominator(denominator),
  };
}

const canonicalDenominator = (name: string): string => (/^(h2o|water)$/i.test(name) ? 'water' : canonicalName(name));

function tissueOf(reading: Reading): RangeTissue | null {
  const given = reading.optional('tissue');
  const tissue = RANGE_TISSUES.find((name) => name === given?.toUpperCase()) ?? null;
  if (given !== null && tissue === null) reading.refuse('tissue', 'choice', 'must be GM, WM or empty');
  return tissue;
}

/**
 * Checks a range.
 * @param text every field as typed; numbers with a decimal point
 * @returns the range, or everything that is wrong with it
 */
export function readRange(
  text: RangeText,
):
  | { readonly range: ReferenceRange; readonly problems: readonly [] }
  | { readonly range: null; readonly problems: readonly RangeProblem[] } {
  const reading = new Reading(text);
  const sequence = reading.optional('sequence');
  const range: ReferenceRange = {
    metabolite: canonicalName(reading.text('metabolite')),
    ...quantityOf(reading),
    nucleus: reading.text('nucleus').toUpperCase(),
    fieldT: reading.number('fieldT', true),
    echoTimeMinMs: reading.number('echoTimeMinMs', true),
    echoTimeMaxMs: reading.number('echoTimeMaxMs', true),
    sequence: sequence === null ? null : (sequenceFamily(sequence) ?? sequence.toUpperCase()),
    region: reading.text('region'),
    tissue: tissueOf(reading),
    ageMinYears: reading.numberOrNull('ageMinYears'),
    ageMaxYears: reading.numberOrNull('ageMaxYears'),
    mean: reading.number('mean', true),
    sd: reading.number('sd', true),
    n: reading.number('n', true),
    citation: reading.text('citation'),
  };
  checkOrder(reading, range);
  return reading.problems.length === 0 ? { range, problems: [] } : { range: null, problems: reading.problems };
}

/** The other way round: every field as text. */
export function rangeText(range: ReferenceRange): RangeText {
  const entries = RANGE_FIELDS.map((field) => [field, range[field] === null ? '' : String(range[field])] as const);
  return Object.fromEntries(entries) as RangeText;
}

/** Lower and upper end. */
export function rangeEnds({ mean, sd }: Pick<ReferenceRange, 'mean' | 'sd'>): readonly [low: number, high: number] {
  return [mean - RANGE_SDS * sd, mean + RANGE_SDS * sd];
}
