// The images of the open study: which one is shown and how, where the crosshair stands, what is known of the scan's place.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { request } from '../../app/api/client.ts';
import { useUndo } from '../../app/undo.ts';
import { isRegionMean } from '../../../core/domain/regionMean.ts';
import {
  gridVoxelAffine,
  shiftedBox,
  SLICE_AXES,
  voxelAtMm,
  voxelNumber,
  type SlicePlane,
  type SliceView,
  type Vec3,
} from '../../../core/geometry/index.ts';
import type { ChannelResponse, PlacementView } from '../../../ipc/contract.ts';
import { useMrsi } from '../mrsi/index.ts';
import { useNotices } from '../notices/index.ts';
import { useSession, voxelCount } from '../session/index.ts';
import { useSettings } from '../settings/index.ts';
import {
  DEFAULT_IMAGES_VIEW,
  NO_PAN,
  parseImagesView,
  zoomed,
  type ImagesView,
  type ShiftSettings,
} from './imagesView.ts';
import { sceneOutlines, sliceViewOf, voxelCentreMm, type Scene } from './model.ts';
import type { CrosshairPlace, GreyWindow, ImageViewer } from './viewer.ts';

export const useImages = defineStore('images', () => {
  const session = useSession();
  const settings = useSettings();
  const notices = useNotices();
  const mrsi = useMrsi();
  const view = ref<ImagesView>(DEFAULT_IMAGES_VIEW);
  const viewer = shallowRef<ImageViewer | null>(null);
  const loadedId = ref<string | null>(null);
  const slices = shallowRef<readonly SliceView[]>([]);
  const crosshair = shallowRef<CrosshairPlace | null>(null);
  const grey = shallowRef<{ readonly now: GreyWindow; readonly full: GreyWindow; readonly usual: GreyWindow } | null>(
    null,
  );
  /** In which keys move: the one clicked last. */
  const plane = ref<SlicePlane>('axial');
  const placement = shallowRef<PlacementView | null>(null);
  const frame = ref<ChannelResponse<'image:frame'>['frame']>('unknown');

  function change(part: Partial<ImagesView>): void {
    view.value = { ...view.value, ...part };
    session.remember('images', view.value);
  }

  const changeShift = (part: Partial<ShiftSettings>): void => change({ shift: { ...view.value.shift, ...part } });

  const images = computed(() => session.detail?.datasets.filter(({ role }) => role === 'image') ?? []);
  const image = computed(() => images.value.find(({ id }) => id === view.value.imageId) ?? session.image);
  const scan = computed<Scene['scan']>(() => {
    const description = session.dataset?.description;
    if (description === undefined || description.affine === null) return null;
    const [x = 1, y = 1, z = 1] = description.grid;
    return { affine: description.affine, grid: [x, y, z], voxel: session.voxel };
  });
  /** The chosen voxel as a box of its own. */
  const box = computed(() =>
    scan.value === null ? null : gridVoxelAffine(scan.value.affine, scan.value.grid, scan.value.voxel),
  );
  const shifted = computed(() => {
    const frequencyMHz = session.dataset?.description.spectrometerFrequencyMHz ?? null;
    return shiftedBox(view.value.shift, box.value, placement.value?.carrierPpm ?? null, frequencyMHz);
  });
  /** Single voxels of the study's other scans; water references lie where their scan lies. */
  const others = computed(() =>
    session.datasets.flatMap((dataset) => {
      const { affine } = dataset.description;
      const isOther = dataset.id !== session.datasetId && dataset.role !== 'water' && voxelCount(dataset) === 1;
      return isOther && affine !== null && !isRegionMean(dataset) ? [{ dataset, affine }] : [];
    }),
  );
  const scene = computed<Scene>(() => ({
    scan: scan.value,
    showGrid: view.value.grid,
    others: view.value.otherVoxels ? others.value.map(({ affine }) => affine) : [],
    bands: view.value.bands ? (placement.value?.saturationBands ?? []) : [],
    excited: view.value.grid ? (placement.value?.excitedBox ?? null) : null,
    shifted: view.value.shift.shown ? shifted.value.affine : null,
  }));
  const drawn = computed(() => slices.value.map((slice) => ({ slice, outlines: sceneOutlines(slice, scene.value) })));
  /** Drawn over the slices, where the grid is fitted. */
  const map = computed(() =>
    view.value.map && mrsi.isGrid && mrsi.names.length > 0 && scan.value !== null
      ? { values: mrsi.map, affine: scan.value.affine, grid: scan.value.grid, colours: mrsi.view.colourMap }
      : null,
  );

  /** After each drawing: what NiiVue shows now. */
  function readViewer(): void {
    const nv = viewer.value;
    if (nv === null || loadedId.value === null) {
      slices.value = [];
      return;
    }
    const scale = nv.scale();
    slices.value = nv.tiles().flatMap((tile) => sliceViewOf(tile, scale) ?? []);
    crosshair.value = nv.crosshair();
    const [now, range] = [nv.greyWindow(), nv.greyRange()];
    grey.value = now === null || range === null ? null : { now, ...range };
  }

  /** Keeps what the hand changed in the viewer itself: pan, zoom, grey window. */
  function keepGestures(): void {
    const nv = viewer.value;
    if (nv === null || loadedId.value === null) return;
    const panZoom = nv.panZoom();
    if (panZoom.some((v, i) => v !== view.value.panZoom[i])) change({ panZoom });
    const now = nv.greyWindow();
    const known = view.value.window?.imageId === loadedId.value ? view.value.window : grey.value?.usual;
    if (now !== null && known !== undefined && (now.low !== known.low || now.high !== known.high)) setGrey(now);
  }

  /** The crosshair was moved by hand: keys follow it, and so does the voxel of a grid. */
  function onMoved(clicked: SlicePlane | null): void {
    if (clicked !== null) plane.value = clicked;
    const place = viewer.value?.crosshair() ?? null;
    if (place === null) return;
    change({ crosshairMm: place.mm });
    const target = scan.value;
    if (target === null || !mrsi.isGrid) return;
    const index = voxelAtMm(target.affine, target.grid, place.mm);
    if (index !== null) session.selectVoxel(voxelNumber(target.grid, index));
  }

  function moveTo(mm: Vec3): void {
    viewer.value?.moveTo(mm);
    change({ crosshairMm: mm });
  }

  function centre(): void {
    if (scan.value !== null) moveTo(voxelCentreMm(scan.value.affine, scan.value.grid, scan.value.voxel));
  }

  /** Moves by image voxels on the screen, or through the slices. */
  function step(right: number, up: number, across: number): void {
    const axes = SLICE_AXES[plane.value];
    const isMirrored = settings.convention === 'radiological' && plane.value !== 'sagittal';
    const by: [number, number, number] = [0, 0, 0];
    by[axes.right] = isMirrored ? -right : right;
    by[axes.up] = up;
    by[axes.across] = across;
    viewer.value?.step(by);
  }

  function setGrey({ low, high }: GreyWindow): void {
    if (loadedId.value !== null && low < high) change({ window: { imageId: loadedId.value, low, high } });
  }

  const zoom = (factor: number): void =>
    change({ panZoom: zoomed(view.value.panZoom, factor, crosshair.value?.mm ?? [0, 0, 0]) });
  const resetZoom = (): void => change({ panZoom: NO_PAN });
  const resetGrey = (): void => change({ window: null });

  function showPlane(shown: ImagesView['plane']): void {
    if (shown !== 'all') plane.value = shown;
    change({ plane: shown });
  }

  /** Puts the remembered view on the viewer; what it has already costs nothing. */
  function applyView(): void {
    const nv = viewer.value;
    if (nv === null || loadedId.value === null) return;
    const { window, panZoom, crosshairMm } = view.value;
    nv.setPlane(view.value.plane);
    if (panZoom.some((v, i) => v !== nv.panZoom()[i])) nv.setPanZoom(panZoom);
    const usual = nv.greyRange()?.usual;
    const wanted = window?.imageId === loadedId.value ? window : usual;
    if (wanted !== undefined) nv.setGreyWindow(wanted);
    const at = nv.crosshair()?.mm;
    if (crosshairMm === null) centre();
    else if (at?.some((v, i) => Math.abs(v - (crosshairMm[i] as number)) > 1e-3) === true) nv.moveTo(crosshairMm);
  }

  async function loadPlacement(): Promise<void> {
    const { datasetId } = session;
    placement.value = null;
    if (datasetId === null) return;
    const found = await notices.attempt(() => request('scan:placement', { datasetId }));
    if (datasetId === session.datasetId) placement.value = found;
  }

  async function loadFrame(): Promise<void> {
    const [datasetId, imageId] = [session.datasetId, image.value?.id ?? null];
    frame.value = 'unknown';
    if (datasetId === null || imageId === null) return;
    const found = await request('image:frame', { datasetId, imageId }).catch(() => null);
    if (datasetId === session.datasetId && imageId === image.value?.id) frame.value = found?.frame ?? 'unknown';
  }

  watch(
    () => session.studyId,
    () => (view.value = parseImagesView(session.viewState['images'])),
    { immediate: true, flush: 'sync' },
  );
  watch(view, applyView);
  watch(() => session.datasetId, () => void loadPlacement(), { immediate: true }); // prettier-ignore
  watch([() => session.datasetId, () => image.value?.id], () => void loadFrame(), { immediate: true });
  // A voxel chosen elsewhere takes the crosshair along, unless that stands in it already.
  watch([() => session.datasetId, () => session.voxel], ([dataset], [before]) => {
    const [at, target] = [crosshair.value?.mm, scan.value];
    const index = at === undefined || target === null ? null : voxelAtMm(target.affine, target.grid, at);
    const isThere = index !== null && target !== null && voxelNumber(target.grid, index) === target.voxel;
    if (dataset !== before || !isThere) centre();
  });
  useUndo().track('images', () => view.value, change);

  return {
    view,
    viewer,
    loadedId,
    images,
    image,
    scan,
    box,
    shifted,
    others,
    drawn,
    map,
    crosshair,
    grey,
    plane,
    placement,
    frame,
    change,
    changeShift,
    readViewer,
    keepGestures,
    onMoved,
    moveTo,
    centre,
    step,
    setGrey,
    resetGrey,
    zoom,
    resetZoom,
    showPlane,
    applyView,
  };
});
