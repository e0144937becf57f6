// A study's patient and request, looked for among the scheduled steps of the modality worklist and taken over from one.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { ScheduledStepView, StudyIdentityView } from '../../../ipc/contract.ts';
import { errorSentence, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import { useNotices } from '../notices/index.ts';
import { useSession } from '../session/index.ts';
import { ANY_STUDY, type StudyQueryFields } from './fetchStore.ts';
import { compareIdentity, isSomebodyElse } from './model.ts';

export const useScheduled = defineStore('dicomScheduled', () => {
  const notices = useNotices();
  const session = useSession();
  const open = ref(false);
  const studyId = ref('');
  const identity = shallowRef<StudyIdentityView | null>(null);
  const nodeId = ref('');
  const query = ref<StudyQueryFields>(ANY_STUDY);
  const steps = shallowRef<readonly ScheduledStepView[] | null>(null);
  const isCut = ref(false);
  /** Place in the list. */
  const chosen = ref<number | null>(null);
  const problem = ref<string | null>(null);
  const searching = ref<string | null>(null);
  const busy = ref(false);
  /** The user has said that it is the same person all the same. */
  const confirmed = ref(false);

  const step = computed(() => (chosen.value === null ? null : (steps.value?.[chosen.value] ?? null)));
  const compared = computed(() =>
    identity.value === null || step.value === null ? [] : compareIdentity(identity.value, step.value),
  );
  const isDoubtful = computed(() => isSomebodyElse(compared.value));

  /** Opens the dialog for a study, with what its files know as the search. @param servers worklist servers there are */
  async function ask(id: string, servers: readonly { readonly id: string }[]): Promise<void> {
    studyId.value = id;
    [steps.value, chosen.value, problem.value, confirmed.value] = [null, null, null, false];
    if (!servers.some((server) => server.id === nodeId.value)) nodeId.value = servers[0]?.id ?? '';
    identity.value = await notices.attempt(() => request('dicom:identity', { studyId: id }));
    if (identity.value === null) return;
    const { patient, accessionNumber } = identity.value;
    const date = session.study?.id === id ? session.study.studyDate : null;
    query.value = {
      ...ANY_STUDY,
      ...{ accessionNumber: accessionNumber ?? '', patientId: accessionNumber === null ? (patient.id ?? '') : '' },
      ...(accessionNumber === null && patient.id === null ? { from: date, to: date } : {}),
    };
    open.value = true;
  }

  async function search(): Promise<void> {
    if (searching.value !== null || nodeId.value === '') return;
    const token = crypto.randomUUID();
    searching.value = token;
    [problem.value, steps.value, chosen.value, confirmed.value] = [null, null, null, false];
    try {
      const answer = await request('dicom:find-scheduled', { token, nodeId: nodeId.value, query: query.value });
      steps.value = answer?.matches ?? null;
      isCut.value = answer?.isCut ?? false;
      if (answer?.matches.length === 1) chosen.value = 0;
    } catch (error) {
      problem.value = errorSentence(error);
    } finally {
      searching.value = null;
    }
  }

  async function cancelSearch(): Promise<void> {
    const token = searching.value;
    if (token !== null) await notices.attempt(() => request('dicom:cancel', { token }));
  }

  function choose(at: number): void {
    chosen.value = at;
    confirmed.value = false;
  }

  async function takeOver(): Promise<void> {
    const from = step.value;
    if (from === null || identity.value === null || busy.value) return;
    busy.value = true;
    problem.value = null;
    try {
      await request('dicom:take-over', {
        studyId: studyId.value,
        patient: { name: from.patientName, id: from.patientId, birthDate: from.birthDate, sex: from.sex },
        accessionNumber: from.accessionNumber,
        studyInstanceUid: identity.value.hasOwnUid ? null : from.studyInstanceUid,
      });
      open.value = false;
      notices.say('done', t('dicom.scheduled.taken'));
    } catch (error) {
      problem.value = errorSentence(error);
    } finally {
      busy.value = false;
    }
  }

  return {
    ...{ open, identity, nodeId, query, steps, isCut, chosen, step, compared, isDoubtful, confirmed },
    ...{ problem, searching, busy, ask, search, cancelSearch, choose, takeOver },
  };
});
