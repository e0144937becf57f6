// What is on its way to other nodes, was sent or failed; told when it ends.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { ListedTransferView, TransferView } from '../../../ipc/contract.ts';
import { listen, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import { useNotices } from '../notices/index.ts';

/** Ends that come in quick succession are told once. [ms] */
const TOLD_AFTER_MS = 1200;

export const useTransfers = defineStore('dicomTransfers', () => {
  const notices = useNotices();
  const open = ref(false);
  const transfers = shallowRef<readonly ListedTransferView[]>([]);
  const ended: TransferView[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;

  const underWay = computed(
    () => transfers.value.filter(({ state }) => state === 'queued' || state === 'sending').length,
  );

  async function load(): Promise<void> {
    const answer = await notices.attempt(() => request('dicom:transfers', { studyId: null }));
    if (answer !== null) transfers.value = answer;
  }

  async function show(): Promise<void> {
    await load();
    open.value = true;
  }

  const retry = async (transferId: string): Promise<void> => {
    await notices.attempt(() => request('dicom:retry', { transferId }));
    await load();
  };
  const giveUp = async (transferId: string): Promise<void> => {
    await notices.attempt(() => request('dicom:give-up', { transferId }));
    await load();
  };

  function tellEnds(): void {
    timer = null;
    const all = ended.splice(0);
    const [sent, failed] = [all.filter(({ state }) => state === 'sent'), all.filter(({ state }) => state === 'failed')];
    const nodesOf = (some: readonly TransferView[]): string =>
      [...new Set(some.map(({ nodeName }) => nodeName))].join(', ');
    if (sent.length > 0) notices.say('done', t('dicom.transfers.sentTo', { count: sent.length, nodes: nodesOf(sent) }));
    if (failed.length > 0) {
      const lines = [...new Set(failed.flatMap(({ message }) => (message === null ? [] : [message])))];
      notices.say('error', t('dicom.transfers.failedTo', { count: failed.length, nodes: nodesOf(failed) }), lines);
    }
  }

  function onTransfer(transfer: TransferView): void {
    if (transfer.state === 'sent' || transfer.state === 'failed') {
      ended.push(transfer);
      timer ??= setTimeout(tellEnds, TOLD_AFTER_MS);
    }
    if (!transfers.value.some(({ id }) => id === transfer.id)) {
      if (open.value) void load();
      return;
    }
    transfers.value = transfers.value.map((one) => (one.id === transfer.id ? { ...one, ...transfer } : one));
  }

  /** Starts to listen; called once by the frame. */
  function connect(): () => void {
    const stop = listen('dicom:transfer', onTransfer);
    return () => {
      if (timer !== null) clearTimeout(timer);
      stop();
    };
  }

  return { open, transfers, underWay, show, load, retry, giveUp, connect };
});
