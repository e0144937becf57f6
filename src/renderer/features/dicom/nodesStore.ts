// This node and the others as the administrator has set them; how the receiver is, live; what arrived or was done by rule.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { ChannelRequest, DicomStateView, EventPayload, ReceivingRuleView } from '../../../ipc/contract.ts';
import { errorSentence, listen, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import { useNotices } from '../notices/index.ts';
import { durationText } from './model.ts';

/** What comes in quick succession is told once. [ms] */
const TOLD_AFTER_MS = 1500;

export const useDicomNodes = defineStore('dicomNodes', () => {
  const notices = useNotices();
  const state = shallowRef<DicomStateView | null>(null);
  /** What a form was refused with. */
  const problem = ref<string | null>(null);
  const busy = ref(false);
  /** By node: what the last test of its connection said. */
  const tests = shallowRef<ReadonlyMap<string, { readonly isGood: boolean | null; readonly text: string }>>(new Map());
  const arrived = new Set<string>();
  const senders = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  const nodes = computed(() => state.value?.nodes ?? []);
  const archives = computed(() => nodes.value.filter(({ isArchive }) => isArchive));
  const worklists = computed(() => nodes.value.filter(({ isWorklist }) => isWorklist));
  const rules = computed(() => state.value?.own.rules ?? []);

  async function load(): Promise<void> {
    state.value = await notices.attempt(() => request('dicom:state', {}));
  }

  /** A form's request; what it is refused with stands in the form. @returns whether it was done */
  async function submit(ask: () => Promise<DicomStateView>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = null;
    try {
      state.value = await ask();
      return true;
    } catch (error) {
      problem.value = errorSentence(error);
      return false;
    } finally {
      busy.value = false;
    }
  }

  const forget = (): void => void (problem.value = null);
  const configure = (settings: ChannelRequest<'dicom:configure'>): Promise<boolean> =>
    submit(() => request('dicom:configure', settings));
  const saveRules = (next: readonly ReceivingRuleView[]): Promise<boolean> =>
    submit(() => request('dicom:save-rules', { rules: [...next] }));
  const saveNode = (node: ChannelRequest<'dicom:save-node'>): Promise<boolean> =>
    submit(() => request('dicom:save-node', node));

  /** What can't be done is said as a notice: there is no form. */
  async function change(ask: () => Promise<DicomStateView>): Promise<void> {
    const answer = await notices.attempt(ask);
    if (answer !== null) state.value = answer;
  }
  const removeNode = (nodeId: string): Promise<void> => change(() => request('dicom:remove-node', { nodeId }));
  const dropStranded = (ids: readonly string[]): Promise<void> =>
    change(() => request('dicom:drop-stranded', { ids: [...ids] }));

  const setTest = (nodeId: string, isGood: boolean | null, text: string): void =>
    void (tests.value = new Map(tests.value).set(nodeId, { isGood, text }));

  /** C-ECHO, or a request over HTTP, where the node stands in the list. */
  async function test(nodeId: string): Promise<void> {
    setTest(nodeId, null, t('dicom.nodes.testing'));
    try {
      const { elapsedMs } = await request('dicom:test-node', { nodeId });
      setTest(nodeId, true, t('dicom.nodes.answered', { time: durationText(elapsedMs) }));
    } catch (error) {
      setTest(nodeId, false, errorSentence(error));
    }
  }

  function tellArrived(): void {
    timer = null;
    if (arrived.size > 0) {
      notices.say('done', t('dicom.arrived', { count: arrived.size, senders: [...senders].join(', ') }));
    }
    arrived.clear();
    senders.clear();
  }

  function onImported({ studyIds, problems, senders: from }: EventPayload<'dicom:imported'>): void {
    if (problems.length > 0) {
      const [count, who] = [studyIds.length, from.join(', ')];
      const sentence =
        count === 0 ? t('dicom.notImported', { senders: who }) : t('dicom.arrivedWith', { count, senders: who });
      notices.say('caution', sentence, problems);
    } else {
      for (const id of studyIds) arrived.add(id);
      for (const sender of from) senders.add(sender);
    }
    timer ??= setTimeout(tellArrived, TOLD_AFTER_MS);
    if (state.value !== null && problems.length > 0) void load();
  }

  function onReceiver(receiver: DicomStateView['receiver']): void {
    const before = state.value?.receiver.state;
    if (state.value !== null) state.value = { ...state.value, receiver };
    if (receiver.state === 'failed' && before !== 'failed' && receiver.message !== null) {
      notices.say('error', receiver.message);
    }
  }

  /** Starts to listen; called once by the frame. */
  function connect(): () => void {
    const stops = [
      listen('dicom:receiver', onReceiver),
      listen('dicom:imported', onImported),
      listen('dicom:processed', ({ ruleName, message }) => {
        if (message !== null) notices.say('caution', t('dicom.ruleFailed', { rule: ruleName }), [message]);
      }),
    ];
    void load();
    return () => {
      if (timer !== null) clearTimeout(timer);
      stops.forEach((stop) => stop());
    };
  }

  return {
    ...{ state, nodes, archives, worklists, rules, problem, busy, tests, load, forget, connect },
    ...{ configure, saveRules, saveNode, removeNode, dropStranded, test },
  };
});
