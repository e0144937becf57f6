// Which reference range fits a scan: all that a range demands must be known of the scan and agree; otherwise there is none.
import type { MetaboliteEstimate, QuantificationResult } from './quantification.ts';
import type { RangeQuantity, ReferenceRange } from './referenceRange.ts';
import { rangeEnds } from './referenceRange.ts';
import { sequenceFamily } from './sequenceFamily.ts';

/** What is known of a scan; null: unknown. */
export interface RangeScan {
  readonly nucleus: string;
  readonly fieldT: number | null;
  readonly echoTimeS: number | null;
  /** Name in the file. */
  readonly sequence: string | null;
  readonly region: string | null;
  readonly ageYears: number | null;
  /** Volume fractions of grey and white matter. */
  readonly tissue: { readonly gm: number; readonly wm: number } | null;
}

/** The value that is held against the ranges. */
export interface RangeValue {
  readonly metabolite: string;
  readonly quantity: RangeQuantity;
  /** null for amounts. */
  readonly denominator: string | null;
  readonly value: number;
}

/** A demand of a range that a scan does not meet. */
export type RangeMiss = 'nucleus' | 'field' | 'echoTime' | 'sequence' | 'region' | 'tissue' | 'age';

/** Scanners of one nominal field differ by a few percent ("3 T" is 2.89 T at one manufacturer). */
const FIELD_TOLERANCE = 0.05;
/** Echo times are rounded in headers. [ms] */
const ECHO_TIME_TOLERANCE_MS = 0.5;
/** A voxel counts as one tissue where this part of its brain tissue is that: a convention of this program. */
const TISSUE_MAJORITY = 0.6;

/** "Left parietal white matter" → its words without punctuation. */
function regionWords(text: string | null): string[] {
  const words = (text ?? '')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  // One spelling for both.
  return words.map((word) => (word === 'gray' ? 'grey' : word));
}

const TISSUE_WORDS = { GM: ['grey', 'gm'], WM: ['white', 'wm'] } as const;

/** By the fractions; where there are none, by what the region is called. */
function isTissue(scan: RangeScan, wanted: 'GM' | 'WM'): boolean {
  if (scan.tissue !== null) {
    const { gm, wm } = scan.tissue;
    const share = wanted === 'GM' ? gm : wm;
    return gm + wm > 0 && share / (gm + wm) >= TISSUE_MAJORITY;
  }
  const words = regionWords(scan.region);
  return TISSUE_WORDS[wanted].some((word) => words.includes(word));
}

function isOfAge({ ageYears }: RangeScan, { ageMinYears, ageMaxYears }: ReferenceRange): boolean {
  if (ageMinYears === null && ageMaxYears === null) return true;
  if (ageYears === null) return false;
  const completed = Math.floor(ageYears);
  return (ageMinYears === null || completed >= ageMinYears) && (ageMaxYears === null || completed <= ageMaxYears);
}

/** @returns every demand that the scan does not meet, or is not known to meet; empty: the range fits */
export function rangeMisses(range: ReferenceRange, scan: RangeScan): RangeMiss[] {
  const { fieldT, echoTimeS } = scan;
  const echoTimeMs = echoTimeS === null ? null : echoTimeS * 1000;
  const words = regionWords(scan.region);
  const checks: readonly (readonly [RangeMiss, boolean])[] = [
    ['nucleus', scan.nucleus.toUpperCase() === range.nucleus.toUpperCase()],
    ['field', fieldT !== null && Math.abs(fieldT - range.fieldT) <= FIELD_TOLERANCE * range.fieldT],
    [
      'echoTime',
      echoTimeMs !== null &&
        echoTimeMs >= range.echoTimeMinMs - ECHO_TIME_TOLERANCE_MS &&
        echoTimeMs <= range.echoTimeMaxMs + ECHO_TIME_TOLERANCE_MS,
    ],
    ['sequence', range.sequence === null || sequenceFamily(scan.sequence) === range.sequence],
    ['region', regionWords(range.region).length > 0 && regionWords(range.region).every((word) => words.includes(word))],
    ['tissue', range.tissue === null || isTissue(scan, range.tissue)],
    ['age', isOfAge(scan, range)],
  ];
  return checks.filter(([, met]) => !met).map(([miss]) => miss);
}

/** The more a range says, the better it is; then the narrower in age and echo time; then the larger series. */
function byFit(a: ReferenceRange, b: ReferenceRange): number {
  const said = (range: ReferenceRange): number =>
    regionWords(range.region).length +
    [range.tissue, range.sequence, range.ageMinYears, range.ageMaxYears].filter((value) => value !== null).length;
  const ages = (range: ReferenceRange): number => (range.ageMaxYears ?? 120) - (range.ageMinYears ?? 0);
  const times = (range: ReferenceRange): number => range.echoTimeMaxMs - range.echoTimeMinMs;
  return said(b) - said(a) || ages(a) - ages(b) || times(a) - times(b) || b.n - a.n;
}

export type RangePlace = 'within' | 'above' | 'below';

/** Symbols beside a value; each place is told in words too. */
export const RANGE_SYMBOLS: Readonly<Record<RangePlace, string>> = { within: '', above: '▲', below: '▼' };

/** A value and the range that fits its scan best. */
export interface RangeMatch<R extends ReferenceRange = ReferenceRange> {
  readonly range: R;
  readonly low: number;
  readonly high: number;
  readonly place: RangePlace;
}

const isSameQuantity = (range: ReferenceRange, value: RangeValue): boolean =>
  range.metabolite === value.metabolite &&
  range.quantity === value.quantity &&
  (range.denominator ?? null) === value.denominator;

/**
 * The range for one value.
 * @param ranges all there are
 * @returns null where no range fits the scan: then nothing may be said of the value
 */
export function matchRange<R extends ReferenceRange>(
  ranges: readonly R[],
  scan: RangeScan,
  value: RangeValue,
): RangeMatch<R> | null {
  const fitting = ranges.filter((range) => isSameQuantity(range, value) && rangeMisses(range, scan).length === 0);
  const [range] = fitting.sort(byFit);
  if (range === undefined || !Number.isFinite(value.value)) return null;
  const [low, high] = rangeEnds(range);
  const place = value.value < low ? 'below' : value.value > high ? 'above' : 'within';
  return { range, low, high, place };
}

/** Where no segmentation was given, half grey and half white matter are assumed: that says nothing of the voxel. */
const ASSUMED = /assum/i;

/** Grey and white matter of the voxel as the water scaling was given them; null where it was not. */
export function tissueOfResult({ waterScaling }: Pick<QuantificationResult, 'waterScaling'>): RangeScan['tissue'] {
  const inputs = (waterScaling?.conventions ?? []).flatMap(({ factors }) => factors.flatMap((factor) => factor.inputs));
  const known = inputs.filter(({ name, source }) => name.startsWith('volume fraction of ') && !ASSUMED.test(source));
  const fraction = (tissue: string): number => known.find(({ name }) => name.endsWith(` ${tissue}`))?.value ?? 0;
  return known.length === 0 ? null : { gm: fraction('GM'), wm: fraction('WM') };
}

/** Units that ranges of amounts are in: an amount that still holds the CSF of its voxel is another quantity. */
export const RANGE_UNITS: Readonly<Record<RangeQuantity, string>> = {
  ratio: '',
  molality: 'mmol/kg tissue water',
  molarity: 'mmol/l tissue',
  lcmodel: 'mmol/kg wet weight (LCModel: mM)',
};

/** Everything of an estimate that a range may exist for; a network's ratio only with its interval is the caller's care. */
export function rangeValues({ name, ratioToTCr, ratios, concentrations }: MetaboliteEstimate): RangeValue[] {
  const others = (ratios ?? []).filter(({ reference }) => reference !== 'tCr' || ratioToTCr === null);
  const all = ratioToTCr === null ? others : [{ reference: 'tCr', value: ratioToTCr }, ...others];
  const amounts = (concentrations ?? []).filter(({ convention, unit }) => unit === RANGE_UNITS[convention]);
  return [
    ...all.map(({ reference, value }) => ({
      metabolite: name,
      quantity: 'ratio' as const,
      denominator: reference,
      value,
    })),
    ...amounts.map(({ convention, value }) => ({ metabolite: name, quantity: convention, denominator: null, value })),
  ];
}
