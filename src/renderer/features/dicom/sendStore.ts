// Reports sent to other nodes: for whom, what and where to is shown before anything leaves.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { SentKind } from '../../../core/domain/dicomNode.ts';
import type { ChannelRequest, SendableView } from '../../../ipc/contract.ts';
import { errorSentence, request } from '../../app/api/client.ts';
import { i18n, t } from '../../app/i18n/index.ts';
import { useNotices } from '../notices/index.ts';
import { consignments, kindsFor, mayBeSent } from './model.ts';

export type SentPage = NonNullable<ChannelRequest<'dicom:send'>['page']>;

const USUAL_KINDS: readonly SentKind[] = ['report-pdf', 'structured-report'];

export const useSending = defineStore('dicomSending', () => {
  const notices = useNotices();
  const open = ref(false);
  const studies = shallowRef<readonly SendableView[]>([]);
  const page = shallowRef<SentPage | null>(null);
  const nodeIds = shallowRef<ReadonlySet<string>>(new Set());
  const kinds = shallowRef<ReadonlySet<SentKind>>(new Set(USUAL_KINDS));
  const problem = ref<string | null>(null);
  const failures = shallowRef<readonly { readonly title: string; readonly message: string }[]>([]);
  const busy = ref(false);
  /** Drafts go only after this was ticked. */
  const draftsConfirmed = ref(false);

  const ready = computed(() => studies.value.filter(({ obstacle }) => obstacle === null));
  const drafts = computed(() => ready.value.filter(({ signedVersion }) => signedVersion === null));
  const nameless = computed(() => ready.value.filter(({ isNameless }) => isNameless));
  const offered = computed(() => kindsFor(ready.value));
  const wantedKinds = computed(() => offered.value.filter((kind) => kinds.value.has(kind)));
  const isReady = computed(() =>
    mayBeSent(ready.value, {
      nodes: nodeIds.value.size,
      kinds: wantedKinds.value,
      draftsConfirmed: draftsConfirmed.value,
    }),
  );

  /**
   * Opens the dialog.
   * @param ids studies, each with the report that was signed, else the one that was looked at last
   * @param shown the report as it is laid out in the window, for one study
   * @param nodes where it can go
   */
  async function ask(
    ids: readonly string[],
    shown: SentPage | null,
    nodes: readonly { readonly id: string; readonly isArchive: boolean }[],
  ): Promise<void> {
    if (busy.value || ids.length === 0) return;
    const found = await notices.attempt(() => request('dicom:sendable', { studyIds: [...ids] }));
    if (found === null) return;
    [studies.value, page.value, problem.value, failures.value] = [found, shown, null, []];
    draftsConfirmed.value = false;
    const kept = nodes.filter(({ id }) => nodeIds.value.has(id));
    const archives = nodes.filter(({ isArchive }) => isArchive);
    const [only] = archives.length === 1 ? archives : [];
    nodeIds.value = new Set(kept.length > 0 ? kept.map(({ id }) => id) : only === undefined ? [] : [only.id]);
    open.value = true;
  }

  function toggleNode(id: string): void {
    const next = new Set(nodeIds.value);
    if (!next.delete(id)) next.add(id);
    nodeIds.value = next;
  }

  function toggleKind(kind: SentKind): void {
    const next = new Set(kinds.value);
    if (!next.delete(kind)) next.add(kind);
    kinds.value = next;
  }

  async function send(): Promise<void> {
    if (busy.value || !isReady.value) return;
    busy.value = true;
    [problem.value, failures.value] = [null, []];
    try {
      const { value: kept } = await request('settings:get', { key: 'reportPaper' });
      let queued = 0;
      const paper: 'a4' | 'letter' = kept === 'letter' ? 'letter' : 'a4';
      const common = {
        page: page.value,
        nodeIds: [...nodeIds.value],
        language: i18n.global.locale.value,
        paper,
      };
      for (const part of consignments(ready.value, wantedKinds.value)) {
        const answer = await request('dicom:send', { ...common, ...part });
        queued += answer.queued.length;
        failures.value = [...failures.value, ...answer.failures];
      }
      if (queued > 0) notices.say('done', t('dicom.send.queued', { count: queued }));
      if (failures.value.length === 0) open.value = false;
    } catch (error) {
      problem.value = errorSentence(error);
    } finally {
      busy.value = false;
    }
  }

  return {
    ...{ open, studies, ready, drafts, nameless, offered, nodeIds, kinds, problem, failures, busy, draftsConfirmed },
    ...{ isReady, ask, toggleNode, toggleKind, send },
  };
});
