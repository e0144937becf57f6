// The two analyses of the open scan that are set side by side, and what is looked at of them.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import { methodLabel } from '../../../core/domain/methodNames.ts';
import type { ComparedQuantityView, VoxelComparisonView } from '../../../ipc/contract.ts';
import { metaboliteRank } from '../fit/index.ts';
import { useSession } from '../session/index.ts';
import { commonQuantities, otherAnalysis, pairRows, recipeDifferences, sortedPairs, type PairSort } from './model.ts';
import { matchedCurves } from './residuals.ts';

export const useComparison = defineStore('comparison', () => {
  const session = useSession();
  const aId = ref<string | null>(null);
  const bId = ref<string | null>(null);
  const wished = ref<ComparedQuantityView>('ratio');
  const sort = ref<PairSort>('name');
  const voxel = shallowRef<VoxelComparisonView | null>(null);
  const failure = ref<string | null>(null);
  /** Asked for only while a view of it stands on the screen. */
  const shown = ref(false);
  let turn = 0;

  const results = computed(() => {
    const [a, b] = [voxel.value?.a.result ?? null, voxel.value?.b.result ?? null];
    return a === null || b === null ? null : ([a, b] as const);
  });
  const quantities = computed(() => (results.value === null ? [] : commonQuantities(...results.value)));
  const quantity = computed<ComparedQuantityView>({
    get: () => (quantities.value.includes(wished.value) ? wished.value : (quantities.value[0] ?? wished.value)),
    set: (value) => (wished.value = value),
  });
  const rows = computed(() =>
    results.value === null ? [] : sortedPairs(pairRows(...results.value, quantity.value), sort.value, metaboliteRank),
  );
  const settings = computed(() =>
    voxel.value === null ? [] : recipeDifferences(voxel.value.a.recipe, voxel.value.b.recipe),
  );
  const curves = computed(() => {
    const [a, b] = [voxel.value?.a.curves ?? null, voxel.value?.b.curves ?? null];
    return a === null || b === null ? null : matchedCurves(a, b);
  });
  /** Names on the charts: the methods, told apart by the letters. */
  const names = computed(() => {
    const of = (id: string | null): string => methodLabel(session.analyses.find((x) => x.id === id)?.method ?? '');
    return [of(aId.value), of(bId.value)] as const;
  });

  /** Both stay as chosen while they belong to the open scan. */
  function choose(): void {
    const known = (id: string | null): boolean => session.analyses.some((x) => x.id === id);
    if (!known(aId.value)) aId.value = session.analysisId;
    if (aId.value !== null && (!known(bId.value) || bId.value === aId.value)) {
      bId.value = otherAnalysis(
        session.analyses.filter(({ status }) => status !== 'refused'),
        aId.value,
      );
    }
  }

  async function load(): Promise<void> {
    const mine = ++turn;
    const [a, b] = [aId.value, bId.value];
    failure.value = null;
    if (!shown.value) return;
    if (a === null || b === null) {
      voxel.value = null;
      return;
    }
    try {
      const answer = await request('comparison:voxel', { a, b, voxel: session.voxel });
      if (mine === turn) voxel.value = answer;
    } catch (error) {
      if (mine !== turn) return;
      voxel.value = null;
      failure.value = errorSentence(error);
    }
  }

  function swap(): void {
    [aId.value, bId.value] = [bId.value, aId.value];
  }

  /** Sets two results of the open scan side by side. */
  function compare(a: string, b: string): void {
    aId.value = a;
    bId.value = b;
  }

  watch(() => session.analyses, choose, { immediate: true });
  watch([aId, bId, shown, () => session.voxel, () => session.datasetId], () => void load());

  return {
    aId,
    bId,
    quantity,
    quantities,
    sort,
    voxel,
    failure,
    shown,
    rows,
    settings,
    curves,
    names,
    results,
    load,
    swap,
    compare,
  };
});
