// The spectrum viewer's state: its parameters, kept with the study, and the signals it shows.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import { useUndo } from '../../app/undo.ts';
import type { SignalView } from '../../../ipc/contract.ts';
import type { Adjustment } from '../../charts/index.ts';
import { dimensionLength, useSession } from '../session/index.ts';
import { createFigures } from './figures.ts';
import { adjustedPhase, adjustedShift } from './model.ts';
import { createTransients } from './transients.ts';
import { DEFAULT_VIEW, parseView, type SpectrumView } from './view.ts';

type Stage = 'raw' | 'processed';

/** What `reset` leaves alone: what is shown, not how. */
type KeptByReset = 'source' | 'transient' | 'coil' | 'overlay' | 'dragMode' | 'showFigures' | 'showLabels';

export const useSpectrum = defineStore('spectrum', () => {
  const session = useSession();
  const view = ref<SpectrumView>(DEFAULT_VIEW);
  const raw = shallowRef<SignalView | null>(null);
  const processed = shallowRef<SignalView | null>(null);
  const failure = ref<string | null>(null);
  const loading = ref(false);
  /** Counts the scans that were opened: the same one opened again is fetched again. */
  const opened = ref(0);
  let turn = 0;

  const coils = computed(() => dimensionLength(session.dataset, 'DIM_COIL'));
  const transients = computed(() => dimensionLength(session.dataset, 'DIM_DYN'));
  const wantsRaw = computed(() => view.value.source !== 'processed');
  const wantsProcessed = computed(() => view.value.source !== 'raw');
  /** Every transient is drawn, not one or their mean. */
  const showsAll = computed(
    () => view.value.source === 'raw' && view.value.transient === 'all' && transients.value > 1,
  );
  const warnings = computed(() => [...(processed.value?.warnings ?? []), ...(raw.value?.warnings ?? [])]);
  /** The coil of raw signals: one of them where there is such a one. */
  const coil = computed(() => {
    const { coil: chosen } = view.value;
    return typeof chosen === 'number' && chosen < coils.value ? chosen : 'combined';
  });

  const figures = createFigures(
    computed(
      () => view.value.showFigures || (view.value.overlay.scaling === 'water' && view.value.overlay.places.length > 0),
    ),
  );
  const together = createTransients({ shown: showsAll, view, coil, signal: raw });

  function change(part: Partial<SpectrumView>): void {
    view.value = { ...view.value, ...part };
    session.remember('spectrum', view.value);
  }

  function reset(): void {
    const { source, transient, coil: chosen, overlay, dragMode, showFigures, showLabels } = view.value;
    const kept: Pick<SpectrumView, KeptByReset> = { source, transient, coil: chosen, overlay, dragMode, showFigures, showLabels }; // prettier-ignore
    change({ ...DEFAULT_VIEW, ...kept });
  }

  /** Dragging with Shift, in any mode. @param pixels to the right */
  const dragPhase = (pixels: number): void => change(adjustedPhase(view.value, { unit: 'pixels', x: pixels, y: 0 }));

  /** Dragging or arrow keys in the modes that turn or shift. */
  function adjust(by: Adjustment): void {
    if (view.value.dragMode === 'shift') change({ shiftPpm: adjustedShift(view.value, by) });
    else change(adjustedPhase(view.value, by));
  }

  function fetchSignal(stage: Stage): Promise<SignalView> {
    const dataset = session.dataset;
    const { transient } = view.value;
    return request('dataset:signal', {
      datasetId: dataset?.id ?? '',
      stage,
      waterDatasetId: session.water?.id ?? null,
      voxel: session.voxel,
      coil: stage === 'raw' ? coil.value : 'combined',
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

  useUndo().track('spectrum', () => view.value, change);

  // Synchronous, so that the restored view is there before its signals are asked for.
  watch(
    () => session.studyId,
    () => {
      view.value = parseView(session.viewState['spectrum']);
    },
    { immediate: true, flush: 'sync' },
  );
  // Another scan's spectrum must not stand under this one's name, not even for a moment.
  watch(
    () => session.datasetId,
    () => {
      raw.value = null;
      processed.value = null;
      opened.value++;
    },
    { flush: 'sync' },
  );
  // Each by itself: one list of them would be a new one at every zoom and pan, and all would be fetched again.
  watch([opened, () => session.voxel, () => view.value.source, coil, () => view.value.transient], () => void load(), {
    immediate: true,
  });

  return {
    view,
    raw,
    processed,
    failure,
    loading,
    coils,
    transients,
    showsAll,
    warnings,
    ...figures,
    ...together,
    change,
    reset,
    dragPhase,
    adjust,
    load,
  };
});
