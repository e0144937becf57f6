// Chart options for panels of spectra that share a reversed ppm axis.
import type { ChartColours, ChartPanel, ChartSeries, PpmRange } from './chartTypes.ts';
import { decimate, panelExtent, sharedScaleExtent, tickStep, tickValues, type Extent } from './spectrumScale.ts';

export interface PanelBox {
  readonly id: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly extent: Extent;
}

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

export interface ChartLook {
  readonly range: PpmRange;
  readonly shade: PpmRange | null;
  readonly colours: ChartColours;
  readonly size: ChartSize;
  /** Pixels kept free at the right for names at the lines' ends. */
  readonly endRoom: number;
  /** Part of the span kept free above the first data panel's curves for peak labels. */
  readonly headroom: number;
}

const MARGIN_LEFT = 16;
const MARGIN_TOP = 8;
const AXIS_HEIGHT = 40;
const PANEL_GAP = 10;

/** Lays the panels out under each other and finds each one's y range. */
export function layoutPanels(panels: readonly ChartPanel[], look: ChartLook): PanelBox[] {
  const total = panels.reduce((sum, p) => sum + p.weight, 0);
  const room = Math.max(40, look.size.height - MARGIN_TOP - AXIS_HEIGHT - PANEL_GAP * (panels.length - 1));
  const width = Math.max(40, look.size.width - MARGIN_LEFT - 16 - look.endRoom);
  let top = MARGIN_TOP;
  const boxes = panels.map((panel): PanelBox => {
    const height = (room * panel.weight) / total;
    const headroom = panel.zeroLine === true ? 0.08 : look.headroom;
    const box = {
      id: panel.id,
      left: MARGIN_LEFT,
      top,
      width,
      height,
      extent: panelExtent(panel, look.range, headroom),
    };
    top += height + PANEL_GAP;
    return box;
  });
  return boxes.map((box, i) => {
    const reference = boxes.find((b) => b.id === panels[i]?.scaleAs);
    if (reference === undefined) return box;
    return { ...box, extent: sharedScaleExtent(box.extent, reference.extent, box.height / reference.height) };
  });
}

function lineSeries(series: ChartSeries, panel: number, look: ChartLook, width: number): Record<string, unknown> {
  const { colours } = look;
  const colour = series.colour.startsWith('#') ? series.colour : colours[series.colour as keyof ChartColours];
  return {
    id: series.id,
    type: 'line',
    xAxisIndex: panel,
    yAxisIndex: panel,
    data: decimate(series.ppm, series.y, look.range, Math.round(width)),
    showSymbol: false,
    silent: true,
    animation: false,
    clip: true,
    lineStyle: {
      color: colour,
      width: series.width ?? 1.25,
      type: series.dashed === true ? [5, 4] : 'solid',
      join: 'round',
    },
  };
}

/** A series without a line that carries a panel's ground: fit range, zero line, band, border. */
function groundSeries(panel: ChartPanel, index: number, look: ChartLook): Record<string, unknown> {
  const { colours } = look;
  const areas: unknown[] = [];
  if (look.shade !== null) {
    areas.push([{ xAxis: look.shade[0], itemStyle: { color: colours.shade } }, { xAxis: look.shade[1] }]);
  }
  const half = panel.bandHalfWidth ?? 0;
  if (half > 0) areas.push([{ yAxis: half, itemStyle: { color: colours.band } }, { yAxis: -half }]);
  return {
    id: `ground-${panel.id}`,
    type: 'line',
    xAxisIndex: index,
    yAxisIndex: index,
    data: [],
    silent: true,
    animation: false,
    markArea: { silent: true, animation: false, data: areas },
    markLine: {
      silent: true,
      animation: false,
      symbol: 'none',
      label: { show: false },
      lineStyle: { color: colours.muted, width: 1, type: 'solid', opacity: 0.6 },
      data: panel.zeroLine === true ? [{ yAxis: 0 }] : [],
    },
  };
}

function xAxis(index: number, last: boolean, look: ChartLook): Record<string, unknown> {
  const { colours } = look;
  const step = tickStep(look.range[0] - look.range[1], look.size.width);
  const ticks = tickValues(look.range, step);
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  return {
    type: 'value',
    gridIndex: index,
    inverse: true,
    min: look.range[1],
    max: look.range[0],
    animation: false,
    name: last ? 'Chemical shift (ppm)' : '',
    nameLocation: 'middle',
    nameGap: 24,
    nameTextStyle: { color: colours.muted, fontSize: 11 },
    axisLine: { show: last, onZero: false, lineStyle: { color: colours.muted } },
    // The split lines follow the ticks' values.
    axisTick: { show: last, customValues: ticks, lineStyle: { color: colours.muted } },
    axisLabel: {
      show: last,
      color: colours.muted,
      fontSize: 11,
      customValues: ticks,
      formatter: (value: number) => value.toFixed(digits),
    },
    splitLine: { show: true, lineStyle: { color: colours.line, opacity: 0.45 } },
  };
}

/** Whole option of the chart; set with `notMerge`, since panels come and go. */
export function spectrumOption(
  panels: readonly ChartPanel[],
  boxes: readonly PanelBox[],
  look: ChartLook,
): Record<string, unknown> {
  const lines = panels.flatMap((panel, i) => [
    groundSeries(panel, i, look),
    ...panel.series.map((series) => lineSeries(series, i, look, boxes[i]?.width ?? look.size.width)),
  ]);
  return {
    animation: false,
    backgroundColor: 'transparent',
    textStyle: { fontFamily: "'Segoe UI', 'Noto Sans', 'Liberation Sans', Arial, sans-serif" },
    grid: boxes.map((box) => ({
      left: box.left,
      top: box.top,
      width: box.width,
      height: box.height,
      show: true,
      borderColor: look.colours.line,
      borderWidth: 1,
      backgroundColor: 'transparent',
      containLabel: false,
      outerBoundsMode: 'none',
    })),
    xAxis: panels.map((_, i) => xAxis(i, i === panels.length - 1, look)),
    yAxis: boxes.map((box, i) => ({
      type: 'value',
      gridIndex: i,
      min: box.extent.low,
      max: box.extent.high,
      show: false,
    })),
    series: lines,
  };
}
