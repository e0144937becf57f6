// Where the user is: page, study, dataset, voxel, analysis; and what the view of a study remembers.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import { request } from '../../app/api/client.ts';
import { useUndo } from '../../app/undo.ts';
import type { StudyDetailView } from '../../../ipc/contract.ts';
import { firstDataset, imageOf, spectraOf, voxelCount, waterFor, type PageName } from './model.ts';

type ViewState = Record<string, unknown>;

const SAVE_AFTER_MS = 400;

export const useSession = defineStore('session', () => {
  const page = ref<PageName>('worklist');
  const detail = shallowRef<StudyDetailView | null>(null);
  const loading = ref(false);
  const datasetId = ref<string | null>(null);
  const voxel = ref(0);
  const analysisId = ref<string | null>(null);
  /** What the user chose; null: the newest. */
  const chosenAnalysisId = ref<string | null>(null);
  const viewState = shallowRef<ViewState>({});
  let timer: ReturnType<typeof setTimeout> | null = null;

  const study = computed(() => detail.value?.study ?? null);
  const studyId = computed(() => study.value?.id ?? null);
  const datasets = computed(() => spectraOf(detail.value));
  const dataset = computed(() => datasets.value.find((d) => d.id === datasetId.value) ?? null);
  const image = computed(() => imageOf(detail.value));
  const voxels = computed(() => voxelCount(dataset.value));
  const analyses = computed(() => detail.value?.analyses.filter((a) => a.datasetId === datasetId.value) ?? []);
  const water = computed(() =>
    detail.value === null || dataset.value === null ? null : waterFor(detail.value, dataset.value),
  );

  /** Keeps a part of the study's view; written shortly after the last change. */
  function remember(section: string, value: unknown): void {
    if (studyId.value === null) return;
    viewState.value = { ...viewState.value, [section]: value };
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void flush(), SAVE_AFTER_MS);
  }

  async function flush(): Promise<void> {
    if (timer === null || studyId.value === null) return;
    clearTimeout(timer);
    timer = null;
    await request('view:set', { studyId: studyId.value, value: JSON.stringify(viewState.value) });
  }

  async function readView(id: string): Promise<ViewState> {
    const { value } = await request('view:get', { studyId: id });
    if (value === null) return {};
    try {
      const parsed: unknown = JSON.parse(value);
      return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? (parsed as ViewState) : {};
    } catch {
      return {};
    }
  }

  /** Of those with numbers, where there are any. */
  function newestAnalysis(): string | null {
    const fitted = analyses.value.filter(({ status }) => status !== 'refused');
    return (
      (fitted.length > 0 ? fitted : analyses.value).reduce<(typeof fitted)[number] | null>(
        (newest, a) => (newest === null || a.createdAt > newest.createdAt ? a : newest),
        null,
      )?.id ?? null
    );
  }

  function selectDataset(id: string): void {
    datasetId.value = id;
    const size = dataset.value?.description.grid ?? [1, 1, 1];
    // The middle of a grid is inside the head; its corner is not.
    const middle = size.slice(0, 3).map((n) => Math.floor(n / 2));
    voxel.value =
      voxels.value > 1 ? ((middle[0] ?? 0) * (size[1] ?? 1) + (middle[1] ?? 0)) * (size[2] ?? 1) + (middle[2] ?? 0) : 0;
    selectAnalysis(null);
    remember('selection', { datasetId: id, voxel: voxel.value });
  }

  function selectVoxel(index: number): void {
    if (index < 0 || index >= voxels.value || index === voxel.value) return;
    voxel.value = index;
    remember('selection', { datasetId: datasetId.value, voxel: index });
  }

  function selectAnalysis(id: string | null): void {
    chosenAnalysisId.value = id;
    analysisId.value = id ?? newestAnalysis();
  }

  function restoreSelection(): void {
    const selection = viewState.value['selection'] as { datasetId?: unknown; voxel?: unknown } | undefined;
    const known = datasets.value.find((d) => d.id === selection?.datasetId);
    const first = detail.value === null ? null : (known ?? firstDataset(detail.value));
    if (first === null) {
      datasetId.value = null;
      analysisId.value = null;
      return;
    }
    selectDataset(first.id);
    if (known !== undefined && typeof selection?.voxel === 'number') selectVoxel(selection.voxel);
  }

  useUndo().track(
    'selection',
    () => ({ datasetId: datasetId.value, voxel: voxel.value, analysisId: chosenAnalysisId.value }),
    (before) => {
      const { datasetId: id } = before;
      if (id === null || !datasets.value.some((d) => d.id === id)) return;
      if (id !== datasetId.value) selectDataset(id);
      selectVoxel(before.voxel);
      selectAnalysis(analyses.value.some((a) => a.id === before.analysisId) ? before.analysisId : null);
    },
  );

  /** Opens a study with what its view remembers. @throws RequestError */
  async function open(id: string): Promise<void> {
    await flush();
    loading.value = true;
    try {
      const [opened, view] = await Promise.all([request('study:open', { studyId: id }), readView(id)]);
      viewState.value = view;
      datasetId.value = null;
      detail.value = opened;
      restoreSelection();
      page.value = 'study';
    } finally {
      loading.value = false;
    }
  }

  /** Reads the open study again, keeping the selection. @throws RequestError */
  async function refresh(): Promise<void> {
    if (studyId.value === null) return;
    detail.value = await request('study:open', { studyId: studyId.value });
    if (analysisId.value === null || !analyses.value.some((a) => a.id === analysisId.value)) {
      analysisId.value = newestAnalysis();
    }
  }

  function close(): void {
    detail.value = null;
    datasetId.value = null;
    analysisId.value = null;
    viewState.value = {};
    if (page.value === 'study') page.value = 'worklist';
  }

  return {
    page,
    detail,
    loading,
    study,
    studyId,
    datasets,
    dataset,
    datasetId,
    image,
    water,
    voxel,
    voxels,
    analyses,
    analysisId,
    viewState,
    remember,
    flush,
    selectDataset,
    selectVoxel,
    selectAnalysis,
    open,
    refresh,
    close,
  };
});
