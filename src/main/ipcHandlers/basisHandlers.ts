// The basis sets and recipes there are, how each basis fits a dataset, and what a basis set holds.
import type { BasisCard } from '../../core/basis/basisCard.ts';
import { compareBases } from '../../core/basis/comparing/compareBases.ts';
import { bestBasis, checkBasisMatch } from '../../core/basis/matching.ts';
import type { BasisTarget } from '../../core/basis/matching.ts';
import { ModelError } from '../../core/domain/errors.ts';
import type { Recipe } from '../../core/domain/recipe.ts';
import { correctionOf, denoisingOf, editingOf, recipeById, recipeForScan, RECIPES } from '../../core/pipeline/index.ts';
import type { DatasetDescription } from '../../core/ports/studyStore.ts';
import type { BasisCardView, BasisListView } from '../../ipc/contract.ts';
import { placedCards } from '../../node/files/basisCards.ts';
import type { PlacedCard } from '../../node/files/basisCards.ts';
import { basisFiles } from '../../node/files/basisExport.ts';
import { addUserBasis, removeUserBasis } from '../../node/files/userBases.ts';
import type { HostHandlers } from '../hostMessages.ts';
import type { DeepReadonly } from '../registrar.ts';
import type { HandlerContext } from './context.ts';

export type BasisSource = BasisCardView['source'];

/**
 * @param recipe that the scan will be fitted with: of an edited scan it chooses the sub-spectrum; null: the usual one
 * @returns what decides which basis fits, or null for what is no scan
 */
export function basisTarget(description: DatasetDescription, recipe: Recipe | null = null): BasisTarget | null {
  const { nucleus, spectrometerFrequencyMHz, echoTimeS, sequence } = description;
  if (nucleus === null || spectrometerFrequencyMHz === null) return null;
  const usual = recipeForScan(description);
  // What is not edited has no sub-spectrum, whatever recipe is chosen.
  const editing = editingOf(usual) === null ? null : editingOf(recipe ?? usual);
  return { nucleus, spectrometerFrequencyMHz, echoTimeS, sequence, editing };
}

/** A card as the page shows it; a refusal becomes its `mismatch`. */
function basisView(card: BasisCard, source: BasisSource, target: BasisTarget | null): DeepReadonly<BasisCardView> {
  const { id, title, sequence, echoTimeS, editing, sequenceParameters, spectrometerFrequencyMHz, fieldT } = card;
  const { dwellTimeS, points, linewidthHz, metabolites, macromolecules, simulation, request, sha256 } = card;
  const plain = {
    ...{ id, title, source, sequence, echoTimeS, editing, sequenceParameters, spectrometerFrequencyMHz, fieldT },
    ...{ dwellTimeS, points, linewidthHz, metabolites, macromolecules, simulation, request, sha256 },
  };
  if (target === null) return { ...plain, mismatch: null, warnings: [] };
  try {
    return { ...plain, mismatch: null, warnings: checkBasisMatch(card, target) };
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    return { ...plain, mismatch: error.message, warnings: [] };
  }
}

/** What to say of the best basis for a scan. */
function bestOf(cards: readonly BasisCard[], target: BasisTarget): DeepReadonly<BasisListView['best']> {
  const best = bestBasis(cards, target);
  if (best === null) {
    const message = `None of the basis sets is for ${target.nucleus}.`;
    return { basisId: null, closeEnough: false, message };
  }
  const { basis, closeEnough, warnings } = best;
  const reasons = warnings.map((w) => w.message).join(' ');
  const message = closeEnough
    ? null
    : `No basis set here is close enough to this scan; simulate one. ${reasons}`.trim();
  return { basisId: basis.id, closeEnough, message };
}

/**
 * @param placed cards with where they lie
 * @param userFolder the folder of the user's own
 * @returns the best one first, so that a list's first entry is the one to take
 */
export function basisList(
  placed: readonly PlacedCard[],
  userFolder: string,
  target: BasisTarget | null,
): DeepReadonly<BasisListView> {
  const cards = placed.map(({ card }) => card);
  const best = target === null ? { basisId: null, closeEnough: false, message: null } : bestOf(cards, target);
  const views = placed.map(({ card, folder }) => basisView(card, folder === userFolder ? 'user' : 'shipped', target));
  const rank = ({ id, mismatch }: DeepReadonly<BasisCardView>): number =>
    id === best.basisId ? 0 : mismatch === null ? 1 : 2;
  const byTitle = new Intl.Collator('en', { numeric: true }).compare;
  return { cards: views.sort((a, b) => rank(a) - rank(b) || byTitle(a.title, b.title)), best };
}

type Channels =
  | 'basis:list'
  | 'basis:spectra'
  | 'basis:compare'
  | 'basis:remove'
  | 'recipe:list'
  | 'host:add-basis'
  | 'host:basis-files';

export function basisHandlers({ services }: HandlerContext): Pick<HostHandlers, Channels> {
  const { store, basisFolders, userBases } = services;
  return {
    'basis:list': async ({ datasetId, recipeId }) => {
      const recipe = recipeId === undefined ? null : recipeById(recipeId);
      const target = datasetId === null ? null : basisTarget(store.getDataset(datasetId).description, recipe);
      return basisList(await placedCards(basisFolders), userBases, target);
    },
    'basis:spectra': async ({ basisId }) => {
      const { signals, dwellTimeS, spectrometerFrequencyMHz, referencePpm, points } = await services.basis(basisId);
      return {
        signals: signals.map(({ name, kind, fid }) => ({ name, kind, re: fid.re.slice(), im: fid.im.slice() })),
        ...{ dwellTimeS, spectrometerFrequencyMHz, referencePpm, points },
      };
    },
    'basis:compare': async ({ basisId, otherId, rangePpm }) =>
      compareBases(await services.basis(basisId), await services.basis(otherId), rangePpm),
    'basis:remove': async ({ basisId }) => {
      await removeUserBasis(userBases, basisId);
      services.forgetBasis(basisId);
      return {};
    },
    'host:add-basis': async ({ paths }) => {
      const { card, warnings } = await addUserBasis(userBases, paths);
      return { id: card.id, title: card.title, warnings };
    },
    'host:basis-files': async ({ basisId, format }) => {
      const basis = await services.basis(basisId);
      const found = (await placedCards(basisFolders)).find(({ card }) => card.id === basisId);
      return basisFiles(basis, format, (file, sha256) => ({ ...(found as PlacedCard).card, file, sha256 }));
    },
    'recipe:list': ({ datasetId }) => {
      const description = datasetId === null ? null : store.getDataset(datasetId).description;
      const recipes = RECIPES.map((recipe) => ({
        id: recipe.id,
        title: recipe.title,
        version: recipe.version,
        ...recipe.quantification,
        correction: correctionOf(recipe),
        denoising: denoisingOf(recipe),
      }));
      // What has no nucleus is no scan.
      const hasNone = description === null || description.nucleus === null;
      return { recipes, suitable: hasNone ? null : recipeForScan(description).id };
    },
  };
}
