// Ratios, amounts and quality as the reader sets them; part of the fit store.
import { computed, ref, watch, type Ref } from 'vue';
import type { JsonValue } from '../../../core/domain/json.ts';
import type { AmountScan } from './amountFields.ts';
import { amountProblem, amountRequest, amountRows, OF_ONE_SCAN } from './amountForm.ts';
import type { Entries } from './optionForm.ts';

const without = (entries: Entries, keys: readonly string[]): Entries =>
  Object.fromEntries(Object.entries(entries).filter(([key]) => !keys.includes(key)));

/** @param datasetId the open scan's @returns refs and functions, to be part of a store */
export function createAmountSettings(scan: Readonly<Ref<AmountScan>>, datasetId: Readonly<Ref<string | null>>) {
  const entries = ref<Entries>({});
  const rows = computed(() => amountRows(entries.value, scan.value));

  // The tissue of one voxel, or of one patient, must never be taken for another's.
  watch(datasetId, () => (entries.value = without(entries.value, OF_ONE_SCAN)), { flush: 'sync' });

  return {
    amountScan: scan,
    amountRows: rows,
    amountsChanged: computed(() => rows.value.filter((row) => row.changed).length),
    amountProblem: computed(() => amountProblem(entries.value, scan.value)),
    amountRequest: computed(() => amountRequest(entries.value, scan.value)),
    setAmount: (key: string, value: JsonValue) => {
      entries.value = { ...entries.value, [key]: value };
    },
    resetAmount: (key: string) => {
      entries.value = without(entries.value, [key]);
    },
    resetAmounts: () => {
      entries.value = {};
    },
  };
}
