// Fitting: what to fit with, the running fit, the chosen analysis with its voxels and curves.
import { t } from '../../app/i18n/index.ts';
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import type {
  AnalysisDetailView,
  BasisCardView,
  BasisListView,
  ChannelResponse,
  CurvesView,
} from '../../../ipc/contract.ts';
import { useJobs, type JobEnd } from '../jobs/index.ts';
import { useNotices } from '../notices/index.ts';
import { dimensionLength, useSession } from '../session/index.ts';
import { createAmountSettings } from './amountSettings.ts';
import { createCorrectionSettings } from './correctionSettings.ts';
import { denoisedBy } from './denoised.ts';
import { createFitSettings } from './fitSettings.ts';
import { basisToTake } from './model.ts';

const NO_BEST: BasisListView['best'] = { basisId: null, closeEnough: true, message: null };

export type BasisSuggestion = NonNullable<ChannelResponse<'basis:suggest'>>;

export const useFit = defineStore('fit', () => {
  const session = useSession();
  const jobs = useJobs();
  const notices = useNotices();
  const bases = shallowRef<readonly BasisCardView[]>([]);
  /** Which of them suits the open scan best, and whether well enough. */
  const best = shallowRef(NO_BEST);
  const choicesLoaded = ref(false);
  /** The scan that the recipe is chosen for. */
  const recipeFor = ref<string | null>(null);
  /** The scan and recipe that the basis sets are listed for: those for others must not be fitted with. */
  const basesFor = ref<string | null>(null);
  /** A basis set that was asked for from here; the basis page takes it up. */
  const suggestion = shallowRef<BasisSuggestion | null>(null);
  const recipes = shallowRef<ChannelResponse<'recipe:list'>['recipes']>([]);
  const basisId = ref('');
  const recipeId = ref('');
  const onlyThisVoxel = ref(false);
  const jobId = ref<string | null>(null);
  const analysis = shallowRef<AnalysisDetailView | null>(null);
  const curves = shallowRef<CurvesView | null>(null);
  const curvesFailure = ref<string | null>(null);
  /** Counts finished fits, so that views may come to the front. */
  const finished = ref(0);
  let turn = 0;

  const running = computed(() => jobId.value !== null);
  const basis = computed(() => bases.value.find((b) => b.id === basisId.value) ?? null);
  const result = computed(() => analysis.value?.voxels.find((v) => v.voxel === session.voxel)?.result ?? null);
  const recipe = computed(() => recipes.value.find((r) => r.id === recipeId.value) ?? null);
  const nucleus = computed(() => session.dataset?.description.nucleus ?? '1H');
  const settings = createFitSettings({ basis, recipe, nucleus });
  const processing = createCorrectionSettings({
    recipe,
    scan: computed(() => ({
      nucleus: nucleus.value,
      transients: dimensionLength(session.dataset, 'DIM_DYN'),
      voxels: session.voxels,
    })),
    methods: settings.processingMethods,
  });
  /** By what the shown result's spectra were denoised; null where they were not. */
  const denoisedWith = computed(() =>
    analysis.value === null ? null : denoisedBy(analysis.value, settings.processingMethods.value),
  );

  const amounts = createAmountSettings(
    computed(() => ({
      nucleus: nucleus.value,
      scalesToWater: session.water !== null && settings.methodInfo.value?.fitsSingleLines !== true,
      images: (session.detail?.datasets ?? []).filter((d) => d.role === 'image'),
    })),
    computed(() => session.datasetId),
  );

  /** Scan and recipe that basis sets are needed for: of an edited scan each recipe fits another sub-spectrum. */
  const basesWanted = computed(() => JSON.stringify([session.datasetId, recipeId.value]));

  /** Why a fit can't be started now, in words; null if it can. */
  const obstacle = computed(() => {
    if (session.dataset === null) return t('fit.obstacles.noStudy');
    if (basesFor.value !== basesWanted.value) return t('fit.obstacles.lookingUp');
    const { methodInfo, choosesBasis } = settings;
    if (methodInfo.value !== null && methodInfo.value.obstacle !== null) return methodInfo.value.obstacle;
    if (choosesBasis.value) {
      if (basis.value === null) return t('fit.obstacles.noBasis');
      if (basis.value.mismatch !== null) return basis.value.mismatch;
    }
    if (recipeId.value === '') return t('fit.obstacles.noRecipe');
    return settings.optionProblem.value ?? amounts.amountProblem.value;
  });

  async function loadChoices(): Promise<void> {
    const datasetId = session.datasetId;
    const [{ recipes: list, suitable }] = await Promise.all([
      request('recipe:list', { datasetId }),
      settings.loadMethods(datasetId),
    ]);
    if (datasetId !== session.datasetId) return;
    recipes.value = list;
    // The recipe that was chosen for this scan stays while its basis sets change.
    const isKept = recipeFor.value === datasetId && list.some((r) => r.id === recipeId.value);
    if (!isKept) recipeId.value = suitable ?? list[0]?.id ?? '';
    recipeFor.value = datasetId;
    await loadBases();
    choicesLoaded.value = true;
  }

  /** Lists the basis sets for the scan and the recipe, and takes the best unless the chosen one is as good. */
  async function loadBases(): Promise<void> {
    const wanted = basesWanted.value;
    const { datasetId } = session;
    const recipe = recipeId.value === '' ? {} : { recipeId: recipeId.value };
    const answer = await request('basis:list', { datasetId, ...recipe });
    if (wanted !== basesWanted.value) return;
    bases.value = answer.cards;
    best.value = answer.best;
    basisId.value = basisToTake(answer.cards, basisId.value);
    basesFor.value = wanted;
  }

  /** Works out which basis set the open scan needs, and goes to the page that simulates it. */
  async function suggestBasis(): Promise<void> {
    const { datasetId } = session;
    if (datasetId === null) return;
    const answer = await notices.attempt(() => request('basis:suggest', { datasetId }).then((wanted) => ({ wanted })));
    if (answer === null || datasetId !== session.datasetId) return;
    if (answer.wanted === null) {
      notices.say('caution', t('fit.notices.suggestNothing'));
      return;
    }
    suggestion.value = answer.wanted;
    session.page = 'basis';
  }

  async function loadCurves(): Promise<void> {
    const mine = ++turn;
    const id = analysis.value?.summary.id;
    curvesFailure.value = null;
    if (id === undefined || result.value === null) {
      curves.value = null;
      return;
    }
    try {
      const answer = await request('analysis:curves', { analysisId: id, voxel: session.voxel });
      if (mine === turn) curves.value = answer;
    } catch (error) {
      if (mine !== turn) return;
      curves.value = null;
      curvesFailure.value = errorSentence(error);
    }
  }

  async function loadAnalysis(id: string | null): Promise<void> {
    if (id === null) {
      analysis.value = null;
      return;
    }
    if (analysis.value?.summary.id === id) return;
    const answer = await notices.attempt(() => request('analysis:open', { analysisId: id }));
    if (id === session.analysisId) analysis.value = answer;
  }

  /** Starts the fit and follows it to its end. */
  async function run(): Promise<void> {
    const dataset = session.dataset;
    if (dataset === null || running.value || obstacle.value !== null) return;
    const fit = await notices.attempt(() =>
      request('fit:start', {
        datasetId: dataset.id,
        waterDatasetId: session.water?.id ?? null,
        // Methods without a basis set take no notice of it.
        basisId: settings.choosesBasis.value ? basisId.value : 'none',
        recipeId: recipeId.value,
        method: settings.method.value,
        options: settings.options.value,
        ...(settings.alsoBy.value.length > 0 ? { alsoBy: settings.alsoBy.value } : {}),
        ...processing.correctionRequest.value,
        ...amounts.amountRequest.value,
        voxels: session.voxels > 1 && onlyThisVoxel.value ? [session.voxel] : null,
      }),
    );
    if (fit === null) return;
    jobId.value = fit.jobId;
    try {
      const title =
        session.voxels > 1 && !onlyThisVoxel.value ? t('fit.notices.fittingGrid') : t('fit.notices.fitting');
      await finish(await jobs.follow(fit.jobId, title));
    } finally {
      jobId.value = null;
    }
  }

  /** Shows what a job brought, or says why it brought nothing. */
  async function finish(end: JobEnd): Promise<void> {
    if (end.state === 'cancelled') notices.say('done', t('fit.notices.cancelled'));
    else if (end.error !== null) notices.say('error', end.error.message);
    if (end.analysisId === null) return;
    const problems = end.problems ?? [];
    if (problems.length > 0) notices.say('caution', t('fit.notices.notAll'), problems);
    await notices.attempt(() => session.refresh());
    if (!session.analyses.some((a) => a.id === end.analysisId)) return;
    session.selectAnalysis(end.analysisId);
    await loadAnalysis(end.analysisId);
    finished.value += 1;
  }

  watch(
    () => session.datasetId,
    () => void notices.attempt(loadChoices),
    { immediate: true },
  );
  watch(recipeId, () => {
    // A recipe that comes with the scan brings its basis sets itself.
    if (recipeFor.value === session.datasetId && basesFor.value !== basesWanted.value) void notices.attempt(loadBases);
  });
  watch(
    () => session.analysisId,
    (id) => void loadAnalysis(id),
    { immediate: true },
  );
  watch(
    () => [analysis.value, session.voxel],
    () => void loadCurves(),
  );

  return {
    bases,
    best,
    choicesLoaded,
    suggestion,
    recipes,
    basisId,
    recipeId,
    basis,
    ...settings,
    ...processing,
    ...amounts,
    denoisedWith,
    onlyThisVoxel,
    running,
    finished,
    jobId,
    obstacle,
    analysis,
    result,
    curves,
    curvesFailure,
    run,
    loadCurves,
    loadChoices,
    suggestBasis,
  };
});
