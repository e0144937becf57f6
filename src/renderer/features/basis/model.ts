// Basis sets as the page lists and describes them: search, facts in words, a comparison's rows, formats to save in.
import { formatFixed, formatSignificant } from '../../../core/reports/tables.ts';
import { t } from '../../app/i18n/index.ts';
import type { BasisCardView, BasisExportFormat, BasisListView, ChannelResponse } from '../../../ipc/contract.ts';
import { fieldWords, trim } from '../session/index.ts';

/** Field strength of a card as it is called, "3 T"; the frequency where the field is unknown. */
export function cardField(card: BasisCardView): string {
  return fieldWords(card.fieldT) || `${card.spectrometerFrequencyMHz.toFixed(1)} MHz`;
}

/** One line for the list: sequence, TE, edited part, field, number of signals. */
export function cardSummary(card: BasisCardView): string {
  const count = card.metabolites.length + card.macromolecules.length;
  return [
    card.sequence ?? t('basis.card.sequenceUnknown'),
    card.echoTimeS === null ? null : `TE ${trim(card.echoTimeS * 1000, 1)} ms`,
    card.editing === null ? null : t(`basis.card.editing.${card.editing}`),
    cardField(card),
    t('basis.card.signals', { count }),
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

export interface CardFilter {
  readonly text: string;
  /** As cardField writes it; empty for all. */
  readonly field: string;
}

/** Cards whose title, summary, signals or maker hold every word, of one field or of all; order kept. */
export function filterCards(cards: readonly BasisCardView[], { text, field }: CardFilter): BasisCardView[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return cards.filter((card) => {
    if (field !== '' && cardField(card) !== field) return false;
    const whole = [card.title, cardSummary(card), ...card.metabolites, ...card.macromolecules].join(' ').toLowerCase();
    return words.every((word) => whole.includes(word));
  });
}

/** Fields there are, weakest first, for the filter. */
export function fieldsOf(cards: readonly BasisCardView[]): string[] {
  const byFrequency = [...cards].sort((a, b) => a.spectrometerFrequencyMHz - b.spectrometerFrequencyMHz);
  return [...new Set(byFrequency.map(cardField))];
}

export interface CardGroup {
  readonly title: string;
  readonly cards: readonly BasisCardView[];
}

/** The user's own sets and those that came with the program; groups without a set are left out. */
export function groupCards(cards: readonly BasisCardView[]): CardGroup[] {
  const groups = [
    { title: t('basis.list.yours'), cards: cards.filter((c) => c.source === 'user') },
    { title: t('basis.list.shipped'), cards: cards.filter((c) => c.source === 'shipped') },
  ];
  return groups.filter((group) => group.cards.length > 0);
}

export interface CardState {
  readonly tone: 'ok' | 'caution' | 'stop';
  readonly symbol: string;
  readonly words: string;
}

/** What is to be said of a set against the open study's scan; nothing where no study is open. */
export function cardStates(card: BasisCardView, best: BasisListView['best']): CardState[] {
  if (card.mismatch !== null) return [{ tone: 'stop', symbol: '✕', words: card.mismatch }];
  const doubts = card.warnings.map((w): CardState => ({ tone: 'caution', symbol: '▲', words: w.message }));
  if (best.closeEnough && best.basisId === card.id) {
    return [{ tone: 'ok', symbol: '✓', words: t('basis.card.best') }, ...doubts];
  }
  return doubts;
}

/** The first of what is to be said, and how much more there is: a list must stay short. */
export function listState(card: BasisCardView, best: BasisListView['best']): CardState | null {
  const [first, ...more] = cardStates(card, best);
  if (first === undefined) return null;
  return more.length === 0
    ? first
    : { ...first, words: `${first.words} ${t('basis.card.more', { count: more.length })}` };
}

export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Parameters that have a name of their own in every language; others are told by their spelling. */
const NAMED_PARAMETERS: readonly string[] = [
  'te1S',
  'te2S',
  'mixingTimeS',
  'spacingS',
  'carrierPpm',
  'spatialPointsPerAxis',
  'spatialExtentSlices',
  ...['excitation', 'refocusing', 'editing'].flatMap((role) =>
    ['Pulse', 'DurationS', 'BandwidthHz', 'FlipDeg'].map((what) => `${role}${what}`),
  ),
];

const UNITS: readonly (readonly [ending: string, unit: string, factor: number])[] = [
  ['BandwidthHz', 'Hz', 1],
  ['Hz', 'Hz', 1],
  ['Ppm', 'ppm', 1],
  ['Deg', '°', 1],
  ['S', 'ms', 1000],
];

/** "editingDurationS" → "Editing duration": the unit's ending goes, words come apart. */
function parameterName(key: string, ending: string): string {
  if (NAMED_PARAMETERS.includes(key)) return t(`basis.parameters.${key}`);
  const words = key
    .slice(0, key.length - ending.length)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Timings and pulses of a card in words with units; the echo time stands elsewhere. */
export function parameterFacts(parameters: BasisCardView['sequenceParameters']): Fact[] {
  return Object.entries(parameters)
    .filter(([key]) => key !== 'echoTimeS')
    .map(([key, value]) => {
      if (typeof value === 'string') return { name: parameterName(key, ''), value };
      const [ending = '', unit = '', factor = 1] = UNITS.find(([end]) => key.endsWith(end)) ?? [];
      const number = trim(value * factor, 3);
      return {
        name: parameterName(key, ending === 'BandwidthHz' ? 'Hz' : ending),
        value: unit === '' ? number : `${number} ${unit}`,
      };
    });
}

/** The facts of a set for its head. */
export function cardFacts(card: BasisCardView): Fact[] {
  const { echoTimeS, fieldT, linewidthHz, dwellTimeS, points } = card;
  const field = fieldT === null ? '' : `${trim(fieldT, 2)} T, `;
  return [
    { name: t('basis.card.sequence'), value: card.sequence ?? t('basis.card.notSaid') },
    { name: 'TE', value: echoTimeS === null ? t('basis.card.notSaid') : `${trim(echoTimeS * 1000, 2)} ms` },
    ...(card.editing === null
      ? []
      : [{ name: t('basis.card.editedPart'), value: t(`basis.card.editing.${card.editing}`) }]),
    ...parameterFacts(card.sequenceParameters),
    { name: t('basis.card.field'), value: `${field}${trim(card.spectrometerFrequencyMHz, 3)} MHz` },
    {
      name: t('basis.card.sampling'),
      value: t('basis.card.samplingIs', {
        points,
        dwellUs: trim(dwellTimeS * 1e6, 2),
        widthHz: trim(1 / dwellTimeS, 0),
      }),
    },
    {
      name: t('basis.card.linewidth'),
      value: linewidthHz === null ? t('basis.card.notSaid') : `${trim(linewidthHz, 2)} Hz`,
    },
    { name: 'SHA-256', value: card.sha256.slice(0, 12) },
  ];
}

export const EXPORT_FORMATS: readonly BasisExportFormat[] = [
  'lineshape',
  'lcmodel',
  'lcmodel-raw',
  'fsl-json',
  'jmrui',
];

export type Comparison = ChannelResponse<'basis:compare'>;
export type ComparisonRow = Comparison['rows'][number];

/** Correlations of the same metabolite in two sets: the golden tests' limits for weakly and strongly coupled spins. */
export const AGREES = 0.99;
export const CLOSE = 0.97;

export interface Agreement {
  readonly tone: 'ok' | 'caution' | 'stop';
  readonly symbol: string;
  readonly word: string;
}

/** A correlation as symbol and word. */
export function agreement(correlation: number): Agreement {
  if (correlation >= AGREES) return { tone: 'ok', symbol: '●', word: t('basis.table.agrees') };
  return correlation >= CLOSE
    ? { tone: 'caution', symbol: '▲', word: t('basis.table.nearly') }
    : { tone: 'stop', symbol: '✕', word: t('basis.table.differs') };
}

/** Rows with what differs most on top. */
export function sortedComparison(rows: readonly ComparisonRow[]): ComparisonRow[] {
  return [...rows].sort((a, b) => a.correlation - b.correlation || a.name.localeCompare(b.name));
}

export interface ComparisonFigures {
  readonly correlation: string;
  readonly shift: string;
  readonly lorentzian: string;
  readonly gaussian: string;
  readonly phase: string;
  readonly ratio: string;
}

const signed = (value: number, digits: number): string => {
  const text = formatFixed(value, digits);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
};

/** A row's figures: what is done to the first signal to match the second; a negative width is added to the second. */
export function comparisonFigures(row: ComparisonRow): ComparisonFigures {
  return {
    correlation: row.correlation.toFixed(4),
    shift: signed(row.shiftHz, 2),
    lorentzian: signed(row.lorentzianHz, 2),
    gaussian: signed(row.gaussianHz, 2),
    phase: signed((row.phaseRad * 180) / Math.PI, 1),
    ratio: formatSignificant(row.amplitudeRatio),
  };
}
