// The spectrum viewer's state: its parameters, kept with the study, and the signals it shows.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import type { SignalView } from '../../../ipc/contract.ts';
import { dimensionLength, useSession } from '../session/index.ts';
import { DEFAULT_VIEW, draggedPhase, parseView, type SpectrumView } from './model.ts';

type Stage = 'raw' | 'processed';

export const useSpectrum = defineStore('spectrum', () => {
  const session = useSession();
  const view = ref<SpectrumView>(DEFAULT_VIEW);
  const raw = shallowRef<SignalView | null>(null);
  const processed = shallowRef<SignalView | null>(null);
  const failure = ref<string | null>(null);
  const loading = ref(false);
  let turn = 0;

  const coils = computed(() => dimensionLength(session.dataset, 'DIM_COIL'));
  const transients = computed(() => dimensionLength(session.dataset, 'DIM_DYN'));
  const wantsRaw = computed(() => view.value.source !== 'processed');
  const wantsProcessed = computed(() => view.value.source !== 'raw');
  const warnings = computed(() => [...(processed.value?.warnings ?? []), ...(raw.value?.warnings ?? [])]);

  function change(part: Partial<SpectrumView>): void {
    view.value = { ...view.value, ...part };
    session.remember('spectrum', view.value);
  }

  function reset(): void {
    change({ ...DEFAULT_VIEW, source: view.value.source });
  }

  const dragPhase = (pixels: number): void => change({ phase0Deg: draggedPhase(view.value.phase0Deg, pixels) });

  function fetchSignal(stage: Stage): Promise<SignalView> {
    const dataset = session.dataset;
    const { coil, transient } = view.value;
    return request('dataset:signal', {
      datasetId: dataset?.id ?? '',
      stage,
      waterDatasetId: session.water?.id ?? null,
      voxel: session.voxel,
      coil: stage === 'raw' && typeof coil === 'number' && coil < coils.value ? coil : 'combined',
      transient: stage === 'raw' && typeof transient === 'number' && transient < transients.value ? transient : 'mean',
    });
  }

  /** Fetches what is to be shown; an answer that was overtaken by a newer request is dropped. */
  async function load(): Promise<void> {
    const mine = ++turn;
    failure.value = null;
    if (session.dataset === null) {
      raw.value = null;
      processed.value = null;
      return;
    }
    loading.value = true;
    try {
      const [newRaw, newProcessed] = await Promise.all([
        wantsRaw.value ? fetchSignal('raw') : null,
        wantsProcessed.value ? fetchSignal('processed') : null,
      ]);
      if (mine !== turn) return;
      raw.value = newRaw;
      processed.value = newProcessed;
    } catch (error) {
      if (mine !== turn) return;
      raw.value = null;
      processed.value = null;
      failure.value = errorSentence(error);
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  // Synchronous, so that the restored view is there before its signals are asked for.
  watch(
    () => session.studyId,
    () => {
      view.value = parseView(session.viewState['spectrum']);
    },
    { immediate: true, flush: 'sync' },
  );
  watch(
    () => [session.datasetId, session.voxel, view.value.source, view.value.coil, view.value.transient],
    () => void load(),
    { immediate: true },
  );

  return { view, raw, processed, failure, loading, coils, transients, warnings, change, reset, dragPhase, load };
});
