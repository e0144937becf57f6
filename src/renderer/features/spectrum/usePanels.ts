// What the viewer draws: its own curves, those of other studies, or all transients.
import { storeToRefs } from 'pinia';
import { computed, type ComputedRef, type Ref } from 'vue';
import { t } from '../../app/i18n/index.ts';
import type { ChartPanel, ChartSeries, PpmRange } from '../../charts/index.ts';
import { curveViewOf, matchingScale, spectrumCurve, type CurveView } from './model.ts';
import { overlaySeries } from './overlay.ts';
import { overlayNotes } from './overlayNotes.ts';
import { useOverlay } from './overlayStore.ts';
import { useSpectrum } from './store.ts';
import { lineHeight, madeWindow, transientLines } from './transientLines.ts';
import { useOverlaid } from './useOverlaid.ts';

export interface Panels {
  readonly panels: ComputedRef<readonly ChartPanel[]>;
  /** Of raw against processed; 1 where nothing is scaled. */
  readonly rawScale: ComputedRef<number>;
  /** What is to be known of what is drawn, in words. */
  readonly notes: ComputedRef<readonly string[]>;
}

/** The more lines lie over one another, the fainter each: what many share stands out. */
const FEW_OVERLAID = 8;
const FEW_STACKED = 24;
const LEAST_OPACITY = 0.04;
const lineOpacity = (count: number, step: number): number =>
  Math.max(LEAST_OPACITY, Math.min(1, (step > 0 ? FEW_STACKED : FEW_OVERLAID) / count));

/**
 * @param usual the window in which heights are compared
 * @param shown the visible one
 */
export function usePanels(usual: ComputedRef<PpmRange>, shown: Readonly<Ref<PpmRange>>): Panels {
  const store = useSpectrum();
  const overlay = useOverlay();
  const { view, raw, processed, showsAll, transientSpectra } = storeToRefs(store);

  // As text: a computed string that stays equal stops the chain, so that zooming and panning do no Fourier transform.
  // Parts of the view by themselves, for the same reason.
  const overlayView = computed(() => view.value.overlay);
  const transientStep = computed(() => view.value.transientStep);
  const curveText = computed(() => JSON.stringify(curveViewOf(view.value)));
  const curveView = computed(() => JSON.parse(curveText.value) as CurveView);
  const rawCurve = computed(() => (raw.value === null ? null : spectrumCurve(raw.value, curveView.value)));
  const processedCurve = computed(() =>
    processed.value === null ? null : spectrumCurve(processed.value, curveView.value),
  );
  const rawScale = computed(() =>
    rawCurve.value !== null && processedCurve.value !== null
      ? matchingScale(rawCurve.value, processedCurve.value, usual.value)
      : 1,
  );

  const plain = computed<ChartSeries[]>(() => {
    const series: ChartSeries[] = [];
    const both = rawCurve.value !== null && processedCurve.value !== null;
    if (rawCurve.value !== null) {
      const scale = rawScale.value;
      const { ppm, y: own } = rawCurve.value;
      const y = scale === 1 ? own : own.map((v) => v * scale);
      const name = t('spectrum.sources.raw');
      series.push({
        id: 'raw',
        name: scale === 1 ? name : `${name} × ${scale.toPrecision(2)}`,
        ppm,
        y,
        colour: both ? 'before' : 'text',
      });
    }
    if (processedCurve.value !== null) {
      const name = t('spectrum.sources.processed');
      series.push({ id: 'processed', name, ...processedCurve.value, colour: both ? 'after' : 'text' });
    }
    return series;
  });

  const overlaid = useOverlaid(
    computed(() => processedCurve.value ?? rawCurve.value),
    curveView,
  );
  const drawn = computed(() => overlaySeries(overlaid.value, overlayView.value, usual.value));

  const windowText = computed(() => madeWindow(shown.value, usual.value).join());
  const lines = computed(() => {
    if (!showsAll.value || transientSpectra.value === null) return null;
    const [left = 0, right = 0] = windowText.value.split(',').map(Number);
    return transientLines(transientSpectra.value, curveView.value, [left, right]);
  });
  /** How high one line stands in the usual window. */
  const height = computed(() => (lines.value === null ? 0 : lineHeight(lines.value, usual.value)));
  const transientPanel = computed<ChartPanel | null>(() => {
    if (lines.value === null) return null;
    const step = transientStep.value * height.value;
    const opacity = lineOpacity(lines.value.lines.length, step);
    const bundle = { ...lines.value, name: t('spectrum.sources.raw'), step, colour: 'text' as const, opacity };
    return { id: 'spectrum', title: '', weight: 1, series: [], bundle };
  });

  const panels = computed<readonly ChartPanel[]>(() => {
    if (transientPanel.value !== null) return [transientPanel.value];
    const series = overlaid.value.length > 1 ? drawn.value : plain.value;
    return [{ id: 'spectrum', title: '', weight: 1, series }];
  });

  const notes = computed(() => {
    if (overlaid.value.length === 0 || showsAll.value) return [];
    const lost = overlay.chosen.filter(({ failure }) => failure !== null).map(({ failure }) => failure ?? '');
    return [...overlayNotes(overlaid.value, overlayView.value.scaling), ...lost];
  });

  return { panels, rawScale, notes };
}
