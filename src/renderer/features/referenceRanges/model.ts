// What the table and the form of reference ranges say: cells, empty forms, what fits the open scan.
import type { RangeField, RangeText } from '../../../core/domain/referenceRange.ts';
import { RANGE_FIELDS, rangeEnds, rangeText } from '../../../core/domain/referenceRange.ts';
import type { MetaboliteEstimate } from '../../../core/domain/quantification.ts';
import type { RangeScan, RangeValue } from '../../../core/domain/referenceMatch.ts';
import { rangeMisses } from '../../../core/domain/referenceMatch.ts';
import type { DatasetView, ReferenceRangeView, StudySummaryView } from '../../../ipc/contract.ts';
import { t } from '../../app/i18n/index.ts';

const number = (value: number): string => String(Number(value.toPrecision(3)));

/** "1.3–1.7" */
export function endsText(range: Pick<ReferenceRangeView, 'mean' | 'sd'>): string {
  const [low, high] = rangeEnds(range);
  return `${number(low)}–${number(high)}`;
}

/** "tNAA/tCr"; "mI, molality" */
export const quantityText = ({ metabolite, quantity, denominator }: ReferenceRangeView): string =>
  quantity === 'ratio'
    ? `${metabolite}/${denominator ?? ''}`
    : `${metabolite}, ${t(`referenceRanges.quantities.${quantity}`)}`;

export const echoTimeText = ({ echoTimeMinMs, echoTimeMaxMs }: ReferenceRangeView): string =>
  echoTimeMinMs === echoTimeMaxMs ? String(echoTimeMinMs) : `${echoTimeMinMs}–${echoTimeMaxMs}`;

export function agesText({ ageMinYears, ageMaxYears }: ReferenceRangeView): string {
  if (ageMinYears === null && ageMaxYears === null) return '–';
  if (ageMinYears === null) return `≤ ${ageMaxYears}`;
  return ageMaxYears === null ? `≥ ${ageMinYears}` : `${ageMinYears}–${ageMaxYears}`;
}

/** What the open scan is known by; its tissue is the result's matter. */
export function scanOf(study: StudySummaryView | null, dataset: DatasetView | null): RangeScan | null {
  if (study === null || dataset === null) return null;
  const { description } = dataset;
  return {
    nucleus: description.nucleus ?? '1H',
    fieldT: description.fieldT,
    echoTimeS: description.echoTimeS,
    sequence: description.sequence,
    region: description.region ?? study.region,
    ageYears: study.patient.ageYears,
    tissue: null,
  };
}

/** In words, whether a range fits the open scan and why not. */
export function fitWords(
  range: ReferenceRangeView,
  scan: RangeScan,
): { readonly fits: boolean; readonly words: string } {
  const misses = rangeMisses(range, scan);
  if (misses.length === 0) return { fits: true, words: t('referenceRanges.fits') };
  const names = misses.map((miss) => t(`referenceRanges.misses.${miss}`)).join(', ');
  return { fits: false, words: t('referenceRanges.differs', { names }) };
}

/** The ratio to tCr of a row, which the results' table shows the range of. */
export function ratioValue({ name, ratioToTCr }: Pick<MetaboliteEstimate, 'name' | 'ratioToTCr'>): RangeValue | null {
  return ratioToTCr === null ? null : { metabolite: name, quantity: 'ratio', denominator: 'tCr', value: ratioToTCr };
}

const EMPTY = Object.fromEntries(RANGE_FIELDS.map((field) => [field, ''])) as Record<RangeField, string>;

/** A form to begin with: what is known of the open scan is filled in, numbers of a series never are. */
export function newForm(scan: RangeScan | null): RangeText {
  const echoTime = scan?.echoTimeS ?? null;
  return {
    ...EMPTY,
    quantity: 'ratio',
    denominator: 'tCr',
    nucleus: scan?.nucleus ?? '1H',
    fieldT: scan?.fieldT === null || scan === null ? '' : String(Math.round(scan.fieldT * 2) / 2),
    echoTimeMinMs: echoTime === null ? '' : number(echoTime * 1000),
    echoTimeMaxMs: echoTime === null ? '' : number(echoTime * 1000),
    region: scan?.region ?? '',
  };
}

export const formOf = (range: ReferenceRangeView): RangeText => rangeText(range);
