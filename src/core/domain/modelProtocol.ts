// Is a scan one that a network was trained for? A scan outside is refused: a network says nothing sensible there, and
// doesn't notice. What the header leaves open is a warning.
import { fieldStrengthT } from './axes.ts';
import { ModelError } from './errors.ts';
import type { ModelCard, ModelProtocol, ValueRange } from './modelCard.ts';
import type { MrsDataset } from './mrsDataset.ts';
import type { Warning } from './provenance.ts';
import { sequenceFamily } from './sequenceFamily.ts';

/** What of a card decides. */
export type ProtocolCard = Pick<ModelCard, 'id' | 'title' | 'protocol'>;
/** What of a scan decides. */
export type ProtocolScan = Pick<
  MrsDataset,
  'data' | 'dwellTimeS' | 'spectrometerFrequencyMHz' | 'nucleus' | 'acquisition'
>;

/** One aspect of a protocol in words: "field 1.4–9.4 T" and "field 11.7 T"; `scan` null where the header is silent. */
interface Aspect {
  readonly name: string;
  readonly trained: string;
  readonly scan: string | null;
  readonly fits: boolean;
}

interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly range: ValueRange;
  readonly value: number | null;
}

/** Relative width that rounding in a header may take a value beyond a range's end. */
const ROUNDING = 1e-6;

/** @returns up to four significant digits, without trailing zeros */
const short = (value: number): string => String(Number(value.toPrecision(4)));

function figureAspect({ name, unit, range: [low, high], value }: Figure): Aspect {
  const slack = ROUNDING * Math.max(Math.abs(low), Math.abs(high));
  const span = low === high ? short(low) : `${short(low)}–${short(high)}`;
  return {
    name,
    trained: `${name} ${span}${unit}`,
    scan: value === null ? null : `${name} ${short(value)}${unit}`,
    fits: value !== null && value >= low - slack && value <= high + slack,
  };
}

/** The limits of a card that a header answers, by their keys. */
function headerFigures(scan: ProtocolScan): Readonly<Record<string, Omit<Figure, 'range'>>> {
  const points = scan.data.shape.at(-1) ?? 0;
  const bandwidthHz = 1 / scan.dwellTimeS;
  return {
    dwellTimeS: { name: 'dwell time', unit: ' s', value: scan.dwellTimeS },
    bandwidthHz: { name: 'bandwidth', unit: ' Hz', value: bandwidthHz },
    bandwidthPpm: { name: 'bandwidth', unit: ' ppm', value: bandwidthHz / scan.spectrometerFrequencyMHz },
    points: { name: 'number of points', unit: '', value: points },
    durationS: { name: 'duration', unit: ' s', value: points * scan.dwellTimeS },
  };
}

function figuresOf(protocol: ModelProtocol, scan: ProtocolScan): Figure[] {
  const { echoTimeS } = scan.acquisition;
  const fieldT = fieldStrengthT(scan.spectrometerFrequencyMHz, scan.nucleus);
  const known = headerFigures(scan);
  const figures: Figure[] = [];
  if (protocol.fieldT !== null) figures.push({ name: 'field', unit: ' T', range: protocol.fieldT, value: fieldT });
  if (protocol.echoTimeMs !== null) {
    const value = echoTimeS === null ? null : 1e3 * echoTimeS;
    figures.push({ name: 'echo time', unit: ' ms', range: protocol.echoTimeMs, value });
  }
  for (const [key, range] of Object.entries(protocol.limits)) {
    const figure = known[key];
    if (figure !== undefined) figures.push({ ...figure, range });
  }
  return figures;
}

function sequenceAspect(sequences: readonly string[] | null, name: string | null): Aspect[] {
  if (sequences === null) return [];
  const family = sequenceFamily(name);
  return [
    {
      name: 'sequence',
      trained: `sequence ${sequences.join(' or ')}`,
      scan: family === null ? null : `sequence ${family}`,
      fits: family !== null && sequences.includes(family),
    },
  ];
}

function aspectsOf({ protocol }: ProtocolCard, scan: ProtocolScan): Aspect[] {
  const nucleus: Aspect = {
    name: 'nucleus',
    trained: `nucleus ${protocol.nucleus}`,
    scan: `nucleus ${scan.nucleus}`,
    fits: protocol.nucleus === scan.nucleus,
  };
  return [
    nucleus,
    ...sequenceAspect(protocol.sequences, scan.acquisition.sequence),
    ...figuresOf(protocol, scan).map(figureAspect),
  ];
}

/** What of a protocol a scan contradicts, in words: "echo time 28–32.5 ms" and "echo time 144 ms". */
export interface ProtocolContradiction {
  readonly trained: readonly string[];
  readonly scan: readonly string[];
}

/** @returns null where nothing in the scan's header disagrees */
export function protocolContradiction(card: ProtocolCard, scan: ProtocolScan): ProtocolContradiction | null {
  const wrong = aspectsOf(card, scan).flatMap(({ trained, scan: found, fits }) =>
    found === null || fits ? [] : [{ trained, found }],
  );
  if (wrong.length === 0) return null;
  return { trained: wrong.map(({ trained }) => trained), scan: wrong.map(({ found }) => found) };
}

/**
 * Whether a scan lies outside what a network was trained for.
 * @returns one sentence naming what the network was trained for and what the scan is; null where nothing disagrees
 */
export function protocolMismatch(card: ProtocolCard, scan: ProtocolScan): string | null {
  const found = protocolContradiction(card, scan);
  if (found === null) return null;
  return `The network "${card.title}" was trained for ${found.trained.join(', ')}, but this scan has ${found.scan.join(', ')}.`;
}

/** @throws ModelError MODEL_MISMATCH with the sentence of `protocolMismatch` */
export function requireProtocol(card: ProtocolCard, scan: ProtocolScan): void {
  const mismatch = protocolMismatch(card, scan);
  if (mismatch !== null) throw new ModelError('MODEL_MISMATCH', mismatch, { id: card.id });
}

/** @returns a warning where the header is silent on something that the network depends on */
export function protocolWarnings(card: ProtocolCard, scan: ProtocolScan): Warning[] {
  const silent = aspectsOf(card, scan).filter((aspect) => aspect.scan === null);
  if (silent.length === 0) return [];
  const trained = silent.map((aspect) => aspect.trained).join(', ');
  const names = silent.map((aspect) => aspect.name).join(' and ');
  const message = `The network "${card.title}" was trained for ${trained}; the scan doesn't say its ${names}, so this was not checked.`;
  return [{ code: 'model-protocol-unknown', message }];
}
