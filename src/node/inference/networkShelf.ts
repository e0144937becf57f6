// The port NetworkShelf on the folder of networks and the basis sets that come with the program.
import type { ModelCard } from '../../core/domain/modelCard.ts';
import type { NetworkShelf } from '../../core/ports/networkShelf.ts';
import { loadBundledBasis } from '../files/basisLibrary.ts';
import { modelIds, readModelCard } from '../files/modelCards.ts';

/**
 * Reads the cards once, when first asked.
 * @param modelsFolder of the networks
 * @param resources folder `resources`
 */
export function createNetworkShelf(modelsFolder: string, resources: () => string): NetworkShelf {
  let read: Promise<readonly ModelCard[]> | null = null;
  const bases = new Map<string, ReturnType<NetworkShelf['basis']>>();
  return {
    cards: () => {
      read ??= quantificationCards(modelsFolder);
      // What failed may be mended: the next call tries again.
      read.catch(() => (read = null));
      return read;
    },
    basis: (id) => {
      const known = bases.get(id) ?? loadBundledBasis(resources(), id);
      bases.set(id, known);
      known.catch(() => bases.delete(id));
      return known;
    },
  };
}

/** A card that is not valid leaves its network out, not all of them; "models verify" says what is wrong with it. */
async function quantificationCards(folder: string): Promise<readonly ModelCard[]> {
  const read = await Promise.all((await modelIds(folder)).map((id) => readModelCard(folder, id).catch(() => null)));
  return read.filter((card) => card !== null && card.task === 'quantification') as ModelCard[];
}
