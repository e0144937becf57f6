// What a card says of a network for quantification: how amounts come out of it, what it has seen, how its doubt was measured.
import { t } from '../../app/i18n/index.ts';
import type { ModelCardView } from '../../../ipc/contract.ts';
import type { Fact } from './model.ts';

export type QuantificationCardView = NonNullable<ModelCardView['quantification']>;

/** How the amounts come out of it, in a sentence. */
export const designWords = ({ design }: QuantificationCardView): string => t(`models.designs.${design}`);

/** Three significant digits with a true minus sign. */
const figure = (value: number): string => String(Number(value.toPrecision(3))).replace('-', '−');

/** Where the limits of a spectrum that it knows lie. */
function limitsWords({ latentLimit, residualLimit }: QuantificationCardView['inDistribution']): string {
  const parts = [
    ...(residualLimit === null ? [] : [t('models.residualLimit', { times: figure(residualLimit) })]),
    ...(latentLimit === null ? [] : [t('models.latentLimit', { distance: figure(latentLimit) })]),
  ];
  return parts.length === 0 ? t('models.noLimits') : parts.join('; ');
}

export function quantificationFacts({
  method,
  input,
  basis,
  parameters,
  inDistribution,
}: QuantificationCardView): Fact[] {
  return [
    { name: t('models.facts.method'), value: method },
    { name: t('models.facts.input'), value: t(`models.inputs.${input}`) },
    { name: t('models.facts.basis'), value: basis === null ? t('models.facts.anyBasis') : basis.id },
    ...(parameters.length === 0 ? [] : [{ name: t('models.facts.estimates'), value: parameters.join(', ') }]),
    { name: t('models.facts.known'), value: limitsWords(inDistribution) },
  ];
}

/** One metabolite or sum: amounts it was trained on, and how its spread becomes an interval. */
export interface AmountRow {
  readonly name: string;
  readonly isSum: boolean;
  readonly mean: string;
  /** 1st to 99th percentile. */
  readonly range: string;
  readonly factor: string;
  readonly floor: string;
  /** Dash where the residual adds nothing. */
  readonly misfit: string;
}

/** Rows of all that the card has amounts or a calibration for, sums first. */
export function amountRows({ sums, trainedAmounts, calibration }: QuantificationCardView): AmountRow[] {
  const names = [...new Set([...Object.keys(calibration), ...Object.keys(trainedAmounts)])];
  const rows = names.map((name): AmountRow => {
    const amount = trainedAmounts[name];
    const spread = calibration[name];
    return {
      name,
      isSum: sums.includes(name),
      mean: amount === undefined ? '–' : figure(amount.mean),
      range:
        amount === undefined ? '–' : t('models.range', { low: figure(amount.range[0]), high: figure(amount.range[1]) }),
      factor: spread === undefined ? '–' : figure(spread.factor),
      floor: spread === undefined ? '–' : figure(spread.floor),
      misfit: spread?.misfit === undefined ? '–' : figure(spread.misfit),
    };
  });
  return rows.sort((a, b) => Number(b.isSum) - Number(a.isSum));
}
