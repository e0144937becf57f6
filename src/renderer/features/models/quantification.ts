// What a card says of a network for quantification: how amounts come out of it, what it has seen, how its doubt was measured.
import type { ModelCardView } from '../../../ipc/contract.ts';
import type { Fact } from './model.ts';

export type QuantificationCardView = NonNullable<ModelCardView['quantification']>;

const DESIGNS: Readonly<Record<QuantificationCardView['design'], string>> = {
  amplitudes: 'The network gives the amounts themselves, without a model of the signal.',
  decoder: 'The network gives the amounts and the parameters of the signal model it was trained through.',
  linearSolve:
    'The network gives phase, shifts and widths; the amounts are solved for by least squares with a basis set.',
};

const INPUTS: Readonly<Record<QuantificationCardView['input'], string>> = {
  spectrum: 'Complex spectrum, 4.2 to 0.2 ppm, 512 points',
  scalogram: 'Morse wavelet scalogram of the spectrum',
  scattering: 'Wavelet scattering coefficients of the spectrum',
};

/** How the amounts come out of it, in a sentence. */
export const designWords = ({ design }: QuantificationCardView): string => DESIGNS[design];

/** Three significant digits with a true minus sign. */
const figure = (value: number): string => String(Number(value.toPrecision(3))).replace('-', '−');

/** Where the limits of a spectrum that it knows lie. */
function limitsWords({ latentLimit, residualLimit }: QuantificationCardView['inDistribution']): string {
  const parts = [
    ...(residualLimit === null ? [] : [`residual up to ${figure(residualLimit)} times the noise`]),
    ...(latentLimit === null ? [] : [`distance from the training spectra up to ${figure(latentLimit)}`]),
  ];
  return parts.length === 0 ? 'no limits stand in the card' : parts.join('; ');
}

export function quantificationFacts({
  method,
  input,
  basis,
  parameters,
  inDistribution,
}: QuantificationCardView): Fact[] {
  return [
    { name: 'Method', value: method },
    { name: 'Looks at', value: INPUTS[input] },
    { name: 'Basis set', value: basis === null ? 'your own: any that has the metabolites' : basis.id },
    ...(parameters.length === 0 ? [] : [{ name: 'Estimates', value: parameters.join(', ') }]),
    { name: 'Counts as known', value: limitsWords(inDistribution) },
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
      range: amount === undefined ? '–' : `${figure(amount.range[0])} to ${figure(amount.range[1])}`,
      factor: spread === undefined ? '–' : figure(spread.factor),
      floor: spread === undefined ? '–' : figure(spread.floor),
      misfit: spread?.misfit === undefined ? '–' : figure(spread.misfit),
    };
  });
  return rows.sort((a, b) => Number(b.isSum) - Number(a.isSum));
}
