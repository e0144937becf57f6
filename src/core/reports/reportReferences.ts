// Which values of a report lie outside their reference range, and what those ranges are, in words.
import { isOfNetwork, methodValue } from '../domain/methodValues.ts';
import type { AcquisitionInfo, PatientInfo } from '../domain/mrsDataset.ts';
import type { QuantificationResult } from '../domain/quantification.ts';
import type { RangeMatch, RangePlace, RangeScan, RangeValue } from '../domain/referenceMatch.ts';
import { matchRange, RANGE_SYMBOLS, rangeValues, tissueOfResult } from '../domain/referenceMatch.ts';
import type { RangeQuantity, ReferenceRange } from '../domain/referenceRange.ts';
import { formatSignificant, formatTrimmed } from './tables.ts';
import type { ReportTexts } from './texts/index.ts';

/** A value with the range that fits the scan best. */
export interface ReportReference extends RangeValue {
  readonly match: RangeMatch;
}

/** The part of a report's input that ranges are matched by. */
export interface ReferenceInput {
  readonly patient: Pick<PatientInfo, 'ageYears'>;
  readonly study: { readonly region: string | null };
  readonly scan: {
    readonly acquisition: Pick<AcquisitionInfo, 'echoTimeS' | 'sequence' | 'region'>;
    readonly nucleus: string;
    readonly fieldT: number | null;
  };
  readonly result: QuantificationResult;
  readonly referenceRanges?: readonly ReferenceRange[];
}

/** The part of a report's model that says what was found. */
export interface WithReferences {
  readonly references: readonly ReportReference[];
}

/** What the ranges are matched by. */
export function rangeScanOf({ scan, study, patient, result }: ReferenceInput): RangeScan {
  const { acquisition, nucleus, fieldT } = scan;
  return {
    nucleus,
    fieldT,
    echoTimeS: acquisition.echoTimeS,
    sequence: acquisition.sequence,
    region: acquisition.region ?? study.region,
    ageYears: patient.ageYears,
    tissue: tissueOfResult(result),
  };
}

/** A network's value is printed only with its interval; without one there is nothing to hold against a range. */
function printedValues(result: QuantificationResult): RangeValue[] {
  const estimates = [...result.combined, ...result.metabolites];
  if (!isOfNetwork(result)) return estimates.flatMap(rangeValues);
  return estimates.flatMap((estimate) => {
    const found = methodValue(estimate, result, 'ratio');
    if (found === null || found.interval === null) return [];
    return [{ metabolite: estimate.name, quantity: 'ratio' as const, denominator: 'tCr', value: found.value }];
  });
}

/** @returns in the order of the results; empty where no range fits */
export function reportReferences(input: ReferenceInput): ReportReference[] {
  const ranges = input.referenceRanges ?? [];
  if (ranges.length === 0 || input.result.status === 'refused') return [];
  const scan = rangeScanOf(input);
  return printedValues(input.result).flatMap((value) => {
    const match = matchRange(ranges, scan, value);
    return match === null ? [] : [{ ...value, match }];
  });
}

/** The one of a row's ratio to tCr, or of its amount. */
export function referenceOf(
  { references }: WithReferences,
  metabolite: string,
  quantity: RangeQuantity,
): ReportReference | null {
  const denominator = quantity === 'ratio' ? 'tCr' : null;
  const isIt = (r: ReportReference): boolean =>
    r.metabolite === metabolite && r.quantity === quantity && r.denominator === denominator;
  return references.find(isIt) ?? null;
}

/** "1.30–1.70" */
export const rangeEndsText = ({ low, high }: Pick<RangeMatch, 'low' | 'high'>): string =>
  `${formatSignificant(low, 3)}–${formatSignificant(high, 3)}`;

/** "▲": nothing within the range. */
export const placeSymbol = (place: RangePlace): string => RANGE_SYMBOLS[place];

/** "tNAA/tCr", "mI [molality]" */
export function referenceName(
  { metabolite, quantity, denominator }: Pick<RangeValue, 'metabolite' | 'quantity' | 'denominator'>,
  texts: ReportTexts,
): string {
  return quantity === 'ratio'
    ? `${metabolite}/${denominator ?? ''}`
    : `${metabolite} [${texts.conventionWords[quantity]}]`;
}

/** "3 T, PRESS, TE 25–35 ms, parietal white matter, 20–59 y, n 24" */
export function rangeConditions(range: ReferenceRange, texts: ReportTexts): string {
  const { fieldT, sequence, echoTimeMinMs, echoTimeMaxMs, region, tissue, ageMinYears, ageMaxYears, n } = range;
  const hasAge = ageMinYears !== null || ageMaxYears !== null;
  return [
    `${formatTrimmed(fieldT, 3)} T`,
    sequence,
    texts.reference.echoTime(formatTrimmed(echoTimeMinMs, 4), formatTrimmed(echoTimeMaxMs, 4)),
    region,
    tissue === null ? null : texts.reference.tissue[tissue],
    hasAge ? texts.reference.ages(ageMinYears, ageMaxYears) : null,
    `n ${n}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

/** One sentence a series: which values it is held against, its conditions and its citation. */
export function rangeSources({ references }: WithReferences, texts: ReportTexts): string[] {
  const groups = new Map<string, string[]>();
  for (const reference of references) {
    const { range } = reference.match;
    const source = `${rangeConditions(range, texts)}; ${range.citation}`;
    groups.set(source, [...(groups.get(source) ?? []), referenceName(reference, texts)]);
  }
  return [...groups].map(([source, names]) => `${texts.reference.of(names.join(', '))}: ${source}`);
}

/** "tNAA/tCr 1.21 ▼ below 1.30–1.70" of every value outside its range. */
export function outsideTexts({ references }: WithReferences, texts: ReportTexts): string[] {
  return references
    .filter(({ match }) => match.place !== 'within')
    .map((reference) => {
      const { match, value } = reference;
      const words = match.place === 'above' ? texts.reference.above : texts.reference.below;
      return `${referenceName(reference, texts)} ${formatSignificant(value, 3)} ${placeSymbol(match.place)} ${words} ${rangeEndsText(match)}`;
    });
}
