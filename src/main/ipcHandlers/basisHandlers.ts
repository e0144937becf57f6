// The basis sets and recipes there are, and how each basis fits a dataset.
import { bestBasis, checkBasisMatch } from '../../core/basis/matching.ts';
import type { BasisTarget } from '../../core/basis/matching.ts';
import type { BasisCard } from '../../core/basis/basisCard.ts';
import { ModelError } from '../../core/domain/errors.ts';
import { RECIPES } from '../../core/pipeline/index.ts';
import type { DatasetDescription } from '../../core/ports/studyStore.ts';
import type { BasisCardView } from '../../ipc/contract.ts';
import { addUserBasis, listBases } from '../../node/files/basisLibrary.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { DeepReadonly } from '../registrar.ts';
import type { HandlerContext } from './context.ts';

/** @returns what decides which basis fits, or null for what is no scan */
function basisTarget(description: DatasetDescription): BasisTarget | null {
  const { nucleus, spectrometerFrequencyMHz, echoTimeS, sequence } = description;
  if (nucleus === null || spectrometerFrequencyMHz === null) return null;
  return { nucleus, spectrometerFrequencyMHz, echoTimeS, sequence };
}

/** A card as the page shows it; a refusal becomes its `mismatch`. */
export function basisView(card: BasisCard, target: BasisTarget | null): DeepReadonly<BasisCardView> {
  const { id, title, sequence, echoTimeS, spectrometerFrequencyMHz, fieldT, metabolites, sha256 } = card;
  const plain = { id, title, sequence, echoTimeS, spectrometerFrequencyMHz, fieldT, metabolites, sha256 };
  if (target === null) return { ...plain, mismatch: null, warnings: [] };
  try {
    return { ...plain, mismatch: null, warnings: checkBasisMatch(card, target) };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { ...plain, mismatch: error.message, warnings: [] };
  }
}

/** The best one first, so that a list's first entry is the one to take. */
export function basisViews(cards: readonly BasisCard[], target: BasisTarget | null): DeepReadonly<BasisCardView>[] {
  const best = target === null ? null : bestBasis(cards, target);
  const views = cards.map((card) => basisView(card, target));
  const rank = ({ id, mismatch }: DeepReadonly<BasisCardView>): number =>
    id === best?.basis.id ? 0 : mismatch === null ? 1 : 2;
  return views.sort((a, b) => rank(a) - rank(b));
}

export function basisHandlers({
  services: { store, basisFolders, userBases },
}: HandlerContext): Pick<HostHandlers, 'basis:list' | 'recipe:list' | 'host:add-basis'> {
  return {
    'basis:list': async ({ datasetId }) => {
      const target = datasetId === null ? null : basisTarget(store.getDataset(datasetId).description);
      return basisViews(await listBases(basisFolders), target);
    },
    'host:add-basis': async ({ paths }) => {
      const { card, warnings } = await addUserBasis(userBases, paths);
      return { id: card.id, title: card.title, warnings };
    },
    'recipe:list': () => RECIPES.map(({ id, title, version }) => ({ id, title, version })),
  };
}
