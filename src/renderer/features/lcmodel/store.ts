// A run of LCModel on the open scan, with its progress, and the reading of results made elsewhere.
import { defineStore } from 'pinia';
import { computed, ref, watch } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import { useFit } from '../fit/index.ts';
import { useJobs } from '../jobs/index.ts';
import { useNotices } from '../notices/index.ts';
import { useSession } from '../session/index.ts';
import { useLcmodelInstallation } from '../settings/index.ts';
import { controlLines, saidBy, settingsFrom, type Macromolecules, type RatioPriors } from './model.ts';

export const useLcmodel = defineStore('lcmodel', () => {
  const session = useSession();
  const fit = useFit();
  const jobs = useJobs();
  const notices = useNotices();
  const installation = useLcmodelInstallation();
  const macromolecules = ref<Macromolecules>('auto');
  const ratioPriors = ref<RatioPriors>('default');
  const control = ref('');
  const onlyThisVoxel = ref(false);
  const jobId = ref<string | null>(null);
  const reading = ref(false);
  /** Why the last run or reading brought nothing. */
  const problem = ref<string | null>(null);

  const running = computed(() => jobId.value !== null);
  const job = computed(() => jobs.jobs.find((j) => j.jobId === jobId.value) ?? null);
  const said = computed(() => saidBy(fit.analysis, fit.result));

  /** Why LCModel can't be run now, in words; null if it can. */
  const obstacle = computed(() => {
    if (installation.executable === null) return t('lcmodel.obstacles.notSet');
    if (session.dataset === null) return t('lcmodel.obstacles.noStudy');
    if (fit.basis === null) return t('lcmodel.obstacles.noBasis');
    if (fit.basis.mismatch !== null) return fit.basis.mismatch;
    return fit.recipeId === '' ? t('lcmodel.obstacles.noRecipe') : null;
  });

  // What went wrong with one scan says nothing of the next.
  watch(
    () => session.datasetId,
    () => (problem.value = null),
  );

  /** Brings a stored result to the front. */
  async function show(analysisId: string): Promise<void> {
    await notices.attempt(() => session.refresh());
    if (!session.analyses.some((a) => a.id === analysisId)) return;
    session.selectAnalysis(analysisId);
    fit.finished += 1;
  }

  async function run(): Promise<void> {
    const { dataset } = session;
    if (dataset === null || running.value || obstacle.value !== null) return;
    problem.value = null;
    try {
      const started = await request('lcmodel:run', {
        datasetId: dataset.id,
        waterDatasetId: session.water?.id ?? null,
        basisId: fit.basisId,
        recipeId: fit.recipeId,
        settings: settingsFrom({ macromolecules: macromolecules.value, ratioPriors: ratioPriors.value }),
        control: controlLines(control.value),
        voxels: session.voxels > 1 && onlyThisVoxel.value ? [session.voxel] : null,
      });
      jobId.value = started.jobId;
      const end = await jobs.follow(started.jobId, 'LCModel');
      if (end.state === 'cancelled') notices.say('done', t('lcmodel.stopped'));
      else if (end.error !== null) problem.value = end.error.message;
      if (end.analysisId !== null) await show(end.analysisId);
    } catch (error) {
      problem.value = errorSentence(error);
    } finally {
      jobId.value = null;
    }
  }

  async function cancel(): Promise<void> {
    if (jobId.value === null) return;
    const id = jobId.value;
    await notices.attempt(() => jobs.cancel(id));
  }

  /** Reads results that LCModel made elsewhere, of the open scan. */
  async function read(what: 'files' | 'folder'): Promise<void> {
    const { datasetId } = session;
    if (datasetId === null || reading.value) return;
    problem.value = null;
    reading.value = true;
    try {
      const stored = await request('lcmodel:import', { datasetId, what });
      if (stored === null) return;
      await show(stored.analysisId);
    } catch (error) {
      problem.value = errorSentence(error);
    } finally {
      reading.value = false;
    }
  }

  return {
    macromolecules,
    ratioPriors,
    control,
    onlyThisVoxel,
    running,
    reading,
    job,
    said,
    problem,
    obstacle,
    run,
    cancel,
    read,
  };
});
