// Pixels ⇄ ppm and heights in a chart's panels, and the labels that stand over them.
import type { ChartColour, ChartPanel, LineBundle, PeakLabel, PpmRange } from './chartTypes.ts';
import { placePeakLabels, spreadVertically, type PlacedLabel } from './labelPlacement.ts';
import type { PanelBox } from './spectrumLayout.ts';
import { nearestIndex, valueExtent, type Samples } from './spectrumScale.ts';

type Across = Pick<PanelBox, 'left' | 'width'>;

/** Pixel column → ppm. */
export function pixelToPpm(box: Across, range: PpmRange, x: number): number {
  return range[0] - ((x - box.left) / box.width) * (range[0] - range[1]);
}

/** ppm → pixel column. */
export function ppmToPixel(box: Across, range: PpmRange, ppm: number): number {
  return box.left + ((range[0] - ppm) / (range[0] - range[1])) * box.width;
}

/** Height → pixel row. */
export function heightToPixel(box: PanelBox, height: number): number {
  return box.top + ((box.extent.high - height) / (box.extent.high - box.extent.low)) * box.height;
}

const SEARCH_PPM = 0.04;

/** Lines of a bundle that labels are kept above; the others lie among them. */
const LINES_LOOKED_AT = 24;

interface PlacedCurve {
  readonly ppm: Float64Array;
  readonly y: Samples;
  /** Added to each height. */
  readonly by: number;
}

/** Lines of a bundle where they stand, the one on top first: the others may reach as high where they stand close. */
function bundleCurves({ ppm, lines, step }: LineBundle): PlacedCurve[] {
  const every = Math.ceil(lines.length / LINES_LOOKED_AT);
  return lines.flatMap((y, i) => (i % every === 0 ? [{ ppm, y, by: (lines.length - 1 - i) * step }] : []));
}

/** Peak labels over a panel's first series, placed without collisions. @param textWidth pixels of a text */
export function peakLabels(
  panel: ChartPanel,
  box: PanelBox,
  range: PpmRange,
  labels: readonly PeakLabel[],
  textWidth: (text: string) => number,
): PlacedLabel[] {
  const series = panel.series.filter((s) => s.unscaled !== true);
  const curves: PlacedCurve[] = [
    ...series.map(({ ppm, y }) => ({ ppm, y, by: 0 })),
    ...(panel.bundle === undefined ? [] : bundleCurves(panel.bundle)),
  ];
  const top = (fromPpm: number, toPpm: number): number => {
    const heights = curves.map(({ ppm, y, by }) => (valueExtent(ppm, y, [fromPpm, toPpm])?.high ?? -Infinity) + by);
    const high = Math.max(...heights);
    return Number.isFinite(high) ? heightToPixel(box, high) : box.top + box.height;
  };
  const requests = labels.map((label) => ({
    text: label.text,
    x: ppmToPixel(box, range, label.ppm),
    y: top(label.ppm + SEARCH_PPM, label.ppm - SEARCH_PPM),
    width: textWidth(label.text),
  }));
  const plot = { left: box.left, top: box.top + 2, right: box.left + box.width, bottom: box.top + box.height };
  return placePeakLabels(requests, plot, (fromX, toX) =>
    top(pixelToPpm(box, range, fromX), pixelToPpm(box, range, toX)),
  );
}

export interface EndLabel {
  readonly text: string;
  readonly colour: string;
  readonly x: number;
  readonly y: number;
}

/** A colour as a style sheet writes it. */
const cssColour = (colour: ChartColour): string => (colour.startsWith('#') ? colour : `var(--${colour})`);

const END_GAP = 11;

/** Names at the lines' right ends, as many as fit. */
export function endLabels(panel: ChartPanel, box: PanelBox, range: PpmRange): EndLabel[] {
  const named = panel.series.filter((s) => s.endLabel === true);
  const wishes = named.map((s) => heightToPixel(box, s.y[nearestIndex(s.ppm, range[1])] ?? 0));
  const at = (i: number, y: number): EndLabel => {
    const series = named[i] as (typeof named)[number];
    return { text: series.name, colour: cssColour(series.colour), x: box.left + box.width + 6, y };
  };
  const rows = spreadVertically(wishes, END_GAP, box.top + 6, box.top + box.height - 6);
  if (rows !== null) return rows.map((y, i) => at(i, y));
  // Too many for all: those listed first are named, the others stand in the legend.
  const labels: EndLabel[] = [];
  wishes.forEach((y, i) => {
    if (labels.every((label) => Math.abs(label.y - y) >= END_GAP)) labels.push(at(i, y));
  });
  return labels;
}
