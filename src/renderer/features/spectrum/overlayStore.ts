// Spectra of other studies drawn with the open one: which there are to choose from, and those that were chosen.
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import { errorSentence, request } from '../../app/api/client.ts';
import { t } from '../../app/i18n/index.ts';
import { WHOLE_WORKLIST } from '../../../core/domain/worklistQuery.ts';
import type {
  DatasetView,
  SignalView,
  SpectrumFiguresView,
  StudyDetailView,
  WorklistRowView,
} from '../../../ipc/contract.ts';
import { firstDataset, spectraOf, useSession, voxelCount, waterFor } from '../session/index.ts';
import { useSpectrum } from './store.ts';
import { MOST_OVERLAID, type OverlaidPlace, type OverlayView } from './view.ts';

/** A chosen spectrum with what is needed to draw it. */
export interface OverlaidSpectrum {
  readonly place: OverlaidPlace;
  readonly detail: StudyDetailView;
  readonly dataset: DatasetView;
  readonly signal: SignalView;
  /** Its water reference; null without one. */
  readonly water: SpectrumFiguresView['water'];
}

/** One that was chosen: it is there, could not be had, or is on its way. */
export interface ChosenSpectrum {
  readonly place: OverlaidPlace;
  readonly spectrum: OverlaidSpectrum | null;
  readonly failure: string | null;
}

const NEWEST_FIRST = { meanings: [], states: [], grades: [], fieldsT: [], sortBy: 'studyDate' as const };
/** Studies that are offered at once. */
const MOST_OFFERED = 60;

export const placeKey = ({ datasetId, voxel }: OverlaidPlace): string => `${datasetId}/${voxel}`;

const dateOf = ({ spectrum }: ChosenSpectrum): string => spectrum?.detail.study.studyDate ?? '';

export const useOverlay = defineStore('overlay', () => {
  const session = useSession();
  const spectrum = useSpectrum();
  const loaded = shallowRef<ReadonlyMap<string, OverlaidSpectrum>>(new Map());
  const failures = shallowRef<ReadonlyMap<string, string>>(new Map());
  const asked = new Set<string>();
  const search = ref('');
  const offered = shallowRef<readonly WorklistRowView[]>([]);
  const offerFailure = ref<string | null>(null);
  let turn = 0;

  const places = computed(() => spectrum.view.overlay.places);
  /** Newest study first, as a course is read; those not loaded at the end. */
  const chosen = computed<readonly ChosenSpectrum[]>(() =>
    places.value
      .map((place) => ({
        place,
        spectrum: loaded.value.get(placeKey(place)) ?? null,
        failure: failures.value.get(placeKey(place)) ?? null,
      }))
      .sort((a, b) => dateOf(b).localeCompare(dateOf(a))),
  );
  const isFull = computed(() => places.value.length >= MOST_OVERLAID);
  const isSamePatient = (row: { readonly patientId: string }): boolean => row.patientId === session.study?.patientId;

  function change(part: Partial<OverlayView>): void {
    spectrum.change({ overlay: { ...spectrum.view.overlay, ...part } });
  }

  async function fetchSpectrum(place: OverlaidPlace): Promise<OverlaidSpectrum> {
    const detail = await request('study:open', { studyId: place.studyId });
    const dataset = detail.datasets.find((d) => d.id === place.datasetId);
    if (dataset === undefined) throw new Error(t('spectrum.overlay.gone'));
    const at = { datasetId: dataset.id, waterDatasetId: waterFor(detail, dataset)?.id ?? null, voxel: place.voxel };
    const [signal, { water }] = await Promise.all([
      request('dataset:signal', { ...at, stage: 'processed', coil: 'combined', transient: 'mean' }),
      request('spectrum:figures', at),
    ]);
    return { place, detail, dataset, signal, water };
  }

  async function load(place: OverlaidPlace): Promise<void> {
    const key = placeKey(place);
    if (asked.has(key)) return;
    asked.add(key);
    try {
      const answer = await fetchSpectrum(place);
      loaded.value = new Map([...loaded.value, [key, answer]]);
    } catch (error) {
      failures.value = new Map([...failures.value, [key, errorSentence(error)]]);
    }
  }

  /** Draws a dataset's spectrum too; of a grid the voxel in its middle. */
  function add(studyId: string, dataset: DatasetView): void {
    const [nx = 1, ny = 1, nz = 1] = dataset.description.grid;
    const middle = [nx, ny, nz].map((n) => Math.floor(n / 2)) as [number, number, number];
    const voxel = voxelCount(dataset) > 1 ? (middle[0] * ny + middle[1]) * nz + middle[2] : 0;
    const place = { studyId, datasetId: dataset.id, voxel };
    if (isFull.value || places.value.some((p) => placeKey(p) === placeKey(place))) return;
    change({ places: [...places.value, place] });
  }

  /** Draws a study's first spectrum too. @throws RequestError */
  async function addStudy(studyId: string): Promise<void> {
    const detail = await request('study:open', { studyId });
    const dataset = firstDataset(detail);
    if (dataset !== null) add(studyId, dataset);
  }

  function remove(place: OverlaidPlace): void {
    change({ places: places.value.filter((p) => placeKey(p) !== placeKey(place)) });
  }

  /** Another dataset or voxel of the same study in its stead. */
  function exchange(place: OverlaidPlace, by: Partial<OverlaidPlace>): void {
    const next = { ...place, ...by };
    if (places.value.some((p) => placeKey(p) === placeKey(next))) return;
    change({ places: places.value.map((p) => (placeKey(p) === placeKey(place) ? next : p)) });
  }

  /** Studies to choose from: those of the same patient, or what was searched for. */
  async function offer(): Promise<void> {
    const mine = ++turn;
    offerFailure.value = null;
    const { patient } = session.study ?? {};
    const words = search.value.trim();
    const wanted = words === '' ? (patient?.id ?? patient?.name ?? null) : words;
    try {
      const rows = wanted === null ? [] : await studiesFor(wanted);
      if (mine !== turn) return;
      const others = rows.filter((row) => row.id !== session.studyId && (words !== '' || isSamePatient(row)));
      offered.value = [...others].sort((a, b) => Number(isSamePatient(b)) - Number(isSamePatient(a)));
    } catch (error) {
      if (mine === turn) offerFailure.value = errorSentence(error);
    }
  }

  async function studiesFor(words: string): Promise<WorklistRowView[]> {
    const { ids } = await request('worklist:query', { ...WHOLE_WORKLIST, ...NEWEST_FIRST, search: words });
    return request('worklist:rows', { ids: ids.slice(0, MOST_OFFERED) });
  }

  /** The open study's own spectra besides the one that is shown. */
  const ownOthers = computed(() => spectraOf(session.detail).filter((d) => d.id !== session.datasetId));

  watch(
    places,
    (now) => {
      now.forEach((place) => void load(place));
    },
    { immediate: true },
  );
  watch(search, () => void offer());

  return {
    chosen,
    isFull,
    search,
    offered,
    offerFailure,
    ownOthers,
    isSamePatient,
    change,
    add,
    addStudy,
    remove,
    exchange,
    offer,
  };
});
