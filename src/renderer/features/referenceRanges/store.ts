// The site's reference ranges: the list, what is being edited, tables in and out; and the range of a shown value.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import type { RangeMatch, RangeValue } from '../../../core/domain/referenceMatch.ts';
import { matchRange, tissueOfResult } from '../../../core/domain/referenceMatch.ts';
import type { RangeText } from '../../../core/domain/referenceRange.ts';
import type { QuantificationResult } from '../../../core/domain/quantification.ts';
import type { RangeProblemView, ReferenceRangeView } from '../../../ipc/contract.ts';
import { useNotices } from '../notices/index.ts';
import { useSession } from '../session/index.ts';
import { formOf, newForm, scanOf } from './model.ts';

export const useReferenceRanges = defineStore('referenceRanges', () => {
  const session = useSession();
  const notices = useNotices();
  const open = ref(false);
  const ranges = shallowRef<readonly ReferenceRangeView[]>([]);
  /** The range in the form: its id, null for a new one; undefined: no form. */
  const editing = ref<string | null | undefined>(undefined);
  const form = ref<RangeText>(newForm(null));
  const problems = shallowRef<readonly RangeProblemView[]>([]);
  /** Counts changes of the list. */
  const changes = ref(0);
  let loaded = false;

  const scan = computed(() => scanOf(session.study, session.dataset));

  async function load(): Promise<void> {
    const list = await notices.attempt(() => request('ranges:list', {}));
    if (list === null) return;
    ranges.value = list;
    if (loaded) changes.value++;
    loaded = true;
  }

  function edit(range: ReferenceRangeView | null): void {
    editing.value = range?.id ?? null;
    form.value = range === null ? newForm(scan.value) : formOf(range);
    problems.value = [];
  }

  function closeForm(): void {
    editing.value = undefined;
    problems.value = [];
  }

  async function save(): Promise<void> {
    const id = editing.value ?? null;
    const answer = await notices.attempt(() => request('ranges:save', { id, text: { ...form.value } }));
    if (answer === null) return;
    problems.value = answer.problems;
    if (answer.saved === null) return;
    closeForm();
    await load();
  }

  async function remove(id: string): Promise<void> {
    await notices.attempt(() => request('ranges:delete', { id }));
    closeForm();
    await load();
  }

  async function importTable(): Promise<void> {
    const answer = await notices.attempt(() => request('ranges:import', {}));
    if (answer === null) return;
    const { added, known, refusals } = answer;
    const said = t('referenceRanges.imported', { count: added });
    const text = known > 0 ? `${said} ${t('referenceRanges.knownAlready', { count: known })}` : said;
    notices.say(refusals.length > 0 ? 'caution' : 'done', text, refusals);
    await load();
  }

  async function exportTable(): Promise<void> {
    const answer = await notices.attempt(() => request('ranges:export', {}));
    if (answer?.saved === true) notices.say('done', t('referenceRanges.exported', { name: answer.fileName ?? '' }));
  }

  /** The range of a value of the open scan; null where none fits. */
  function match(
    value: RangeValue,
    result: Pick<QuantificationResult, 'waterScaling'>,
  ): RangeMatch<ReferenceRangeView> | null {
    if (scan.value === null || ranges.value.length === 0) return null;
    return matchRange(ranges.value, { ...scan.value, tissue: tissueOfResult(result) }, value);
  }

  return {
    ...{ open, ranges, editing, form, problems, changes, scan },
    ...{ load, edit, closeForm, save, remove, importTable, exportTable, match },
  };
});
