// Correction of transients and denoising as the reader sets them; part of the fit store.
import { computed, ref, type Ref } from 'vue';
import type { CorrectionChoice, DenoisingChoice } from '../../../core/domain/correctionMethods.ts';
import type { ChannelRequest, ChannelResponse } from '../../../ipc/contract.ts';
import {
  choiceTaken,
  correctionChoices,
  denoisingChoices,
  type Methods,
  type ProcessedScan,
} from './correctionChoices.ts';

type RecipeCard = ChannelResponse<'recipe:list'>['recipes'][number];

/** What the settings hang on. */
export interface CorrectionSources {
  readonly recipe: Readonly<Ref<RecipeCard | null>>;
  readonly scan: Readonly<Ref<ProcessedScan>>;
  readonly methods: Readonly<Ref<Methods>>;
}

/** @returns refs, to be part of a store */
export function createCorrectionSettings({ recipe, scan, methods }: CorrectionSources) {
  /** null: not touched. */
  const correctionChosen = ref<CorrectionChoice | 'recipe' | null>(null);
  const denoisingChosen = ref<DenoisingChoice | 'recipe' | null>(null);

  const corrections = computed(() => correctionChoices(recipe.value, scan.value, methods.value));
  const denoisers = computed(() => denoisingChoices(recipe.value, scan.value, methods.value));
  const ownCorrection = computed<CorrectionChoice | 'recipe'>(() => {
    const own = recipe.value?.correction ?? 'none';
    return own === 'alignment' ? 'recipe' : own;
  });
  const ownDenoising = computed<DenoisingChoice>(() => recipe.value?.denoising ?? 'none');
  const correction = computed({
    get: () => choiceTaken(corrections.value, correctionChosen.value, ownCorrection.value),
    set: (value) => (correctionChosen.value = value),
  });
  const denoising = computed({
    get: () => choiceTaken(denoisers.value, denoisingChosen.value, ownDenoising.value),
    set: (value) => (denoisingChosen.value = value),
  });
  /** What differs from the recipe, as `fit:start` takes it. */
  const correctionRequest = computed<Pick<ChannelRequest<'fit:start'>, 'correction' | 'denoising'>>(() => ({
    ...(correction.value === 'recipe' || correction.value === ownCorrection.value
      ? {}
      : { correction: correction.value }),
    ...(denoising.value === 'recipe' || denoising.value === ownDenoising.value ? {} : { denoising: denoising.value }),
  }));

  return { corrections, denoisers, correction, denoising, correctionRequest };
}
