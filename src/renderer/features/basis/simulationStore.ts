// Simulating a basis set: the form, what was assumed for it, the running job, and what came of it.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import { useFit, type BasisSuggestion } from '../fit/index.ts';
import { useJobs, type JobEnd } from '../jobs/index.ts';
import { useNotices } from '../notices/index.ts';
import { useSession } from '../session/index.ts';
import { formProblems } from './formProblems.ts';
import type { Preset } from './presets.ts';
import {
  applyPreset,
  DEFAULT_FORM,
  formFromRequest,
  formTitle,
  requestFromForm,
  type SimulationForm,
} from './simulation.ts';
import { useBasis } from './store.ts';

export const useBasisSimulation = defineStore('basisSimulation', () => {
  const basis = useBasis();
  const fit = useFit();
  const jobs = useJobs();
  const notices = useNotices();
  const session = useSession();
  /** Plain data, replaced at each change: waveforms are long, and reactive copies of them slow. */
  const form = shallowRef<SimulationForm>(DEFAULT_FORM);
  const presetId = ref('');
  const assumptions = ref<readonly string[]>([]);
  /** The scan it is simulated for. */
  const forDatasetId = ref<string | null>(null);
  const starting = ref(false);
  const jobId = ref<string | null>(null);
  const failure = ref<string | null>(null);

  const problems = computed(() => formProblems(form.value));
  const ready = computed(() => Object.keys(problems.value).length === 0);
  const title = computed(() => formTitle(form.value));
  const running = computed(() => starting.value || jobId.value !== null);
  const job = computed(() => jobs.jobs.find((j) => j.jobId === jobId.value) ?? null);

  function change(part: Partial<SimulationForm>): void {
    form.value = { ...form.value, ...part };
    failure.value = null;
  }

  /** Fills the form; the page shows it. While a simulation runs, its form stays. */
  function fill(next: SimulationForm, why: readonly string[] = [], datasetId: string | null = null): void {
    basis.pane = 'simulate';
    if (running.value) {
      notices.say('caution', t('basis.form.busy'));
      return;
    }
    form.value = next;
    presetId.value = '';
    assumptions.value = why;
    forDatasetId.value = datasetId;
    failure.value = null;
  }

  function choosePreset(preset: Preset): void {
    fill(applyPreset(form.value, preset));
    presetId.value = preset.id;
  }

  function takeUp(suggestion: BasisSuggestion): void {
    fill(formFromRequest(suggestion.request), suggestion.assumptions, session.datasetId);
  }

  async function run(): Promise<void> {
    if (running.value || !ready.value) return;
    failure.value = null;
    starting.value = true;
    try {
      const started = await request('basis:simulate', { request: requestFromForm(form.value) });
      jobId.value = started.jobId;
      starting.value = false;
      await finish(await jobs.follow(started.jobId, t('basis.form.job')));
    } catch (error) {
      failure.value = errorSentence(error);
    } finally {
      starting.value = false;
      jobId.value = null;
    }
  }

  async function finish(end: JobEnd): Promise<void> {
    if (end.state === 'cancelled') {
      notices.say('done', t('basis.form.cancelled'));
      return;
    }
    if (end.error !== null) failure.value = end.error.message;
    const [first] = end.basisIds;
    if (first === undefined) return;
    await basis.reload();
    const titles = fit.bases.filter((c) => end.basisIds.includes(c.id)).map((c) => c.title);
    // Those who wait in the form see the new set; those who look at another one are told.
    if (basis.pane === 'simulate') basis.select(first);
    notices.say('done', t('basis.form.done'), [...titles, ...chosenForFit(end.basisIds)]);
  }

  /** A set that was simulated for the open scan becomes the fit's. @returns what was done, in words */
  function chosenForFit(ids: readonly string[]): string[] {
    const suited = fit.bases.find((c) => ids.includes(c.id) && c.mismatch === null);
    if (forDatasetId.value === null || forDatasetId.value !== session.datasetId || suited === undefined) return [];
    fit.basisId = suited.id;
    return [t('basis.form.chosen')];
  }

  async function cancel(): Promise<void> {
    const id = jobId.value;
    if (id !== null) await notices.attempt(() => jobs.cancel(id));
  }

  return {
    form,
    presetId,
    assumptions,
    failure,
    problems,
    ready,
    title,
    running,
    job,
    change,
    fill,
    choosePreset,
    takeUp,
    run,
    cancel,
  };
});
