// The conclusion of the open study: its draft, kept as it is typed; signed versions; which of them is shown.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import type { ChannelRequest, SignedVersionView } from '../../../ipc/contract.ts';
import { useNotices } from '../notices/index.ts';
import { useSession } from '../session/index.ts';

const SAVE_AFTER_MS = 600;

export const useSigning = defineStore('signing', () => {
  const session = useSession();
  const notices = useNotices();
  const conclusion = ref('');
  const versions = shallowRef<readonly SignedVersionView[]>([]);
  const isLocked = ref(false);
  /** An earlier version that is looked at; null: the newest one of a locked study, else the draft. */
  const chosenId = ref<string | null>(null);
  const signing = ref(false);
  const saving = ref(false);
  /** Counts what the page must be drawn anew for. */
  const changes = ref(0);
  let loadedFor: string | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let turn = 0;

  const shownVersion = computed(() => {
    const chosen = versions.value.find(({ id }) => id === chosenId.value);
    return chosen ?? (isLocked.value ? (versions.value.at(-1) ?? null) : null);
  });
  const nextVersion = computed(() => versions.value.length + 1);

  function forget(): void {
    loadedFor = null;
    versions.value = [];
    isLocked.value = false;
    conclusion.value = '';
    chosenId.value = null;
  }

  async function load(): Promise<void> {
    const studyId = session.studyId;
    const mine = ++turn;
    await flush();
    if (studyId !== loadedFor) forget();
    if (studyId === null) return;
    const state = await notices.attempt(() => request('report:state', { studyId }));
    if (state === null || mine !== turn) return;
    loadedFor = studyId;
    versions.value = state.versions;
    isLocked.value = state.isLocked;
    conclusion.value = state.draft?.conclusion ?? '';
    chosenId.value = null;
    changes.value++;
  }

  function edit(text: string): void {
    if (isLocked.value || text === conclusion.value) return;
    conclusion.value = text;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void flush(), SAVE_AFTER_MS);
  }

  /** Keeps what was typed since the last time; belongs to the study that it was typed for. */
  async function flush(): Promise<void> {
    if (timer === null || loadedFor === null) return;
    clearTimeout(timer);
    timer = null;
    const studyId = loadedFor;
    saving.value = true;
    await notices.attempt(() => request('report:save-draft', { studyId, conclusion: conclusion.value }));
    saving.value = false;
    changes.value++;
  }

  async function sign(
    /** With the password where login is required. */
    page: Omit<ChannelRequest<'report:sign'>, 'signer' | 'conclusion'>,
    signer: ChannelRequest<'report:sign'>['signer'],
  ): Promise<boolean> {
    if (signing.value) return false;
    signing.value = true;
    const signed = await notices.attempt(async () => {
      await flush();
      return request('report:sign', { ...page, signer, conclusion: conclusion.value });
    });
    signing.value = false;
    if (signed === null) return false;
    notices.say('done', t('reports.signedNow', { version: signed.version }));
    await notices.attempt(() => session.refresh());
    await load();
    return true;
  }

  async function amend(): Promise<void> {
    const studyId = session.studyId;
    if (studyId === null) return;
    const draft = await notices.attempt(() => request('report:amend', { studyId }));
    if (draft === null) return;
    await notices.attempt(() => session.refresh());
    await load();
  }

  function show(versionId: string | null): void {
    chosenId.value = versionId;
    changes.value++;
  }

  watch(
    () => session.studyId,
    () => void load(),
    { immediate: true },
  );

  return {
    ...{ conclusion, versions, isLocked, chosenId, signing, saving, changes, shownVersion, nextVersion },
    ...{ load, edit, flush, sign, amend, show },
  };
});
