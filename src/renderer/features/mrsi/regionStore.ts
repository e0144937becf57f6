// The regions of the open grid: drawn, named, kept with the study; the mean of the chosen one, and its fit.
import { computed, ref, shallowRef, watch, type Ref } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import type { QuantificationResultView, RegionMeanView } from '../../../ipc/contract.ts';
import type { useSession } from '../session/index.ts';
import type { MrsiView } from './mrsiView.ts';
import { freeName, LONGEST_NAME, parseRegions, withVoxels, type Region } from './regions.ts';

/** Waits until the hand rests before the mean of a region that is being drawn is asked for. */
const MEAN_AFTER_MS = 250;

interface Of {
  readonly session: ReturnType<typeof useSession>;
  readonly view: Ref<MrsiView>;
  readonly change: (part: Partial<MrsiView>) => void;
}

/** Regions are kept by the scan that they are drawn on. */
const sectionOf = (datasetId: string): string => `regions/${datasetId}`;

export function createRegions({ session, view, change }: Of) {
  const regions = shallowRef<readonly Region[]>([]);
  const mean = shallowRef<RegionMeanView | null>(null);
  const meanFailure = ref<string | null>(null);
  const meanFit = shallowRef<QuantificationResultView | null>(null);
  let timer: ReturnType<typeof setTimeout> | null = null;
  let turn = 0;

  const region = computed(() => regions.value.find(({ id }) => id === view.value.regionId) ?? null);

  /** Takes a whole list, as undoing does. */
  function put(list: readonly Region[]): void {
    regions.value = list;
    if (session.datasetId !== null) session.remember(sectionOf(session.datasetId), list);
  }

  const replace = (next: Region): void => put(regions.value.map((r) => (r.id === next.id ? next : r)));

  function addRegion(): void {
    const next: Region = {
      id: crypto.randomUUID(),
      name: freeName(regions.value, t('mrsi.regions.stem')),
      voxels: [],
      meanDatasetId: null,
    };
    put([...regions.value, next]);
    change({ regionId: next.id });
  }

  function renameRegion(name: string): void {
    const trimmed = name.trim().slice(0, LONGEST_NAME);
    // Its mean was kept under the old name.
    if (region.value !== null && trimmed !== '') replace({ ...region.value, name: trimmed, meanDatasetId: null });
  }

  function removeRegion(): void {
    const left = regions.value.filter(({ id }) => id !== view.value.regionId);
    put(left);
    change({ regionId: left.at(-1)?.id ?? null });
  }

  /** Takes voxels in or out; the first drawing makes a region. */
  function paint(voxels: readonly number[], isTaken: boolean): void {
    if (region.value === null && isTaken) addRegion();
    const chosen = region.value;
    if (chosen === null) return;
    const next = new Set(chosen.voxels);
    for (const voxel of voxels) if (isTaken) next.add(voxel); else next.delete(voxel); // prettier-ignore
    const changed = withVoxels(chosen, next);
    if (changed !== chosen) replace(changed);
  }

  async function loadMean(): Promise<void> {
    const mine = ++turn;
    meanFailure.value = null;
    const { datasetId } = session;
    if (datasetId === null || region.value === null || region.value.voxels.length === 0) {
      mean.value = null;
      return;
    }
    try {
      const voxels = [...region.value.voxels];
      const answer = await request('mrsi:region-mean', {
        datasetId,
        waterDatasetId: session.water?.id ?? null,
        voxels,
      });
      if (mine === turn) mean.value = answer;
    } catch (error) {
      if (mine !== turn) return;
      mean.value = null;
      meanFailure.value = errorSentence(error);
    }
  }

  /** Keeps the mean as a scan of the study and goes to it, where it is fitted as any other. @throws RequestError */
  async function openMean(): Promise<void> {
    const chosen = region.value;
    const { datasetId } = session;
    if (chosen === null || datasetId === null || chosen.voxels.length === 0) return;
    const { id, name } = chosen;
    const voxels = [...chosen.voxels];
    const waterDatasetId = session.water?.id ?? null;
    const kept = await request('mrsi:keep-region', { datasetId, waterDatasetId, voxels, name });
    replace({ ...chosen, id, meanDatasetId: kept.datasetId });
    await session.refresh();
    session.selectDataset(kept.datasetId);
  }

  /** The newest fit of the kept mean. */
  async function loadMeanFit(): Promise<void> {
    const chosen = region.value;
    const fits = session.detail?.analyses.filter((a) => a.datasetId === chosen?.meanDatasetId) ?? [];
    const newest = fits.reduce<(typeof fits)[number] | null>(
      (n, a) => (n === null || a.createdAt > n.createdAt ? a : n),
      null,
    );
    if (newest === null) {
      meanFit.value = null;
      return;
    }
    const opened = await request('analysis:open', { analysisId: newest.id }).catch(() => null);
    if (region.value === chosen) meanFit.value = opened?.voxels[0]?.result ?? null;
  }

  watch(
    () => session.datasetId,
    (id) => (regions.value = id === null ? [] : parseRegions(session.viewState[sectionOf(id)], session.voxels)),
    { immediate: true, flush: 'sync' },
  );
  watch(
    () => [session.datasetId, region.value?.voxels],
    () => {
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(() => void loadMean(), MEAN_AFTER_MS);
    },
    { immediate: true },
  );
  watch([region, () => session.detail], () => void loadMeanFit(), { immediate: true });

  return { regions, region, mean, meanFailure, meanFit, put, addRegion, renameRegion, removeRegion, paint, openMean };
}
