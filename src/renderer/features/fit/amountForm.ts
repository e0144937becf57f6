// Settings of ratios, amounts and quality as a form: what was changed, what is wrong with it, what goes to the fit.
import type { JsonObject, JsonValue } from '../../../core/domain/json.ts';
import { amountDefaults, amountFields, type AmountScan } from './amountFields.ts';
import type { OptionField } from './optionFields.ts';
import { fractionsProblem, isChanged, valueOf, type Entries } from './optionForm.ts';

/** Settings that are of one scan only: its tissue is no other's. */
export const OF_ONE_SCAN: readonly string[] = ['tissueFrom', 'tissue', 'segmentation'];

export interface AmountRow {
  readonly field: OptionField;
  readonly value: JsonValue;
  readonly usual: JsonValue;
  readonly changed: boolean;
  readonly problem: string | null;
}

/** What was entered, without what this scan does not offer (a ratio to water, an image of another study). */
function entriesFor(entries: Entries, scan: AmountScan): Entries {
  const kept: Record<string, JsonValue> = {};
  for (const { key, input } of amountFields(scan)) {
    const value = entries[key];
    if (value === undefined) continue;
    if (input.kind === 'several' && Array.isArray(value)) kept[key] = input.choices.filter((c) => value.includes(c));
    else if (input.kind !== 'choice' || input.choices.some((c) => c.value === value)) kept[key] = value;
  }
  return kept;
}

/** One row a setting that counts with the others as they are. */
export function amountRows(entered: Entries, scan: AmountScan): AmountRow[] {
  const entries = entriesFor(entered, scan);
  const defaults = amountDefaults(scan);
  const value = (key: string): JsonValue => valueOf(key, entries, defaults);
  return amountFields(scan)
    .filter((field) => field.when?.(value) ?? true)
    .map((field) => ({
      field,
      value: value(field.key),
      usual: defaults[field.key] ?? null,
      changed: isChanged(field.key, entries, defaults),
      problem: field.input.kind === 'fractions' ? fractionsProblem(value(field.key)) : null,
    }));
}

/** The first thing that is wrong, with its label; null where the fit may start. */
export function amountProblem(entries: Entries, scan: AmountScan): string | null {
  const wrong = amountRows(entries, scan).find((row) => row.problem !== null);
  return wrong === undefined ? null : `${wrong.field.label}: ${wrong.problem}`;
}

export interface AmountRequest {
  readonly quantities?: JsonObject;
  readonly segmentationDatasetId?: string;
}

/** What differs from the defaults, as `fit:start` takes it; nothing where nothing does. */
export function amountRequest(entries: Entries, scan: AmountScan): AmountRequest {
  const rows = new Map(amountRows(entries, scan).map((row) => [row.field.key, row]));
  const changed = (key: string): JsonValue | undefined => {
    const row = rows.get(key);
    return row?.changed === true ? row.value : undefined;
  };
  const quantities: JsonObject = {};
  const [ratios, convention, quality, tissue] = ['ratios', 'convention', 'quality', 'tissue'].map(changed);
  if (ratios !== undefined) quantities['ratios'] = ratios;
  if (convention !== undefined) quantities['waterScaling'] = { display: convention };
  if (quality !== undefined) quantities['quality'] = quality;
  if (Array.isArray(tissue)) {
    const [gm = null, wm = null, csf = null] = tissue;
    quantities['tissue'] = { gm, wm, csf };
  }
  const segmentation = rows.get('segmentation')?.value;
  return {
    ...(Object.keys(quantities).length === 0 ? {} : { quantities }),
    ...(typeof segmentation === 'string' ? { segmentationDatasetId: segmentation } : {}),
  };
}
