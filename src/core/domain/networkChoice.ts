// Which network quantifies a scan, and how well its header agrees with what the network was trained for.
import { ModelError } from './errors.ts';
import type { ModelCard } from './modelCard.ts';
import { protocolContradiction, protocolMismatch, protocolWarnings } from './modelProtocol.ts';
import type { ProtocolScan } from './modelProtocol.ts';
import { methodOfNetworkId, namesProtocol, networkMethod } from './networkMethods.ts';
import type { Warning } from './provenance.ts';

export interface NetworkChoice {
  /** Id of its card. */
  readonly modelId: string;
  /** One sentence, where the user named a network that was trained for other scans; null where nothing disagrees. */
  readonly mismatch: string | null;
  /** What the header leaves open. */
  readonly unanswered: readonly Warning[];
}

/** The cards of a method's networks, those of one protocol each or the one for all. */
export function cardsOfMethod(method: string, cards: readonly ModelCard[]): ModelCard[] {
  const network = networkMethod(method)?.network ?? method;
  return cards.filter(({ id, quantification }) => quantification !== undefined && methodOfNetworkId(id) === network);
}

function named(id: string, cards: readonly ModelCard[], scan: ProtocolScan): NetworkChoice {
  const card = cards.find((c) => c.id === id && c.quantification !== undefined);
  if (card === undefined) {
    const known = cardsOfMethod(methodOfNetworkId(id), cards).map((c) => c.id);
    const there = known.length === 0 ? 'none of this method is here' : `there is ${known.join(', ')}`;
    throw new ModelError('MODEL_MISSING', `There is no network "${id}" here; ${there}.`, { id });
  }
  if (card.protocol.nucleus !== scan.nucleus) {
    const message = `The network "${card.title}" is for ${card.protocol.nucleus} spectra, and this scan is of ${scan.nucleus}.`;
    throw new ModelError('MODEL_MISMATCH', message, { id });
  }
  return { modelId: id, mismatch: protocolMismatch(card, scan), unanswered: protocolWarnings(card, scan) };
}

/** One sentence: what the scan is, and what each network is for instead. */
function noneFits(method: string, cards: readonly ModelCard[], scan: ProtocolScan): string {
  const wrong = cards.map((card) => ({ id: card.id, ...protocolContradiction(card, scan) }));
  const found = [...new Set(wrong.flatMap((w) => w.scan ?? []))].join(', ');
  const others = wrong.map(({ id, trained = [] }) => `${id} is for ${trained.join(', ')}`).join('; ');
  return `No network of the method ${method} was trained for a scan with ${found}: ${others}.`;
}

/**
 * The network of a method for a scan: the one named ("qnet@3t-press-35"), whatever the scan's header says, or the first
 * whose protocol nothing in the header disagrees with, those with fewer open questions first.
 * @param method id, with or without a protocol
 * @throws ModelError MODEL_MISSING (no network of this method is here), MODEL_MISMATCH (none is for such a scan)
 */
export function chooseNetwork(method: string, cards: readonly ModelCard[], scan: ProtocolScan): NetworkChoice {
  if (namesProtocol(method)) return named(method, cards, scan);
  const own = cardsOfMethod(method, cards);
  if (own.length === 0) {
    throw new ModelError('MODEL_MISSING', `No network of the method ${method} comes with this program.`, { method });
  }
  const fitting = own
    .filter((card) => protocolMismatch(card, scan) === null)
    .map((card) => ({ modelId: card.id, mismatch: null, unanswered: protocolWarnings(card, scan) }))
    .sort((a, b) => a.unanswered.length - b.unanswered.length);
  const [best] = fitting;
  if (best !== undefined) return best;
  const message = noneFits(method, own, scan);
  throw new ModelError('MODEL_MISMATCH', message, { method, networks: own.map(({ id }) => id) });
}
