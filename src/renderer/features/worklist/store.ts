// The studies of the database: searched and sorted there, read a screen at a time, and how they come in and go.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { listen, request } from '../../app/api/client.ts';
import { i18n, t } from '../../app/i18n/index.ts';
import type { ImportResultView, PatientNaming, WorklistRowView } from '../../../ipc/contract.ts';
import { useNotices } from '../notices/index.ts';
import { useSession } from '../session/index.ts';
import {
  failureLines,
  filterCount,
  importSentence,
  NO_FILTERS,
  parseView,
  queryOf,
  sortedBy,
  USUAL_SORTING,
  type Filters,
  type SortKey,
} from './model.ts';
import { keptSelection, NOTHING_CHOSEN, targetsOf } from './selection.ts';

/** Changes that come in quick succession (a batch, an import) make one reading. [ms] */
const READ_AFTER_MS = 120;

export const useWorklist = defineStore('worklist', () => {
  const notices = useNotices();
  const session = useSession();
  const ids = shallowRef<readonly string[]>([]);
  const total = ref(0);
  const fieldsT = shallowRef<readonly number[]>([]);
  const rows = shallowRef<ReadonlyMap<string, WorklistRowView>>(new Map());
  const loaded = ref(false);
  const importing = ref<string | null>(null);
  const search = ref('');
  const sorting = ref(USUAL_SORTING);
  const filters = ref<Filters>(NO_FILTERS);
  const selection = shallowRef(NOTHING_CHOSEN);
  /** Places of the rows on screen. */
  const shown = ref({ from: 0, to: 60 });
  /** Goes up whenever studies came, went or changed. */
  const revision = ref(0);
  let turn = 0;
  let remembered = false;
  let timer: ReturnType<typeof setTimeout> | null = null;

  const targets = computed(() => targetsOf(selection.value, ids.value));
  const narrowed = computed(() => search.value.trim() !== '' || filterCount(filters.value) > 0);

  /** Reads the rows on screen. @param again also those that are there, for they may have changed */
  async function readShown(again: boolean): Promise<void> {
    const wanted = ids.value.slice(shown.value.from, shown.value.to).filter((id) => again || !rows.value.has(id));
    if (wanted.length === 0) return;
    const answer = await notices.attempt(() => request('worklist:rows', { ids: wanted }));
    if (answer === null) return;
    const kept = again ? [] : rows.value;
    rows.value = new Map([...kept, ...answer.map((row) => [row.id, row] as const)]);
  }

  /** Asks which studies are listed, in which order. Only the last answer counts. */
  async function query(again: boolean): Promise<void> {
    const mine = ++turn;
    const wanted = queryOf(search.value, filters.value, sorting.value);
    const answer = await notices.attempt(() => request('worklist:query', wanted));
    if (mine !== turn) return;
    if (answer !== null) {
      ids.value = answer.ids;
      total.value = answer.total;
      fieldsT.value = answer.fieldsT;
      selection.value = keptSelection(selection.value, answer.ids);
      await readShown(again);
    }
    if (mine === turn) loaded.value = true;
  }

  async function load(): Promise<void> {
    if (!remembered) {
      remembered = true;
      const stored = await notices.attempt(() => request('settings:get', { key: 'worklist' }));
      ({ sorting: sorting.value, filters: filters.value } = parseView(stored?.value ?? null));
    }
    await query(true);
    revision.value += 1;
  }

  function rememberView(): void {
    const value = JSON.stringify({ sorting: sorting.value, filters: filters.value });
    void notices.attempt(() => request('settings:set', { key: 'worklist', value }));
  }

  function sortBy(key: SortKey): void {
    sorting.value = sortedBy(sorting.value, key);
    rememberView();
    void query(false);
  }

  function setFilters(part: Partial<Filters>): void {
    filters.value = { ...filters.value, ...part };
    rememberView();
    void query(false);
  }

  function clearAll(): void {
    search.value = '';
    setFilters(NO_FILTERS);
  }

  function show(from: number, to: number): void {
    shown.value = { from, to };
    void readShown(false);
  }

  /** Says what an import brought, and opens the study where it is just one. @param open false: others are waiting */
  async function report(result: ImportResultView, open = true): Promise<void> {
    const lines = failureLines(result);
    if (lines.length > 0) notices.say('error', t('worklist.imported.failed', { count: lines.length }), lines);
    const sentence = importSentence(result);
    if (sentence !== null) notices.say('done', sentence);
    await load();
    const only = result.studies.length === 1 ? result.studies[0] : undefined;
    if (only === undefined) return;
    // Files added to the open study appear in it; another study is opened.
    if (only.studyId === session.studyId) await notices.attempt(() => session.refresh());
    else if (open) await notices.attempt(() => session.open(only.studyId));
  }

  async function openDemo(): Promise<void> {
    importing.value = t('worklist.importingDemo');
    try {
      const result = await notices.attempt(() => request('import:demo', {}));
      if (result !== null) await report(result);
    } finally {
      importing.value = null;
    }
  }

  async function remove(studyIds: readonly string[]): Promise<void> {
    const answer = await notices.attempt(() => request('worklist:delete', { studyIds: [...studyIds] }));
    if (answer === null) return;
    if (session.studyId !== null && studyIds.includes(session.studyId)) session.close();
    notices.say('done', t('worklist.deleted', { count: answer.deleted }));
    await load();
  }

  /** Marks studies as reviewed, or takes the mark off. */
  async function review(studyIds: readonly string[], reviewed: boolean): Promise<void> {
    const answer = await notices.attempt(() => request('worklist:review', { studyIds: [...studyIds], reviewed }));
    if (answer !== null && answer.signed > 0) {
      notices.say('caution', t('worklist.signedStay', { count: answer.signed }));
    }
  }

  async function saveRatios(studyIds: readonly string[], patients: PatientNaming): Promise<void> {
    const answer = await notices.attempt(() => request('worklist:save-ratios', { studyIds: [...studyIds], patients }));
    if (answer?.saved === true) notices.say('done', t('worklist.savedAs', { file: answer.fileName ?? '' }));
  }

  function reloadSoon(): void {
    timer ??= setTimeout(() => {
      timer = null;
      void load();
    }, READ_AFTER_MS);
  }

  /** Starts to listen; called once by the frame. */
  function connect(): () => void {
    return listen('studies:changed', ({ studyId }) => {
      reloadSoon();
      if (studyId !== null && studyId === session.studyId) void session.refresh().catch(() => session.close());
    });
  }

  // What a word means changes with the language.
  watch([search, i18n.global.locale], () => void query(false));

  return {
    ids,
    total,
    fieldsT,
    rows,
    loaded,
    importing,
    search,
    sorting,
    filters,
    selection,
    revision,
    targets,
    narrowed,
    load,
    sortBy,
    setFilters,
    clearAll,
    show,
    openDemo,
    report,
    remove,
    review,
    saveRatios,
    connect,
  };
});
