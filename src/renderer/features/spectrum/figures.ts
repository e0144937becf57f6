// Signal-to-noise and linewidths of the open scan's voxel, asked for while they are shown.
import { ref, shallowRef, watch, type Ref } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import type { SpectrumFiguresView } from '../../../ipc/contract.ts';
import { useSession } from '../session/index.ts';

export interface Figures {
  readonly figures: Readonly<Ref<SpectrumFiguresView | null>>;
  /** Why there are none, in words. */
  readonly figuresFailure: Readonly<Ref<string | null>>;
}

/** @param wanted whether anything shows them now */
export function createFigures(wanted: Readonly<Ref<boolean>>): Figures {
  const session = useSession();
  const figures = shallowRef<SpectrumFiguresView | null>(null);
  const figuresFailure = ref<string | null>(null);
  let turn = 0;

  async function load(): Promise<void> {
    const mine = ++turn;
    const { datasetId, voxel, water } = session;
    figuresFailure.value = null;
    if (!wanted.value || datasetId === null) {
      figures.value = null;
      return;
    }
    try {
      const answer = await request('spectrum:figures', { datasetId, waterDatasetId: water?.id ?? null, voxel });
      if (mine === turn) figures.value = answer;
    } catch (error) {
      if (mine !== turn) return;
      figures.value = null;
      figuresFailure.value = errorSentence(error);
    }
  }

  watch([wanted, () => session.datasetId, () => session.voxel], () => void load(), { immediate: true });
  return { figures, figuresFailure };
}
