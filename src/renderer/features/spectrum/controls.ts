// The choices of the spectrum viewer in words, and parts of its view as two-way values.
import { computed, type WritableComputedRef } from 'vue';
import { t } from '../../app/i18n/index.ts';
import type { useSpectrum } from './store.ts';
import type { DragMode, OverlayScaling, SignalSource, SpectrumPart, SpectrumView } from './view.ts';

export interface Choice<T extends string> {
  readonly value: T;
  readonly text: string;
  readonly testId: string;
  readonly title: string;
}

const SYMBOLS: Readonly<Record<SpectrumPart, string>> = {
  real: 'Re',
  imaginary: 'Im',
  magnitude: '|S|',
  power: '|S|²',
};

export const sourceChoices = (): Choice<SignalSource>[] =>
  (['processed', 'raw', 'both'] as const).map((value) => ({
    value,
    text: t(`spectrum.sources.${value}`),
    testId: `source-${value}`,
    title: t(`spectrum.sourceTitles.${value}`),
  }));

export const partChoices = (): Choice<SpectrumPart>[] =>
  (['real', 'imaginary', 'magnitude', 'power'] as const).map((value) => ({
    value,
    text: SYMBOLS[value],
    testId: `part-${value}`,
    title: t(`spectrum.parts.${value}`),
  }));

export const dragChoices = (): Choice<DragMode>[] =>
  (['pan', 'phase', 'shift'] as const).map((value) => ({
    value,
    text: t(`spectrum.drag.${value}`),
    testId: `drag-${value}`,
    title: t(`spectrum.dragTitles.${value}`),
  }));

export const scalingChoices = (): Choice<OverlayScaling>[] =>
  (['tCr', 'water', 'none'] as const).map((value) => ({
    value,
    text: t(`spectrum.scaling.${value}`),
    testId: `scaling-${value}`,
    title: t(`spectrum.scalingTitles.${value}`),
  }));

/** A part of the view that a control shows and changes. */
export function viewPart<K extends keyof SpectrumView>(
  store: ReturnType<typeof useSpectrum>,
  key: K,
): WritableComputedRef<SpectrumView[K]> {
  return computed({
    get: () => store.view[key],
    set: (value) => store.change({ [key]: value } as Partial<SpectrumView>),
  });
}
