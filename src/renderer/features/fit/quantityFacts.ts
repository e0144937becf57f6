// What a stored result's ratios, amounts and quality were made with, in words: what its recipe sets, and the tissue it used.
import { t } from '../../app/i18n/index.ts';
import type { JsonObject, JsonValue } from '../../../core/domain/json.ts';
import { QUALITY_PRESETS } from '../../../core/domain/qualityThresholds.ts';
import { CONVENTION_NAMES } from '../../../core/reports/quantities.ts';
import type { QuantificationResultView } from '../../../ipc/contract.ts';
import { fractionWords } from './optionForm.ts';

interface Fact {
  readonly label: string;
  readonly value: string;
}

const TISSUES = ['GM', 'WM', 'CSF'] as const;

const objectOf = (value: JsonValue | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

const whereSet = (label: string, value: string | undefined): Fact[] => (value === undefined ? [] : [{ label, value }]);

/** Fractions that the water's factors were computed with; a grid's results don't keep them. */
function usedTissue({ waterScaling }: QuantificationResultView): string | undefined {
  const inputs = (waterScaling?.conventions ?? []).flatMap(({ factors }) => factors.flatMap((f) => f.inputs));
  const found = TISSUES.map((tissue) => inputs.find(({ name }) => name === `volume fraction of ${tissue}`));
  const source = found.find((input) => input !== undefined)?.source;
  return source === undefined ? undefined : `${fractionWords(found.map((input) => input?.value ?? 0))}, ${source}`;
}

function givenTissue({ tissue }: JsonObject): string | undefined {
  const { gm, wm, csf } = objectOf(tissue);
  const parts = [gm, wm, csf].filter((part) => typeof part === 'number');
  return parts.length === 3 ? t('fit.with.given', { fractions: fractionWords(parts) }) : undefined;
}

function thresholdWords(quality: JsonValue | undefined): string | undefined {
  if (quality === undefined) return undefined;
  const title = objectOf(quality)['title'];
  return (
    QUALITY_PRESETS.find(({ id }) => id === quality)?.title ?? (typeof title === 'string' ? title : t('fit.with.own'))
  );
}

/**
 * @param quantities of the recipe
 * @returns the tissue, the convention, the ratios, tables and thresholds that were set
 */
export function quantityFacts(quantities: JsonObject, result: QuantificationResultView): Fact[] {
  const { ratios, relaxation, waterToMetabolite } = quantities;
  const display = objectOf(quantities['waterScaling'])['display'];
  return [
    ...whereSet(t('fit.words.tissue'), usedTissue(result) ?? givenTissue(quantities)),
    ...whereSet(t('fit.words.amountsAs'), Object.entries(CONVENTION_NAMES).find(([id]) => id === display)?.[1]),
    ...whereSet(
      t('fit.words.ratiosTo'),
      Array.isArray(ratios) ? ratios.join(', ') || t('fit.options.none') : undefined,
    ),
    ...whereSet(t('fit.with.relaxation'), relaxation === undefined ? undefined : t('fit.with.ownValues')),
    ...whereSet(
      t('fit.with.waterScale'),
      typeof waterToMetabolite === 'number' ? String(waterToMetabolite) : undefined,
    ),
    ...whereSet(t('fit.words.qualityBy'), thresholdWords(quantities['quality'])),
  ];
}
