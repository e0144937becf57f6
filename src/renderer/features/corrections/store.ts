// Corrections of the open scan's transients: the comparison as a job, the two sides that are looked at, and how.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import type { CorrectionCurvesView, CorrectionPlace, CorrectionTableView } from '../../../ipc/contract.ts';
import type { PpmRange } from '../../charts/index.ts';
import { t } from '../../app/i18n/index.ts';
import { useFit } from '../fit/index.ts';
import { useJobs } from '../jobs/index.ts';
import { dimensionLength, useSession } from '../session/index.ts';
import { findMethod, methodOf, obstacleOf, shortName, type SideChoice, type SpectraMode } from './model.ts';
import type { DrawnSide } from './spectraFigures.ts';

/** What is drawn: all, or where the similarity index looks. */
export const WHOLE: PpmRange = [4.2, 0.2];
export const INDEX_WINDOW: PpmRange = [3.5, 2.5];

export const useCorrections = defineStore('corrections', () => {
  const session = useSession();
  const fit = useFit();
  const jobs = useJobs();
  const a = ref<SideChoice>('none');
  const b = ref<SideChoice>('auto');
  const condition = ref(0);
  const mode = ref<SpectraMode>('overlay');
  const withRejected = ref(true);
  const range = shallowRef<PpmRange>(WHOLE);
  const wipeAt = ref(3);
  /** Compared only while a view of it stands on the screen. */
  const shown = ref(false);
  const table = shallowRef<CorrectionTableView | null>(null);
  const curvesA = shallowRef<CorrectionCurvesView | null>(null);
  const curvesB = shallowRef<CorrectionCurvesView | null>(null);
  const failure = ref<string | null>(null);
  const stopped = ref(false);
  const jobId = ref<string | null>(null);
  /** What `table` was made of. */
  let comparedPlace = '';
  let turn = 0;
  let drawing = 0;

  const obstacle = computed(() => obstacleOf(session.dataset));
  const conditions = computed(() => dimensionLength(session.dataset, 'DIM_EDIT'));
  const job = computed(() => jobs.jobs.find((j) => j.jobId === jobId.value) ?? null);
  const place = computed<CorrectionPlace | null>(() =>
    session.dataset === null || obstacle.value !== null
      ? null
      : {
          datasetId: session.dataset.id,
          waterDatasetId: session.water?.id ?? null,
          recipeId: fit.recipeId === '' ? null : fit.recipeId,
          voxel: session.voxel,
          condition: Math.min(condition.value, conditions.value - 1),
        },
  );

  function sideOf(choice: SideChoice, curves: CorrectionCurvesView | null, colour: DrawnSide['colour']) {
    if (table.value === null || curves === null) return null;
    const id = methodOf(table.value, choice);
    const rejected = findMethod(table.value, id)?.outcome?.rejected ?? [];
    const name = choice === 'auto' ? `${shortName(id)} (${t('corrections.table.auto')})` : shortName(id);
    return { id, name, colour, curves, rejected: new Set(rejected.map((r) => r.transient)) };
  }
  const sides = computed(() => {
    const first = sideOf(a.value, curvesA.value, 'before');
    const second = sideOf(b.value, curvesB.value, 'after');
    return first === null || second === null ? null : ([first, second] as const);
  });

  async function loadCurves(): Promise<void> {
    const mine = ++drawing;
    const [at, compared] = [place.value, table.value];
    if (at === null || compared === null) return;
    const of = (choice: SideChoice): Promise<CorrectionCurvesView | null> =>
      request('correction:curves', { ...at, method: methodOf(compared, choice) });
    try {
      const [first, second] = await Promise.all([of(a.value), of(b.value)]);
      if (mine !== drawing) return;
      curvesA.value = first;
      curvesB.value = second;
    } catch (error) {
      if (mine === drawing) failure.value = errorSentence(error);
    }
  }

  function forget(): void {
    drawing++;
    table.value = null;
    curvesA.value = null;
    curvesB.value = null;
    failure.value = null;
    stopped.value = false;
    comparedPlace = '';
  }

  async function cancel(): Promise<void> {
    const id = jobId.value;
    if (id !== null) await jobs.cancel(id);
  }

  /** A method that failed here can't be shown: the side falls back. */
  function usable(choice: SideChoice, fallback: SideChoice): SideChoice {
    return choice === 'auto' || (findMethod(table.value, choice)?.outcome ?? null) !== null ? choice : fallback;
  }

  /** Compares all methods on the shown transients. */
  async function compare(): Promise<void> {
    const mine = ++turn;
    const at = place.value;
    const running = jobId.value;
    forget();
    if (running !== null) await jobs.cancel(running);
    if (at === null || !shown.value || mine !== turn) return;
    try {
      const started = await request('correction:start', at);
      if (mine !== turn) return void jobs.cancel(started.jobId);
      jobId.value = started.jobId;
      const end = await jobs.follow(started.jobId, t('corrections.comparing'));
      if (jobId.value === started.jobId) jobId.value = null;
      if (mine !== turn) return;
      stopped.value = end.state === 'cancelled';
      if (end.state === 'failed') failure.value = end.error?.message ?? t('corrections.gate.couldNot');
      if (end.state !== 'done') return;
      const answer = await request('correction:table', at);
      if (mine !== turn) return;
      table.value = answer;
      comparedPlace = JSON.stringify(at);
      a.value = usable(a.value, 'none');
      b.value = usable(b.value, 'auto');
      await loadCurves();
    } catch (error) {
      if (mine === turn) failure.value = errorSentence(error);
    }
  }

  function swap(): void {
    [a.value, b.value] = [b.value, a.value];
  }

  watch([a, b], () => void loadCurves());
  watch([() => JSON.stringify(place.value), shown], ([now]) => {
    if (shown.value && now !== comparedPlace) void compare();
    else if (!shown.value && jobId.value !== null) void compare(); // leaving the view ends its job
  });
  watch(
    () => session.datasetId,
    () => (condition.value = 0),
  );

  return {
    a,
    b,
    condition,
    conditions,
    mode,
    withRejected,
    range,
    wipeAt,
    shown,
    table,
    sides,
    failure,
    stopped,
    job,
    obstacle,
    compare,
    cancel,
    swap,
  };
});
