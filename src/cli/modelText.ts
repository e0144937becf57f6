// A network's card for people.
import type { JsonValue } from '../core/domain/json.ts';
import type { ModelCard, ModelProtocol, TensorSpec, ValueRange } from '../core/domain/modelCard.ts';

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
    ...card.inputs.map((spec) => tensorLine('Input', spec)),
    ...card.outputs.map((spec) => tensorLine('Output', spec)),
    `Trained ${training.epochs} epochs in ${training.minutes} min on ${training.hardware}: ${training.command}`,
    'Measured',
    ...figureLines(card.metrics, ''),
    ...card.limits.map((limit) => `Limit   ${limit}`),
  ].join('\n');
}
