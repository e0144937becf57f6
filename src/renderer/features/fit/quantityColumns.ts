// Columns of the results beyond amplitude and bound: 95 % interval, ratios and amounts with their SD, those that the result has.
import { amountUnit } from '../../app/amountUnit.ts';
import { t } from '../../app/i18n/index.ts';
import type { JsonObject, JsonValue } from '../../../core/domain/json.ts';
import type { ConcentrationEstimate, MetaboliteEstimate } from '../../../core/domain/quantification.ts';
import type { QuantificationResultView } from '../../../ipc/contract.ts';
import { formatSignificant } from '../../../core/reports/tables.ts';

export interface QuantityColumn {
  readonly id: string;
  readonly head: string;
  readonly title: string;
  readonly text: (estimate: MetaboliteEstimate) => string;
  /** The same as plain numbers, for a spreadsheet. */
  readonly cells: readonly { readonly head: string; readonly value: (estimate: MetaboliteEstimate) => number | null }[];
}

const jsonObject = (value: JsonValue | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

function withSd(value: number | null, sd: number | null): string {
  const text = formatSignificant(value);
  // A ratio of a line to itself has no SD to tell.
  return value === null || sd === null || sd === 0 ? text : `${text} ± ${formatSignificant(sd, 2)}`;
}

function intervalColumn(estimates: readonly MetaboliteEstimate[]): QuantityColumn[] {
  const methods = [...new Set(estimates.flatMap((e) => (e.interval95 === undefined ? [] : [e.interval95.method])))];
  if (methods.length === 0) return [];
  return [
    {
      id: 'interval',
      head: t('fit.results.interval'),
      title: t('fit.results.intervalBy', {
        methods: methods.map((m) => t(`fit.intervals.${m}`)).join(t('fit.results.and')),
      }),
      text: ({ interval95: i }) =>
        i === undefined ? '–' : `${formatSignificant(i.low)} – ${formatSignificant(i.high)}`,
      cells: [
        { head: '95 % low', value: (e) => e.interval95?.low ?? null },
        { head: '95 % high', value: (e) => e.interval95?.high ?? null },
      ],
    },
  ];
}

/** Ratio to one denominator; that to tCr is there without its SD too. */
function ratioColumn(reference: string): QuantityColumn {
  const found = (e: MetaboliteEstimate) => e.ratios?.find((r) => r.reference === reference);
  const value = (e: MetaboliteEstimate): number | null =>
    found(e)?.value ?? (reference === 'tCr' ? e.ratioToTCr : null);
  const sd = (e: MetaboliteEstimate): number | null => found(e)?.sd ?? null;
  return {
    id: reference === 'tCr' ? 'ratio' : `ratio-${reference}`,
    head: t('fit.results.ratioTo', { reference }),
    title: t('fit.results.ratioTitle', { reference }),
    text: (e) => withSd(value(e), sd(e)),
    cells: [
      { head: `ratio to ${reference}`, value },
      { head: `SD of ratio to ${reference}`, value: sd },
    ],
  };
}

function ratioColumns(estimates: readonly MetaboliteEstimate[], asked: readonly string[] | null): QuantityColumn[] {
  const references = new Set(estimates.flatMap((e) => e.ratios?.map((r) => r.reference) ?? []));
  // Every estimate has that to tCr; it is left out where others alone were asked for.
  const isWanted = asked === null || asked.includes('tCr');
  if (isWanted && estimates.some((e) => e.ratioToTCr !== null)) references.add('tCr');
  const others = [...references].filter((r) => r !== 'tCr');
  return [...(references.has('tCr') ? ['tCr'] : []), ...others].map(ratioColumn);
}

/** The amount in the convention that is displayed: the one that `concentrationMM` repeats. */
export function displayed(e: MetaboliteEstimate): ConcentrationEstimate | null {
  const all = e.concentrations ?? [];
  return all.find((c) => c.value === e.concentrationMM) ?? all[0] ?? null;
}

function concentrationColumn(estimates: readonly MetaboliteEstimate[]): QuantityColumn[] {
  const first = estimates.map(displayed).find((c) => c !== null) ?? null;
  if (first === null && estimates.every((e) => e.concentrationMM === null)) return [];
  const unit = first?.unit ?? 'mM';
  const value = (e: MetaboliteEstimate): number | null => displayed(e)?.value ?? e.concentrationMM;
  const sd = (e: MetaboliteEstimate): number | null => displayed(e)?.sd ?? null;
  return [
    {
      id: 'concentration',
      head: t('fit.results.concentration', { unit: amountUnit(unit) }),
      title:
        first === null
          ? t('fit.results.waterScaled')
          : t('fit.results.waterScaledAs', { convention: t(`fit.conventions.${first.convention}`) }),
      text: (e) => withSd(value(e), sd(e)),
      cells: [
        { head: `concentration [${unit}]`, value },
        { head: `SD of concentration [${unit}]`, value: sd },
      ],
    },
  ];
}

/** The ratios that a stored recipe names; null where it leaves that to the program. */
export function ratiosAsked(recipe: JsonValue | null): readonly string[] | null {
  const quantities = jsonObject(jsonObject(recipe)['quantities']);
  const { ratios } = quantities;
  return Array.isArray(ratios) ? ratios.filter((r) => typeof r === 'string') : null;
}

/**
 * @param asked ratios that the reader chose; null: the usual ones
 * @returns the columns that at least one estimate has something for
 */
export function quantityColumns(
  { combined, metabolites }: QuantificationResultView,
  asked: readonly string[] | null = null,
): QuantityColumn[] {
  const estimates = [...combined, ...metabolites];
  const ratios = ratioColumns(estimates, asked);
  const ofTCr = ratios.filter(({ id }) => id === 'ratio');
  const others = ratios.filter(({ id }) => id !== 'ratio');
  return [...intervalColumn(estimates), ...ofTCr, ...concentrationColumn(estimates), ...others].map((column) => ({
    ...column,
    // A column of empty cells says nothing in a spreadsheet.
    cells: column.cells.filter(({ value }) => estimates.some((e) => value(e) !== null)),
  }));
}
