// The basis page: which sets are listed, which one is chosen, its spectra, and what can be done with it.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import type { BasisCardView, BasisExportFormat, BasisSpectraView } from '../../../ipc/contract.ts';
import { t } from '../../app/i18n/index.ts';
import { useFit } from '../fit/index.ts';
import { useNotices } from '../notices/index.ts';
import { fieldsOf, filterCards } from './model.ts';

/** What stands beside the list. */
export type BasisPane = 'details' | 'simulate';
export type DetailsTab = 'spectra' | 'compare';

export const useBasis = defineStore('basis', () => {
  const fit = useFit();
  const notices = useNotices();
  const search = ref('');
  const field = ref('');
  const selectedId = ref<string | null>(null);
  const pane = ref<BasisPane>('details');
  const tab = ref<DetailsTab>('spectra');
  /** Signals ticked by the user; null until something was. */
  const shownNames = ref<readonly string[] | null>(null);
  const spectra = shallowRef<BasisSpectraView | null>(null);
  const spectraFailure = ref<string | null>(null);
  let turn = 0;

  /** The fit offers the same sets, told against the same scan. */
  const cards = computed(() => fit.bases);
  const fields = computed(() => fieldsOf(cards.value));
  const listed = computed(() => filterCards(cards.value, { text: search.value, field: field.value }));
  const selected = computed(() => cards.value.find((c) => c.id === selectedId.value) ?? null);

  async function reload(): Promise<void> {
    await notices.attempt(() => fit.loadChoices());
  }

  function select(id: string): void {
    selectedId.value = id;
    pane.value = 'details';
  }

  async function loadSpectra(): Promise<void> {
    const mine = ++turn;
    const id = selectedId.value;
    spectraFailure.value = null;
    spectra.value = null;
    if (id === null) return;
    try {
      const answer = await request('basis:spectra', { basisId: id });
      if (mine === turn) spectra.value = answer;
    } catch (error) {
      if (mine === turn) spectraFailure.value = errorSentence(error);
    }
  }

  async function importFile(): Promise<void> {
    const added = await notices.attempt(() => request('basis:import', {}));
    if (added === null) return;
    const doubts = added.warnings.map((w) => w.message);
    notices.say('done', t('basis.added', { name: added.title }), doubts);
    await reload();
    select(added.id);
  }

  async function remove(card: BasisCardView): Promise<void> {
    const done = await notices.attempt(() => request('basis:remove', { basisId: card.id }));
    if (done === null) return;
    notices.say('done', t('basis.removed', { name: card.title }));
    await reload();
  }

  async function exportAs(card: BasisCardView, format: BasisExportFormat): Promise<void> {
    const answer = await notices.attempt(() => request('basis:export', { basisId: card.id, format }));
    if (answer?.saved === true) notices.say('done', t('basis.saved', { name: answer.fileName ?? '' }));
  }

  // Something is always chosen while there is something to choose.
  watch(
    cards,
    (list) => {
      if (!list.some((c) => c.id === selectedId.value)) selectedId.value = list[0]?.id ?? null;
    },
    { immediate: true },
  );
  watch(selectedId, () => void loadSpectra(), { immediate: true });

  return {
    cards,
    search,
    field,
    fields,
    listed,
    selectedId,
    selected,
    pane,
    tab,
    shownNames,
    spectra,
    spectraFailure,
    reload,
    select,
    loadSpectra,
    importFile,
    remove,
    exportAs,
  };
});
