// The spectra that are drawn together, each with its name and with what it is scaled by.
import { storeToRefs } from 'pinia';
import { computed, type ComputedRef } from 'vue';
import { useSession } from '../session/index.ts';
import { curveViewOf, spectrumCurve, type CurveView, type SpectrumCurve } from './model.ts';
import { creatineArea, type OverlaidCurve } from './overlay.ts';
import { overlayNames } from './overlayNames.ts';
import { useOverlay } from './overlayStore.ts';
import { useSpectrum } from './store.ts';
import { DEFAULT_VIEW } from './view.ts';

/** Lines are measured as the spectrum is, whatever the reader turned or shifted. */
const MEASURED: CurveView = curveViewOf(DEFAULT_VIEW);

/**
 * @param own the open study's curve
 * @param wanted how the others are drawn
 * @returns the own spectrum and those chosen, as far as they are there; none where none is chosen
 */
export function useOverlaid(
  own: ComputedRef<SpectrumCurve | null>,
  wanted: ComputedRef<CurveView>,
): ComputedRef<readonly OverlaidCurve[]> {
  const session = useSession();
  const overlay = useOverlay();
  const { processed, figures } = storeToRefs(useSpectrum());

  const others = computed(() => overlay.chosen.flatMap(({ spectrum }) => (spectrum === null ? [] : [spectrum])));
  /** The raw signal has a scale of its own: nothing that the processed one is scaled by holds for it. */
  const ownSizes = computed(() =>
    processed.value === null
      ? { tCr: null, water: null }
      : { tCr: creatineArea(spectrumCurve(processed.value, MEASURED)), water: figures.value?.water?.height ?? null },
  );
  const curves = computed(() =>
    others.value.map(({ place, dataset, signal, water }) => ({
      id: `${place.datasetId}/${place.voxel}`,
      curve: spectrumCurve(signal, wanted.value),
      sizes: { tCr: creatineArea(spectrumCurve(signal, MEASURED)), water: water?.height ?? null },
      water,
      protocol: dataset.description,
    })),
  );
  return computed(() => {
    const { study, dataset, voxel } = session;
    if (own.value === null || study === null || dataset === null || others.value.length === 0) return [];
    const names = overlayNames([
      { study, dataset, voxel },
      ...others.value.map(({ detail, dataset: other, place }) => ({ study: detail.study, dataset: other, voxel: place.voxel })), // prettier-ignore
    ]);
    const water = figures.value?.water ?? null;
    const mine = { id: 'own', curve: own.value, sizes: ownSizes.value, water, protocol: dataset.description };
    return [mine, ...curves.value].map((one, i) => ({ ...one, name: names[i] ?? '' }));
  });
}
