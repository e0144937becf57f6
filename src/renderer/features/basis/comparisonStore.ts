// Two basis sets side by side: how alike each signal is, and the spectra of the one that is looked at.
import { defineStore, storeToRefs } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import type { BasisSpectraView } from '../../../ipc/contract.ts';
import { sortedComparison, type Comparison } from './model.ts';
import { useBasis } from './store.ts';

/** Shifts in which sets are compared: all that a brain fit reads, without the water. [ppm] */
const DEFAULT_RANGE = { low: 0.5, high: 4.2 } as const;

export const useBasisComparison = defineStore('basisComparison', () => {
  const { selectedId, cards } = storeToRefs(useBasis());
  const otherId = ref<string | null>(null);
  const low = ref<number | null>(DEFAULT_RANGE.low);
  const high = ref<number | null>(DEFAULT_RANGE.high);
  const comparison = shallowRef<Comparison | null>(null);
  const otherSpectra = shallowRef<BasisSpectraView | null>(null);
  const failure = ref<string | null>(null);
  const loading = ref(false);
  const chosen = ref<string | null>(null);
  let turn = 0;

  const other = computed(() => cards.value.find((c) => c.id === otherId.value) ?? null);
  const rows = computed(() => sortedComparison(comparison.value?.rows ?? []));
  /** The signal that is drawn: the chosen one where both sets have it, else the one that differs most. */
  const shown = computed(() => rows.value.find((r) => r.name === chosen.value) ?? rows.value[0] ?? null);
  const rangeProblem = computed(() => {
    if (low.value === null || high.value === null) return t('basis.compare.giveRange');
    return high.value - low.value >= 0.1 ? null : t('basis.compare.narrowRange');
  });

  async function compare(): Promise<void> {
    const mine = ++turn;
    const [basisId, second] = [selectedId.value, otherId.value];
    comparison.value = null;
    otherSpectra.value = null;
    failure.value = null;
    if (basisId === null || second === null || low.value === null || high.value === null) return;
    if (rangeProblem.value !== null) return;
    const rangePpm: [number, number] = [low.value, high.value];
    loading.value = true;
    try {
      const [answer, spectra] = await Promise.all([
        request('basis:compare', { basisId, otherId: second, rangePpm }),
        request('basis:spectra', { basisId: second }),
      ]);
      if (mine !== turn) return;
      comparison.value = answer;
      otherSpectra.value = spectra;
    } catch (error) {
      if (mine === turn) failure.value = errorSentence(error);
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  // A set is not compared with itself, nor with one that is gone.
  watch([cards, selectedId], () => {
    if (otherId.value === selectedId.value || other.value === null) otherId.value = null;
  });
  watch([selectedId, otherId, low, high], () => void compare());

  return {
    otherId,
    other,
    low,
    high,
    rangeProblem,
    comparison,
    otherSpectra,
    failure,
    loading,
    rows,
    chosen,
    shown,
    compare,
  };
});
