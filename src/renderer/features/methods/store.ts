// The methods of the open scan's voxel: what each says, which of them is looked at, and how.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import type { MethodOfVoxelView } from '../../../ipc/contract.ts';
import { metaboliteRank } from '../fit/index.ts';
import { useSession } from '../session/index.ts';
import {
  chosenRows,
  comparedRows,
  doubtfulMethods,
  methodColumns,
  orderedMethods,
  referenceOf,
  type Quantity,
  type RowChoice,
} from './model.ts';

export const useMethods = defineStore('methods', () => {
  const session = useSession();
  const methods = shallowRef<readonly MethodOfVoxelView[] | null>(null);
  const failure = ref<string | null>(null);
  const quantity = ref<Quantity>('ratio');
  const rowChoice = ref<RowChoice>('main');
  /** The method whose card stands open, by its id. */
  const chosenMethod = ref<string | null>(null);
  /** Asked for only while the view stands on the screen. */
  const shown = ref(false);
  let turn = 0;

  const columns = computed(() => methodColumns(orderedMethods(methods.value ?? [])));
  const reference = computed(() => referenceOf(columns.value));
  const allRows = computed(() => comparedRows(columns.value, quantity.value, metaboliteRank));
  const rows = computed(() => chosenRows(allRows.value, rowChoice.value));
  const doubtful = computed(() => doubtfulMethods(columns.value, allRows.value, reference.value));
  /** Place of the method that is looked at: as chosen, else the first network, else the first. */
  const chosen = computed(() => {
    const at = columns.value.findIndex((c) => c.view.method === chosenMethod.value);
    if (at >= 0) return at;
    return Math.max(0, columns.value.findIndex((c) => c.isNetwork)); // prettier-ignore
  });

  async function load(): Promise<void> {
    const mine = ++turn;
    const { datasetId, voxel } = session;
    failure.value = null;
    if (!shown.value || datasetId === null) return;
    try {
      const answer = await request('methods:voxel', { datasetId, voxel });
      if (mine === turn) methods.value = answer.methods;
    } catch (error) {
      if (mine !== turn) return;
      methods.value = null;
      failure.value = errorSentence(error);
    }
  }

  watch([shown, () => session.analyses, () => session.voxel, () => session.datasetId], () => void load());

  return {
    methods,
    failure,
    quantity,
    rowChoice,
    chosenMethod,
    shown,
    columns,
    reference,
    allRows,
    rows,
    doubtful,
    chosen,
    load,
  };
});
