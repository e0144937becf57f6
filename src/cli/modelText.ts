// A network's card for people.
import type { JsonValue } from '../core/domain/json.ts';
import type {
  ModelCard,
  ModelProtocol,
  NetworkDesign,
  QuantificationCard,
  TensorSpec,
  ValueRange,
} from '../core/domain/modelCard.ts';

const rangeText = ([low, high]: ValueRange, unit: string): string =>
  low === high ? `${low}${unit}` : `${low}${low < 0 ? ' to ' : '–'}${high}${unit}`;

/** One line: "1H, 1.4–9.4 T, PRESS or STEAM, TE 20–40 ms". */
export function protocolText({ nucleus, fieldT, sequences, echoTimeMs }: ModelProtocol): string {
  return [
    nucleus,
    ...(fieldT === null ? [] : [rangeText(fieldT, ' T')]),
    ...(sequences === null ? [] : [sequences.join(' or ')]),
    ...(echoTimeMs === null ? [] : [`TE ${rangeText(echoTimeMs, ' ms')}`]),
  ].join(', ');
}

const tensorLine = (side: string, { name, shape, meaning }: TensorSpec): string =>
  `${side.padEnd(8)}${name} [${shape.map((axis) => axis ?? 'any').join(' × ')}]: ${meaning}`;

const DESIGN_WORDS: Readonly<Record<NetworkDesign, string>> = {
  amplitudes: 'amounts by the network itself',
  decoder: 'amounts by the network, with the signal model it was trained through',
  linearSolve: 'signal parameters by the network, amounts by linear least squares',
};

/** What there is to say of a network for quantification. */
function quantificationLines(card: QuantificationCard | undefined): string[] {
  if (card === undefined) return [];
  const { method, design, input, metabolites, sums, parameters, basis, inDistribution } = card;
  const { latentLimit, residualLimit } = inDistribution;
  const limits = [
    ...(residualLimit === null ? [] : [`residual up to ${residualLimit} times the noise`]),
    ...(latentLimit === null ? [] : [`features up to ${latentLimit} from the training set's centre`]),
  ];
  return [
    `Gives   ${DESIGN_WORDS[design]} (method ${method}, from the ${input})`,
    `Of      ${metabolites.length === 0 ? 'the metabolites of the basis set' : metabolites.join(', ')}; ${sums.join(', ')}`,
    ...(parameters.length === 0 ? [] : [`Signal  ${parameters.join(', ')}`]),
    `Basis   ${basis === null ? "the user's" : `${basis.id}, SHA-256 ${basis.sha256}`}`,
    `Knows   ${limits.length === 0 ? 'no limit was measured' : limits.join(', ')}`,
  ];
}

/** Nested figures as "table.row: value" lines. */
function figureLines(value: JsonValue, name: string): string[] {
  if (value === null || typeof value !== 'object') return [`  ${name}: ${value === null ? '–' : value}`];
  if (Array.isArray(value) && value.every((item) => item === null || typeof item !== 'object')) {
    return [`  ${name}: ${value.join(', ')}`];
  }
  return Object.entries(value).flatMap(([key, item]) => figureLines(item, name === '' ? key : `${name}.${key}`));
}

/** The card in some lines of text. */
export function modelText(card: ModelCard): string {
  const { training, protocol } = card;
  const further = Object.entries(protocol.limits).map(([name, range]) => `${name} ${rangeText(range, '')}`);
  return [
    `${card.id}: ${card.title}, version ${card.version} (${card.task})`,
    `Method  ${card.citation}`,
    `File    ${card.file}, SHA-256 ${card.sha256}, licence ${card.licence}`,
    `For     ${[protocolText(protocol), ...further].join(', ')}`,
    ...quantificationLines(card.quantification),
    ...card.inputs.map((spec) => tensorLine('Input', spec)),
    ...card.outputs.map((spec) => tensorLine('Output', spec)),
    `Trained ${training.epochs} epochs in ${training.minutes} min on ${training.hardware}: ${training.command}`,
    'Measured',
    ...figureLines(card.metrics, ''),
    ...card.limits.map((limit) => `Limit   ${limit}`),
  ].join('\n');
}
