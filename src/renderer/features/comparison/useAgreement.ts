// Pairs of two methods over a scope, the metabolite that is looked at, and how well it agrees.
import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import { CRLB_UNDETERMINED_PERCENT } from '../../../core/reports/tables.ts';
import type { AgreementView, ComparedQuantityView, ComparisonScope } from '../../../ipc/contract.ts';
import { agreementOf, selectPoints } from './agreement.ts';

/** @param scope null while there is nothing to compare */
export function useAgreement(scope: () => ComparisonScope | null, quantity: () => ComparedQuantityView) {
  const view = shallowRef<AgreementView | null>(null);
  const loading = ref(false);
  const failure = ref<string | null>(null);
  const wished = ref('tNAA');
  const crlbLimit: Ref<number | null> = ref(CRLB_UNDETERMINED_PERCENT);
  let turn = 0;

  const row = computed(() => view.value?.rows.find((r) => r.name === wished.value) ?? view.value?.rows[0] ?? null);
  const metabolite = computed({
    get: () => row.value?.name ?? '',
    set: (name: string) => (wished.value = name),
  });
  const selection = computed(() =>
    row.value === null || view.value === null ? null : selectPoints(row.value, view.value.spectra, crlbLimit.value),
  );
  const agreement = computed(() => agreementOf(selection.value?.points ?? []));

  async function load(): Promise<void> {
    const mine = ++turn;
    const asked = scope();
    failure.value = null;
    if (asked === null) {
      view.value = null;
      return;
    }
    loading.value = true;
    try {
      const answer = await request('comparison:agreement', { scope: asked, quantity: quantity() });
      if (mine === turn) view.value = answer;
    } catch (error) {
      if (mine !== turn) return;
      view.value = null;
      failure.value = errorSentence(error);
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  watch(() => JSON.stringify([scope(), quantity()]), () => void load(), { immediate: true }); // prettier-ignore

  return { view, loading, failure, row, metabolite, crlbLimit, selection, agreement, load };
}
