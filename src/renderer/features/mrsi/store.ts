// The grid of the open study: which map of it is shown with which limits, its spectra, and the regions drawn on it.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import { useUndo } from '../../app/undo.ts';
import { carrierPpm } from '../../../core/domain/axes.ts';
import type { Vec3 } from '../../../core/geometry/index.ts';
import type { GridSpectraView } from '../../../ipc/contract.ts';
import { useFit } from '../fit/index.ts';
import { useSession } from '../session/index.ts';
import { useSettings } from '../settings/index.ts';
import { usualWindow } from '../spectrum/index.ts';
import { mapQuantities } from './mapQuantities.ts';
import { gridDrawing, gridOrientation, mapNames, parseLimit, voxelMap, type MapChoice } from './model.ts';
import { DEFAULT_MRSI_VIEW, parseMrsiView, type MapTool, type MrsiView } from './mrsiView.ts';
import { createRegions } from './regionStore.ts';
import { loadSpectra, nearestFirst, SHOW_AFTER_MS } from './spectraLoading.ts';

/** Points of a spectrum in its voxel: more than a voxel has pixels on most screens. */
const SPECTRUM_POINTS = 128;

export const useMrsi = defineStore('mrsi', () => {
  const session = useSession();
  const settings = useSettings();
  const fit = useFit();
  const view = ref<MrsiView>(DEFAULT_MRSI_VIEW);
  const tool = ref<MapTool>('choose');
  const spectra = shallowRef<GridSpectraView | null>(null);
  const spectraFailure = ref<string | null>(null);
  const loadingSpectra = ref(false);
  let spectraOf: string | null = null;
  let turn = 0;

  function change(part: Partial<MrsiView>): void {
    view.value = { ...view.value, ...part };
    session.remember('mrsi', view.value);
  }

  const grid = computed<Vec3>(() => {
    const g = session.dataset?.description.grid ?? [1, 1, 1];
    return [g[0] ?? 1, g[1] ?? 1, g[2] ?? 1];
  });
  const isGrid = computed(() => session.voxels > 1);
  const slice = computed(() => session.voxel % grid.value[2]);
  /** Where the spectra of this nucleus are read, within what was measured. [ppm] */
  const usualPpm = computed(() => {
    const { nucleus, dwellTimeS, spectrometerFrequencyMHz } = session.dataset?.description ?? {};
    const reach = dwellTimeS && spectrometerFrequencyMHz ? 1 / (2 * dwellTimeS * spectrometerFrequencyMHz) : 5;
    const middle = carrierPpm(nucleus ?? '1H');
    return usualWindow(nucleus ?? '1H', [middle + reach, middle - reach]);
  });
  const ppm = computed(() => view.value.ppm ?? usualPpm.value);
  const drawing = computed(() => {
    const affine = session.dataset?.description.affine ?? null;
    const { xToRight, yUp } = gridOrientation(affine, settings.convention === 'radiological');
    return gridDrawing(grid.value, slice.value, xToRight, yUp);
  });
  const names = computed(() => mapNames(fit.analysis));
  const quantities = computed(() => mapQuantities(fit.analysis));
  /** What is chosen, or the first where this analysis has no such thing. */
  const quantity = computed(() => quantities.value.find((q) => q.id === view.value.quantityId) ?? quantities.value[0]!);
  const metabolite = computed(() =>
    names.value.length === 0 || names.value.includes(view.value.metabolite) ? view.value.metabolite : names.value[0]!,
  );
  const limits = computed(() => ({
    crlb: parseLimit(view.value.limitText),
    snr: parseLimit(view.value.snrText),
    fwhm: parseLimit(view.value.fwhmText),
  }));
  /** A limit that can't be used counts as none; the field says so. */
  const choice = computed<MapChoice>(() => {
    const usable = (limit: number | null): number | null => (Number.isNaN(limit) ? null : limit);
    const { crlb, snr, fwhm } = limits.value;
    return {
      metabolite: metabolite.value,
      quantity: quantity.value,
      crlbLimitPercent: usable(crlb),
      mask: { minimumSnr: usable(snr), maximumFwhmHz: usable(fwhm) },
    };
  });
  const map = computed(() => voxelMap(fit.analysis, choice.value, session.voxels));
  const regions = createRegions({ session, view, change });

  /** A new region, to be drawn at once. */
  function startRegion(): void {
    regions.addRegion();
    change({ table: 'region' });
    tool.value = 'brush';
  }

  /** Moves to the voxel of another slice at the same place. */
  function selectSlice(index: number): void {
    const slices = grid.value[2];
    const next = Math.max(0, Math.min(slices - 1, index));
    session.selectVoxel(session.voxel - slice.value + next);
  }

  async function fetchSpectra(): Promise<void> {
    const mine = ++turn;
    spectraFailure.value = null;
    const { datasetId } = session;
    if (datasetId === null || !isGrid.value || view.value.mode === 'map') {
      spectra.value = null;
      return;
    }
    // Another scan's spectra are none of this one; those of this one stay until others are there.
    if (datasetId !== spectraOf) spectra.value = null;
    spectraOf = datasetId;
    const late = setTimeout(() => (loadingSpectra.value = mine === turn), SHOW_AFTER_MS);
    const asked = {
      datasetId,
      waterDatasetId: session.water?.id ?? null,
      ppm: [...ppm.value] as [number, number],
      points: SPECTRUM_POINTS,
    };
    try {
      await loadSpectra({
        voxels: nearestFirst(drawing.value, session.voxel),
        ask: (voxels) => request('mrsi:spectra', { ...asked, voxels }),
        isWanted: () => mine === turn,
        onSpectra: (some) => (spectra.value = some),
      });
    } catch (error) {
      if (mine !== turn) return;
      spectra.value = null;
      spectraFailure.value = errorSentence(error);
    } finally {
      clearTimeout(late);
      if (mine === turn) loadingSpectra.value = false;
    }
  }

  watch(
    () => session.studyId,
    () => {
      view.value = parseMrsiView(session.viewState['mrsi']);
      tool.value = 'choose';
    },
    { immediate: true, flush: 'sync' },
  );
  // Each by itself: one list of them would be a new one at every change of the view.
  watch([() => session.datasetId, slice, () => view.value.mode, () => ppm.value.join()], () => void fetchSpectra(), {
    immediate: true,
  });
  useUndo().track('mrsi', () => view.value, change);
  useUndo().track(
    'regions',
    () => ({ datasetId: session.datasetId, list: regions.regions.value }),
    // Another scan has regions of its own, which come with it.
    ({ datasetId, list }) => {
      if (datasetId === session.datasetId) regions.put(list);
    },
  );

  return {
    view,
    tool,
    spectra,
    spectraFailure,
    loadingSpectra,
    grid,
    isGrid,
    slice,
    usualPpm,
    ppm,
    drawing,
    names,
    quantities,
    quantity,
    metabolite,
    limits,
    choice,
    map,
    change,
    selectSlice,
    startRegion,
    ...regions,
  };
});
