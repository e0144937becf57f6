// Imports on their way: drops wait for their turn, are read, asked about one after the other, stored; and how each ended.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { ImportItem, ImportRole } from '../../../core/domain/importPreview.ts';
import type { ImportResultView, InspectionView } from '../../../ipc/contract.ts';
import { errorSentence, inspectDropped, listen, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import { useNotices } from '../notices/index.ts';
import { choicesOf, dropTitle, withRole, type RoleChanges } from './model.ts';
import { currentOf, isPending, withPart, withPreview, type PendingImport, type PendingList } from './pending.ts';
import { endingOf, mayRead, queueEntries, withEnding, type EndedImport, type Ending, type WaitingImport } from './queue.ts'; // prettier-ignore

/** Shorter readings show no progress: it would only flicker. */
const SHOW_AFTER_MS = 300;

/** @param open whether a single study may be opened: nothing else is on its way */
type OnImported = (result: ImportResultView, open: boolean) => Promise<void> | void;
type Ask = (token: string) => Promise<InspectionView | null>;

export const useImporting = defineStore('importing', () => {
  const notices = useNotices();
  const pending = shallowRef<PendingList>([]);
  const waiting = shallowRef<readonly (WaitingImport & { readonly ask: Ask })[]>([]);
  const ended = shallowRef<readonly EndedImport[]>([]);
  const over = new Set<string>();
  const changes = shallowRef<RoleChanges>({});
  const deidentify = ref(false);
  const storing = ref(false);
  /** What an import without names took out, until the user has seen it. */
  const outcome = shallowRef<ImportResultView | null>(null);
  let tell: OnImported = () => undefined;

  const current = computed(() => (outcome.value === null ? currentOf(pending.value) : null));
  const busy = computed(() => pending.value.length > 0);
  const entries = computed(() => queueEntries(ended.value, pending.value, waiting.value));

  function change(token: string, part: Partial<PendingImport>): void {
    // What has ended doesn't come back with a late message.
    if (over.has(token)) return;
    const isNew = !isPending(pending.value, token);
    pending.value = withPart(pending.value, token, isNew ? { title: t('importing.queue.opened'), ...part } : part);
    if (!isNew) return;
    setTimeout(() => {
      if (isPending(pending.value, token)) change(token, { visible: true });
    }, SHOW_AFTER_MS);
  }

  /** @param ending null: not worth a line (the system's dialog was closed) */
  function end(token: string, ending: Ending | null): void {
    over.add(token);
    const found = pending.value.find((p) => p.token === token);
    const wasAsked = current.value?.token === token;
    pending.value = pending.value.filter((p) => p.token !== token);
    if (found !== undefined && ending !== null) {
      ended.value = withEnding(ended.value, { token, title: found.title, ending });
    }
    if (wasAsked) {
      changes.value = {};
      deidentify.value = false;
    }
    readNext();
  }

  function show({ token, preview }: InspectionView): void {
    if (over.has(token)) return;
    change(token, {});
    pending.value = withPreview(pending.value, token, preview);
    readNext();
  }

  /** Reads until there is something to ask, or an end. */
  async function inspect(token: string, ask: Ask): Promise<void> {
    try {
      const found = await ask(token);
      if (found === null) end(token, { kind: 'cancelled' });
      else show(found);
    } catch (error) {
      const reason = errorSentence(error);
      change(token, {});
      end(token, { kind: 'failed', reason });
      notices.say('error', reason);
    }
  }

  function readNext(): void {
    const [next, ...others] = waiting.value;
    if (next === undefined || !mayRead(pending.value)) return;
    waiting.value = others;
    change(next.token, { title: next.title });
    void inspect(next.token, next.ask);
  }

  const open = (what: 'files' | 'folder'): Promise<void> =>
    inspect(crypto.randomUUID(), (token) => request('import:inspect', { token, what }));
  const openFiles = (): Promise<void> => open('files');
  const openFolder = (): Promise<void> => open('folder');

  /** Takes a drop into the queue. */
  function drop(files: readonly File[]): void {
    const ask: Ask = (token) => inspectDropped(token, files);
    const title = dropTitle(files.map(({ name }) => name));
    waiting.value = [...waiting.value, { token: crypto.randomUUID(), title, ask }];
    readNext();
  }

  function setRole(item: ImportItem, role: ImportRole): void {
    changes.value = withRole(changes.value, item, role);
  }

  /** Takes a waiting drop out, stops a reading, or forgets what was read. */
  async function cancelEntry(token: string): Promise<void> {
    const drop = waiting.value.find((one) => one.token === token);
    if (drop !== undefined) {
      waiting.value = waiting.value.filter((one) => one.token !== token);
      ended.value = withEnding(ended.value, { token, title: drop.title, ending: { kind: 'cancelled' } });
      return;
    }
    const found = pending.value.find((one) => one.token === token);
    if (found === undefined) return;
    if (found.preview === null) {
      change(token, { cancelling: true });
      await notices.attempt(() => request('import:cancel', { token }));
      return;
    }
    end(token, { kind: found.preview.studies.length === 0 ? 'nothing' : 'cancelled' });
    await notices.attempt(() => request('import:discard', { token }));
  }

  async function cancel(): Promise<void> {
    const asked = current.value;
    if (asked !== null && !storing.value) await cancelEntry(asked.token);
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
    end(token, endingOf(result));
    if (result.deidentification !== null) outcome.value = result;
    await told(result);
  }

  async function told(result: ImportResultView): Promise<void> {
    await tell(result, pending.value.length === 0 && waiting.value.length === 0);
  }

  function forgetEnded(): void {
    ended.value = [];
  }

  /** Starts to listen; called once by the frame. @param onImported told what an import brought */
  function connect(onImported: OnImported): () => void {
    tell = onImported;
    const stops = [
      listen('import:progress', ({ token, fraction, message }) => change(token, { fraction, message })),
      listen('import:inspected', show),
      listen('import:ended', ({ token }) => end(token, null)),
      listen('import:finished', (result) => void told(result)),
    ];
    return () => stops.forEach((stop) => stop());
  }

  return {
    current,
    busy,
    entries,
    changes,
    deidentify,
    storing,
    outcome,
    openFiles,
    openFolder,
    drop,
    setRole,
    cancel,
    cancelEntry,
    commit,
    forgetEnded,
    connect,
  };
});
