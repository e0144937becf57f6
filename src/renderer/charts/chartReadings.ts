// What can be read off a chart's curves: the sample under a place, in ppm, Hz from the reference, and height.
import { formatFixed, formatSignificant } from '../../core/reports/tables.ts';
import { heightToPixel, pixelToPpm } from './chartGeometry.ts';
import type { ChartPanel, ChartSeries, PpmRange } from './chartTypes.ts';
import type { PanelBox } from './spectrumLayout.ts';
import type { Extent } from './spectrumScale.ts';
import { nearestIndex } from './spectrumScale.ts';

/** What turns ppm into Hz. */
export interface FrequencyScale {
  /** null: Hz are not told. */
  readonly spectrometerFrequencyMHz: number | null;
  /** Shift at 0 Hz. [ppm] */
  readonly referencePpm: number;
}

export interface Reading {
  readonly ppm: number;
  readonly hz: number | null;
  readonly height: number;
}

/** The sample of a curve nearest to a place; null where there is none. */
export function readingAt(series: ChartSeries | undefined, atPpm: number, scale: FrequencyScale): Reading | null {
  if (series === undefined) return null;
  const sample = nearestIndex(series.ppm, atPpm);
  const ppm = series.ppm[sample];
  const height = series.y[sample];
  if (ppm === undefined || height === undefined) return null;
  const { spectrometerFrequencyMHz, referencePpm } = scale;
  return {
    ppm,
    hz: spectrometerFrequencyMHz === null ? null : (referencePpm - ppm) * spectrometerFrequencyMHz,
    height,
  };
}

/** The panel whose heights are read: the first that shows data. */
export function mainPanelIndex(panels: readonly ChartPanel[]): number {
  const at = panels.findIndex((p) => p.zeroLine !== true);
  return at < 0 ? 0 : at;
}

/** A curve is pointed at within this distance. [px] */
const PICK_PIXELS = 7;

/** The pickable curve of a panel nearest to a place, by its id; null where none is near. @param x,y px in the chart */
export function pickedSeries(
  panel: ChartPanel,
  box: PanelBox,
  range: PpmRange,
  at: { x: number; y: number },
): string | null {
  let best: string | null = null;
  let nearest = PICK_PIXELS;
  const ppm = pixelToPpm(box, range, at.x);
  for (const series of panel.series) {
    const height = series.pickable === true ? series.y[nearestIndex(series.ppm, ppm)] : undefined;
    if (height === undefined) continue;
    const distance = Math.abs(heightToPixel(box, height) - at.y);
    if (distance <= nearest) [best, nearest] = [series.id, distance];
  }
  return best;
}

export interface ReadingTexts {
  readonly ppm: string;
  readonly hz: string;
  readonly height: string;
}

/** A reading as figures, with units. */
export function readingTexts({ ppm, hz, height }: Reading): ReadingTexts {
  return {
    ppm: `${formatFixed(ppm, 3)} ppm`,
    hz: hz === null ? '' : `${formatFixed(hz, 1)} Hz`,
    height: formatSignificant(height),
  };
}

/** b − a. */
export function readingDifference(a: Reading, b: Reading): Reading {
  return { ppm: b.ppm - a.ppm, hz: a.hz === null || b.hz === null ? null : b.hz - a.hz, height: b.height - a.height };
}

/** A round height for a scale bar: 1, 2 or 5 times a power of ten, at most a quarter of what is shown. */
export function scaleBarHeight({ low, high }: Extent): number {
  const most = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(most));
  return ([5, 2, 1].find((m) => m * power <= most) ?? 1) * power;
}
