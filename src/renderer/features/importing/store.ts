// Imports on their way: being read, asked about one after the other, stored.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { ImportItem, ImportRole } from '../../../core/domain/importPreview.ts';
import type { ImportResultView, InspectionView } from '../../../ipc/contract.ts';
import { inspectDropped, listen, request } from '../../app/api/client.ts';
import { useNotices } from '../notices/index.ts';
import { choicesOf, withRole, type RoleChanges } from './model.ts';
import { currentOf, isPending, withPart, withPreview, type PendingImport, type PendingList } from './pending.ts';

/** Shorter readings show no progress: it would only flicker. */
const SHOW_AFTER_MS = 300;

type OnImported = (result: ImportResultView) => Promise<void> | void;

export const useImporting = defineStore('importing', () => {
  const notices = useNotices();
  const pending = shallowRef<PendingList>([]);
  const ended = new Set<string>();
  const changes = shallowRef<RoleChanges>({});
  const deidentify = ref(false);
  const storing = ref(false);
  /** What an import without names took out, until the user has seen it. */
  const outcome = shallowRef<ImportResultView | null>(null);
  let tell: OnImported = () => undefined;

  const current = computed(() => (outcome.value === null ? currentOf(pending.value) : null));
  const busy = computed(() => pending.value.length > 0);

  function change(token: string, part: Partial<PendingImport>): void {
    // What has ended doesn't come back with a late message.
    if (ended.has(token)) return;
    const isNew = !isPending(pending.value, token);
    pending.value = withPart(pending.value, token, part);
    if (!isNew) return;
    setTimeout(() => {
      if (isPending(pending.value, token)) change(token, { visible: true });
    }, SHOW_AFTER_MS);
  }

  function end(token: string): void {
    ended.add(token);
    const wasAsked = current.value?.token === token;
    pending.value = pending.value.filter((p) => p.token !== token);
    if (!wasAsked) return;
    changes.value = {};
    deidentify.value = false;
  }

  function show({ token, preview }: InspectionView): void {
    if (!ended.has(token)) pending.value = withPreview(pending.value, token, preview);
  }

  async function inspect(ask: (token: string) => Promise<InspectionView | null>): Promise<void> {
    const token = crypto.randomUUID();
    const found = await notices.attempt(() => ask(token));
    if (found === null) end(token);
    else show(found);
  }

  const openFiles = (): Promise<void> => inspect((token) => request('import:inspect', { token, what: 'files' }));
  const openFolder = (): Promise<void> => inspect((token) => request('import:inspect', { token, what: 'folder' }));
  const drop = (files: readonly File[]): Promise<void> => inspect((token) => inspectDropped(token, files));

  function setRole(item: ImportItem, role: ImportRole): void {
    changes.value = withRole(changes.value, item, role);
  }

  /** Stops the reading, or forgets what was read. */
  async function cancel(): Promise<void> {
    const asked = current.value;
    if (asked === null || storing.value) return;
    const { token } = asked;
    if (asked.preview === null) {
      change(token, { cancelling: true });
      await notices.attempt(() => request('import:cancel', { token }));
      return;
    }
    end(token);
    await notices.attempt(() => request('import:discard', { token }));
  }

  /** Stores what was read, as chosen; after a failure the dialog stays, to be tried again. */
  async function commit(): Promise<void> {
    const asked = current.value;
    if (asked === null || asked.preview === null || storing.value) return;
    const { token } = asked;
    storing.value = true;
    const choices = choicesOf(changes.value, deidentify.value);
    const result = await notices.attempt(() => request('import:commit', { token, choices }));
    storing.value = false;
    if (result === null) return;
    end(token);
    if (result.deidentification !== null) outcome.value = result;
    await tell(result);
  }

  /** Starts to listen; called once by the frame. @param onImported told what an import brought */
  function connect(onImported: OnImported): () => void {
    tell = onImported;
    const stops = [
      listen('import:progress', ({ token, fraction, message }) => change(token, { fraction, message })),
      listen('import:inspected', show),
      listen('import:ended', ({ token }) => end(token)),
      listen('import:finished', (result) => void tell(result)),
    ];
    return () => stops.forEach((stop) => stop());
  }

  return {
    current,
    busy,
    changes,
    deidentify,
    storing,
    outcome,
    openFiles,
    openFolder,
    drop,
    setRole,
    cancel,
    commit,
    connect,
  };
});
