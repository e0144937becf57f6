// The user's own LCModel: which program it is, its time limit, and what it said when it was tried.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import type { LcmodelInstallationView, LcmodelProbeView } from '../../../ipc/contract.ts';
import { useNotices } from '../notices/index.ts';

export const useLcmodelInstallation = defineStore('lcmodelInstallation', () => {
  const notices = useNotices();
  const installation = shallowRef<LcmodelInstallationView | null>(null);
  const probe = shallowRef<LcmodelProbeView | null>(null);
  /** Why a choice was refused or a trial failed. */
  const problem = ref<string | null>(null);
  const testing = ref(false);
  const executable = computed(() => installation.value?.executable ?? null);

  async function load(): Promise<void> {
    installation.value = await notices.attempt(() => request('lcmodel:installation', {}));
  }

  /** Asks, and shows a refusal where the choice stands. */
  async function change(ask: () => Promise<LcmodelInstallationView | null>): Promise<void> {
    problem.value = null;
    try {
      const changed = await ask();
      if (changed === null) return;
      if (changed.executable !== executable.value) probe.value = null;
      installation.value = changed;
    } catch (error) {
      problem.value = errorSentence(error);
    }
  }

  const choose = (): Promise<void> => change(() => request('lcmodel:choose', {}));
  const forget = (): Promise<void> => change(() => request('lcmodel:forget', {}));
  const setTimeLimit = (timeLimitS: number): Promise<void> =>
    change(() => request('lcmodel:set-time-limit', { timeLimitS }));

  async function test(): Promise<void> {
    testing.value = true;
    problem.value = null;
    probe.value = null;
    try {
      probe.value = await request('lcmodel:test', {});
    } catch (error) {
      problem.value = errorSentence(error);
    } finally {
      testing.value = false;
    }
  }

  return { installation, executable, probe, problem, testing, load, choose, forget, setTimeLimit, test };
});
