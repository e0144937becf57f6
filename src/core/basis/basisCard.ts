// The card beside a basis file of this program's own: what it holds, for which scans it is, how it was made, and its hash.
import type { BasisRequest, EditingCondition } from '../domain/basisRequest.ts';
import { ModelError } from '../domain/errors.ts';

export const BASIS_CARD_SCHEMA = 'lineshape.basis-card/1';

export interface BasisCard {
  readonly schema: typeof BASIS_CARD_SCHEMA;
  readonly id: string;
  readonly version: number;
  readonly title: string;
  /** Base name of the basis file beside the card. */
  readonly file: string;
  /** SHA-256 of that file, lower-case hex. */
  readonly sha256: string;
  readonly nucleus: string;
  readonly fieldT: number | null;
  readonly spectrometerFrequencyMHz: number;
  /** Family: "PRESS" …; null where an imported file does not say, as for the figures below. */
  readonly sequence: string | null;
  readonly echoTimeS: number | null;
  /** Sub-spectrum of an edited sequence; null for others, and in cards written before there was any. */
  readonly editing: EditingCondition | null;
  /** Timings of the sequence, e.g. te1S, te2S. */
  readonly sequenceParameters: Readonly<Record<string, number | string>>;
  readonly dwellTimeS: number;
  readonly points: number;
  readonly referencePpm: number;
  readonly linewidthHz: number | null;
  readonly metabolites: readonly string[];
  readonly macromolecules: readonly string[];
  /** In words: how it was simulated, and what an amplitude of 1 means. */
  readonly simulation: string;
  readonly amplitudeUnit: string;
  readonly limits: readonly string[];
  readonly sources: readonly string[];
  /** What it was simulated from, so that it can be done again; null for imported sets and older cards. */
  readonly request: BasisRequest | null;
}

const TEXTS = ['id', 'title', 'file', 'sha256', 'nucleus', 'simulation', 'amplitudeUnit'] as const;
const NUMBERS = ['version', 'spectrometerFrequencyMHz', 'dwellTimeS', 'points', 'referencePpm'] as const;
/** Facts that an imported basis file may lack. */
const NUMBERS_OR_NULL = ['fieldT', 'echoTimeS', 'linewidthHz'] as const;
const EDITING: readonly unknown[] = ['on', 'off', 'difference', null];
const LISTS = ['metabolites', 'macromolecules', 'limits', 'sources'] as const;

/**
 * Checks and types a card.
 * @param json parsed card
 * @param fileName for the message
 * @throws ModelError MODEL_INVALID naming the field that is wrong
 */
export function parseBasisCard(json: unknown, fileName: string): BasisCard {
  const fail = (what: string): never => {
    throw new ModelError('MODEL_INVALID', `The basis card ${fileName} is not valid: ${what}.`, { fileName });
  };
  if (typeof json !== 'object' || json === null) return fail('an object was expected');
  const card = json as Readonly<Record<string, unknown>>;
  if (card['schema'] !== BASIS_CARD_SCHEMA) fail(`"schema" should be "${BASIS_CARD_SCHEMA}"`);
  for (const key of TEXTS) if (typeof card[key] !== 'string') fail(`"${key}" should be a text`);
  for (const key of NUMBERS) if (!Number.isFinite(card[key])) fail(`"${key}" should be a number`);
  for (const key of NUMBERS_OR_NULL) {
    if (card[key] !== null && !Number.isFinite(card[key])) fail(`"${key}" should be a number or null`);
  }
  const { sequence } = card;
  if (sequence !== null && typeof sequence !== 'string') fail('"sequence" should be a text or null');
  for (const key of LISTS) {
    const value = card[key];
    if (!Array.isArray(value) || !value.every((v) => typeof v === 'string')) fail(`"${key}" should be a list of texts`);
  }
  const parameters = card['sequenceParameters'];
  if (typeof parameters !== 'object' || parameters === null) fail('"sequenceParameters" should be an object');
  if (!/^[0-9a-f]{64}$/.test(card['sha256'] as string)) fail('"sha256" should be 64 hexadecimal digits');
  const { editing = null, request = null } = card;
  if (!EDITING.includes(editing)) fail('"editing" should be "on", "off", "difference" or null');
  if (typeof request !== 'object' || Array.isArray(request)) fail('"request" should be an object or null');
  return {
    ...(json as BasisCard),
    editing: editing as EditingCondition | null,
    request: request as BasisRequest | null,
  };
}
