// The network that a method runs on a scan, and the basis set it goes with.
import type { BasisSet } from '../domain/basisSet.ts';
import { ModelError } from '../domain/errors.ts';
import type { ModelCard } from '../domain/modelCard.ts';
import type { ProtocolScan } from '../domain/modelProtocol.ts';
import { chooseNetwork } from '../domain/networkChoice.ts';
import type { NetworkChoice } from '../domain/networkChoice.ts';
import { networkMethod } from '../domain/networkMethods.ts';
import type { NetworkShelf } from '../ports/networkShelf.ts';

export interface NetworkForScan {
  readonly choice: NetworkChoice;
  readonly basis: BasisSet;
}

/**
 * @param usersBasis taken where the network is of no basis, or where it is the network's own
 * @throws ModelError BASIS_MISSING, BASIS_MISMATCH
 */
async function basisOf(
  { id, title, quantification }: ModelCard,
  usersBasis: BasisSet,
  shelf: NetworkShelf,
): Promise<BasisSet> {
  const own = quantification?.basis ?? null;
  if (own === null || own.sha256 === usersBasis.sha256) return usersBasis;
  const basis = await shelf.basis(own.id);
  if (basis.sha256 === own.sha256) return basis;
  throw new ModelError(
    'BASIS_MISMATCH',
    `The network "${title}" was trained with another version of the basis set ${own.id} than the one here.`,
    { id, basis: own.id, expected: own.sha256, found: basis.sha256 },
  );
}

/**
 * @param method id, with or without a protocol
 * @param shelf absent where no networks are at hand
 * @returns null where the method runs no network
 * @throws ModelError MODEL_MISSING, MODEL_MISMATCH, BASIS_MISSING, BASIS_MISMATCH, in one sentence
 */
export async function networkForScan(
  method: string,
  scan: ProtocolScan,
  usersBasis: BasisSet,
  shelf: NetworkShelf | undefined,
): Promise<NetworkForScan | null> {
  if (networkMethod(method) === null) return null;
  if (shelf === undefined) {
    throw new ModelError('MODEL_MISSING', `The method ${method} needs its network, and no networks are at hand here.`);
  }
  const cards = await shelf.cards();
  const choice = chooseNetwork(method, cards, scan);
  const card = cards.find(({ id }) => id === choice.modelId) as ModelCard;
  return { choice, basis: await basisOf(card, usersBasis, shelf) };
}
